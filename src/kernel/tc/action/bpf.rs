//! `bpf`: a program says what becomes of a packet (tc-bpf(8), Linux `tc_act/tc_bpf.h`).

use super::{Action, control, index};
use crate::kernel::bpf;
use crate::kernel::tc::bytecode::{self, BYTECODE};
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::words::Form::{Hex, Text};
use crate::kernel::words::{Word, fact, option};

const PARAMETERS: u16 = 2;
/// `TCA_ACT_BPF_OPS_LEN`.
const OPS_LEN: u16 = 3;

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    option("bytecode", 4, BYTECODE),
    bpf::OBJECT,
    bpf::SECTION,
    bpf::PROGRAM,
    bpf::OBJECT_PINNED,
    bpf::prog(5),
    option("bpf_name", 6, Text),
    bpf::prog_read(9),
    fact("tag", 8, Hex),
];

pub(super) static BPF: Action = Action {
    own: Some(Layout { encode: |given, bytes| bytecode::put_length(given, OPS_LEN, bytes), decode: |_, _| Some(()) }),
    show: bpf::show,
    ..Action::new("bpf", WORDS)
};
