//! A plan that was changed while its lab is up: what is there keeps its names and addresses. Pure.
//!
//! Names, MACs, subnets and addresses follow from places in the plan, so that what is taken out of its middle would move
//! all behind it. Here they become those that were given, and what is new takes what is free.

use std::collections::HashSet;

use ipnet::IpNet;

use super::Assigned;
use super::draft::{EndId, end, ends};
use super::family::{Family, is_alone, is_link_local, number};
use super::segments::{Segment, Segments};
use super::subnets::has_ipv6;
use crate::lab::plan::{End, Ip, Plan};

/// The plan with what its links had `before`; `links` says for each which link that was, none for a new one.
///
/// A LAN that outgrows its subnet, or is joined with another one, gets a new one.
#[must_use]
pub fn pinned(plan: &Plan, before: &Plan, assigned: &Assigned, links: &[Option<usize>]) -> Plan {
    let mut pinned = plan.clone();
    let ipv6 = has_ipv6(plan);
    let was = |id: EndId| {
        let old = 2 * links.get(id / 2).copied().flatten()? + id % 2;
        let interface = assigned.links[old / 2][old % 2];
        Some((end(before, old), &assigned.nodes[end(before, old).node].interfaces[interface]))
    };
    for id in ends(plan) {
        let Some((_, interface)) = was(id) else { continue };
        let end = end_mut(&mut pinned, id);
        end.name = Some(interface.name.clone());
        end.mac = Some(interface.mac);
    }
    for segment in &Segments::of(plan).list {
        let held = |&id: &EndId| {
            let (old, interface) = was(id)?;
            // What the script said otherwise since then holds.
            let same = old.ip == end(plan, id).ip && old.ip != Ip::None;
            let nets = interface.addresses.iter().filter(|net| ipv6 || net.addr().is_ipv4());
            same.then(|| (id, nets.copied().collect::<Vec<_>>()))
        };
        let held: Vec<(EndId, Vec<IpNet>)> = segment.ends.iter().filter_map(held).collect();
        if fits(plan, segment, &held) {
            for (id, nets) in held.into_iter().filter(|(_, nets)| !nets.is_empty()) {
                end_mut(&mut pinned, id).ip = Ip::Given(nets);
            }
        }
    }
    pinned
}

fn end_mut(plan: &mut Plan, id: EndId) -> &mut End {
    let link = &mut plan.links[id / 2];
    if id.is_multiple_of(2) { &mut link.a } else { &mut link.b }
}

/// Whether the ends of a broadcast domain can keep what they had: it is of one subnet, that which the script names if it
/// names one, and there is room for all others.
fn fits(plan: &Plan, segment: &Segment, held: &[(EndId, Vec<IpNet>)]) -> bool {
    let named = segment.of_switches.iter().flat_map(|&node| &plan.nodes[node].subnets);
    let named = named.chain(segment.links.iter().flat_map(|&link| &plan.links[link].subnets));
    Family::BOTH.into_iter().all(|family| {
        let of_subnet = |net: &&IpNet| Family::of(**net) == family && !is_link_local(net.addr()) && !is_alone(**net);
        let had = held.iter().flat_map(|(_, nets)| nets).filter(of_subnet);
        let subnets: HashSet<IpNet> =
            had.map(IpNet::trunc).chain(named.clone().filter(|net| Family::of(**net) == family).copied()).collect();
        let Some(subnet) = subnets.iter().next() else { return true };
        let room = number(subnet.broadcast()) - number(subnet.network());
        subnets.len() == 1 && (room < 2 || (segment.ends.len() as u128) < room)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::assign::assign;
    use crate::lab::plan::{Kind, Link, Node, Options};

    fn plan(kinds: &str, links: &[(usize, usize)]) -> Plan {
        let kind = |c| match c {
            's' => Kind::Switch,
            'r' => Kind::Router,
            _ => Kind::Host,
        };
        let nodes = kinds.chars().enumerate().map(|(place, c)| Node::new(format!("{c}{place}"), kind(c))).collect();
        let links = links.iter().map(|&(a, b)| Link::new(a, b)).collect();
        Plan { name: None, options: Options::default(), nodes, links }
    }

    /// All interfaces as text, in the order of the links.
    fn text(plan: &Plan, assigned: &Assigned) -> Vec<String> {
        let side = |id: EndId| {
            let node = end(plan, id).node;
            let interface = &assigned.nodes[node].interfaces[assigned.links[id / 2][id % 2]];
            let addresses: Vec<String> = interface.addresses.iter().map(ToString::to_string).collect();
            let mac = interface.mac[4];
            format!("{}/{} {mac} {}", plan.nodes[node].name, interface.name, addresses.join(" "))
        };
        ends(plan).map(side).collect()
    }

    #[test]
    fn what_stays_keeps_all_when_a_link_goes() {
        let before = plan("rrrr", &[(0, 1), (0, 2), (0, 3), (1, 2)]);
        let assigned = assign(&before).expect("assigned");
        let mut now = before.clone();
        now.links.remove(1);
        now.links.push(Link::new(2, 3));
        let kept = pinned(&now, &before, &assigned, &[Some(0), Some(2), Some(3), None]);
        let after = assign(&kept).expect("assigned");
        let (old, new) = (text(&before, &assigned), text(&now, &after));
        let without: Vec<String> = [&old[..2], &old[4..]].concat();
        assert_eq!(new[..6], without[..]);
        // The subnet that became free, and a MAC address that nobody has.
        assert_eq!(new[6..], ["r2/eth2 3 10.0.0.2/31", "r3/eth1 3 10.0.0.3/31"]);
    }

    #[test]
    fn a_lan_keeps_its_addresses_until_it_outgrows_its_subnet() {
        let before = plan("shh", &[(0, 1), (0, 2)]);
        let assigned = assign(&before).expect("assigned");
        let grown = |hosts: usize| {
            let links: Vec<(usize, usize)> = (1..=hosts).map(|host| (0, host)).collect();
            let mut now = plan(&format!("s{}", "h".repeat(hosts)), &links);
            // The first one left.
            now.links.remove(0);
            let was: Vec<Option<usize>> = (2..=hosts).map(|host| (host == 2).then_some(1)).collect();
            text(&now, &assign(&pinned(&now, &before, &assigned, &was)).expect("assigned"))
        };
        assert_eq!(grown(3)[1], "h2/eth0 1 10.0.0.2/30");
        assert_eq!(grown(3)[3], "h3/eth0 1 10.0.0.1/30");
        assert!(grown(4)[1].ends_with("10.0.0.1/29"), "{:?}", grown(4));
    }
}
