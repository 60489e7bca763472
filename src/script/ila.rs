//! `netns`: translations of locators.

use super::object::{Tables, function, list, write};
use super::registry::Function;
use crate::kernel::ila::{self, WORDS};

const TABLES: Tables = &[WORDS];
const COLUMNS: &[&str] = &["loc_match", "loc", "dev", "csum_mode", "ident_type"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.ila_add", TABLES, |args| write(args, TABLES, ila::add)),
    function("netns.ila_delete", TABLES, |args| write(args, TABLES, ila::delete)),
    function("netns.ila_list", TABLES, |args| list(args, TABLES, COLUMNS, ila::list)),
];
