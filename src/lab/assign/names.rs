//! Names of interfaces: given ones are checked, the others are `eth` and the place among the node's links. Pure.

use std::collections::HashMap;

use super::super::plan::{Kind, Plan};
use super::draft::{EndId, clash, end, ends};
use crate::error::{Result, explain};
use crate::kernel::device;

/// What a switch's bridge is called.
pub(super) const BRIDGE: &str = "br0";

/// The name of each end's interface.
pub(super) fn assign(plan: &Plan) -> Result<Vec<String>> {
    let given = given(plan)?;
    // Per node: how many links it had so far, and the least number that is free.
    let mut places = vec![(0, 0); plan.nodes.len()];
    let mut names = Vec::with_capacity(ends(plan).len());
    for id in ends(plan) {
        let end = end(plan, id);
        let (links, free) = &mut places[end.node];
        let name = end.name.clone().unwrap_or_else(|| {
            let name = |number: usize| format!("eth{number}");
            let mut number = (*links).max(*free);
            let node = &plan.nodes[end.node];
            let device = |name: &str| {
                node.devices.iter().any(|device| device.name == name)
                    || node.hosts.iter().any(|host| host.name() == name)
            };
            while given.contains_key(&(end.node, name(number).as_str())) || device(&name(number)) {
                number += 1;
            }
            *free = number + 1;
            name(number)
        });
        *links += 1;
        names.push(name);
    }
    Ok(names)
}

/// The names that the script gave, by node, once they are known to be good and not given twice.
fn given(plan: &Plan) -> Result<HashMap<(usize, &str), EndId>> {
    let mut given = HashMap::new();
    for id in ends(plan) {
        let end = end(plan, id);
        let Some(name) = end.name.as_deref() else { continue };
        let (node, here) = (&plan.nodes[end.node], &plan.links[id / 2].place);
        device::check_name(name).map_err(|error| error.place(here.clone()))?;
        let taken = match name {
            "lo" => Some("loopback"),
            BRIDGE if node.kind == Kind::Switch => Some("bridge"),
            _ if node.devices.iter().any(|device| device.name == name) => Some("device"),
            _ if node.hosts.iter().any(|host| host.name() == name) => Some("host interface"),
            _ => None,
        };
        if let Some(what) = taken {
            let error = clash(&explain::LAB_INTERFACE_TAKEN, &node.place, here);
            return Err(error.with("node", &node.name).with("name", name).with("what", what));
        }
        if let Some(first) = given.insert((end.node, name), id) {
            let error = clash(&explain::LAB_INTERFACE_TWICE, &plan.links[first / 2].place, here);
            return Err(error.with("node", &node.name).with("name", name));
        }
    }
    Ok(given)
}
