//! `canid`: looks at the identifiers of CAN frames (Linux `em_canid.c`, `struct can_filter`).

use super::Ematch;
use crate::error::Result;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::handle;
use crate::kernel::words::Form::{List, Text};
use crate::kernel::words::{NOWHERE, Setting, Word, option};
use crate::netlink::attr;

/// `CAN_EFF_FLAG`: an identifier of 29 bits, and none of 11.
const EXTENDED: u32 = 1 << 31;
/// What an identifier of each sort has: its word, the flag, all bits.
const SORTS: [(&str, u32, u32); 2] = [("eff", EXTENDED, 0x1fff_ffff), ("sff", 0, 0x7ff)];

const WORDS: &[Word] = &[option("eff", NOWHERE, List(&Text, 0)), option("sff", NOWHERE, List(&Text, 0))];

pub(super) static CANID: Ematch = Ematch { name: "canid", number: 7, words: WORDS, encode, decode };

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (word, flag, all) in SORTS {
        for (id, mask) in given.each(word, "such as \"0x123\" or \"0x125:0xf\"", |rule| of(rule, all))? {
            bytes.extend((id | flag).to_ne_bytes());
            bytes.extend((mask | EXTENDED).to_ne_bytes());
        }
    }
    if bytes.is_empty() { Err(given.wrong("sff", "an array such as { \"0x123\", \"0x125:0xf\" }")) } else { Ok(bytes) }
}

/// An identifier and which bits of it count.
fn of(rule: &Setting, all: u32) -> Option<(u32, u32)> {
    let (id, mask) = match rule {
        Setting::Integer(id) => (u32::try_from(*id).ok()?, all),
        Setting::Text(text) => match text.split_once(':') {
            // Hexadecimal, as `tc` reads them, with `0x` or without.
            Some((id, mask)) => (handle::number(id)?, handle::number(mask)?),
            None => (handle::number(text)?, all),
        },
        _ => return None,
    };
    (id <= all && mask <= all).then_some((id, mask))
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let rules = bytes.chunks_exact(8).filter_map(|rule| Some((attr::u32_of(rule)?, attr::u32_of(&rule[4..])?)));
    let rules: Vec<(u32, u32)> = rules.collect();
    for (word, flag, all) in SORTS {
        let own = rules.iter().filter(|(id, _)| id & EXTENDED == flag);
        let texts = own.map(|(id, mask)| match mask & all {
            mask if mask == all => format!("{:#x}", id & all),
            mask => format!("{:#x}:{mask:#x}", id & all),
        });
        let texts: Vec<Setting> = texts.map(Setting::Text).collect();
        if !texts.is_empty() {
            seen.setting(word, Setting::List(texts));
        }
    }
    Some(())
}
