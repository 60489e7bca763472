//! `netns`: filters of traffic control, with their actions, and chains of them.

use mlua::{MultiValue, Table, Value};

use super::args::Args;
use super::bind::values;
use super::handle::namespace_of;
use super::object::Tables;
use super::records;
use super::registry::{Acts, Function};
use super::tc::kind_in;
use super::words as lua_words;
use crate::error::{Error, Result};
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::filter::kind::{self, CHAIN_WORDS, FILTER_WORDS, Kind};
use crate::kernel::tc::filter::{self, At, Filter, chain};
use crate::kernel::words::{self, Settings, Word};

/// What repeats an argument, and what is read apart.
const IGNORED: &[&str] = &["dev", "actions"];
const COLUMNS: &[&str] = &[
    "dev", "block", "ingress", "egress", "root", "parent", "protocol", "pref", "chain", "kind", "handle", "classid",
    "actions",
];
const CHAIN_COLUMNS: &[&str] = &["dev", "block", "ingress", "egress", "root", "parent", "chain", "kind", "protocol"];

type Native = fn(&mut Args) -> mlua::Result<MultiValue>;

const fn writes(name: &'static str, call: Native) -> Function {
    let options = &["actions"];
    Function::new(name, Acts::OnEither, 2, call).options(options).words(FILTER_WORDS)
}

const fn of_chain(name: &'static str, call: Native) -> Function {
    Function::new(name, Acts::OnEither, 2, call).words(CHAIN_WORDS)
}

const fn lists(name: &'static str, words: Tables, call: Native) -> Function {
    Function::new(name, Acts::OnEither, 2, call).options(&["dev"]).words(words)
}

pub(super) static FUNCTIONS: &[Function] = &[
    writes("netns.filter_add", |args| write(args, filter::add)),
    writes("netns.filter_replace", |args| write(args, filter::replace)),
    writes("netns.filter_change", |args| write(args, filter::change)),
    writes("netns.filter_delete", delete),
    writes("netns.filter_get", get),
    lists("netns.filter_list", &[filter::WORDS], list),
    lists("netns.filter_flush", &[filter::WORDS], flush),
    of_chain("netns.chain_add", add_chain),
    of_chain("netns.chain_delete", delete_chain),
    of_chain("netns.chain_get", get_chain),
    lists("netns.chain_list", &[chain::WORDS], list_chains),
];

/// `netns.filter_add(dev, {kind=, parent=, protocol=, pref=, …, actions={…}})`, or `(ns, {block=, …})`.
fn write(args: &mut Args, write: fn(&At, &Kind, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let (at, kind, settings) = told(args)?;
    write(&at, kind, &settings)?;
    args.nothing()
}

/// `netns.filter_get(dev, {pref=, protocol=, kind=, handle=})`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let (at, kind, settings) = told(args)?;
    one(args, &filter::get(&at, kind, &settings)?)
}

/// `netns.filter_delete(dev, {pref=, protocol=, kind=, handle=})`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let (at, table) = at(args)?;
    let kind = kind_in(&table, kind::called)?;
    let tables = match kind {
        Some(kind) => &[filter::WORDS, kind.words],
        None => FILTER_WORDS,
    };
    filter::delete(&at, kind, &read(args, tables, at.namespace())?)?;
    args.nothing()
}

/// Where a filter of which kind is, and what is said of it.
fn told(args: &Args) -> mlua::Result<(At, &'static Kind, Settings)> {
    let (at, table) = at(args)?;
    let kind = kind_in(&table, kind::called)?.ok_or_else(|| Error::missing("kind"))?;
    let settings = read(args, &[filter::WORDS, filter::MEASURED, kind.words], at.namespace())?;
    Ok((at, kind, settings))
}

/// A link, or with `block` a namespace; and the options, which tell which of them.
fn at(args: &Args) -> mlua::Result<(At, Table)> {
    let namespace = namespace_of(&args.value(1)).is_some();
    let table = args.table(2)?;
    let at = match table.raw_get("block")? {
        Value::Nil if namespace => return Err(Error::missing("block").into()),
        Value::Nil => At::Link(args.device(1)?),
        // What else it may be is said when all options are read.
        block => At::Block(args.namespace(1)?, block.as_integer().unwrap_or_default()),
    };
    Ok((at, table))
}

fn read(args: &Args, tables: &[&'static [Word]], here: &Namespace) -> mlua::Result<Settings> {
    let (mut settings, options) = args.settings_and_options(2, tables, IGNORED, here)?;
    if let Some(actions) = options.value("actions") {
        settings.push(("actions".into(), lua_words::setting("actions", actions, None, here)?));
    }
    Ok(settings)
}

/// `netns.filter_list(dev_or_ns?, {parent=, ingress=, block=, protocol=, pref=, chain=, kind=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = wanted(args, &[filter::WORDS])?;
    let listed = filter::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &listed)?)
}

/// `netns.filter_flush(dev_or_ns, {…})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = wanted(args, &[filter::WORDS])?;
    values(&args.lua, filter::flush(&namespace, &filter)?)
}

/// `netns.chain_add(dev, {chain=, kind=, …})`, or `(ns, {block=, …})`.
fn add_chain(args: &mut Args) -> mlua::Result<MultiValue> {
    let (at, table) = at(args)?;
    let kind = kind_in(&table, kind::called)?;
    chain::add(&at, kind, &args.settings(2, CHAIN_WORDS, IGNORED, at.namespace())?)?;
    args.nothing()
}

/// `netns.chain_delete(dev, {chain=})`; a record's template is of no matter.
fn delete_chain(args: &mut Args) -> mlua::Result<MultiValue> {
    let (at, _) = at(args)?;
    chain::delete(&at, &args.settings(2, CHAIN_WORDS, IGNORED, at.namespace())?)?;
    args.nothing()
}

/// `netns.chain_get(dev, {chain=})`.
fn get_chain(args: &mut Args) -> mlua::Result<MultiValue> {
    let (at, _) = at(args)?;
    one(args, &chain::get(&at, &args.settings(2, CHAIN_WORDS, IGNORED, at.namespace())?)?)
}

/// `netns.chain_list(dev_or_ns?, {parent=, ingress=, block=, chain=, kind=})`.
fn list_chains(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = wanted(args, &[chain::WORDS])?;
    let listed = chain::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, CHAIN_COLUMNS, &listed)?)
}

fn one(args: &Args, settings: &Settings) -> mlua::Result<MultiValue> {
    let record = lua_words::record(&args.lua, settings)?;
    values(&args.lua, records::one(&args.lua, record)?)
}

fn wanted(args: &Args, tables: Tables) -> mlua::Result<(Namespace, Filter)> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let (settings, options) = args.settings_and_options(2, tables, IGNORED, &namespace)?;
    let dev = options.device("dev", &namespace)?.or(device);
    let kind = words::text(&settings, "kind").map(str::to_owned);
    Ok((namespace, Filter { dev, kind, settings: words::without(&settings, &["kind"]) }))
}
