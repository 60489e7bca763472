//! `basic`: takes every packet, as nsl has none of the matches that it can have (tc-basic(8), Linux `pkt_cls.h`, `TCA_BASIC_*`).

use super::kind::Kind;
use crate::kernel::tc::form;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{HEADER, Word, field, option};

const WORDS: &[Word] = &[field("handle", HEADER, LENGTH, 8, U32), option("classid", 1, form::CLASS)];

pub(super) static BASIC: Kind = Kind::new("basic", WORDS, 3);
