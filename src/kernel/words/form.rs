//! The forms an option's value takes on the wire.
//!
//! Pure. A time is seconds in a script, a rate bits a second, a size bytes, a share 0 to 1; each may be text with its unit.

use super::value::{bytes_of, from_number, integer, mac, number_of, share, switch, time_in, to_hex, whole};
use super::{IndexOf, NameOf, Setting, Word, check, decode, encode};
use crate::error::Result;
use crate::kernel::link::format_mac;
use crate::kernel::names::Names;
use crate::kernel::units;
use crate::netlink::attr;

/// How an option's value is written to the kernel.
#[derive(Clone, Copy)]
pub enum Form {
    /// On or off, in 8 or 32 bits; [`Form::Off8`] is on where the kernel says 0.
    Switch8,
    /// See [`Form::Switch8`].
    Switch32,
    /// See [`Form::Switch8`].
    Off8,
    /// On by being there, without a value.
    Flag,
    /// Off by being there, without a value.
    FlagOff,
    /// A whole number of 8, 16, 32, 64 bits, the `Be` ones in the network's order.
    U8,
    /// See [`Form::U8`].
    U16,
    /// See [`Form::U8`].
    U32,
    /// See [`Form::U8`].
    U64,
    /// With a sign.
    I32,
    /// See [`Form::U8`].
    Be16,
    /// See [`Form::U8`].
    Be32,
    /// See [`Form::U8`].
    Be64,
    /// A time in hundredths of a second (Linux `clock_t`), in 32 or 64 bits.
    Time32,
    /// See [`Form::Time32`].
    Time64,
    /// A time in 32 or 64 bits, of which so many are a second.
    Per32(u32),
    /// See [`Form::Per32`].
    Per64(u32),
    /// A rate: bits a second in a script, bytes a second in 32 or 64 bits.
    Rate32,
    /// See [`Form::Rate32`].
    Rate64,
    /// A size in bytes, in 32 bits.
    Size32,
    /// A share from 0 to 1, of 2³²-1.
    Share32,
    /// A word for each number from 0 on, in 8, 16, 32 bits.
    Words8(&'static [&'static str]),
    /// See [`Form::Words8`].
    Words16(&'static [&'static str]),
    /// See [`Form::Words8`].
    Words32(&'static [&'static str]),
    /// Words for some numbers; other numbers stand for themselves.
    Names8(&'static [(u32, &'static str)]),
    /// See [`Form::Names8`].
    Names16(&'static [(u32, &'static str)]),
    /// See [`Form::Names8`].
    Names32(&'static [(u32, &'static str)]),
    /// A number that iproute2's files name.
    Named8(fn() -> Names),
    /// See [`Form::Named8`].
    Named32(fn() -> Names),
    /// One of several switches that share a field (`words::field`): this bit of 8, 16 or 32. Off is left out of what is read.
    Bit8(u8),
    /// See [`Form::Bit8`].
    Bit16(u16),
    /// See [`Form::Bit8`].
    Bit32(u32),
    /// A switch that stands with a mask which says that it is told: this bit of both, 32 bits each.
    Masked32(u32),
    /// Switches in 8 or 32 bits, as an array of the names of those that are on.
    Bits8(&'static [(&'static str, u32)]),
    /// See [`Form::Bits8`].
    Bits32(&'static [(&'static str, u32)]),
    /// A MAC address.
    Mac,
    /// An IP address of either family, or of one.
    Ip,
    /// See [`Form::Ip`].
    Ip4,
    /// See [`Form::Ip`].
    Ip6,
    /// Text with a final NUL.
    Text,
    /// Bytes, in hexadecimal.
    Hex,
    /// Priority and MAC address of a bridge, `8000.02:00:00:00:00:01`; only read.
    BridgeId,
    /// `802.1Q` or `802.1ad`, in the network's order.
    VlanProtocol,
    /// A link: its name in a script, its index on the wire; 0 is none.
    Link,
    /// Options of their own.
    Nested(&'static [Word]),
    /// Options that stand beside the others in a script (`words::flat`).
    Flat(&'static [Word]),
    /// An array, each value an attribute numbered from this on.
    List(&'static Form, u16),
    /// Short for other words of the table, each of which gets its value; only written (`words::short`).
    Short(&'static [&'static str]),
    /// A form that one object alone has.
    Own(&'static Own),
}

/// A form that one object alone has.
pub struct Own {
    /// What the value must be, for the error.
    pub expected: &'static str,
    /// The bytes for the kernel; none if it is no such value. An empty array, where there is a width, tells nothing.
    pub encode: fn(&Setting) -> Option<Vec<u8>>,
    /// The value in the kernel's bytes; none if they are too short.
    pub decode: fn(&[u8]) -> Option<Setting>,
    /// How many bytes it has as a field of a struct; none: all that are left.
    pub width: Option<usize>,
}

const VLAN_PROTOCOLS: &[(u32, &str)] = &[(0x8100, "802.1Q"), (0x88a8, "802.1ad")];

impl Form {
    /// Whether its attribute holds others.
    pub(super) fn is_nested(&self) -> bool {
        matches!(self, Self::Nested(_) | Self::Flat(_) | Self::List(..))
    }

    /// How many bytes a field of it has; none where that depends on the value.
    pub(super) fn width(&self) -> Option<usize> {
        Some(match self {
            Self::Switch8
            | Self::Off8
            | Self::Bit8(_)
            | Self::Bits8(_)
            | Self::U8
            | Self::Words8(_)
            | Self::Names8(_)
            | Self::Named8(_) => 1,
            Self::U16 | Self::Bit16(_) | Self::Be16 | Self::Words16(_) | Self::Names16(_) | Self::VlanProtocol => 2,
            Self::Switch32 | Self::U32 | Self::I32 | Self::Be32 | Self::Time32 | Self::Per32(_) => 4,
            Self::Rate32 | Self::Size32 | Self::Share32 | Self::Bits32(_) | Self::Link | Self::Ip4 => 4,
            Self::Words32(_) | Self::Names32(_) | Self::Named32(_) | Self::Bit32(_) => 4,
            Self::U64
            | Self::Be64
            | Self::Time64
            | Self::Per64(_)
            | Self::Rate64
            | Self::BridgeId
            | Self::Masked32(_) => 8,
            Self::Mac => 6,
            Self::Ip6 => 16,
            Self::Flag | Self::FlagOff => 0,
            Self::Own(own) => return own.width,
            Self::Ip | Self::Text | Self::Hex | Self::Nested(_) | Self::Flat(_) | Self::List(..) => return None,
            Self::Short(_) => return None,
        })
    }

    /// The value's bytes for the kernel; none where a flag is off. `EINVAL` names `key` and what it may be.
    pub(super) fn encode(&self, key: &str, value: &Setting, index: IndexOf<'_>) -> Result<Option<Vec<u8>>> {
        let wide = |number: Option<u64>, width| number.and_then(|number| bytes_of(number, width));
        let bytes = match self {
            Self::Flag if switch(value) == Some(false) => return Ok(None),
            Self::FlagOff if switch(value) == Some(true) => return Ok(None),
            Self::Flag | Self::FlagOff => switch(value).map(|_| Vec::new()),
            Self::Switch8 => switch(value).map(|on| vec![u8::from(on)]),
            Self::Off8 => switch(value).map(|on| vec![u8::from(!on)]),
            Self::Switch32 => switch(value).map(|on| u32::from(on).to_ne_bytes().to_vec()),
            Self::U8 | Self::U16 | Self::U32 => wide(whole(value), self.width().unwrap_or_default()),
            Self::U64 => integer(value).map(|number| number.to_ne_bytes().to_vec()),
            Self::I32 => integer(value).and_then(|n| i32::try_from(n).ok()).map(|n| n.to_ne_bytes().to_vec()),
            Self::Be16 => whole(value).and_then(|n| u16::try_from(n).ok()).map(|n| n.to_be_bytes().to_vec()),
            Self::Be32 => whole(value).and_then(|n| u32::try_from(n).ok()).map(|n| n.to_be_bytes().to_vec()),
            Self::Be64 => integer(value).map(|number| number.to_be_bytes().to_vec()),
            Self::Time32 => wide(time_in(value, 100.0), 4),
            Self::Time64 => time_in(value, 100.0).map(|number| number.to_ne_bytes().to_vec()),
            Self::Per32(unit) => wide(time_in(value, f64::from(*unit)), 4),
            Self::Per64(unit) => wide(time_in(value, f64::from(*unit)), 8),
            Self::Rate32 => wide(number_of(value, units::rate).map(|rate| rate / 8), 4),
            Self::Rate64 => number_of(value, units::rate).map(|rate| (rate / 8).to_ne_bytes().to_vec()),
            Self::Size32 => wide(number_of(value, units::size), 4),
            Self::Share32 => share(value).map(|share| share.to_ne_bytes().to_vec()),
            Self::Words8(words) => wide(place(words, value), 1),
            Self::Words16(words) => wide(place(words, value), 2),
            Self::Words32(words) => wide(place(words, value), 4),
            Self::Names8(names) => wide(named(names, value), 1),
            Self::Names16(names) => wide(named(names, value), 2),
            Self::Names32(names) => wide(named(names, value), 4),
            Self::Named8(names) => wide(in_files(&names(), value), 1),
            Self::Named32(names) => wide(in_files(&names(), value), 4),
            Self::Bit8(bit) => switch(value).and_then(|on| bytes_of(if on { u64::from(*bit) } else { 0 }, 1)),
            Self::Bit16(bit) => switch(value).and_then(|on| bytes_of(if on { u64::from(*bit) } else { 0 }, 2)),
            Self::Bit32(bit) => switch(value).and_then(|on| bytes_of(if on { u64::from(*bit) } else { 0 }, 4)),
            Self::Masked32(bit) => {
                switch(value).map(|on| [if on { *bit } else { 0 }, *bit].map(u32::to_ne_bytes).concat())
            }
            Self::Bits8(bits) => wide(bits_of(bits, value).map(u64::from), 1),
            Self::Bits32(bits) => bits_of(bits, value).map(|bits| bits.to_ne_bytes().to_vec()),
            Self::VlanProtocol => {
                named(VLAN_PROTOCOLS, value).and_then(|n| u16::try_from(n).ok()).map(|n| n.to_be_bytes().to_vec())
            }
            Self::Mac => return mac(value).unwrap_or_else(|| Err(self.wrong(key, value))).map(Some),
            Self::Ip | Self::Ip4 | Self::Ip6 => self.address(value),
            Self::Text => text(value).map(|text| [text.as_bytes(), &[0]].concat()),
            Self::Hex => text(value).and_then(super::value::from_hex),
            Self::Link => match value {
                Setting::Text(name) => Some(index(name)?.to_ne_bytes().to_vec()),
                other => wide(whole(other), 4),
            },
            Self::Nested(words) => match value {
                Setting::Table(settings) => {
                    check(&format!("\"{key}\""), &[words], settings)?;
                    Some(encode(words, settings, index)?)
                }
                _ => None,
            },
            Self::List(form, first) => return self.encode_list(key, value, (form, *first), index).map(Some),
            // No bytes where some are to be: as if it were not there.
            Self::Own(Own { encode, width: Some(1..), .. }) if encode(value).is_some_and(|bytes| bytes.is_empty()) => {
                return Ok(None);
            }
            Self::Own(own) => (own.encode)(value),
            Self::BridgeId | Self::Flat(_) | Self::Short(_) => None,
        };
        bytes.map(Some).ok_or_else(|| self.wrong(key, value))
    }

    fn encode_list(&self, key: &str, value: &Setting, of: (&Self, u16), index: IndexOf<'_>) -> Result<Vec<u8>> {
        let (form, first) = of;
        let mut bytes = Vec::new();
        for (number, value) in (first..).zip(value.each()) {
            let nested = if form.is_nested() { attr::NESTED } else { 0 };
            if let Some(value) = form.encode(key, value, index)? {
                attr::put(&mut bytes, number | nested, &value);
            }
        }
        Ok(bytes)
    }

    fn address(&self, value: &Setting) -> Option<Vec<u8>> {
        let bytes = match text(value)?.parse().ok()? {
            std::net::IpAddr::V4(v4) => v4.octets().to_vec(),
            std::net::IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        self.width().is_none_or(|width| width == bytes.len()).then_some(bytes)
    }

    /// The value in the kernel's bytes; none if they are too short.
    pub(super) fn decode(&self, bytes: &[u8], name: NameOf<'_>) -> Option<Setting> {
        let number = || attr::number(bytes);
        let big = || {
            Some(bytes.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte))).filter(|_| bytes.len() <= 8)
        };
        #[allow(clippy::cast_precision_loss)]
        Some(match self {
            Self::Flag => Setting::Switch(true),
            Self::FlagOff => Setting::Switch(false),
            Self::Switch8 | Self::Switch32 => Setting::Switch(number()? != 0),
            Self::Off8 => Setting::Switch(number()? == 0),
            Self::U8 | Self::U16 | Self::U32 | Self::U64 | Self::Size32 => from_number(number()?),
            Self::I32 => Setting::Integer(i64::from(i32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?))),
            Self::Be16 | Self::Be32 | Self::Be64 => from_number(big()?),
            Self::Time32 | Self::Time64 => Setting::Number(number()? as f64 / 100.0),
            Self::Per32(unit) | Self::Per64(unit) => Setting::Number(number()? as f64 / f64::from(*unit)),
            Self::Rate32 | Self::Rate64 => from_number(number()?.saturating_mul(8)),
            Self::Share32 => Setting::Number(super::value::from_share(attr::u32_of(bytes)?)),
            Self::Words8(words) | Self::Words16(words) | Self::Words32(words) => {
                let number = number()?;
                let word = usize::try_from(number).ok().and_then(|place| words.get(place));
                word.map_or_else(|| from_number(number), |word| Setting::Text((*word).to_owned()))
            }
            Self::Names8(names) | Self::Names16(names) | Self::Names32(names) => name_of(names, number()?),
            Self::VlanProtocol => name_of(VLAN_PROTOCOLS, big()?),
            Self::Named8(names) | Self::Named32(names) => Setting::Text(names().name(u32::try_from(number()?).ok()?)),
            Self::Bit8(bit) => set(number()?, u64::from(*bit))?,
            Self::Bit16(bit) => set(number()?, u64::from(*bit))?,
            Self::Bit32(bit) => set(number()?, u64::from(*bit))?,
            // Which of them the kernel has, it says.
            Self::Masked32(bit) => {
                let known = attr::u32_of(bytes.get(4..)?)? & bit == *bit;
                known.then(|| Setting::Switch(attr::u32_of(bytes).is_some_and(|on| on & bit == *bit)))?
            }
            Self::Bits8(bits) | Self::Bits32(bits) => {
                let number = number()?;
                let mut on: Vec<_> =
                    bits.iter().filter(|(_, bit)| number & u64::from(*bit) == u64::from(*bit)).collect();
                // Of several names for the same, the first.
                on.dedup_by_key(|(_, bit)| *bit);
                Setting::List(on.into_iter().map(|(name, _)| Setting::Text((*name).to_owned())).collect())
            }
            Self::Mac => Setting::Text(format_mac(bytes)),
            Self::Ip | Self::Ip4 | Self::Ip6 => Setting::Text(super::value::address(bytes)?.to_string()),
            Self::Text => Setting::Text(attr::text(bytes)),
            Self::Hex => Setting::Text(to_hex(bytes)),
            Self::BridgeId => {
                let (priority, mac) = (bytes.get(..2)?, bytes.get(2..8)?);
                Setting::Text(format!("{:02x}{:02x}.{}", priority[0], priority[1], format_mac(mac)))
            }
            Self::Link => {
                let index = attr::u32_of(bytes).filter(|&index| index != 0)?;
                name(index).map_or_else(|| from_number(u64::from(index)), Setting::Text)
            }
            Self::Nested(words) | Self::Flat(words) => Setting::Table(decode(words, &[], bytes, name)),
            Self::List(form, _) => {
                Setting::List(attr::Attributes::new(bytes).filter_map(|(_, value)| form.decode(value, name)).collect())
            }
            Self::Own(own) => (own.decode)(bytes)?,
            Self::Short(_) => return None,
        })
    }
}

/// A switch that is on; none where it is off.
fn set(number: u64, bit: u64) -> Option<Setting> {
    (number & bit == bit).then_some(Setting::Switch(true))
}

pub(super) fn text(value: &Setting) -> Option<&str> {
    match value {
        Setting::Text(text) => Some(text),
        _ => None,
    }
}

/// The place of a word, or a number that is the place of one.
fn place(words: &[&str], value: &Setting) -> Option<u64> {
    let place = match text(value).and_then(|text| words.iter().position(|word| *word == text)) {
        Some(place) => place,
        None => usize::try_from(whole(value)?).ok().filter(|place| *place < words.len())?,
    };
    u64::try_from(place).ok()
}

/// The number of a name, or a number.
fn named(names: &[(u32, &str)], value: &Setting) -> Option<u64> {
    let named = text(value).and_then(|text| names.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)));
    named.map_or_else(|| whole(value), |(number, _)| Some(u64::from(*number)))
}

fn name_of(names: &[(u32, &str)], number: u64) -> Setting {
    let named = names.iter().find(|(known, _)| u64::from(*known) == number);
    named.map_or_else(|| from_number(number), |(_, name)| Setting::Text((*name).to_owned()))
}

fn in_files(names: &Names, value: &Setting) -> Option<u64> {
    text(value).map_or_else(|| whole(value), |text| names.number(text).map(u64::from))
}

fn bits_of(bits: &[(&str, u32)], value: &Setting) -> Option<u32> {
    let bit = |value: &Setting| {
        let text = text(value)?;
        bits.iter().find(|(name, _)| *name == text).map(|(_, bit)| *bit)
    };
    match value {
        Setting::List(values) => values.iter().try_fold(0, |on, value| Some(on | bit(value)?)),
        Setting::Table(none) if none.is_empty() => Some(0),
        one => bit(one).or_else(|| u32::try_from(whole(one)?).ok()),
    }
}
