//! The forms an option's value takes: on the wire, and in a script.
//!
//! Pure. Times are seconds in a script and hundredths of a second on the wire (Linux `clock_t`).

use crate::error::{Error, Result, explain};
use crate::kernel::link::{format_mac, parse_mac};
use crate::kernel::units;

/// The value of an option as a script has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// On or off.
    Switch(bool),
    /// A whole number.
    Integer(i64),
    /// A number; a time in seconds.
    Number(f64),
    /// A word, an address, or a time with its unit.
    Text(String),
}

/// How an option's value is written to the kernel.
pub(super) enum Form {
    Switch8,
    Switch32,
    U8,
    U16,
    U32,
    /// Hundredths of a second.
    Time32,
    /// Hundredths of a second.
    Time64,
    /// A word for each number from 0 on.
    Words8(&'static [&'static str]),
    Mac,
    /// Priority and MAC address of a bridge, `8000.02:00:00:00:00:01`; only read.
    BridgeId,
    /// `802.1Q` or `802.1ad`.
    VlanProtocol,
}

const VLAN_PROTOCOLS: [(u16, &str); 2] = [(0x8100, "802.1Q"), (0x88a8, "802.1ad")];

impl Form {
    /// The value's bytes for the kernel; `EINVAL` names `key` and what it may be.
    pub(super) fn encode(&self, key: &str, value: &Setting) -> Result<Vec<u8>> {
        let bytes = match self {
            Self::Switch8 => switch(value).map(|on| vec![u8::from(on)]),
            Self::Switch32 => switch(value).map(|on| u32::from(on).to_ne_bytes().to_vec()),
            Self::U8 => integer(value).and_then(|number| u8::try_from(number).ok()).map(|number| vec![number]),
            Self::U16 => integer(value).and_then(|number| u16::try_from(number).ok()).map(|n| n.to_ne_bytes().to_vec()),
            Self::U32 => integer(value).and_then(|number| u32::try_from(number).ok()).map(|n| n.to_ne_bytes().to_vec()),
            Self::Time32 => hundredths(value).and_then(|n| u32::try_from(n).ok()).map(|n| n.to_ne_bytes().to_vec()),
            Self::Time64 => hundredths(value).map(|number| number.to_ne_bytes().to_vec()),
            Self::Words8(words) => word(words, value).map(|number| vec![number]),
            Self::Mac => {
                return text(value).map_or_else(|| Err(self.wrong(key, value)), |mac| Ok(parse_mac(mac)?.to_vec()));
            }
            Self::VlanProtocol => {
                let known = text(value).and_then(|name| VLAN_PROTOCOLS.iter().find(|(_, known)| *known == name));
                known.map(|(number, _)| number.to_be_bytes().to_vec())
            }
            Self::BridgeId => None,
        };
        bytes.ok_or_else(|| self.wrong(key, value))
    }

    /// The value in the kernel's bytes; none if they are too short.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<Setting> {
        let number = || match *bytes {
            [a] => Some(u64::from(a)),
            [a, b] => Some(u64::from(u16::from_ne_bytes([a, b]))),
            [a, b, c, d] => Some(u64::from(u32::from_ne_bytes([a, b, c, d]))),
            _ => bytes.try_into().ok().map(u64::from_ne_bytes),
        };
        Some(match self {
            Self::Switch8 | Self::Switch32 => Setting::Switch(number()? != 0),
            Self::U8 | Self::U16 | Self::U32 => Setting::Integer(number()? as i64),
            Self::Time32 | Self::Time64 => Setting::Number(number()? as f64 / 100.0),
            Self::Words8(words) => {
                let number = number()?;
                let word = usize::try_from(number).ok().and_then(|place| words.get(place));
                word.map_or(Setting::Integer(number as i64), |word| Setting::Text((*word).to_owned()))
            }
            Self::Mac => Setting::Text(format_mac(bytes)),
            Self::BridgeId => {
                let (priority, mac) = (bytes.get(..2)?, bytes.get(2..8)?);
                Setting::Text(format!("{:02x}{:02x}.{}", priority[0], priority[1], format_mac(mac)))
            }
            Self::VlanProtocol => {
                let number = u16::from_be_bytes(bytes.try_into().ok()?);
                let known = VLAN_PROTOCOLS.iter().find(|(known, _)| *known == number);
                known.map_or(Setting::Integer(i64::from(number)), |(_, name)| Setting::Text((*name).to_owned()))
            }
        })
    }

    fn wrong(&self, key: &str, value: &Setting) -> Error {
        let expected = match self {
            Self::Switch8 | Self::Switch32 => "true or false".to_owned(),
            Self::U8 => "a whole number up to 255".to_owned(),
            Self::U16 => "a whole number up to 65535".to_owned(),
            Self::U32 => "a whole number up to 4294967295".to_owned(),
            Self::Time32 | Self::Time64 => "a time in seconds".to_owned(),
            Self::Words8(words) => format!("one of {}", words.join(", ")),
            Self::Mac => "a MAC address".to_owned(),
            Self::BridgeId => "left out".to_owned(),
            Self::VlanProtocol => "\"802.1Q\" or \"802.1ad\"".to_owned(),
        };
        let got = match value {
            Setting::Switch(on) => on.to_string(),
            Setting::Integer(number) => number.to_string(),
            Setting::Number(number) => number.to_string(),
            Setting::Text(text) => format!("\"{text}\""),
        };
        Error::new(&explain::LINK_OPTION_VALUE).with("key", key).with("expected", expected).with("got", got)
    }
}

fn switch(value: &Setting) -> Option<bool> {
    match value {
        Setting::Switch(on) => Some(*on),
        Setting::Integer(0) => Some(false),
        Setting::Integer(1) => Some(true),
        _ => None,
    }
}

fn integer(value: &Setting) -> Option<i64> {
    match value {
        Setting::Integer(number) => Some(*number),
        Setting::Switch(on) => Some(i64::from(*on)),
        _ => None,
    }
}

fn hundredths(value: &Setting) -> Option<u64> {
    let seconds = match value {
        Setting::Integer(number) => *number as f64,
        Setting::Number(number) => *number,
        Setting::Text(text) => units::time(text)?.as_secs_f64(),
        Setting::Switch(_) => return None,
    };
    let fits = seconds.is_finite() && (0.0..1e16).contains(&seconds);
    fits.then(|| (seconds * 100.0).round() as u64)
}

fn word(words: &[&str], value: &Setting) -> Option<u8> {
    let place = match value {
        Setting::Text(text) => words.iter().position(|word| word == text)?,
        other => usize::try_from(integer(other)?).ok().filter(|place| *place < words.len())?,
    };
    u8::try_from(place).ok()
}

fn text(value: &Setting) -> Option<&str> {
    match value {
        Setting::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STATES: Form = Form::Words8(&["disabled", "listening"]);

    #[test]
    fn values_go_out_and_come_back() {
        let text = |text: &str| Setting::Text(text.to_owned());
        for (form, value) in [
            (Form::Switch8, Setting::Switch(true)),
            (Form::Switch32, Setting::Switch(false)),
            (Form::U8, Setting::Integer(255)),
            (Form::U16, Setting::Integer(65_535)),
            (Form::U32, Setting::Integer(100)),
            (Form::Time32, Setting::Number(2.5)),
            (Form::Time64, Setting::Number(0.25)),
            (STATES, text("listening")),
            (Form::Mac, text("02:00:00:00:00:01")),
            (Form::VlanProtocol, text("802.1ad")),
        ] {
            let bytes = form.encode("x", &value).expect("a value");
            assert_eq!(form.decode(&bytes), Some(value));
        }
        assert_eq!(Form::Switch8.encode("x", &Setting::Integer(1)).expect("a switch"), [1]);
        for two_seconds in [Setting::Integer(2), text("2000ms")] {
            assert_eq!(Form::Time32.encode("x", &two_seconds).expect("2 s"), 200u32.to_ne_bytes());
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (form, value, part) in [
            (Form::Switch8, Setting::Integer(2), "true or false, got 2"),
            (Form::U16, Setting::Integer(65_536), "up to 65535"),
            (Form::U8, Setting::Integer(-1), "got -1"),
            (Form::Time32, Setting::Number(f64::NAN), "a time"),
            (Form::Time32, Setting::Number(-1.0), "a time"),
            (STATES, Setting::Text("up".to_owned()), "one of disabled, listening, got \"up\""),
            (Form::Mac, Setting::Switch(true), "a MAC address"),
            (Form::BridgeId, Setting::Text("8000.0".to_owned()), "left out"),
        ] {
            let error = form.encode("cost", &value).expect_err("no such value");
            assert!(error.message().starts_with("option \"cost\"") && error.message().contains(part), "{error}");
        }
    }

    proptest! {
        #[test]
        fn nothing_read_panics(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            for form in [Form::Switch8, Form::U32, Form::Time64, STATES, Form::Mac, Form::BridgeId, Form::VlanProtocol] {
                let _ = form.decode(&bytes);
            }
        }
    }
}
