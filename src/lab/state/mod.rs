//! A lab as it is and as it is to be, in the same words, so that both can be compared.
//!
//! `wanted` says what a build makes of a node, `read` what the kernel has. What the kernel has by itself, and what belongs
//! to programs (routes of routing daemons), is in neither.

mod read;
mod wanted;

use std::collections::{BTreeMap, HashSet};

use ipnet::IpNet;

use super::plan::Plan;
use crate::error::Place;
use crate::kernel::addr::AddrSpec;
use crate::kernel::link::Settings;
use crate::kernel::route::{Found, RouteSpec};
use crate::kernel::tc::{Kept, Shape};

pub(super) use read::{is_gone, read};
pub(super) use wanted::{link_local, sysctl_keys, wanted};

/// Where an interface stands in what is known of all nodes: the place of its node, and its own there.
pub(super) type At = (usize, usize);

/// What a node is to have.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) interfaces: Vec<WantedInterface>,
    pub(super) routes: Vec<WantedRoute>,
    pub(super) sysctls: BTreeMap<String, String>,
}

/// An interface that a node is to have.
#[derive(Debug)]
pub(super) struct WantedInterface {
    pub(super) name: String,
    pub(super) role: Role,
    /// `"loopback"`, `"veth"`, `"bridge"` …
    pub(super) kind: String,
    /// In the words of `link_set`.
    pub(super) settings: Settings,
    pub(super) addresses: Vec<IpNet>,
    /// Addresses that the kernel gives it by itself.
    pub(super) own: Vec<IpNet>,
    /// How it sends.
    pub(super) shape: Shape,
    /// The line that declared it.
    pub(super) place: Option<Place>,
}

/// What an interface is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Loopback,
    Bridge,
    /// The device at this place of the node's own.
    Device(usize),
    /// The interface of nsl's own namespace at this place of the node's.
    Host(usize),
    /// One end of the link at this place of the plan.
    End(usize),
}

/// A route that a node is to have.
#[derive(Debug)]
pub(super) struct WantedRoute {
    /// What there can be only one route for.
    pub(super) key: String,
    pub(super) dst: String,
    pub(super) text: String,
    pub(super) spec: RouteSpec,
}

/// What was seen of a node.
#[derive(Debug)]
pub(super) enum Seen {
    /// Its namespace is no more.
    Gone,
    /// It is there, and nobody looked: it is taken to be as it should.
    Unread,
    There(Have),
}

impl Seen {
    pub(super) fn have(&self) -> Option<&Have> {
        match self {
            Self::There(have) => Some(have),
            Self::Gone | Self::Unread => None,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

/// What a node has.
#[derive(Debug, Default)]
pub(super) struct Have {
    pub(super) interfaces: Vec<HaveInterface>,
    pub(super) routes: Vec<HaveRoute>,
    /// The networks that the kernel knows to be on a link, because of its addresses: each with the link's name.
    pub(super) connected: HashSet<(String, String)>,
    /// Of those that were asked for and are there; none: it can only be written.
    pub(super) sysctls: BTreeMap<String, Option<String>>,
}

/// An interface that a node has.
#[derive(Debug, Default)]
pub(super) struct HaveInterface {
    pub(super) name: String,
    pub(super) index: u32,
    /// `"loopback"`, `"veth"`, `"bridge"` …
    pub(super) kind: String,
    /// Up, with a carrier.
    pub(super) running: bool,
    /// The other end of a pair, if it is in the lab.
    pub(super) peer: Option<At>,
    pub(super) settings: Settings,
    /// Without those that the kernel or a program gave it: in the kernel's order.
    pub(super) addresses: Vec<HaveAddress>,
    /// Those that the kernel gives by itself: of the loopback, and IPv6 ones that reach the link alone.
    pub(super) own: Vec<IpNet>,
    /// How it sends, if by a shape.
    pub(super) kept: Option<Kept>,
}

/// An address that an interface has.
#[derive(Debug)]
pub(super) struct HaveAddress {
    pub(super) text: String,
    pub(super) spec: AddrSpec,
}

/// A route that a node has.
#[derive(Debug)]
pub(super) struct HaveRoute {
    pub(super) key: String,
    pub(super) dst: String,
    pub(super) text: String,
    pub(super) found: Found,
}

/// Which interface of its node the given end of a link (0 or 1) is, and which node that is.
pub(super) fn end_of(plan: &Plan, assigned: &super::Assigned, link: usize, side: usize) -> At {
    let planned = &plan.links[link];
    let node = if side == 0 { planned.a.node } else { planned.b.node };
    (node, assigned.links[link][side])
}
