//! A plain assignment for tests that need to know every number: 10.0.0.0/16 is cut into one /24 a link, or a switch.

use ipnet::IpNet;
use nsl::lab::assign::{Assigned, AssignedNode, Bridge, Interface, Route, Way};
use nsl::lab::{Kind, Plan};

/// A /24 each: link `n` is 10.0.n.0/24 with .1 and .2; the hosts of the switch that is node `n` are 10.1.n.1 …
pub(super) fn assign(plan: &Plan) -> Assigned {
    let mut assigned = Assigned::default();
    for (place, node) in plan.nodes.iter().enumerate() {
        let bridge =
            Bridge { name: "br0".to_owned(), index: 5000 + place as u32, stp: node.stp == Some(true), filters: false };
        assigned.nodes.push(AssignedNode {
            bridge: (node.kind == Kind::Switch).then_some(bridge),
            forward: match node.kind {
                Kind::Router => Some(true),
                Kind::Host | Kind::Switch => Some(false),
                Kind::Node => None,
            },
            ..AssignedNode::default()
        });
    }
    let mut hosts = vec![0; plan.nodes.len()];
    for (number, link) in plan.links.iter().enumerate() {
        let switch = [link.a.node, link.b.node].into_iter().find(|node| plan.nodes[*node].kind == Kind::Switch);
        let mut end = |planned: &nsl::lab::End, side: usize| {
            let address = match (plan.nodes[planned.node].kind, switch) {
                (Kind::Switch, _) => None,
                (_, Some(switch)) => {
                    hosts[switch] += 1;
                    Some(format!("10.1.{switch}.{}/24", hosts[switch]))
                }
                _ => Some(format!("10.0.{number}.{}/24", side + 1)),
            };
            let index = (10 + 2 * number + side) as u32;
            let interfaces = &mut assigned.nodes[planned.node].interfaces;
            interfaces.push(Interface {
                name: planned.name.clone().unwrap_or_else(|| format!("eth{}", interfaces.len())),
                index,
                mac: [2, 0, 0, 0, (index >> 8) as u8, index as u8],
                addresses: address.map(|address| net(&address)).into_iter().collect(),
                mtu: planned.wants.spec.mtu.or(link.mtu),
                link: number,
                ipv6: false,
            });
            interfaces.len() - 1
        };
        let ends = [end(&link.a, 0), end(&link.b, 1)];
        assigned.links.push(ends);
    }
    assigned
}

pub(super) fn net(text: &str) -> IpNet {
    text.parse().expect("a network")
}

/// A route with one way for each pair of gateway and place of the interface.
pub(super) fn route(dst: &str, ways: &[(&str, usize)]) -> Route {
    let way = |&(via, interface): &(&str, usize)| Way { via: Some(via.parse().expect("an address")), interface };
    Route { dst: net(dst), ways: ways.iter().map(way).collect() }
}
