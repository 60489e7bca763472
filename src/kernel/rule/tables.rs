//! The words of rules, as tables: those of every rule, and those that only rules of routes have.

use super::form::{DSCP, PORTS, UIDS};
use super::{LENGTH, Rules};
use crate::kernel::entry::Sort;
use crate::kernel::names::{IP_PROTOCOLS, Names};
use crate::kernel::shared_forms::{PREFIX, REALMS, TOS};
use crate::kernel::words::Form::{Be32, Be64, Bit32, I32, Named8, Named32, Names8, Own, Switch8, Text, U8, U16, U32};
use crate::kernel::words::{Field, HEADER, Word, field, joined, option, short};

/// `FR_ACT_*`: what is done with a packet.
const ACTIONS: &[(u32, &str)] =
    &[(1, "unicast"), (2, "goto"), (3, "nop"), (6, "blackhole"), (7, "unreachable"), (8, "prohibit")];
/// The families that have rules of routes.
const FAMILIES: &[(u32, &str)] = &[(2, "inet"), (10, "inet6")];
/// `RTNL_FAMILY_IPMR` and `RTNL_FAMILY_IP6MR`, with the words of the families.
const MULTICAST_FAMILIES: &[(u32, &str)] = &[(128, "inet"), (129, "inet6")];

/// A field of the header that is only read.
const fn flag(name: &'static str, bit: u32) -> Word {
    Word { name, attribute: HEADER, field: Some(Field { size: LENGTH, offset: 8 }), form: Bit32(bit), settable: false }
}

/// How every rule begins.
const fn first(families: &'static [(u32, &'static str)]) -> [Word; 3] {
    [
        option("priority", 6, U32),
        field("family", HEADER, LENGTH, 0, Names8(families)),
        field("not", HEADER, LENGTH, 8, Bit32(2)),
    ]
}

/// What only rules of routes look at: the kernel takes it of the others and forgets it.
const OF_ROUTES: &[Word] = &[
    option("from", 2, Own(&PREFIX)),
    option("to", 1, Own(&PREFIX)),
    field("tos", HEADER, LENGTH, 3, Own(&TOS)),
    option("dscp", 25, Own(&DSCP)),
    option("dscp_mask", 30, U8),
    option("flowlabel", 26, Be32),
    option("flowlabel_mask", 27, Be32),
    option("realms", 11, Own(&REALMS)),
    short("dsfield", &["tos"]),
];

const OF_ALL: &[Word] = &[
    option("fwmark", 10, U32),
    option("fwmask", 16, U32),
    option("iif", 3, Text),
    option("oif", 17, Text),
    option("l3mdev", 19, Switch8),
    option("uidrange", 20, Own(&UIDS)),
    option("ipproto", 22, Names8(IP_PROTOCOLS)),
    option("sport", 23, Own(&PORTS)),
    option("sport_mask", 28, U16),
    option("dport", 24, Own(&PORTS)),
    option("dport_mask", 29, U16),
    option("tun_id", 12, Be64),
    field("type", HEADER, LENGTH, 7, Names8(ACTIONS)),
    option("table", 15, Named32(Names::tables)),
    option("goto", 4, U32),
    option("suppress_prefixlength", 14, I32),
    option("suppress_ifgroup", 13, Named32(Names::groups)),
    option("protocol", 21, Named8(Names::protocols)),
    short("pref", &["priority"]),
    short("lookup", &["table"]),
    short("preference", &["priority"]),
    short("order", &["priority"]),
    short("dev", &["iif"]),
    short("sup_pl", &["suppress_prefixlength"]),
    short("sup_group", &["suppress_ifgroup"]),
    flag("unresolved", 4),
    flag("iif_detached", 8),
    flag("oif_detached", 16),
];

/// The options of a rule of routes.
pub const WORDS: &[Word] = joined![&first(FAMILIES), OF_ROUTES, OF_ALL];
/// The options of a rule of routes of multicast.
pub const MULTICAST_WORDS: &[Word] = joined![&first(MULTICAST_FAMILIES), OF_ALL];

/// The rules that say which table of routes is asked.
pub static ROUTES: Rules = Rules {
    sort: Sort { name: "rule", new: 32, header: LENGTH, words: WORDS },
    families: FAMILIES,
    remedy: "use a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IPV6_MULTIPLE_TABLES",
};
/// Those that say which table of routes of multicast is.
pub static MULTICAST: Rules = Rules {
    sort: Sort { name: "rule", new: 32, header: LENGTH, words: MULTICAST_WORDS },
    families: MULTICAST_FAMILIES,
    remedy: "use a kernel with CONFIG_IP_MROUTE_MULTIPLE_TABLES and CONFIG_IPV6_MROUTE_MULTIPLE_TABLES",
};
