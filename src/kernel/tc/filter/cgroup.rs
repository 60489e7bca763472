//! `cgroup`: the class is that which the sender's control group names in its `net_cls.classid` (tc-cgroup(8), Linux
//! `pkt_cls.h`, `TCA_CGROUP_*`).

use super::kind::Kind;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{HEADER, Word, field};

const WORDS: &[Word] = &[field("handle", HEADER, LENGTH, 8, U32)];

pub(super) static CGROUP: Kind = Kind::new("cgroup", WORDS, 1);
