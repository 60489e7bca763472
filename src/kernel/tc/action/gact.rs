//! `gact`: ends the way of a packet, always or at random (Linux `tc_act/tc_gact.h`).

use super::{Action, control, index};
use crate::kernel::tc::action::CONTROL;
use crate::kernel::words::Form::{U16, Words16};
use crate::kernel::words::{Word, field};

/// `TCA_GACT_PARMS`, a `struct tc_gen`.
const PARAMETERS: u16 = 2;
/// `TCA_GACT_PROB`, a `struct tc_gact_p`: how it is chosen, one packet of how many, and what becomes of that.
const CHANCE: u16 = 3;

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    field("random", CHANCE, 8, 0, Words16(&["none", "netrand", "determ"])),
    field("of", CHANCE, 8, 2, U16),
    field("random_control", CHANCE, 8, 4, CONTROL),
];

pub(super) static GACT: Action =
    Action { complete: |settings| super::default(settings, "control", "drop"), ..Action::new("gact", WORDS) };
