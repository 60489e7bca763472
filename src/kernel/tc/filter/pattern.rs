//! What a `u32` filter looks at, in tc-u32(8)'s words: `ip dst 10.0.0.0/8`, `tcp dst 80 0xffff`, `u16 0x800 0xffff at -2`.
//!
//! Each becomes keys of 32 bits at places of a packet that are multiples of four; keys of one place are put together, as
//! iproute2's `pack_key` does.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kernel::link::parse_mac;
use crate::kernel::words::number;

/// Some bits at one place of a packet: a `struct tc_u32_key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kernel::tc) struct Key {
    mask: u32,
    value: u32,
    /// In bytes, from the network header on.
    offset: i32,
    /// From the next header on.
    next_header: bool,
}

impl Key {
    pub(in crate::kernel::tc) fn bytes(&self) -> Vec<u8> {
        let next = if self.next_header { -1 } else { 0i32 };
        let words = [self.mask.to_be_bytes(), self.value.to_be_bytes(), self.offset.to_ne_bytes(), next.to_ne_bytes()];
        words.concat()
    }

    pub(in crate::kernel::tc) fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| <[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok();
        Some(Self {
            mask: u32::from_be_bytes(word(0)?),
            value: u32::from_be_bytes(word(4)?),
            offset: i32::from_ne_bytes(word(8)?),
            next_header: i32::from_ne_bytes(word(12)?) != 0,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = if self.next_header { "nexthdr+" } else { "" };
        write!(f, "u32 {:#010x} {:#010x} at {from}{}", self.value, self.mask, self.offset)
    }
}

/// What stands at a place of a header: `ip`'s words, then those of the headers behind it.
const FIELDS: &[(&str, &str, u32, i32, bool)] = &[
    ("ip", "ihl", 8, 0, false),
    ("ip", "tos", 8, 1, false),
    ("ip", "dsfield", 8, 1, false),
    ("ip", "precedence", 8, 1, false),
    ("ip", "protocol", 8, 9, false),
    ("ip", "sport", 16, 20, false),
    ("ip", "dport", 16, 22, false),
    ("ip", "icmp_type", 8, 20, false),
    ("ip", "icmp_code", 8, 21, false),
    ("ip6", "protocol", 8, 6, false),
    ("ip6", "flowlabel", 32, 0, false),
    ("ip6", "sport", 16, 40, false),
    ("ip6", "dport", 16, 42, false),
    ("ip6", "icmp_type", 8, 40, false),
    ("ip6", "icmp_code", 8, 41, false),
    ("tcp", "src", 16, 0, true),
    ("tcp", "dst", 16, 2, true),
    ("udp", "src", 16, 0, true),
    ("udp", "dst", 16, 2, true),
    ("icmp", "type", 8, 0, true),
    ("icmp", "code", 8, 1, true),
];

/// Fragments, each by the bits that tell it (`ip` header, 16 bits at 6).
const FRAGMENTS: &[(&str, u32, u32)] =
    &[("nofrag", 0, 0x3fff), ("firstfrag", 0, 0x1fff), ("df", 0x4000, 0x4000), ("mf", 0x2000, 0x2000)];

/// Adds the keys of a pattern; none if it is no pattern, or says otherwise than one before.
pub(in crate::kernel::tc) fn add(keys: &mut Vec<Key>, text: &str) -> Option<()> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        [bits @ ("u32" | "u16" | "u8"), value, mask, "at", place] => {
            let (offset, next) = match place.strip_prefix("nexthdr+") {
                Some(offset) => (offset.parse().ok()?, true),
                None => (place.parse().ok()?, false),
            };
            bits_at(keys, bits[1..].parse().ok()?, (number(value)?, mask_of(mask)?), offset, next)
        }
        ["ip", fragment] => {
            let (_, value, mask) = FRAGMENTS.iter().find(|(name, ..)| *name == fragment)?;
            bits_at(keys, 16, (*value, *mask), 6, false)
        }
        ["ip", side @ ("src" | "dst"), network] => ip4(keys, network, if side == "src" { 12 } else { 16 }),
        ["ip6", side @ ("src" | "dst"), network] => ip6(keys, network, if side == "src" { 8 } else { 24 }),
        ["ether", side @ ("src" | "dst"), mac] => ether(keys, mac, if side == "src" { -8 } else { -14 }),
        ["ip6", "priority", value, mask] => {
            bits_at(keys, 32, (number::<u32>(value)? << 20, mask_of(mask)? << 20), 0, false)
        }
        [header, name, value, mask] => {
            let field = FIELDS.iter().find(|(of, known, ..)| *of == header && *known == name)?;
            bits_at(keys, field.2, (number(value)?, mask_of(mask)?), field.3, field.4)
        }
        _ => None,
    }
}

/// The place of a table that packets which fit a pattern of one key come to: `ip protocol 6 0xff`, of 256 places unless it
/// says `divisor 16` behind (iproute2 `u32_hash_fold`).
pub(super) fn place(text: &str) -> Option<u32> {
    let (pattern, divisor) = match text.split_once(" divisor ") {
        Some((pattern, divisor)) => (pattern, number(divisor.trim())?),
        None => (text, 256),
    };
    let mut keys = Vec::new();
    add(&mut keys, pattern)?;
    let [key] = keys[..] else { return None };
    let value = (key.value & key.mask) >> key.mask.trailing_zeros().min(31);
    (u32::is_power_of_two(divisor) && divisor <= 256).then(|| value % divisor)
}

/// The mask and the place of what a table is hashed by: `0x00ff0000 at 12`, or tc's `mask 0x00ff0000 at 12`.
pub(super) fn hash(text: &str) -> Option<(u32, i16)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        [mask, "at", place] | ["mask", mask, "at", place] => Some((mask_of(mask)?, place.parse().ok()?)),
        _ => None,
    }
}

/// A mask is hexadecimal, with `0x` or without.
fn mask_of(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

/// A value of so many bits at a place, moved to where it stands in the 32 bits there.
fn bits_at(keys: &mut Vec<Key>, bits: u32, (value, mask): (u32, u32), offset: i32, next_header: bool) -> Option<()> {
    let most = if bits == 32 { u32::MAX } else { (1 << bits) - 1 };
    if value > most || mask > most || offset.rem_euclid(i32::try_from(bits / 8).ok()?) != 0 {
        return None;
    }
    let behind = u32::try_from(offset.rem_euclid(4)).ok()? * 8;
    let shift = 32 - bits - behind;
    push(
        keys,
        Key { mask: mask << shift, value: (value & mask) << shift, offset: offset - offset.rem_euclid(4), next_header },
    )
}

fn push(keys: &mut Vec<Key>, key: Key) -> Option<()> {
    let same = |other: &&mut Key| other.offset == key.offset && other.next_header == key.next_header;
    match keys.iter_mut().find(same) {
        Some(other) if (other.value ^ key.value) & other.mask & key.mask != 0 => None,
        Some(other) => {
            other.value |= key.value;
            other.mask |= key.mask;
            Some(())
        }
        None => {
            keys.push(key);
            Some(())
        }
    }
}

/// An address and how many of its bits count.
fn network<A: std::str::FromStr>(text: &str, most: u8) -> Option<(A, u8)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse().ok().filter(|length| *length <= most)?),
        None => (text, most),
    };
    Some((address.parse().ok()?, length))
}

fn ip4(keys: &mut Vec<Key>, text: &str, offset: i32) -> Option<()> {
    let (address, length): (Ipv4Addr, u8) = network(text, 32)?;
    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    bits_at(keys, 32, (u32::from(address), mask), offset, false)
}

fn ip6(keys: &mut Vec<Key>, text: &str, offset: i32) -> Option<()> {
    let (address, length): (Ipv6Addr, u8) = network(text, 128)?;
    let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
    for word in 0..4u8 {
        let part = |whole: u128| (whole >> (96 - 32 * u32::from(word))) as u32;
        if part(mask) != 0 {
            bits_at(keys, 32, (part(u128::from(address)), part(mask)), offset + 4 * i32::from(word), false)?;
        }
    }
    Some(())
}

fn ether(keys: &mut Vec<Key>, text: &str, offset: i32) -> Option<()> {
    let mac = parse_mac(text).ok()?;
    for (place, pair) in (0..).zip(mac.chunks_exact(2)) {
        let value = u32::from(u16::from_be_bytes([pair[0], pair[1]]));
        bits_at(keys, 16, (value, 0xffff), offset + 2 * place, false)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(patterns: &[&str]) -> Vec<String> {
        let mut keys = Vec::new();
        for pattern in patterns {
            add(&mut keys, pattern).unwrap_or_else(|| panic!("{pattern}"));
        }
        keys.iter().map(Key::to_string).collect()
    }

    #[test]
    fn they_become_the_keys_of_tc() {
        assert_eq!(keys(&["ip dst 10.0.0.0/8"]), ["u32 0x0a000000 0xff000000 at 16"]);
        assert_eq!(
            keys(&["ip protocol 6 0xff", "ip dport 80 ffff"]),
            ["u32 0x00060000 0x00ff0000 at 8", "u32 0x00000050 0x0000ffff at 20"]
        );
        assert_eq!(keys(&["tcp src 1 0xffff", "tcp dst 2 0xffff"]), ["u32 0x00010002 0xffffffff at nexthdr+0"]);
        assert_eq!(keys(&["ether dst 02:00:00:00:00:01"]).len(), 2);
        assert_eq!(keys(&["ip6 src 2001:db8::/33"]).len(), 2);
        for wrong in ["ip dst 10.0.0.0/33", "ip dport 65536 ffff", "u16 1 ffff at 3", "ip ttl 3 ff", "", "u64 1 1 at 0"]
        {
            assert_eq!(add(&mut Vec::new(), wrong), None, "{wrong}");
        }
        let mut keys = Vec::new();
        assert!(add(&mut keys, "ip protocol 6 ff").is_some() && add(&mut keys, "ip protocol 17 ff").is_none());
    }

    proptest! {
        #[test]
        fn a_key_comes_back(mask: u32, value: u32, offset in -8i32..64, next_header: bool) {
            let key = Key { mask, value: value & mask, offset: offset * 4, next_header };
            prop_assert_eq!(Key::read(&key.bytes()), Some(key));
            let mut keys = Vec::new();
            prop_assert_eq!(add(&mut keys, &key.to_string()), Some(()));
            prop_assert_eq!(keys, vec![key]);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a-z0-9 :./+]{0,40}") {
            let _ = (add(&mut Vec::new(), &text), hash(&text));
        }
    }
}
