//! From a plan to everything that was left open, as a pure function: the same plan gives the same lab everywhere.

use std::net::IpAddr;

use ipnet::IpNet;

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

/// What a node gets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AssignedNode {
    /// In the order of its links.
    pub interfaces: Vec<Interface>,
    /// A switch's bridge.
    pub bridge: Option<Bridge>,
    /// Beside those that its addresses bring along; what the script gave comes last.
    pub routes: Vec<Route>,
    /// Whether it forwards; none: as it is.
    pub forward: Option<bool>,
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
}

/// A route.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Where it goes; a length of 0 is the default route.
    pub dst: IpNet,
    /// One way, or several of equal cost.
    pub ways: Vec<Way>,
}

/// One way of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The gateway; none: the destination is on the link.
    pub via: Option<IpAddr>,
    /// The interface: a place in [`AssignedNode::interfaces`].
    pub interface: usize,
}
