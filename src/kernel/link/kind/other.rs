//! Which kinds of links there are at all, and what a kernel needs for each.
//!
//! A misspelt kind is told before the kernel is asked, because the kernel says the same of it as of a missing module.

use crate::error::{Error, Result, explain, nearest};

/// A kind, the module that brings it and the option a kernel is built with.
const KINDS: &[(&str, &str, &str)] = &[
    ("amt", "amt", "CONFIG_AMT"),
    ("bareudp", "bareudp", "CONFIG_BAREUDP"),
    ("batadv", "batman-adv", "CONFIG_BATMAN_ADV"),
    ("bond", "bonding", "CONFIG_BONDING"),
    ("bridge", "bridge", "CONFIG_BRIDGE"),
    ("can", "can-dev", "CONFIG_CAN_DEV"),
    ("dsa", "dsa_core", "CONFIG_NET_DSA"),
    ("dummy", "dummy", "CONFIG_DUMMY"),
    ("erspan", "ip_gre", "CONFIG_NET_IPGRE"),
    ("geneve", "geneve", "CONFIG_GENEVE"),
    ("gre", "ip_gre", "CONFIG_NET_IPGRE"),
    ("gretap", "ip_gre", "CONFIG_NET_IPGRE"),
    ("gtp", "gtp", "CONFIG_GTP"),
    ("hsr", "hsr", "CONFIG_HSR"),
    ("ifb", "ifb", "CONFIG_IFB"),
    ("ip6erspan", "ip6_gre", "CONFIG_IPV6_GRE"),
    ("ip6gre", "ip6_gre", "CONFIG_IPV6_GRE"),
    ("ip6gretap", "ip6_gre", "CONFIG_IPV6_GRE"),
    ("ip6tnl", "ip6_tunnel", "CONFIG_IPV6_TUNNEL"),
    ("ipip", "ipip", "CONFIG_NET_IPIP"),
    ("ipoib", "ib_ipoib", "CONFIG_INFINIBAND_IPOIB"),
    ("ipvlan", "ipvlan", "CONFIG_IPVLAN"),
    ("ipvtap", "ipvtap", "CONFIG_IPVTAP"),
    ("lowpan", "ieee802154_6lowpan", "CONFIG_IEEE802154_6LOWPAN"),
    ("macsec", "macsec", "CONFIG_MACSEC"),
    ("macvlan", "macvlan", "CONFIG_MACVLAN"),
    ("macvtap", "macvtap", "CONFIG_MACVTAP"),
    ("netdevsim", "netdevsim", "CONFIG_NETDEVSIM"),
    ("netkit", "netkit", "CONFIG_NETKIT"),
    ("nlmon", "nlmon", "CONFIG_NLMON"),
    ("pfcp", "pfcp", "CONFIG_PFCP"),
    ("rmnet", "rmnet", "CONFIG_RMNET"),
    ("sit", "sit", "CONFIG_IPV6_SIT"),
    ("tap", "tun", "CONFIG_TUN"),
    ("team", "team", "CONFIG_NET_TEAM"),
    ("tun", "tun", "CONFIG_TUN"),
    ("vcan", "vcan", "CONFIG_CAN_VCAN"),
    ("veth", "veth", "CONFIG_VETH"),
    ("virt_wifi", "virt_wifi", "CONFIG_VIRT_WIFI"),
    ("vlan", "8021q", "CONFIG_VLAN_8021Q"),
    ("vrf", "vrf", "CONFIG_NET_VRF"),
    ("vti", "ip_vti", "CONFIG_NET_IPVTI"),
    ("vti6", "ip6_vti", "CONFIG_IPV6_VTI"),
    ("vxcan", "vxcan", "CONFIG_CAN_VXCAN"),
    ("vxlan", "vxlan", "CONFIG_VXLAN"),
    ("wireguard", "wireguard", "CONFIG_WIREGUARD"),
    ("wwan", "wwan", "CONFIG_WWAN"),
    ("xfrm", "xfrm_interface", "CONFIG_XFRM_INTERFACE"),
];

/// `EINVAL` for a kind that is a known one misspelt, or that no kernel could know; other kinds are the kernel's to judge.
pub fn check(kind: &str) -> Result<()> {
    if KINDS.iter().any(|(known, ..)| *known == kind) {
        return Ok(());
    }
    if let Some(near) = nearest(kind, KINDS.iter().map(|(known, ..)| *known)) {
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
    match KINDS.iter().find(|(known, ..)| *known == kind) {
        Some((_, module, config)) => error.with("module", module).with("config", config),
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
    fn the_kinds_are_in_order() {
        assert!(KINDS.is_sorted());
    }
}
