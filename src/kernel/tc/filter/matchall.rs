//! `matchall`: takes every packet (tc-matchall(8), Linux `pkt_cls.h`, `TCA_MATCHALL_*`).

use super::kind::Kind;
use crate::kernel::tc::form;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::{Bit32, U32};
use crate::kernel::words::{HEADER, Word, field, option};

const FLAGS: u16 = 3;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, U32),
    option("classid", 1, form::CLASS),
    field("skip_hw", FLAGS, 4, 0, Bit32(1)),
    field("skip_sw", FLAGS, 4, 0, Bit32(2)),
    Word { settable: false, ..field("in_hw", FLAGS, 4, 0, Bit32(4)) },
    Word { settable: false, ..field("not_in_hw", FLAGS, 4, 0, Bit32(8)) },
];

pub(super) static MATCHALL: Kind = Kind::new("matchall", WORDS, 2);
