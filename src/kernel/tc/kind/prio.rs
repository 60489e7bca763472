//! `prio`, bands of which the first always goes first (tc-prio(8)); `multiq`, a band for each queue of the hardware; `skbprio`,
//! which drops what has the least priority (tc-skbprio(8)).

use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form::BYTES;
use crate::kernel::tc::given::{Given, Seen, word32};
use crate::kernel::words::Form::{Size32, U16, U32};
use crate::kernel::words::{HEADER, Word, fact, field, option};

const OWN: u16 = 0;
const PRIO_WORDS: &[Word] = &[option("bands", OWN, U32), option("priomap", OWN, BYTES)];
const MULTIQ_WORDS: &[Word] = &[fact("bands", OWN, U16), fact("max_bands", OWN, U16)];
const SKBPRIO_WORDS: &[Word] = &[field("limit", HEADER, 4, 0, Size32)];

pub(super) static PRIO: Kind = Kind::new("prio", Options { words: PRIO_WORDS, layout: Layout::Own { encode, decode } });
pub(super) static MULTIQ: Kind = Kind::new(
    "multiq",
    Options { words: MULTIQ_WORDS, layout: Layout::Own { encode: |_| Ok(vec![0; 4]), decode: decode_multiq } },
);
pub(super) static SKBPRIO: Kind = Kind::new("skbprio", Options { words: SKBPRIO_WORDS, layout: Layout::Struct(4) });

/// The band of each priority unless told, as `tc` and the kernel have them.
const MAP: [u8; 16] = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

/// A `struct tc_prio_qopt`.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let bands = given.or32("bands", 3)?;
    let mut bytes = bands.to_ne_bytes().to_vec();
    bytes.extend(map(given, "priomap", MAP)?);
    Ok(bytes)
}

/// An array of 16 numbers: what is not given is as in `usual`.
pub(super) fn map(given: &Given<'_>, name: &str, usual: [u8; 16]) -> Result<[u8; 16]> {
    let mut map = usual;
    let said = given.bytes(name)?.unwrap_or_default();
    if said.len() > map.len() {
        return Err(given.wrong(name, "an array of 16 numbers"));
    }
    map.iter_mut().zip(said).for_each(|(place, number)| *place = number);
    Ok(map)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    seen.number("bands", word32(bytes, 0)?);
    seen.bytes("priomap", bytes.get(4..20)?);
    Some(())
}

fn decode_multiq(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    seen.bytes("bands", bytes.get(..2)?);
    seen.bytes("max_bands", bytes.get(2..4)?);
    Some(())
}
