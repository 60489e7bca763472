//! `simple`: writes a line with a text of its own into the kernel's log (tc-simple(8), Linux `tc_act/tc_defact.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::Text;
use crate::kernel::words::{Word, option};

const PARAMETERS: u16 = 2;

const WORDS: &[Word] = &[control(PARAMETERS, 20), index(PARAMETERS, 20), option("sdata", 3, Text)];

pub(super) static SIMPLE: Action = Action::new("simple", WORDS);
