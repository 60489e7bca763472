//! `netns`: rules.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::namespace::Namespace;
use crate::kernel::rule::{self, WORDS};
use crate::kernel::words::Settings;

const COLUMNS: &[&str] = &["priority", "family", "from", "to", "iif", "oif", "fwmark", "table", "type", "goto"];

const fn function(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnNamespace, 2, call).words(&[WORDS])
}

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.rule_add", |args| write(args, rule::add)),
    function("netns.rule_delete", |args| write(args, rule::delete)),
    function("netns.rule_list", list),
    function("netns.rule_flush", flush),
];

/// `netns.rule_add(ns, {from=, to=, table=, …})`.
fn write(args: &mut Args, write: fn(&Namespace, &Settings) -> crate::error::Result<()>) -> mlua::Result<MultiValue> {
    let (namespace, settings) = read(args)?;
    write(&namespace, &settings)?;
    args.nothing()
}

/// `netns.rule_list(ns, {…})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = read(args)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &rule::list(&namespace, &filter)?)?)
}

/// `netns.rule_flush(ns, {…})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = read(args)?;
    values(&args.lua, rule::flush(&namespace, &filter)?)
}

fn read(args: &Args) -> mlua::Result<(Namespace, Settings)> {
    let namespace = args.namespace(1)?;
    let settings = args.settings(2, &[WORDS], &[], &namespace)?;
    Ok((namespace, settings))
}
