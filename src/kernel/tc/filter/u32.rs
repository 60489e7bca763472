//! `u32`: takes packets by bits at places of them (tc-u32(8), Linux `pkt_cls.h`, `TCA_U32_*`), or by a hash of such bits.

use super::kind::{Kind, Layout};
use super::pattern;
use crate::error::Result;
use crate::kernel::tc::form;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::handle;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::{Bit32, List, Text, U8, U32 as Number};
use crate::kernel::words::{Form, HEADER, NOWHERE, Own, Setting, Word, field, option};
use crate::netlink::attr;

const TABLE: u16 = 2;
const SELECTOR: u16 = 5;
const FLAGS: u16 = 11;
/// `struct tc_u32_mark`.
const MARK: u16 = 10;
/// What [`encode`] and [`decode`] alone know the place of.
const OWN: u16 = NOWHERE;
/// `TC_U32_TERMINAL`, `TC_U32_OFFSET`, `TC_U32_VAROFFSET`, `TC_U32_EAT`: flags of a selector.
const TERMINAL: u8 = 1;
const OFFSET: u8 = 2;
const VAR_OFFSET: u8 = 4;
const EAT: u8 = 8;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, HANDLE),
    field("order", HEADER, LENGTH, 8, ORDER),
    option("classid", 1, form::CLASS),
    option("ht", TABLE, HANDLE),
    option("sample", OWN, Text),
    option("indev", 8, Text),
    option("link", 3, HANDLE),
    option("divisor", 4, Number),
    option("match", OWN, List(&Text, 0)),
    option("offset", OWN, Number),
    option("offset_at", OWN, Number),
    option("offset_mask", OWN, Number),
    option("offset_shift", OWN, U8),
    option("eat", OWN, Form::Switch8),
    option("hashkey", OWN, Text),
    field("mark", MARK, 12, 0, Number),
    field("mark_mask", MARK, 12, 4, Number),
    field("skip_hw", FLAGS, 4, 0, Bit32(1)),
    field("skip_sw", FLAGS, 4, 0, Bit32(2)),
    Word { settable: false, ..field("not_in_hw", FLAGS, 4, 0, Bit32(8)) },
];

pub(super) static U32: Kind = Kind { own: Some(Layout { encode, decode }), ..Kind::new("u32", WORDS, 7) };

/// A table, a place in it, a filter there: `800::800`.
const HANDLE: Form = Form::Own(&Own {
    expected: "a handle such as \"800::800\", or \"1:\" for a table",
    encode: |value| match value {
        Setting::Text(text) => number_of(text).map(|number| number.to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| match attr::u32_of(bytes)? {
        0 => None,
        number => Some(Setting::Text(text_of(number))),
    },
    width: Some(4),
});

/// The number within a place of a table: the end of the handle, which is what it is read as.
const ORDER: Form = Form::Own(&Own {
    expected: "a number from 1 to 4095",
    encode: |value| match value {
        Setting::Integer(number @ 1..=0xfff) => u32::try_from(*number).ok().map(|number| number.to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |_| None,
    width: Some(4),
});

fn number_of(text: &str) -> Option<u32> {
    let part = |text: &str, most: u32| match text {
        "" => Some(0),
        digits => handle::number(digits).filter(|number| *number <= most),
    };
    let mut parts = text.split(':');
    let (table, hash, node) = (parts.next()?, parts.next()?, parts.next().unwrap_or(""));
    if parts.next().is_some() {
        return None;
    }
    Some(part(table, 0xfff)? << 20 | part(hash, 0xff)? << 12 | part(node, 0xfff)?)
}

/// Whether it is the table that the kernel makes for a preference, which is no filter and goes with the last one (Linux
/// `u32_init`: those that a user can make end at 7ff).
pub(super) fn is_root(number: u32) -> bool {
    number & 0xf_ffff == 0 && number >> 20 >= 0x800
}

fn text_of(number: u32) -> String {
    let hexadecimal = |number: u32| if number == 0 { String::new() } else { format!("{number:x}") };
    let (table, hash, node) = (number >> 20, number >> 12 & 0xff, number & 0xfff);
    let end =
        if node == 0 && hash == 0 { String::new() } else { format!("{}:{}", hexadecimal(hash), hexadecimal(node)) };
    format!("{table:x}:{end}")
}

/// The selector, a `struct tc_u32_sel` with its keys.
fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    if given.has("divisor") {
        return Ok(());
    }
    if let Some(sample) = given.setting("sample") {
        let place = match sample {
            Setting::Text(text) => pattern::place(text),
            _ => None,
        };
        let place = place.ok_or_else(|| given.wrong("sample", "such as \"ip protocol 6 0xff\""))?;
        let table = given.or32("ht", 0)? & 0xfff0_0000;
        attr::put(bytes, TABLE, &(table | place << 12).to_ne_bytes());
    }
    let mut keys = Vec::new();
    let such_as = "such as \"ip dst 10.0.0.0/8\" or \"u32 0 0xf at 4\"";
    given.each("match", such_as, |one| match one {
        Setting::Text(text) => pattern::add(&mut keys, text),
        _ => None,
    })?;
    let count = u8::try_from(keys.len()).map_err(|_| given.wrong("match", "at most 255 keys of 32 bits"))?;
    let ends = given.has("classid") || given.has("actions");
    let mut flags = if ends { TERMINAL } else { 0 };
    if given.has("offset") || given.has("offset_at") {
        flags |= OFFSET;
    }
    if given.has("offset_at") {
        flags |= VAR_OFFSET;
    }
    if given.is_on("eat")? {
        flags |= EAT;
    }
    let hash = match given.setting("hashkey") {
        Some(Setting::Text(text)) => {
            pattern::hash(text).ok_or_else(|| given.wrong("hashkey", "such as \"0x00ff0000 at 12\""))?
        }
        _ => (0, 0),
    };
    let half = |name| {
        let number = given.or32(name, 0)?;
        u16::try_from(number).map_err(|_| given.wrong(name, "a whole number up to 65535"))
    };
    let mut selector = vec![flags, u8::try_from(given.or32("offset_shift", 0)?).unwrap_or(u8::MAX)];
    selector.extend([count, 0]);
    selector.extend(half("offset_mask")?.to_be_bytes());
    selector.extend(half("offset")?.to_ne_bytes());
    selector.extend(half("offset_at")?.to_ne_bytes());
    selector.extend(hash.1.to_ne_bytes());
    selector.extend(hash.0.to_be_bytes());
    keys.iter().for_each(|key| selector.extend(key.bytes()));
    attr::put(bytes, SELECTOR, &selector);
    Ok(())
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let selector = attr::find(bytes, SELECTOR)?;
    let half = |at: usize| Some(u16::from_ne_bytes(selector.get(at..at + 2)?.try_into().ok()?));
    let (flags, shift) = (*selector.first()?, *selector.get(1)?);
    let keys = selector.get(16..)?.chunks_exact(16).filter_map(pattern::Key::read);
    let keys: Vec<Setting> = keys.map(|key| Setting::Text(key.to_string())).collect();
    if !keys.is_empty() {
        seen.setting("match", Setting::List(keys));
    }
    if flags & OFFSET != 0 {
        seen.some("offset", u32::from(half(6)?));
    }
    if flags & VAR_OFFSET != 0 {
        seen.number("offset_at", u32::from(half(8)?));
        seen.some("offset_mask", u32::from(u16::from_be(half(4)?)));
        seen.bytes("offset_shift", &[shift]);
    }
    if flags & EAT != 0 {
        seen.bytes("eat", &[1]);
    }
    let mask = u32::from_be(attr::u32_of(selector.get(12..)?)?);
    if mask != 0 {
        seen.setting("hashkey", Setting::Text(format!("{mask:#010x} at {}", half(10)?.cast_signed())));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn handles_are_read_as_tc_reads_them() {
        for (text, number) in [("800::800", Some(0x8000_0800)), ("1:", Some(0x10_0000)), ("2:3:4", Some(0x20_3004))] {
            assert_eq!(number_of(text), number, "{text}");
        }
        for wrong in ["", "1", "1000:", "1:100:", "1:2:3:4", "x:"] {
            assert_eq!(number_of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(number: u32) {
            prop_assert_eq!(number_of(&text_of(number)), Some(number));
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut options = Vec::new();
            attr::put(&mut options, SELECTOR, &bytes);
            let _ = decode(&options, &mut Seen::new(WORDS));
        }
    }
}
