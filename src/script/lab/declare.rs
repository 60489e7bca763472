//! Declaring: nodes and links, each with its line.

use mlua::{MultiValue, Value};

use super::{Shared, calls, options};
use crate::error::{Error, explain};
use crate::kernel::namespace::names;
use crate::lab::{Kind, Link, Node};
use crate::script::args::Args;
use crate::script::bind::values;
use crate::script::handle::{CableHandle, NodeHandle};
use crate::script::options::Options;
use crate::script::place;

/// `net:host(name, opts?)`.
pub(super) fn host(args: &mut Args) -> mlua::Result<MultiValue> {
    declared(args, Kind::Host)
}

/// `net:router(name, opts?)`.
pub(super) fn router(args: &mut Args) -> mlua::Result<MultiValue> {
    declared(args, Kind::Router)
}

/// `net:switch(name, opts?)`.
pub(super) fn switch(args: &mut Args) -> mlua::Result<MultiValue> {
    declared(args, Kind::Switch)
}

/// `net:node(name, opts?)`.
pub(super) fn node(args: &mut Args) -> mlua::Result<MultiValue> {
    declared(args, Kind::Node)
}

fn declared(args: &Args, kind: Kind) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    let name = args.string(2)?;
    let options = args.options(3)?;
    let node = options::node(name.clone(), kind, &options)?;
    insert(args, &lab, node, &options)?;
    values(&args.lua, NodeHandle { lab, name })
}

/// Adds a node to the plan, with the line that declares it, and keeps the functions among its options.
pub(super) fn insert(args: &Args, lab: &Shared, mut node: Node, options: &Options) -> mlua::Result<()> {
    names::check(node.name.as_ref())?;
    node.place = place::here(&args.lua).0;
    let mut state = lab.borrow_mut();
    if let Some(index) = state.node_index(&node.name) {
        let there = state.plan.nodes[index].place.as_ref().map(|at| format!("{}:{}", at.file, at.line));
        let error = Error::new(&explain::LAB_NODE_EXISTS).with("node", &node.name).object(&node.name);
        return Err(error.with("there", there.unwrap_or_default()).into());
    }
    state.changed()?;
    calls::keep(args, &node.name, options)?;
    let place = state.plan.nodes.len();
    state.places.insert(node.name.clone(), place);
    state.plan.nodes.push(node);
    Ok(())
}

/// `net:link(a, b, opts?)`.
pub(super) fn link(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    match (host_interface(&args.value(2)), host_interface(&args.value(3))) {
        (None, None) => {}
        (None, Some(device)) => return host_link(args, &lab, (2, "a"), device),
        (Some(device), None) => return host_link(args, &lab, (3, "b"), device),
        (Some(_), Some(_)) => return Err(Error::new(&explain::LAB_HOST_LINK).with("what", "this has no node").into()),
    }
    let (a, b) = (args.node(2, &lab)?, args.node(3, &lab)?);
    let link = options::link(a, b, &args.options(4)?)?;
    let id = connect(args, &lab, link)?;
    values(&args.lua, CableHandle { lab, id })
}

/// `"/eth1"`: an interface of the namespace nsl runs in.
fn host_interface(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.to_string_lossy().strip_prefix('/').map(str::to_owned),
        _ => None,
    }
}

/// `net:link(node, "/eth1", opts?)`: the node is the argument at `position`, whose own options stand under `key` too.
fn host_link(
    args: &Args,
    lab: &Shared,
    (position, key): (usize, &'static str),
    device: String,
) -> mlua::Result<MultiValue> {
    let node = args.node(position, lab)?;
    let mut host = options::host_link(device, &args.value(4), key).map_err(|error| match error {
        Some(error) => error,
        None => args.wrong_type(4, "a table of options").into(),
    })?;
    host.place = place::here(&args.lua).0;
    let mut state = lab.borrow_mut();
    state.changed()?;
    state.plan.nodes[node].hosts.push(host);
    args.nothing()
}

/// Adds a link to the plan, with the line that declares it; gives its number.
pub(super) fn connect(args: &Args, lab: &Shared, mut link: Link) -> mlua::Result<u64> {
    link.place = place::here(&args.lua).0;
    let mut state = lab.borrow_mut();
    state.changed()?;
    let id = state.next_cable;
    state.next_cable += 1;
    state.cables.push(id);
    state.plan.links.push(link);
    Ok(id)
}

/// `net:remove(node_or_link)`: from the plan.
pub(super) fn remove(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    if let Some(cable) = args.value(2).as_userdata().and_then(|handle| handle.borrow::<CableHandle>().ok()) {
        let index = cable.index()?;
        let mut state = lab.borrow_mut();
        state.changed()?;
        state.plan.links.remove(index);
        state.cables.remove(index);
        return args.nothing();
    }
    if let Some((node, place)) = host_place(args, &lab) {
        let mut state = lab.borrow_mut();
        state.changed()?;
        state.plan.nodes[node].hosts.remove(place);
        return args.nothing();
    }
    let index = args.node(2, &lab)?;
    let mut state = lab.borrow_mut();
    state.changed()?;
    state.plan.nodes.remove(index);
    let keep: Vec<bool> = state.plan.links.iter().map(|link| link.a.node != index && link.b.node != index).collect();
    let mut kept = keep.iter();
    state.cables.retain(|_| *kept.next().unwrap_or(&false));
    let mut kept = keep.iter();
    state.plan.links.retain(|_| *kept.next().unwrap_or(&false));
    for link in &mut state.plan.links {
        for end in [&mut link.a, &mut link.b] {
            end.node -= usize::from(end.node > index);
        }
    }
    state.places = state.plan.nodes.iter().enumerate().map(|(place, node)| (node.name.clone(), place)).collect();
    args.nothing()
}

/// `"h1/eth1"`, an interface of nsl's own namespace that a node is to have: its node, and its place there.
fn host_place(args: &Args, lab: &Shared) -> Option<(usize, usize)> {
    let value = args.value(2);
    let text = value.as_string()?.to_string_lossy();
    let (node, name) = text.split_once('/')?;
    let state = lab.borrow();
    let node = state.node_index(node)?;
    Some((node, state.plan.nodes[node].hosts.iter().position(|host| host.name() == name)?))
}
