//! One change of a packet's bytes, in tc-pedit(8)'s words: `ip ttl set 64`, `eth dst set 02:00:00:00:00:01`,
//! `offset 12 u32 set 0x0a000001 retain 0xff`.
//!
//! A change becomes keys of 32 bits at places that are multiples of four, as iproute2's `pack_key` makes them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kernel::link::parse_mac;
use crate::kernel::words::number;

/// `TCA_PEDIT_KEY_EX_HDR_TYPE_…`.
const NETWORK: u16 = 0;
const ETH: u16 = 1;
const IP4: u16 = 2;
const IP6: u16 = 3;
const TCP: u16 = 4;
const UDP: u16 = 5;
const HEADERS: [&str; 6] = ["network", "eth", "ip", "ip6", "tcp", "udp"];

/// A `struct tc_pedit_key`: what stays of the 32 bits there, and what they become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    stays: u32,
    value: u32,
    offset: u32,
    /// Where in the packet more to add to the offset stands, which of its bits, and by how many they are moved down.
    more: (u32, u32, u32),
    /// The header that the offset counts from.
    pub(super) header: u16,
    /// Adds to what is there, instead of setting it.
    pub(super) adds: bool,
}

impl Key {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (at, mask, shift) = self.more;
        let network = [self.stays, self.value].map(u32::to_be_bytes).concat();
        [network, [self.offset, at, mask, shift].map(u32::to_ne_bytes).concat()].concat()
    }

    pub(super) fn seen(bytes: &[u8], header: u16, adds: bool) -> Option<Self> {
        let word = |at: usize| <[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok();
        Some(Self {
            stays: u32::from_be_bytes(word(0)?),
            value: u32::from_be_bytes(word(4)?),
            offset: u32::from_ne_bytes(word(8)?),
            more: (u32::from_ne_bytes(word(12)?), u32::from_ne_bytes(word(16)?), u32::from_ne_bytes(word(20)?)),
            header,
            adds,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = HEADERS.get(usize::from(self.header)).filter(|_| self.header != NETWORK);
        let command = if self.adds { "add" } else { "set" };
        match header {
            Some(header) => write!(f, "{header} offset ")?,
            None => write!(f, "offset ")?,
        }
        write!(f, "{} u32 ", self.offset.cast_signed())?;
        if let (at, mask @ 1.., shift) = self.more {
            write!(f, "at {at} {mask:#x} {shift} ")?;
        }
        if self.stays == u32::MAX && self.value != 0 {
            return write!(f, "invert retain {:#010x}", self.value);
        }
        write!(f, "{command} {:#010x}", self.value)?;
        if self.stays != 0 { write!(f, " retain {:#010x}", !self.stays) } else { Ok(()) }
    }
}

/// Fields that are not all of their bits, which change unless more are told.
const PARTS: &[(&str, &str, u32)] = &[
    ("ip", "ihl", 0x0f),
    ("ip", "nofrag", 0x3f),
    ("ip", "firstfrag", 0x1f),
    ("ip", "ce", 0x80),
    ("ip", "df", 0x40),
    ("ip", "mf", 0x20),
    ("ip6", "flow_lbl", 0x7_ffff),
];

/// A field: its header, its name, where it starts, how many bits it has.
const FIELDS: &[(&str, &str, i32, u32)] = &[
    ("ip", "ihl", 0, 8),
    ("ip", "precedence", 1, 8),
    ("ip", "nofrag", 6, 8),
    ("ip", "firstfrag", 6, 8),
    ("ip", "ce", 6, 8),
    ("ip", "df", 6, 8),
    ("ip", "mf", 6, 8),
    ("ip6", "flow_lbl", 0, 32),
    ("ip", "tos", 1, 8),
    ("ip", "dsfield", 1, 8),
    ("ip", "ttl", 8, 8),
    ("ip", "protocol", 9, 8),
    ("ip", "icmp_type", 20, 8),
    ("ip", "icmp_code", 21, 8),
    ("ip", "sport", 20, 16),
    ("ip", "dport", 22, 16),
    ("ip6", "payload_len", 4, 16),
    ("ip6", "nexthdr", 6, 8),
    ("ip6", "hoplimit", 7, 8),
    ("eth", "type", 12, 16),
    ("tcp", "sport", 0, 16),
    ("tcp", "dport", 2, 16),
    ("tcp", "flags", 13, 8),
    ("udp", "sport", 0, 16),
    ("udp", "dport", 2, 16),
];

/// What a change's words say.
struct Said<'a> {
    place: &'a [&'a str],
    command: &'a str,
    value: &'a str,
    /// Which bits change.
    retain: Option<u32>,
}

impl<'a> Said<'a> {
    fn by(words: &'a [&'a str]) -> Option<Self> {
        let (words, retain) = match words {
            [words @ .., "retain", mask] => (words, Some(number(mask)?)),
            _ => (words, None),
        };
        match words {
            [place @ .., command @ ("set" | "add" | "preserve" | "invert"), value] => {
                Some(Self { place, command, value, retain })
            }
            [place @ .., command @ ("clear" | "invert" | "preserve" | "decrement")] => {
                Some(Self { place, command, value: "0", retain })
            }
            _ => None,
        }
    }
}

/// The keys of a change; none if it is none. Some headers can be counted from in `extended` changes alone.
pub(super) fn read(text: &str, extended: bool) -> Option<Vec<Key>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Said { place, command, value, retain } = Said::by(&words)?;
    if matches!(command, "add" | "decrement") && !extended {
        return None;
    }
    let header = |name: &str| {
        let header = u16::try_from(HEADERS.iter().position(|known| *known == name)?).ok()?;
        // Without `ex` all counts from the network header, where only IP stands.
        match (extended, header) {
            (true, header) => Some(header),
            (false, IP4 | IP6 | NETWORK) => Some(NETWORK),
            (false, ETH | TCP | UDP | _) => None,
        }
    };
    match *place {
        [ref of @ .., "offset", at, width] | [ref of @ .., "offset", at, width, "at", _, _, _] => {
            let header = match *of {
                [] => NETWORK,
                [of] => header(of)?,
                _ => return None,
            };
            let bits: u32 = width.strip_prefix('u')?.parse().ok()?;
            let mut keys = field(at.parse().ok()?, bits, (command, number(value)?), retain, header)?;
            if let [.., "at", at, mask, shift] = *place {
                let mask = u32::from_str_radix(mask.trim_start_matches("0x"), 16).ok()?;
                let more = (number(at)?, mask, number(shift)?);
                keys.iter_mut().for_each(|key| key.more = more);
            }
            Some(keys)
        }
        ["eth", side @ ("src" | "dst")] => {
            let mac = parse_mac(value).ok()?;
            let start = if side == "src" { 6 } else { 0 };
            bytes_at(start, &mac, header("eth")?)
        }
        ["ip", side @ ("src" | "dst")] => {
            let address: Ipv4Addr = value.parse().ok()?;
            bytes_at(if side == "src" { 12 } else { 16 }, &address.octets(), header("ip")?)
        }
        ["ip6", side @ ("src" | "dst")] => {
            let address: Ipv6Addr = value.parse().ok()?;
            bytes_at(if side == "src" { 8 } else { 24 }, &address.octets(), header("ip6")?)
        }
        // It is no whole byte, nor are its bits counted from one.
        ["ip6", "traffic_class"] => {
            let value = number(value).filter(|value: &u32| *value <= 0xff)? << 20;
            field(0, 32, (command, value), Some((retain.unwrap_or(0xff) & 0xff) << 20), header("ip6")?)
        }
        [of, name] => {
            let (_, _, at, bits) = FIELDS.iter().find(|(known, field, ..)| *known == of && *field == name)?;
            let part = PARTS.iter().find(|(known, field, _)| *known == of && *field == name);
            let retain = retain.or(part.map(|(.., bits)| *bits));
            if command == "decrement" && !matches!(name, "ttl" | "hoplimit") {
                return None;
            }
            field(*at, *bits, (command, number(value)?), retain, header(of)?)
        }
        _ => None,
    }
}

/// A field of so many bits, of which those of `retain` change.
fn field(at: i32, bits: u32, (command, value): (&str, u32), retain: Option<u32>, header: u16) -> Option<Vec<Key>> {
    let most = match bits {
        8 => 0xff,
        16 => 0xffff,
        32 => u32::MAX,
        _ => return None,
    };
    let behind = u32::try_from(at.rem_euclid(4)).ok()? * 8;
    let shift = 32u32.checked_sub(bits + behind)?;
    let changes = (retain.unwrap_or(most) & most) << shift;
    let (stays, value) = match command {
        "set" | "add" if value <= most => (!changes, (value << shift) & changes),
        "clear" => (!changes, 0),
        "invert" => (u32::MAX, changes),
        // By adding so much that nothing but one less is left.
        "decrement" => (!changes, changes),
        "preserve" => (u32::MAX, 0),
        _ => return None,
    };
    let offset = (at - at.rem_euclid(4)).cast_unsigned();
    let adds = matches!(command, "add" | "decrement");
    Some(vec![Key { stays, value, offset, more: (0, 0, 0), header, adds }])
}

/// Bytes at an even place.
fn bytes_at(start: i32, bytes: &[u8], header: u16) -> Option<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    let mut at = 0usize;
    while at < bytes.len() {
        let place = start + i32::try_from(at).ok()?;
        let width = if place.rem_euclid(4) == 0 && bytes.len() - at >= 4 { 4 } else { 2 };
        let value = bytes.get(at..at + width)?.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte));
        keys.extend(field(place, u32::try_from(width * 8).ok()?, ("set", value), None, header)?);
        at += width;
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(text: &str, extended: bool) -> Vec<String> {
        read(text, extended).unwrap_or_else(|| panic!("{text}")).iter().map(Key::to_string).collect()
    }

    #[test]
    fn changes_become_keys() {
        assert_eq!(keys("ip ttl set 64", false), ["offset 8 u32 set 0x40000000 retain 0xff000000"]);
        assert_eq!(keys("ip dst set 10.0.0.1", true), ["ip offset 16 u32 set 0x0a000001"]);
        assert_eq!(keys("tcp dport set 80", true), ["tcp offset 0 u32 set 0x00000050 retain 0x0000ffff"]);
        assert_eq!(keys("ip ttl add 255", true), ["ip offset 8 u32 add 0xff000000 retain 0xff000000"]);
        assert_eq!(keys("eth src set 02:00:00:00:00:01", true).len(), 2);
        assert_eq!(keys("offset 0 u8 invert", false), ["offset 0 u32 invert retain 0xff000000"]);
        assert_eq!(keys("ip6 traffic_class set 5", true), ["ip6 offset 0 u32 set 0x00500000 retain 0x0ff00000"]);
        assert_eq!(keys("ip ttl decrement", true), keys("ip ttl add 255", true));
        assert_eq!(keys("offset 0 u8 clear", false), ["offset 0 u32 set 0x00000000 retain 0xff000000"]);
        for (wrong, extended) in [
            ("tcp dport set 80", false),
            ("ip ttl add 1", false),
            ("ip ttl set 256", true),
            ("", true),
            ("ip set 1", true),
        ] {
            assert_eq!(read(wrong, extended), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(
            stays: u32, value: u32, offset in 0u32..32, at in 0u32..64, mask: u32, shift in 0u32..32, header in 0u16..6, adds: bool,
        ) {
            // What stays is not set, and of nothing there is no place.
            let more = if mask == 0 { (0, 0, 0) } else { (at, mask, shift) };
            let key = Key { stays, value: value & !stays, offset: offset * 4, more, header, adds };
            prop_assert_eq!(read(&key.to_string(), true), Some(vec![key]), "{}", key);
            prop_assert_eq!(Key::seen(&key.bytes(), header, adds), Some(key));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a-z0-9 :.]{0,40}", extended: bool) {
            let _ = read(&text, extended);
        }
    }
}
