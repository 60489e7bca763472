//! Who can be asked in a lab that is up: its hosts and routers as a ping of all pairs wants them.

use std::cell::RefCell;

use super::hops::Hops;
use super::{Assigned, AssignedNode, Kind, Live, LiveNode, Plan};
use crate::error::{Error, Result, explain};
use crate::probe::Family;
use crate::probe::pingall::{Distance, PingAllSpec, PingHost, Station, Walled};

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
    let segments = super::assign::segments_of_links(plan);
    let (mut hosts, mut places, mut ways) = (Vec::new(), Vec::new(), Vec::new());
    let mut wanted = 0;
    for node in (0..plan.nodes.len()).filter(routed) {
        // One that was removed since is asked nothing.
        let Some(up) = live.node(&plan.nodes[node].name) else { continue };
        let mut stations = stations(&assigned.nodes[node], up, family, &segments).into_iter();
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
    // Where nodes have the usual one, nobody is too far away for it.
    if let Some(limit) = assigned.nodes.iter().find_map(|node| node.hop_limit) {
        spec.hop_limit = limit;
        spec.distance = Some(distance(Hops::new(plan), places.clone()));
    }
    let walls = super::assign::Walls::of(plan);
    spec.walled =
        walls.map(|walls| walled(walls, places, spec.hosts.iter().map(|host| host.station.segment).collect()));
    Ok(spec)
}

/// Whether two of `places`, which are asked in these segments, are kept apart.
fn walled(walls: super::assign::Walls, places: Vec<usize>, segments: Vec<usize>) -> Walled {
    Box::new(move |from, to| walls.are_between(places[from], places[to], segments[to]))
}

/// How far apart two of `places` are. What has no path is asked like anybody else.
fn distance(hops: Hops, places: Vec<usize>) -> Distance {
    // Pairs come in the order of who asks.
    let last: RefCell<(usize, Vec<Option<u32>>)> = RefCell::new((usize::MAX, Vec::new()));
    Box::new(move |from, to| {
        let mut last = last.borrow_mut();
        if last.0 != from {
            *last = (from, hops.from(places[from]));
        }
        last.1[places[to]].unwrap_or(0)
    })
}

fn usual_family(assigned: &Assigned) -> Family {
    let mut addresses = assigned.nodes.iter().flat_map(|node| &node.interfaces).flat_map(|one| &one.addresses);
    if addresses.any(|address| address.addr().is_ipv4()) { Family::V4 } else { Family::V6 }
}

/// The addressed interfaces of a node.
fn stations(assigned: &AssignedNode, live: &LiveNode, family: Family, segments: &[usize]) -> Vec<Station> {
    let found = assigned.interfaces.iter().enumerate().filter_map(|(place, interface)| {
        let address = interface.addresses.iter().find(|net| net.addr().is_ipv4() == (family == Family::V4))?;
        Some(Station {
            namespace: live.namespace.clone(),
            address: *address,
            index: live.index_of(place, &interface.name)?,
            mac: interface.mac,
            segment: segments[interface.link],
        })
    });
    found.collect()
}
