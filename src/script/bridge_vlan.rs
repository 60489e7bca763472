//! `netns`: VLANs of bridges and their ports.

use mlua::{MultiValue, Value};

use super::args::{Args, integer};
use super::bind::values;
use super::object::at_link;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::bridge_vlan::{self, Filter, GLOBAL, OPTIONS, Vlans, WHOSE, WORDS};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{Settings, Word};

/// What repeats an argument, and what of a record is not what the call is about.
const IGNORED: &[&str] = &["dev", "vid", "pvid", "untagged", "self", "master"];
const COLUMNS: &[&str] = &["dev", "vid", "pvid", "untagged", "state"];
const GLOBAL_COLUMNS: &[&str] = &["dev", "vid", "mcast_snooping", "mcast_querier"];

/// A function that takes a filter.
const fn lists(
    name: &'static str,
    options: &'static [&'static str],
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    Function::new(name, Acts::OnEither, 2, call).options(options)
}

pub(super) static FUNCTIONS: &[Function] = &[
    at_link("netns.bridge_vlan_add", WORDS, |args| write(args, WORDS, bridge_vlan::add)),
    at_link("netns.bridge_vlan_delete", &[WHOSE], delete),
    at_link("netns.bridge_vlan_set", &[OPTIONS], |args| write(args, &[OPTIONS], bridge_vlan::set)),
    lists("netns.bridge_vlan_list", &["dev", "vid", "stats"], |args| list(args, COLUMNS, bridge_vlan::list)),
    at_link("netns.bridge_vlan_global_set", &[GLOBAL], |args| write(args, &[GLOBAL], bridge_vlan::set_global)),
    lists("netns.bridge_vlan_global_list", &["dev", "vid"], |args| {
        list(args, GLOBAL_COLUMNS, bridge_vlan::list_global)
    }),
];

/// `netns.bridge_vlan_add(dev, vid_or_range, opts?)`.
fn write(
    args: &mut Args,
    words: &[&'static [Word]],
    write: fn(&Device, Vlans, &Settings) -> Result<()>,
) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let vlans = vlans(args)?;
    write(&device, vlans, &args.settings(3, words, IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.bridge_vlan_delete(dev, vid_or_range, opts?)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let vlans = vlans(args)?;
    let settings = args.settings(3, WORDS, IGNORED, &device.namespace)?;
    bridge_vlan::delete(&device, vlans, &settings)?;
    args.nothing()
}

fn vlans(args: &Args) -> mlua::Result<Vlans> {
    let Some(text) = numbers(&args.value(2)) else {
        return Err(args.wrong_type(2, "a VLAN's number, or a range such as \"10-20\"").into());
    };
    Ok(bridge_vlan::parse(&text)?)
}

/// A number or a range as text; none for what is neither text nor a number.
pub(super) fn numbers(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string_lossy()),
        number => integer(number).map(|number| number.to_string()),
    }
}

/// `netns.bridge_vlan_list(dev_or_ns?, {dev=, vid=, stats=})`.
fn list(
    args: &mut Args,
    columns: &'static [&'static str],
    list: fn(&Namespace, &Filter) -> Result<Vec<Settings>>,
) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let vid = options.value("vid").map(|value| match numbers(value) {
        Some(text) => bridge_vlan::parse(&text),
        None => Err(options.wrong_type("vid", "a VLAN's number, or a range such as \"10-20\"")),
    });
    let filter = Filter {
        dev: options.device("dev", &namespace)?.or(device),
        vid: vid.transpose()?,
        stats: options.is_on("stats")?,
    };
    values(&args.lua, lua_words::records(&args.lua, columns, &list(&namespace, &filter)?)?)
}
