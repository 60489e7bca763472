//! Interface indexes and MAC addresses: functions of a link's number and the side, so that a longer plan changes none.
//!
//! Pure.

use std::collections::HashMap;

use super::super::plan::Plan;
use super::draft::{Draft, EndId, clash, end, ends, refusal};
use crate::error::{Result, explain};
use crate::kernel::link::format_mac;

/// Three indexes a number: a link's two ends, and a switch's bridge. 1 is the loopback, and the ends of a pair differ,
/// because equal ones make the kernel slow (measured: 9.8 s instead of 15 ms for 1,000 pairs).
pub(in crate::lab) const FIRST_INDEX: u32 = 10;

/// In each namespace by itself: a device has no other end.
const FIRST_DEVICE: u32 = 1 << 24;

/// The interface index of an end.
pub(super) fn index(plan: &Plan, id: EndId) -> u32 {
    if let Some(existing) = &plan.nodes[end(plan, id).node].existing {
        return existing.first_index + id as u32;
    }
    // A lab with that many links would not fit in any machine: its indexes need not be unique.
    FIRST_INDEX + (id / 2 * 3 + id % 2) as u32
}

/// The interface index of the bridge of a plan's `nth` switch.
pub(super) fn bridge_index(nth: usize) -> u32 {
    FIRST_INDEX + (nth * 3 + 2) as u32
}

/// The interface index of a node's `nth` device, far from those of links.
pub(in crate::lab) fn device_index(nth: usize) -> u32 {
    FIRST_DEVICE + nth as u32
}

/// The MAC address of each end: the given one, or `02:`, four bytes of the link's number, and the side. Whatever begins
/// with `02:` is unicast and locally administered.
pub(super) fn assign(draft: &Draft) -> Result<Vec<[u8; 6]>> {
    let given = given(draft)?;
    let usual = |id: EndId| {
        let [n3, n2, n1, n0] = ((id / 2) as u32).to_be_bytes();
        let mut mac = [0x02, n3, n2, n1, n0, id as u8 % 2];
        // Another one only where the script gave the usual one to some other interface.
        while given.contains_key(&mac) {
            mac[5] = mac[5].wrapping_add(2);
            mac[0] = if mac[5] < 2 { mac[0].wrapping_add(4) } else { mac[0] };
        }
        mac
    };
    Ok(ends(draft.plan).map(|id| draft.end(id).mac.unwrap_or_else(|| usual(id))).collect())
}

/// The MAC addresses that the script gave, once they are known to be of interfaces and not given twice.
fn given(draft: &Draft) -> Result<HashMap<[u8; 6], EndId>> {
    let mut given = HashMap::new();
    for id in ends(draft.plan) {
        let Some(mac) = draft.end(id).mac else { continue };
        let here = &draft.link(id).place;
        if mac[0] & 1 == 1 || mac == [0; 6] {
            let what = if mac[0] & 1 == 1 { "a group's" } else { "zero" };
            let error = refusal(&explain::LAB_MAC_GROUP, here).with("what", what);
            return Err(error.with("mac", format_mac(&mac)).with("interface", draft.label(id)));
        }
        if let Some(first) = given.insert(mac, id) {
            let error = clash(&explain::LAB_MAC_TWICE, &draft.link(first).place, here);
            let error = error.with("mac", format_mac(&mac)).with("one", draft.label(first));
            return Err(error.with("other", draft.label(id)));
        }
    }
    Ok(given)
}
