//! `netns`: addresses and limits of Multipath TCP.

use super::object::{Tables, count, function, get, list, write};
use super::registry::Function;
use crate::kernel::mptcp::{self, ENDPOINT, LIMITS};

const TABLES: Tables = &[ENDPOINT];
const LIMIT: Tables = &[LIMITS];
const COLUMNS: &[&str] = &["id", "address", "dev"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.mptcp_endpoint_add", TABLES, |args| write(args, TABLES, mptcp::add)),
    function("netns.mptcp_endpoint_delete", TABLES, |args| write(args, TABLES, mptcp::delete)),
    function("netns.mptcp_endpoint_change", TABLES, |args| write(args, TABLES, mptcp::set)),
    function("netns.mptcp_endpoint_list", TABLES, |args| list(args, TABLES, COLUMNS, mptcp::list)),
    function("netns.mptcp_endpoint_flush", &[], |args| count(args, &[], |ns, _| mptcp::flush(ns))),
    function("netns.mptcp_limits", LIMIT, |args| get(args, LIMIT, mptcp::limits)),
];
