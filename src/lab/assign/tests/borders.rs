//! Ends with `nat` and `private`: what is behind them is not routed across their links.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use proptest::prelude::*;

use super::super::{Walls, segments_of_links};
use super::walk::World;
use super::*;

/// Two homes with the same addresses behind one provider, and a server.
fn homes() -> Script {
    let mut script = Script::new();
    script.nodes("r1 h1 r2 h2 r3 h3");
    script.link("h1 r1").subnets.push(net("192.168.0.0/24"));
    script.link("h2 r2").subnets.push(net("192.168.0.0/24"));
    script.link("r1 r3").a.border = Some(Border::Translated);
    script.link("r2 r3").a.border = Some(Border::Plain);
    script.link("r3 h3");
    script
}

#[test]
fn homes_have_the_same_addresses_and_the_world_does_not_know_them() {
    let mut script = homes();
    assert_eq!(script.interfaces("h1"), ["eth0 192.168.0.1/24"]);
    assert_eq!(script.interfaces("h2"), ["eth0 192.168.0.1/24"]);
    assert_eq!(script.routes("h1"), ["default via 192.168.0.2 dev eth0"]);
    assert_eq!(script.routes("r1"), ["default via 10.0.0.1 dev eth1"]);
    assert_eq!(script.routes("r3"), [] as [&str; 0]);
    assert_eq!(script.routes("h3"), ["default via 10.0.0.4 dev eth0"]);
    // Behind the same border nothing may be there twice.
    script.node("h4");
    script.link("h4 r1").subnets.push(net("192.168.0.128/25"));
    let error = assign(&script.plan).expect_err("an overlap");
    assert_eq!(error.message(), "\"192.168.0.128/25\" at lab.lua:13 overlaps \"192.168.0.0/24\" at lab.lua:7");
}

#[test]
fn walls_let_through_what_an_answer_finds_back() {
    let script = homes();
    let (plan, of) = (&script.plan, segments_of_links(&script.plan));
    let walls = Walls::of(plan).expect("borders");
    let place = |name: &str| plan.nodes.iter().position(|node| node.name == name).expect("a node");
    let between = |from: &str, to: &str, link: usize| walls.are_between(place(from), place(to), of[link]);
    // Translated, and from the border itself.
    assert!(!between("h1", "h3", 4) && !between("r1", "h3", 4) && !between("r2", "h3", 4) && !between("h1", "r2", 3));
    // As it is, and from outside.
    assert!(between("h2", "h3", 4) && between("h3", "h1", 0) && between("r1", "h2", 1) && between("h1", "h2", 1));
    assert!(!between("h2", "r2", 1) && !between("r2", "h2", 1) && !between("h3", "r1", 2));
    assert!(Walls::of(&Script::new().plan).is_none());
}

#[test]
fn what_is_nearer_hides_what_has_its_addresses() {
    let mut script = Script::new();
    script.nodes("r1 r2 r3 h1 h2 h3 h4");
    script.link("h1 r1").subnets.push(net("192.168.0.0/24"));
    script.link("r1 r2");
    script.link("r2 r3").a.border = Some(Border::Translated);
    script.link("r3 h2").subnets.push(net("192.168.0.0/16"));
    script.links("r3 h3, r3 h4");
    assert_eq!(script.routes("r1"), ["default via 10.0.0.1 dev eth1"]);
    assert_eq!(script.routes("r2"), ["default via 10.0.0.3 dev eth1", "192.168.0.0/24 via 10.0.0.0 dev eth0"]);
    assert_eq!(script.routes("r3"), [] as [&str; 0]);
    assert_eq!(script.routes("h2"), ["default via 192.168.0.1 dev eth0"]);
}

#[test]
fn a_border_is_a_routers() {
    let mut script = Script::new();
    script.nodes("h1 r1");
    script.link("h1 r1").a.border = Some(Border::Plain);
    let error = assign(&script.plan).expect_err("a host");
    assert_eq!(
        error.to_string(),
        "lab.lua:3: \"h1\" (declared at lab.lua:1) is no router, which private = true of the link at lab.lua:3 needs (EINVAL)"
    );
}

fn plans() -> impl Strategy<Value = Plan> {
    let nodes = proptest::collection::vec(prop::sample::select(vec!['h', 'r', 'r', 'r', 's']), 2..10);
    let links = proptest::collection::vec((any::<usize>(), any::<usize>(), 1u32..4, 0u8..8), 1..16);
    (nodes, links, any::<[bool; 2]>()).prop_map(|(nodes, links, [ipv6, ecmp])| {
        let mut script = Script::with(Options { ipv6, ecmp, ..Options::default() });
        for (number, kind) in nodes.iter().enumerate() {
            script.node(&format!("{kind}{number}"));
        }
        for (a, b, cost, choice) in links {
            let (a, b) = (a % nodes.len(), b % nodes.len());
            if a == b {
                continue;
            }
            let link = script.link(&format!("{}{a} {}{b}", nodes[a], nodes[b]));
            link.cost = cost;
            if choice == 0 && nodes[a] == 'r' {
                link.a.border = Some(Border::Translated);
            }
            if choice <= 1 && nodes[b] == 'r' {
                link.b.border = Some(Border::Plain);
            }
        }
        script.plan
    })
}

/// For each end at a host or router its broadcast domain, by joining what switches join until nothing changes.
fn segments(plan: &Plan) -> Vec<usize> {
    let mut of: Vec<usize> = (0..plan.links.len()).collect();
    let is_switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
    loop {
        let before = of.clone();
        for (one, a) in plan.links.iter().enumerate() {
            for (other, b) in plan.links.iter().enumerate() {
                let shared = [a.a.node, a.b.node]
                    .into_iter()
                    .any(|node| is_switch(node) && (node == b.a.node || node == b.b.node));
                if shared {
                    of[one] = of[one].min(of[other]);
                }
            }
        }
        if of == before {
            return of;
        }
    }
}

/// The broadcast domains that what a node sends can come to.
fn touched(plan: &Plan, of: &[usize], from: usize) -> HashSet<usize> {
    let ends = || plan.links.iter().enumerate().flat_map(|(link, it)| [(link, &it.a), (link, &it.b)]);
    let (mut nodes, mut next) = (HashSet::from([from]), vec![from]);
    let mut found = HashSet::new();
    while let Some(node) = next.pop() {
        for (link, _) in ends().filter(|(_, end)| end.node == node) {
            found.insert(of[link]);
            let entered = ends().filter(|(other, end)| of[*other] == of[link] && end.border.is_none());
            for (_, end) in entered.filter(|(_, end)| plan.nodes[end.node].kind == Kind::Router) {
                if nodes.insert(end.node) {
                    next.push(end.node);
                }
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn packets_leave_over_borders_and_do_not_enter(plan in plans()) {
        let assigned = assign(&plan).expect("a plan that can be");
        let of = segments(&plan);
        let (walls, numbers) = (Walls::of(&plan), segments_of_links(&plan));
        let mut borders: BTreeSet<IpAddr> = BTreeSet::new();
        for (link, places) in plan.links.iter().zip(&assigned.links) {
            for (end, &place) in [&link.a, &link.b].into_iter().zip(places).filter(|(end, _)| end.border.is_some()) {
                borders.extend(assigned.nodes[end.node].interfaces[place].addresses.iter().map(IpNet::addr));
            }
        }
        for node in &assigned.nodes {
            let vias = node.routes.iter().flat_map(|route| &route.ways).filter_map(|way| way.via);
            prop_assert!(vias.into_iter().all(|via| !borders.contains(&via)), "{:?}", node.routes);
        }
        for ipv6 in [false, true] {
            let world = World::new(&plan, &assigned, ipv6);
            for (owner, to) in world.targets() {
                let target = assigned.nodes[owner].interfaces.iter().find(|of| of.addresses.iter().any(|net| net.addr() == to));
                let segment = of[target.expect("an interface").link];
                for from in world.senders(owner) {
                    let found = world.send(from, to);
                    let reached = touched(&plan, &of, from).contains(&segment);
                    // Who is reached and finds back is not walled off.
                    let back = touched(&plan, &of, owner);
                    let finds_back = plan.links.iter().zip(&of).any(|(link, segment)| {
                        (link.a.node == from || link.b.node == from) && back.contains(segment)
                    });
                    let link = target.expect("an interface").link;
                    let is_walled = walls.as_ref().is_some_and(|walls| walls.are_between(from, owner, numbers[link]));
                    prop_assert!(!(reached && finds_back && is_walled), "{} {to}", plan.nodes[from].name);
                    let names = (&plan.nodes[from].name, &plan.nodes[owner].name);
                    prop_assert!(!reached || found.iter().all(std::result::Result::is_ok), "{names:?} {to}: {found:?}");
                }
            }
        }
    }
}
