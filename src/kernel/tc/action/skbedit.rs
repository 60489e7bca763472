//! `skbedit`: changes what the kernel knows of a packet beside its bytes (tc-skbedit(8), Linux `tc_act/tc_skbedit.h`).

use super::{Action, control, index};
use crate::kernel::tc::form;
use crate::kernel::words::Form::{Names16, U16, U32};
use crate::kernel::words::{Form, Own, Setting, Word, option};

const PARAMETERS: u16 = 2;

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    option("priority", 3, form::CLASS),
    option("queue_mapping", 4, U16),
    option("mark", 5, U32),
    option("mask", 8, U32),
    option("ptype", 7, Names16(&[(0, "host"), (1, "broadcast"), (2, "multicast"), (3, "otherhost")])),
    option("inheritdsfield", 9, INHERIT),
];

/// `SKBEDIT_F_INHERITDSFIELD`, 0x20 in 64 bits of flags.
const INHERIT: Form = Form::Own(&Own {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(on) => Some((u64::from(*on) << 5).to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| (bytes.first()? & 0x20 != 0).then_some(Setting::Switch(true)),
    width: Some(8),
});

pub(super) static SKBEDIT: Action = Action::new("skbedit", WORDS);
