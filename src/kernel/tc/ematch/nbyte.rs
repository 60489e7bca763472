//! `nbyte`: compares bytes of a packet (Linux `em_nbyte.c`, `struct tcf_em_nbyte`).

use super::{Ematch, LAYER, NETWORK};
use crate::error::{Error, Result};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Hex, Text, U16};
use crate::kernel::words::{NOWHERE, Setting, Word, option};

/// The length is the lower part of a number, and the layer the rest of it.
const LENGTH_BITS: u32 = 12;

const WORDS: &[Word] = &[
    option("needle", NOWHERE, Text),
    // What is no plain text.
    option("hex", NOWHERE, Hex),
    option("at", NOWHERE, U16),
    option("layer", NOWHERE, LAYER),
];

pub(super) static NBYTE: Ematch = Ematch { name: "nbyte", number: 2, words: WORDS, encode, decode };

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let at = given.needs_bytes("at")?;
    let needle = match (given.setting("needle"), given.bytes("hex")?) {
        (Some(_), Some(_)) => {
            return Err(Error::clash("needle", "hex"));
        }
        (Some(Setting::Text(text)), None) => text.as_bytes().to_vec(),
        (Some(_), None) => return Err(given.wrong("needle", "a text")),
        (None, Some(bytes)) => bytes,
        (None, None) => return Err(Error::missing("needle")),
    };
    let length = u16::try_from(needle.len()).ok().filter(|length| *length > 0 && *length < 1 << LENGTH_BITS);
    let Some(length) = length else { return Err(given.wrong("needle", "1 to 4095 bytes")) };
    let layer = u16::try_from(given.or("layer", NETWORK.into())?).unwrap_or(u16::MAX);
    let sizes = if cfg!(target_endian = "big") { length << 4 | layer & 15 } else { layer << LENGTH_BITS | length };
    Ok([&at[..], &sizes.to_ne_bytes(), &needle].concat())
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let sizes = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
    let big = cfg!(target_endian = "big");
    let (length, layer) =
        if big { (sizes >> 4, sizes & 15) } else { (sizes & ((1 << LENGTH_BITS) - 1), sizes >> LENGTH_BITS) };
    let needle = bytes.get(4..4 + usize::from(length))?;
    let is_text = needle.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    seen.bytes(if is_text { "needle" } else { "hex" }, needle);
    seen.bytes("at", bytes.get(..2)?);
    seen.bytes("layer", &[u8::try_from(layer).ok()?]);
    Some(())
}
