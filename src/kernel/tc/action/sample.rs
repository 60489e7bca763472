//! `sample`: gives copies of some packets to whoever listens to a group of them (tc-sample(8), Linux `tc_act/tc_sample.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::U32;
use crate::kernel::words::{Word, option};

const PARAMETERS: u16 = 2;

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    option("rate", 3, U32),
    option("trunc", 4, U32),
    option("group", 5, U32),
];

pub(super) static SAMPLE: Action = Action::new("sample", WORDS);
