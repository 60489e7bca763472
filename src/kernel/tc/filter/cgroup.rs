//! `cgroup`: the class is that which the sender's control group names in its `net_cls.classid` (tc-cgroup(8), Linux
//! `pkt_cls.h`, `TCA_CGROUP_*`).

use super::kind::{Kind, Layout};
use crate::kernel::tc::ematch;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{HEADER, Word, field};

/// `TCA_CGROUP_EMATCHES`.
const EMATCHES: u16 = 3;

const WORDS: &[Word] = &[field("handle", HEADER, LENGTH, 8, U32), ematch::MATCH];

pub(super) static CGROUP: Kind = Kind {
    own: Some(Layout {
        encode: |given, bytes| ematch::put(given, EMATCHES, bytes),
        decode: |bytes, seen| ematch::see(bytes, EMATCHES, seen),
    }),
    ..Kind::new("cgroup", WORDS, 1)
};
