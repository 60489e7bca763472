//! From a plan to namespaces, links, addresses and routes in the kernel: phase by phase over the whole lab, all or
//! nothing. What fails points at the line that declared it, and everything made until then is gone.

pub(super) mod devices;
pub(super) mod links;
pub(super) mod namespaces;
pub(super) mod nodes;
pub(super) mod settings;
pub(super) mod surroundings;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::assign::{Assigned, AssignedNode};
use super::hosts;
use super::live::{Live, LiveInterface, LiveNode};
use super::plan::{Node, Plan};
use super::ready::Ready;
use super::rules::Rules;
use super::start::Start;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::namespace::{Group, Namespace, publish};
use crate::netlink::Socket;
use crate::wait::{block, interrupt};

/// What a build is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Making namespaces, and bridges in them.
    Namespaces,
    /// Making veth pairs.
    Links,
    /// Giving nodes their addresses, ports and routes.
    Nodes,
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// How many of `total` are done.
    pub done: usize,
    /// How many there are in this phase.
    pub total: usize,
}

/// A lab whose links may not carry packets yet, and whose commands have not run.
#[derive(Debug)]
pub struct Raised {
    /// The lab; dropping it takes it down.
    pub live: Live,
    /// Waits until all its links carry packets.
    pub ready: Ready,
}

/// A node that is being built.
pub(super) struct Site<'a> {
    /// Its place in the plan.
    pub(super) number: usize,
    pub(super) node: &'a Node,
    pub(super) assigned: &'a AssignedNode,
    pub(super) namespace: Namespace,
    fd: Arc<OwnedFd>,
    /// None where there are too many nodes for two descriptors each.
    socket: Option<Socket>,
    /// Whether it speaks IPv6.
    ipv6: bool,
    /// For each interface whether it was made up already.
    up: Vec<bool>,
    /// Which interfaces are made, in a node that was there before; none: all of it is new.
    pub(super) joined: Option<Vec<usize>>,
}

/// Where a build tells how far it is.
pub type Report<'a> = &'a mut dyn FnMut(Progress);

/// Builds a lab, waits until its links carry packets, and runs its commands. Waits in place.
///
/// Errors: those of [`raise`] and of [`Start`]; a link without a carrier (`ETIMEDOUT`). Then nothing is left.
pub fn build(plan: &Plan, assigned: &Assigned, progress: Report<'_>) -> Result<Live> {
    let live = connect(plan, assigned, progress)?;
    block(Start::new(plan, &live))?;
    Ok(live)
}

/// As [`build`], but runs no commands yet: [`Start`] does. Rulesets are loaded.
pub fn connect(plan: &Plan, assigned: &Assigned, progress: Report<'_>) -> Result<Live> {
    let Raised { live, ready } = raise(plan, assigned, progress)?;
    surroundings::give(plan, &live, 0..plan.nodes.len(), Namespace::clone)?;
    block(Rules::new(plan, assigned, &live)?)?;
    block(ready)?;
    Ok(live)
}

/// Makes everything that the kernel has to have for a lab.
///
/// Errors: no privilege; a limit (`ENOSPC`, `EMFILE`); what the kernel refuses, with the node or link and the line that
/// declared it; an interrupt. Then nothing is left.
pub fn raise(plan: &Plan, assigned: &Assigned, progress: Report<'_>) -> Result<Raised> {
    let arrivals = hosts::look(plan, hosts::of_nodes(plan, 0..plan.nodes.len()))?;
    let place = |node: usize| plan.nodes.get(node).and_then(|node| node.place.clone());
    let group = Group::another();
    // From here on it is known to the registry; dropped in an error, it takes away what can be seen of it.
    let mut live = Live::begin(group, plan.name.as_deref())?;
    let names = names(plan);
    if let Some((node, error)) = publish::first_unfit(&names) {
        return Err(error.place(place(node)));
    }
    let all: Vec<usize> = (0..plan.nodes.len()).collect();
    let mut sites = namespaces::make(plan, assigned, &all, group, progress)?;
    devices::make(&sites)?;
    let all: Vec<usize> = (0..plan.links.len()).collect();
    live.entry().attach(sites.iter().filter_map(Site::attached).collect());
    links::make(plan, assigned, &all, &mut sites, progress)?;
    nodes::configure(plan, assigned, &mut sites, progress)?;
    interrupt::check()?;
    let (nodes, sockets): (Vec<_>, Vec<_>) = sites.into_iter().map(Site::finished).unzip();
    live.settle(nodes, names).map_err(|(node, error)| error.place(place(node)))?;
    for arrival in arrivals {
        let node = &live.nodes()[arrival.node];
        hosts::admit(plan, assigned, arrival, node, live.entry())?;
    }
    for (node, live) in live.nodes().iter().enumerate() {
        hosts::finish(plan, assigned, node, &live.namespace)?;
    }
    let ready = Ready::new(plan, assigned, &live, sockets);
    Ok(Raised { live, ready })
}

/// What the namespaces of a lab with a name are called, in the order of its nodes; none for a lab without.
fn names(plan: &Plan) -> Vec<String> {
    let named = plan.name.iter().flat_map(|_| &plan.nodes);
    named.map(|node| plan.public_name(node)).collect()
}

impl<'a> Site<'a> {
    /// A node that is there already, and gets these interfaces more.
    pub(super) fn joined(
        plan: &'a Plan,
        assigned: &'a Assigned,
        number: usize,
        namespace: &Namespace,
        interfaces: Vec<usize>,
    ) -> Result<Self> {
        let (node, assigned) = (&plan.nodes[number], &assigned.nodes[number]);
        Ok(Self {
            number,
            node,
            assigned,
            namespace: namespace.clone(),
            fd: namespace.open()?,
            socket: None,
            ipv6: settings::speaks_ipv6(node, assigned),
            up: vec![false; assigned.interfaces.len()],
            joined: Some(interfaces),
        })
    }

    /// Calls `work` with a socket inside: the node's own, or a kept one.
    pub(super) fn with_socket<T>(&mut self, work: impl FnOnce(&mut Socket) -> Result<T>) -> Result<T> {
        match &mut self.socket {
            Some(socket) => work(socket),
            None => self.namespace.with_socket(work),
        }
    }

    /// Whether something has to be done to an interface before it is up: a port has to be one first, and one that is to
    /// keep silent in a node that speaks IPv6 has to be told.
    fn must_prepare(&self, interface: usize) -> bool {
        self.assigned.bridge.is_some() || (self.ipv6 && !self.assigned.interfaces[interface].ipv6)
    }

    /// A link of the node, for messages.
    fn device(&self, name: &str, index: u32) -> Device {
        Device::known(&self.namespace, name, index)
    }

    /// The interfaces that the lab makes in a namespace that it did not make.
    pub(super) fn attached(&self) -> Option<(Namespace, Vec<u32>)> {
        self.node.existing.as_ref()?;
        let indexes = self.assigned.interfaces.iter().map(|interface| interface.index).collect();
        Some((self.namespace.clone(), indexes))
    }

    pub(super) fn finished(self) -> (LiveNode, Option<Socket>) {
        let interface = |name: &str, index| LiveInterface { name: name.to_owned(), index };
        let node = LiveNode {
            name: self.node.name.clone(),
            interfaces: self.assigned.interfaces.iter().map(|one| interface(&one.name, one.index)).collect(),
            bridge: self.assigned.bridge.as_ref().map(|bridge| interface(&bridge.name, bridge.index)),
            namespace: self.namespace,
            existing: self.node.existing.is_some(),
        };
        (node, self.socket)
    }
}
