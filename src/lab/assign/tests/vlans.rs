//! VLANs: each is a broadcast domain of its own, over the trunks that carry it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::walk::World;
use super::*;

fn vlan(script: &mut Script, ends: &str, vlan: u16) {
    script.link(ends).a.vlan = Some(vlan);
}

#[test]
fn each_vlan_has_a_subnet_over_its_trunks() {
    let mut script = Script::new();
    script.nodes("s1 s2 h1 h2 h3 h4 h5 r1");
    script.link("s1 s2").a.trunk = vec![10, 20];
    for (ends, number) in [("h1 s1", 10), ("h2 s2", 10), ("h3 s1", 20), ("h4 s2", 20), ("r1 s1", 10), ("r1 s2", 20)] {
        vlan(&mut script, ends, number);
    }
    script.link("h5 s2");
    assert_eq!(script.interfaces("h1"), ["eth0 10.0.0.1/29"]);
    assert_eq!(script.interfaces("h2"), ["eth0 10.0.0.2/29"]);
    assert_eq!(script.interfaces("h3"), ["eth0 10.0.0.9/29"]);
    assert_eq!(script.interfaces("h4"), ["eth0 10.0.0.10/29"]);
    assert_eq!(script.interfaces("h5"), ["eth0 10.0.0.17/30"]);
    assert_eq!(script.interfaces("r1"), ["eth0 10.0.0.3/29", "eth1 10.0.0.11/29"]);
    assert_eq!(script.routes("h1"), ["default via 10.0.0.3 dev eth0"]);
    assert_eq!(script.routes("h4"), ["default via 10.0.0.11 dev eth0"]);
    assert_eq!(script.routes("h5"), [] as [&str; 0]);
    let filters: Vec<bool> = script.assign().nodes.iter().flat_map(|of| &of.bridge).map(|of| of.filters).collect();
    assert_eq!(filters, [true, true]);
}

#[test]
fn a_path_does_not_change_its_vlan_in_a_switch() {
    let mut script = Script::new();
    // By the switch it would be two links from r1 to r3.
    script.nodes("s1 r1 r2 r3 h1");
    vlan(&mut script, "r1 s1", 10);
    vlan(&mut script, "r3 s1", 20);
    script.links("r1 r2, r2 r3, h1 r3");
    assert_eq!(script.routes("r1"), ["default via 10.0.0.9 dev eth1"]);
}

#[test]
fn the_subnet_of_a_switch_is_that_of_its_lowest_vlan() {
    let mut script = Script::new();
    script.node("s1").subnets.push(net("192.168.9.0/24"));
    script.nodes("h1 h2");
    vlan(&mut script, "h1 s1", 30);
    vlan(&mut script, "h2 s1", 20);
    script.link("h1 s1").a.vlan = Some(20);
    assert_eq!(script.interfaces("h1"), ["eth0 10.0.0.1/30", "eth1 192.168.9.2/24"]);
    assert_eq!(script.interfaces("h2"), ["eth0 192.168.9.1/24"]);
}

/// Switches in a row or a tree, hosts and routers on them in some VLAN or none.
fn plans() -> impl Strategy<Value = Plan> {
    let trunks = proptest::collection::vec((any::<usize>(), proptest::collection::btree_set(1u16..5, 0..4)), 1..5);
    let ends =
        proptest::collection::vec((any::<bool>(), proptest::collection::vec((any::<usize>(), 0u16..5), 1..4)), 1..8);
    (trunks, ends).prop_map(|(trunks, ends)| {
        let mut script = Script::new();
        script.node("s0");
        for (number, (above, vlans)) in trunks.into_iter().enumerate() {
            script.node(&format!("s{}", number + 1));
            script.link(&format!("s{} s{}", number + 1, above % (number + 1))).b.trunk = vlans.into_iter().collect();
        }
        let switches = script.plan.nodes.len();
        for (number, (is_router, links)) in ends.into_iter().enumerate() {
            let name = format!("{}{number}", if is_router { 'r' } else { 'h' });
            script.node(&name);
            for (switch, vlan) in links {
                script.link(&format!("{name} s{}", switch % switches)).a.vlan = (vlan > 0).then_some(vlan);
            }
        }
        script.plan
    })
}

/// The links of hosts and routers that a frame comes to which is sent over one of them.
fn flooded(plan: &Plan, from: usize) -> BTreeSet<usize> {
    let is_switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
    let (mut seen, mut next) =
        (BTreeSet::from([from]), vec![(plan.links[from].b.node, plan.links[from].a.vlan.unwrap_or(1))]);
    let mut known = BTreeSet::from([next[0]]);
    while let Some((switch, vlan)) = next.pop() {
        for (number, link) in
            plan.links.iter().enumerate().filter(|(_, link)| link.a.node == switch || link.b.node == switch)
        {
            if !is_switch(link.a.node) {
                if link.a.vlan.unwrap_or(1) == vlan {
                    seen.insert(number);
                }
                continue;
            }
            let carried = if link.b.trunk.is_empty() { vlan == 1 } else { link.b.trunk.contains(&vlan) };
            let other = if link.a.node == switch { link.b.node } else { link.a.node };
            if carried && known.insert((other, vlan)) {
                next.push((other, vlan));
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn who_hears_a_frame_is_in_its_subnet(plan in plans()) {
        let assigned = assign(&plan).expect("a plan that can be");
        let is_switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
        let ends: Vec<usize> = (0..plan.links.len()).filter(|&link| !is_switch(plan.links[link].a.node)).collect();
        let subnet = |link: usize| {
            let interface = &assigned.nodes[plan.links[link].a.node].interfaces[assigned.links[link][0]];
            interface.addresses[0].trunc()
        };
        for &one in &ends {
            let heard = flooded(&plan, one);
            for &other in &ends {
                prop_assert_eq!(heard.contains(&other), subnet(one) == subnet(other), "{} {}", one, other);
            }
        }
        let world = World::new(&plan, &assigned, false);
        for (owner, to) in world.targets() {
            for from in world.senders(owner) {
                let expected = world.expected(from, to);
                let found = if expected.is_empty() { BTreeSet::new() } else { world.send(from, to) };
                prop_assert!(found.iter().all(std::result::Result::is_ok), "{from} {to}: {found:?}");
            }
        }
    }
}
