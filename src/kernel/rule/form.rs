//! The values that only rules have: marks with a mask, ranges of ports and of users.

use crate::kernel::words::{Own, Setting};
use crate::netlink::attr;

/// A firewall mark: a number, or text such as `"0x1/0xff"` whose mask goes into an attribute of its own.
pub(super) static MARK: Own = Own {
    expected: "a mark, or text such as \"0x1/0xff\"",
    encode: |value| Some(mark(value)?.0.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Integer(attr::u32_of(bytes)?.into())),
    width: Some(4),
};

/// A mark and its mask, if it has one.
pub(super) fn mark(value: &Setting) -> Option<(u32, Option<u32>)> {
    match value {
        Setting::Integer(number) => Some((u32::try_from(*number).ok()?, None)),
        Setting::Text(text) => match text.split_once('/') {
            Some((mark, mask)) => Some((number(mark)?, Some(number(mask)?))),
            None => Some((number(text)?, None)),
        },
        _ => None,
    }
}

/// Ports, `struct fib_rule_port_range`: one as a number, several as `"10-20"`.
pub(super) static PORTS: Own = Own {
    expected: "a port, or text such as \"10-20\"",
    encode: |value| {
        let (start, end) = range(value)?;
        let ends = [u16::try_from(start).ok()?, u16::try_from(end).ok()?];
        Some(ends.map(u16::to_ne_bytes).concat())
    },
    decode: |bytes| {
        let (start, end) = (attr::number(bytes.get(..2)?)?, attr::number(bytes.get(2..4)?)?);
        Some(if start == end { Setting::Integer(start.cast_signed()) } else { Setting::Text(format!("{start}-{end}")) })
    },
    width: Some(4),
};

/// Users, `struct fib_rule_uid_range`, as `"1000-2000"`.
pub(super) static UIDS: Own = Own {
    expected: "a user's number, or text such as \"1000-2000\"",
    encode: |value| {
        let (start, end) = range(value)?;
        Some([start, end].map(u32::to_ne_bytes).concat())
    },
    decode: |bytes| {
        let (start, end) = (attr::u32_of(bytes)?, attr::u32_of(bytes.get(4..)?)?);
        Some(Setting::Text(format!("{start}-{end}")))
    },
    width: Some(8),
};

fn range(value: &Setting) -> Option<(u32, u32)> {
    match value {
        Setting::Integer(one) => {
            let one = u32::try_from(*one).ok()?;
            Some((one, one))
        }
        Setting::Text(text) => match text.split_once('-') {
            Some((start, end)) => Some((number(start)?, number(end)?)),
            None => Some((number(text)?, number(text)?)),
        },
        _ => None,
    }
}

/// A number, decimal or hexadecimal with `0x`.
fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
