//! Which kinds of links there are at all, and what a kernel needs for each.
//!
//! A misspelt kind is told before the kernel is asked, because the kernel says the same of it as of a missing module.

use super::{Kind, kinds, known};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::words::Form::{Link, Masked32, Text, U16, U32, Words16};
use crate::kernel::words::{Word, field, option};

/// `struct ifla_rmnet_flags`.
const RMNET_FLAGS: u16 = 2;

const fn rmnet(name: &'static str, bit: u32) -> Word {
    field(name, RMNET_FLAGS, 8, 0, Masked32(bit))
}

/// `IFLA_RMNET_*`: how packets of several networks share a modem.
const RMNET: &[Word] = &[
    option("mux_id", 1, U16),
    rmnet("ingress_deaggregation", 1),
    rmnet("ingress_commands", 2),
    rmnet("ingress_mapv4_checksum", 4),
    rmnet("egress_mapv4_checksum", 8),
    rmnet("ingress_mapv5_checksum", 16),
    rmnet("egress_mapv5_checksum", 32),
];

/// `IFLA_BATADV_ALGO_NAME`: the routing algorithm.
const BATADV: &[Word] = &[option("ra", 1, Text)];
/// `IFLA_DSA_CONDUIT`: the link to the switch.
const DSA: &[Word] = &[option("conduit", 1, Link)];
/// `IFLA_IPOIB_*`.
const IPOIB: &[Word] =
    &[option("pkey", 1, U16), option("mode", 2, Words16(&["datagram", "connected"])), option("umcast", 3, U16)];

/// `IFLA_WWAN_LINK_ID`: which of a modem's links it is; the modem is `parentdev`.
const WWAN: &[Word] = &[option("linkid", 1, U32)];

/// Kinds with few options, without any, or whose options nsl does not know.
pub(super) const KINDS: &[Kind] = &[
    Kind { own: BATADV, unread: &["ra"], ..Kind::new("batadv", "batman-adv", "CONFIG_BATMAN_ADV") },
    Kind { own: DSA, ..Kind::new("dsa", "dsa_core", "CONFIG_NET_DSA") },
    Kind::new("dummy", "dummy", "CONFIG_DUMMY"),
    Kind::new("ifb", "ifb", "CONFIG_IFB"),
    Kind { own: IPOIB, stands: true, ..Kind::new("ipoib", "ib_ipoib", "CONFIG_INFINIBAND_IPOIB") },
    Kind::new("lowpan", "ieee802154_6lowpan", "CONFIG_IEEE802154_6LOWPAN"),
    Kind::new("netdevsim", "netdevsim", "CONFIG_NETDEVSIM"),
    Kind::new("nlmon", "nlmon", "CONFIG_NLMON"),
    Kind { own: RMNET, stands: true, whole: true, ..Kind::new("rmnet", "rmnet", "CONFIG_RMNET") },
    Kind::new("vcan", "vcan", "CONFIG_CAN_VCAN"),
    Kind::new("virt_wifi", "virt_wifi", "CONFIG_VIRT_WIFI"),
    Kind { own: WWAN, unread: &["linkid"], ..Kind::new("wwan", "wwan", "CONFIG_WWAN") },
];

/// `EINVAL` for a kind that is a known one misspelt, or that no kernel could know; other kinds are the kernel's to judge.
pub fn check(kind: &str) -> Result<()> {
    if known(kind).is_some() {
        return Ok(());
    }
    if let Some(near) = nearest(kind, kinds().map(|known| known.name)) {
        return Err(Error::new(&explain::LINK_TYPE_UNKNOWN).with("type", kind).with("near", near));
    }
    // Linux MODULE_NAME_LEN; a kind is also part of a module's alias.
    if kind.is_empty() || kind.len() > 55 || kind.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::new(&explain::LINK_TYPE_INVALID).with("type", kind));
    }
    Ok(())
}

/// This kernel has no links of this kind: how it would get them.
pub(in crate::kernel::link) fn missing(kind: &str) -> Error {
    let error = Error::new(&explain::LINK_TYPE_MISSING).with("type", kind);
    match known(kind) {
        Some(kind) => error.with("module", kind.module).with("config", kind.config),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_kinds_are_told_and_unknown_ones_are_the_kernels_to_judge() {
        let error = check("brigde").expect_err("misspelt");
        assert_eq!(error.code(), "EINVAL");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"bridge\"?"));
        for kind in ["bridge", "dummy", "quantumnet"] {
            assert!(check(kind).is_ok(), "{kind}");
        }
        for kind in ["", "a very odd one", &"x".repeat(60)] {
            assert!(check(kind).is_err());
        }
        assert_eq!(missing("dummy").hint().as_deref(), Some("load it with `modprobe dummy` (CONFIG_DUMMY)"));
        assert_eq!(missing("quantumnet").hint(), None);
    }

    #[test]
    fn no_kind_stands_twice() {
        let mut names: Vec<&str> = kinds().map(|kind| kind.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    }
}
