//! What routes of one family lead to: subnets at the routers on them, loopback addresses at their nodes. Pure.

use std::collections::BTreeMap;
use std::ops::Range;

use ipnet::IpNet;

use super::super::super::plan::{Ip, Kind};
use super::super::addresses::Addresses;
use super::super::draft::{Draft, EndId, ends};
use super::super::family::{Family, is_alone, is_link_local, number};
use super::super::realms::View;
use super::super::subnets::Subnets;

/// All destinations, and where each of them is.
pub(super) struct Destinations {
    /// Networks as number and length, in the order of their numbers; none overlaps another.
    pub(super) nets: Vec<(u128, u8)>,
    /// For each network where its owners begin; one more at the end.
    offsets: Vec<u32>,
    owners: Vec<u32>,
    /// How many of the networks each node owns.
    owned: Vec<usize>,
    /// The networks in each broadcast domain: its subnet where a router leads to it, else what is found at its hosts.
    pub(super) of_segment: Vec<Vec<u32>>,
    /// For each broadcast domain the ends of routers that have an address in its subnet.
    pub(super) routers: Vec<Vec<EndId>>,
    /// Ends of hosts between parts of the lab that no router joins, in a subnet that a router leads to: from the other
    /// parts their addresses can be reached at the host alone.
    pub(super) hidden: Vec<EndId>,
    /// The hosts that own a network or have a hidden end.
    pub(super) wanted: Vec<bool>,
    /// Whether there is any such host.
    pub(super) at_hosts: bool,
}

/// A network before it is sorted in.
struct Found {
    net: IpNet,
    owners: Vec<u32>,
    segment: Option<usize>,
    /// How near it is: what is nearer hides what has the same addresses.
    rank: usize,
}

impl Destinations {
    pub(super) fn new(draft: &Draft, subnets: &[Subnets], addresses: &Addresses, family: Family, view: &View) -> Self {
        let nodes = draft.plan.nodes.len();
        let routers = routers(draft, addresses, family, view);
        let between = between(draft, addresses, family, &routers, view);
        let (bare, hidden): (Vec<_>, _) =
            between.into_iter().partition(|&id| routers[draft.segments.of_end(id)].is_empty());
        let mut found = of_segments(draft, subnets, family, &routers, view);
        found.extend(of_nodes(draft, subnets, family, view));
        found.extend(bare.into_iter().filter_map(|id| {
            let net = addresses.in_subnet[family as usize][id].map(IpNet::from)?;
            let (owners, segment) = (vec![draft.end(id).node as u32], draft.segments.of_end(id));
            let rank = draft.realms.rank_of_segment(view, segment)?;
            Some(Found { net, owners, segment: Some(segment), rank })
        }));
        let mut found = nearest(found);
        found.sort_by_key(|found| (number(found.net.network()), found.net.prefix_len()));
        let mut all = Self {
            nets: Vec::with_capacity(found.len()),
            offsets: vec![0],
            owners: Vec::new(),
            owned: vec![0; nodes],
            of_segment: vec![Vec::new(); subnets.len()],
            routers,
            hidden,
            wanted: vec![false; nodes],
            at_hosts: false,
        };
        let mut last = None;
        for Found { net, owners, segment, .. } in found {
            // What one node gave itself twice, or within what it gave itself: others were refused.
            if last >= Some(number(net.network())) {
                continue;
            }
            last = Some(number(net.broadcast()));
            if let Some(segment) = segment {
                all.of_segment[segment].push(all.nets.len() as u32);
            }
            all.nets.push((number(net.network()), net.prefix_len()));
            owners.iter().for_each(|&owner| all.owned[owner as usize] += 1);
            all.owners.extend(owners);
            all.offsets.push(all.owners.len() as u32);
        }
        let hosts = |node: &usize| draft.plan.nodes[*node].kind != Kind::Router;
        let hidden = all.hidden.iter().map(|&id| draft.end(id).node);
        for node in all.owners.iter().map(|&owner| owner as usize).chain(hidden).filter(hosts) {
            (all.wanted[node], all.at_hosts) = (true, true);
        }
        all
    }

    /// The nodes where a network is.
    pub(super) fn owners(&self, network: usize) -> impl Iterator<Item = usize> {
        let Range { start, end } = self.offsets[network]..self.offsets[network + 1];
        self.owners[start as usize..end as usize].iter().map(|&owner| owner as usize)
    }

    /// Whether a node owns all there is.
    pub(super) fn all_at(&self, node: usize) -> bool {
        self.owned[node] == self.nets.len()
    }
}

/// Leaves out what has addresses that something nearer has.
fn nearest(mut found: Vec<Found>) -> Vec<Found> {
    if found.iter().all(|found| found.rank == 0) {
        return found;
    }
    found.sort_by_key(|found| found.rank);
    let (mut kept, mut ranges): (Vec<Found>, BTreeMap<u128, u128>) = (Vec::new(), BTreeMap::new());
    // Those of one rank are taken in together.
    while let Some(rank) = found.first().map(|found| found.rank) {
        let of_rank = found.partition_point(|found| found.rank == rank);
        let range = |found: &Found| (number(found.net.network()), number(found.net.broadcast()));
        let is_free = |found: &Found| {
            let (first, last) = range(found);
            ranges.range(..=last).next_back().is_none_or(|(_, &end)| end < first)
        };
        let fresh: Vec<Found> = found.drain(..of_rank).filter(is_free).collect();
        for (first, last) in fresh.iter().map(range) {
            let end = ranges.entry(first).or_insert(last);
            *end = (*end).max(last);
        }
        kept.extend(fresh);
    }
    kept
}

/// The routers' ends of each broadcast domain that is seen, with an address in its subnet. One at a border leads there
/// from behind it only.
fn routers(draft: &Draft, addresses: &Addresses, family: Family, view: &View) -> Vec<Vec<EndId>> {
    let leads = |id: EndId| !draft.is_border(id) || draft.realms.rank_of_node(view, draft.end(id).node).is_some();
    let is_seen = |id: EndId| draft.realms.rank_of_segment(view, draft.segments.of_end(id)).is_some();
    let has_address = |id: EndId| addresses.in_subnet[family as usize][id].is_some();
    let routes = |&id: &EndId| draft.node(id).kind == Kind::Router && has_address(id) && leads(id) && is_seen(id);
    let segments = draft.segments.list.iter();
    segments.map(|segment| segment.ends.iter().copied().filter(routes).collect()).collect()
}

/// The subnets that routers lead to.
fn of_segments(draft: &Draft, subnets: &[Subnets], family: Family, routers: &[Vec<EndId>], view: &View) -> Vec<Found> {
    let mut found = Vec::new();
    for (segment, (subnets, routers)) in subnets.iter().zip(routers).enumerate() {
        let mut owners: Vec<u32> = routers.iter().map(|&id| draft.end(id).node as u32).collect();
        owners.sort_unstable();
        owners.dedup();
        if let (Some(subnet), false, Some(rank)) =
            (subnets[family as usize], owners.is_empty(), draft.realms.rank_of_segment(view, segment))
        {
            found.push(Found { net: subnet.net, owners, segment: Some(segment), rank });
        }
    }
    found
}

/// What nodes have on their loopbacks, and addresses alone at their ends that are not of the link's subnet.
fn of_nodes(draft: &Draft, subnets: &[Subnets], family: Family, view: &View) -> Vec<Found> {
    let routed = |net: &IpNet| Family::of(*net) == family && !is_link_local(net.addr());
    let mut found = Vec::new();
    let mut add = |net: &IpNet, node: usize, rank: Option<usize>| {
        let seen = rank.map(|rank| Found { net: net.trunc(), owners: vec![node as u32], segment: None, rank });
        found.extend(seen);
    };
    for (number, node) in draft.plan.nodes.iter().enumerate() {
        node.addresses
            .iter()
            .filter(|net| routed(net))
            .for_each(|net| add(net, number, draft.realms.rank_of_node(view, number)));
        // What a router has outside of the lab is reached by it, and of a host its own address.
        let whole = node.kind == Kind::Router;
        for net in node.hosts.iter().flat_map(|host| &host.addresses).filter(|net| routed(net)) {
            let net = if whole { *net } else { IpNet::from(net.addr()) };
            add(&net, number, draft.realms.rank_of_node(view, number));
        }
    }
    for id in ends(draft.plan) {
        let Ip::Given(nets) = &draft.end(id).ip else { continue };
        let subnet = subnets[draft.segments.of_end(id)][family as usize];
        let apart = |net: &&IpNet| is_alone(**net) && !subnet.is_some_and(|subnet| subnet.net.contains(&net.addr()));
        let rank = draft.realms.rank_of_segment(view, draft.segments.of_end(id));
        nets.iter().filter(|net| routed(net)).filter(apart).for_each(|net| add(net, draft.end(id).node, rank));
    }
    found
}

/// The ends of hosts that are in several parts of the lab, where a part is what routers join.
fn between(draft: &Draft, addresses: &Addresses, family: Family, routers: &[Vec<EndId>], view: &View) -> Vec<EndId> {
    let is_seen = |id: EndId| draft.realms.rank_of_segment(view, draft.segments.of_end(id)).is_some();
    let nodes = draft.plan.nodes.len();
    // For each node, and behind them for each broadcast domain without a router, what it is joined with.
    let mut joined: Vec<usize> = (0..nodes + routers.len()).collect();
    fn root(joined: &mut [usize], mut part: usize) -> usize {
        while joined[part] != part {
            joined[part] = joined[joined[part]];
            part = joined[part];
        }
        part
    }
    for routers in routers {
        for pair in routers.windows(2) {
            let (one, other) = (draft.end(pair[0]).node, draft.end(pair[1]).node);
            let (one, other) = (root(&mut joined, one), root(&mut joined, other));
            joined[one.max(other)] = one.min(other);
        }
    }
    let mut part = |id: EndId| {
        let segment = draft.segments.of_end(id);
        root(&mut joined, routers[segment].first().map_or(nodes + segment, |&id| draft.end(id).node))
    };
    let hosts = ends(draft.plan).filter(|&id| !matches!(draft.node(id).kind, Kind::Router | Kind::Switch));
    let hosts: Vec<EndId> =
        hosts.filter(|&id| is_seen(id) && addresses.in_subnet[family as usize][id].is_some()).collect();
    // Each host's part, until it is found to be in two.
    let mut first = vec![None; nodes];
    let mut several = vec![false; nodes];
    for &id in &hosts {
        let (node, part) = (draft.end(id).node, part(id));
        several[node] |= *first[node].get_or_insert(part) != part;
    }
    hosts.into_iter().filter(|&id| several[draft.end(id).node]).collect()
}
