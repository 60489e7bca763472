//! Comparing, by example: what is wanted is what `state::wanted` says, and what there is is changed from that.

use super::*;
use crate::kernel::addr::AddrSpec;
use crate::kernel::link::Setting;
use crate::lab::assign::assign;
use crate::lab::plan::Kind;
use crate::lab::plan::{Link, Options};
use crate::lab::state::HaveAddress;

/// A host at a router, and a second link between two routers.
fn plan() -> Plan {
    let nodes = [("h", Kind::Host), ("r", Kind::Router), ("q", Kind::Router)];
    let nodes = nodes.map(|(name, kind)| Node::new(name, kind)).into();
    Plan { name: None, options: Options::default(), nodes, links: vec![Link::new(0, 1), Link::new(1, 2)] }
}

/// What the kernel has just after a build, but for routes.
fn built(plan: &Plan, assigned: &Assigned) -> Vec<Seen> {
    let mut seen: Vec<Have> = Vec::new();
    for node in 0..plan.nodes.len() {
        let wanted = state::wanted(plan, assigned, node);
        let interfaces = wanted.interfaces.iter().enumerate().map(|(place, one)| HaveInterface {
            name: one.name.clone(),
            index: place as u32 + 1,
            running: true,
            kind: one.kind.clone(),
            settings: one.settings.clone(),
            addresses: one
                .addresses
                .iter()
                .map(|net| HaveAddress { text: net.to_string(), spec: AddrSpec::new(*net) })
                .collect(),
            own: one.own.clone(),
            ..HaveInterface::default()
        });
        let connected = wanted.interfaces.iter().flat_map(|one| {
            one.addresses.iter().map(|net| (net.trunc().to_string(), one.name.clone())).collect::<Vec<_>>()
        });
        seen.push(Have {
            interfaces: interfaces.collect(),
            routes: Vec::new(),
            connected: connected.collect(),
            sysctls: wanted.sysctls.into_iter().map(|(key, value)| (key, Some(value))).collect(),
        });
    }
    for link in 0..plan.links.len() {
        // The loopback comes first.
        let [a, b] = [0, 1].map(|side| state::end_of(plan, assigned, link, side)).map(|(node, at)| (node, at + 1));
        seen[a.0].interfaces[a.1].peer = Some(b);
        seen[b.0].interfaces[b.1].peer = Some(a);
    }
    seen.into_iter().map(Seen::There).collect()
}

fn have(seen: &mut [Seen], node: usize) -> &mut Have {
    match &mut seen[node] {
        Seen::There(have) => have,
        _ => panic!("it is there"),
    }
}

/// What differs after `edit`, without what is said of routes.
fn told(edit: impl FnOnce(&mut Plan, &mut Vec<Seen>)) -> Vec<String> {
    let mut plan = plan();
    let assigned = assign(&plan).expect("assigned");
    let mut seen = built(&plan, &assigned);
    edit(&mut plan, &mut seen);
    let assigned = assign(&plan).expect("assigned");
    let changes = compare(&plan, &assigned, &["h", "r", "q"], &seen);
    changes.iter().filter(|change| change.what != "route").map(ToString::to_string).collect()
}

#[test]
fn what_was_just_built_differs_in_nothing() {
    assert_eq!(told(|_, _| {}), [] as [&str; 0]);
    assert_eq!(Changes(&[]).to_string(), "nothing differs");
}

#[test]
fn settings_addresses_and_sysctls_are_told_with_both_values() {
    let changes = told(|_, seen| {
        let host = have(seen, 0);
        let eth0 = &mut host.interfaces[1];
        let mtu = eth0.settings.iter_mut().find(|(key, _)| key == "mtu").expect("an mtu");
        mtu.1 = Setting::Integer(1400);
        eth0.addresses.clear();
        *host.sysctls.get_mut("net.ipv4.ip_forward").expect("a sysctl") = Some("1".to_owned());
        // What can only be written, and what the kernel lacks, is nothing to compare.
        host.sysctls.insert("net.ipv4.conf.all.rp_filter".to_owned(), None);
        host.sysctls.remove("net.ipv4.conf.all.arp_filter");
    });
    let expected =
        ["~ sysctl h net.ipv4.ip_forward 1 -> 0", "~ h/eth0 mtu 1400 -> 1500", "+ address h/eth0 10.0.0.0/31"];
    assert_eq!(changes, expected);
}

#[test]
fn a_link_is_there_only_as_one_pair_of_the_right_names() {
    // Both ends are there, but not of one pair.
    let changes = told(|_, seen| {
        have(seen, 0).interfaces[1].peer = None;
        have(seen, 1).interfaces[1].peer = None;
    });
    assert_eq!(
        changes,
        [
            "- link h/eth0 (veth)",
            "+ link h/eth0 -- r/eth0",
            "+ address h/eth0 10.0.0.0/31",
            "- link r/eth0 (veth)",
            "+ address r/eth0 10.0.0.1/31",
        ]
    );
    let changes = told(|_, seen| "up".clone_into(&mut have(seen, 2).interfaces[1].name));
    assert_eq!(changes[0], "- link r/eth1 -- q/up");
    assert_eq!(changes[1], "+ link r/eth1 -- q/eth0");
}

#[test]
fn nodes_come_and_go_with_what_is_theirs() {
    let changes = told(|plan, _| {
        plan.nodes.remove(2);
        plan.links.pop();
    });
    assert_eq!(changes, ["- link r/eth1 -- q/eth0", "- node q"]);
    let changes = told(|_, seen| seen[2] = Seen::Gone);
    assert_eq!(
        changes[..2],
        ["- link r/eth1 (veth)", "+ link r/eth1 -- q/eth0"],
        "the other end is nowhere in the lab any more: {changes:?}"
    );
    assert!(changes.contains(&"+ node q (router)".to_owned()), "{changes:?}");
}

#[test]
fn what_nobody_looked_at_is_as_it_should_be() {
    let changes = told(|plan, seen| {
        seen[1] = Seen::Unread;
        plan.links[1].mtu = Some(1300);
    });
    assert_eq!(changes, ["~ q/eth0 mtu 1500 -> 1300"]);
}

#[test]
fn text_from_elsewhere_is_escaped() {
    let changes = told(|_, seen| {
        let alias = have(seen, 0).interfaces[1].settings.iter_mut().find(|(key, _)| key == "alias").expect("an alias");
        alias.1 = Setting::Text("a\x1bb".to_owned());
    });
    assert_eq!(changes, ["~ h/eth0 alias a\\x1bb -> none"]);
}
