//! Tunnels over IPv6: ip6tnl (Linux `IFLA_IPTUN_*`, `net/ipv6/ip6_tunnel.c`), and what others over IPv6 have like it.

use super::Kind;
use super::tunnel::{ENCAP, END6, PORT_OR_AUTO, TTL, forget_encap, text};
use crate::kernel::words::Form::{Be16, Bit16, Bit32, Flag, Link, Names8, Names16, Own, U8, U32};
use crate::kernel::words::{self, Setting, Settings, Word, field, option, short, whole};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    whole: true,
    fresh,
    forget: forget_encap,
    ..Kind::new("ip6tnl", "ip6_tunnel", "CONFIG_IPV6_TUNNEL")
}];

const OWN: &[Word] = &[
    option("remote", 3, Own(&END6)),
    option("local", 2, Own(&END6)),
    option("dev", 1, Link),
    option("mode", 9, Names8(MODES)),
    option("hoplimit", 4, Names8(TTL)),
    field("encaplimit", 8, 4, 0, Own(&ENCAPLIMIT_NONE)),
    option("encaplimit", 6, U8),
    field("tclass", 8, 4, 0, Own(&TCLASS_INHERIT)),
    field("tclass", 7, 4, 0, Own(&TCLASS)),
    field("flowlabel", 8, 4, 0, Own(&FLOWLABEL_INHERIT)),
    field("flowlabel", 7, 4, 0, Own(&FLOWLABEL)),
    field("dscp", 8, 4, 0, Own(&DSCP)),
    field("allow_localremote", 8, 4, 0, Bit32(0x40)),
    field("fwmark", 8, 4, 0, Own(&FWMARK_INHERIT)),
    option("fwmark", 20, U32),
    short("ttl", &["hoplimit"]),
    short("tos", &["tclass"]),
    option("external", 19, Flag),
    option("encap", 15, Names16(ENCAP)),
    field("encap_csum", 16, 2, 0, Bit16(1)),
    field("encap_csum6", 16, 2, 0, Bit16(2)),
    field("encap_remcsum", 16, 2, 0, Bit16(4)),
    option("encap_sport", 17, Own(&PORT_OR_AUTO)),
    option("encap_dport", 18, Be16),
];

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
        pub(super) const $name: words::Own = words::Own {
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
pub(super) const DSCP: words::Own = words::Own {
    expected: "inherit or false",
    encode: |value| match value {
        Setting::Switch(false) => Some(vec![0; 4]),
        value => (text(value)? == "inherit").then(|| u32::to_ne_bytes(0x10).to_vec()),
    },
    decode: |bytes| flag(bytes, 0x10)?.then(|| Setting::Text("inherit".to_owned())),
    width: Some(4),
};

/// The traffic class in the flow information.
pub(super) const TCLASS: words::Own = words::Own {
    expected: "a whole number up to 255",
    encode: |value| Some((u32::from(u8::try_from(whole(value)?).ok()?) << 20).to_be_bytes().to_vec()),
    decode: |bytes| Some(Setting::Integer((big(bytes)? >> 20 & 0xff).into())),
    width: Some(4),
};

/// The flow label in the flow information.
pub(super) const FLOWLABEL: words::Own = words::Own {
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
