//! What small plans come to.

use super::*;
use crate::kernel::link::LinkSpec;
use crate::lab::plan::Wants;

#[test]
fn interfaces_are_numbered_unless_they_are_named() {
    let mut script = Script::new();
    script.nodes("r1 h1 h2 h3 h4");
    script.plan.options.subnets = None;
    script.links("r1 h1, r1 h2");
    script.link("h3 r1").b.name = Some("uplink".to_owned());
    script.link("r1 h4");
    assert_eq!(script.interfaces("r1"), ["eth0", "eth1", "uplink", "eth3"]);
    // A given name is nobody else's.
    script.plan.links[3].a.name = Some("eth0".to_owned());
    assert_eq!(script.interfaces("r1"), ["eth1", "eth2", "uplink", "eth0"]);
    assert_eq!(script.assign().links, [[0, 0], [1, 0], [0, 2], [3, 0]]);
}

#[test]
fn indexes_and_macs_depend_on_the_number_of_a_link_alone() {
    let mut script = Script::new();
    script.nodes("s1 h1 h2 s2").links("h1 s1, s1 h2, s1 s2");
    let assigned = script.assign();
    let ports = &assigned.nodes[0].interfaces;
    assert_eq!(ports.iter().map(|port| port.index).collect::<Vec<_>>(), [11, 13, 16]);
    assert_eq!(ports[2].mac, [2, 0, 0, 0, 2, 0]);
    let bridges: Vec<_> = assigned.nodes.iter().filter_map(|node| node.bridge.as_ref()).collect();
    assert_eq!(
        bridges.iter().map(|bridge| (&*bridge.name, bridge.index)).collect::<Vec<_>>(),
        [("br0", 12), ("br0", 15)]
    );
    // The usual one of the first link's b goes to another interface.
    script.plan.links[1].b.mac = Some([2, 0, 0, 0, 0, 1]);
    let assigned = script.assign();
    assert_eq!(assigned.nodes[0].interfaces[0].mac, [2, 0, 0, 0, 0, 3]);
    assert_eq!(assigned.nodes[2].interfaces[0].mac, [2, 0, 0, 0, 0, 1]);
}

#[test]
fn kinds_forward_or_not() {
    let mut script = Script::new();
    script.nodes("h1 r1 s1 n1");
    let forward: Vec<_> = script.assign().nodes.iter().map(|node| node.forward).collect();
    assert_eq!(forward, [Some(false), Some(true), Some(false), None]);
}

#[test]
fn a_link_gets_two_addresses_and_a_lan_what_just_fits() {
    let mut script = Script::with(Options { ipv6: true, ..Options::default() });
    script.nodes("r1 r2 s1 h1 h2 h3 s2 h4").links("r1 r2, r1 s1, h1 s1, h2 s1, s1 s2, h3 s2, r2 h4");
    assert_eq!(
        script.interfaces("r1"),
        ["eth0 10.0.0.0/31 fd00:6e73:6c00::/127", "eth1 10.0.0.9/29 fd00:6e73:6c00:1::1/64"]
    );
    assert_eq!(
        script.interfaces("r2"),
        ["eth0 10.0.0.1/31 fd00:6e73:6c00::1/127", "eth1 10.0.0.2/31 fd00:6e73:6c00::2/127"]
    );
    assert_eq!(script.interfaces("h3"), ["eth0 10.0.0.12/29 fd00:6e73:6c00:1::4/64"]);
    assert_eq!(script.interfaces("h4"), ["eth0 10.0.0.3/31 fd00:6e73:6c00::3/127"]);
    assert_eq!(script.interfaces("s1"), ["eth0", "eth1", "eth2", "eth3"]);
    let assigned = script.assign();
    assert!(assigned.nodes[0].interfaces.iter().all(|interface| interface.ipv6));
    assert!(!assigned.nodes[2].interfaces.iter().any(|port| port.ipv6), "a switch's ports keep quiet");
}

#[test]
fn a_short_pool_of_ipv6_is_not_cut_into_64s() {
    let mut script =
        Script::with(Options { subnets6: Some("fd00::/112".parse().expect("a pool")), ..Options::default() });
    script.plan.options.subnets = None;
    script.nodes("s1 h1 h2 h3").links("s1 h1, s1 h2, s1 h3");
    assert_eq!(script.interfaces("h3"), ["eth0 fd00::3/125"]);
}

#[test]
fn what_is_given_is_kept_and_skipped_by_the_pool() {
    let mut script = Script::new();
    script.node("r1").addresses.push(net("10.0.0.0/30"));
    script.node("s1").subnets.push(net("10.0.0.8/29"));
    script.nodes("h1 h2 h3 r2 r3");
    script.link("h1 s1").a.ip = given(&["10.0.0.9/29"]);
    script.links("h2 s1, r1 s1, r1 h3");
    // A given address makes the subnet.
    script.link("r1 r2").b.ip = given(&["10.0.0.5/31", "192.0.2.1/32"]);
    script.link("r2 r3").subnets.push(net("172.16.0.0/24"));
    assert_eq!(script.interfaces("h1"), ["eth0 10.0.0.9/29"]);
    assert_eq!(script.interfaces("h2"), ["eth0 10.0.0.10/29"]);
    assert_eq!(script.interfaces("r1"), ["eth0 10.0.0.11/29", "eth1 10.0.0.6/31", "eth2 10.0.0.4/31"]);
    assert_eq!(script.interfaces("r2"), ["eth0 10.0.0.5/31 192.0.2.1/32", "eth1 172.16.0.1/24"]);
    assert_eq!(script.interfaces("r3"), ["eth0 172.16.0.2/24"]);
}

#[test]
fn ends_without_addresses_and_families_that_are_missing() {
    let mut script = Script::new();
    script.nodes("h1 h2 h3 h4 s1").links("h1 s1, h2 s1");
    script.link("h3 s1").a.ip = Ip::None;
    script.link("h4 s1").a.ip = given(&["2001:db8::7/64", "fe80::1/64"]);
    assert_eq!(script.interfaces("h1"), ["eth0 10.0.0.1/29 2001:db8::1/64"]);
    assert_eq!(script.interfaces("h3"), ["eth0"]);
    assert_eq!(script.interfaces("h4"), ["eth0 2001:db8::7/64 fe80::1/64 10.0.0.3/29"]);
    script.plan.options.subnets = None;
    assert_eq!(script.interfaces("h4"), ["eth0 2001:db8::7/64 fe80::1/64"]);
}

#[test]
fn a_node_may_have_ipv6_or_not_whatever_the_lab_says() {
    let mut script = Script::new();
    script.node("h1").ipv6 = Some(true);
    script.nodes("r1 h2").links("h1 r1, r1 h2");
    assert_eq!(script.interfaces("h1"), ["eth0 10.0.0.0/31 fd00:6e73:6c00::/127"]);
    assert_eq!(script.interfaces("h2"), ["eth0 10.0.0.3/31"]);
    script.plan.options.ipv6 = true;
    script.plan.nodes[2].ipv6 = Some(false);
    assert_eq!(script.interfaces("h2"), ["eth0 10.0.0.3/31"]);
    let speak: Vec<_> = script.assign().nodes.iter().map(|node| node.interfaces[0].ipv6).collect();
    assert_eq!(speak, [true, true, false]);
}

#[test]
fn the_nearest_mtu_wins() {
    let mut script = Script::with(Options { mtu: Some(9000), ..Options::default() });
    script.nodes("h1 h2").link("h1 h2");
    script.link("h1 h2").mtu = Some(1400);
    let link = script.link("h1 h2");
    (link.mtu, link.b.wants) =
        (Some(1400), Wants { spec: LinkSpec { mtu: Some(1300), ..LinkSpec::default() }, ..Wants::default() });
    let mtus = |node: usize| script.assign().nodes[node].interfaces.iter().map(|of| of.mtu).collect::<Vec<_>>();
    assert_eq!(mtus(0), [Some(9000), Some(1400), Some(1400)]);
    assert_eq!(mtus(1), [Some(9000), Some(1400), Some(1300)]);
}

#[test]
fn loops_of_switches_get_spanning_tree_and_a_note() {
    let mut script = Script::new();
    script.nodes("s1 s2 s3 s4 h1").links("s1 s2, s2 s3, s3 s1, s3 s4, s4 h1");
    let stp =
        |script: &Script| script.assign().nodes.iter().flat_map(|node| node.bridge.clone()).map(|of| of.stp).collect();
    let found: Vec<bool> = stp(&script);
    assert_eq!(found, [true, true, true, false]);
    assert_eq!(script.assign().notes, [r#"switches in a loop get spanning tree: "s1", "s2", "s3""#]);
    for place in 0..3 {
        script.plan.nodes[place].stp = Some(false);
    }
    script.plan.nodes[3].stp = Some(true);
    let found: Vec<bool> = stp(&script);
    assert_eq!((found, script.assign().notes.len()), (vec![false, false, false, true], 0));
}
