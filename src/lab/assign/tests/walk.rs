//! Sends packets through what was assigned, as the kernel would: the longest prefix wins, hosts pass nothing on.
//!
//! And says by other means than the code under test what a packet should pay.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::super::{Assigned, Interface};
use super::*;

/// A lab as packets meet it.
pub(super) struct World<'a> {
    plan: &'a Plan,
    assigned: &'a Assigned,
    /// Costs between switches over their links.
    switches: Vec<Vec<Option<u64>>>,
    /// Where each address of an interface is.
    at: HashMap<IpAddr, (usize, usize)>,
    /// What a packet pays from node to node, where it has to pass through routers only.
    pub(super) distances: Vec<Vec<Option<u64>>>,
}

impl<'a> World<'a> {
    pub(super) fn new(plan: &'a Plan, assigned: &'a Assigned, ipv6: bool) -> Self {
        let all = |node: usize| assigned.nodes[node].interfaces.iter().enumerate().map(move |(i, of)| (node, i, of));
        let at = (0..plan.nodes.len()).flat_map(all).flat_map(|(node, place, interface)| {
            let nets = interface.addresses.iter().filter(move |net| net.addr().is_ipv6() == ipv6);
            nets.map(move |net| (net.addr(), (node, place)))
        });
        let at = at.collect();
        let mut world = Self { plan, assigned, switches: Vec::new(), at, distances: Vec::new() };
        let switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
        let trunks = plan.links.iter().filter(|link| switch(link.a.node) && switch(link.b.node));
        world.switches =
            shortest(plan.nodes.len(), trunks.map(|link| (link.a.node, link.b.node, link.cost.into())), &|_| true);
        let ends: Vec<_> = world.at.values().copied().collect();
        let hops = ends.iter().flat_map(|&from| ends.iter().map(move |&to| (from, to)));
        let world_ref = &world;
        let hops = hops.filter(|(from, to)| from.0 != to.0 && world_ref.neighbours(*from, *to));
        let hops: Vec<_> = hops.filter_map(|(from, to)| Some((from.0, to.0, world_ref.wire(from, to)?))).collect();
        world.distances = shortest(plan.nodes.len(), hops.into_iter(), &|node| plan.nodes[node].kind == Kind::Router);
        world
    }

    fn interface(&self, (node, place): (usize, usize)) -> &Interface {
        &self.assigned.nodes[node].interfaces[place]
    }

    /// Whether two interfaces have addresses of one network.
    fn neighbours(&self, one: (usize, usize), other: (usize, usize)) -> bool {
        let nets = |end| self.interface(end).addresses.iter().map(IpNet::trunc).collect::<BTreeSet<_>>();
        let shared: Vec<_> = nets(one).intersection(&nets(other)).copied().collect();
        shared.iter().any(|net| net.addr().is_ipv6() == self.at.keys().any(IpAddr::is_ipv6))
    }

    /// What it costs from one interface to another without a router between; none if there is no such way.
    fn wire(&self, one: (usize, usize), other: (usize, usize)) -> Option<u64> {
        let (first, second) = (self.interface(one).link, self.interface(other).link);
        let cost = |link: usize| u64::from(self.plan.links[link].cost);
        if first == second {
            return Some(cost(first));
        }
        let far = |link: usize, node: usize| {
            let link = &self.plan.links[link];
            if link.a.node == node { link.b.node } else { link.a.node }
        };
        let between = self.switches[far(first, one.0)][far(second, other.0)]?;
        Some(cost(first) + between + cost(second))
    }

    /// Sends a packet from a node to an address, each of several ways in turn: what each came to.
    pub(super) fn send(&self, node: usize, to: IpAddr) -> BTreeSet<std::result::Result<u64, String>> {
        let mut found = BTreeSet::new();
        self.walk(node, node, to, 0, 0, &mut found);
        found
    }

    fn walk(
        &self,
        source: usize,
        node: usize,
        to: IpAddr,
        cost: u64,
        hops: usize,
        found: &mut BTreeSet<std::result::Result<u64, String>>,
    ) {
        let name = &self.plan.nodes[node].name;
        let lost = |why: &str| Err(format!("{why} at {name}"));
        if self.is_local(node, to) {
            found.insert(Ok(cost));
            return;
        }
        let passes = node == source || self.plan.nodes[node].kind == Kind::Router;
        let ways = self.look_up(node, to);
        if !passes || ways.is_empty() || hops > self.plan.nodes.len() {
            found.insert(lost(if !passes {
                "not passed on"
            } else if hops > self.plan.nodes.len() {
                "a loop"
            } else {
                "no route"
            }));
            return;
        }
        for (via, place) in ways {
            match self.at.get(&via.unwrap_or(to)).and_then(|&next| Some((next, self.wire((node, place), next)?))) {
                Some((next, pay)) => self.walk(source, next.0, to, cost + pay, hops + 1, found),
                None => drop(found.insert(lost("nobody answers"))),
            }
        }
    }

    fn is_local(&self, node: usize, address: IpAddr) -> bool {
        let own = self.plan.nodes[node].addresses.iter().any(|net| net.contains(&address));
        own || self.at.get(&address).is_some_and(|at| at.0 == node)
    }

    /// The ways of the longest prefix.
    pub(super) fn look_up(&self, node: usize, to: IpAddr) -> Vec<(Option<IpAddr>, usize)> {
        let node = &self.assigned.nodes[node];
        let connected = node.interfaces.iter().enumerate();
        let connected =
            connected.flat_map(|(place, of)| of.addresses.iter().map(move |net| (net.trunc(), None, place)));
        // An address alone brings no route along.
        let connected = connected.filter(|(net, ..)| net.prefix_len() < net.max_prefix_len());
        let routes = node.routes.iter().flat_map(|of| of.ways.iter().map(|way| (of.dst, way.via, way.interface)));
        let fitting: Vec<_> = connected.chain(routes).filter(|(net, ..)| net.contains(&to)).collect();
        let longest = fitting.iter().map(|(net, ..)| net.prefix_len()).max();
        let best = fitting.into_iter().filter(|(net, ..)| Some(net.prefix_len()) == longest);
        best.map(|(_, via, place)| (via, place)).collect()
    }

    /// What a packet may pay from a node to an address of another; empty: it need not arrive.
    pub(super) fn expected(&self, node: usize, to: IpAddr) -> BTreeSet<u64> {
        let Some(&target) = self.at.get(&to) else {
            let owner = self.plan.nodes.iter().position(|of| of.addresses.iter().any(|net| net.contains(&to)));
            return owner.and_then(|owner| self.distances[node][owner]).into_iter().collect();
        };
        let net = self.interface(target).addresses.iter().find(|net| net.addr() == to).expect("it is there");
        if net.prefix_len() == net.max_prefix_len() {
            return self.distances[node][target.0].into_iter().collect();
        }
        let on_link: Vec<(usize, usize)> =
            self.at.values().copied().filter(|&end| self.neighbours(end, target)).collect();
        let across = |end: (usize, usize)| if end.0 == target.0 { Some(0) } else { self.wire(end, target) };
        let own: BTreeSet<u64> = on_link.iter().filter(|end| end.0 == node).filter_map(|&end| across(end)).collect();
        if !own.is_empty() {
            return own;
        }
        let routers = on_link.iter().filter(|end| self.plan.nodes[end.0].kind == Kind::Router);
        let routers: Vec<_> = routers.filter_map(|&end| Some((self.distances[node][end.0]?, end))).collect();
        let Some(nearest) = routers.iter().map(|&(distance, _)| distance).min() else {
            return self.distances[node][target.0].into_iter().collect();
        };
        let nearest = routers.into_iter().filter(|&(distance, _)| distance == nearest);
        nearest.filter_map(|(distance, end)| Some(distance + across(end)?)).collect()
    }

    /// The nodes that packets to an address are handed to, where it is not on the link.
    pub(super) fn gateways(&self, node: usize, to: IpAddr) -> BTreeSet<usize> {
        let ways = self.look_up(node, to).into_iter().filter_map(|(via, _)| via);
        ways.filter_map(|via| Some(self.at.get(&via)?.0)).collect()
    }

    /// The nodes that packets should be handed to: all from which the rest of the way is as much shorter as they are
    /// away. Empty where the address is on the link, or cannot be reached.
    pub(super) fn best(&self, node: usize, to: IpAddr) -> BTreeSet<usize> {
        // An address alone is of no network on a link.
        let net = IpNet::from(to);
        let target = self.at.get(&to).copied().filter(|&end| !self.interface(end).addresses.contains(&net));
        let on_link = |end: &(usize, usize)| target.is_some_and(|target| self.neighbours(*end, target));
        let ends: Vec<_> = self.at.values().copied().collect();
        if ends.iter().any(|end| end.0 == node && on_link(end)) {
            return BTreeSet::new();
        }
        let is_router = |node: usize| self.plan.nodes[node].kind == Kind::Router;
        let routers: BTreeSet<usize> =
            ends.iter().filter(|end| on_link(end) && is_router(end.0)).map(|end| end.0).collect();
        let owner = self.targets().into_iter().find(|&(_, address)| address == to).map(|(owner, _)| owner);
        let reached = routers.iter().any(|&router| self.distances[node][router].is_some());
        let goals = if reached { routers } else { owner.into_iter().collect() };
        let rest = |from: usize| goals.iter().filter_map(|&goal| self.distances[from][goal]).min();
        let Some(whole) = rest(node) else { return BTreeSet::new() };
        let hop = |end: (usize, usize)| {
            let own = ends.iter().filter(|own| own.0 == node && self.neighbours(**own, end));
            own.filter_map(|&own| self.wire(own, end)).min()
        };
        let others = ends.iter().copied().filter(|end| end.0 != node && (is_router(end.0) || goals.contains(&end.0)));
        let best = others.filter(|&end| hop(end).zip(rest(end.0)).is_some_and(|(first, rest)| first + rest == whole));
        best.map(|end| end.0).collect()
    }

    /// The nodes that send packets to one.
    pub(super) fn senders(&self, to: usize) -> impl Iterator<Item = usize> {
        (0..self.plan.nodes.len()).filter(move |&node| node != to && self.plan.nodes[node].kind != Kind::Switch)
    }

    /// Every address that packets are sent to, with its node.
    pub(super) fn targets(&self) -> Vec<(usize, IpAddr)> {
        let ipv6 = self.at.keys().any(IpAddr::is_ipv6);
        let loopbacks = self.plan.nodes.iter().enumerate();
        let loopbacks = loopbacks.flat_map(|(node, of)| of.addresses.iter().map(move |net| (node, net.addr())));
        let loopbacks = loopbacks.filter(|(_, address)| address.is_ipv6() == ipv6);
        let mut all: Vec<_> = self.at.iter().map(|(&address, &(node, _))| (node, address)).chain(loopbacks).collect();
        all.sort();
        all
    }
}

/// All shortest distances by steps that can be taken both ways; only nodes that are `passed` may be between.
fn shortest(
    nodes: usize,
    steps: impl Iterator<Item = (usize, usize, u64)>,
    passed: &dyn Fn(usize) -> bool,
) -> Vec<Vec<Option<u64>>> {
    let mut known = vec![vec![None; nodes]; nodes];
    let lower = |slot: &mut Option<u64>, value: u64| *slot = Some(slot.map_or(value, |old| old.min(value)));
    (0..nodes).for_each(|node| known[node][node] = Some(0));
    for (a, b, cost) in steps {
        lower(&mut known[a][b], cost);
        lower(&mut known[b][a], cost);
    }
    for between in (0..nodes).filter(|&node| passed(node)) {
        for from in 0..nodes {
            for to in 0..nodes {
                if let (Some(first), Some(second)) = (known[from][between], known[between][to]) {
                    lower(&mut known[from][to], first + second);
                }
            }
        }
    }
    known
}
