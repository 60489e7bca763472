//! Subnets: one a family for each broadcast domain, as given, as its given addresses imply, or from the pool. Pure.
//!
//! A link without a switch gets a /31 (IPv6: a /127). A LAN gets an IPv4 subnet that just fits with its network and
//! broadcast addresses, and an IPv6 /64 where the pool has some to spare. Pools are used in the order of declaration,
//! first fit, and what a script gave anywhere is skipped.

use std::net::Ipv6Addr;

use ipnet::{IpNet, Ipv6Net};

use super::super::plan::{Ip, Plan};
use super::draft::{Draft, EndId, clash, end, ends, is_later};
use super::family::{Family, is_alone, is_link_local, number};
use super::pool::Pool;
use super::segments::Segment;
use crate::error::{Place, Result, explain};

/// Where IPv6 subnets come from in a lab that has IPv6 but names no range: local addresses (RFC 4193), with "nsl" as
/// the random part, so that they are the same everywhere.
const POOL6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0x6e73, 0x6c00, 0, 0, 0, 0, 0), 48);

/// A pool this long or longer has too few /64s to give one to each LAN.
const FEW_64S: u8 = 56;

/// The subnet of a broadcast domain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subnet<'a> {
    pub(super) net: IpNet,
    /// The line that gave it, or the first one that needed it.
    pub(super) place: &'a Option<Place>,
}

/// A broadcast domain's subnets, IPv4 and IPv6.
pub(super) type Subnets<'a> = [Option<Subnet<'a>>; 2];

/// The subnets of each broadcast domain.
pub(super) fn assign<'a>(draft: &Draft<'a>) -> Result<Vec<Subnets<'a>>> {
    let segments = &draft.segments.list;
    let mut subnets = segments.iter().map(|segment| given(draft, segment)).collect::<Result<Vec<_>>>()?;
    let taken = claims(draft, &subnets);
    for realm in 0..draft.realms.count() {
        disjoint(&taken.iter().filter(|claim| claim.realm == realm).collect::<Vec<_>>())?;
    }
    for family in Family::BOTH {
        let Some(net) = pool(draft, family) else { continue };
        let mut pool = Pool::new(net, taken.iter().map(|claim| claim.net));
        for (segment, subnets) in segments.iter().zip(&mut subnets) {
            if subnets[family as usize].is_some() || !wants(draft, family, segment) {
                continue;
            }
            let Some(length) = length(draft, family, segment, net.prefix_len()) else { continue };
            let place = &draft.plan.links[segment.links[0]].place;
            let Some(net) = pool.subnet(length) else {
                let error = clash(&explain::LAB_POOL_EMPTY, &draft.plan.options.place, place);
                let error = error.with("pool", net).with("length", length);
                return Err(error.with("option", if family == Family::V4 { "subnets" } else { "subnets6" }));
            };
            subnets[family as usize] = Some(Subnet { net, place });
        }
    }
    Ok(subnets)
}

/// Whether the whole lab has IPv6: it is asked for, or an address or subnet of it is given anywhere.
pub(super) fn has_ipv6(plan: &Plan) -> bool {
    let given = |net: &IpNet| Family::of(*net) == Family::V6 && !is_link_local(net.addr());
    plan.options.ipv6
        || plan.options.subnets6.is_some()
        || plan.nodes.iter().flat_map(|node| &node.hosts).any(|host| host.addresses.iter().any(given))
        || plan.nodes.iter().any(|node| node.subnets.iter().chain(&node.addresses).any(given))
        || plan.links.iter().any(|link| link.subnets.iter().any(given))
        || ends(plan).any(|id| matches!(&end(plan, id).ip, Ip::Given(nets) if nets.iter().any(given)))
}

/// Whether an end gets an address from its subnet: the script neither gave one of this family nor wants none.
pub(super) fn is_open(draft: &Draft, family: Family, id: EndId) -> bool {
    let refused = family == Family::V6 && draft.node(id).ipv6 == Some(false);
    match &draft.end(id).ip {
        Ip::Assigned => !refused,
        Ip::None | Ip::Auto => false,
        Ip::Given(nets) => !refused && !nets.iter().any(|net| Family::of(*net) == family && !is_link_local(net.addr())),
    }
}

/// What the lines of a broadcast domain say about its subnets: those of its switches and links, else those of the
/// addresses at its ends.
fn given<'a>(draft: &Draft<'a>, segment: &Segment) -> Result<Subnets<'a>> {
    let plan = draft.plan;
    let mut subnets: Subnets<'a> = [None, None];
    let switches = segment.of_switches.iter().map(|&node| (&plan.nodes[node].subnets, &plan.nodes[node].place));
    let links = segment.links.iter().map(|&link| (&plan.links[link].subnets, &plan.links[link].place));
    for (nets, place) in switches.chain(links) {
        for &net in nets {
            let subnet = subnets[Family::of(net) as usize].get_or_insert(Subnet { net, place });
            if subnet.net != net {
                let error = clash(&explain::LAB_SUBNETS_DIFFER, subnet.place, place);
                return Err(error.with("subnet", net).with("other", subnet.net));
            }
        }
    }
    for &id in &segment.ends {
        let Ip::Given(nets) = &draft.end(id).ip else { continue };
        for &net in nets.iter().filter(|net| !is_alone(**net) && !is_link_local(net.addr())) {
            let subnet = Subnet { net: net.trunc(), place: &draft.link(id).place };
            subnets[Family::of(net) as usize].get_or_insert(subnet);
        }
    }
    Ok(subnets)
}

/// A range that the script gave, and to what.
struct Claim<'a> {
    net: IpNet,
    place: &'a Option<Place>,
    owner: Owner,
    /// Within which it has to be the only one.
    realm: usize,
}

#[derive(PartialEq, Eq)]
enum Owner {
    Segment(usize),
    Node(usize),
    /// What is there without the lab; several nodes may be linked to it.
    Outside,
}

/// All ranges that the script gave, in the order of declaration.
fn claims<'a>(draft: &Draft<'a>, subnets: &[Subnets<'a>]) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    for (number, subnets) in subnets.iter().enumerate() {
        let given = subnets.iter().flatten();
        let realm = draft.realms.of_segment(number);
        let claim =
            |subnet: &Subnet<'a>| Claim { net: subnet.net, place: subnet.place, owner: Owner::Segment(number), realm };
        claims.extend(given.map(claim));
    }
    for id in ends(draft.plan) {
        let Ip::Given(nets) = &draft.end(id).ip else { continue };
        let owner = draft.segments.of_end(id);
        let alone = nets.iter().filter(|net| is_alone(**net) && !is_link_local(net.addr()));
        let realm = draft.realms.of_segment(owner);
        let place = &draft.link(id).place;
        claims.extend(alone.map(|&net| Claim { net, place, owner: Owner::Segment(owner), realm }));
    }
    for (number, node) in draft.plan.nodes.iter().enumerate() {
        let nets = node.addresses.iter().filter(|net| !is_link_local(net.addr()));
        let realm = draft.realms.of_node(number);
        claims.extend(nets.map(|net| Claim {
            net: net.trunc(),
            place: &node.place,
            owner: Owner::Node(number),
            realm,
        }));
        for host in &node.hosts {
            let nets = host.addresses.iter().filter(|net| !is_link_local(net.addr()));
            let place = &host.place;
            claims.extend(nets.map(|net| Claim { net: net.trunc(), place, owner: Owner::Outside, realm }));
        }
    }
    claims
}

/// Refuses ranges that overlap, unless they are of one and the same thing.
fn disjoint(claims: &[&Claim]) -> Result<()> {
    let range =
        |claim: &Claim| (Family::of(claim.net) as usize, number(claim.net.network()), number(claim.net.broadcast()));
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|&place| (range(claims[place]), place));
    let mut widest: Option<usize> = None;
    for place in order {
        let (family, first, last) = range(claims[place]);
        let before = widest.map(|place| range(claims[place]));
        if let (Some(other), Some((of, _, end))) = (widest, before)
            && of == family
            && end >= first
        {
            if claims[other].owner != claims[place].owner {
                let (mut there, mut here) = (claims[other.min(place)], claims[other.max(place)]);
                if is_later(there.place, here.place) {
                    (there, here) = (here, there);
                }
                let error = clash(&explain::LAB_SUBNETS_OVERLAP, there.place, here.place);
                return Err(error.with("subnet", here.net).with("other", there.net));
            }
            if end >= last {
                continue;
            }
        }
        widest = Some(place);
    }
    Ok(())
}

/// Where the subnets of a family come from.
fn pool(draft: &Draft, family: Family) -> Option<IpNet> {
    match family {
        Family::V4 => draft.plan.options.subnets.map(IpNet::V4),
        Family::V6 => Some(IpNet::V6(draft.plan.options.subnets6.unwrap_or(POOL6))),
    }
}

/// Whether a broadcast domain has this family at all.
fn wants(draft: &Draft, family: Family, segment: &Segment) -> bool {
    family == Family::V4 || draft.ipv6 || segment.ends.iter().any(|&id| draft.node(id).ipv6 == Some(true))
}

/// How long the subnet of a broadcast domain has to be; none if nobody needs an address.
fn length(draft: &Draft, family: Family, segment: &Segment, pool: u8) -> Option<u8> {
    let open = segment.ends.iter().filter(|&&id| is_open(draft, family, id)).count();
    if open == 0 {
        return None;
    }
    if segment.switches.is_empty() {
        return Some(family.bits() - 1);
    }
    if family == Family::V6 && pool <= FEW_64S {
        return Some(64);
    }
    // The network's own address and the broadcast address are no host's.
    let bits = (open + 2).next_power_of_two().trailing_zeros();
    Some(family.bits().saturating_sub(bits as u8))
}
