//! A network device by its name in a namespace, and what such a name may be.
//!
//! A device is found by name in its namespace at each call. Names are checked before the kernel is asked, because the
//! kernel says nothing about a bad one, or takes `%d` for a template.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkExtentMask, LinkMessage};
use nix::errno::Errno;

use super::namespace::{Namespace, named};
use crate::error::{Error, Result, explain};
use crate::netlink::{Socket, attr};

/// The longest name of a link in bytes (Linux `IFNAMSIZ`, less its final NUL).
const LONGEST: usize = 15;

/// A device of a namespace: what `"ns0/veth0"` says.
#[derive(Clone)]
pub struct Device {
    /// Where it is.
    pub namespace: Namespace,
    /// Its name there.
    pub name: String,
    /// The interface index it is known by, so that it is that very device and no other that got its name since.
    known: Option<u32>,
}

/// The next interface index that nsl proposes: in a fresh namespace all are free. Never the same for two links, because
/// a veth pair whose ends have equal indexes makes the kernel slow (measured: 9.8 s instead of 15 ms for 1,000 pairs).
///
/// Each run begins somewhere else, and beyond what the kernel counts to by itself in most namespaces: an index has to
/// stand for one link alone, also when that was deleted and `ip` or another run makes new ones. Four digits still read
/// well in `veth0@if1234`.
static NEXT_INDEX: LazyLock<AtomicU32> = LazyLock::new(|| {
    let random = RandomState::new().hash_one(0u8) as u32;
    AtomicU32::new(1_000 + random % 9_000)
});

/// An interface index to ask for when a link is made, so that it need not be looked up afterwards.
pub(super) fn propose_index() -> u32 {
    NEXT_INDEX.fetch_add(1, Ordering::Relaxed) & 0x7fff_ffff
}

/// Where 4,096 indexes begin that are hardly anybody else's, for interfaces whose indexes have to be known before they are
/// made in a namespace that others use.
pub fn propose_block() -> u32 {
    static NEXT_BLOCK: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(RandomState::new().hash_one(1u8) as u32));
    1 << 28 | (NEXT_BLOCK.fetch_add(1, Ordering::Relaxed) & 0xffff) << 12
}

impl Device {
    /// The device called `name` in `namespace`, whether it is there (yet) or not. `EINVAL` if no link can be called so.
    pub fn new(namespace: &Namespace, name: &str) -> Result<Self> {
        check_name(name)?;
        Ok(Self { namespace: namespace.clone(), name: name.to_owned(), known: None })
    }

    /// The device with this index, which was last seen under `name`.
    pub fn known(namespace: &Namespace, name: &str, index: u32) -> Self {
        Self { namespace: namespace.clone(), name: name.to_owned(), known: Some(index) }
    }

    /// The same device under another name or in another place; its index there is `index`, if that is known.
    pub(super) fn relocated(namespace: &Namespace, name: &str, index: Option<u32>) -> Self {
        Self { namespace: namespace.clone(), name: name.to_owned(), known: index }
    }

    /// The interface index it has now; `ENODEV` if there is none of that name.
    pub fn index(&self) -> Result<u32> {
        if let Some(index) = self.known {
            return Ok(index);
        }
        self.namespace.with_socket(|socket| self.index_in(socket))
    }

    /// [`Device::index`] over a socket that is in the device's namespace.
    pub fn index_in(&self, socket: &mut Socket) -> Result<u32> {
        if let Some(index) = self.known {
            return Ok(index);
        }
        self.look_up(socket)
    }

    /// The index it is known by, if it is.
    pub(super) fn known_index(&self) -> Option<u32> {
        self.known
    }

    /// Whether there is a link of this name.
    pub(super) fn is_there(&self) -> bool {
        self.namespace.with_socket(|socket| self.look_up(socket)).is_ok()
    }

    /// The index of the link that has its name now.
    pub(super) fn look_up(&self, socket: &mut Socket) -> Result<u32> {
        let mut message = LinkMessage::default();
        message.attributes.push(LinkAttribute::IfName(self.name.clone()));
        message.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
        match socket.query(RouteNetlinkMessage::GetLink(message), 0) {
            Ok(answers) => match answers.first() {
                Some(RouteNetlinkMessage::NewLink(link)) => Ok(link.header.index),
                _ => Err(Error::system(Errno::ENODEV)),
            },
            Err(error) => Err(error),
        }
        .map_err(|error| self.or_missing(error, socket))
    }

    /// Words an `ENODEV` about this device: which names there are, and which of them is like it. Other errors pass.
    pub(super) fn or_missing(&self, error: Error, socket: &mut Socket) -> Error {
        if error.as_errno() != Some(Errno::ENODEV) || !error.is(&explain::KERNEL_REFUSED) {
            return error.object(self);
        }
        if self.known.is_some() {
            let gone = Error::new(&explain::LINK_GONE).errno(Errno::ENODEV);
            return gone.with("link", self).object(self);
        }
        let error = Error::new(&explain::LINK_MISSING).with("link", self).errno(Errno::ENODEV).object(self);
        if self.namespace.label().is_empty() && named::exists(&self.name).unwrap_or(false) {
            return error.note(format!("\"{0}\" is a namespace; its links are called \"{0}/lo\" and so on", self.name));
        }
        error.among(&self.name, &names(socket).unwrap_or_default())
    }
}

/// The names of all links, in the order of their indexes.
pub(super) fn names(socket: &mut Socket) -> Result<Vec<String>> {
    Ok(index_names(socket)?.into_values().collect())
}

/// The names of all links by their indexes.
pub fn index_names(socket: &mut Socket) -> Result<BTreeMap<u32, String>> {
    let mut message = LinkMessage::default();
    message.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
    let links = socket.dump_with(&RouteNetlinkMessage::GetLink(message), |_, bytes| {
        let index = attr::u32_of(bytes.get(4..)?)?;
        let name = attr::find(bytes.get(16..)?, libc::IFLA_IFNAME)?;
        Some((index, attr::text(name)))
    })?;
    Ok(links.into_iter().collect())
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.namespace.label();
        if label.is_empty() { f.write_str(&self.name) } else { write!(f, "{label}/{}", self.name) }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({self})")
    }
}

/// Whether a link can be called `name`: the kernel's rules (`dev_valid_name`), and no `%`, which it takes for a
/// template, no control characters, and neither `all` nor `default`, which are sysctl directories beside the links'.
pub fn check_name(name: &str) -> Result<()> {
    let invalid = |row| Err(Error::new(row).with("name", name));
    if name.is_empty() {
        return invalid(&explain::LINK_NAME_EMPTY);
    }
    if matches!(name, "." | ".." | "all" | "default") {
        return invalid(&explain::LINK_NAME_RESERVED);
    }
    if let Some(c) = name.chars().find(|&c| c.is_whitespace() || c.is_control() || matches!(c, '/' | ':' | '%')) {
        let character = match c {
            ' ' => "a space".to_owned(),
            c if c.is_whitespace() => "white space".to_owned(),
            c if c.is_control() => "a control character".to_owned(),
            c => format!("\"{c}\""),
        };
        return Err(Error::new(&explain::LINK_NAME_CHARACTER).with("name", name).with("character", character));
    }
    if name.len() > LONGEST {
        return Err(Error::new(&explain::LINK_NAME_LONG).with("name", name).with("count", name.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_rule_is_named() {
        for (name, part) in [
            ("", "empty"),
            ("abcdefghijklmnop", "16 bytes"),
            ("ääääääää", "16 bytes"),
            ("a/b", "\"/\""),
            ("a:b", "\":\""),
            ("a%d", "\"%\""),
            ("a b", "a space"),
            ("a\tb", "white space"),
            ("a\x1bb", "a control character"),
            ("a\x7f", "a control character"),
            (".", "keeps"),
            ("..", "keeps"),
            ("all", "keeps"),
            ("default", "keeps"),
        ] {
            let error = check_name(name).expect_err("no name of a link");
            assert_eq!(error.code(), "EINVAL");
            assert!(error.message().starts_with("invalid link name"), "{error}");
            assert!(error.message().contains(part), "{error}");
        }
        for name in ["lo", "veth0", "abcdefghijklmno", "-x", "a.1", "eth0@x", "é"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_a_name_for_the_kernel(name in ".{0,20}") {
            if check_name(&name).is_ok() {
                prop_assert!((1..=15).contains(&name.len()));
                prop_assert!(!name.bytes().any(|byte| byte <= b' ' || byte == 0x7f || b"/:%".contains(&byte)));
            }
        }
    }
}
