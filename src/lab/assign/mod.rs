//! From a plan to everything that was left open, as a pure function: the same plan gives the same lab everywhere.
//!
//! One file a question: what may not be (`check`), names, who shares a broadcast domain (`segments`), subnets,
//! addresses, MACs and indexes, routes. Whatever cannot be is refused here, with the lines that declared it, before
//! anything is built. Nothing here touches the kernel.

mod addresses;
mod check;
mod draft;
mod family;
mod hosts;
mod macs;
mod names;
mod pin;
mod pool;
mod realms;
mod routes;
mod segments;
mod subnets;
#[cfg(test)]
mod tests;
mod walls;

use std::net::IpAddr;

use ipnet::IpNet;

use super::plan::{Ip, Kind, Plan};
use crate::error::{Error, Result, explain};
use crate::kernel::route::{Destination, NextHop, RouteSpec};
use addresses::Addresses;
use draft::{Draft, ends};
pub(super) use macs::{FIRST_INDEX, device_index};
pub use pin::pinned;
use realms::Realms;
use segments::Segments;
pub(super) use walls::Walls;

/// Assigns all that a plan left open: names, indexes, MACs, subnets, addresses, routes.
///
/// Errors say which lines of the script do not go together; [`crate::error::Place`] is that of the later one.
pub fn assign(plan: &Plan) -> Result<Assigned> {
    check::check(plan)?;
    hosts::check(plan)?;
    let ipv6 = subnets::has_ipv6(plan);
    let segments = Segments::of(plan);
    let realms = Realms::of(plan, &segments);
    let draft = Draft { plan, names: names::assign(plan)?, segments, realms, ipv6 };
    addresses::check_given(&draft)?;
    let subnets = subnets::assign(&draft)?;
    let addresses = addresses::assign(&draft, &subnets)?;
    let macs = macs::assign(&draft)?;
    let mut assigned = nodes(plan);
    connect(&draft, &addresses, &macs, &mut assigned);
    routes::assign(&draft, &subnets, &addresses, &mut assigned)?;
    Ok(assigned)
}

/// For each link a number that it shares with all that switches join to it, in its VLAN.
pub(super) fn segments_of_links(plan: &Plan) -> Vec<usize> {
    Segments::of(plan).of_link
}

/// The nodes by themselves.
fn nodes(plan: &Plan) -> Assigned {
    let looped = segments::looped(plan);
    let (mut nodes, mut noted) = (Vec::with_capacity(plan.nodes.len()), Vec::new());
    let mut switches = 0;
    let hop_limit = super::hops::hop_limit(plan);
    for (node, looped) in plan.nodes.iter().zip(looped) {
        let bridge = (node.kind == Kind::Switch).then(|| Bridge {
            name: names::BRIDGE.to_owned(),
            index: macs::bridge_index(switches),
            stp: node.stp.unwrap_or(looped),
            filters: false,
        });
        switches += usize::from(bridge.is_some());
        if looped && node.stp.is_none() {
            noted.push(node.name.as_str());
        }
        let forward = match node.kind {
            _ if node.existing.is_some() => None,
            Kind::Router => Some(true),
            Kind::Host | Kind::Switch => Some(false),
            Kind::Node => None,
        };
        let hop_limit = if bridge.is_none() { hop_limit } else { None };
        let hosts = node
            .hosts
            .iter()
            .map(|host| HostInterface { name: host.name().to_owned(), addresses: host.addresses.clone() });
        nodes.push(AssignedNode { bridge, forward, hop_limit, hosts: hosts.collect(), ..AssignedNode::default() });
    }
    for link in plan.links.iter().filter(|link| link.has_vlan()) {
        for node in [link.a.node, link.b.node] {
            nodes[node].bridge.iter_mut().for_each(|bridge| bridge.filters = true);
        }
    }
    let notes = if noted.is_empty() { Vec::new() } else { vec![loop_note(&noted)] };
    Assigned { nodes, links: Vec::with_capacity(plan.links.len()), notes }
}

/// What is said about switches that get spanning tree because they are in a loop.
fn loop_note(switches: &[&str]) -> String {
    let shown: Vec<String> = switches.iter().take(10).map(|name| format!("\"{name}\"")).collect();
    let more = if switches.len() > 10 { format!(" and {} more", switches.len() - 10) } else { String::new() };
    Error::new(&explain::LAB_LOOP).with("switches", shown.join(", ") + &more).message()
}

/// Gives the nodes their interfaces.
fn connect(draft: &Draft, addresses: &Addresses, macs: &[[u8; 6]], assigned: &mut Assigned) {
    let plan = draft.plan;
    for id in ends(plan) {
        let (end, link) = (draft.end(id), draft.link(id));
        let node = &plan.nodes[end.node];
        let addresses = addresses.of_end[id].clone();
        let usual = draft.ipv6 && node.kind != Kind::Switch;
        let interfaces = &mut assigned.nodes[end.node].interfaces;
        if id.is_multiple_of(2) {
            assigned.links.push([0, 0]);
        }
        assigned.links[id / 2][id % 2] = interfaces.len();
        interfaces.push(Interface {
            name: draft.names[id].clone(),
            index: macs::index(plan, id),
            mac: macs[id],
            ipv6: node.ipv6.unwrap_or(usual) || end.ip == Ip::Auto || addresses.iter().any(|net| net.addr().is_ipv6()),
            addresses,
            mtu: end.wants.spec.mtu.or(link.mtu).or(plan.options.mtu),
            link: id / 2,
        });
    }
}

/// All that a plan comes to. `nodes` and `links` are parallel to those of the plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assigned {
    /// What each node gets.
    pub nodes: Vec<AssignedNode>,
    /// For each link, which interface it is at its two nodes: places in [`AssignedNode::interfaces`].
    pub links: Vec<[usize; 2]>,
    /// What the user should hear: a loop of switches that gets spanning tree.
    pub notes: Vec<String>,
}

impl Assigned {
    /// The other end of an interface's link: its node, and which interface it is there.
    pub fn peer(&self, plan: &Plan, node: usize, interface: usize) -> (usize, usize) {
        let number = self.nodes[node].interfaces[interface].link;
        let (link, [at_a, at_b]) = (&plan.links[number], self.links[number]);
        if link.a.node == node && at_a == interface { (link.b.node, at_b) } else { (link.a.node, at_a) }
    }
}

/// What a node gets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AssignedNode {
    /// In the order of its links.
    pub interfaces: Vec<Interface>,
    /// Interfaces of the namespace nsl runs in that are moved into it.
    pub hosts: Vec<HostInterface>,
    /// A switch's bridge.
    pub bridge: Option<Bridge>,
    /// Beside those that its addresses bring along; what the script gave comes last.
    pub routes: Vec<Route>,
    /// Whether it forwards; none: as it is.
    pub forward: Option<bool>,
    /// What the time to live of its packets begins with; none: the usual 64, with which all of the lab is reached.
    pub hop_limit: Option<u8>,
}

impl AssignedNode {
    /// The name of the interface that one way of a route goes over.
    pub fn dev(&self, way: &Way) -> &str {
        self.at(way.interface).0
    }

    /// How many interfaces it has, those that are moved into it last.
    pub(in crate::lab) fn count(&self) -> usize {
        self.interfaces.len() + self.hosts.len()
    }

    /// The name of the interface at a place, and its addresses.
    pub(in crate::lab) fn at(&self, place: usize) -> (&str, &[IpNet]) {
        match self.interfaces.get(place) {
            Some(interface) => (&interface.name, &interface.addresses),
            None => {
                let host = &self.hosts[place - self.interfaces.len()];
                (&host.name, &host.addresses)
            }
        }
    }

    /// Whether a route goes over an interface that is moved into the node.
    pub(in crate::lab) fn goes_outside(&self, route: &Route) -> bool {
        route.ways.iter().any(|way| way.interface >= self.interfaces.len())
    }
}

/// An interface that is moved into a node.
#[derive(Debug, Clone, PartialEq)]
pub struct HostInterface {
    /// What it is called there.
    pub name: String,
    /// With their prefixes.
    pub addresses: Vec<IpNet>,
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    /// `eth0` …
    pub name: String,
    /// Unique in the whole lab.
    pub index: u32,
    /// Its MAC address.
    pub mac: [u8; 6],
    /// With the prefix lengths of their subnets. None on a switch's port.
    pub addresses: Vec<IpNet>,
    /// In bytes.
    pub mtu: Option<u32>,
    /// The place of its link in the plan.
    pub link: usize,
    /// Whether it speaks IPv6.
    pub ipv6: bool,
}

/// A switch's bridge.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// `br0`
    pub name: String,
    /// Unique in the whole lab.
    pub index: u32,
    /// Whether spanning tree is on.
    pub stp: bool,
    /// Whether it filters by VLAN.
    pub filters: bool,
}

/// A route.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Where it goes; a length of 0 is the default route.
    pub dst: IpNet,
    /// One way, or several of equal cost.
    pub ways: Vec<Way>,
}

impl Route {
    /// As the kernel is asked for it; `node` is its node.
    pub(in crate::lab) fn spec(&self, node: &AssignedNode) -> RouteSpec {
        let dev = |way: &Way| Some(node.at(way.interface).0.to_owned());
        let dst = Destination::Net(self.dst);
        match &self.ways[..] {
            [way] => RouteSpec { via: way.via, dev: dev(way), ..RouteSpec::new(dst) },
            ways => {
                let hop = |way: &Way| NextHop { via: way.via, dev: dev(way), ..NextHop::default() };
                RouteSpec { nexthops: ways.iter().map(hop).collect(), ..RouteSpec::new(dst) }
            }
        }
    }
}

/// One way of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The gateway; none: the destination is on the link.
    pub via: Option<IpAddr>,
    /// The interface: a place in [`AssignedNode::interfaces`], or behind it in [`AssignedNode::hosts`].
    pub interface: usize,
}
