//! Tunnels over IPv6: ip6tnl (Linux `IFLA_IPTUN_*`, `net/ipv6/ip6_tunnel.c`), and what others over IPv6 have like it.

use super::Kind;
use super::tunnel::{END6, TTL, encap, forget_encap, text};
use crate::kernel::words::Form::{Bit32, Flag, Link, Names8, Own, U8, U32};
use crate::kernel::words::{self, Setting, Settings, Word, field, joined, option, short, whole};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    whole: true,
    fresh,
    forget: forget_encap,
    ..Kind::new("ip6tnl", "ip6_tunnel", "CONFIG_IPV6_TUNNEL")
}];

const OWN: &[Word] = joined![
    &[
        option("remote", 3, Own(&END6)),
        option("local", 2, Own(&END6)),
        option("dev", 1, Link),
        option("mode", 9, Names8(MODES)),
    ],
    &over_ipv6(Numbers { hoplimit: 4, encaplimit: 6, flowinfo: 7, flags: 8 }),
    &[option("external", 19, Flag)],
    &encap(15),
];

/// What the attributes of tunnels over IPv6 are numbered.
pub(super) struct Numbers {
    pub(super) hoplimit: u16,
    pub(super) encaplimit: u16,
    pub(super) flowinfo: u16,
    pub(super) flags: u16,
}

/// What tunnels over IPv6 have alike.
pub(super) const fn over_ipv6(numbers: Numbers) -> [Word; 13] {
    let Numbers { hoplimit, encaplimit, flowinfo, flags } = numbers;
    [
        option("hoplimit", hoplimit, Names8(TTL)),
        field("encaplimit", flags, 4, 0, Own(&ENCAPLIMIT_NONE)),
        option("encaplimit", encaplimit, U8),
        field("tclass", flags, 4, 0, Own(&TCLASS_INHERIT)),
        field("tclass", flowinfo, 4, 0, Own(&TCLASS)),
        field("flowlabel", flags, 4, 0, Own(&FLOWLABEL_INHERIT)),
        field("flowlabel", flowinfo, 4, 0, Own(&FLOWLABEL)),
        field("dscp", flags, 4, 0, Own(&DSCP)),
        field("allow_localremote", flags, 4, 0, Bit32(0x40)),
        field("fwmark", flags, 4, 0, Own(&FWMARK_INHERIT)),
        option("fwmark", 20, U32),
        short("ttl", &["hoplimit"]),
        short("tos", &["tclass"]),
    ]
}

/// The protocol inside; the first name of each is what is read.
const MODES: &[(u32, &str)] = &[
    (0, "any"),
    (41, "ip6ip6"),
    (4, "ipip6"),
    (0, "any/ipv6"),
    (41, "ipv6/ipv6"),
    (4, "ip/ipv6"),
    (4, "ipv4/ipv6"),
    (4, "ip4ip6"),
];

/// A word that is a flag (Linux `IP6_TNL_F_*`) beside the attribute for its other values.
macro_rules! flagged {
    ($name:ident, $word:literal, $bit:literal) => {
        const $name: words::Own = words::Own {
            expected: $word,
            encode: |value| (text(value)? == $word).then(|| u32::to_ne_bytes($bit).to_vec()),
            decode: |bytes| flag(bytes, $bit)?.then(|| Setting::Text($word.to_owned())),
            width: Some(4),
        };
    };
}

flagged!(ENCAPLIMIT_NONE, "none", 0x1);
flagged!(TCLASS_INHERIT, "inherit", 0x2);
flagged!(FLOWLABEL_INHERIT, "inherit", 0x4);
flagged!(FWMARK_INHERIT, "inherit", 0x20);

/// `dscp inherit`, or false.
const DSCP: words::Own = words::Own {
    expected: "inherit or false",
    encode: |value| match value {
        Setting::Switch(false) => Some(vec![0; 4]),
        value => (text(value)? == "inherit").then(|| u32::to_ne_bytes(0x10).to_vec()),
    },
    decode: |bytes| flag(bytes, 0x10)?.then(|| Setting::Text("inherit".to_owned())),
    width: Some(4),
};

/// The traffic class in the flow information.
const TCLASS: words::Own = words::Own {
    expected: "a whole number up to 255",
    encode: |value| Some((u32::from(u8::try_from(whole(value)?).ok()?) << 20).to_be_bytes().to_vec()),
    decode: |bytes| Some(Setting::Integer((big(bytes)? >> 20 & 0xff).into())),
    width: Some(4),
};

/// The flow label in the flow information.
const FLOWLABEL: words::Own = words::Own {
    expected: "a whole number up to 1048575",
    encode: |value| {
        let label = u32::try_from(whole(value)?).ok().filter(|&label| label <= 0xf_ffff)?;
        Some(label.to_be_bytes().to_vec())
    },
    decode: |bytes| Some(Setting::Integer((big(bytes)? & 0xf_ffff).into())),
    width: Some(4),
};

fn flag(bytes: &[u8], bit: u32) -> Option<bool> {
    Some(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) & bit != 0)
}

fn big(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// As `ip link` has a new tunnel over IPv6, unless it is controlled from outside.
pub(super) fn fresh(options: &mut Settings) {
    if words::flag(options, "external") {
        return;
    }
    let defaults = [
        ("hoplimit", Setting::Integer(64)),
        ("encaplimit", Setting::Integer(4)),
        ("encap_csum6", Setting::Switch(true)),
    ];
    for (key, value) in defaults {
        if words::find(options, key).is_none() {
            options.push((key.into(), value));
        }
    }
}
