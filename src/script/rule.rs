//! `netns`: rules.

use super::object::{Tables, count, function, list, write};
use super::registry::Function;
use crate::kernel::rule::{self, WORDS};

const TABLES: Tables = &[WORDS];
const COLUMNS: &[&str] = &["priority", "family", "from", "to", "iif", "oif", "fwmark", "table", "type", "goto"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.rule_add", TABLES, |args| write(args, TABLES, rule::add)),
    function("netns.rule_delete", TABLES, |args| write(args, TABLES, rule::delete)),
    function("netns.rule_list", TABLES, |args| list(args, TABLES, COLUMNS, rule::list)),
    function("netns.rule_flush", TABLES, |args| count(args, TABLES, rule::flush)),
];
