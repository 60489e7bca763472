//! What links count, in the groups of `ip stats` (Linux `include/uapi/linux/if_link.h`, `IFLA_STATS_*`, and `if_bridge.h`).

use super::device::Device;
use super::words::Form::Switch8;
use super::words::{self, Setting, Settings, Word, option};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::entry;
use crate::netlink::{Message, attr};

/// `RTM_NEWSTATS`, and those that ask for them and set what is counted.
const NEW: u16 = 92;
const GET: u16 = NEW + 2;
const SET: u16 = NEW + 3;
/// Length of `struct if_stats_msg`.
const LENGTH: usize = 12;

/// What can be set: `IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS`.
pub const WORDS: &[Word] = &[option("l3_stats", 2, Switch8)];

/// A group, its attribute, which is a bit of the filter, from 1 on, and what reads it.
type Group = (&'static str, u16, fn(&[u8]) -> Settings);

const GROUPS: &[Group] = &[
    ("link", 1, |bytes| counters(LINK, bytes)),
    ("xstats", 2, extended),
    ("xstats_slave", 3, extended),
    ("offload", 4, offload),
    ("afstats", 5, families),
];

/// Names of numbers of 64 bits, one behind the other; what is before a point is a table of its own, and of no name is told
/// nothing.
type Names = &'static [&'static str];

/// `struct rtnl_link_stats64`; what hardware counts (`struct rtnl_hw_stats64`) are the first nine of them.
const LINK: Names = &[
    "rx.packets",
    "tx.packets",
    "rx.bytes",
    "tx.bytes",
    "rx.errors",
    "tx.errors",
    "rx.dropped",
    "tx.dropped",
    "rx.multicast",
    "tx.collisions",
    "rx.length_errors",
    "rx.over_errors",
    "rx.crc_errors",
    "rx.frame_errors",
    "rx.fifo_errors",
    "rx.missed_errors",
    "tx.aborted_errors",
    "tx.carrier_errors",
    "tx.fifo_errors",
    "tx.heartbeat_errors",
    "tx.window_errors",
    "rx.compressed",
    "tx.compressed",
    "rx.nohandler",
];
/// `struct mpls_link_stats`.
const MPLS: Names = &[
    "rx.packets",
    "tx.packets",
    "rx.bytes",
    "tx.bytes",
    "rx.errors",
    "tx.errors",
    "rx.dropped",
    "tx.dropped",
    "rx.noroute",
];
/// `struct br_mcast_stats`.
const MULTICAST: Names = &[
    "igmp_queries.rx_v1",
    "igmp_queries.tx_v1",
    "igmp_queries.rx_v2",
    "igmp_queries.tx_v2",
    "igmp_queries.rx_v3",
    "igmp_queries.tx_v3",
    "igmp_leaves.rx",
    "igmp_leaves.tx",
    "igmp_reports.rx_v1",
    "igmp_reports.tx_v1",
    "igmp_reports.rx_v2",
    "igmp_reports.tx_v2",
    "igmp_reports.rx_v3",
    "igmp_reports.tx_v3",
    "igmp_parse_errors",
    "mld_queries.rx_v1",
    "mld_queries.tx_v1",
    "mld_queries.rx_v2",
    "mld_queries.tx_v2",
    "mld_leaves.rx",
    "mld_leaves.tx",
    "mld_reports.rx_v1",
    "mld_reports.tx_v1",
    "mld_reports.rx_v2",
    "mld_reports.tx_v2",
    "mld_parse_errors",
];
/// `struct bridge_stp_xstats`.
const STP: Names = &["transition_blk", "transition_fwd", "rx_bpdu", "tx_bpdu", "rx_tcn", "tx_tcn"];
/// `struct bridge_vlan_xstats`, before its number.
const VLAN: Names = &["rx.bytes", "rx.packets", "tx.bytes", "tx.packets"];
/// `BOND_3AD_STAT_…`, an attribute each, from 0 on.
const LACP: Names = &[
    "lacpdu_rx",
    "lacpdu_tx",
    "lacpdu_unknown_rx",
    "lacpdu_illegal_rx",
    "marker_rx",
    "marker_tx",
    "marker_response_rx",
    "marker_response_tx",
    "marker_unknown_rx",
];

/// What a link counts, a table for each group that it has something of; of one group alone, if one is named.
pub fn get(device: &Device, group: Option<&str>) -> Result<Settings> {
    let groups = GROUPS.iter().filter(|(name, ..)| group.is_none_or(|group| group == *name)).collect::<Vec<_>>();
    if let (Some(group), true) = (group, groups.is_empty()) {
        let expected = "one of link, xstats, xstats_slave, offload, afstats";
        let error = Error::new(&explain::WORD_VALUE).with("key", "group").with("expected", expected);
        let error = error.with("got", Setting::Text(group.to_owned()));
        let near = nearest(group, GROUPS.iter().map(|(name, ..)| *name));
        return Err(error.near(near));
    }
    let filter = groups.iter().fold(0, |filter, (_, attribute, _)| filter | 1 << (attribute - 1));
    let answers = device.namespace.with_socket(|socket| {
        let request = message(GET, device.index_in(socket)?, filter);
        socket.query(request, 0).map_err(|error| device.or_missing(refused(error, device), socket))
    })?;
    let mut stats: Settings = vec![("dev".into(), Setting::Text(device.name.clone()))];
    let attributes = answers.iter().find(|answer| answer.kind == NEW).and_then(|answer| answer.bytes.get(LENGTH..));
    for (name, attribute, read) in groups {
        let group = attr::find(attributes.unwrap_or_default(), *attribute).map(read).unwrap_or_default();
        add(&mut stats, name, group);
    }
    Ok(stats)
}

/// Sets what hardware counts for a link.
pub fn set(device: &Device, settings: &Settings) -> Result<()> {
    let attributes = words::encode(WORDS, settings, &mut words::no_links)?;
    device.namespace.with_socket(|socket| {
        let request = message(SET, device.index_in(socket)?, 0).with_all(&attributes);
        socket.execute(request, 0).map_err(|error| device.or_missing(refused(error, device), socket))
    })
}

fn message(kind: u16, index: u32, filter: u32) -> Message {
    Message::new(kind, &[0, index, filter].map(u32::to_ne_bytes).concat())
}

fn refused(error: Error, device: &Device) -> Error {
    entry::refused(error, format!("statistics of \"{device}\""), "setting what is counted")
}

/// Adds a table, unless there is nothing in it.
fn add(settings: &mut Settings, name: &'static str, table: Settings) {
    if !table.is_empty() {
        settings.push((name.into(), Setting::Table(table)));
    }
}

/// The numbers that a struct has.
fn counters(names: Names, bytes: &[u8]) -> Settings {
    let mut settings = Settings::new();
    for (name, number) in names.iter().zip(bytes.chunks_exact(8)) {
        let Some(number) = attr::number(number) else { continue };
        let number = Setting::Integer(number.cast_signed());
        let Some((table, name)) = name.split_once('.') else {
            settings.push(((*name).into(), number));
            continue;
        };
        let place = settings.iter().position(|(key, _)| key == table).unwrap_or_else(|| {
            settings.push((table.into(), Setting::Table(Settings::new())));
            settings.len() - 1
        });
        if let (_, Setting::Table(table)) = &mut settings[place] {
            table.push((name.into(), number));
        }
    }
    settings
}

/// What kinds of links count, or those that they are in: `LINK_XSTATS_TYPE_BRIDGE` and `…_BOND`.
fn extended(bytes: &[u8]) -> Settings {
    let mut settings = Settings::new();
    add(&mut settings, "bridge", attr::find(bytes, 1).map(bridge).unwrap_or_default());
    add(&mut settings, "bond", attr::find(bytes, 2).map(bond).unwrap_or_default());
    settings
}

/// `BRIDGE_XSTATS_…`; VLANs are as many attributes.
fn bridge(bytes: &[u8]) -> Settings {
    let mut settings = Settings::new();
    let vlans = attr::Attributes::new(bytes).filter(|(kind, _)| *kind == 1).filter_map(|(_, bytes)| {
        let half = |at: usize| attr::number(bytes.get(at..at + 2)?).map(u64::cast_signed);
        let mut vlan: Settings =
            vec![("vid".into(), Setting::Integer(half(32)?)), ("flags".into(), Setting::Integer(half(34)?))];
        vlan.extend(counters(VLAN, bytes));
        Some(Setting::Table(vlan))
    });
    let vlans: Vec<Setting> = vlans.collect();
    if !vlans.is_empty() {
        settings.push(("vlan".into(), Setting::List(vlans)));
    }
    for (name, attribute, names) in [("mcast", 2, MULTICAST), ("stp", 4, STP)] {
        add(&mut settings, name, attr::find(bytes, attribute).map(|bytes| counters(names, bytes)).unwrap_or_default());
    }
    settings
}

/// `BOND_XSTATS_3AD`.
fn bond(bytes: &[u8]) -> Settings {
    let lacp = attr::find(bytes, 1).unwrap_or_default();
    let numbers = LACP.iter().zip(0..).filter_map(|(name, attribute)| {
        let number = attr::number(attr::find(lacp, attribute)?)?;
        Some(((*name).into(), Setting::Integer(number.cast_signed())))
    });
    let mut settings = Settings::new();
    add(&mut settings, "802.3ad", numbers.collect());
    settings
}

/// `IFLA_OFFLOAD_XSTATS_…`: what hardware has counted, whether it does, and what the processor has seen beside it.
fn offload(bytes: &[u8]) -> Settings {
    const USE: &[Word] = &[option("request", 1, Switch8), option("used", 2, Switch8)];
    let mut settings = Settings::new();
    add(&mut settings, "cpu_hit", attr::find(bytes, 1).map(|bytes| counters(LINK, bytes)).unwrap_or_default());
    let mut info = Settings::new();
    let use_of = attr::find(bytes, 2).and_then(|all| attr::find(all, 3));
    add(&mut info, "l3_stats", use_of.map(|bytes| words::decode(USE, &[], bytes, &|_| None)).unwrap_or_default());
    add(&mut settings, "hw_stats_info", info);
    add(&mut settings, "l3_stats", attr::find(bytes, 3).map(|bytes| counters(LINK, bytes)).unwrap_or_default());
    settings
}

/// Of families of protocols MPLS (28) alone counts: `MPLS_STATS_LINK`.
fn families(bytes: &[u8]) -> Settings {
    let mpls = attr::find(bytes, 28).and_then(|mpls| attr::find(mpls, 1));
    let mut settings = Settings::new();
    add(&mut settings, "mpls", mpls.map(|bytes| counters(MPLS, bytes)).unwrap_or_default());
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..16, 1 => any::<u8>()], 0..200),
        ) {
            for (_, _, read) in GROUPS {
                let _ = read(&bytes);
            }
        }
    }
}
