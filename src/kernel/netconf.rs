//! Settings of links for each protocol, as the kernel tells of them, in the words of `ip netconf` (Linux
//! `include/uapi/linux/netconf.h`). They are set as sysctls.

use super::device::{Device, index_names};
use super::entry;
use super::namespace::Namespace;
use super::words::Form::{Switch32, Words32};
use super::words::{self, Setting, Settings, Word, fact};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};
use nix::errno::Errno;

/// `RTM_GETNETCONF`.
const GET: u16 = 82;
/// Length of `struct netconfmsg`, with what it is aligned to.
const LENGTH: usize = 4;
/// `NETCONFA_IFINDEX`.
const INDEX: u16 = 1;

/// Families by their words.
pub const FAMILIES: &[(&str, u8)] =
    &[("inet", libc::AF_INET as u8), ("inet6", libc::AF_INET6 as u8), ("mpls", libc::AF_MPLS as u8)];

const WORDS: &[Word] = &[
    fact("forwarding", 2, Switch32),
    fact("rp_filter", 3, Words32(&["off", "strict", "loose"])),
    fact("mc_forwarding", 4, Switch32),
    fact("proxy_neigh", 5, Switch32),
    fact("ignore_routes_with_linkdown", 6, Switch32),
    fact("input", 7, Switch32),
    fact("bc_forwarding", 8, Switch32),
    fact("force_forwarding", 9, Switch32),
];

/// The settings of all links of a namespace or of one, for one family or for IPv4 and IPv6: each with its `family` and
/// its `dev`, which is `"all"` or `"default"` too.
pub fn list(namespace: &Namespace, dev: Option<&Device>, family: Option<u8>) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let dev = dev.map(|device| device.index_in(socket)).transpose()?;
        let names = index_names(socket)?;
        let name = |index: u32| names.get(&index).cloned();
        let mut listed = Vec::new();
        for family in family.map_or_else(|| vec![libc::AF_INET as u8, libc::AF_INET6 as u8], |family| vec![family]) {
            let settings = socket.dump_with(&Message::new(GET, &[family]), |_, bytes| {
                let index = attr::find(bytes.get(LENGTH..)?, INDEX).and_then(attr::u32_of);
                let wanted = *bytes.first()? == family && dev.is_none_or(|dev| index == Some(dev));
                wanted.then(|| record(bytes, &name)).flatten()
            });
            listed.extend(settings.map_err(refused)?);
        }
        Ok(listed)
    })
}

/// The settings of one link for a family. `ENODEV` if there is no such link.
pub fn get(device: &Device, family: u8) -> Result<Settings> {
    let found = device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let message = Message::new(GET, &[family]).with(INDEX, &index.to_ne_bytes());
        let answers = socket.query(message, 0).map_err(|error| device.or_missing(refused(error), socket))?;
        let name = |_: u32| Some(device.name.clone());
        Ok(answers.first().and_then(|answer| record(&answer.bytes, &name)))
    });
    let found = found.map_err(|error| error.object(device))?;
    found.ok_or_else(|| refused(Error::system(Errno::EOPNOTSUPP)).object(device))
}

fn refused(error: Error) -> Error {
    let rows = [(Errno::EOPNOTSUPP, &explain::OBJECT_NOT_SUPPORTED)];
    let error = error.explain(&rows).with("remedy", "load the protocol's module, such as `modprobe mpls_router`");
    entry::refused(error, "settings of that family", "reading settings of links")
}

pub(super) fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    /// `NETCONFA_IFINDEX_ALL` and `NETCONFA_IFINDEX_DEFAULT`.
    const ALL: u32 = -1i32 as u32;
    const DEFAULT: u32 = -2i32 as u32;
    let family = *bytes.first()?;
    let attributes = bytes.get(LENGTH..)?;
    let dev = match attr::find(attributes, INDEX).and_then(attr::u32_of)? {
        ALL => "all".to_owned(),
        DEFAULT => "default".to_owned(),
        index => name(index)?,
    };
    let (word, _) = FAMILIES.iter().find(|(_, number)| *number == family)?;
    let mut settings = vec![("family".into(), Setting::Text((*word).to_owned())), ("dev".into(), Setting::Text(dev))];
    settings.extend(words::decode(WORDS, &[], attributes, name));
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_holds_for_all_links_is_told_from_what_holds_for_one() {
        let dev = |index: i32| {
            let message = Message::new(GET, &[2]).with(INDEX, &index.to_ne_bytes()).with(3, &2u32.to_ne_bytes());
            record(&message.bytes, &|index| Some(format!("link{index}"))).expect("settings")
        };
        assert_eq!(words::text(&dev(-1), "dev"), Some("all"));
        assert_eq!(words::text(&dev(-2), "dev"), Some("default"));
        assert_eq!((words::text(&dev(3), "dev"), words::text(&dev(3), "rp_filter")), (Some("link3"), Some("loose")));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![0u8..11, any::<u8>()], 0..60)) {
            let _ = record(&bytes, &|_| None);
        }
    }
}
