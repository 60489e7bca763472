//! Routes: for each node the fewest that send whatever is assigned along a shortest path.
//!
//! Pure. A path costs what its links cost, each counted once, those between switches too; it runs through routers and
//! switches only. A subnet is reached at the nearest router on it; a host's address in a subnet that no router leads to
//! is reached at the host. Addresses that the lab does not assign may be sent anywhere: a node with one way out has a
//! default route only, and the others one for the way that most destinations take.

mod aggregate;
mod destinations;
mod extra;
mod graph;
mod paths;

use ipnet::IpNet;

use super::super::plan::{Kind, Plan, Routing};
use super::addresses::Addresses;
use super::draft::{Draft, EndId};
use super::family::{Family, number};
use super::subnets::Subnets;
use super::{Assigned, AssignedNode, Route, Way};
use crate::error::{Error, Result, explain};
use crate::wait::interrupt;
use aggregate::{MOST_RANKS, Tree};
use destinations::Destinations;
use graph::Graph;
use paths::{FAR, HERE, Out, Paths};

/// More routes than this are refused: the kernel would take them, but hardly anybody wants them.
const MOST_ROUTES: usize = 1_000_000;

/// Gives all nodes their routes.
pub(super) fn assign(draft: &Draft, subnets: &[Subnets], addresses: &Addresses, assigned: &mut Assigned) -> Result<()> {
    let plan = draft.plan;
    let mut count = 0;
    for family in Family::BOTH {
        if plan.options.routing == Routing::None || addresses.in_subnet[family as usize].iter().all(Option::is_none) {
            continue;
        }
        let mut table = Table::new(draft, subnets, addresses, family);
        for node in 0..plan.nodes.len() {
            interrupt::check()?;
            let routes = table.routes(node, assigned);
            count += routes.len();
            assigned.nodes[node].routes.extend(routes);
            if count > MOST_ROUTES {
                return Err(Error::new(&explain::LAB_ROUTES_MANY).with("most", "1,000,000"));
            }
        }
    }
    for (node, assigned) in plan.nodes.iter().zip(&mut assigned.nodes) {
        extra::add(node, assigned)?;
    }
    Ok(())
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
    /// For each destination the label of the way to it; [`HERE`] where any will do.
    labels: Vec<u32>,
    /// For each label how many take it, and then its rank among those that are taken: the most common is 0.
    ranks: Vec<u32>,
}

impl<'a> Table<'a> {
    fn new(draft: &'a Draft<'a>, subnets: &[Subnets], addresses: &'a Addresses, family: Family) -> Self {
        let destinations = Destinations::new(draft, subnets, addresses, family);
        let graph = Graph::new(draft, addresses, family, &destinations.wanted);
        let (paths, tree) =
            (Paths::new(draft.plan.nodes.len(), draft.plan.options.ecmp), Tree::new(&destinations.nets, family.bits()));
        let labels = vec![HERE; destinations.nets.len()];
        Self { draft, addresses, family, destinations, graph, paths, tree, labels, ranks: Vec::new() }
    }

    /// The routes of a node.
    fn routes(&mut self, node: usize, assigned: &Assigned) -> Vec<Route> {
        let plan = self.draft.plan;
        let is_default = |dst: &IpNet| dst.prefix_len() == 0 && Family::of(*dst) == self.family;
        // The script's own default route wins.
        let default = !plan.nodes[node].routes.iter().any(|route| is_default(&route.dst));
        let ends = ends_of(plan, node, &assigned.nodes[node]);
        let ends: Vec<EndId> =
            ends.filter(|&id| self.addresses.in_subnet[self.family as usize][id].is_some()).collect();
        if self.graph.is_switch(node) || ends.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        match (plan.options.routing, self.only_gateway(node, &ends)) {
            (Routing::Default, _) => {}
            // Two routers that only have each other would send what nobody has to and fro.
            (_, Some(_)) if default && self.graph.forwards(node) && self.destinations.all_at(node) => {}
            (_, Some(out)) if default => found.push((0, 0, vec![out])),
            _ => found = self.shortest(node, &ends, default),
        }
        if found.is_empty() && default && plan.nodes[node].kind != Kind::Router {
            found.extend(self.first_gateway(&ends).map(|out| (0, 0, vec![out])));
        }
        let way = |&(from, to): &Out| Way {
            via: self.addresses.in_subnet[self.family as usize][to as usize],
            interface: assigned.links[from as usize / 2][from as usize % 2],
        };
        let route = |(start, length, outs): (u128, u8, Vec<Out>)| Route {
            dst: self.family.net(start, length),
            ways: outs.iter().map(way).collect(),
        };
        found.into_iter().map(route).collect()
    }

    /// The way out of a node that has no other, where that can be said without looking for paths.
    fn only_gateway(&self, node: usize, ends: &[EndId]) -> Option<Out> {
        if self.destinations.at_hosts {
            return None;
        }
        let others =
            |&id: &EndId| self.destinations.routers[self.draft.segments.of_end(id)].iter().map(move |&to| (id, to));
        let mut outs = ends.iter().flat_map(others).filter(|&(_, to)| self.draft.end(to).node != node);
        let (from, to) = outs.next()?;
        outs.next().is_none().then_some((from as u32, to as u32))
    }

    /// The first declared router on the first of a node's links that has one.
    fn first_gateway(&self, ends: &[EndId]) -> Option<Out> {
        ends.iter().find_map(|&id| {
            let routers = &self.destinations.routers[self.draft.segments.of_end(id)];
            let first = routers.iter().min_by_key(|&&to| self.draft.end(to).node)?;
            Some((id as u32, *first as u32))
        })
    }

    /// The routes along shortest paths: start, length, ways.
    fn shortest(&mut self, node: usize, ends: &[EndId], default: bool) -> Vec<(u128, u8, Vec<Out>)> {
        self.paths.find(&self.graph, node);
        self.label(ends);
        let hidden: Vec<(u128, u32)> = self.hidden(node, ends).collect();
        let taken = self.rank(hidden.iter().map(|&(_, label)| label));
        let mut found = Vec::new();
        let outs = |label: u32| self.paths.labels.outs(label).to_vec();
        if let ([label], true) = (&taken[..], default) {
            return vec![(0, 0, outs(*label))];
        }
        let rank = |label: u32| if label == HERE { None } else { Some(self.ranks[label as usize]) };
        let (labels, nets) = (&self.labels, &self.destinations.nets);
        let common = |leaf: u32| rank(labels[leaf as usize]).filter(|&rank| rank < u32::from(MOST_RANKS));
        self.tree.routes(
            default,
            |leaf| common(leaf).map(|rank| rank as u8),
            |start, length, rank| {
                found.push((start, length, outs(taken[usize::from(rank)])));
            },
        );
        for (&(start, length), &label) in nets.iter().zip(labels) {
            if rank(label).is_some_and(|rank| rank >= u32::from(MOST_RANKS)) {
                found.push((start, length, outs(label)));
            }
        }
        found.extend(hidden.into_iter().map(|(address, label)| (address, self.family.bits(), outs(label))));
        found
    }

    /// Finds the label of each destination: that of its nearest owner.
    fn label(&mut self, ends: &[EndId]) {
        for destination in 0..self.labels.len() {
            let (mut nearest, mut label) = (FAR, HERE);
            for owner in self.destinations.owners(destination) {
                let (distance, other) = (self.paths.distance[owner], self.paths.label[owner]);
                if distance < nearest {
                    (nearest, label) = (distance, other);
                } else if distance == nearest && distance != FAR && label != HERE {
                    label = self.paths.join(label, other);
                }
            }
            self.labels[destination] = label;
        }
        for &id in ends {
            for &destination in &self.destinations.of_segment[self.draft.segments.of_end(id)] {
                self.labels[destination as usize] = HERE;
            }
        }
    }

    /// The addresses that are reached at their hosts, and the ways there.
    fn hidden(&self, node: usize, ends: &[EndId]) -> impl Iterator<Item = (u128, u32)> {
        let on_link = |segment| ends.iter().any(|&id| self.draft.segments.of_end(id) == segment);
        let at_router = |segment: usize| {
            let subnet = self.destinations.of_segment[segment].first();
            subnet.is_some_and(|&place| self.labels[place as usize] != HERE)
        };
        let reached = move |&&id: &&EndId| {
            let (owner, segment) = (self.draft.end(id).node, self.draft.segments.of_end(id));
            owner != node && self.paths.distance[owner] != FAR && !on_link(segment) && !at_router(segment)
        };
        let address = |id: EndId| self.addresses.in_subnet[self.family as usize][id].map(number);
        let hidden = self.destinations.hidden.iter().filter(reached);
        hidden.filter_map(move |&id| Some((address(id)?, self.paths.label[self.draft.end(id).node])))
    }

    /// Ranks the labels by how many destinations they have; gives those that are taken, the most common first.
    fn rank(&mut self, more: impl Iterator<Item = u32>) -> Vec<u32> {
        let labels = &self.paths.labels;
        self.ranks.clear();
        self.ranks.resize(labels.len(), 0);
        for label in self.labels.iter().copied().chain(more).filter(|&label| label != HERE) {
            self.ranks[label as usize] += 1;
        }
        let mut taken: Vec<u32> = (0..labels.len() as u32).filter(|&label| self.ranks[label as usize] > 0).collect();
        taken.sort_by_key(|&label| (u32::MAX - self.ranks[label as usize], labels.outs(label)));
        for (rank, &label) in taken.iter().enumerate() {
            self.ranks[label as usize] = rank as u32;
        }
        taken
    }
}

/// The ends of a node, in the order of its links.
fn ends_of(plan: &Plan, node: usize, assigned: &AssignedNode) -> impl Iterator<Item = EndId> {
    assigned.interfaces.iter().map(move |interface| {
        let link = interface.link;
        2 * link + usize::from(plan.links[link].b.node == node)
    })
}
