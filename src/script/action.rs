//! `netns`: actions of traffic control that filters share.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::object::{count, function, get, list, write as tell};
use super::registry::Function;
use crate::error::{Error, Result};
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::action::shared::{self, KEY, LIST};
use crate::kernel::tc::action::{self, ACTION_WORDS};
use crate::kernel::words::Settings;

const COLUMNS: &[&str] = &["kind", "index", "control", "ref", "bind"];

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.action_add", ACTION_WORDS, |args| write(args, shared::add)),
    function("netns.action_replace", ACTION_WORDS, |args| write(args, shared::replace)),
    function("netns.action_delete", &[KEY], |args| tell(args, ACTION_WORDS, shared::delete)),
    function("netns.action_get", &[KEY], |args| get(args, ACTION_WORDS, shared::get)),
    function("netns.action_list", &[LIST], |args| list(args, &[LIST], COLUMNS, shared::list)),
    function("netns.action_flush", &[LIST], |args| count(args, &[LIST], shared::flush)),
];

/// `netns.action_add(ns, {kind=, index=, …})`: its number.
fn write(args: &mut Args, write: fn(&Namespace, &Settings) -> Result<Option<u32>>) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let Value::String(kind) = args.table(2)?.raw_get("kind")? else { return Err(Error::missing("kind").into()) };
    let kind = action::called(&kind.to_string_lossy())?;
    let settings = args.settings(2, &[ACTION_WORDS[0], kind.words], &[], &namespace)?;
    values(&args.lua, write(&namespace, &settings)?)
}
