//! `u32`: looks at bits of a packet as a filter of that name does (Linux `em_u32.c`).

use super::Ematch;
use crate::error::Result;
use crate::kernel::tc::filter::pattern::{self, Key};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::Text;
use crate::kernel::words::{NOWHERE, Setting, Word, option};

const WORDS: &[Word] = &[option("match", NOWHERE, Text)];

pub(super) static U32: Ematch = Ematch { name: "u32", number: 3, words: WORDS, encode, decode };

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut keys = Vec::new();
    let read = match given.setting("match") {
        Some(Setting::Text(text)) => pattern::add(&mut keys, text),
        _ => None,
    };
    match (read, &keys[..]) {
        (Some(()), [key]) => Ok(key.bytes()),
        _ => Err(given.wrong("match", "one pattern such as \"u16 0x1122 0xffff at nexthdr+4\"")),
    }
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    seen.setting("match", Setting::Text(Key::read(bytes)?.to_string()));
    Some(())
}
