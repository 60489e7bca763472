//! What a bridge has for a VLAN as a whole: its multicast snooping and its spanning tree, in the words of `bridge vlan
//! global` (`BRIDGE_VLANDB_GOPTS_*`).

use super::{Filter, NEW, Vlans, dump, execute, header, vlans};
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Switch8, Time64, U8, U16, U32};
use crate::kernel::words::{self, Settings, Word, option};
use crate::netlink::{Message, attr};

/// `BRIDGE_VLANDB_GLOBAL_OPTIONS`.
const OPTIONS: u16 = 2;
/// `BRIDGE_VLANDB_DUMPF_GLOBAL`.
const DUMP_GLOBAL: u32 = 2;
/// `BRIDGE_VLANDB_GOPTS_ID` and `_RANGE`.
const FIRST: u16 = 1;
/// See [`FIRST`].
const LAST: u16 = 2;

/// The options.
pub const GLOBAL: &[Word] = &[
    option("mcast_snooping", 3, Switch8),
    option("mcast_querier", 15, Switch8),
    option("mcast_igmp_version", 4, U8),
    option("mcast_mld_version", 5, U8),
    option("mcast_last_member_count", 6, U32),
    option("mcast_startup_query_count", 7, U32),
    option("mcast_last_member_interval", 8, Time64),
    option("mcast_membership_interval", 10, Time64),
    option("mcast_querier_interval", 11, Time64),
    option("mcast_query_interval", 12, Time64),
    option("mcast_query_response_interval", 13, Time64),
    option("mcast_startup_query_interval", 14, Time64),
    option("msti", 18, U16),
];

/// Sets what the bridge has for these VLANs.
pub fn set(bridge: &Device, vlans: Vlans, settings: &Settings) -> Result<()> {
    let options = words::encode(GLOBAL, settings, &mut words::no_links)?;
    execute(bridge, &format!("VLAN {vlans} of \"{bridge}\""), |index| {
        let mut message = Message::new(NEW, &header(index));
        attr::nest(&mut message.bytes, OPTIONS, |inner| {
            attr::put(inner, FIRST, &vlans.first.to_ne_bytes());
            if vlans.last > vlans.first {
                attr::put(inner, LAST, &vlans.last.to_ne_bytes());
            }
            inner.extend(options);
        });
        message
    })
}

/// What bridges have for their VLANs: each with its `dev` and `vid`.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    dump(namespace, filter, DUMP_GLOBAL, OPTIONS, |entry, name| {
        let first = attr::find(entry, FIRST).and_then(attr::number)?;
        let last = attr::find(entry, LAST).and_then(attr::number).unwrap_or(first);
        Some((vlans(first, last)?, words::decode(GLOBAL, &[], entry, name)))
    })
}
