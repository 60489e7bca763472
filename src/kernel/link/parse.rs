//! What the kernel says of a link (`RTM_NEWLINK`), read from its bytes.
//!
//! Layout: Linux `include/uapi/linux/if_link.h`. Lengths and numbers in an answer are not trusted: what is too short says
//! nothing.

use super::list::{Link, Stats};
use super::{AddrGenMode, format_mac, kind, more, xdp};
use crate::kernel::names::Names;
use crate::netlink::attr::{self, Attributes};

/// `RTM_NEWLINK`, and `RTM_DELLINK` behind it.
const NEW: u16 = libc::RTM_NEWLINK;
/// Length of `struct ifinfomsg`.
pub(super) const HEADER: usize = 16;

/// The flags in the order and the words of `ip link` (Linux `if.h`).
const FLAGS: [(u32, &str); 19] = [
    (1 << 3, "LOOPBACK"),
    (1 << 1, "BROADCAST"),
    (1 << 4, "POINTOPOINT"),
    (1 << 12, "MULTICAST"),
    (NOARP, "NOARP"),
    (ALLMULTI, "ALLMULTI"),
    (PROMISC, "PROMISC"),
    (1 << 10, "MASTER"),
    (1 << 11, "SLAVE"),
    (1 << 2, "DEBUG"),
    (DYNAMIC, "DYNAMIC"),
    (1 << 14, "AUTOMEDIA"),
    (1 << 13, "PORTSEL"),
    (NOTRAILERS, "NOTRAILERS"),
    (1 << 5, "NOTRAILERS"),
    (UP, "UP"),
    (1 << 16, "LOWER_UP"),
    (1 << 17, "DORMANT"),
    (1 << 18, "ECHO"),
];
const UP: u32 = 1;
const NOTRAILERS: u32 = 1 << 5;
const DYNAMIC: u32 = 1 << 15;
const RUNNING: u32 = 1 << 6;
const NOARP: u32 = 1 << 7;
const PROMISC: u32 = 1 << 8;
const ALLMULTI: u32 = 1 << 9;
const MULTICAST: u32 = 1 << 12;

/// The link that an answer or an event is about; none for what is about none. Other links that it names are known by
/// their indexes alone.
pub(super) fn link(message: u16, bytes: &[u8], groups: &Names) -> Option<Link> {
    if message != NEW && message != libc::RTM_DELLINK {
        return None;
    }
    let header = bytes.get(..HEADER)?;
    let layer = u16::from_ne_bytes([header[2], header[3]]);
    let flags = attr::u32_of(&header[8..])?;
    let is_on = |flag: u32| flags & flag != 0;
    let mut link = Link {
        index: attr::u32_of(&header[4..])?,
        up: is_on(UP),
        running: is_on(RUNNING),
        flags: flag_names(flags),
        promisc: is_on(PROMISC),
        allmulticast: is_on(ALLMULTI),
        multicast: is_on(MULTICAST),
        dynamic: is_on(DYNAMIC),
        trailers: !is_on(NOTRAILERS),
        arp: !is_on(NOARP),
        link_type: layer_name(layer),
        ..Link::default()
    };
    for (attribute, value) in Attributes::new(&bytes[HEADER..]) {
        read(&mut link, attribute, value, layer);
    }
    link.more = more::read(&bytes[HEADER..]);
    link.group_name = groups.name(link.group);
    Some(link)
}

fn read(link: &mut Link, attribute: u16, value: &[u8], layer: u16) {
    let number = || attr::u32_of(value);
    let address = || (!value.is_empty()).then(|| hardware_address(value, layer));
    match attribute {
        libc::IFLA_ADDRESS => link.address = address(),
        libc::IFLA_BROADCAST => link.broadcast = address(),
        libc::IFLA_IFNAME => link.name = attr::text(value),
        libc::IFLA_MTU => link.mtu = number().unwrap_or_default(),
        // 0: a link that stands on one which is in no namespace that can be named.
        libc::IFLA_LINK => link.link_index = number().filter(|&index| index != 0),
        libc::IFLA_QDISC => link.qdisc = Some(attr::text(value)),
        libc::IFLA_MASTER => link.master_index = number(),
        libc::IFLA_TXQLEN => link.txqueuelen = number().unwrap_or_default(),
        libc::IFLA_OPERSTATE => link.operstate = operstate(value),
        libc::IFLA_LINKINFO => {
            let info = kind::read(value);
            (link.kind, link.data, link.port_kind, link.port) = (info.kind, info.data, info.port_kind, info.port);
        }
        libc::IFLA_IFALIAS => link.alias = Some(attr::text(value)),
        libc::IFLA_STATS64 => {
            link.stats = Stats { carrier_changes: link.stats.carrier_changes, ..counters(value) };
        }
        libc::IFLA_CARRIER_CHANGES => link.stats.carrier_changes = number().unwrap_or_default(),
        libc::IFLA_AF_SPEC => link.addrgenmode = addrgenmode(value),
        libc::IFLA_XDP => link.xdp = xdp::read(value),
        libc::IFLA_GROUP => link.group = number().unwrap_or_default(),
        libc::IFLA_CARRIER => link.carrier = value.first().is_some_and(|&carrier| carrier != 0),
        libc::IFLA_LINK_NETNSID => link.link_netnsid = number().map(u32::cast_signed),
        libc::IFLA_MIN_MTU => link.mtu_range.0 = number().unwrap_or_default(),
        libc::IFLA_MAX_MTU => link.mtu_range.1 = number().unwrap_or_default(),
        _ => {}
    }
}

/// `IF_OPER_*` (RFC 2863) in `ip link`'s words.
fn operstate(value: &[u8]) -> String {
    const NAMES: [&str; 7] = ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];
    let state = value.first().copied().unwrap_or_default();
    NAMES.get(usize::from(state)).map_or_else(|| format!("{state:#x}"), |name| (*name).to_owned())
}

/// Those of `struct rtnl_link_stats64` that `ip -s link` shows; `netns.stats_get` has all.
fn counters(value: &[u8]) -> Stats {
    let counter = |place: usize| value.get(place * 8..place * 8 + 8).and_then(attr::number).unwrap_or_default();
    Stats {
        rx_packets: counter(0),
        tx_packets: counter(1),
        rx_bytes: counter(2),
        tx_bytes: counter(3),
        rx_errors: counter(4),
        tx_errors: counter(5),
        rx_dropped: counter(6),
        tx_dropped: counter(7),
        multicast: counter(8),
        collisions: counter(9),
        rx_over_errors: counter(11),
        rx_missed_errors: counter(15),
        tx_carrier_errors: counter(17),
        carrier_changes: 0,
    }
}

/// `IFLA_INET6_ADDR_GEN_MODE` among what IPv6 says of the link.
fn addrgenmode(families: &[u8]) -> Option<AddrGenMode> {
    const ADDR_GEN_MODE: u16 = 8;
    let inet6 = attr::find(families, libc::AF_INET6 as u16)?;
    attr::find(inet6, ADDR_GEN_MODE)?.first().and_then(|&number| AddrGenMode::of(number))
}

fn flag_names(flags: u32) -> Vec<&'static str> {
    let no_carrier = flags & UP != 0 && flags & RUNNING == 0;
    let set = FLAGS.into_iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| name);
    no_carrier.then_some("NO-CARRIER").into_iter().chain(set).collect()
}

/// `ip`'s words for link layers (Linux `if_arp.h`).
const LAYERS: [(u16, &str); 19] = [
    (libc::ARPHRD_ETHER, "ether"),
    (libc::ARPHRD_LOOPBACK, "loopback"),
    (libc::ARPHRD_NONE, "none"),
    (libc::ARPHRD_PPP, "ppp"),
    (libc::ARPHRD_TUNNEL, "ipip"),
    (libc::ARPHRD_TUNNEL6, "tunnel6"),
    (libc::ARPHRD_SIT, "sit"),
    (libc::ARPHRD_IPGRE, "gre"),
    (823, "gre6"),
    (824, "netlink"),
    (280, "can"),
    (libc::ARPHRD_INFINIBAND, "infiniband"),
    (519, "rawip"),
    (libc::ARPHRD_SLIP, "slip"),
    (libc::ARPHRD_RAWHDLC, "rawhdlc"),
    (libc::ARPHRD_IEEE80211, "ieee802.11"),
    (libc::ARPHRD_IEEE802154, "ieee802.15.4"),
    (825, "6lowpan"),
    (libc::ARPHRD_VOID, "void"),
];

fn layer_name(layer: u16) -> String {
    let named = LAYERS.iter().find(|(number, _)| *number == layer);
    named.map_or_else(|| format!("[{layer}]"), |(_, name)| (*name).to_owned())
}

/// The ends of a tunnel are shown as IP addresses, everything else in hexadecimal.
fn hardware_address(bytes: &[u8], layer: u16) -> String {
    let is_one_of = |layers: &[&str]| layers.contains(&layer_name(layer).as_str());
    if let (Ok(v4), true) = (<[u8; 4]>::try_from(bytes), is_one_of(&["ipip", "sit", "gre"])) {
        return std::net::Ipv4Addr::from(v4).to_string();
    }
    if let (Ok(v6), true) = (<[u8; 16]>::try_from(bytes), is_one_of(&["tunnel6", "gre6"])) {
        return std::net::Ipv6Addr::from(v6).to_string();
    }
    format_mac(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An answer about `eth0`, with these attributes behind its name.
    fn answer(fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[2..4].copy_from_slice(&1u16.to_ne_bytes());
        bytes[4..8].copy_from_slice(&7u32.to_ne_bytes());
        bytes[8..12].copy_from_slice(&(UP | MULTICAST).to_ne_bytes());
        attr::put_text(&mut bytes, libc::IFLA_IFNAME, "eth0");
        fill(&mut bytes);
        bytes
    }

    #[test]
    fn an_answer_is_read() {
        let bytes = answer(|bytes| {
            attr::put(bytes, libc::IFLA_ADDRESS, &[2, 0, 0, 0, 0, 1]);
            attr::put(bytes, libc::IFLA_OPERSTATE, &[6]);
            attr::nest(bytes, libc::IFLA_LINKINFO, |info| {
                attr::put(info, 1, b"bridge\0");
                attr::nest(info, 2, |data| attr::put_u32(data, 5, 1));
                attr::put(info, 4, b"quantum");
            });
        });
        let link = link(NEW, &bytes, &Names::groups()).expect("a link");
        assert_eq!((link.index, link.name.as_str(), link.operstate.as_str()), (7, "eth0", "UP"));
        assert_eq!((link.kind.as_deref(), link.port_kind.as_deref()), (Some("bridge"), Some("quantum")));
        assert_eq!(link.flags, ["NO-CARRIER", "MULTICAST", "UP"]);
        assert_eq!(link.data, [("stp_state".into(), crate::kernel::words::Setting::Switch(true))]);
        assert_eq!(super::link(20, &bytes, &Names::groups()).map(|link| link.index), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..20, 1 => any::<u8>()], 0..160),
            kind in prop::sample::select(kind::names().collect::<Vec<_>>()),
            inner in proptest::collection::vec(prop_oneof![3 => 0u8..20, 1 => any::<u8>()], 0..160),
        ) {
            let _ = link(NEW, &bytes, &Names::groups());
            let whole = answer(|whole| {
                whole.extend_from_slice(&bytes);
            });
            prop_assert!(link(NEW, &whole, &Names::groups()).is_some());
            let of_kind = answer(|whole| attr::nest(whole, libc::IFLA_LINKINFO, |info| {
                attr::put_text(info, 1, kind);
                attr::put(info, 2, &inner);
                attr::put_text(info, 4, kind);
                attr::put(info, 5, &inner);
            }));
            prop_assert_eq!(link(NEW, &of_kind, &Names::groups()).and_then(|link| link.port_kind), Some(kind.to_owned()));
        }
    }
}
