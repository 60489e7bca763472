//! `vlan`: puts a VLAN's header before a packet, changes it or takes it away (tc-vlan(8), Linux `tc_act/tc_vlan.h`).

use super::{Action, control, index};
use crate::error::{Error, Result};
use crate::kernel::tc::form;
use crate::kernel::words::Form::{Mac, VlanProtocol, Words32};
use crate::kernel::words::{self, Settings, Word, field, option};

const PARAMETERS: u16 = 2;
const LENGTH: usize = 24;

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    field("do", PARAMETERS, LENGTH, 20, Words32(&["none", "pop", "push", "modify", "pop_eth", "push_eth"])),
    option("id", 3, form::VLAN),
    option("protocol", 4, VlanProtocol),
    option("priority", 6, form::VLAN_PRIORITY),
    option("dst_mac", 7, Mac),
    option("src_mac", 8, Mac),
];

pub(super) static VLAN: Action = Action { complete, ..Action::new("vlan", WORDS) };

fn complete(settings: &mut Settings) -> Result<()> {
    if words::find(settings, "do").is_none() {
        return Err(Error::missing("do").note("\"pop\", \"push\" or \"modify\""));
    }
    super::default(settings, "control", "pipe")
}
