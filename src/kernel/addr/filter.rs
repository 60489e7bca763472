//! Which addresses are meant: the filters of `ip addr show` and `ip addr flush`.

use ipnet::IpNet;

use super::list::Address;
use crate::error::Result;
use crate::kernel::link;
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

/// Flags that addresses can be chosen by, as they have them or have them not.
pub const FLAGS: &[&str] = &[
    "permanent",
    "dynamic",
    "secondary",
    "primary",
    "temporary",
    "tentative",
    "deprecated",
    "dadfailed",
    "home",
    "nodad",
    "optimistic",
    "mngtmpaddr",
    "noprefixroute",
    "autojoin",
    "stable_privacy",
];

/// Which addresses are meant; what is empty means all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of IPv6, or of IPv4.
    pub is_ipv6: Option<bool>,
    /// As far as this they reach: `"link"`.
    pub scope: Option<String>,
    /// With a label like this, in which `*` and `?` stand for anything; without a label the link's name counts.
    pub label: Option<String>,
    /// Inside this network.
    pub to: Option<IpNet>,
    /// Made by this.
    pub proto: Option<String>,
    /// Of these links.
    pub links: link::Filter,
    /// With these flags, or without them.
    pub flags: Vec<(&'static str, bool)>,
}

impl Filter {
    /// Drops the addresses that are not meant, over a socket in their namespace.
    pub(super) fn keep(&self, socket: &mut Socket, namespace: &Namespace, addresses: &mut Vec<Address>) -> Result<()> {
        addresses.retain(|address| self.takes(address));
        if !self.links.is_all() {
            let links = self.links.indexes(socket, namespace)?;
            addresses.retain(|address| links.contains(&address.index));
        }
        Ok(())
    }

    fn takes(&self, address: &Address) -> bool {
        let label = address.label.as_deref().unwrap_or(&address.dev);
        self.is_ipv6.is_none_or(|is_ipv6| is_ipv6 == address.address.addr().is_ipv6())
            && self.scope.as_ref().is_none_or(|scope| *scope == address.scope)
            && self.label.as_ref().is_none_or(|pattern| is_like(pattern.as_bytes(), label.as_bytes()))
            && self.to.is_none_or(|network| network.contains(&address.address.addr()))
            && self.proto.as_ref().is_none_or(|proto| Some(proto) == address.proto.as_ref())
            && self.flags.iter().all(|(flag, on)| has(address, flag) == *on)
    }
}

fn has(address: &Address, flag: &str) -> bool {
    let there = |flag| address.flags.contains(&flag);
    match flag {
        "permanent" => !there("dynamic"),
        // One flag, with a word of its own for IPv6.
        "secondary" => there("secondary") || there("temporary"),
        "primary" => !there("secondary") && !there("temporary"),
        "stable_privacy" => there("stable-privacy"),
        flag => there(flag),
    }
}

/// Whether `text` is like `pattern`, in which `*` stands for any text and `?` for any byte.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=text.len()).any(|skipped| is_like(rest, &text[skipped..])),
        (Some((b'?', pattern)), Some((_, text))) => is_like(pattern, text),
        (Some((one, pattern)), Some((other, text))) => one == other && is_like(pattern, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn patterns_are_a_shells() {
        for (pattern, text, like) in [
            ("v0", "v0", true),
            ("v?:*", "v0:one", true),
            ("*", "", true),
            ("v*0", "veth10", true),
            ("v0", "v01", false),
            ("?", "", false),
            ("*a", "b", false),
        ] {
            assert_eq!(is_like(pattern.as_bytes(), text.as_bytes()), like, "{pattern} {text}");
        }
    }
}
