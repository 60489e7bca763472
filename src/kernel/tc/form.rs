//! Forms of values that only traffic control has (`words::Form::Own`).

use super::handle;
use crate::kernel::units;
use crate::kernel::words::{Form, Own, Setting, ratio, seconds, whole};
use crate::netlink::attr;

/// A discipline's handle, `"1:"`.
pub const QDISC: Form = Form::Own(&Own {
    expected: "a handle such as \"1:\"",
    encode: |value| handle_of(value, handle::qdisc),
    decode: |bytes| handle_text(bytes, handle::text),
    width: Some(4),
});

/// A class's, or that of a parent, `"1:10"`; the root is a word of its own.
pub const CLASS: Form = Form::Own(&Own {
    expected: "a class such as \"1:10\"",
    encode: |value| handle_of(value, handle::class),
    decode: |bytes| match attr::u32_of(bytes)? {
        0 | handle::ROOT => None,
        number => Some(Setting::Text(handle::text(number))),
    },
    width: Some(4),
});

/// Whether the parent is the root.
pub const ROOT: Form = Form::Own(&Own {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(true) => Some(handle::ROOT.to_ne_bytes().to_vec()),
        Setting::Switch(false) => Some(vec![0; 4]),
        _ => None,
    },
    decode: |bytes| (attr::u32_of(bytes)? == handle::ROOT).then_some(Setting::Switch(true)),
    width: Some(4),
});

/// The minor number of a class in 32 bits, in hexadecimal: `"10"`, or with its discipline `"1:10"`.
pub const MINOR: Form = Form::Own(&Own {
    expected: "the minor number of a class in hexadecimal, such as \"10\"",
    encode: |value| minor(value).map(|minor| minor.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Text(format!("{:x}", attr::u32_of(bytes)?))),
    width: Some(4),
});

/// As [`MINOR`], in 16 bits.
pub const MINOR16: Form = Form::Own(&Own {
    expected: "the minor number of a class in hexadecimal, such as \"10\"",
    encode: |value| minor(value).and_then(|minor| u16::try_from(minor).ok()).map(|minor| minor.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Text(format!("{:x}", attr::number(bytes.get(..2)?)?))),
    width: Some(2),
});

/// A VLAN's number, 12 bits in 16.
pub const VLAN: Form = Form::Own(&Own {
    expected: "a VLAN's number up to 4095",
    encode: |value| Some(up_to(value, 4095)?.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Integer(attr::number(bytes.get(..2)?)?.cast_signed())),
    width: Some(2),
});

/// The priority of a VLAN's frames, 3 bits in 8.
pub const VLAN_PRIORITY: Form = Form::Own(&Own {
    expected: "a priority up to 7",
    encode: |value| Some(vec![u8::try_from(up_to(value, 7)?).ok()?]),
    decode: |bytes| Some(Setting::Integer(i64::from(*bytes.first()?))),
    width: Some(1),
});

/// A time in nanoseconds, 64 bits.
pub const NANOSECONDS: Form = Form::Own(&Own {
    expected: "a time (seconds, or text such as \"20ms\")",
    encode: |value| nanoseconds(value).map(|time| time.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let time = attr::number(bytes.get(..8)?)?;
        #[allow(clippy::cast_precision_loss)]
        Some(Setting::Number(time.cast_signed() as f64 / 1e9))
    },
    width: Some(8),
});

/// A time in microseconds, 32 bits, cut as `tc` cuts it.
pub const MICROSECONDS: Form = Form::Own(&Own {
    expected: "a time up to 4294 s (seconds, or text such as \"20ms\")",
    encode: |value| microseconds(value).map(|time| time.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Number(f64::from(attr::u32_of(bytes)?) / 1e6)),
    width: Some(4),
});

/// As [`MICROSECONDS`]; all bits on are none.
pub const MICROSECONDS_OR_NONE: Form = Form::Own(&Own {
    expected: "a time up to 4294 s (seconds, or text such as \"20ms\")",
    encode: |value| microseconds(value).map(|time| time.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let time = attr::u32_of(bytes)?;
        (time != u32::MAX).then(|| Setting::Number(f64::from(time) / 1e6))
    },
    width: Some(4),
});

/// As [`MICROSECONDS`], of which the kernel keeps units of 1.024: what it gives is put right, so that written again it is the same.
pub const CODEL_TIME: Form = Form::Own(&Own {
    expected: "a time up to 4294 s (seconds, or text such as \"20ms\")",
    encode: |value| microseconds(value).map(|time| time.to_ne_bytes().to_vec()),
    decode: |bytes| {
        // Microseconds of a thousand nanoseconds, shifted right by ten (Linux `include/net/codel.h`).
        let units = (u64::from(attr::u32_of(bytes)?) * 1000).div_ceil(1024);
        #[allow(clippy::cast_precision_loss)]
        Some(Setting::Number((units * 1024).div_ceil(1000) as f64 / 1e6))
    },
    width: Some(4),
});

/// A number of which the kernel has the logarithm to base 2, 32 bits.
pub const LOG2: Form = Form::Own(&Own {
    expected: "a whole number from 1",
    encode: |value| match value {
        Setting::Integer(number) => u64::try_from(*number).ok()?.checked_ilog2().map(|log| log.to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| Some(Setting::Integer(1i64.checked_shl(attr::u32_of(bytes)?)?)),
    width: Some(4),
});

/// A chance from 0 to 1, of 2³², cut as `tc` cuts it.
pub const PROBABILITY: Form = Form::Own(&Own {
    expected: "a share (from 0 to 1, or text such as \"1%\")",
    encode: |value| probability(value, |share| share * 4_294_967_296.0).map(|part| part.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let part = attr::u32_of(bytes)?;
        Some(Setting::Number(shortest(part, |share| share * 4_294_967_296.0, f64::from(part) / 4_294_967_296.0)))
    },
    width: Some(4),
});

/// A chance from 0 to 1, of 2¹⁶-1, in 32 bits.
pub const PROBABILITY16: Form = Form::Own(&Own {
    expected: "a share (from 0 to 1, or text such as \"1%\")",
    encode: |value| probability(value, |share| share * 65_535.0 + 0.5).map(|part| part.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let part = attr::u32_of(bytes)?;
        Some(Setting::Number(shortest(part, |share| share * 65_535.0 + 0.5, f64::from(part) / 65_535.0)))
    },
    width: Some(4),
});

/// Names of clocks: `TAI`, or `CLOCK_TAI`.
pub const CLOCK: Form = Form::Own(&Own {
    expected: "one of REALTIME, MONOTONIC, BOOTTIME, TAI",
    encode: |value| match value {
        Setting::Text(text) => {
            let name = text.strip_prefix("CLOCK_").unwrap_or(text);
            let clock = CLOCKS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            clock.map(|(_, number)| number.to_ne_bytes().to_vec())
        }
        _ => None,
    },
    decode: |bytes| {
        let number = attr::u32_of(bytes)?;
        CLOCKS.iter().find(|(_, known)| *known == number).map(|(name, _)| Setting::Text((*name).to_owned()))
    },
    width: Some(4),
});
const CLOCKS: &[(&str, u32)] = &[("REALTIME", 0), ("MONOTONIC", 1), ("BOOTTIME", 7), ("TAI", 11)];

/// A time in milliseconds, 32 bits.
pub const MILLISECONDS: Form = Form::Own(&Own {
    expected: "a time (seconds, or text such as \"20ms\")",
    encode: |value| u32::try_from(nanoseconds(value)? / 1_000_000).ok().map(|time| time.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Number(f64::from(attr::u32_of(bytes)?) / 1e3)),
    width: Some(4),
});

/// A rate in bytes a second, 32 bits, where all bits on, or off, are none.
pub const RATE_OR_NONE: Form = Form::Own(&Own {
    expected: "a rate (bits a second, or text such as \"10mbit\")",
    encode: |value| u32::try_from(bytes_a_second(value)?).ok().map(|rate| rate.to_ne_bytes().to_vec()),
    decode: |bytes| match attr::u32_of(bytes)? {
        0 | u32::MAX => None,
        rate => Some(Setting::Integer(i64::from(rate) * 8)),
    },
    width: Some(4),
});

/// Bytes in eight bits each, as an array of numbers.
pub const BYTES: Form = Form::Own(&Own {
    expected: "an array of numbers up to 255",
    encode: |value| numbers(value)?.into_iter().map(|number| u8::try_from(number).ok()).collect(),
    decode: |bytes| Some(Setting::List(bytes.iter().map(|byte| Setting::Integer(i64::from(*byte))).collect())),
    width: None,
});

/// Numbers of 32 bits each, as an array.
pub const NUMBERS: Form = Form::Own(&Own {
    expected: "an array of whole numbers",
    encode: |value| {
        let numbers = numbers(value)?.into_iter().map(|number| u32::try_from(number).ok());
        Some(numbers.collect::<Option<Vec<_>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect())
    },
    decode: |bytes| {
        let numbers = bytes.chunks_exact(4).filter_map(attr::u32_of);
        Some(Setting::List(numbers.map(|number| Setting::Integer(i64::from(number))).collect()))
    },
    width: None,
});

/// Queues of the hardware, as an array of how many from which on: `"2@4"`. Two numbers of 16 bits each.
pub const QUEUES: Form = Form::Own(&Own {
    expected: "an array such as { \"1@0\", \"3@1\" }",
    encode: |value| match value {
        Setting::List(values) if values.len() <= 16 => {
            let pair = |value: &Setting| match value {
                Setting::Text(text) => {
                    let (count, from) = text.split_once('@')?;
                    Some([count.parse::<u16>().ok()?.to_ne_bytes(), from.parse::<u16>().ok()?.to_ne_bytes()].concat())
                }
                _ => None,
            };
            Some(values.iter().map(pair).collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    },
    decode: |bytes| {
        let half = |bytes: &[u8]| attr::number(bytes).unwrap_or_default();
        let texts = bytes.chunks_exact(4).map(|pair| format!("{}@{}", half(&pair[..2]), half(&pair[2..])));
        Some(Setting::List(texts.map(Setting::Text).collect()))
    },
    width: None,
});

/// The kind of link that sizes are reckoned for (tc-stab(8)): `TC_LINKLAYER_…`.
pub const LINKLAYER: Form = Form::Names8(LINKLAYERS);
/// As [`LINKLAYER`], in 32 bits.
pub const LINKLAYER32: Form = Form::Names32(LINKLAYERS);
const LINKLAYERS: &[(u32, &str)] = &[(0, "unspec"), (1, "ethernet"), (2, "atm"), (2, "adsl")];

/// A whole number up to `most`.
fn up_to(value: &Setting, most: u16) -> Option<u16> {
    whole(value).and_then(|number| u16::try_from(number).ok()).filter(|number| *number <= most)
}

fn handle_of(value: &Setting, read: fn(&str) -> Option<u32>) -> Option<Vec<u8>> {
    match value {
        Setting::Text(text) => read(text).map(|handle| handle.to_ne_bytes().to_vec()),
        _ => None,
    }
}

fn handle_text(bytes: &[u8], text: fn(u32) -> String) -> Option<Setting> {
    // As `tc` prints it even where it is none.
    let handle = attr::u32_of(bytes)?;
    Some(Setting::Text(if handle == 0 { "0:".to_owned() } else { text(handle) }))
}

fn minor(value: &Setting) -> Option<u32> {
    match value {
        Setting::Text(text) if text.contains(':') => handle::class(text).map(|class| class & 0xffff),
        Setting::Text(text) => handle::number(text),
        _ => None,
    }
}

/// A time in nanoseconds.
pub fn nanoseconds(value: &Setting) -> Option<u64> {
    time_in(value, 1)
}

/// A time in microseconds.
pub fn microseconds(value: &Setting) -> Option<u32> {
    u32::try_from(time_in(value, 1000)?).ok()
}

/// A time in units of so many nanoseconds: text cut as `tc` cuts it, and a number of seconds by the nanosecond first, so that
/// what was read comes back.
fn time_in(value: &Setting, unit: u32) -> Option<u64> {
    match value {
        Setting::Text(text) => units::whole(units::time_in(text, 1e9 / f64::from(unit))?),
        _ => Some(units::whole((seconds(value)? * 1e9).round())? / u64::from(unit)),
    }
}

/// A share as the whole part of what it comes to.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn probability(value: &Setting, of: fn(f64) -> f64) -> Option<u32> {
    // All of 2³² is one less.
    ratio(value).map(|share| of(share) as u32)
}

/// The shortest decimal near `exact` that comes to this very part.
fn shortest(part: u32, of: fn(f64) -> f64, exact: f64) -> f64 {
    let decimals = (1..=10).map(|digits| 10f64.powi(digits)).map(|scale| (exact * scale).round() / scale);
    decimals.into_iter().find(|short| probability(&Setting::Number(*short), of) == Some(part)).unwrap_or(exact)
}

fn bytes_a_second(value: &Setting) -> Option<u64> {
    match value {
        Setting::Text(text) => units::rate(text).map(|rate| rate / 8),
        Setting::Integer(rate) => u64::try_from(*rate).ok().map(|rate| rate / 8),
        _ => None,
    }
}

/// An array of numbers; one alone may stand without braces.
pub fn numbers(value: &Setting) -> Option<Vec<i64>> {
    let one = |value: &Setting| match value {
        Setting::Integer(number) => Some(*number),
        Setting::Text(text) => text.parse().ok(),
        _ => None,
    };
    match value {
        Setting::List(values) => values.iter().map(one).collect(),
        Setting::Table(none) if none.is_empty() => Some(Vec::new()),
        value => Some(vec![one(value)?]),
    }
}
