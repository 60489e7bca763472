//! Labs that come up: each is read back with `ip`, and answers at once.

use std::time::{Duration, Instant};

use nsl::kernel::link::LinkSpec;
use nsl::lab::{Kind, Wants, build, count, take_down_all};
use serde_json::Value;

use super::assigned::{assign, net, route};
use super::{answers, descriptors, inside, json, machine, namespace, plan, star, up};
use crate::sandbox::run;

fn find<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().expect("a list").iter().find(|link| link["ifname"] == name).expect("a link")
}

#[test]
fn a_star_is_as_planned_and_answers_at_once() {
    run(|| {
        let before = machine();
        let mut plan = star(20);
        plan.links[3].b.wants = Wants {
            spec: LinkSpec { txqueuelen: Some(77), alias: Some("an alias".to_owned()), ..LinkSpec::default() },
            ..Wants::default()
        };
        plan.links[4].mtu = Some(1400);
        let assigned = assign(&plan);
        let mut live = up(&plan, &assigned).expect("up");
        for target in 2..=20 {
            assert_eq!(answers(&live, "h1", &format!("10.1.0.{target}")), 3, "h{target}");
        }
        let switch = json(&live, "s", "link");
        assert_eq!(switch.as_array().expect("links").len(), 22);
        for port in &assigned.nodes[0].interfaces {
            let link = find(&switch, &port.name);
            assert_eq!((&link["master"], &link["operstate"]), (&Value::from("br0"), &Value::from("UP")));
            assert_eq!(link["ifindex"], port.index);
            let mac = port.mac.map(|byte| format!("{byte:02x}")).join(":");
            assert_eq!(link["address"], mac);
        }
        assert_eq!(find(&switch, "br0")["ifindex"], 5000);
        let host = json(&live, "h4", "addr");
        let eth0 = find(&host, "eth0");
        assert_eq!((&eth0["txqlen"], &eth0["ifalias"]), (&Value::from(77), &Value::from("an alias")));
        assert_eq!((&eth0["num_tx_queues"], &eth0["num_rx_queues"]), (&Value::from(1), &Value::from(1)));
        // IPv4 only, on the loopback too: nothing is said that nobody asked for.
        let addresses = eth0["addr_info"].as_array().expect("addresses");
        assert_eq!(addresses.len(), 1);
        assert_eq!((&addresses[0]["local"], &addresses[0]["prefixlen"]), (&Value::from("10.1.0.4"), &Value::from(24)));
        assert_eq!(find(&host, "lo")["flags"], serde_json::json!(["LOOPBACK", "UP", "LOWER_UP"]));
        assert_eq!(find(&json(&live, "h5", "link"), "eth0")["mtu"], 1400);
        assert!(live.down().is_empty() && live.down().is_empty());
        assert!(!live.is_up());
        drop(live);
        assert_eq!(machine(), before);
    });
}

#[test]
fn a_ring_of_routers_carries_on_every_link() {
    run(|| {
        let names: Vec<String> = (0..12).map(|number| format!("r{number}")).collect();
        let nodes: Vec<_> = names.iter().map(|name| (name.as_str(), Kind::Router)).collect();
        let links: Vec<_> = (0..12).map(|at| (names[at].as_str(), names[(at + 1) % 12].as_str())).collect();
        let plan = plan(&nodes, &links);
        let live = up(&plan, &assign(&plan)).expect("up");
        for (link, (a, b)) in links.iter().enumerate() {
            assert_eq!(answers(&live, a, &format!("10.0.{link}.2")), 3, "{a} to {b}");
        }
        assert_eq!(inside(&live, "r3", "cat /proc/sys/net/ipv4/ip_forward"), "1\n");
    });
}

/// Two LANs on a router, everything with routes; the router of one of them is two hops away, over two equal ways.
#[test]
fn routes_lead_from_lan_to_lan() {
    run(|| {
        use Kind::{Host, Router, Switch};
        let nodes = [("s1", Switch), ("s2", Switch), ("h1", Host), ("h2", Host), ("r1", Router), ("r2", Router)];
        let links = [("s1", "h1"), ("s1", "r1"), ("r1", "r2"), ("r1", "r2"), ("s2", "r2"), ("s2", "h2")];
        let mut plan = plan(&nodes, &links);
        plan.nodes[2].addresses.push(net("192.0.2.1/32"));
        let mut assigned = assign(&plan);
        assigned.nodes[2].routes.push(route("0.0.0.0/0", &[("10.1.0.2", 0)]));
        assigned.nodes[3].routes.push(route("0.0.0.0/0", &[("10.1.1.1", 0)]));
        assigned.nodes[4].routes.push(route("10.1.1.0/24", &[("10.0.2.2", 1), ("10.0.3.2", 2)]));
        assigned.nodes[4].routes.push(route("192.0.2.1/32", &[("10.1.0.1", 0)]));
        assigned.nodes[5].routes.push(route("10.1.0.0/24", &[("10.0.2.1", 0), ("10.0.3.1", 1)]));
        assigned.nodes[5].routes.push(route("192.0.2.1/32", &[("10.0.3.1", 1)]));
        let live = up(&plan, &assigned).expect("up");
        assert_eq!(answers(&live, "h1", "10.1.1.2"), 3);
        assert_eq!(answers(&live, "h2", "10.1.0.1"), 3);
        assert_eq!(answers(&live, "h2", "192.0.2.1"), 3);
        let routes = json(&live, "r1", "route show 10.1.1.0/24");
        let hops = routes[0]["nexthops"].as_array().expect("several ways");
        let gateways: Vec<_> = hops.iter().map(|hop| hop["gateway"].as_str().expect("a gateway")).collect();
        assert_eq!(gateways, ["10.0.2.2", "10.0.3.2"]);
        assert_eq!(inside(&live, "h1", "cat /proc/sys/net/ipv4/ip_forward"), "0\n");
    });
}

#[test]
fn ipv6_is_usable_at_once_and_only_where_it_is_asked_for() {
    run(|| {
        use Kind::{Host, Router};
        let mut plan = plan(&[("a", Host), ("r", Router), ("b", Host)], &[("a", "r"), ("r", "b")]);
        plan.nodes[1].sysctl.insert("net.ipv4.conf.eth1.rp_filter".to_owned(), "1".to_owned());
        plan.nodes[1].sysctl.insert("net.ipv4.ip_default_ttl".to_owned(), "9".to_owned());
        let mut assigned = assign(&plan);
        for (node, interface, address) in [(0, 0, "fd00::1/64"), (1, 0, "fd00::2/64")] {
            let interface = &mut assigned.nodes[node].interfaces[interface];
            interface.addresses.push(net(address));
            interface.ipv6 = true;
        }
        let live = up(&plan, &assigned).expect("up");
        assert_eq!(answers(&live, "a", "fd00::2"), 3);
        let addresses = |node, link| {
            let list = json(&live, node, "addr");
            let addresses = find(&list, link)["addr_info"].as_array().expect("addresses").clone();
            addresses.iter().map(|one| one["local"].as_str().expect("an address").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(addresses("b", "eth0"), ["10.0.1.2"]);
        assert_eq!(addresses("r", "eth1"), ["10.0.1.1"]);
        let both = addresses("r", "eth0");
        assert_eq!(both[..2], ["10.0.0.2", "fd00::2"]);
        assert!(both[2].starts_with("fe80::"), "{both:?}");
        assert_eq!(inside(&live, "r", "cat /proc/sys/net/ipv6/conf/all/forwarding"), "1\n");
        assert_eq!(inside(&live, "r", "cat /proc/sys/net/ipv4/conf/eth1/rp_filter"), "1\n");
        assert_eq!(inside(&live, "r", "cat /proc/sys/net/ipv4/ip_default_ttl"), "9\n");
    });
}

#[test]
fn a_loop_of_switches_is_waited_for() {
    run(|| {
        use Kind::{Host, Switch};
        let nodes = [("s1", Switch), ("s2", Switch), ("s3", Switch), ("h1", Host), ("h3", Host)];
        let mut plan = plan(&nodes, &[("s1", "s2"), ("s2", "s3"), ("s3", "s1"), ("s1", "h1"), ("s3", "h3")]);
        for switch in &mut plan.nodes[..3] {
            switch.stp = Some(true);
        }
        let mut assigned = assign(&plan);
        assigned.nodes[4].interfaces[0].addresses = vec![net("10.1.0.9/24")];
        let start = Instant::now();
        let live = up(&plan, &assigned).expect("up");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_eq!(answers(&live, "h1", "10.1.0.9"), 3);
        let states: String = ["s1", "s2", "s3"].map(|switch| inside(&live, switch, "bridge link")).concat();
        assert_eq!(states.matches("state forwarding").count(), 7, "{states}");
        assert_eq!(states.matches("state blocking").count(), 1, "{states}");
    });
}

#[test]
fn what_the_machine_has_set_does_not_show_in_a_lab() {
    run(|| {
        // The sandbox is not the machine's first namespace, from which settings are inherited: what can be seen here is
        // that a lab has the plain values whatever its own surroundings have.
        crate::sandbox::sh("echo 2 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 1 >/proc/sys/net/ipv4/ip_forward");
        let plan = star(1);
        let live = up(&plan, &assign(&plan)).expect("up");
        assert_eq!(inside(&live, "h1", "cat /proc/sys/net/ipv4/ip_forward"), "0\n");
        for scope in ["all", "default", "eth0"] {
            let rp_filter = inside(&live, "h1", &format!("cat /proc/sys/net/ipv4/conf/{scope}/rp_filter"));
            assert_eq!(rp_filter, "0\n", "{scope}");
        }
    });
}

#[test]
fn thirty_times_in_a_row_and_two_at_once() {
    run(|| {
        let before = machine();
        let plan = star(10);
        let assigned = assign(&plan);
        let mut other = up(&plan, &assigned).expect("up");
        for round in 0..30 {
            let mut live = up(&plan, &assigned).unwrap_or_else(|error| panic!("round {round}: {error:?}"));
            assert_eq!(answers(&live, "h1", "10.1.0.10"), 3, "round {round}");
            assert_eq!(count(), 2);
            assert!(live.down().is_empty());
        }
        assert_eq!(answers(&other, "h1", "10.1.0.10"), 3);
        assert!(take_down_all().is_empty() && other.down().is_empty());
        assert!(namespace(&other, "h1").open().is_err());
        drop(other);
        assert_eq!(machine(), before);
    });
}

#[test]
fn a_hundred_labs_leave_no_descriptor() {
    run(|| {
        let plan = star(19);
        let assigned = assign(&plan);
        drop(up(&plan, &assigned).expect("up"));
        let before = descriptors();
        for _ in 0..100 {
            let mut live = up(&plan, &assigned).expect("up");
            assert!(descriptors() >= before + 20);
            assert!(live.down().is_empty());
        }
        assert_eq!(descriptors(), before);
    });
}

#[test]
fn links_to_the_outside_go_at_once() {
    run(|| {
        let plan = star(2);
        let assigned = assign(&plan);
        for _ in 0..5 {
            let mut live = up(&plan, &assigned).expect("up");
            let (inner, home) = (namespace(&live, "h1"), nsl::kernel::namespace::Namespace::home());
            let spec = nsl::kernel::link::LinkSpec::default();
            let end = |namespace, name| nsl::kernel::link::End { namespace, name: Some(name), spec: &spec };
            nsl::kernel::link::veth(&end(inner, "out"), &end(&home, "in")).expect("a pair");
            assert!(live.down().is_empty());
            assert_eq!(crate::sandbox::sh("ip -o link | wc -l"), "1\n");
        }
    });
}

#[test]
fn commands_run_in_their_node_and_daemons_end_with_the_lab() {
    run(|| {
        let mut plan = star(2);
        let words = |line: &str| ["/bin/sh", "-c", line].map(str::to_owned).to_vec();
        plan.nodes[1].run = vec![words("ip -o addr show eth0 >/run/seen"), words("echo again >>/run/seen")];
        plan.nodes[2].daemons = vec![words("trap '' TERM HUP; while :; do sleep 1000; done"), words("exec sleep 1000")];
        let mut live = up(&plan, &assign(&plan)).expect("up");
        let seen = std::fs::read_to_string("/run/seen").expect("written");
        assert!(seen.contains("10.1.0.1/24") && seen.ends_with("again\n"), "{seen}");
        // The first of the daemons is a shell, which takes a moment to start its own.
        crate::sandbox::sh("for i in $(seq 100); do [ $(pgrep -c sleep) != 2 ] || exit 0; sleep 0.05; done; exit 1");
        let start = Instant::now();
        assert!(live.down().is_empty());
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert_eq!(crate::sandbox::sh("pgrep -c sleep || true"), "0\n");
        nsl::process::end_all();
    });
}

#[test]
fn progress_is_told_phase_by_phase() {
    run(|| {
        let plan = star(100);
        let mut seen = Vec::new();
        let live = build::build(&plan, &assign(&plan), &mut |progress| seen.push(progress)).expect("up");
        assert_eq!(live.nodes().len(), 101);
        let phases: Vec<_> = seen.iter().map(|progress| progress.phase).collect();
        let mut distinct = phases.clone();
        distinct.dedup();
        assert_eq!(distinct, [build::Phase::Namespaces, build::Phase::Links, build::Phase::Nodes]);
        assert!(seen.iter().all(|progress| progress.done <= progress.total && progress.total >= 100));
    });
}
