//! `netns`: rules, of routes and of routes of multicast.

use super::object::{Tables, count, function, list, write};
use super::registry::Function;
use crate::kernel::rule::{self, MULTICAST, MULTICAST_WORDS, ROUTES, WORDS};

const TABLES: Tables = &[WORDS];
const OF_MULTICAST: Tables = &[MULTICAST_WORDS];
const COLUMNS: &[&str] = &["priority", "family", "from", "to", "iif", "oif", "fwmark", "table", "type", "goto"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.rule_add", TABLES, |args| write(args, TABLES, |ns, rule| rule::add(&ROUTES, ns, rule))),
    function("netns.rule_delete", TABLES, |args| write(args, TABLES, |ns, rule| rule::delete(&ROUTES, ns, rule))),
    function("netns.rule_list", TABLES, |args| list(args, TABLES, COLUMNS, |ns, rule| rule::list(&ROUTES, ns, rule))),
    function("netns.rule_flush", TABLES, |args| count(args, TABLES, |ns, rule| rule::flush(&ROUTES, ns, rule))),
    function("netns.mrule_add", OF_MULTICAST, |args| {
        write(args, OF_MULTICAST, |ns, rule| rule::add(&MULTICAST, ns, rule))
    }),
    function("netns.mrule_delete", OF_MULTICAST, |args| {
        write(args, OF_MULTICAST, |ns, rule| rule::delete(&MULTICAST, ns, rule))
    }),
    function("netns.mrule_list", OF_MULTICAST, |args| {
        list(args, OF_MULTICAST, COLUMNS, |ns, rule| rule::list(&MULTICAST, ns, rule))
    }),
    function("netns.mrule_flush", OF_MULTICAST, |args| {
        count(args, OF_MULTICAST, |ns, rule| rule::flush(&MULTICAST, ns, rule))
    }),
];
