//! Who can be asked in a lab that is up: its hosts and routers as a ping of all pairs wants them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Assigned, Kind, Live, Plan};
use crate::error::{Error, Result, explain};
use crate::probe::Family;
use crate::probe::pingall::{PingAllSpec, PingHost, Station};

/// What an answer's time to live begins with (Linux `net.ipv4.ip_default_ttl`): pairs further apart cannot answer.
const HOPS: u8 = 64;

/// Which nodes ask and are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The hosts; all routed nodes where there are none.
    Hosts,
    /// All routed nodes.
    All,
}

/// Asks between all of `who` that have an address of `family` (IPv4 where there is one, unless told), each at its first.
///
/// Errors: of several nobody has an address (`EADDRNOTAVAIL`). One alone has nobody to ask.
pub fn all_pairs(
    plan: &Plan,
    assigned: &Assigned,
    live: &Live,
    who: Who,
    family: Option<Family>,
) -> Result<PingAllSpec> {
    let family = family.unwrap_or_else(|| usual_family(assigned));
    let routed = |node: &usize| plan.nodes[*node].kind != Kind::Switch;
    let any_host = plan.nodes.iter().any(|node| node.kind == Kind::Host);
    let asked = |node: &usize| who == Who::All || !any_host || plan.nodes[*node].kind == Kind::Host;
    let segments = segments(plan);
    let (mut hosts, mut places, mut ways) = (Vec::new(), Vec::new(), Vec::new());
    let mut wanted = 0;
    for node in (0..plan.nodes.len()).filter(routed) {
        let mut stations = stations(node, assigned, live, family, &segments).into_iter();
        wanted += usize::from(asked(&node));
        if asked(&node)
            && let Some(station) = stations.next()
        {
            hosts.push(PingHost { name: plan.nodes[node].name.clone(), station });
            places.push(node);
        }
        ways.extend(stations);
    }
    if hosts.is_empty() && wanted > 1 {
        return Err(Error::new(&explain::LAB_NO_ADDRESSES));
    }
    let mut spec = PingAllSpec::new(hosts);
    spec.ways = ways;
    spec.hop_limit = HOPS;
    // Only where somebody may be so far away does it pay to find out.
    if plan.nodes.len() > usize::from(HOPS) {
        let far = distances(plan, &places);
        let count = places.len();
        spec.distance = Some(Box::new(move |from, to| u32::from(far[from * count + to])));
    }
    Ok(spec)
}

fn usual_family(assigned: &Assigned) -> Family {
    let mut addresses = assigned.nodes.iter().flat_map(|node| &node.interfaces).flat_map(|one| &one.addresses);
    if addresses.any(|address| address.addr().is_ipv4()) { Family::V4 } else { Family::V6 }
}

/// The addressed interfaces of a node.
fn stations(node: usize, assigned: &Assigned, live: &Live, family: Family, segments: &[usize]) -> Vec<Station> {
    let namespace = &live.nodes()[node].namespace;
    let found = assigned.nodes[node].interfaces.iter().filter_map(|interface| {
        let address = interface.addresses.iter().find(|net| net.addr().is_ipv4() == (family == Family::V4))?;
        Some(Station {
            namespace: namespace.clone(),
            address: *address,
            index: interface.index,
            mac: interface.mac,
            segment: segments[interface.link],
        })
    });
    found.collect()
}

/// For each link a number that it shares with all that switches join to it.
fn segments(plan: &Plan) -> Vec<usize> {
    let mut of_switch: Vec<usize> = (0..plan.nodes.len()).collect();
    fn root(of: &mut [usize], mut node: usize) -> usize {
        while of[node] != node {
            of[node] = of[of[node]];
            node = of[node];
        }
        node
    }
    let is_switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
    for link in &plan.links {
        if is_switch(link.a.node) && is_switch(link.b.node) {
            let (a, b) = (root(&mut of_switch, link.a.node), root(&mut of_switch, link.b.node));
            of_switch[a] = b;
        }
    }
    let alone = plan.nodes.len();
    let numbers =
        plan.links.iter().enumerate().map(|(place, link)| match (is_switch(link.a.node), is_switch(link.b.node)) {
            (true, _) => root(&mut of_switch, link.a.node),
            (_, true) => root(&mut of_switch, link.b.node),
            _ => alone + place,
        });
    numbers.collect()
}

/// How many hops apart each two of `places` are, row by row: routers on the way count, switches do not.
fn distances(plan: &Plan, places: &[usize]) -> Arc<[u16]> {
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); plan.nodes.len()];
    for link in &plan.links {
        neighbours[link.a.node].push(link.b.node);
        neighbours[link.b.node].push(link.a.node);
    }
    let mut far = Vec::with_capacity(places.len() * places.len());
    for &from in places {
        let mut hops = vec![u16::MAX; plan.nodes.len()];
        hops[from] = 0;
        let mut next = VecDeque::from([from]);
        while let Some(node) = next.pop_front() {
            // Hosts do not forward.
            if node != from && plan.nodes[node].kind == Kind::Host {
                continue;
            }
            for &neighbour in &neighbours[node] {
                if hops[neighbour] == u16::MAX {
                    let switch = plan.nodes[neighbour].kind == Kind::Switch;
                    hops[neighbour] = hops[node] + u16::from(!switch);
                    // A switch costs nothing: what is behind it comes before what is farther.
                    if switch { next.push_front(neighbour) } else { next.push_back(neighbour) }
                }
            }
        }
        far.extend(places.iter().map(|&to| hops[to]));
    }
    far.into()
}
