//! Declaring: nodes and links, each with its line.

use mlua::{MultiValue, Table, Value};

use super::{Shared, options};
use crate::error::{Error, explain};
use crate::lab::{Kind, Node};
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
    let node = options::node(name.clone(), kind, &args.options(3)?)?;
    insert(args, &lab, node)?;
    values(&args.lua, NodeHandle { lab, name })
}

/// Adds a node to the plan, with the line that declares it.
fn insert(args: &Args, lab: &Shared, mut node: Node) -> mlua::Result<()> {
    node.place = place::here(&args.lua).0;
    let mut state = lab.borrow_mut();
    if let Some(index) = state.node_index(&node.name) {
        let there = state.plan.nodes[index].place.as_ref().map(|at| format!("{}:{}", at.file, at.line));
        let error = Error::new(&explain::LAB_NODE_EXISTS).with("node", &node.name).object(&node.name);
        return Err(error.with("there", there.unwrap_or_default()).into());
    }
    state.changed()?;
    state.plan.nodes.push(node);
    Ok(())
}

/// `net:link(a, b, opts?)`.
pub(super) fn link(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    let (a, b) = (args.node(2, &lab)?, args.node(3, &lab)?);
    let link = options::link(a, b, &args.options(4)?)?;
    let id = connect(args, &lab, link)?;
    values(&args.lua, CableHandle { lab, id })
}

fn connect(args: &Args, lab: &Shared, mut link: crate::lab::Link) -> mlua::Result<u64> {
    link.place = place::here(&args.lua).0;
    let mut state = lab.borrow_mut();
    state.changed()?;
    let id = state.next_cable;
    state.next_cable += 1;
    state.cables.push(id);
    state.plan.links.push(link);
    Ok(id)
}

/// `net:add(graph, {link=, node=, prefix=})`: the nodes of the graph by name.
pub(super) fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    let graph = args.table(2)?;
    let options = args.options(3)?;
    let prefix = options.string("prefix")?.unwrap_or_default();
    let added = args.lua.create_table()?;
    lab.borrow_mut().graphs.push(place::here(&args.lua).0);
    for node in graph.get::<Table>("nodes")?.sequence_values::<Table>() {
        let node = node?;
        let name = format!("{prefix}{}", node.get::<String>("name")?);
        let kind = match node.get::<Option<String>>("kind")?.as_deref() {
            Some("host") => Kind::Host,
            Some("switch") => Kind::Switch,
            Some("node") => Kind::Node,
            _ => Kind::Router,
        };
        let given = defaults(args, &options, "node", &node)?;
        let mut declared = options::node(name.clone(), kind, &Options::read(&given, "add", &[super::NODE], &[])?)?;
        declared.role = declared.role.or(node.get::<Option<String>>("role")?);
        insert(args, &lab, declared)?;
        added.raw_set(name.as_str(), NodeHandle { lab: Shared::clone(&lab), name: name.clone() })?;
    }
    for link in graph.get::<Table>("links")?.sequence_values::<Table>() {
        let link = link?;
        let end = |key: &str| -> mlua::Result<usize> {
            let name = format!("{prefix}{}", link.get::<String>(key)?);
            Ok(lab.borrow().known_index(&name)?)
        };
        let given = defaults(args, &options, "link", &link)?;
        let declared = options::link(end("a")?, end("b")?, &Options::read(&given, "add", &[super::LINK], &[])?)?;
        connect(args, &lab, declared)?;
    }
    values(&args.lua, added)
}

/// The options for one node or link of a graph: a table for all, or what a function gives for it; and its own cost.
fn defaults(args: &Args, options: &Options, key: &str, of: &Table) -> mlua::Result<Table> {
    let given = match options.value(key) {
        None => args.lua.create_table()?,
        Some(Value::Table(table)) => {
            let copy = args.lua.create_table()?;
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = pair?;
                copy.raw_set(key, value)?;
            }
            copy
        }
        Some(Value::Function(function)) => {
            function.call::<Option<Table>>(of)?.map_or_else(|| args.lua.create_table(), Ok)?
        }
        Some(_) => return Err(options.wrong_type(key, "a table or a function").into()),
    };
    if key == "link" && !given.contains_key("cost")? && of.contains_key("cost")? {
        given.raw_set("cost", of.get::<Value>("cost")?)?;
    }
    Ok(given)
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
    args.nothing()
}
