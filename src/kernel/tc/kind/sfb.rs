//! `sfb`, stochastic fair blue: marks or drops flows that fill their bins (tc-sfb(8)).

use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form::{MILLISECONDS, PROBABILITY16};
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::words::Form::U32;
use crate::kernel::words::{Word, option};
use crate::netlink::attr;

const OWN: u16 = 0;
const WORDS: &[Word] = &[
    option("rehash", OWN, MILLISECONDS),
    option("db", OWN, MILLISECONDS),
    option("limit", OWN, U32),
    option("max", OWN, U32),
    option("target", OWN, U32),
    option("increment", OWN, PROBABILITY16),
    option("decrement", OWN, PROBABILITY16),
    option("penalty_rate", OWN, U32),
    option("penalty_burst", OWN, U32),
];
/// Where each is in `struct tc_sfb_qopt`.
const PLACES: [&str; 9] =
    ["rehash", "db", "max", "target", "increment", "decrement", "limit", "penalty_rate", "penalty_burst"];

pub(super) static SFB: Kind = Kind::new("sfb", Options { words: WORDS, layout: Layout::Own { encode, decode } });

const PARAMETERS: u16 = 1;

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let (mut max, mut target) = (given.or32("max", 0)?, given.or32("target", 0)?);
    // One follows from the other.
    if max == 0 {
        max = if target == 0 { 25 } else { target.saturating_mul(5).saturating_add(1) / 4 };
    }
    if target == 0 {
        target = max.saturating_mul(4).saturating_add(3) / 5;
    }
    let parameters = words32(&[
        given.or32("rehash", 600_000)?,
        given.or32("db", 60_000)?,
        max,
        target,
        // One in 2,000, and in 20,000.
        given.or32("increment", (0xffff + 1000) / 2000)?,
        given.or32("decrement", (0xffff + 10_000) / 20_000)?,
        given.or32("limit", 0)?,
        given.or32("penalty_rate", 10)?,
        given.or32("penalty_burst", 20)?,
    ]);
    let mut bytes = Vec::new();
    attr::put(&mut bytes, PARAMETERS, &parameters);
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let parameters = attr::find(bytes, PARAMETERS)?;
    for (place, name) in PLACES.into_iter().enumerate() {
        seen.number(name, word32(parameters, place)?);
    }
    Some(())
}
