//! Whether a plan can be a lab at all: its names, what its links join, and what a switch cannot have. Pure.

use std::collections::HashMap;
use std::ffi::OsStr;

use ipnet::IpNet;

use super::super::plan::{Border, End, Ip, Kind, Link, Node, Plan, Wants};
use super::draft::{clash, refusal};
use super::names::BRIDGE;
use crate::error::{Error, Place, Result, explain, nearest};
use crate::kernel::device;
use crate::kernel::namespace::names;

/// How many ports a bridge can have: the kernel numbers them from 1 in 10 bits (`BR_PORT_BITS`).
const MOST_PORTS: usize = 1023;

/// Refuses what is wrong with single nodes and links.
pub(super) fn check(plan: &Plan) -> Result<()> {
    for pool in [plan.options.subnets.map(IpNet::V4), plan.options.subnets6.map(IpNet::V6)].into_iter().flatten() {
        check_range(pool, &plan.options.place)?;
    }
    let mut names = HashMap::new();
    for node in &plan.nodes {
        if let Some(first) = names.insert(node.name.as_str(), node) {
            return Err(clash(&explain::LAB_NODE_EXISTS, &first.place, &node.place).with("node", &node.name));
        }
        check_node(plan, node)?;
    }
    let mut ports = vec![0; plan.nodes.len()];
    plan.links.iter().try_for_each(|link| check_link(plan, link, &mut ports))
}

/// `ports` are the links that each node has so far.
fn check_link(plan: &Plan, link: &Link, ports: &mut [usize]) -> Result<()> {
    let (Some(a), Some(b)) = (plan.nodes.get(link.a.node), plan.nodes.get(link.b.node)) else {
        return Err(refusal(&explain::BUG, &link.place).with("what", "a link to a node that the plan has not"));
    };
    if link.a.node == link.b.node {
        return Err(clash(&explain::LAB_LINK_SELF, &a.place, &link.place).with("node", &a.name));
    }
    if a.existing.is_some() && b.existing.is_some() {
        let error = refusal(&explain::LAB_LINK_EXISTING, &link.place).with("one", &a.name);
        return Err(error.with("other", &b.name));
    }
    for (node, end) in [(a, &link.a), (b, &link.b)] {
        if node.existing.is_some() && end.border == Some(Border::Translated) {
            let error = refusal(&explain::LAB_EXISTING, &link.place).with("node", &node.name);
            return Err(error.with("what", "the option nat"));
        }
    }
    if link.cost == 0 {
        return Err(refusal(&explain::LAB_COST, &link.place));
    }
    link.subnets.iter().try_for_each(|&subnet| check_range(subnet, &link.place))?;
    for (node, end, other) in [(a, &link.a, b), (b, &link.b, a)] {
        check_vlans(node, end, other, &link.place)?;
        ports[end.node] += 1;
        check_end(node, end, ports[end.node], &link.place)?;
    }
    Ok(())
}

/// `number` is which of its node's links it ends.
fn check_end(node: &Node, end: &End, number: usize, here: &Option<Place>) -> Result<()> {
    if end.border.is_some() && node.kind != Kind::Router {
        let option = if end.border == Some(Border::Plain) { "private" } else { "nat" };
        let error = clash(&explain::LAB_BORDER_NODE, &node.place, here).with("node", &node.name);
        return Err(error.with("option", option));
    }
    check_master(node, &end.wants, node.devices.len(), here)?;
    if node.kind != Kind::Switch {
        return Ok(());
    }
    if let Some(master) = end.wants.master.as_deref().filter(|master| *master != BRIDGE) {
        let error = clash(&explain::LAB_PORT_MASTER, &node.place, here);
        return Err(error.with("node", &node.name).with("master", master));
    }
    if number > MOST_PORTS {
        return Err(clash(&explain::LAB_SWITCH_FULL, &node.place, here).with("name", &node.name));
    }
    match &end.ip {
        Ip::Given(addresses) => no_address(node, addresses, here),
        _ => Ok(()),
    }
}

fn check_node(plan: &Plan, node: &Node) -> Result<()> {
    // The whole name in /run/netns has to be one; a node of an unnamed lab is held to the same.
    let prefix = if plan.name.is_some() { plan.options.prefix.as_str() } else { "" };
    for name in [&node.name, &format!("{prefix}{}", node.name)] {
        names::check_new(OsStr::new(name)).map_err(|error| error.object(&node.name).place(node.place.clone()))?;
    }
    let of_node = |error: Error| error.object(&node.name);
    node.subnets.iter().try_for_each(|&subnet| check_range(subnet, &node.place)).map_err(of_node)?;
    check_existing(node).map_err(of_node)?;
    check_devices(node).map_err(|error| of_node(error).place(node.place.clone()))?;
    match (node.kind, node.subnets.first()) {
        (Kind::Switch, _) => no_address(node, &node.addresses, &node.place).map_err(of_node),
        (_, None) => Ok(()),
        (_, Some(subnet)) => {
            let error = refusal(&explain::LAB_SUBNET_NODE, &node.place);
            Err(of_node(error.with("node", &node.name).with("subnet", subnet)))
        }
    }
}

/// Refuses VLANs where there is no switch to keep them apart.
fn check_vlans(node: &Node, end: &End, other: &Node, here: &Option<Place>) -> Result<()> {
    let option = if end.trunk.is_empty() { "vlan" } else { "trunk" };
    let refuse = |row| {
        let error = refusal(row, here).with("node", &node.name).with("other", &other.name);
        Err(error.with("option", option))
    };
    if end.vlan.is_none() && end.trunk.is_empty() {
        return Ok(());
    }
    if let Some(vlan) = end.vlan.iter().chain(&end.trunk).find(|vlan| !(1..=4094).contains(*vlan)) {
        return Err(refusal(&explain::LAB_VLAN_RANGE, here).with("vlan", vlan));
    }
    match (node.kind, other.kind) {
        _ if other.kind != Kind::Switch => refuse(&explain::LAB_VLAN_END),
        (Kind::Switch, _) if end.vlan.is_some() => refuse(&explain::LAB_VLAN_BETWEEN),
        (Kind::Switch, _) => Ok(()),
        _ if !end.trunk.is_empty() => refuse(&explain::LAB_TRUNK),
        _ => Ok(()),
    }
}

/// Refuses what would change more of a namespace that is there already than its links.
fn check_existing(node: &Node) -> Result<()> {
    if node.existing.is_none() {
        return Ok(());
    }
    let options = [
        ("sysctl", node.sysctl.is_empty()),
        ("addresses", node.addresses.is_empty()),
        ("routes", node.routes.is_empty()),
        ("nft", node.nft.is_none()),
        ("devices", node.devices.is_empty()),
        ("files", node.files.is_empty()),
        ("private", node.private.is_empty()),
        ("ipv6", node.ipv6.is_none()),
    ];
    let refuse = |what: &str| {
        let error = refusal(&explain::LAB_EXISTING, &node.place).with("node", &node.name);
        Err(error.with("what", what))
    };
    match options.iter().find(|(_, is_absent)| !is_absent) {
        Some((option, _)) => refuse(&format!("the option {option}")),
        None if node.kind == Kind::Switch => refuse("a bridge"),
        None => Ok(()),
    }
}

fn check_devices(node: &Node) -> Result<()> {
    for (place, one) in node.devices.iter().enumerate() {
        device::check_name(&one.name)?;
        let taken = match one.name.as_str() {
            "lo" => Some("the loopback"),
            BRIDGE if node.kind == Kind::Switch => Some("the bridge"),
            name if node.devices[..place].iter().any(|other| other.name == name) => Some("a device"),
            _ => None,
        };
        if let Some(what) = taken {
            let error = clash(&explain::LAB_DEVICE_TAKEN, &node.place, &node.place);
            return Err(error.with("node", &node.name).with("name", &one.name).with("what", what));
        }
        // Those before it are there when it is made.
        check_master(node, &one.wants, place, &node.place)?;
    }
    Ok(())
}

/// Refuses a master that is none of a node's first `count` devices.
fn check_master(node: &Node, wants: &Wants, count: usize, here: &Option<Place>) -> Result<()> {
    let Some(master) = wants.master.as_deref() else { return Ok(()) };
    let bridge = (node.kind == Kind::Switch).then_some(BRIDGE);
    let known = || bridge.into_iter().chain(node.devices[..count].iter().map(|device| device.name.as_str()));
    if known().any(|name| name == master) {
        return Ok(());
    }
    let error = refusal(&explain::LAB_MASTER, here).object(&node.name).with("node", &node.name).with("master", master);
    Err(error.near(nearest(master, known())))
}

/// Refuses an address on a switch, whose bridge only forwards frames.
fn no_address(switch: &Node, addresses: &[IpNet], here: &Option<Place>) -> Result<()> {
    let Some(address) = addresses.first() else { return Ok(()) };
    let error = clash(&explain::LAB_SWITCH_ADDRESS, &switch.place, here);
    Err(error.with("node", &switch.name).with("address", address))
}

/// Refuses a range that is written with bits behind its prefix, which is a mistake more often than not, and one whose
/// addresses no interface can have.
fn check_range(net: IpNet, here: &Option<Place>) -> Result<()> {
    host_bits(net, here)?;
    let what = match net.addr() {
        address if address.is_multicast() => "of multicast addresses",
        address if address.is_loopback() => "of loopback addresses",
        address if address.is_unspecified() => "of addresses that mean none",
        _ => return Ok(()),
    };
    Err(refusal(&explain::LAB_SUBNET_UNFIT, here).with("subnet", net).with("what", what))
}

/// Refuses a network that is written with bits behind its prefix.
pub(super) fn host_bits(net: IpNet, here: &Option<Place>) -> Result<()> {
    if net.trunc() == net {
        return Ok(());
    }
    Err(refusal(&explain::ROUTE_HOST_BITS, here).with("route", net).with("network", net.trunc()))
}
