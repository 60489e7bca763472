//! `gate`: lets packets pass while its clock says that it is open (Linux `tc_act/tc_gate.h`, iproute2 `m_gate.c`).

use super::{Action, control, index};
use crate::error::Result;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::form::CLOCK;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Flag, I32, List, Nested, Per32, Per64, U32};
use crate::kernel::words::{NOWHERE, Setting, Settings, Word, decode, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 2;
/// `TCA_GATE_ENTRY_LIST`, and `TCA_GATE_ONE_ENTRY` in it, as often as there are some.
const ENTRIES: u16 = 5;
const ENTRY: u16 = 1;
/// Times are in nanoseconds.
const NANOSECONDS: u32 = 1_000_000_000;

const ENTRY_WORDS: &[Word] = &[
    option("open", 2, Flag),
    option("interval", 3, Per32(NANOSECONDS)),
    option("ipv", 4, I32),
    option("max_octets", 5, I32),
];

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    option("priority", 4, I32),
    option("base_time", 6, Per64(NANOSECONDS)),
    option("cycle_time", 7, Per64(NANOSECONDS)),
    option("cycle_time_ext", 8, Per64(NANOSECONDS)),
    option("flags", 9, U32),
    option("clockid", 10, CLOCK),
    option("sched_entry", NOWHERE, List(&Nested(ENTRY_WORDS), 1)),
];

pub(super) static GATE: Action =
    Action { own: Some(Layout { encode, decode: read }), show, ..Action::new("gate", WORDS) };

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let entries = given.tables("sched_entry")?.unwrap_or_default();
    let entries = entries.iter().map(|entry| entry.attributes(&[])).collect::<Result<Vec<_>>>()?;
    attr::nest(bytes, ENTRIES, |list| {
        entries.iter().for_each(|entry| attr::put(list, ENTRY | attr::NESTED, entry));
    });
    Ok(())
}

fn read(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let entries = attr::Attributes::new(attr::find(bytes, ENTRIES)?).map(|(_, entry)| {
        let mut entry = decode(ENTRY_WORDS, &[], entry, &|_| None);
        show(&mut entry);
        Setting::Table(entry)
    });
    seen.setting("sched_entry", Setting::List(entries.collect()));
    Some(())
}

/// What is 0, or any, is not told.
fn show(settings: &mut Settings) {
    settings.retain(|(key, value)| match key.as_ref() {
        "priority" | "ipv" | "max_octets" => *value != Setting::Integer(-1),
        "base_time" | "cycle_time_ext" | "flags" => *value != Setting::Integer(0),
        _ => true,
    });
}
