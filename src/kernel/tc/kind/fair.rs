//! `fq`, which sends each flow when its sender says (tc-fq(8)); `hhf`, which keeps the greatest flows apart (heavy-hitter
//! filter); `sfq`, one queue for each of some flows in turn (tc-sfq(8)).

use super::red::{self, Red};
use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form::{BYTES, LOG2, MICROSECONDS, MICROSECONDS_OR_NONE, NUMBERS, PROBABILITY, RATE_OR_NONE};
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::words::Form::{Per32, Size32, Switch8, Switch32, U8, U32};
use crate::kernel::words::{Word, field, option};

const FQ_WORDS: &[Word] = &[
    option("limit", 1, U32),
    option("flow_limit", 2, U32),
    option("buckets", 8, LOG2),
    option("orphan_mask", 10, U32),
    option("quantum", 3, Size32),
    option("initial_quantum", 4, Size32),
    option("pacing", 5, Switch32),
    option("defrate", 6, RATE_OR_NONE),
    option("maxrate", 7, RATE_OR_NONE),
    option("refill_delay", 9, MICROSECONDS),
    option("low_rate_threshold", 11, RATE_OR_NONE),
    option("ce_threshold", 12, MICROSECONDS_OR_NONE),
    option("timer_slack", 13, Per32(1_000_000_000)),
    option("horizon", 14, MICROSECONDS),
    option("horizon_drop", 15, Switch8),
    field("bands", BANDS, 20, 0, U32),
    field("priomap", BANDS, 20, 4, BYTES),
    option("weights", 17, NUMBERS),
    option("offload_horizon", 18, MICROSECONDS),
];
/// `TCA_FQ_PRIOMAP`, a `struct tc_prio_qopt`.
const BANDS: u16 = 16;
const HHF_WORDS: &[Word] = &[
    option("limit", 1, U32),
    option("quantum", 2, Size32),
    option("hh_limit", 3, U32),
    option("reset_timeout", 4, MICROSECONDS),
    option("admit_bytes", 5, Size32),
    option("evict_timeout", 6, MICROSECONDS),
    option("non_hh_weight", 7, U32),
];
const OWN: u16 = 0;
const SFQ_WORDS: &[Word] = &[
    option("limit", OWN, U32),
    option("quantum", OWN, Size32),
    option("perturb", OWN, U32),
    option("divisor", OWN, U32),
    option("flows", OWN, U32),
    option("depth", OWN, U32),
    option("headdrop", OWN, Switch8),
    option("redflowlimit", OWN, Size32),
    option("min", OWN, Size32),
    option("max", OWN, Size32),
    option("avpkt", OWN, Size32),
    option("burst", OWN, U32),
    option("probability", OWN, PROBABILITY),
    option("ecn", OWN, Switch8),
    option("harddrop", OWN, Switch8),
    option("ewma", OWN, U8),
];

pub(super) static FQ: Kind = Kind::new("fq", Options { words: FQ_WORDS, layout: Layout::Attributes });
pub(super) static HHF: Kind = Kind::new("hhf", Options { words: HHF_WORDS, layout: Layout::Attributes });
pub(super) static SFQ: Kind =
    Kind::new("sfq", Options { words: SFQ_WORDS, layout: Layout::Own { encode: encode_sfq, decode: decode_sfq } });

/// A `struct tc_sfq_qopt_v1`, whose last fields are those of `red` for each flow.
fn encode_sfq(given: &Given<'_>) -> Result<Vec<u8>> {
    let plain = ["quantum", "perturb", "limit", "divisor", "flows", "depth", "headdrop"];
    let plain: Vec<u32> = plain.into_iter().map(|name| given.or32(name, 0)).collect::<Result<_>>()?;
    let mut bytes = words32(&plain);
    // The kernel makes no use of it, and does not give it back.
    let limit = given.or32("redflowlimit", given.or32("max", 0)?)?;
    if limit == 0 {
        bytes.resize(72, 0);
        return Ok(bytes);
    }
    let red = Red::of(given, limit, 1, 1000)?;
    let mut parameters = red.bytes(limit, red::flags(given, &red::FLAGS[..2])?);
    // There is no table of how the average shrinks.
    parameters[14] = 0;
    bytes.extend(parameters);
    bytes.extend(red.probability.to_ne_bytes());
    bytes.resize(72, 0);
    Ok(bytes)
}

fn decode_sfq(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let word = |place| word32(bytes, place);
    seen.number("limit", word(2)?);
    seen.number("quantum", word(0)?);
    seen.some("perturb", word(1)?);
    seen.number("divisor", word(3)?);
    seen.number("flows", word(4)?);
    seen.some("depth", word(5)?);
    if word(6)? != 0 {
        seen.bytes("headdrop", &[1]);
    }
    let (limit, min) = (word(7)?, word(8)?);
    if min != 0 {
        seen.some("redflowlimit", limit);
        seen.number("min", min);
        seen.number("max", word(9)?);
        seen.bytes("ewma", bytes.get(40..41)?);
        seen.number("probability", word(11)?);
        red::seen_flags(seen, *bytes.get(43)?, &red::FLAGS[..2]);
    }
    Some(())
}
