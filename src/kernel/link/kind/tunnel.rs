//! The forms of values that tunnels of several kinds have: their ends, keys and ports.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kernel::shared_forms;
use crate::kernel::words::Form::{Be16, Bit16, Names16};
use crate::kernel::words::{self, Form, Own, Setting, Settings, Word, field, option, whole};

/// Packets in UDP (`TUNNEL_ENCAP_*`); `kind` is the attribute that says how, behind which those of its flags and ports
/// follow.
pub(super) const fn encap(kind: u16) -> [Word; 6] {
    [
        option("encap", kind, Names16(ENCAP)),
        field("encap_csum", kind + 1, 2, 0, Bit16(1)),
        field("encap_csum6", kind + 1, 2, 0, Bit16(2)),
        field("encap_remcsum", kind + 1, 2, 0, Bit16(4)),
        option("encap_sport", kind + 2, Form::Own(&PORT_OR_AUTO)),
        option("encap_dport", kind + 3, Be16),
    ]
}

/// An end of a tunnel over IPv4, or `any`, which is not told: kinds of tunnels refuse an address that is none.
pub(super) const END4: Own = Own {
    expected: "an IPv4 address or any",
    encode: |value| match text(value)? {
        "any" => Some(Vec::new()),
        address => Some(address.parse::<Ipv4Addr>().ok()?.octets().to_vec()),
    },
    decode: |bytes| {
        let address = v4(bytes)?;
        Some(Setting::Text(if address.is_unspecified() { "any".to_owned() } else { address.to_string() }))
    },
    width: Some(4),
};

/// An end of a tunnel over IPv6, or `any`.
pub(super) const END6: Own = Own {
    expected: "an IPv6 address or any",
    encode: |value| match text(value)? {
        "any" => Some(Vec::new()),
        address => Some(address.parse::<Ipv6Addr>().ok()?.octets().to_vec()),
    },
    decode: |bytes| {
        let address = v6(bytes)?;
        Some(Setting::Text(if address.is_unspecified() { "any".to_owned() } else { address.to_string() }))
    },
    width: Some(16),
};

/// An IPv4 address that is no group, of a kind that has another attribute for IPv6; none is not shown.
pub(super) const HOST4: Own = Own {
    expected: "an IP address that is no group",
    encode: |value| match text(value)? {
        "any" => Some(vec![0; 4]),
        address => host4(address).map(|address| address.octets().to_vec()),
    },
    decode: |bytes| {
        let address = v4(bytes).filter(|address| !address.is_unspecified() && !address.is_multicast())?;
        Some(Setting::Text(address.to_string()))
    },
    width: Some(4),
};

/// See [`HOST4`].
pub(super) const HOST6: Own = Own {
    expected: HOST4.expected,
    encode: |value| {
        let address = text(value)?.parse::<Ipv6Addr>().ok().filter(|address| !address.is_multicast())?;
        Some(address.octets().to_vec())
    },
    decode: |bytes| {
        let address = v6(bytes).filter(|address| !address.is_unspecified() && !address.is_multicast())?;
        Some(Setting::Text(address.to_string()))
    },
    width: Some(16),
};

/// An IPv4 address of a group.
pub(super) const GROUP4: Own = Own {
    expected: "the IP address of a group",
    encode: |value| {
        let address = text(value)?.parse::<Ipv4Addr>().ok().filter(Ipv4Addr::is_multicast)?;
        Some(address.octets().to_vec())
    },
    decode: |bytes| v4(bytes).filter(Ipv4Addr::is_multicast).map(|address| Setting::Text(address.to_string())),
    width: Some(4),
};

/// An IPv6 address of a group.
pub(super) const GROUP6: Own = Own {
    expected: GROUP4.expected,
    encode: |value| {
        let address = text(value)?.parse::<Ipv6Addr>().ok().filter(Ipv6Addr::is_multicast)?;
        Some(address.octets().to_vec())
    },
    decode: |bytes| v6(bytes).filter(Ipv6Addr::is_multicast).map(|address| Setting::Text(address.to_string())),
    width: Some(16),
};

/// A key: a number, or the same as a dotted quad; false is none (`nokey`).
pub(super) const KEY: Own = Own {
    expected: "a number of 32 bits, a dotted quad or false",
    encode: |value| match value {
        Setting::Switch(false) => Some(vec![0; 4]),
        Setting::Text(text) if text.contains('.') => Some(text.parse::<Ipv4Addr>().ok()?.octets().to_vec()),
        Setting::Switch(true) => None,
        number => Some(u32::try_from(whole(number)?).ok()?.to_be_bytes().to_vec()),
    },
    decode: |bytes| Some(Setting::Integer(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?).into())),
    width: Some(4),
};

/// `auto`, which is 0, or a port, in the network's order.
const PORT_OR_AUTO: Own = Own {
    expected: "a port or auto",
    encode: |value| match value {
        Setting::Text(text) if text == "auto" => Some(vec![0; 2]),
        number => Some(u16::try_from(whole(number)?).ok()?.to_be_bytes().to_vec()),
    },
    decode: |bytes| match u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?) {
        0 => Some(Setting::Text("auto".to_owned())),
        port => Some(Setting::Integer(port.into())),
    },
    width: Some(2),
};

/// `ip link`'s `encap`: UDP around what the tunnel sends (Linux `tunnel_encap_types`).
pub(super) const ENCAP: &[(u32, &str)] = &[(0, "none"), (1, "fou"), (2, "gue")];

/// `tos`: a number, of which 1 is `inherit`, or a name of `rt_dsfield`.
pub(super) const TOS: Own = Own {
    expected: "inherit, a number from 0 to 255 or a name such as \"AF11\"",
    encode: |value| match value {
        Setting::Text(text) if text == "inherit" => Some(vec![1]),
        value => (shared_forms::TOS.encode)(value),
    },
    decode: |bytes| match bytes.first()? {
        1 => Some(Setting::Text("inherit".to_owned())),
        _ => (shared_forms::TOS.decode)(bytes),
    },
    width: Some(1),
};

/// `ttl` of the kinds of tunnels for which 0 is `inherit`.
pub(super) const TTL: &[(u32, &str)] = &[(0, "inherit")];

/// What of UDP encapsulation is left out of what was read: what says that there is none.
pub(super) fn forget_encap(options: &mut Settings) {
    // The kernel keeps the ports of one that is taken away.
    let is_there = words::text(options, "encap").is_some_and(|kind| kind != "none");
    options.retain(|(key, value)| match (key.as_ref(), value) {
        ("encap", _) => is_there,
        ("encap_sport", Setting::Text(port)) => is_there && port != "auto",
        ("encap_dport", port) => is_there && *port != Setting::Integer(0),
        _ => true,
    });
}

/// A text.
pub(super) fn text(value: &Setting) -> Option<&str> {
    match value {
        Setting::Text(text) => Some(text),
        _ => None,
    }
}

fn host4(text: &str) -> Option<Ipv4Addr> {
    text.parse::<Ipv4Addr>().ok().filter(|address| !address.is_multicast())
}

fn v4(bytes: &[u8]) -> Option<Ipv4Addr> {
    Some(<[u8; 4]>::try_from(bytes).ok()?.into())
}

fn v6(bytes: &[u8]) -> Option<Ipv6Addr> {
    Some(<[u8; 16]>::try_from(bytes).ok()?.into())
}
