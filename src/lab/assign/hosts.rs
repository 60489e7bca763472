//! What is wrong with interfaces of nsl's own namespace that nodes are to have. Pure.

use std::collections::HashMap;

use super::super::plan::{HostLink, Kind, Node, Plan};
use super::draft::{clash, refusal};
use super::names::BRIDGE;
use crate::error::{Error, Result, explain};
use crate::kernel::device;

/// Refuses names that no link can have or that are taken, an interface that two nodes want, addresses for a port.
pub(super) fn check(plan: &Plan) -> Result<()> {
    let mut known: HashMap<&str, &HostLink> = HashMap::new();
    for node in &plan.nodes {
        for (place, host) in node.hosts.iter().enumerate() {
            check_one(node, place, host)?;
            if let Some(first) = known.insert(&host.device, host) {
                return Err(clash(&explain::LAB_HOST_TWICE, &first.place, &host.place).with("device", &host.device));
            }
        }
    }
    Ok(())
}

fn check_one(node: &Node, place: usize, host: &HostLink) -> Result<()> {
    let here = |error: Error| error.place(host.place.clone());
    device::check_name(&host.device).map_err(here)?;
    device::check_name(host.name()).map_err(here)?;
    if host.device == "lo" {
        return Err(refusal(&explain::LINK_STAYS, &host.place).with("link", "lo"));
    }
    let taken = match host.name() {
        "lo" => Some("loopback"),
        BRIDGE if node.kind == Kind::Switch => Some("bridge"),
        name if node.devices.iter().any(|device| device.name == name) => Some("device"),
        name if node.hosts[..place].iter().any(|other| other.name() == name) => Some("host interface"),
        _ => None,
    };
    if let Some(what) = taken {
        let error = clash(&explain::LAB_INTERFACE_TAKEN, &node.place, &host.place);
        return Err(error.with("node", &node.name).with("name", host.name()).with("what", what));
    }
    match host.addresses.first() {
        Some(address) if node.kind == Kind::Switch => {
            let error = clash(&explain::LAB_SWITCH_ADDRESS, &node.place, &host.place);
            Err(error.with("node", &node.name).with("address", address))
        }
        _ => Ok(()),
    }
}
