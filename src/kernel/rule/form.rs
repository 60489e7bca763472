//! The values that only rules have: code points, ranges of ports and of users.

use crate::kernel::names::Names;
use crate::kernel::words::{Own, Setting, number, whole};
use crate::netlink::attr;

/// The differentiated services code point, the upper six bits of a type of service: a number, or a name of `rt_dsfield`.
pub(super) static DSCP: Own = Own {
    expected: "a number from 0 to 63, or a name such as \"AF11\"",
    encode: |value| {
        let number = match value {
            Setting::Text(text) => match number(text) {
                Some(number) => number,
                None => Names::dsfields().number(text)? >> 2,
            },
            other => u32::try_from(whole(other)?).ok()?,
        };
        u8::try_from(number).ok().filter(|number| *number < 64).map(|number| vec![number])
    },
    decode: |bytes| Some(Setting::Integer((*bytes.first()?).into())),
    width: Some(1),
};

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
