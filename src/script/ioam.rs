//! `netns`: in-situ OAM for IPv6.

use super::object::{Tables, function, list, write};
use super::registry::Function;
use crate::kernel::ioam::{self, NAMESPACE, SCHEMA};

const NAMESPACES: Tables = &[NAMESPACE];
const SCHEMAS: Tables = &[SCHEMA];
const COLUMNS: &[&str] = &["namespace", "schema", "data", "wide"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.ioam_namespace_add", NAMESPACES, |args| write(args, NAMESPACES, ioam::namespace_add)),
    function("netns.ioam_namespace_set", NAMESPACES, |args| write(args, NAMESPACES, ioam::namespace_set)),
    function("netns.ioam_namespace_delete", NAMESPACES, |args| write(args, NAMESPACES, ioam::namespace_delete)),
    function("netns.ioam_namespace_list", NAMESPACES, |args| list(args, NAMESPACES, COLUMNS, ioam::namespace_list)),
    function("netns.ioam_schema_add", SCHEMAS, |args| write(args, SCHEMAS, ioam::schema_add)),
    function("netns.ioam_schema_delete", SCHEMAS, |args| write(args, SCHEMAS, ioam::schema_delete)),
    function("netns.ioam_schema_list", SCHEMAS, |args| list(args, SCHEMAS, COLUMNS, ioam::schema_list)),
];
