//! `etf`, which sends each packet at the time its sender gave it, and `cbs`, which gives a class credit (tc-etf(8), tc-cbs(8)).

use super::{Kind, Layout, Options};
use crate::kernel::tc::form::CLOCK;
use crate::kernel::words::Form::{Bit32, I32, Per32, Switch8};
use crate::kernel::words::{Word, field};

/// A `struct tc_etf_qopt`.
const ETF_WORDS: &[Word] = &[
    field("clockid", 1, 12, 4, CLOCK),
    field("delta", 1, 12, 0, Per32(1_000_000_000)),
    field("deadline_mode", 1, 12, 8, Bit32(1)),
    field("offload", 1, 12, 8, Bit32(2)),
    field("skip_sock_check", 1, 12, 8, Bit32(4)),
];
/// A `struct tc_cbs_qopt`.
const CBS_WORDS: &[Word] = &[
    field("hicredit", 1, 20, 4, I32),
    field("locredit", 1, 20, 8, I32),
    field("sendslope", 1, 20, 16, I32),
    field("idleslope", 1, 20, 12, I32),
    field("offload", 1, 20, 0, Switch8),
];

pub(super) static ETF: Kind = Kind::new("etf", Options { words: ETF_WORDS, layout: Layout::Attributes });
pub(super) static CBS: Kind = Kind::new("cbs", Options { words: CBS_WORDS, layout: Layout::Attributes });
