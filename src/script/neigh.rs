//! `netns`: neighbours.

use std::net::IpAddr;

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::address_text;
use crate::kernel::device::Device;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::neigh::{self, Filter, WORDS};
use crate::kernel::words::Settings;

/// What repeats an argument or says what follows from it.
const IGNORED: &[&str] = &["dst", "dev", "family"];
const FILTER: &[&str] = &["dev", "family", "proxy", "nud", "to", "master", "vrf", "nomaster", "unused", "protocol"];
const COLUMNS: &[&str] = &["dst", "dev", "lladdr", "nud", "router", "proxy"];

/// A function that writes one neighbour.
const fn writes(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnDevices(1), 3, call).words(&[WORDS])
}

/// A function that takes a filter.
const fn lists(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnEither, 2, call).options(FILTER)
}

pub(super) static FUNCTIONS: &[Function] = &[
    writes("netns.neigh_add", |args| write(args, neigh::add)),
    writes("netns.neigh_replace", |args| write(args, neigh::replace)),
    writes("netns.neigh_change", |args| write(args, neigh::change)),
    writes("netns.neigh_delete", |args| write(args, neigh::delete)),
    Function::new("netns.neigh_get", Acts::OnDevices(1), 3, get).options(&["proxy"]),
    lists("netns.neigh_list", list),
    lists("netns.neigh_flush", flush),
];

/// `netns.neigh_add(dev, address, opts?)`.
fn write(args: &mut Args, write: fn(&Device, IpAddr, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let address = address_text::address(&args.string(2)?)?;
    let settings = args.settings(3, &[WORDS], IGNORED, &device.namespace)?;
    write(&device, address, &settings)?;
    args.nothing()
}

/// `netns.neigh_get(dev, address, {proxy=})`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let address = address_text::address(&args.string(2)?)?;
    let found = neigh::get(&device, address, args.options(3)?.is_on("proxy")?)?;
    values(&args.lua, super::records::one(&args.lua, lua_words::record(&args.lua, &found)?)?)
}

/// `netns.neigh_list(dev_or_ns?, {dev=, family=, proxy=, nud=, …})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = filter(args)?;
    let listed = neigh::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &listed)?)
}

/// `netns.neigh_flush(dev_or_ns, {…})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, filter) = filter(args)?;
    values(&args.lua, neigh::flush(&namespace, &filter)?)
}

fn filter(args: &Args) -> mlua::Result<(Namespace, Filter)> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let mut nud = None;
    for word in options.strings("nud")?.unwrap_or_default() {
        let state = neigh::state(&word).ok_or_else(|| options.wrong_value("nud", "a state, or all", &word))?;
        nud = Some(nud.unwrap_or(0) | state);
    }
    let protocols = Names::protocols();
    let protocol: Option<u32> = options.named_number("protocol", "a number, or a name in rt_protos", &protocols)?;
    let filter = Filter {
        dev: options.device("dev", &namespace)?.or(device),
        family: options.family("family")?.map(|family| match family {
            crate::probe::Family::V4 => 2,
            crate::probe::Family::V6 => 10,
        }),
        proxy: options.is_on("proxy")?,
        nud,
        to: options.string("to")?.map(|network| address_text::network(&network)).transpose()?,
        master: options.device("master", &namespace)?.or(options.device("vrf", &namespace)?),
        nomaster: options.is_on("nomaster")?,
        unused: options.is_on("unused")?,
        protocol: protocol.map(|number| protocols.name(number)),
    };
    Ok((namespace, filter))
}
