//! `bpf`: takes packets by a program that looks at them (tc-bpf(8), Linux `pkt_cls.h`, `TCA_BPF_*`).

use super::kind::{Kind, Layout};
use crate::kernel::bpf;
use crate::kernel::tc::bytecode::{self, BYTECODE};
use crate::kernel::tc::form;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::{Bit32, Hex, Text, U32};
use crate::kernel::words::{HEADER, Word, fact, field, option};

/// `TCA_BPF_OPS_LEN`.
const OPS_LEN: u16 = 4;
const FLAGS: u16 = 8;
const FLAGS_OF_HARDWARE: u16 = 9;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, U32),
    option("classid", 3, form::CLASS),
    option("bytecode", 5, BYTECODE),
    bpf::OBJECT,
    bpf::SECTION,
    bpf::PROGRAM,
    bpf::OBJECT_PINNED,
    bpf::prog(6),
    option("bpf_name", 7, Text),
    field("direct_action", FLAGS, 4, 0, Bit32(1)),
    field("skip_hw", FLAGS_OF_HARDWARE, 4, 0, Bit32(1)),
    field("skip_sw", FLAGS_OF_HARDWARE, 4, 0, Bit32(2)),
    Word { settable: false, ..field("in_hw", FLAGS_OF_HARDWARE, 4, 0, Bit32(4)) },
    Word { settable: false, ..field("not_in_hw", FLAGS_OF_HARDWARE, 4, 0, Bit32(8)) },
    bpf::prog_read(11),
    fact("tag", 10, Hex),
];

pub(super) static BPF: Kind = Kind {
    own: Some(Layout { encode: |given, bytes| bytecode::put_length(given, OPS_LEN, bytes), decode: |_, _| Some(()) }),
    show: bpf::show,
    ..Kind::new("bpf", WORDS, 1)
};
