//! `connmark`: gives a packet the mark of its connection (tc-connmark(8), Linux `tc_act/tc_connmark.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::U16;
use crate::kernel::words::{Word, field};

const PARAMETERS: u16 = 1;
const LENGTH: usize = 24;

const WORDS: &[Word] =
    &[control(PARAMETERS, LENGTH), index(PARAMETERS, LENGTH), field("zone", PARAMETERS, LENGTH, 20, U16)];

pub(super) static CONNMARK: Action = Action { times: 2, ..Action::new("connmark", WORDS) };
