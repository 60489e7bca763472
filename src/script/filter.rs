//! `netns`: filters of traffic control, with their actions.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::options::Options;
use super::registry::{Acts, Call, Function};
use super::tc::kind_in;
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::filter::kind::{self, FILTER_WORDS, Kind};
use crate::kernel::tc::filter::{self, Filter};
use crate::kernel::words::{self, Settings, Word};

/// What repeats an argument, and what is read apart.
const IGNORED: &[&str] = &["dev", "actions"];
const COLUMNS: &[&str] = &[
    "dev", "ingress", "egress", "root", "parent", "protocol", "pref", "chain", "kind", "handle", "classid", "actions",
];

type Native = fn(&mut Args) -> mlua::Result<MultiValue>;

const fn writes(name: &'static str, call: Native) -> Function {
    let options = &["actions"];
    Function { name, acts: Acts::OnDevices(1), most: 2, options, words: FILTER_WORDS, call: Call::Now(call) }
}

const fn lists(name: &'static str, call: Native) -> Function {
    let words = &[filter::WORDS];
    Function { name, acts: Acts::OnEither, most: 2, options: &["dev"], words, call: Call::Now(call) }
}

pub(super) static FUNCTIONS: &[Function] = &[
    writes("netns.filter_add", |args| write(args, filter::add)),
    writes("netns.filter_replace", |args| write(args, filter::replace)),
    writes("netns.filter_change", |args| write(args, filter::change)),
    writes("netns.filter_delete", delete),
    lists("netns.filter_list", list),
    lists("netns.filter_flush", flush),
];

/// `netns.filter_add(dev, {kind=, parent=, protocol=, pref=, …, actions={…}})`.
fn write(args: &mut Args, write: fn(&Device, &Kind, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let table = args.table(2)?;
    let kind = kind_in(&table, kind::called)?.ok_or_else(|| Options::missing("kind"))?;
    write(&device, kind, &read(args, &[filter::WORDS, kind.words], &device.namespace)?)?;
    args.nothing()
}

/// `netns.filter_delete(dev, {pref=, protocol=, kind=, handle=})`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let table = args.table(2)?;
    let kind = kind_in(&table, kind::called)?;
    let tables = match kind {
        Some(kind) => &[filter::WORDS, kind.words],
        None => FILTER_WORDS,
    };
    filter::delete(&device, kind, &read(args, tables, &device.namespace)?)?;
    args.nothing()
}

fn read(args: &Args, tables: &[&'static [Word]], here: &Namespace) -> mlua::Result<Settings> {
    let (mut settings, options) = args.settings_and_options(2, tables, IGNORED, here)?;
    if let Some(actions) = options.value("actions") {
        settings.push(("actions".into(), lua_words::setting("actions", actions, None, here)?));
    }
    Ok(settings)
}

/// `netns.filter_list(dev_or_ns?, {parent=, ingress=, protocol=, pref=, chain=, kind=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = wanted(args)?;
    let listed = filter::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &listed)?)
}

/// `netns.filter_flush(dev_or_ns, {…})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = wanted(args)?;
    values(&args.lua, filter::flush(&namespace, &filter)?)
}

fn wanted(args: &Args) -> mlua::Result<(Namespace, Filter)> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let (settings, options) = args.settings_and_options(2, &[filter::WORDS], IGNORED, &namespace)?;
    let dev = options.device("dev", &namespace)?.or(device);
    let kind = words::text(&settings, "kind").map(str::to_owned);
    Ok((namespace, Filter { dev, kind, settings: words::without(&settings, &["kind"]) }))
}
