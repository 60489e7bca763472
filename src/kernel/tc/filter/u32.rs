//! `u32`: takes packets by bits at places of them (tc-u32(8), Linux `pkt_cls.h`, `TCA_U32_*`).

use super::kind::Kind;
use crate::kernel::tc::form;
use crate::kernel::words::{Word, option};

const WORDS: &[Word] = &[option("classid", 1, form::CLASS)];

pub(super) static U32: Kind = Kind { name: "u32", words: WORDS, actions: 7, own: None };
