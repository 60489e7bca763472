//! `fw`: takes packets by their mark, which is the filter's handle (tc-fw(8), Linux `pkt_cls.h`, `TCA_FW_*`).

use super::kind::{Kind, Layout};
use crate::error::Result;
use crate::kernel::tc::form;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::{Text, U32};
use crate::kernel::words::{self, Form, HEADER, Own, Setting, Settings, Word, fact, field, number, option};
use crate::netlink::attr;

const MASK: u16 = 5;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, MARK),
    option("classid", 1, form::CLASS),
    option("indev", 3, Text),
    // A part of the handle, where there is one.
    fact("mask", MASK, U32),
];

pub(super) static FW: Kind =
    Kind { own: Some(Layout { encode, decode: |_, _: &mut Seen| Some(()) }), show, ..Kind::new("fw", WORDS, 4) };

/// A mark, or `0x1/0xff`: some bits of one.
const MARK: Form = Form::Own(&Own {
    expected: "a mark such as 1 or \"0x1/0xff\"",
    encode: |value| mark(value).map(|(mark, _)| mark.to_ne_bytes().to_vec()),
    decode: |bytes| Some(Setting::Integer(i64::from(attr::u32_of(bytes)?))),
    width: Some(4),
});

/// A mark and its mask.
fn mark(value: &Setting) -> Option<(u32, Option<u32>)> {
    match value {
        Setting::Integer(number) => Some((u32::try_from(*number).ok()?, None)),
        Setting::Text(text) => match text.split_once('/') {
            Some((mark, mask)) => Some((number(mark)?, Some(number(mask)?))),
            None => Some((number(text)?, None)),
        },
        _ => None,
    }
}

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    if let Some((_, Some(mask))) = given.setting("handle").and_then(mark) {
        attr::put(bytes, MASK, &mask.to_ne_bytes());
    }
    Ok(())
}

/// Puts the mask into the handle.
fn show(settings: &mut Settings) {
    let number = |key| match words::find(settings, key) {
        Some(Setting::Integer(number)) => Some(*number),
        _ => None,
    };
    let Some((handle, mask)) = number("handle").zip(number("mask")) else { return };
    settings.retain(|(key, _)| !matches!(key.as_ref(), "handle" | "mask"));
    settings.push(("handle".into(), Setting::Text(format!("{handle:#x}/{mask:#x}"))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_masks() {
        let text = |text: &str| mark(&Setting::Text(text.to_owned()));
        assert_eq!(text("0x1/0xff"), Some((1, Some(255))));
        assert_eq!((text("16"), text("0x10")), (Some((16, None)), Some((16, None))));
        assert_eq!((text("1/"), text("/1"), text("0x1ffffffff"), text("-1")), (None, None, None, None));
    }
}
