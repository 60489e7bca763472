//! Random plans: what is assigned holds together, and every packet arrives on a shortest path.

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::walk::World;
use super::*;

/// A plan of a few nodes of all kinds, with or without given subnets, addresses, loopbacks and IPv6.
fn plans() -> impl Strategy<Value = Plan> {
    let nodes = proptest::collection::vec((prop::sample::select(vec!['h', 'r', 'r', 'r', 's', 'n']), 0u8..8), 2..10);
    let links = proptest::collection::vec((any::<usize>(), any::<usize>(), 1u32..4, 0u8..10), 1..16);
    (nodes, links, any::<[bool; 3]>()).prop_map(|(nodes, links, [ipv6, ecmp, even])| {
        let mut script = Script::with(Options { ipv6, ecmp, ..Options::default() });
        for (number, &(kind, choice)) in nodes.iter().enumerate() {
            let node = script.node(&format!("{kind}{number}"));
            if choice == 0 && kind != 's' {
                node.addresses.push(net(&format!("10.255.0.{number}/32")));
                node.addresses.extend(ipv6.then(|| net(&format!("fd01::{number}/128"))));
            }
        }
        for (number, (a, b, cost, choice)) in links.into_iter().enumerate() {
            let (a, b) = (a % nodes.len(), b % nodes.len());
            if a == b {
                continue;
            }
            let link = script.link(&format!("{}{a} {}{b}", nodes[a].0, nodes[b].0));
            link.cost = if even { 1 } else { cost };
            let lan = nodes[a].0 == 's' || nodes[b].0 == 's';
            match choice {
                0 if nodes[a].0 != 's' => link.a.ip = Ip::None,
                1 if !lan => link.subnets.push(net(&format!("172.16.{number}.0/24"))),
                2 if !lan => link.b.ip = given(&[&format!("192.168.{number}.1/30"), &format!("192.0.2.{number}/32")]),
                _ => {}
            }
        }
        script.plan
    })
}

fn unique<T: std::hash::Hash + Eq>(mut all: impl Iterator<Item = T>) -> bool {
    let mut known = HashSet::new();
    all.all(|one| known.insert(one))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_packet_arrives_on_a_shortest_path(plan in plans()) {
        let assigned = assign(&plan).expect("a plan that can be");
        for ipv6 in [false, true] {
            let world = World::new(&plan, &assigned, ipv6);
            for (owner, to) in world.targets() {
                for from in world.senders(owner) {
                    let expected = world.expected(from, to);
                    let found = if expected.is_empty() { BTreeSet::new() } else { world.send(from, to) };
                    let names = (&plan.nodes[from].name, &plan.nodes[owner].name);
                    let right = found.iter().all(|found| found.as_ref().is_ok_and(|cost| expected.contains(cost)));
                    prop_assert!(right, "{names:?} {to}: {found:?}, expected {expected:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_given_twice(plan in plans()) {
        let assigned = assign(&plan).expect("a plan that can be");
        prop_assert_eq!(&assign(&plan).expect("the same"), &assigned);
        let all = || assigned.nodes.iter().flat_map(|node| &node.interfaces);
        let addresses = all().flat_map(|of| &of.addresses).chain(plan.nodes.iter().flat_map(|node| &node.addresses));
        prop_assert!(unique(addresses.map(IpNet::addr)));
        prop_assert!(unique(all().map(|of| of.mac)));
        let bridges = assigned.nodes.iter().flat_map(|node| &node.bridge).map(|bridge| bridge.index);
        prop_assert!(unique(all().map(|of| of.index).chain(bridges)));
        for node in &assigned.nodes {
            prop_assert!(unique(node.interfaces.iter().map(|of| &of.name)));
            let nets = node.interfaces.iter().flat_map(|of| &of.addresses).map(IpNet::trunc).collect::<HashSet<_>>();
            let routes = node.routes.iter().map(|route| route.dst);
            prop_assert!(unique(nets.into_iter().chain(routes)), "{:?}", node.routes);
        }
        for (link, places) in plan.links.iter().zip(&assigned.links) {
            for (end, &place) in [&link.a, &link.b].into_iter().zip(places) {
                prop_assert_eq!(&plan.links[assigned.nodes[end.node].interfaces[place].link], link);
            }
        }
    }

    #[test]
    fn all_ways_of_equal_cost_are_taken_with_ecmp(mut plan in plans()) {
        plan.options.ecmp = true;
        let switched = plan.nodes.iter().any(|node| node.kind == Kind::Switch);
        let assigned = assign(&plan).expect("a plan that can be");
        let world = World::new(&plan, &assigned, false);
        for (owner, to) in world.targets() {
            for from in world.senders(owner) {
                let (found, best) = (world.gateways(from, to), world.best(from, to));
                // A switch that is as far by a router as by the node's own link counts as on the link.
                let right = if switched { found.is_subset(&best) } else { found == best };
                prop_assert!(best.is_empty() || right, "{} {to}: {found:?}, not {best:?}", plan.nodes[from].name);
            }
        }
    }
}
