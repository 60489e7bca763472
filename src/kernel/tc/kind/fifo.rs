//! `pfifo`, `bfifo`, `pfifo_head_drop`: first in, first out, so many packets or bytes (tc-pfifo(8), tc-bfifo(8)); and
//! `pfifo_fast`, which the kernel gives links by itself (tc-pfifo_fast(8)).

use super::{Kind, Layout, Options};
use crate::kernel::tc::form;
use crate::kernel::words::Form::{Size32, U32};
use crate::kernel::words::{HEADER, Word, field};

const LIMIT: &[Word] = &[field("limit", HEADER, 4, 0, Size32)];
/// A `struct tc_prio_qopt`, which is only read.
const FAST: &[Word] = &[
    Word { settable: false, ..field("bands", HEADER, 20, 0, U32) },
    Word { settable: false, ..field("priomap", HEADER, 20, 4, form::BYTES) },
];

const fn fifo(name: &'static str) -> Kind {
    Kind::new(name, Options { words: LIMIT, layout: Layout::Struct(4) })
}

pub(super) static BFIFO: Kind = fifo("bfifo");
pub(super) static PFIFO: Kind = fifo("pfifo");
pub(super) static PFIFO_HEAD_DROP: Kind = fifo("pfifo_head_drop");
pub(super) static PFIFO_FAST: Kind = Kind::new("pfifo_fast", Options { words: FAST, layout: Layout::Struct(20) });
