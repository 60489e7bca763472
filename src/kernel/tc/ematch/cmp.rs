//! `cmp`: compares a number of a packet (Linux `em_cmp.c`, `struct tcf_em_cmp`).

use super::{COMPARE, Ematch, LAYER, NETWORK, both, comparison, halves};
use crate::error::Result;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Names8, Switch8, U16, U32};
use crate::kernel::words::{NOWHERE, Word, option};
use crate::netlink::attr;

/// `TCF_EM_CMP_TRANS`: the number is in the machine's order.
const TRANS: u8 = 1;

const WORDS: &[Word] = &[
    option("align", NOWHERE, Names8(&[(1, "u8"), (2, "u16"), (4, "u32")])),
    option("at", NOWHERE, U16),
    option("layer", NOWHERE, LAYER),
    option("mask", NOWHERE, U32),
    option("trans", NOWHERE, Switch8),
    option("eq", NOWHERE, U32),
    option("gt", NOWHERE, U32),
    option("lt", NOWHERE, U32),
];

pub(super) static CMP: Ematch = Ematch { name: "cmp", number: 1, words: WORDS, encode, decode };

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let (word, how) = comparison(given)?;
    let at = given.needs_bytes("at")?;
    let align = given.needs("align")?;
    let small = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
    let mut bytes = given.or32(word, 0)?.to_ne_bytes().to_vec();
    bytes.extend(given.or32("mask", 0)?.to_ne_bytes());
    bytes.extend(at);
    bytes.push(halves(small(align), if given.is_on("trans")? { TRANS } else { 0 }));
    bytes.push(halves(small(given.or("layer", NETWORK.into())?), how));
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let (align, flags) = both(*bytes.get(10)?);
    let (layer, how) = both(*bytes.get(11)?);
    seen.bytes("align", &[align]);
    seen.bytes("at", bytes.get(8..10)?);
    seen.bytes("layer", &[layer]);
    seen.some("mask", attr::u32_of(bytes.get(4..)?)?);
    if flags & TRANS != 0 {
        seen.bytes("trans", &[1]);
    }
    let (word, _) = COMPARE.iter().find(|(_, number)| *number == how)?;
    seen.number(word, attr::u32_of(bytes)?);
    Some(())
}
