//! Tunnels over IPv4: ipip and sit (Linux `IFLA_IPTUN_*`, `net/ipv4/ipip.c`, `net/ipv6/sit.c`).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Kind;
use super::tunnel::{END4, TOS, TTL, encap, forget_encap, text};
use crate::kernel::words::Form::{Bit16, Flag, Link, Names8, Own, Switch8, U16, U32};
use crate::kernel::words::{self, Setting, Settings, Word, fact, field, joined, option};

pub(super) const KINDS: &[Kind] = &[
    Kind { own: IPIP, whole: true, fresh, forget, ..Kind::new("ipip", "ipip", "CONFIG_NET_IPIP") },
    Kind { own: SIT, whole: true, unread: &["6rd_reset"], fresh, forget, ..Kind::new("sit", "sit", "CONFIG_IPV6_SIT") },
];

/// What both have, with these protocols inside.
const fn tunnel(modes: &'static [(u32, &'static str)]) -> [Word; 9] {
    [
        option("remote", 3, Own(&END4)),
        option("local", 2, Own(&END4)),
        option("dev", 1, Link),
        option("mode", 9, Names8(modes)),
        option("ttl", 4, Names8(TTL)),
        option("tos", 5, Own(&TOS)),
        option("pmtudisc", 10, Switch8),
        option("fwmark", 20, U32),
        option("external", 19, Flag),
    ]
}

const IPIP: &[Word] = joined![
    &tunnel(&[
        (0, "any"),
        (4, "ipip"),
        (137, "mplsip"),
        (0, "any/ipv4"),
        (4, "ipv4/ipv4"),
        (4, "ip4ip4"),
        (137, "mpls/ipv4"),
    ]),
    &encap(15),
];

const SIT: &[Word] = joined![
    &tunnel(&[
        (0, "any"),
        (41, "ip6ip"),
        (4, "ipip"),
        (137, "mplsip"),
        (0, "any/ipv4"),
        (41, "ipv6/ipv4"),
        (4, "ipv4/ipv4"),
        (4, "ip4ip4"),
        (137, "mpls/ipv4"),
    ]),
    &encap(15),
    OF_SIT,
];

const OF_SIT: &[Word] = &[
    // Linux SIT_ISATAP.
    field("isatap", 8, 2, 0, Bit16(1)),
    // The address and the length of a prefix are an attribute each; `forget` puts together what was read.
    option("6rd_prefix", 11, Own(&PREFIX6)),
    option("6rd_prefix", 13, Own(&LENGTH6)),
    option("6rd_relay_prefix", 12, Own(&PREFIX4)),
    option("6rd_relay_prefix", 14, Own(&LENGTH4)),
    option("6rd_reset", 11, Own(&RESET_PREFIX)),
    option("6rd_reset", 13, Own(&RESET_LENGTH)),
    option("6rd_reset", 12, Own(&RESET_RELAY)),
    option("6rd_reset", 14, Own(&RESET_RELAY_LENGTH)),
    fact("6rd_prefixlen", 13, U16),
    fact("6rd_relay_prefixlen", 14, U16),
];

const PREFIX6: words::Own = words::Own {
    expected: "an IPv6 prefix",
    encode: |value| prefix::<Ipv6Addr>(value, 128).map(|(address, _)| address.octets().to_vec()),
    decode: |bytes| Some(Setting::Text(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string())),
    width: Some(16),
};

const LENGTH6: words::Own = words::Own {
    expected: PREFIX6.expected,
    encode: |value| prefix::<Ipv6Addr>(value, 128).map(|(_, length)| length.to_ne_bytes().to_vec()),
    decode: |_| None,
    width: Some(2),
};

const PREFIX4: words::Own = words::Own {
    expected: "an IPv4 prefix",
    encode: |value| prefix::<Ipv4Addr>(value, 32).map(|(address, _)| address.octets().to_vec()),
    decode: |bytes| Some(Setting::Text(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).to_string())),
    width: Some(4),
};

const LENGTH4: words::Own = words::Own {
    expected: PREFIX4.expected,
    encode: |value| prefix::<Ipv4Addr>(value, 32).map(|(_, length)| length.to_ne_bytes().to_vec()),
    decode: |_| None,
    width: Some(2),
};

/// What `6rd-reset` writes: `2002::/16` and no prefix of relays.
macro_rules! reset {
    ($name:ident, $bytes:expr) => {
        const $name: words::Own = words::Own {
            expected: "true",
            encode: |value| (*value == Setting::Switch(true)).then(|| $bytes),
            decode: |_| None,
            width: None,
        };
    };
}

reset!(RESET_PREFIX, Ipv6Addr::from_bits(0x2002 << 112).octets().to_vec());
reset!(RESET_LENGTH, u16::to_ne_bytes(16).to_vec());
reset!(RESET_RELAY, vec![0; 4]);
reset!(RESET_RELAY_LENGTH, vec![0; 2]);

/// `2002::/16`; without a length it is the whole address.
fn prefix<A: std::str::FromStr>(value: &Setting, most: u16) -> Option<(A, u16)> {
    let text = text(value)?;
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let length = if length.is_empty() { most } else { length.parse().ok().filter(|&length| length <= most)? };
    Some((address.parse().ok()?, length))
}

/// As `ip link` has it: a new tunnel takes every protocol, and the ttl of what it carries.
fn fresh(options: &mut Settings) {
    for (key, value) in [("mode", "any"), ("ttl", "inherit")] {
        if words::find(options, key).is_none() {
            options.push((key.into(), Setting::Text(value.to_owned())));
        }
    }
}

/// Puts prefixes and their lengths together; there is no prefix of relays where its length is 0. Leaves out what is not
/// there of UDP encapsulation.
fn forget(options: &mut Settings) {
    for (name, length) in [("6rd_prefix", "6rd_prefixlen"), ("6rd_relay_prefix", "6rd_relay_prefixlen")] {
        let bits = words::integer(options, length);
        options.retain(|(key, _)| key != length && (key != name || bits.is_some_and(|bits| bits > 0)));
        if let (Some((_, Setting::Text(prefix))), Some(bits)) = (options.iter_mut().find(|(key, _)| key == name), bits)
        {
            *prefix = format!("{prefix}/{bits}");
        }
    }
    forget_encap(options);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_and_its_length_are_one_word() {
        let settings: Settings = vec![
            ("6rd_prefix".into(), Setting::Text("2001:db8::/32".to_owned())),
            ("6rd_relay_prefix".into(), Setting::Text("10.0.0.0/8".to_owned())),
        ];
        let bytes = words::encode(SIT, &settings, &mut words::no_links).expect("attributes");
        let mut read = words::decode(SIT, &[], &bytes, &|_| None);
        forget(&mut read);
        assert_eq!(read, settings);
        for wrong in ["2001:db8::/129", "10.0.0.0/8", "2001:db8::/x"] {
            let wrong = vec![("6rd_prefix".into(), Setting::Text(wrong.to_owned()))];
            assert!(words::encode(SIT, &wrong, &mut words::no_links).is_err());
        }
    }

    #[test]
    fn a_reset_is_the_prefix_of_a_new_tunnel() {
        let reset = vec![("6rd_reset".into(), Setting::Switch(true))];
        let bytes = words::encode(SIT, &reset, &mut words::no_links).expect("attributes");
        let mut read = words::decode(SIT, &[], &bytes, &|_| None);
        forget(&mut read);
        assert_eq!(read, vec![("6rd_prefix".into(), Setting::Text("2002::/16".to_owned()))]);
    }
}
