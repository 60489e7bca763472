//! `netns`: forwarding entries.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::object::at_link;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::fdb::{self, FLUSH, Filter, KEY, WORDS, Way};
use crate::kernel::link::parse_mac;

/// What repeats an argument or says what follows from it.
const IGNORED: &[&str] = &["mac", "dev", "stale"];
const FILTER: &[&str] = &["dev", "brport", "br", "vlan", "state", "dynamic"];
const COLUMNS: &[&str] = &["mac", "dev", "master", "vlan", "dst", "permanent", "static", "dynamic", "self"];

pub(super) static FUNCTIONS: &[Function] = &[
    at_link("netns.fdb_add", WORDS, |args| write(args, Way::Add)),
    at_link("netns.fdb_append", WORDS, |args| write(args, Way::Append)),
    at_link("netns.fdb_replace", WORDS, |args| write(args, Way::Replace)),
    at_link("netns.fdb_delete", WORDS, delete),
    at_link("netns.fdb_get", KEY, get),
    Function::new("netns.fdb_list", Acts::OnEither, 2, list).options(FILTER),
    Function::new("netns.fdb_flush", Acts::OnDevices(1), 2, flush).words(&[FLUSH]),
];

/// `netns.fdb_add(dev, mac, opts?)`.
fn write(args: &mut Args, way: Way) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let mac = parse_mac(&args.string(2)?)?;
    fdb::write(&device, mac, &args.settings(3, WORDS, IGNORED, &device.namespace)?, way)?;
    args.nothing()
}

/// `netns.fdb_delete(dev, mac, opts?)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let mac = parse_mac(&args.string(2)?)?;
    fdb::delete(&device, mac, &args.settings(3, WORDS, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.fdb_get(dev, mac, opts?)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let mac = parse_mac(&args.string(2)?)?;
    let entry = fdb::get(&device, mac, &args.settings(3, KEY, IGNORED, &device.namespace)?)?;
    values(&args.lua, super::records::one(&args.lua, lua_words::record(&args.lua, &entry)?)?)
}

/// `netns.fdb_list(dev_or_ns?, {dev=, brport=, br=, vlan=, state=, dynamic=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let state = options.string("state")?;
    let state_of = |word: &String| {
        fdb::state(word)
            .ok_or_else(|| options.wrong_value("state", "permanent, static, stale, reachable, dynamic or all", word))
    };
    let filter = Filter {
        dev: options.device("dev", &namespace)?.or(options.device("brport", &namespace)?).or(device),
        br: options.device("br", &namespace)?,
        vlan: options.number("vlan", "a VLAN's number")?,
        state: state.as_ref().map(state_of).transpose()?,
        dynamic: options.is_on("dynamic")?,
    };
    values(&args.lua, Value::Table(lua_words::records(&args.lua, COLUMNS, &fdb::list(&namespace, &filter)?)?))
}

/// `netns.fdb_flush(dev, opts?)`.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    fdb::flush(&device, &args.settings(2, &[FLUSH], &[], &device.namespace)?)?;
    args.nothing()
}
