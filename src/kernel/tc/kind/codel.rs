//! `codel` and `fq_codel`: drop what has waited too long, of one queue or of one for each flow (tc-codel(8), tc-fq_codel(8)).

use super::{Kind, Layout, Options};
use crate::kernel::tc::form::CODEL_TIME;
use crate::kernel::words::Form::{Size32, Switch32, U8, U32};
use crate::kernel::words::{Word, option};

const CODEL_WORDS: &[Word] = &[
    option("limit", 2, U32),
    option("target", 1, CODEL_TIME),
    option("interval", 3, CODEL_TIME),
    option("ecn", 4, Switch32),
    option("ce_threshold", 5, CODEL_TIME),
];
const FQ_CODEL_WORDS: &[Word] = &[
    option("limit", 2, U32),
    option("flows", 5, U32),
    option("quantum", 6, Size32),
    option("target", 1, CODEL_TIME),
    option("interval", 3, CODEL_TIME),
    option("memory_limit", 9, Size32),
    option("drop_batch", 8, U32),
    option("ecn", 4, Switch32),
    option("ce_threshold", 7, CODEL_TIME),
    option("ce_threshold_selector", 10, U8),
    option("ce_threshold_mask", 11, U8),
];

pub(super) static CODEL: Kind = Kind::new("codel", Options { words: CODEL_WORDS, layout: Layout::Attributes });
pub(super) static FQ_CODEL: Kind =
    Kind { fixed: &["flows"], ..Kind::new("fq_codel", Options { words: FQ_CODEL_WORDS, layout: Layout::Attributes }) };
