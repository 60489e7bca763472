//! What reading a lab gives: nodes, links, interfaces, figures, the plan as data.

use mlua::{Lua, Table, Value};

use super::Shared;
use crate::error::Result as Outcome;
use crate::lab::{Assigned, AssignedNode, Kind};
use crate::script::handle::{CableHandle, LinkHandle, NodeHandle};
use crate::script::records::{self, Record};

/// `net.nodes`: an array in the order of declaration; by name too.
pub(in crate::script) fn nodes(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    let list = lua.create_table()?;
    for node in &lab.borrow().plan().nodes {
        list.raw_push(NodeHandle { lab: Shared::clone(lab), name: node.name.clone() })?;
    }
    let meta = lua.create_table()?;
    let named = Shared::clone(lab);
    meta.raw_set(
        "__index",
        lua.create_function(move |_, (_, name): (Table, String)| {
            let there = named.borrow().node_index(&name).is_some();
            Ok(there.then(|| NodeHandle { lab: Shared::clone(&named), name }))
        })?,
    )?;
    list.set_metatable(Some(meta))?;
    Ok(Value::Table(list))
}

/// `net.links`: an array in the order of declaration.
pub(in crate::script) fn links(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    let list = lua.create_table()?;
    for id in &lab.borrow().cables {
        list.raw_push(CableHandle { lab: Shared::clone(lab), id: *id })?;
    }
    Ok(Value::Table(list))
}

/// `net.stats`: `{nodes, links, routes, elapsed}`; nothing before the lab was up.
pub(in crate::script) fn stats(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    let mut state = lab.borrow_mut();
    let Some(elapsed) = state.elapsed else { return Ok(Value::Nil) };
    let assigned = state.assigned()?;
    let routes: usize = assigned.nodes.iter().map(|node| node.routes.len()).sum();
    let record = Record::new(lua)?.set("nodes", state.plan.nodes.len())?.set("links", state.plan.links.len())?;
    Ok(Value::Table(record.set("routes", routes)?.set("elapsed", elapsed)?.table()))
}

/// `node.kind`, `node.role`.
pub(in crate::script) fn node_field(lua: &Lua, node: &NodeHandle, field: &str) -> mlua::Result<Value> {
    let index = node.index()?;
    let state = node.lab.borrow();
    let planned = &state.plan.nodes[index];
    match field {
        "kind" => Ok(Value::String(lua.create_string(kind_name(planned.kind))?)),
        _ => planned.role.as_ref().map_or(Ok(Value::Nil), |role| lua.create_string(role).map(Value::String)),
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "host",
        Kind::Router => "router",
        Kind::Switch => "switch",
        Kind::Node => "node",
    }
}

/// `node.interfaces`: what the plan assigns to the node.
pub(in crate::script) fn interfaces(lua: &Lua, node: &NodeHandle) -> mlua::Result<Value> {
    let index = node.index()?;
    let assigned = node.lab.borrow_mut().assigned()?;
    Ok(Value::Table(interface_list(lua, &node.lab, &assigned, index)?))
}

fn interface_list(lua: &Lua, lab: &Shared, assigned: &Assigned, node: usize) -> mlua::Result<Table> {
    let state = lab.borrow();
    let records = assigned.nodes[node].interfaces.iter().enumerate().map(|(place, interface)| {
        let link = &state.plan.links[interface.link];
        let ends = assigned.links[interface.link];
        let first = link.a.node == node && ends[0] == place;
        let (peer_node, peer_place) = if first { (link.b.node, ends[1]) } else { (link.a.node, ends[0]) };
        let peer = &assigned.nodes[peer_node].interfaces[peer_place];
        let peer = Record::new(lua)?
            .set("node", state.plan.nodes[peer_node].name.as_str())?
            .set("name", peer.name.as_str())?
            .set("address", peer.addresses.first().map(|net| net.addr().to_string()))?;
        let addresses: Vec<String> = interface.addresses.iter().map(ToString::to_string).collect();
        let record = Record::new(lua)?
            .set("name", interface.name.as_str())?
            .set("address", addresses)?
            .set("mac", crate::kernel::link::format_mac(&interface.mac))?
            .set("link", state.cable_text(interface.link))?;
        Ok(record.set("peer", peer.table())?.table())
    });
    records::list(lua, &["name", "address", "mac", "link"], records.collect::<Vec<_>>())
}

/// `net:plan()`: nodes by name with their interfaces and routes, and the links.
pub(in crate::script) fn plan(lua: &Lua, lab: &Shared) -> mlua::Result<Table> {
    let assigned = lab.borrow_mut().assigned()?;
    let nodes = lua.create_table()?;
    let count = lab.borrow().plan.nodes.len();
    for index in 0..count {
        let (name, kind) = {
            let state = lab.borrow();
            (state.plan.nodes[index].name.clone(), kind_name(state.plan.nodes[index].kind))
        };
        let record = Record::new(lua)?
            .set("name", name.as_str())?
            .set("kind", kind)?
            .set("interfaces", interface_list(lua, lab, &assigned, index)?)?
            .set("routes", routes(lua, &assigned.nodes[index])?)?;
        nodes.raw_set(name, record.table())?;
    }
    let links: Vec<String> = (0..assigned.links.len()).map(|index| lab.borrow().cable_text(index)).collect();
    let record = Record::new(lua)?.set("nodes", nodes)?.set("links", links)?.set("notes", assigned.notes.clone())?;
    Ok(record.table())
}

fn routes(lua: &Lua, node: &AssignedNode) -> mlua::Result<Table> {
    let records = node.routes.iter().map(|route| {
        let dst = if route.dst.prefix_len() == 0 { "default".to_owned() } else { route.dst.to_string() };
        let first = route.ways.first();
        let via = |way: &crate::lab::Way| way.via.map(|via| via.to_string());
        let dev = |way: &crate::lab::Way| node.interfaces[way.interface].name.clone();
        let record = Record::new(lua)?.set("dst", dst)?;
        if route.ways.len() > 1 {
            let ways =
                route.ways.iter().map(|way| Ok(Record::new(lua)?.set("via", via(way))?.set("dev", dev(way))?.table()));
            return Ok(record.set("nexthops", ways.collect::<mlua::Result<Vec<_>>>()?)?.table());
        }
        Ok(record.set("via", first.and_then(via))?.set("dev", first.map(dev))?.table())
    });
    records::list(lua, &["dst", "via", "dev"], records.collect::<Vec<_>>())
}

/// `cable.a`, `cable.b`: the two ends as links of their namespaces.
pub(in crate::script) fn end(lua: &Lua, cable: &CableHandle, side: usize) -> mlua::Result<Value> {
    let index = cable.index()?;
    let link = {
        let mut state = cable.lab.borrow_mut();
        let assigned = state.assigned()?;
        let link = &state.plan.links[index];
        let node = if side == 0 { link.a.node } else { link.b.node };
        let name = &assigned.nodes[node].interfaces[assigned.links[index][side]].name;
        let reference: Outcome<LinkHandle> =
            state.namespace(node).and_then(|namespace| LinkHandle::reference(&namespace, name));
        reference?
    };
    Ok(Value::UserData(lua.create_userdata(link)?))
}
