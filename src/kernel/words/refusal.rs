//! What an option's value must be, where it is something else.

use super::form::text;
use super::{Form, Setting, Settings, find};
use crate::error::{Error, Result, explain, nearest};

/// `EINVAL` for the first of `keys` that is not said.
pub fn need(settings: &Settings, keys: &[&str]) -> Result<()> {
    match keys.iter().find(|key| find(settings, key).is_none()) {
        None => Ok(()),
        Some(key) => Err(Error::missing(key)),
    }
}

impl Form {
    /// Says that `key` cannot have `value`, and which word is most like it.
    pub(super) fn wrong(&self, key: &str, value: &Setting) -> Error {
        let error = Error::new(&explain::WORD_VALUE).with("key", key);
        let near = text(value).and_then(|text| self.nearest(text));
        error.with("expected", self.expected()).with("got", value).near(near)
    }

    fn nearest(&self, text: &str) -> Option<String> {
        let of = |words: &mut dyn Iterator<Item = &str>| nearest(text, words).map(str::to_owned);
        match self {
            Self::Words8(words) | Self::Words16(words) | Self::Words32(words) => of(&mut words.iter().copied()),
            Self::Names8(names) | Self::Names16(names) | Self::Names32(names) => {
                of(&mut names.iter().map(|(_, name)| *name))
            }
            Self::Named8(names) | Self::Named32(names) => of(&mut names().known()),
            _ => None,
        }
    }

    /// What the value must be, for an error.
    pub(super) fn expected(&self) -> String {
        let up_to = |most: u64| format!("a whole number up to {most}");
        match self {
            Self::Switch8 | Self::Switch32 | Self::Off8 | Self::Flag | Self::FlagOff => "true or false".to_owned(),
            Self::Bit8(_) | Self::Bit16(_) | Self::Bit32(_) | Self::Masked32(_) => "true or false".to_owned(),
            Self::U8 => up_to(u64::from(u8::MAX)),
            Self::U16 | Self::Be16 => up_to(u64::from(u16::MAX)),
            Self::U32 | Self::Be32 => up_to(u64::from(u32::MAX)),
            Self::U64 | Self::Be64 | Self::I32 => "a whole number".to_owned(),
            Self::Time32 | Self::Time64 | Self::Per64(_) | Self::Per32(_) => "a time in seconds".to_owned(),
            Self::Rate32 | Self::Rate64 => "a rate (bits a second, or text such as \"10mbit\")".to_owned(),
            Self::Size32 => "a size below 4 GiB (bytes, or text such as \"64kb\")".to_owned(),
            Self::Share32 => "a share (from 0 to 1, or text such as \"1%\")".to_owned(),
            Self::Words8(words) | Self::Words16(words) | Self::Words32(words) => one_of(words.iter().copied()),
            Self::Names8(names) => format!("{} or {}", of_names(names), up_to(u64::from(u8::MAX))),
            Self::Names16(names) => format!("{} or {}", of_names(names), up_to(u64::from(u16::MAX))),
            Self::Names32(names) => format!("{} or {}", of_names(names), up_to(u64::from(u32::MAX))),
            Self::Named8(_) | Self::Named32(_) => "a name or a number".to_owned(),
            Self::Bits8(bits) | Self::Bits32(bits) => {
                format!("an array of {}", bits.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "))
            }
            Self::Mac => "a MAC address".to_owned(),
            Self::Ip => "an IP address".to_owned(),
            Self::Ip4 => "an IPv4 address".to_owned(),
            Self::Ip6 => "an IPv6 address".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Hex => "bytes in hexadecimal".to_owned(),
            Self::BridgeId | Self::Flat(_) | Self::Short(_) => "left out".to_owned(),
            Self::VlanProtocol => "\"802.1Q\" or \"802.1ad\"".to_owned(),
            Self::Link => "a link".to_owned(),
            Self::Nested(_) => "a table of options".to_owned(),
            Self::List(..) => "an array".to_owned(),
            Self::Own(own) => own.expected.to_owned(),
        }
    }
}

fn of_names(names: &[(u32, &'static str)]) -> String {
    match names {
        [(_, only)] => (*only).to_owned(),
        names => one_of(names.iter().map(|(_, name)| *name)),
    }
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("one of {}", words.collect::<Vec<_>>().join(", "))
}
