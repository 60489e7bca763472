//! All hosts of a network asked at once, in networks larger than the kernel's limit on neighbours.

use std::fmt::Write;
use std::time::Duration;

use nsl::kernel::namespace::Namespace;
use nsl::probe::pingall::{Pairs, Station};
use nsl::probe::{PingAll, PingAllRun, PingAllSpec, PingHost};
use nsl::wait::{Operation, Step, block, drive, interrupt};

use crate::sandbox::{self, run, sh};

/// Carries out lines of `ip -batch`.
fn ip_batch(lines: &str) {
    std::fs::write("/run/batch", lines).expect("a file");
    sh("ip -batch /run/batch");
}

fn station(namespace: &str, address: &str, index: u32, mac: [u8; 6], segment: usize) -> Station {
    let namespace = Namespace::named(namespace).expect("a namespace");
    Station { namespace, address: address.parse().expect("an address"), index, mac, segment }
}

/// Each host has interface 10, a MAC address of its number, and speaks IPv6 at once.
const INDEX: u32 = 10;

fn mac(number: usize) -> [u8; 6] {
    [2, 0, 0, 0, (number >> 8) as u8, number as u8]
}

fn mac_text(number: usize) -> String {
    format!("02:00:00:00:{:02x}:{:02x}", number >> 8, number & 0xff)
}

/// h1 … on one switch: 10.0.0.1/16 or fd00::1/64 …
fn star(hosts: usize, v6: bool) -> PingAllSpec {
    let address = |number: usize| {
        if v6 { format!("fd00::{number:x}/64") } else { format!("10.0.{}.{}/16", number >> 8, number & 0xff) }
    };
    let mut lines = "netns add sw\n".to_owned();
    (1..=hosts).for_each(|number| writeln!(lines, "netns add h{number}").expect("a line"));
    lines.push_str("link add br0 netns sw type bridge\n");
    ip_batch(&lines);
    lines.clear();
    for number in 1..=hosts {
        let end = format!("name eth0 netns h{number} index {INDEX} address {}", mac_text(number));
        writeln!(lines, "link add {end} type veth peer name p{number} netns sw").expect("a line");
    }
    ip_batch(&lines);
    for number in 1..=hosts {
        let nodad = if v6 { "nodad" } else { "" };
        sh(&format!("ip -n h{number} addr add {} dev eth0 {nodad}; ip -n h{number} link set eth0 up", address(number)));
    }
    sh(
        "for p in $(ip -n sw -o link | grep -o ' p[0-9]*'); do ip -n sw link set $p master br0 up; done; ip -n sw link set br0 up",
    );
    until_up(&["sw".to_owned(), format!("h{hosts}")]);
    PingAllSpec::new((1..=hosts).map(|number| host(number, &address(number))).collect())
}

/// Waits until all links of these namespaces pass packets: the kernel may notice a carrier only after a second.
fn until_up(namespaces: &[String]) {
    for namespace in namespaces {
        sh(&format!(
            "for i in $(seq 200); do ip -n {namespace} -o link | grep -v ' lo: ' | grep -vq 'state UP' || exit 0; sleep 0.05; done; exit 1"
        ));
    }
}

fn host(number: usize, address: &str) -> PingHost {
    let name = format!("h{number}");
    PingHost { station: station(&name, address, INDEX, mac(number), 0), name }
}

/// The first hosts of a [`star`] that is there already.
fn spec_of(hosts: usize) -> PingAllSpec {
    PingAllSpec::new((1..=hosts).map(|number| host(number, &format!("10.0.0.{number}/16"))).collect())
}

fn ask(spec: PingAllSpec) -> PingAll {
    block(PingAllRun::start(spec).expect("a run")).expect("a result")
}

/// The permanent entries of all namespaces.
fn permanent() -> String {
    sh(
        "for n in $(ip netns | cut -d' ' -f1); do ip -n $n neigh show nud permanent; ip -n $n -6 neigh show nud permanent; done",
    )
}

/// Steps until a permanent entry reads like this.
fn until_entry(run: &mut PingAllRun, entry: &str) {
    for _ in 0..10_000 {
        assert!(!matches!(run.step().expect("a step"), Step::Done(_)), "it ended before");
        if permanent().contains(entry) {
            return;
        }
    }
    panic!("no such entry was added: {entry}");
}

#[test]
fn more_pairs_than_the_kernel_has_neighbours() {
    let _alone = sandbox::alone();
    run(|| {
        let result = ask(star(60, false));
        assert_eq!((result.sent, result.received, result.loss), (3540, 3540, 0.0), "{result}");
        assert_eq!((result.failed.len(), result.too_far, result.hosts.len()), (0, 0, 60));
        assert!(result.elapsed < Duration::from_secs(30), "{:?}", result.elapsed);
        assert_eq!(result.to_string(), "*** Results: 0% dropped (3540/3540 received)");
        // Nothing is left, not even what the kernel learned.
        assert_eq!(permanent(), "");
        assert_eq!(sh("ip -n h1 neigh; ip -n h60 neigh"), "");
    });
}

#[test]
fn ipv6_too() {
    let _alone = sandbox::alone();
    run(|| {
        let result = ask(star(40, true));
        assert_eq!((result.sent, result.received), (1560, 1560), "{result}");
        assert_eq!(permanent(), "");
    });
}

#[test]
fn a_host_that_is_down_fails_in_exactly_its_pairs() {
    run(|| {
        let mut spec = star(5, false);
        sh("ip -n h3 link set eth0 down");
        spec.timeout = Duration::from_millis(200);
        let result = ask(spec);
        let expected = vec![(0, 2), (1, 2), (2, 0), (2, 1), (2, 3), (2, 4), (3, 2), (4, 2)];
        assert_eq!(result.failed, expected, "{result}");
        assert_eq!(
            result.to_string(),
            "h1 -> h2 X h4 h5\nh2 -> h1 X h4 h5\nh3 -> X X X X\nh4 -> h1 h2 X h5\nh5 -> h1 h2 X h4\n\
             *** Results: 40% dropped (12/20 received)"
        );
    });
}

#[test]
fn a_host_that_does_not_answer_arp_fails_although_entries_would_do() {
    run(|| {
        let mut spec = star(6, false);
        sh("ip netns exec h2 sh -c 'echo 8 >/proc/sys/net/ipv4/conf/eth0/arp_ignore'");
        spec.timeout = Duration::from_millis(200);
        // It can ask by itself, and then is known.
        assert_eq!(ask(spec).failed, [(0, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
        assert_eq!(permanent(), "");
    });
}

#[test]
fn the_users_own_entries_stay_and_count() {
    run(|| {
        let mut spec = star(4, false);
        let own = "10.0.0.3 dev eth0 lladdr 02:00:00:00:00:03 PERMANENT \n\
                   10.0.0.4 dev eth0 lladdr 02:00:00:00:99:99 PERMANENT \n";
        sh("ip -n h1 neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev eth0 nud permanent
            ip -n h1 neigh add 10.0.0.4 lladdr 02:00:00:00:99:99 dev eth0 nud permanent");
        spec.timeout = Duration::from_millis(200);
        let result = ask(spec);
        // What h1 sends to h4 goes elsewhere, be it a request or an answer.
        assert_eq!(result.failed, [(0, 3), (3, 0)], "{result}");
        let mut left: Vec<String> = sh("ip -n h1 neigh show nud permanent").lines().map(str::to_owned).collect();
        left.sort();
        assert_eq!(left.join("\n") + "\n", own);
        sh("ip -n h1 neigh flush all nud permanent");
        assert_eq!(permanent(), "");
    });
}

#[test]
fn nothing_is_left_by_a_run_that_is_dropped_interrupted_or_fails() {
    run(|| {
        star(24, false);
        let start = || {
            let spec = PingAllSpec { timeout: Duration::from_millis(10), ..spec_of(24) };
            PingAllRun::start(spec).expect("a run")
        };
        // Nobody answers any more: the run can be caught before it ends.
        sh("for n in $(seq 24); do ip netns exec h$n sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'; done");
        let mut run = start();
        until_entry(&mut run, "10.0.0.1 dev eth0");
        drop(run);
        assert_eq!(permanent(), "");

        let mut run = start();
        until_entry(&mut run, "10.0.0.1 dev eth0");
        interrupt::request(interrupt::Stop::Signal(2));
        assert_eq!(block(run).expect_err("interrupted").code().as_str(), "EINTR");
        assert_eq!(permanent(), "");
        interrupt::clear();

        let mut run = start();
        until_entry(&mut run, "10.0.0.1 dev eth0");
        sh("ip netns delete h24");
        let error = block(run).expect_err("a namespace is gone");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENOENT", Some("h24")));
        assert_eq!(permanent(), "");
    });
}

/// A ring of routers r0 … with static routes the shorter way round, each with hosts on a link of their own:
/// host j of router i is 10.1.(i*10+j).1/31.
fn ring(routers: usize, hosts: usize) -> PingAllSpec {
    let mut lines = String::new();
    for i in 0..routers {
        writeln!(lines, "netns add r{i}").expect("a line");
        (0..hosts).for_each(|j| writeln!(lines, "netns add h{i}-{j}").expect("a line"));
    }
    ip_batch(&lines);
    let (mut of_router, mut spec) = (vec![String::new(); routers], Vec::new());
    for i in 0..routers {
        let next = (i + 1) % routers;
        sh(&format!("ip link add right netns r{i} type veth peer name left netns r{next}"));
        writeln!(of_router[i], "addr add 10.0.{i}.0/31 dev right\nlink set right up").expect("a line");
        writeln!(of_router[next], "addr add 10.0.{i}.1/31 dev left\nlink set left up").expect("a line");
        for other in (0..routers).filter(|&other| other != i) {
            let clockwise = (other + routers - i) % routers <= routers / 2;
            let gateway =
                if clockwise { format!("10.0.{i}.1") } else { format!("10.0.{}.0", (i + routers - 1) % routers) };
            (0..hosts).for_each(|j| {
                writeln!(of_router[i], "route add 10.1.{}.0/31 via {gateway}", other * 10 + j).expect("a line");
            });
        }
        for j in 0..hosts {
            let (name, net) = (format!("h{i}-{j}"), i * 10 + j);
            sh(&format!(
                "ip link add eth0 netns {name} index {INDEX} address {} type veth peer name h{j} netns r{i}
                 ip -n {name} addr add 10.1.{net}.1/31 dev eth0; ip -n {name} link set eth0 up
                 ip -n r{i} link set h{j} up; ip -n {name} route add default via 10.1.{net}.0",
                mac_text(net)
            ));
            writeln!(of_router[i], "addr add 10.1.{net}.0/31 dev h{j}").expect("a line");
            let station = station(&name, &format!("10.1.{net}.1/31"), INDEX, mac(net), net);
            spec.push(PingHost { name, station });
        }
    }
    for (i, lines) in of_router.iter().enumerate() {
        std::fs::write("/run/batch", lines).expect("a file");
        // Routes last: the links they go by must be up.
        sh(&format!(
            "ip netns exec r{i} sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
            grep -v ^route /run/batch | ip -n r{i} -batch -"
        ));
    }
    until_up(&(0..routers).map(|i| format!("r{i}")).collect::<Vec<_>>());
    for (i, lines) in of_router.iter().enumerate() {
        std::fs::write("/run/batch", lines).expect("a file");
        sh(&format!("grep ^route /run/batch | ip -n r{i} -batch -"));
    }
    PingAllSpec::new(spec)
}

#[test]
fn across_routers_no_pair_is_lost() {
    run(|| {
        let spec = ring(9, 3);
        let result = ask(spec);
        assert_eq!((result.sent, result.received), (702, 702), "{result}");
        assert!(result.to_string().starts_with("h0-0 -> h0-1 h0-2 h1-0 "), "{result}");
    });
}

#[test]
fn pairs_that_are_too_far_apart_are_counted_and_not_lost() {
    run(|| {
        let mut spec = ring(7, 1);
        // Behind their routers, hosts are two hops further apart than these.
        let apart = |from: usize, to: usize| {
            let clockwise = (to + 7 - from) % 7;
            clockwise.min(7 - clockwise) as u32 + 2
        };
        spec.hop_limit = 4;
        spec.timeout = Duration::from_millis(300);
        spec.distance = Some(Box::new(apart));
        let result = ask(spec);
        assert_eq!((result.sent, result.received, result.too_far), (28, 28, 14), "{result}");
        assert!(result.to_string().ends_with("*** Results: 0% dropped (28/28 received), 14 too far apart"), "{result}");
    });
}

#[test]
fn many_ways_are_prepared_and_cleared() {
    run(|| {
        let mut spec = star(4, false);
        // More neighbours of routers than there is room for: 24 of them, which are not there.
        spec.ways = (0..24).map(|i| station("sw", &format!("10.0.9.{i}/16"), 2, mac(999), 0)).collect();
        // Nobody answers: the run can be caught before it ends.
        sh("for n in 1 2 3 4; do ip netns exec h$n sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'; done");
        spec.timeout = Duration::from_secs(1);
        let mut run = PingAllRun::start(spec).expect("a run");
        until_entry(&mut run, "10.0.9.1 dev eth0 lladdr 02:00:00:00:03:e7 PERMANENT");
        let result = block(run).expect("a result");
        assert_eq!((result.sent, result.received, result.loss), (12, 0, 1.0), "{result}");
        assert_eq!(permanent(), "");
    });
}

#[test]
fn only_the_pairs_that_are_asked_for() {
    run(|| {
        let mut spec = star(4, false);
        spec.pairs = Pairs::Listed(vec![(2, 0), (0, 3), (1, 2), (2, 0)]);
        let run = PingAllRun::start(spec).expect("a run");
        let progress = run.progress();
        assert_eq!((progress.done(), progress.total()), (0, 3));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let result = runtime.block_on(drive(run)).expect("a result");
        assert_eq!(progress.done(), 3);
        assert_eq!(result.to_string(), "h1 -> h4\nh2 -> h3\nh3 -> h1\n*** Results: 0% dropped (3/3 received)");

        let mut spec = spec_of(4);
        spec.pairs = Pairs::Sample { count: 5, seed: 7 };
        assert_eq!(ask(spec).received, 5);
        let mut spec = spec_of(4);
        spec.pairs = Pairs::Listed(vec![(0, 4)]);
        let error = PingAllRun::start(spec).err().expect("refused");
        assert_eq!(error.to_string(), r#"option "pairs" must be pairs of numbers below 4, got 0, 4 (EINVAL)"#);
        assert_eq!(ask(spec_of(1)).sent + ask(spec_of(0)).sent, 0);
    });
}
