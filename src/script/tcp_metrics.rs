//! `netns`: what TCP remembers of its peers.

use super::object::{Tables, count, function, list, write};
use super::registry::Function;
use crate::kernel::tcp_metrics::{self, WORDS};

const TABLES: Tables = &[WORDS];
const COLUMNS: &[&str] = &["dst", "source", "age", "rtt", "cwnd"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.tcp_metrics_list", TABLES, |args| list(args, TABLES, COLUMNS, tcp_metrics::list)),
    function("netns.tcp_metrics_delete", TABLES, |args| write(args, TABLES, tcp_metrics::delete)),
    function("netns.tcp_metrics_flush", TABLES, |args| count(args, TABLES, tcp_metrics::flush)),
];
