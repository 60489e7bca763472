//! GRE over IPv4 and IPv6, of IP packets and of Ethernet frames, and ERSPAN, which is a kind of GRE (Linux `IFLA_GRE_*`,
//! `net/ipv4/ip_gre.c`, `net/ipv6/ip6_gre.c`).

use std::net::IpAddr;

use super::Kind;
use super::ip6tnl::{self, Numbers};
use super::tunnel::{END4, END6, KEY, TOS, TTL, encap, forget_encap};
use crate::kernel::words::Form::{Bit16, Flag, Link, Names8, Own, Switch8, U8, U16, U32, Words8};
use crate::kernel::words::{self, Setting, Settings, Word, field, joined, option, short};

pub(super) const KINDS: &[Kind] = &[
    over_ipv4("gre", GRE),
    over_ipv4("gretap", GRE),
    over_ipv4("erspan", ERSPAN),
    over_ipv6("ip6gre", IP6GRE),
    over_ipv6("ip6gretap", IP6GRE),
    over_ipv6("ip6erspan", IP6ERSPAN),
];

const fn over_ipv4(name: &'static str, own: &'static [Word]) -> Kind {
    Kind { own, whole: true, fresh, forget, ..Kind::new(name, "ip_gre", "CONFIG_NET_IPGRE") }
}

const fn over_ipv6(name: &'static str, own: &'static [Word]) -> Kind {
    let fresh = ip6tnl::fresh;
    Kind { own, whole: true, fresh, forget, ..Kind::new(name, "ip6_gre", "CONFIG_IPV6_GRE") }
}

// Linux if_tunnel.h; in the network's order, as their attributes are.
const GRE_CSUM: u16 = 0x8000_u16.to_be();
const GRE_SEQ: u16 = 0x1000_u16.to_be();

/// The options of GRE whose ends are these.
const fn gre(end: &'static words::Own) -> [Word; 15] {
    [
        option("remote", 7, Own(end)),
        option("local", 6, Own(end)),
        option("dev", 1, Link),
        short("key", &["ikey", "okey"]),
        field("ikey", 2, 2, 0, Own(&KEYED)),
        option("ikey", 4, Own(&KEY)),
        field("okey", 3, 2, 0, Own(&KEYED)),
        option("okey", 5, Own(&KEY)),
        short("seq", &["iseq", "oseq"]),
        field("iseq", 2, 2, 0, Bit16(GRE_SEQ)),
        field("oseq", 3, 2, 0, Bit16(GRE_SEQ)),
        short("csum", &["icsum", "ocsum"]),
        field("icsum", 2, 2, 0, Bit16(GRE_CSUM)),
        field("ocsum", 3, 2, 0, Bit16(GRE_CSUM)),
        option("external", 18, Flag),
    ]
}

const OVER_IPV4: &[Word] = &[
    option("ttl", 8, Names8(TTL)),
    option("tos", 9, Own(&TOS)),
    option("pmtudisc", 10, Switch8),
    option("ignore_df", 19, Switch8),
    option("fwmark", 20, U32),
];
const OVER_IPV6: &[Word] = &ip6tnl::over_ipv6(Numbers { hoplimit: 8, encaplimit: 11, flowinfo: 12, flags: 13 });
const OF_ERSPAN: &[Word] = &[
    option("erspan_ver", 22, U8),
    option("erspan", 21, U32),
    option("erspan_dir", 23, Words8(&["ingress", "egress"])),
    option("erspan_hwid", 24, U16),
];

const GRE: &[Word] = joined![&gre(&END4), &encap(14), OVER_IPV4];
const IP6GRE: &[Word] = joined![&gre(&END6), &encap(14), OVER_IPV6];
const ERSPAN: &[Word] = joined![GRE, OF_ERSPAN];
const IP6ERSPAN: &[Word] = joined![IP6GRE, OF_ERSPAN];

/// The flag that says that there is a key (Linux `GRE_KEY`).
const KEYED: words::Own = words::Own {
    expected: KEY.expected,
    encode: |value| {
        (KEY.encode)(value)?;
        Some(vec![if *value == Setting::Switch(false) { 0 } else { 0x20 }, 0])
    },
    decode: |bytes| (bytes.first()? & 0x20 == 0).then_some(Setting::Switch(false)),
    width: Some(2),
};

/// As `ip link` has it: the address of a group is a key too, in each direction that has none.
fn fresh(options: &mut Settings) {
    let group =
        words::text(options, "remote").filter(|remote| remote.parse().is_ok_and(|ip: IpAddr| ip.is_multicast()));
    let Some(group) = group.map(str::to_owned) else { return };
    for key in ["ikey", "okey"] {
        if words::find(options, key).is_none() {
            options.push((key.into(), Setting::Text(group.clone())));
        }
    }
}

/// A key that is none, and all of UDP encapsulation where there is none.
fn forget(options: &mut Settings) {
    options.retain(|(key, value)| !matches!(key.as_ref(), "ikey" | "okey") || *value != Setting::Switch(false));
    forget_encap(options);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(words: &[Word], settings: &Settings) -> Settings {
        let bytes = words::encode(words, settings, &mut words::no_links).expect("attributes");
        let mut read = words::decode(words, &[], &bytes, &|_| None);
        forget(&mut read);
        read
    }

    #[test]
    fn keys_and_switches_of_both_directions_are_written_in_one_word_and_read_in_two() {
        let asked = vec![("key".into(), Setting::Integer(5)), ("csum".into(), Setting::Switch(true))];
        let both = vec![
            ("ikey".into(), Setting::Integer(5)),
            ("okey".into(), Setting::Integer(5)),
            ("icsum".into(), Setting::Switch(true)),
            ("ocsum".into(), Setting::Switch(true)),
        ];
        assert_eq!(read_back(GRE, &asked), both);
        let none = vec![("key".into(), Setting::Switch(false)), ("okey".into(), Setting::Text("0.0.1.0".to_owned()))];
        assert_eq!(read_back(GRE, &none), vec![("okey".into(), Setting::Integer(256))]);
    }

    #[test]
    fn a_key_that_is_0_is_one() {
        let zero = vec![("ikey".into(), Setting::Integer(0))];
        assert_eq!(read_back(GRE, &zero), zero);
    }

    #[test]
    fn what_is_inherited_over_ipv6_is_a_flag_and_class_and_label_share_their_place() {
        let settings = vec![
            ("encaplimit".into(), Setting::Text("none".to_owned())),
            ("tclass".into(), Setting::Integer(0x12)),
            ("flowlabel".into(), Setting::Integer(0x34567)),
            ("dscp".into(), Setting::Text("inherit".to_owned())),
            ("fwmark".into(), Setting::Text("inherit".to_owned())),
        ];
        assert_eq!(read_back(IP6GRE, &settings), settings);
        let wrong = vec![("tclass".into(), Setting::Integer(256))];
        let error = words::encode(IP6GRE, &wrong, &mut words::no_links).expect_err("too large");
        assert_eq!(error.message(), "option \"tclass\" must be inherit or a whole number up to 255, got 256");
    }

    #[test]
    fn the_address_of_a_group_is_the_key_of_each_direction_that_has_none() {
        let remote = |address: &str| vec![("remote".into(), Setting::Text(address.to_owned()))];
        let mut host = remote("10.0.0.1");
        fresh(&mut host);
        assert_eq!(host, remote("10.0.0.1"));
        let mut group = remote("239.1.1.1");
        group.push(("ikey".into(), Setting::Integer(3)));
        fresh(&mut group);
        assert_eq!(words::integer(&group, "ikey"), Some(3));
        assert_eq!(words::text(&group, "okey"), Some("239.1.1.1"));
    }
}
