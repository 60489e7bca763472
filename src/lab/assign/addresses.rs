//! Addresses of interfaces: given ones are checked, the others are the lowest that are free in their subnets. Pure.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::super::plan::Ip;
use super::draft::{Draft, EndId, clash, ends, is_later, refusal};
use super::family::{Family, is_alone, is_link_local, number};
use super::segments::Segment;
use super::subnets::{Subnet, Subnets, is_open};
use crate::error::{Place, Result, explain};

/// The addresses of all ends.
pub(super) struct Addresses {
    /// All of each end's: the given ones, then the assigned ones.
    pub(super) of_end: Vec<Vec<IpNet>>,
    /// For each family the address that an end has in its subnet: what its neighbours reach it by.
    pub(super) in_subnet: [Vec<Option<IpAddr>>; 2],
}

/// Refuses given addresses that no interface can have, and those that are given twice.
pub(super) fn check_given(draft: &Draft) -> Result<()> {
    let mut known: HashMap<(usize, IpAddr), (String, &Option<Place>)> = HashMap::new();
    let of_ends = ends(draft.plan).flat_map(|id| {
        let nets = if let Ip::Given(nets) = &draft.end(id).ip { &nets[..] } else { &[] };
        let of = move |net: &IpNet| (net.addr(), draft.label(id), &draft.link(id).place, draft.realm_of_end(id));
        nets.iter().map(of)
    });
    let of_nodes = draft.plan.nodes.iter().enumerate().flat_map(|(number, node)| {
        let realm = draft.realms.of_node(number);
        let loopback =
            node.addresses.iter().map(move |net| (net.addr(), format!("{}/lo", node.name), &node.place, realm));
        let hosts = node.hosts.iter().flat_map(|host| host.addresses.iter().map(move |net| (host, net)));
        let label = move |name: &str| format!("{}/{name}", node.name);
        loopback.chain(hosts.map(move |(host, net)| (net.addr(), label(host.name()), &host.place, realm)))
    });
    for (address, label, here, realm) in of_ends.chain(of_nodes) {
        if let Some(what) = unfit(address) {
            let error = refusal(&explain::LAB_ADDRESS_UNFIT, here).with("address", address);
            return Err(error.object(&label).with("interface", label).with("what", what));
        }
        if is_link_local(address) {
            continue;
        }
        if let Some((one, there)) = known.insert((realm, address), (label.clone(), here)) {
            // Nodes come last here, but not in the script.
            let ((one, there), (other, here)) =
                if is_later(there, here) { ((label, here), (one, there)) } else { ((one, there), (label, here)) };
            let error = clash(&explain::LAB_ADDRESS_TWICE, there, here).with("address", address);
            return Err(error.object(&other).with("one", one).with("other", other));
        }
    }
    Ok(())
}

/// Why no interface can have this address.
fn unfit(address: IpAddr) -> Option<&'static str> {
    match address {
        _ if address.is_multicast() => Some("a multicast address"),
        _ if address.is_unspecified() => Some("the unspecified address"),
        IpAddr::V4(address) if address.is_broadcast() => Some("the broadcast address"),
        _ => None,
    }
}

/// The addresses of each end.
pub(super) fn assign(draft: &Draft, subnets: &[Subnets]) -> Result<Addresses> {
    let count = ends(draft.plan).len();
    let given = |id: EndId| match &draft.end(id).ip {
        Ip::Given(nets) => nets.clone(),
        _ => Vec::new(),
    };
    let of_end = ends(draft.plan).map(given).collect();
    let mut addresses = Addresses { of_end, in_subnet: [vec![None; count], vec![None; count]] };
    for (segment, subnets) in draft.segments.list.iter().zip(subnets) {
        for subnet in subnets.iter().flatten() {
            fill(draft, segment, subnet, &mut addresses)?;
        }
    }
    Ok(addresses)
}

/// Gives the ends of a broadcast domain their addresses of one family.
fn fill(draft: &Draft, segment: &Segment, subnet: &Subnet, addresses: &mut Addresses) -> Result<()> {
    let family = Family::of(subnet.net);
    let mut taken = HashSet::new();
    for &id in &segment.ends {
        for net in addresses.of_end[id].iter().filter(|net| Family::of(**net) == family && !is_link_local(net.addr())) {
            taken.insert(number(net.addr()));
            if !is_alone(*net) || is_alone(subnet.net) {
                check_inside(draft, id, *net, subnet)?;
                addresses.in_subnet[family as usize][id].get_or_insert(net.addr());
            }
        }
    }
    let (mut next, last) = usable(subnet.net);
    for &id in segment.ends.iter().filter(|&&id| is_open(draft, family, id)) {
        while taken.contains(&next) {
            next += 1;
        }
        if next > last {
            let error = clash(&explain::LAB_SUBNET_FULL, subnet.place, &draft.link(id).place);
            return Err(error.with("subnet", subnet.net).with("interface", draft.label(id)));
        }
        let address = family.address(next);
        addresses.of_end[id].push(IpNet::new_assert(address, subnet.net.prefix_len()));
        addresses.in_subnet[family as usize][id] = Some(address);
        next += 1;
    }
    Ok(())
}

/// Refuses a given address that does not go with the subnet of its link.
fn check_inside(draft: &Draft, id: EndId, net: IpNet, subnet: &Subnet) -> Result<()> {
    let here = &draft.link(id).place;
    let row = if !subnet.net.contains(&net.addr()) {
        &explain::LAB_ADDRESS_OUTSIDE
    } else if net.prefix_len() != subnet.net.prefix_len() {
        &explain::LAB_ADDRESS_LENGTH
    } else {
        let kept = net.addr().is_ipv4() && net.prefix_len() < 31;
        let what = match net.addr() {
            address if kept && address == net.network() => "the number of its network",
            address if kept && address == net.broadcast() => "the broadcast address of its network",
            _ => return Ok(()),
        };
        let error = refusal(&explain::LAB_ADDRESS_UNFIT, here).with("address", net.addr());
        return Err(error.with("interface", draft.label(id)).with("what", what));
    };
    let error = clash(row, subnet.place, here).with("address", net).with("subnet", subnet.net);
    let right = IpNet::new_assert(net.addr(), subnet.net.prefix_len());
    Err(error.with("interface", draft.label(id)).with("right", right))
}

/// The first and last addresses of a subnet that interfaces can have: not the network's number (in IPv6 that of any
/// router, RFC 4291) and not the broadcast address, but both of a subnet of two (RFC 3021, RFC 6164).
fn usable(net: IpNet) -> (u128, u128) {
    let (first, last) = (number(net.network()), number(net.broadcast()));
    match net {
        _ if last - first < 2 => (first, last),
        IpNet::V4(_) => (first + 1, last - 1),
        IpNet::V6(_) => (first + 1, last),
    }
}
