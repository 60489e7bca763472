//! `netns`: groups of multicast.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::object::at_link;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::mdb::{self, CHOICE, Group, WORDS};
use crate::kernel::words::Settings;

/// What repeats an argument, and what only reading gives.
const IGNORED: &[&str] =
    &["dev", "grp", "timer", "offload", "fast_leave", "added_by_star_ex", "blocked", "offload_failed"];
const COLUMNS: &[&str] = &["dev", "grp", "port", "src", "vid", "permanent", "temp"];

pub(super) static FUNCTIONS: &[Function] = &[
    at_link("netns.mdb_add", WORDS, |args| write(args, mdb::add)),
    at_link("netns.mdb_replace", WORDS, |args| write(args, mdb::replace)),
    at_link("netns.mdb_delete", WORDS, |args| write(args, mdb::delete)),
    at_link("netns.mdb_get", &[CHOICE], get),
    Function::new("netns.mdb_list", Acts::OnEither, 2, list).words(&[CHOICE]),
    Function::new("netns.mdb_routers", Acts::OnEither, 1, routers),
    Function::new("netns.mdb_flush", Acts::OnDevices(1), 2, flush).words(&[CHOICE]),
];

/// `netns.mdb_add(dev, group, opts?)`.
fn write(args: &mut Args, write: fn(&Device, Group, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let group = Group::parse(&args.string(2)?)?;
    write(&device, group, &args.settings(3, WORDS, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.mdb_get(dev, group, opts?)`: an array, one for each port.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let group = Group::parse(&args.string(2)?)?;
    let members = mdb::get(&device, group, &args.settings(3, &[CHOICE], &[], &device.namespace)?)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &members)?)
}

/// `netns.mdb_list(dev_or_ns?, opts?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let members = mdb::list(&namespace, device.as_ref(), &args.settings(2, &[CHOICE], &[], &namespace)?)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &members)?)
}

/// `netns.mdb_routers(dev_or_ns?)`.
fn routers(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let routers = mdb::routers(&namespace, device.as_ref())?;
    values(&args.lua, lua_words::records(&args.lua, &["dev", "port", "type", "timer"], &routers)?)
}

/// `netns.mdb_flush(dev, opts?)`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    values(&args.lua, mdb::flush(&device, &args.settings(2, &[CHOICE], &[], &device.namespace)?)?)
}
