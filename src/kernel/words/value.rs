//! From a value of a script to a number or bytes, and back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Setting;
use crate::error::Result;
use crate::kernel::link::parse_mac;
use crate::kernel::units;

/// A switch: a boolean, or 0 and 1.
pub(super) fn switch(value: &Setting) -> Option<bool> {
    match value {
        Setting::Switch(on) => Some(*on),
        Setting::Integer(0) => Some(false),
        Setting::Integer(1) => Some(true),
        _ => None,
    }
}

/// A whole number; a switch is 0 or 1, and text may be decimal or hexadecimal with `0x`.
pub(super) fn integer(value: &Setting) -> Option<i64> {
    match value {
        Setting::Integer(number) => Some(*number),
        Setting::Switch(on) => Some(i64::from(*on)),
        Setting::Text(text) => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// A number in a text: decimal, or hexadecimal behind `0x`.
pub fn number<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let number: Option<u64> = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    number.and_then(|number| number.try_into().ok())
}

/// A whole number from 0.
pub fn whole(value: &Setting) -> Option<u64> {
    integer(value).and_then(|number| u64::try_from(number).ok())
}

/// A number as a value; beyond 2⁶³ it is negative, as Lua has it.
pub(super) fn from_number(number: u64) -> Setting {
    Setting::Integer(number.cast_signed())
}

/// The bytes of a number in a field of so many bytes, in the machine's order; none if it does not fit.
pub(super) fn bytes_of(number: u64, width: usize) -> Option<Vec<u8>> {
    Some(match width {
        1 => vec![u8::try_from(number).ok()?],
        2 => u16::try_from(number).ok()?.to_ne_bytes().to_vec(),
        4 => u32::try_from(number).ok()?.to_ne_bytes().to_vec(),
        _ => number.to_ne_bytes().to_vec(),
    })
}

/// A number as it is, or what `read` makes of text.
#[allow(clippy::cast_precision_loss)]
fn real(value: &Setting, read: impl FnOnce(&str) -> Option<f64>) -> Option<f64> {
    match value {
        Setting::Integer(number) => Some(*number as f64),
        Setting::Number(number) => Some(*number),
        Setting::Text(text) => read(text),
        _ => None,
    }
}

/// A time in seconds.
pub fn seconds(value: &Setting) -> Option<f64> {
    real(value, |text| units::time(text).map(|time| time.as_secs_f64()))
}

/// A share from 0 to 1, or text in per cent.
pub fn ratio(value: &Setting) -> Option<f64> {
    real(value, units::ratio).filter(|share| (0.0..=1.0).contains(share))
}

/// A time in units of which `a_second` are a second.
pub(super) fn time_in(value: &Setting, a_second: f64) -> Option<u64> {
    let seconds = seconds(value)?;
    let fits = seconds.is_finite() && (0.0..1e16).contains(&seconds);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fits.then(|| (seconds * a_second).round() as u64)
}

/// A quantity: a whole number, or text that `read` knows.
pub(super) fn number_of(value: &Setting, read: fn(&str) -> Option<u64>) -> Option<u64> {
    match value {
        Setting::Text(text) => read(text),
        other => whole(other),
    }
}

/// A share from 0 to 1, or text in per cent, as a part of 2³²-1, rounded as iproute2 rounds it (`set_percent`).
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn share(value: &Setting) -> Option<u32> {
    ratio(value).map(|share| (share * f64::from(u32::MAX)).round_ties_even() as u32)
}

/// A part of 2³²-1 as a share, with no more digits than come from it.
pub(super) fn from_share(part: u32) -> f64 {
    let share = f64::from(part) / f64::from(u32::MAX);
    // The shortest decimal that is this very part: 0.1, not 0.09999999997671694.
    (1..=10)
        .map(|digits| 10f64.powi(digits))
        .map(|scale| (share * scale).round() / scale)
        .find(|short| super::value::share(&Setting::Number(*short)) == Some(part))
        .unwrap_or(share)
}

/// A MAC address; none for what is no text.
pub(super) fn mac(value: &Setting) -> Option<Result<Vec<u8>>> {
    match value {
        Setting::Text(text) => Some(parse_mac(text).map(|mac| mac.to_vec())),
        _ => None,
    }
}

/// Bytes in hexadecimal, which `:` may divide.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

/// Bytes in hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An address of 4 or 16 bytes.
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
        _ => None,
    }
}
