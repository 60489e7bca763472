//! `netns`: disciplines and classes of traffic control.

use mlua::{MultiValue, Table, Value};

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::{Error, Result};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::kind::{self, CLASS_WORDS, Kind, QDISC_WORDS};
use crate::kernel::tc::{Filter, class, handle, named, qdisc};
use crate::kernel::words::Settings;

/// What repeats an argument, and what only reading gives.
const IGNORED: &[&str] = &["dev", "refcnt"];
const QDISC_FILTER: &[&str] = &["dev", "kind", "handle", "parent", "root", "invisible"];
const CLASS_FILTER: &[&str] = &["dev", "kind", "parent", "root"];
const QDISC_COLUMNS: &[&str] = &["dev", "kind", "handle", "root", "parent", "rate", "delay", "loss", "limit"];
const CLASS_COLUMNS: &[&str] = &["dev", "kind", "classid", "root", "parent", "leaf", "rate", "ceil", "quantum"];

type Native = fn(&mut Args) -> mlua::Result<MultiValue>;

const fn writes(name: &'static str, words: &'static [&'static [kind::Word]], call: Native) -> Function {
    Function::new(name, Acts::OnDevices(1), 2, call).words(words)
}

const fn lists(name: &'static str, options: &'static [&'static str], call: Native) -> Function {
    Function::new(name, Acts::OnEither, 2, call).options(options)
}

pub(super) static FUNCTIONS: &[Function] = &[
    writes("netns.qdisc_add", QDISC_WORDS, |args| write_qdisc(args, qdisc::add)),
    writes("netns.qdisc_replace", QDISC_WORDS, |args| write_qdisc(args, qdisc::replace)),
    writes("netns.qdisc_change", QDISC_WORDS, |args| write_qdisc(args, qdisc::change)),
    writes("netns.qdisc_delete", QDISC_WORDS, delete_qdisc),
    lists("netns.qdisc_list", QDISC_FILTER, |args| list(args, QDISC_COLUMNS, qdisc::list)),
    writes("netns.class_add", CLASS_WORDS, |args| write_class(args, class::add)),
    writes("netns.class_replace", CLASS_WORDS, |args| write_class(args, class::replace)),
    writes("netns.class_change", CLASS_WORDS, |args| write_class(args, class::change)),
    writes("netns.class_delete", CLASS_WORDS, delete_class),
    lists("netns.class_list", CLASS_FILTER, |args| list(args, CLASS_COLUMNS, class::list)),
];

/// `netns.qdisc_add(dev, {kind=, parent=, handle=, …})`. Without a kind, that of the one which is there is meant.
fn write_qdisc(args: &mut Args, write: fn(&Device, &Kind, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let table = args.table(2)?;
    let kind = match kind_in(&table, kind::called)? {
        Some(kind) => kind,
        None => {
            let place = args.settings(2, QDISC_WORDS, IGNORED, &device.namespace)?;
            qdisc::kind_at(&device, &place)?.ok_or_else(|| Error::missing("kind"))?
        }
    };
    let words = [qdisc::WORDS, kind.qdisc.words];
    write(&device, kind, &args.settings(2, &words, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.qdisc_delete(dev, {kind=, parent=, handle=})`; a record's other options are of no matter.
fn delete_qdisc(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let settings = args.settings(2, QDISC_WORDS, IGNORED, &device.namespace)?;
    let kind = match args.value(2) {
        Value::Table(table) => kind_in(&table, kind::called)?,
        _ => None,
    };
    qdisc::delete(&device, kind, &settings)?;
    args.nothing()
}

/// `netns.class_add(dev, {classid=, parent=, …})`, of the kind of their discipline.
fn write_class(args: &mut Args, write: fn(&Device, &Kind, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let table = args.table(2)?;
    let kind = match kind_in(&table, kind::called)? {
        Some(kind) => kind,
        None => {
            let place = args.settings(2, CLASS_WORDS, IGNORED, &device.namespace)?;
            class::kind_of(&device, &place)?
        }
    };
    let words = [class::WORDS, class::options(&device, kind)?.words];
    write(&device, kind, &args.settings(2, &words, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.class_delete(dev, {classid=})`.
fn delete_class(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    args.table(2)?;
    class::delete(&device, &args.settings(2, CLASS_WORDS, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// The kind that a table of options names, if it does.
pub(super) fn kind_in<K>(table: &Table, called: fn(&str) -> Result<&'static K>) -> mlua::Result<Option<&'static K>> {
    match table.raw_get("kind")? {
        Value::String(name) => Ok(Some(called(&name.to_string_lossy())?)),
        // What else it may be is said when all options are read.
        _ => Ok(None),
    }
}

/// `netns.qdisc_list(dev_or_ns?, {dev=, kind=, handle=, parent=, root=})`.
fn list(
    args: &mut Args,
    columns: &'static [&'static str],
    list: fn(&Namespace, &Filter) -> Result<Vec<Settings>>,
) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let handle =
        |key: &str, read: fn(&str) -> Option<u32>| options.string(key)?.map(|text| named(key, &text, read)).transpose();
    let root = options.is_on("root")?.then_some(handle::ROOT);
    let filter = Filter {
        dev: options.device("dev", &namespace)?.or(device),
        kind: options.string("kind")?,
        handle: handle("handle", handle::qdisc)?,
        parent: root.or(handle("parent", handle::class)?),
        invisible: options.is_on("invisible")?,
    };
    let listed = list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, columns, &listed)?)
}
