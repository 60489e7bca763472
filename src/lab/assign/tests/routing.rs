//! The routes of small plans.

use super::*;
use crate::lab::plan::Routing;

#[test]
fn one_way_out_is_a_default_route() {
    let mut script = Script::new();
    script.nodes("h1 r1 r2 h2 h3").links("h1 r1, r1 r2, r2 h2");
    assert_eq!(script.routes("h1"), ["default via 10.0.0.1 dev eth0"]);
    assert_eq!(script.routes("r1"), ["default via 10.0.0.3 dev eth1"]);
    assert_eq!(script.routes("r2"), ["default via 10.0.0.2 dev eth0"]);
    assert!(script.routes("h3").is_empty(), "no link, no route");
    let mut script = Script::new();
    script.nodes("h1 r1 h2").links("h1 r1, h2 r1");
    assert!(script.routes("r1").is_empty(), "all is on its links");
    let mut script = Script::new();
    script.nodes("r1 r2").links("r1 r2");
    assert!(script.routes("r1").is_empty() && script.routes("r2").is_empty());
}

#[test]
fn the_commonest_way_is_the_default_and_blocks_cover_the_rest() {
    let mut script = Script::new();
    script.nodes("r0 r1 r2 r3 r4 r5 r6 r7");
    script.links("r0 r1, r1 r2, r2 r3, r3 r4, r4 r5, r5 r6, r6 r7, r7 r0");
    // Half of the ring is nearer by either side; 10.0.0.8/31 is as far both ways, by routers of equal distance.
    assert_eq!(script.routes("r0"), ["default via 10.0.0.1 dev eth0", "10.0.0.8/29 via 10.0.0.14 dev eth1"]);
}

#[test]
fn costs_decide_and_equal_ones_are_several_ways_with_ecmp() {
    let mut script = Script::new();
    script.nodes("h1 r1 r2 r3 r4 h2").links("h1 r1, r1 r2, r1 r3, r2 r4, r3 r4, r4 h2");
    assert_eq!(script.routes("r1"), ["default via 10.0.0.3 dev eth1", "10.0.0.8/30 via 10.0.0.5 dev eth2"]);
    script.plan.links[1].cost = 5;
    assert_eq!(script.routes("r1"), ["default via 10.0.0.5 dev eth2"]);
    script.plan.links[1].cost = 1;
    script.plan.options.ecmp = true;
    assert_eq!(
        script.routes("r1"),
        [
            "default via 10.0.0.3 dev eth1",
            "10.0.0.8/31 via 10.0.0.5 dev eth2",
            "10.0.0.10/31 via 10.0.0.3 dev eth1 via 10.0.0.5 dev eth2",
        ]
    );
}

#[test]
fn a_path_over_switches_pays_for_each_of_their_links() {
    let mut script = Script::new();
    // r1 to r2: over two switches (3 links), or over r3.
    script.nodes("r1 s1 s2 r2 h1 r3").links("r1 s1, s1 s2, s2 r2, r2 h1, r1 r3");
    script.link("r3 r2").cost = 3;
    assert_eq!(script.routes("r1"), ["default via 10.0.0.7 dev eth1", "10.0.0.4/31 via 10.0.0.2 dev eth0"]);
    script.plan.links[1].cost = 3;
    assert_eq!(script.routes("r1"), ["default via 10.0.0.7 dev eth1"]);
}

#[test]
fn hosts_are_no_way_to_anything_but_themselves() {
    let mut script = Script::new();
    // h2 is between two parts that no router joins; h1 is short-cut by it but not for others.
    script.nodes("h1 r1 h2 r2 h3").links("h1 r1, r1 h2, h2 r2, r2 h3");
    assert_eq!(script.routes("h1"), ["default via 10.0.0.1 dev eth0"]);
    // From r1 the address of h2 on its other side is reached at h2, and nothing behind it.
    assert_eq!(script.routes("r1"), ["default via 10.0.0.3 dev eth1"]);
    assert_eq!(script.routes("h2"), ["default via 10.0.0.2 dev eth0", "10.0.0.6/31 via 10.0.0.5 dev eth1"]);
}

#[test]
fn loopbacks_are_destinations() {
    let mut script = Script::new();
    script.node("r1").addresses.extend([net("10.255.0.1/32"), net("127.0.0.2/8"), net("fd00::1/128")]);
    script.nodes("r2 r3 h1").links("r1 r2, r2 r3, r3 h1");
    script.plan.nodes[3].addresses.push(net("10.255.0.9/32"));
    script.plan.options.ipv6 = false;
    script.plan.options.routing = Routing::Static;
    assert_eq!(
        script.routes("r2")[..2],
        ["default via 10.0.0.3 dev eth1".to_owned(), "10.255.0.1/32 via 10.0.0.0 dev eth0".to_owned()]
    );
    assert_eq!(script.routes("r3")[0], "default via 10.0.0.2 dev eth0");
    assert!(script.routes("r3").contains(&"10.255.0.9/32 via 10.0.0.5 dev eth1".to_owned()));
}

#[test]
fn routing_default_is_for_hosts() {
    let mut script = Script::with(Options { routing: Routing::Default, ipv6: true, ..Options::default() });
    script.nodes("r2 s1 h1 r1 n1 h2 h3").links("h1 s1, r1 s1, r2 s1, n1 r1, h2 h3");
    assert_eq!(script.routes("h1"), ["default via 10.0.0.3 dev eth0", "default via fd00:6e73:6c00::3 dev eth0"]);
    assert_eq!(script.routes("n1").len(), 2);
    assert!(script.routes("r1").is_empty() && script.routes("h2").is_empty());
    script.plan.options.routing = Routing::None;
    assert!(script.assign().nodes.iter().all(|node| node.routes.is_empty()));
}

#[test]
fn what_the_script_gives_comes_last_and_wins() {
    let mut script = Script::new();
    script.nodes("h1 r1 r2 h2").links("h1 r1, r1 r2, r2 h2, r2 h1");
    script.plan.nodes[1].routes = vec![route("192.0.2.0/24", "10.0.0.3", ""), route("198.51.100.0/24", "", "eth0")];
    assert_eq!(
        script.routes("r1"),
        ["default via 10.0.0.3 dev eth1", "192.0.2.0/24 via 10.0.0.3 dev eth1", "198.51.100.0/24 dev eth0"]
    );
    // Its own default route leaves no room for one of the lab's: what the lab has is reached without.
    script.plan.nodes[1].routes = vec![route("0.0.0.0/0", "10.0.0.0", "")];
    assert_eq!(script.routes("r1"), ["10.0.0.4/30 via 10.0.0.3 dev eth1", "default via 10.0.0.0 dev eth0"]);
}

#[test]
fn of_equal_ways_the_one_is_taken_that_saves_a_route() {
    let mut script = Script::new();
    // Two spines: from a leaf all other leaves are as far over either.
    script.nodes("r1 r2 r3 r4 r5 h3 h4 h5").links("r3 r1, r3 r2, r4 r1, r4 r2, r5 r1, r5 r2, h3 r3, h4 r4, h5 r5");
    let to_second = ["10.0.0.6/31", "10.0.0.10/31"].map(|net| format!("{net} via 10.0.0.3 dev eth1"));
    assert_eq!(script.routes("r3"), [&["default via 10.0.0.1 dev eth0".to_owned()], &to_second[..]].concat());
}

#[test]
fn more_ways_than_can_be_told_apart_have_a_route_for_each_destination() {
    for ecmp in [false, true] {
        let mut script = Script::with(Options { ecmp, ..Options::default() });
        // A hub, its spokes, and a host on each spoke: the last spokes are twins, whose host is on both.
        script.node("r0");
        for n in 1..=140 {
            script.nodes(&format!("r{n} h{n}")).links(&format!("r0 r{n}, r{n} h{n}"));
        }
        script.nodes("s0 h0").links("h0 s0, r139 s0, r140 s0");
        let routes = script.routes("r0");
        // One of them is the default route. The twins' ways are beyond those that can be equal: one of them is taken.
        assert_eq!(routes.len(), if ecmp { 140 } else { 141 });
        let assigned = script.assign();
        let world = walk::World::new(&script.plan, &assigned, false);
        for (owner, to) in world.targets() {
            let (found, expected) = (world.send(0, to), world.expected(0, to));
            let right = found.iter().all(|found| found.as_ref().is_ok_and(|cost| expected.contains(cost)));
            assert!(right, "{to} of {}: {found:?}", script.plan.nodes[owner].name);
        }
    }
}

#[test]
fn threads_change_nothing() {
    let mut script = Script::new();
    script.nodes("r0");
    (1..2_000).for_each(|n| {
        script.nodes(&format!("r{n}"));
        script.link(&format!("r{} r{n}", (n - 1) / 4)).cost = 1;
    });
    let assigned = script.assign();
    assert_eq!(assigned, script.assign());
    // A tree: a leaf's only way is up, and nobody is without.
    assert!(assigned.nodes.iter().all(|node| !node.routes.is_empty()));
    assert_eq!(assigned.nodes[1_999].routes.len(), 1);
}
