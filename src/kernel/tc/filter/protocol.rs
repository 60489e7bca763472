//! The protocol of the packets that a filter looks at.

use crate::kernel::words::{Form, Own, Setting};

/// A protocol by its name, in the network's order (Linux `if_ether.h`, iproute2 `ll_proto.c`).
pub const PROTOCOL: Form = Form::Own(&Own {
    expected: "a protocol such as \"ip\", \"ipv6\", \"arp\", \"802.1q\" or \"all\", or its number",
    encode: |value| protocol_of(value).map(|number| number.to_be_bytes().to_vec()),
    decode: |bytes| {
        let number = u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
        let named = PROTOCOLS.iter().find(|(_, known)| *known == number).map(|(name, _)| *name);
        Some(named.map_or_else(|| Setting::Integer(i64::from(number)), |name| Setting::Text(name.to_owned())))
    },
    width: Some(2),
});

/// The number of a protocol.
pub(super) fn protocol_of(value: &Setting) -> Option<u16> {
    match value {
        Setting::Text(text) => PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, n)| *n),
        Setting::Integer(number) => u16::try_from(*number).ok(),
        _ => None,
    }
}

const PROTOCOLS: &[(&str, u16)] = &[
    ("all", 3),
    ("ip", 0x800),
    ("ipv4", 0x800),
    ("arp", 0x806),
    ("rarp", 0x8035),
    ("802.1Q", 0x8100),
    ("ipv6", 0x86dd),
    ("mpls_uc", 0x8847),
    ("mpls_mc", 0x8848),
    ("ppp_disc", 0x8863),
    ("ppp_ses", 0x8864),
    ("802.1ad", 0x88a8),
    ("lldp", 0x88cc),
    ("cfm", 0x8902),
    ("loop", 0x60),
    ("802_3", 1),
    ("802_2", 4),
];
