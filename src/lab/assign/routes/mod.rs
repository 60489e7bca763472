//! Routes: for each node the fewest that send whatever is assigned along a shortest path.
//!
//! Pure. A path costs what its links cost, each counted once, those between switches too; it runs through routers and
//! switches only. A subnet is reached at the nearest router on it; a host's address in a subnet that no router leads to
//! is reached at the host. Addresses that the lab does not assign may be sent anywhere: a node with one way out has a
//! default route only, and the others one for the way that most destinations take. Of several ways of equal cost each
//! node takes the one that saves routes (with ECMP all of them), which in IPv4 and IPv6 need not be the same.

mod aggregate;
mod destinations;
mod extra;
mod graph;
mod menu;
mod paths;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ipnet::IpNet;

use super::super::plan::{Kind, Plan, Routing};
use super::addresses::Addresses;
use super::draft::{Draft, EndId};
use super::family::{Family, number};
use super::realms::View;
use super::subnets::Subnets;
use super::{Assigned, AssignedNode, Route, Way};
use crate::error::{Error, Result, explain};
use crate::wait::interrupt;
use aggregate::{ANY, Tree};
use destinations::Destinations;
use graph::Graph;
use menu::Menu;
use paths::{FAR, HERE, Out, Paths, Ways, join, places};

/// More routes than this are refused: the kernel would take them, but hardly anybody wants them.
const MOST_ROUTES: usize = 1_000_000;

/// From how many nodes on threads save more than they cost.
const LARGE: usize = 2_000;

/// Gives all nodes their routes.
pub(super) fn assign(draft: &Draft, subnets: &[Subnets], addresses: &Addresses, assigned: &mut Assigned) -> Result<()> {
    let plan = draft.plan;
    let count = AtomicUsize::new(plan.nodes.iter().map(|node| node.routes.len()).sum());
    for family in Family::BOTH {
        if plan.options.routing == Routing::None || addresses.in_subnet[family as usize].iter().all(Option::is_none) {
            continue;
        }
        for (view, nodes) in views(draft, assigned) {
            let table = || Table::new(draft, subnets, addresses, family, &view);
            for (node, routes) in of_all(table, &nodes, assigned, &count)? {
                assigned.nodes[node].routes.extend(routes);
            }
        }
    }
    for (node, assigned) in plan.nodes.iter().zip(&mut assigned.nodes) {
        extra::add(node, assigned)?;
    }
    Ok(())
}

/// The nodes by what they see of the lab; all of them together where there are no borders.
fn views(draft: &Draft, assigned: &Assigned) -> BTreeMap<View, Vec<usize>> {
    let mut views: BTreeMap<View, Vec<usize>> = BTreeMap::new();
    for (node, of) in assigned.nodes.iter().enumerate() {
        let is_router = draft.plan.nodes[node].kind == Kind::Router;
        let segments = of.interfaces.iter().map(|interface| draft.segments.of_link[interface.link]);
        views.entry(draft.realms.view(node, is_router, segments)).or_default().push(node);
    }
    views
}

/// The routes of some nodes in one family. A large lab's nodes are shared among threads, one a processor: none needs
/// what another finds. `count` is what there is so far.
fn of_all<'a>(
    table: impl Fn() -> Table<'a> + Sync,
    nodes: &[usize],
    assigned: &Assigned,
    count: &AtomicUsize,
) -> Result<Vec<(usize, Vec<Route>)>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut table, mut found) = (table(), Vec::new());
        loop {
            let Some(&node) = nodes.get(next.fetch_add(1, Ordering::Relaxed)) else { return Ok(found) };
            interrupt::check()?;
            let routes = table.routes(node, assigned);
            if count.fetch_add(routes.len(), Ordering::Relaxed) + routes.len() > MOST_ROUTES {
                return Err(Error::new(&explain::LAB_ROUTES_MANY).with("most", "1,000,000"));
            }
            found.push((node, routes));
        }
    };
    let large = nodes.len() >= LARGE;
    let helpers = if large { thread::available_parallelism().map_or(0, |all| all.get() - 1) } else { 0 };
    thread::scope(|scope| {
        // A thread that cannot be had is not needed.
        let helper = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = (0..helpers).filter_map(helper).collect();
        let mut all = work()?;
        for helper in helpers {
            all.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// Everything that the routes of one family are made from, and what is worked out anew for each source.
struct Table<'a> {
    draft: &'a Draft<'a>,
    addresses: &'a Addresses,
    family: Family,
    destinations: Destinations,
    graph: Graph,
    paths: Paths,
    tree: Tree,
    /// For each destination, and then for each hidden address, the ways to it; [`HERE`] where any will do.
    ways: Vec<Ways>,
    /// What the routes of a source choose from.
    menu: Menu,
    /// The routes of the last source: start, length, ways.
    found: Vec<(u128, u8, Ways)>,
}

impl<'a> Table<'a> {
    fn new(draft: &'a Draft<'a>, subnets: &[Subnets], addresses: &'a Addresses, family: Family, view: &View) -> Self {
        let destinations = Destinations::new(draft, subnets, addresses, family, view);
        let graph = Graph::new(draft, addresses, family, &destinations.wanted);
        let tree = Tree::new(&destinations.nets, family.bits());
        let (paths, menu) = (Paths::new(graph.count()), Menu::new(draft.plan.options.ecmp));
        let (ways, found) = (Vec::new(), Vec::new());
        Self { draft, addresses, family, destinations, graph, paths, tree, ways, menu, found }
    }

    /// The routes of a node.
    fn routes(&mut self, node: usize, assigned: &Assigned) -> Vec<Route> {
        let plan = self.draft.plan;
        let is_default = |dst: &IpNet| dst.prefix_len() == 0 && Family::of(*dst) == self.family;
        // The script's own default route wins.
        let default =
            plan.nodes[node].existing.is_none() && !plan.nodes[node].routes.iter().any(|route| is_default(&route.dst));
        let ends = ends_of(plan, node, &assigned.nodes[node]);
        let ends: Vec<EndId> =
            ends.filter(|&id| self.addresses.in_subnet[self.family as usize][id].is_some()).collect();
        if self.graph.is_switch(node) || ends.is_empty() {
            return Vec::new();
        }
        self.found.clear();
        match (plan.options.routing, self.only_gateway(node, &ends)) {
            (Routing::Default, _) => {}
            // Two routers that only have each other would send what nobody has to and fro.
            (_, Some(_)) if default && self.graph.forwards(node) && self.destinations.all_at(node) => {}
            (_, Some(out)) if default => self.only(out),
            _ => self.shortest(node, &ends, default),
        }
        let is_host = plan.nodes[node].kind != Kind::Router;
        if let (true, true, true, Some(out)) = (self.found.is_empty(), default, is_host, self.first_gateway(&ends)) {
            self.only(out);
        }
        let way = |(from, to): Out| Way {
            via: self.addresses.in_subnet[self.family as usize][to as usize],
            interface: assigned.links[from as usize / 2][from as usize % 2],
        };
        let route = |&(start, length, ways): &(u128, u8, Ways)| Route {
            dst: self.family.net(start, length),
            ways: places(ways).map(|place| way(self.paths.outs[place])).collect(),
        };
        self.found.iter().map(route).collect()
    }

    /// A default route and no other.
    fn only(&mut self, out: Out) {
        self.paths.outs.clear();
        self.found.push((0, 0, self.paths.single(out)));
    }

    /// The way out of a node that has no other, where that can be said without looking for paths.
    fn only_gateway(&self, node: usize, ends: &[EndId]) -> Option<Out> {
        if self.destinations.at_hosts {
            return None;
        }
        let others = |&id: &EndId| self.gateways(id).map(move |to| (id, to));
        let mut outs = ends.iter().flat_map(others).filter(|&(_, to)| self.draft.end(to).node != node);
        let (from, to) = outs.next()?;
        outs.next().is_none().then_some((from as u32, to as u32))
    }

    /// The first declared router on the first of a node's links that has one.
    fn first_gateway(&self, ends: &[EndId]) -> Option<Out> {
        ends.iter().find_map(|&id| {
            let first = self.gateways(id).min_by_key(|&to| self.draft.end(to).node)?;
            Some((id as u32, first as u32))
        })
    }

    /// The ends of routers that forward what comes from an end of their broadcast domain.
    fn gateways(&self, id: EndId) -> impl Iterator<Item = EndId> {
        let routers = self.destinations.routers[self.draft.segments.of_end(id)].iter().copied();
        routers.filter(|&to| !self.draft.is_border(to))
    }

    /// Finds the routes along shortest paths.
    fn shortest(&mut self, node: usize, ends: &[EndId], default: bool) {
        self.paths.find(&self.graph, node);
        self.spread(ends);
        let hidden: Vec<(u128, Ways)> = self.hidden(node, ends).collect();
        self.ways.extend(hidden.iter().map(|&(_, ways)| ways));
        let (menu, found, ways) = (&mut self.menu, &mut self.found, &self.ways);
        menu.read(ways, self.paths.outs.len());
        let all = ways.iter().fold(ANY, |all, &ways| all & menu.choices(ways));
        if default && all != ANY && all != 0 {
            return found.push((0, 0, menu.ways(menu.best(all))));
        }
        // What can share no route has one of its own.
        let shared = |&ways: &Ways| match menu.choices(ways) {
            0 => ANY,
            choices => choices,
        };
        let destinations = ways[..self.destinations.nets.len()].iter().map(shared);
        let best = |choices| menu.best(choices);
        self.tree.routes(default, destinations, best, |start, length, choice| {
            found.push((start, length, menu.ways(choice)));
        });
        let own = self.destinations.nets.iter().zip(ways).filter(|&(_, &ways)| menu.choices(ways) == 0);
        found.extend(own.map(|(&(start, length), &ways)| (start, length, ways)));
        let bits = self.family.bits();
        found.extend(hidden.into_iter().map(|(address, ways)| (address, bits, menu.alone(ways))));
    }

    /// Finds the ways to each destination: those to its nearest owners.
    fn spread(&mut self, ends: &[EndId]) {
        self.ways.resize(self.destinations.nets.len(), HERE);
        for (destination, found) in self.ways.iter_mut().enumerate() {
            let (mut nearest, mut ways) = (FAR, HERE);
            for owner in self.destinations.owners(destination) {
                let (distance, others) = (self.paths.distance[owner], self.paths.ways[owner]);
                if distance < nearest {
                    (nearest, ways) = (distance, others);
                } else if distance == nearest && distance != FAR && distance != 0 {
                    ways = join(ways, others);
                }
            }
            *found = ways;
        }
        for &id in ends {
            for &destination in &self.destinations.of_segment[self.draft.segments.of_end(id)] {
                self.ways[destination as usize] = HERE;
            }
        }
    }

    /// The addresses that are reached at their hosts, and the ways there.
    fn hidden(&self, node: usize, ends: &[EndId]) -> impl Iterator<Item = (u128, Ways)> {
        let on_link = |segment| ends.iter().any(|&id| self.draft.segments.of_end(id) == segment);
        let at_router = |segment: usize| {
            let subnet = self.destinations.of_segment[segment].first();
            subnet.is_some_and(|&place| self.ways[place as usize] != HERE)
        };
        let reached = move |&&id: &&EndId| {
            let (owner, segment) = (self.draft.end(id).node, self.draft.segments.of_end(id));
            owner != node && self.paths.distance[owner] != FAR && !on_link(segment) && !at_router(segment)
        };
        let address = |id: EndId| self.addresses.in_subnet[self.family as usize][id].map(number);
        let hidden = self.destinations.hidden.iter().filter(reached);
        hidden.filter_map(move |&id| Some((address(id)?, self.paths.ways[self.draft.end(id).node])))
    }
}

/// The ends of a node, in the order of its links.
fn ends_of(plan: &Plan, node: usize, assigned: &AssignedNode) -> impl Iterator<Item = EndId> {
    assigned.interfaces.iter().map(move |interface| {
        let link = interface.link;
        2 * link + usize::from(plan.links[link].b.node == node)
    })
}
