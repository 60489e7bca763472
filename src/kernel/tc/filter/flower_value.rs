//! A field of a header with a mask, as `flower` has it: `10.0.0.0/8`, `0x10/0xfc`, `+trk-new`. Without a mask all bits count.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kernel::link::{format_mac, parse_mac};
use crate::kernel::words::{Setting, from_hex, number, to_hex};

/// What a field is.
pub(in crate::kernel::tc) enum Shape {
    /// A MAC address; the mask is one too, or a length.
    Mac,
    /// An IPv4 address; the mask is a length.
    Ip4,
    /// An IPv6 address; the mask is a length.
    Ip6,
    /// A number of so many bytes in the network's order, decimal.
    Number(usize),
    /// The same, hexadecimal.
    Hex(usize),
    /// A number of so many bytes in the machine's order.
    Host(usize),
    /// Bytes in hexadecimal.
    Bytes(usize),
    /// A word for each number, in a byte.
    Words(&'static [&'static str]),
    /// Switches of so many bytes in the network's order: `frag/nofirstfrag`.
    Switches(usize, &'static [(&'static str, u32)]),
    /// Switches of 16 bits in the machine's order: `+trk-new`.
    Signed(&'static [(&'static str, u16)]),
}

impl Shape {
    pub(in crate::kernel::tc) fn expected(&self) -> &'static str {
        match self {
            Self::Mac => "a MAC address, or one with a mask behind a slash",
            Self::Ip4 | Self::Ip6 => "an address or a network",
            Self::Number(_) | Self::Hex(_) | Self::Host(_) => "a number that fits, or one with a mask behind a slash",
            Self::Bytes(_) => "bytes in hexadecimal",
            Self::Words(_) => "\"request\" or \"reply\"",
            Self::Switches(..) => "such as \"frag/nofirstfrag\", or \"tuncsum\" of tunnels",
            Self::Signed(_) => "such as \"+trk+est-new\"",
        }
    }
}

/// The bytes of a value and of its mask.
pub(in crate::kernel::tc) fn read(shape: &Shape, text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (value, mask) = match text.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (text, None),
    };
    let number = |width: usize, host: bool| {
        let of = |text: &str| bytes_of(number(text)?, width, host);
        Some((of(value)?, mask.map_or_else(|| Some(vec![0xff; width]), of)?))
    };
    match shape {
        Shape::Mac => {
            let mac = |text: &str| parse_mac(text).ok().map(|mac| mac.to_vec());
            let bits = |text: &str| mask_of(Some(text), 6).or_else(|| mac(text));
            Some((mac(value)?, mask.map_or_else(|| Some(vec![0xff; 6]), bits)?))
        }
        Shape::Ip4 => Some((value.parse::<Ipv4Addr>().ok()?.octets().to_vec(), mask_of(mask, 4)?)),
        Shape::Ip6 => Some((value.parse::<Ipv6Addr>().ok()?.octets().to_vec(), mask_of(mask, 16)?)),
        Shape::Number(width) | Shape::Hex(width) => number(*width, false),
        Shape::Host(width) => number(*width, true),
        Shape::Bytes(width) => {
            let of = |text: &str| hexadecimal(text, *width);
            Some((of(value)?, mask.map_or_else(|| Some(vec![0xff; *width]), of)?))
        }
        Shape::Words(words) => {
            let place = words.iter().position(|word| !word.is_empty() && *word == text);
            let number_of = |place: usize| u8::try_from(place).ok();
            Some((vec![place.map_or_else(|| text.parse().ok(), number_of)?], vec![0xff]))
        }
        Shape::Switches(width, switches) => {
            let (mut on, mut asked) = (0, 0);
            for word in text.split('/') {
                let bit = |word: &str| switches.iter().find(|(name, _)| *name == word).map(|(_, bit)| *bit);
                let off = word.strip_prefix("no").and_then(bit);
                asked |= off.or_else(|| bit(word))?;
                on |= if off.is_some() { 0 } else { bit(word)? };
            }
            Some((bytes_of(on.into(), *width, false)?, bytes_of(asked.into(), *width, false)?))
        }
        Shape::Signed(switches) => signed(switches, text),
    }
}

fn signed(switches: &[(&str, u16)], text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut on, mut asked, mut rest) = (0u16, 0u16, text);
    while !rest.is_empty() {
        let sign = rest.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
        let end = rest[1..].find(['+', '-']).map_or(rest.len(), |end| end + 1);
        let bit = switches.iter().find(|(name, _)| *name == &rest[1..end]).map(|(_, bit)| *bit)?;
        asked |= bit;
        on |= if sign == '+' { bit } else { 0 };
        rest = &rest[end..];
    }
    (asked != 0).then(|| (on.to_ne_bytes().to_vec(), asked.to_ne_bytes().to_vec()))
}

/// A value with its mask, as [`read`] takes it; none for bytes that are none, and for a mask that asks for nothing.
pub(in crate::kernel::tc) fn shown(shape: &Shape, value: &[u8], mask: &[u8]) -> Option<Setting> {
    let whole = mask.iter().all(|byte| *byte == 0xff);
    if !mask.is_empty() && mask.iter().all(|byte| *byte == 0) {
        return None;
    }
    let with = |value: String, mask: String| Setting::Text(if whole { value } else { format!("{value}/{mask}") });
    Some(match shape {
        Shape::Mac => with(format_mac(value), format_mac(mask)),
        Shape::Ip4 => with(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).to_string(), length(mask)),
        Shape::Ip6 => with(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).to_string(), length(mask)),
        Shape::Number(_) if whole => Setting::Integer(big(value)?.cast_signed()),
        Shape::Number(_) => Setting::Text(format!("{}/{:#x}", big(value)?, big(mask)?)),
        Shape::Hex(_) => with(format!("{:#x}", big(value)?), format!("{:#x}", big(mask).unwrap_or_default())),
        Shape::Host(_) if whole => Setting::Integer(crate::netlink::attr::number(value)?.cast_signed()),
        Shape::Host(_) => {
            let number = crate::netlink::attr::number;
            Setting::Text(format!("{}/{:#x}", number(value)?, number(mask)?))
        }
        Shape::Bytes(_) => with(to_hex(value), to_hex(mask)),
        Shape::Words(words) => {
            let number = *value.first()?;
            match words.get(usize::from(number)).filter(|word| !word.is_empty()) {
                Some(word) => Setting::Text((*word).to_owned()),
                None => Setting::Integer(i64::from(number)),
            }
        }
        Shape::Switches(_, switches) => {
            let (on, asked) = (big(value)?, big(mask)?);
            let asked = switches.iter().filter(|(_, bit)| asked & u64::from(*bit) != 0);
            let words = asked
                .map(|(name, bit)| if on & u64::from(*bit) != 0 { (*name).to_owned() } else { format!("no{name}") });
            Setting::Text(words.collect::<Vec<_>>().join("/"))
        }
        Shape::Signed(switches) => {
            let half = |bytes: &[u8]| Some(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
            let (on, asked) = (half(value)?, half(mask)?);
            let asked = switches.iter().filter(|(_, bit)| asked & bit != 0);
            let words = asked.map(|(name, bit)| format!("{}{name}", if on & bit != 0 { '+' } else { '-' }));
            Setting::Text(words.collect())
        }
    })
}

/// A number in so many bytes; none if it does not fit.
fn bytes_of(number: u64, width: usize, host: bool) -> Option<Vec<u8>> {
    let bytes = number.to_be_bytes();
    let (front, rest) = bytes.split_at_checked(8usize.checked_sub(width)?)?;
    let mut rest = rest.to_vec();
    if host && cfg!(target_endian = "little") {
        rest.reverse();
    }
    front.iter().all(|byte| *byte == 0).then_some(rest)
}

fn big(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn hexadecimal(text: &str, width: usize) -> Option<Vec<u8>> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    from_hex(&format!("{text:0>length$}", length = 2 * width)).filter(|bytes| bytes.len() == width)
}

/// The mask of a length, all bits where there is none.
fn mask_of(length: Option<&str>, width: usize) -> Option<Vec<u8>> {
    let bits = width * 8;
    let length: usize = length.map_or(Some(bits), |length| length.parse().ok()).filter(|length| *length <= bits)?;
    Some(
        (0..width)
            .map(|byte| {
                let on = length.saturating_sub(8 * byte).min(8);
                if on == 0 { 0 } else { 0xffu8 << (8 - on) }
            })
            .collect(),
    )
}

fn length(mask: &[u8]) -> String {
    mask.iter().map(|byte| byte.count_ones()).sum::<u32>().to_string()
}
