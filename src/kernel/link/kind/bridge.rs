//! Bridges and their ports: `ip link`'s words for `IFLA_BR_*` and `IFLA_BRPORT_*` (Linux `if_link.h`).

use super::Kind;
use super::definition::NO_LINK;
use crate::kernel::words::Form::{
    BridgeId, Flag, Link, Mac, Masked32, Own, Switch8, Switch32, Time32, Time64, U8, U16, U32, VlanProtocol, Words8,
};
use crate::kernel::words::{Settings, Word, fact, field, option, short};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    port: PORT,
    built_with: BUILT_WITH,
    unread: &["fdb_flush"],
    forget: forget_unsettable,
    ..Kind::new("bridge", "bridge", "CONFIG_BRIDGE")
}];

const BUILT_WITH: &[(&str, &str)] = &[
    ("vlan_", "CONFIG_BRIDGE_VLAN_FILTERING"),
    ("mcast_", "CONFIG_BRIDGE_IGMP_SNOOPING"),
    ("nf_call_", "CONFIG_BRIDGE_NETFILTER"),
];

/// A kernel that is built without VLAN filtering shows that it and what needs it are off, and no other option of VLANs, but
/// refuses to be told so: as if it were not shown.
fn forget_unsettable(options: &mut Settings) {
    if !options.iter().any(|(key, _)| key == "vlan_protocol") {
        options.retain(|(key, _)| !matches!(key.as_ref(), "vlan_filtering" | "mcast_vlan_snooping" | "mst_enabled"));
    }
}

/// `IFLA_BR_MULTI_BOOLOPT`, `struct br_boolopt_multi`.
const BOOLOPT: u16 = 46;

const OWN: &[Word] = &[
    option("forward_delay", 1, Time32),
    option("hello_time", 2, Time32),
    option("max_age", 3, Time32),
    option("ageing_time", 4, Time32),
    option("stp_state", 5, Switch32),
    option("priority", 6, U16),
    option("vlan_filtering", 7, Switch8),
    option("vlan_protocol", 8, VlanProtocol),
    option("group_fwd_mask", 9, U16),
    fact("root_id", 10, BridgeId),
    fact("bridge_id", 11, BridgeId),
    fact("root_port", 12, U16),
    fact("root_path_cost", 13, U32),
    fact("topology_change", 14, Switch8),
    fact("topology_change_detected", 15, Switch8),
    fact("hello_timer", 16, Time64),
    fact("tcn_timer", 17, Time64),
    fact("topology_change_timer", 18, Time64),
    fact("gc_timer", 19, Time64),
    option("group_address", 20, Mac),
    option("fdb_flush", 21, Flag),
    option("mcast_router", 22, U8),
    option("mcast_snooping", 23, Switch8),
    option("mcast_query_use_ifaddr", 24, Switch8),
    option("mcast_querier", 25, Switch8),
    option("mcast_hash_elasticity", 26, U32),
    option("mcast_hash_max", 27, U32),
    option("mcast_last_member_count", 28, U32),
    option("mcast_startup_query_count", 29, U32),
    option("mcast_last_member_interval", 30, Time64),
    option("mcast_membership_interval", 31, Time64),
    option("mcast_querier_interval", 32, Time64),
    option("mcast_query_interval", 33, Time64),
    option("mcast_query_response_interval", 34, Time64),
    option("mcast_startup_query_interval", 35, Time64),
    option("nf_call_iptables", 36, Switch8),
    option("nf_call_ip6tables", 37, Switch8),
    option("nf_call_arptables", 38, Switch8),
    option("vlan_default_pvid", 39, U16),
    option("vlan_stats_enabled", 41, Switch8),
    option("mcast_stats_enabled", 42, Switch8),
    option("mcast_igmp_version", 43, U8),
    option("mcast_mld_version", 44, U8),
    option("vlan_stats_per_port", 45, Switch8),
    field("no_linklocal_learn", BOOLOPT, 8, 0, Masked32(1)),
    field("mcast_vlan_snooping", BOOLOPT, 8, 0, Masked32(2)),
    field("mst_enabled", BOOLOPT, 8, 0, Masked32(4)),
    field("mdb_offload_fail_notification", BOOLOPT, 8, 0, Masked32(8)),
    field("fdb_local_vlan_0", BOOLOPT, 8, 0, Masked32(16)),
    fact("fdb_n_learned", 48, U32),
    option("fdb_max_learned", 49, U32),
];

const PORT: &[Word] = &[
    option("state", 1, Words8(&["disabled", "listening", "learning", "forwarding", "blocking"])),
    option("priority", 2, U16),
    option("cost", 3, U32),
    option("hairpin", 4, Switch8),
    option("guard", 5, Switch8),
    option("root_block", 6, Switch8),
    option("fastleave", 7, Switch8),
    short("mcast_fast_leave", &["fastleave"]),
    option("learning", 8, Switch8),
    option("flood", 9, Switch8),
    option("proxy_arp", 10, Switch8),
    option("proxy_arp_wifi", 12, Switch8),
    fact("root_id", 13, BridgeId),
    fact("bridge_id", 14, BridgeId),
    fact("designated_port", 15, U16),
    fact("designated_cost", 16, U16),
    fact("id", 17, U16),
    fact("no", 18, U16),
    fact("topology_change_ack", 19, Switch8),
    fact("config_pending", 20, Switch8),
    fact("message_age_timer", 21, Time64),
    fact("forward_delay_timer", 22, Time64),
    fact("hold_timer", 23, Time64),
    option("fdb_flush", 24, Flag),
    option("mcast_router", 25, U8),
    option("mcast_flood", 27, Switch8),
    option("mcast_to_unicast", 28, Switch8),
    option("vlan_tunnel", 29, Switch8),
    option("bcast_flood", 30, Switch8),
    option("group_fwd_mask", 31, U16),
    option("neigh_suppress", 32, Switch8),
    option("isolated", 33, Switch8),
    option("backup_port", 34, Link),
    option("nobackup_port", 34, Own(&NO_LINK)),
    option("mcast_eht_hosts_limit", 37, U32),
    fact("mcast_eht_hosts_cnt", 38, U32),
    option("locked", 39, Switch8),
    option("mab", 40, Switch8),
    fact("mcast_n_groups", 41, U32),
    option("mcast_max_groups", 42, U32),
    option("neigh_vlan_suppress", 43, Switch8),
    option("backup_nhid", 44, U32),
];
