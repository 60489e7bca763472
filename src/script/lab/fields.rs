//! What reading a lab gives: nodes, links, interfaces, figures, the plan as data.

use mlua::{IntoLua, Lua, Table, Value};

use super::{Lab, Shared};
use crate::error::{Error, Result as Outcome, explain};
use crate::lab::{Assigned, AssignedNode, Outline};
use crate::script::handle::{CableHandle, LinkHandle, NodeHandle};
use crate::script::records::{self, Record};

/// `net.nodes`: an array in the order of declaration; by name too.
pub(in crate::script) fn nodes(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    fn node(lab: &Shared, key: &Value) -> Option<NodeHandle> {
        let state = lab.borrow();
        let place = match key {
            Value::String(name) => state.node_index(&name.to_string_lossy()),
            key => place_of(key),
        };
        let name = state.plan.nodes.get(place?)?.name.clone();
        Some(NodeHandle { lab: Shared::clone(lab), name })
    }
    view(lua, lab, |lab| lab.plan.nodes.len(), |lua, lab, key| node(lab, key).into_lua(lua))
}

/// `net.links`: an array in the order of declaration.
pub(in crate::script) fn links(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    fn cable(lab: &Shared, key: &Value) -> Option<CableHandle> {
        let id = *lab.borrow().cables.get(place_of(key)?)?;
        Some(CableHandle { lab: Shared::clone(lab), id })
    }
    view(lua, lab, |lab| lab.cables.len(), |lua, lab, key| cable(lab, key).into_lua(lua))
}

/// A key of an array, counted from 0.
fn place_of(key: &Value) -> Option<usize> {
    usize::try_from(crate::script::args::integer(key)?.checked_sub(1)?).ok()
}

/// An array that is read from the lab entry by entry: asked for in each round of a loop it costs no more than once, and
/// what it gives is what the lab has by then. It cannot be set.
fn view(
    lua: &Lua,
    lab: &Shared,
    count: fn(&Lab) -> usize,
    entry: fn(&Lua, &Shared, &Value) -> mlua::Result<Value>,
) -> mlua::Result<Value> {
    let meta = lua.create_table()?;
    let of = Shared::clone(lab);
    let at = lua.create_function(move |lua, (_, key): (Table, Value)| entry(lua, &of, &key))?;
    meta.raw_set("__index", at)?;
    let of = Shared::clone(lab);
    meta.raw_set("__len", lua.create_function(move |_, _: Table| Ok(count(&of.borrow())))?)?;
    let of = Shared::clone(lab);
    let next = lua.create_function(move |lua, (_, place): (Table, i64)| {
        let value = entry(lua, &of, &Value::Integer(place + 1))?;
        Ok((if value.is_nil() { None } else { Some(place + 1) }, value))
    })?;
    meta.raw_set("__pairs", lua.create_function(move |_, list: Table| Ok((next.clone(), list, 0)))?)?;
    meta.raw_set(
        "__tostring",
        lua.create_function(|lua, list: Table| {
            let plain = lua.create_sequence_from(
                (1..=list.len()?).map(|place| list.get::<Value>(place)).collect::<mlua::Result<Vec<_>>>()?,
            )?;
            crate::script::show::show(lua, &Value::Table(plain), 80, false)
        })?,
    )?;
    meta.raw_set(
        "__newindex",
        lua.create_function(|_, (_, key, _): (Table, Value, Value)| -> mlua::Result<()> {
            Err(Error::new(&explain::FIELD_FIXED).with("type", "Lab").with("name", key.to_string()?).into())
        })?,
    )?;
    let list = lua.create_table()?;
    list.set_metatable(Some(meta))?;
    Ok(Value::Table(list))
}

/// `net.stats`: `{nodes, links, routes, elapsed}`; nothing before the lab was up.
pub(in crate::script) fn stats(lua: &Lua, lab: &Shared) -> mlua::Result<Value> {
    let mut state = lab.borrow_mut();
    let Some(elapsed) = state.elapsed else { return Ok(Value::Nil) };
    let assigned = state.assigned()?;
    let routes: usize = assigned.nodes.iter().map(|node| node.routes.len()).sum();
    let record = Record::new(lua)?.set("nodes", state.plan.nodes.len())?.set("links", state.plan.links.len())?;
    let record = record.set("routes", routes)?.set("elapsed", elapsed)?.table();
    Ok(Value::Table(records::one(lua, record)?))
}

/// `node.kind`, `node.role`.
pub(in crate::script) fn node_field(lua: &Lua, node: &NodeHandle, field: &str) -> mlua::Result<Value> {
    let index = node.index()?;
    let state = node.lab.borrow();
    let planned = &state.plan.nodes[index];
    match field {
        "kind" => Ok(Value::String(lua.create_string(planned.kind.name())?)),
        _ => planned.role.as_ref().map_or(Ok(Value::Nil), |role| lua.create_string(role).map(Value::String)),
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
        let (peer_node, peer_place) = assigned.peer(&state.plan, node, place);
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
    let planned = &state.plan.nodes[node];
    let hosts = assigned.nodes[node].hosts.iter().zip(&planned.hosts).map(|(interface, host)| {
        let addresses: Vec<String> = interface.addresses.iter().map(ToString::to_string).collect();
        let mac = host.mac.as_ref().map(|mac| crate::kernel::link::format_mac(mac));
        let record =
            Record::new(lua)?.set("name", interface.name.as_str())?.set("address", addresses)?.set("mac", mac)?;
        Ok(record.set("link", format!("{} -- /{}", planned.name, host.device))?.table())
    });
    records::list(lua, &["name", "address", "mac", "link"], records.chain(hosts).collect::<Vec<_>>())
}

/// `net:plan()`: nodes by name with their interfaces and routes, and the links; prints as `nsl plan` does.
pub(in crate::script) fn plan(lua: &Lua, lab: &Shared) -> mlua::Result<Table> {
    let assigned = lab.borrow_mut().assigned()?;
    let nodes = lua.create_table()?;
    let count = lab.borrow().plan.nodes.len();
    for index in 0..count {
        let (name, kind) = {
            let state = lab.borrow();
            (state.plan.nodes[index].name.clone(), state.plan.nodes[index].kind.name())
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
    let text = Outline { plan: &lab.borrow().plan, assigned: &assigned }.to_string();
    let table = record.table();
    records::with_text(lua, &table, text.trim_end().to_owned())?;
    Ok(table)
}

fn routes(lua: &Lua, node: &AssignedNode) -> mlua::Result<Table> {
    let records = node.routes.iter().map(|route| {
        let dst = if route.dst.prefix_len() == 0 { "default".to_owned() } else { route.dst.to_string() };
        let first = route.ways.first();
        let via = |way: &crate::lab::Way| way.via.map(|via| via.to_string());
        let dev = |way: &crate::lab::Way| node.dev(way).to_owned();
        let record = Record::new(lua)?.set("dst", dst)?;
        if route.ways.len() > 1 {
            let ways =
                route.ways.iter().map(|way| Ok(Record::new(lua)?.set("via", via(way))?.set("dev", dev(way))?.table()));
            return Ok(record.set("nexthops", ways.collect::<mlua::Result<Vec<_>>>()?)?.table());
        }
        Ok(record.set("via", first.and_then(via))?.set("dev", first.map(dev))?.table())
    });
    records::list(lua, &["dst", "via", "dev", "nexthops"], records.collect::<Vec<_>>())
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
