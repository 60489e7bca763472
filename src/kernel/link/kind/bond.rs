//! Bonds and their ports: `ip link`'s words for `IFLA_BOND_*` and `IFLA_BOND_SLAVE_*` (Linux `if_link.h`,
//! Documentation/networking/bonding.rst).

use super::Kind;
use super::definition::NO_LINK;
use crate::kernel::words::Form::{
    I32, Ip4, Ip6, Link, List, Mac, Nested, Own, Per32, Switch8, U8, U16, U32, Words8, Words32,
};
use crate::kernel::words::{self, Setting, Settings, Word, fact, option, short};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    port: PORT,
    queues: true,
    unread: &["clear_active_slave"],
    forget: forget_unsettable,
    ..Kind::new("bond", "bonding", "CONFIG_BONDING")
}];

/// Of which so many are a second where the kernel counts milliseconds.
const MILLISECONDS: u32 = 1_000;

const OWN: &[Word] = &[
    option(
        "mode",
        1,
        Words8(&["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"]),
    ),
    option("active_slave", 2, Link),
    option("clear_active_slave", 2, Own(&NO_LINK)),
    option("miimon", 3, Per32(MILLISECONDS)),
    option("updelay", 4, Per32(MILLISECONDS)),
    option("downdelay", 5, Per32(MILLISECONDS)),
    option("use_carrier", 6, Switch8),
    option("arp_interval", 7, Per32(MILLISECONDS)),
    option("arp_ip_target", 8, List(&Ip4, 0)),
    option(
        "arp_validate",
        9,
        Words32(&["none", "active", "backup", "all", "filter", "filter_active", "filter_backup"]),
    ),
    option("arp_all_targets", 10, Words32(&["any", "all"])),
    option("primary", 11, Link),
    option("primary_reselect", 12, Words8(&["always", "better", "failure"])),
    option("fail_over_mac", 13, Words8(&["none", "active", "follow"])),
    option("xmit_hash_policy", 14, Words8(&["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"])),
    option("resend_igmp", 15, U32),
    option("num_grat_arp", 16, U8),
    short("num_unsol_na", &["num_grat_arp"]),
    option("all_slaves_active", 17, Switch8),
    option("min_links", 18, U32),
    option("lp_interval", 19, Per32(1)),
    option("packets_per_slave", 20, U32),
    option("lacp_rate", 21, Words8(&["slow", "fast"])),
    option("ad_select", 22, Words8(&["stable", "bandwidth", "count", "prio"])),
    fact("ad_info", 23, Nested(AGGREGATOR)),
    option("ad_actor_sys_prio", 24, U16),
    option("ad_user_port_key", 25, U16),
    option("ad_actor_system", 26, Mac),
    option("tlb_dynamic_lb", 27, Switch8),
    option("peer_notify_delay", 28, Per32(MILLISECONDS)),
    option("lacp_active", 29, Switch8),
    option("arp_missed_max", 30, U8),
    option("ns_ip6_target", 31, List(&Ip6, 0)),
    option("coupled_control", 32, Switch8),
    option("broadcast_neighbor", 33, Switch8),
];

/// `IFLA_BOND_AD_INFO_*`.
const AGGREGATOR: &[Word] = &[
    fact("aggregator", 1, U16),
    fact("num_ports", 2, U16),
    fact("actor_key", 3, U16),
    fact("partner_key", 4, U16),
    fact("partner_mac", 5, Mac),
];

const PORT: &[Word] = &[
    fact("state", 1, Words8(&["ACTIVE", "BACKUP"])),
    fact("mii_status", 2, Words8(&["UP", "GOING_DOWN", "DOWN", "GOING_BACK"])),
    fact("link_failure_count", 3, U32),
    fact("perm_hwaddr", 4, Mac),
    option("queue_id", 5, U16),
    fact("ad_aggregator_id", 6, U16),
    fact("ad_actor_oper_port_state", 7, U8),
    fact("ad_partner_oper_port_state", 8, U16),
    option("prio", 9, I32),
    option("actor_port_prio", 10, U16),
];

/// Options of modes other than the bond's are shown with their defaults, and refused even those.
fn forget_unsettable(options: &mut Settings) {
    let mode = words::text(options, "mode").unwrap_or_default().to_owned();
    let is = |modes: &[&str]| modes.contains(&mode.as_str());
    let monitors = words::find(options, "miimon").is_some_and(|time| *time != Setting::Number(0.0));
    options.retain(|(key, value)| match key.as_ref() {
        "packets_per_slave" => is(&["balance-rr"]),
        "tlb_dynamic_lb" => is(&["balance-tlb", "balance-alb"]),
        "arp_interval" | "arp_validate" | "arp_missed_max" => !is(&["802.3ad", "balance-tlb", "balance-alb"]),
        "lacp_rate" | "lacp_active" | "coupled_control" | "broadcast_neighbor" | "ad_user_port_key" => is(&["802.3ad"]),
        "ad_actor_system" => is(&["802.3ad"]) && *value != Setting::Text("00:00:00:00:00:00".to_owned()),
        // Delays of what is not asked for.
        "updelay" | "downdelay" | "peer_notify_delay" => monitors,
        "arp_ip_target" | "ns_ip6_target" => *value != Setting::List(Vec::new()),
        _ => true,
    });
}
