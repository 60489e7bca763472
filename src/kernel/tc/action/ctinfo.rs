//! `ctinfo`: gives a packet what the mark of its connection keeps: its mark, or its field of differentiated services
//! (tc-ctinfo(8), Linux `tc_act/tc_ctinfo.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::{U16, U32, U64};
use crate::kernel::words::{self, Form, Own, Setting, Word, fact, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 3;

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    option("zone", 4, U16),
    option("dscp", 5, U32),
    option("statemask", 6, U32),
    option("cpmark", 7, MARK),
    fact("dscpset", 8, U64),
    fact("dscperror", 9, U64),
    fact("cpmarkset", 10, U64),
];

/// Which bits of the mark the packet gets, or all.
const MARK: Form = Form::Own(&Own {
    expected: "true, or a whole number up to 4294967295",
    encode: |value| match value {
        Setting::Switch(true) => Some(u32::MAX.to_ne_bytes().to_vec()),
        Setting::Switch(false) => Some(Vec::new()),
        other => u32::try_from(words::whole(other)?).ok().map(|mask| mask.to_ne_bytes().to_vec()),
    },
    decode: |bytes| Some(Setting::Integer(i64::from(attr::u32_of(bytes)?))),
    width: Some(4),
});

/// What is 0 is none.
pub(super) static CTINFO: Action = Action {
    show: |settings| {
        settings.retain(|(key, value)| !matches!(key.as_ref(), "zone" | "statemask") || *value != Setting::Integer(0));
    },
    times: 2,
    ..Action::new("ctinfo", WORDS)
};
