//! The sorts of traffic control: disciplines, classes, filters and chains of them.

use super::tables::whole;
use super::{Identity, Object, PLAIN, Sort};
use crate::netlink::attr;

/// Traffic control.
const CONTROL: Sort = Sort {
    object: Object::Qdisc,
    header: 20,
    groups: &[4],
    // `TCA_STATS`, `TCA_XSTATS`, `TCA_RATE`, `TCA_STATS2`.
    volatile: &[(3, 0..0), (4, 0..0), (5, 0..0), (7, 0..0)],
    ..PLAIN
};

/// Disciplines.
pub(super) const QDISC: Sort = Sort {
    object: Object::Qdisc,
    new: 36,
    // The link, the handle and what it is below.
    identity: Identity::Parts(&[(4, 12)], &[]),
    // How many hold it.
    unsteady: &[(16..20, 0xff)],
    ..CONTROL
};

/// Classes.
pub(super) const CLASS: Sort = Sort {
    object: Object::Class,
    new: 40,
    // The link and the handle.
    identity: Identity::Parts(&[(4, 8)], &[]),
    ..CONTROL
};

/// Filters.
pub(super) const FILTER: Sort = Sort {
    object: Object::Filter,
    new: 44,
    // All of the header; `TCA_KIND`, `TCA_CHAIN`.
    identity: Identity::Parts(&[(4, 16)], &[1, 11]),
    // Those of a block that links share are of no link (`TCM_IFINDEX_MAGIC_BLOCK`).
    is_shown: |header| header[4..8] != [0xff; 4],
    ..CONTROL
};

/// Chains.
pub(super) const CHAIN: Sort = Sort {
    object: Object::Chain,
    new: 100,
    // The link and what it is at; `TCA_CHAIN`.
    identity: Identity::Parts(&[(4, 4), (12, 4)], &[11]),
    is_shown: |header| header[4..8] != [0xff; 4],
    // The kernel does not say at which side of a clsact: that is known of a list alone.
    parts: Some(whole),
    ..CONTROL
};

/// Where in its options a discipline counts packets: htb those that no class took (`direct_pkts`, the last word of its
/// `TCA_HTB_INIT`, which comes first).
pub(super) fn counter_in(object: Object, kind: u16, value: &[u8], attributes: &[u8]) -> Option<usize> {
    const OPTIONS: u16 = 2;
    const DIRECT: usize = 4 + 16;
    let is_htb = || attr::find(attributes, 1).is_some_and(|kind| kind.starts_with(b"htb\0"));
    (object == Object::Qdisc && kind == OPTIONS && value.len() >= DIRECT + 4 && is_htb()).then_some(DIRECT)
}
