//! `netns`: ports of UDP whose packets hold others.

use super::object::{Tables, function, list, write};
use super::registry::Function;
use crate::kernel::fou::{self, WORDS};

const TABLES: Tables = &[WORDS];
const COLUMNS: &[&str] = &["port", "ipproto", "gue", "local", "peer"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.fou_add", TABLES, |args| write(args, TABLES, fou::add)),
    function("netns.fou_delete", TABLES, |args| write(args, TABLES, fou::delete)),
    function("netns.fou_list", TABLES, |args| list(args, TABLES, COLUMNS, fou::list)),
];
