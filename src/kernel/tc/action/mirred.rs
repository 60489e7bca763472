//! `mirred`: sends packets, or copies of them, out of another link or into it (tc-mirred(8), Linux `tc_act/tc_mirred.h`).

use super::{Action, control, index};
use crate::error::{Error, Result};
use crate::kernel::words::Form::{Link, Names32, U32};
use crate::kernel::words::{self, Setting, Settings, Word, field, option};

/// `TCA_MIRRED_PARMS`, a `struct tc_mirred`.
const PARAMETERS: u16 = 2;
const LENGTH: usize = 28;

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    // Both are one number of the kernel's.
    field("egress", PARAMETERS, LENGTH, 20, Names32(&[(1, "redirect"), (2, "mirror")])),
    field("ingress", PARAMETERS, LENGTH, 20, Names32(&[(3, "redirect"), (4, "mirror")])),
    field("dev", PARAMETERS, LENGTH, 24, Link),
    option("blockid", 4, U32),
];

pub(super) static MIRRED: Action = Action { complete, show, ..Action::new("mirred", WORDS) };

/// What is redirected has gone, a copy leaves the packet where it is (iproute2 `parse_direction`).
fn complete(settings: &mut Settings) -> Result<()> {
    let way = match (words::text(settings, "egress"), words::text(settings, "ingress")) {
        (Some(_), Some(_)) => {
            return Err(Error::clash("egress", "ingress"));
        }
        (Some(way), None) | (None, Some(way)) => way.to_owned(),
        (None, None) => return Err(Error::missing("egress")),
    };
    super::default(settings, "control", if way == "redirect" { "stolen" } else { "pipe" })
}

fn show(settings: &mut Settings) {
    settings
        .retain(|(key, value)| !(matches!(key.as_ref(), "egress" | "ingress") && matches!(value, Setting::Integer(_))));
}
