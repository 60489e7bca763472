//! Forms of values that rules and routes have both: networks, realms, types of service.

use std::net::IpAddr;

use ipnet::IpNet;

use super::names::Names;
use super::words::{Own, Setting};
use crate::netlink::attr;

/// A network; how long its prefix is stands in the header.
pub(super) static PREFIX: Own = Own {
    expected: "an address or a network",
    encode: |value| {
        Some(match prefix(value)?.addr() {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        })
    },
    decode: |bytes| {
        let address: IpAddr = match bytes.len() {
            4 => <[u8; 4]>::try_from(bytes).ok()?.into(),
            _ => <[u8; 16]>::try_from(bytes).ok()?.into(),
        };
        Some(Setting::Text(address.to_string()))
    },
    width: None,
};

/// The network that a value is, if it is one.
pub(super) fn prefix(value: &Setting) -> Option<IpNet> {
    let Setting::Text(text) = value else { return None };
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Adds the length of its prefix to the text of an address, unless that is all of it.
pub(super) fn add_length(address: &mut String, length: u8) {
    let whole = if address.contains(':') { 128 } else { 32 };
    if length != whole {
        *address = format!("{address}/{length}");
    }
}

/// Realms, where a packet comes from and where it goes to, in 16 bits each (Linux `RTA_FLOW`): `"to"` or `"from/to"`, each a number or a name of `rt_realms`.
pub(super) static REALMS: Own = Own {
    expected: "a realm, or text such as \"3/4\"",
    encode: |value| Some(realms(value)?.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let (number, names) = (attr::u32_of(bytes)?, Names::realms());
        let to = names.name(number & 0xffff);
        Some(Setting::Text(match number >> 16 {
            0 => to,
            from => format!("{}/{to}", names.name(from)),
        }))
    },
    width: Some(4),
};

/// A type of service (the DS field): a number, or a name of `rt_dsfield`.
pub(super) static TOS: Own = Own {
    expected: "a number from 0 to 255, or a name such as \"AF11\"",
    encode: |value| {
        let number = match value {
            Setting::Integer(number) => u8::try_from(*number).ok()?,
            Setting::Text(text) => u8::try_from(Names::dsfields().number(text)?).ok()?,
            _ => return None,
        };
        Some(vec![number])
    },
    decode: |bytes| Some(Setting::Integer((*bytes.first()?).into())),
    width: Some(1),
};

/// The number of a realm, or of two.
pub(super) fn realms(value: &Setting) -> Option<u32> {
    let names = Names::realms();
    let realm = |text: &str| names.number(text).filter(|realm| *realm <= 0xffff);
    match value {
        Setting::Integer(realm) => u32::try_from(*realm).ok(),
        Setting::Text(text) => match text.split_once('/') {
            Some((from, to)) => Some(realm(from)? << 16 | realm(to)?),
            None => realm(text),
        },
        _ => None,
    }
}
