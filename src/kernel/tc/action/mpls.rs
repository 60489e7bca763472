//! `mpls`: puts a label before a packet, changes it or takes it away (tc-mpls(8), Linux `tc_act/tc_mpls.h`).

use super::{Action, control, index};
use crate::kernel::tc::filter::PROTOCOL;
use crate::kernel::words::Form::{U8, U32, Words32};
use crate::kernel::words::{self, Settings, Word, field, option};

const PARAMETERS: u16 = 2;
const LENGTH: usize = 24;

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    field("do", PARAMETERS, LENGTH, 20, Words32(&["none", "pop", "push", "modify", "dec_ttl", "mac_push"])),
    option("protocol", 4, PROTOCOL),
    option("label", 5, U32),
    option("tc", 6, U8),
    option("ttl", 7, U8),
    option("bos", 8, U8),
];

pub(super) static MPLS: Action = Action { show, ..Action::new("mpls", WORDS) };

/// The kernel tells a protocol also where it takes none.
fn show(settings: &mut Settings) {
    if matches!(words::text(settings, "do"), Some("dec_ttl" | "modify")) {
        settings.retain(|(key, _)| key != "protocol");
    }
}
