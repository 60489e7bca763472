//! `basic`: takes packets by ematches, or every packet (tc-basic(8), Linux `pkt_cls.h`, `TCA_BASIC_*`).

use super::kind::{Kind, Layout};
use crate::kernel::tc::ematch;
use crate::kernel::tc::form;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{HEADER, Word, field, option};

/// `TCA_BASIC_EMATCHES`.
const EMATCHES: u16 = 2;

const WORDS: &[Word] = &[field("handle", HEADER, LENGTH, 8, U32), option("classid", 1, form::CLASS), ematch::MATCH];

pub(super) static BASIC: Kind = Kind {
    own: Some(Layout {
        encode: |given, bytes| ematch::put(given, EMATCHES, bytes),
        decode: |bytes, seen| ematch::see(bytes, EMATCHES, seen),
    }),
    ..Kind::new("basic", WORDS, 3)
};
