//! `pie` and `fq_pie`: drop by a chance that follows how long packets wait, of one queue or of one for each flow (tc-pie(8),
//! tc-fq_pie(8)).

use super::{Kind, Layout, Options};
use crate::kernel::tc::form::MICROSECONDS;
use crate::kernel::words::Form::{Size32, Switch32, U32};
use crate::kernel::words::{Word, option};

const PIE_WORDS: &[Word] = &[
    option("limit", 2, U32),
    option("target", 1, MICROSECONDS),
    option("tupdate", 3, MICROSECONDS),
    option("alpha", 4, U32),
    option("beta", 5, U32),
    option("ecn", 6, Switch32),
    option("bytemode", 7, Switch32),
    option("dq_rate_estimator", 8, Switch32),
];
const FQ_PIE_WORDS: &[Word] = &[
    option("limit", 1, U32),
    option("flows", 2, U32),
    option("target", 3, MICROSECONDS),
    option("tupdate", 4, MICROSECONDS),
    option("alpha", 5, U32),
    option("beta", 6, U32),
    option("quantum", 7, Size32),
    option("memory_limit", 8, Size32),
    option("ecn_prob", 9, U32),
    option("ecn", 10, Switch32),
    option("bytemode", 11, Switch32),
    option("dq_rate_estimator", 12, Switch32),
];

pub(super) static PIE: Kind = Kind::new("pie", Options { words: PIE_WORDS, layout: Layout::Attributes });
pub(super) static FQ_PIE: Kind =
    Kind { fixed: &["flows"], ..Kind::new("fq_pie", Options { words: FQ_PIE_WORDS, layout: Layout::Attributes }) };
