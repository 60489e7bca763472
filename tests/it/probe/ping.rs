//! nsl's own ping between namespaces.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nsl::error::{Class, Result};
use nsl::kernel::namespace::Namespace;
use nsl::probe::icmp::Reason;
use nsl::probe::{Ping, PingResult, PingSpec};
use nsl::wait::{Operation, Step, block, drive};

use crate::sandbox::{self, run, sh};

/// Two namespaces with a link between them: 10.0.0.1/24 and fd00::1/64 on a/eth0, the .2 on b/eth0.
const PAIR: &str = "
for n in a b; do
  ip netns add $n; ip -n $n link set lo up
  ip netns exec $n sh -c 'for i in all default; do echo 0 >/proc/sys/net/ipv6/conf/$i/accept_dad; done'
done
ip link add eth0 netns a type veth peer name eth0 netns b
ip -n a addr add 10.0.0.1/24 dev eth0; ip -n b addr add 10.0.0.2/24 dev eth0
ip -n a addr add fd00::1/64 dev eth0 nodad; ip -n b addr add fd00::2/64 dev eth0 nodad
ip -n a link set eth0 up; ip -n b link set eth0 up
";

fn pair() {
    sh(PAIR);
    speaks_ipv6("a", "eth0");
    speaks_ipv6("b", "eth0");
}

/// Waits until the interface has its link-local address: the kernel may notice a carrier only after a second.
fn speaks_ipv6(namespace: &str, device: &str) {
    let start = Instant::now();
    while sh(&format!("ip -n {namespace} -6 -o addr show dev {device} scope link -tentative")).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(10), "{namespace}/{device} never spoke IPv6");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ip(address: &str) -> IpAddr {
    address.parse().expect("an address")
}

/// Asks quickly: three requests in 20 ms, each with half a second for its answer.
fn quick(target: &str) -> PingSpec {
    let (interval, timeout) = (Duration::from_millis(10), Duration::from_millis(500));
    PingSpec { count: 3, interval, timeout, ..PingSpec::new(ip(target)) }
}

fn open(namespace: &str, spec: PingSpec) -> Result<Ping> {
    Ping::start(&Namespace::named(namespace)?, spec)
}

fn ping(namespace: &str, spec: PingSpec) -> PingResult {
    block(open(namespace, spec).expect("a ping")).expect("a result")
}

#[test]
fn both_families_answer_across_a_link() {
    run(|| {
        pair();
        for target in ["10.0.0.2", "fd00::2"] {
            let result = ping("a", quick(target));
            assert_eq!((result.sent, result.received, result.loss, result.error), (3, 3, 0.0, None), "{result}");
            let rtt = result.rtt.expect("round trips");
            assert!(0.0 < rtt.min && rtt.min <= rtt.avg && rtt.avg <= rtt.max && rtt.max < 0.5, "{result}");
            for (reply, seq) in result.replies.iter().zip(1..) {
                assert_eq!((reply.seq, reply.from, reply.ttl, reply.bytes), (seq, ip(target), Some(64), 64));
            }
        }
    });
}

#[test]
fn this_machines_own_addresses_answer() {
    run(|| {
        pair();
        for target in ["127.0.0.1", "::1", "10.0.0.1", "fd00::1"] {
            let result = ping("a", quick(target));
            assert_eq!((result.sent, result.received), (3, 3), "{result}");
        }
    });
}

#[test]
fn any_size_goes_through() {
    run(|| {
        pair();
        for (target, size) in
            [("10.0.0.2", 0), ("10.0.0.2", 3), ("10.0.0.2", 65_507), ("fd00::2", 0), ("fd00::2", 65_527)]
        {
            let result = ping("a", PingSpec { size, ..quick(target) });
            assert_eq!((result.received, result.replies[0].bytes), (3, size + 8), "{size}: {result}");
        }
    });
}

#[test]
fn what_the_kernel_says_is_the_result() {
    run(|| {
        pair();
        sh("ip -n a route add blackhole 10.1.0.0/16; ip -n a route add unreachable 10.2.0.0/16
            ip -n a route add prohibit 10.3.0.0/16; ip -n a -6 route add unreachable fd02::/64");
        let cases = [
            ("10.9.0.1", Errno::ENETUNREACH),
            ("fd09::1", Errno::ENETUNREACH),
            ("10.1.0.1", Errno::EINVAL),
            ("10.2.0.1", Errno::EHOSTUNREACH),
            ("10.3.0.1", Errno::EACCES),
            ("fd02::1", Errno::EHOSTUNREACH),
        ];
        for (target, errno) in cases {
            let start = Instant::now();
            let result = ping("a", quick(target));
            assert_eq!((result.sent, result.received, result.loss), (3, 0, 1.0), "{result}");
            assert_eq!((result.error, result.refusals.len()), (Some(errno), 3), "{result}");
            // Nothing is waited for but the next turn.
            assert!(start.elapsed() < Duration::from_millis(450), "{:?}", start.elapsed());
        }
    });
}

#[test]
fn no_answer_is_a_result_after_the_timeout() {
    run(|| {
        pair();
        for target in ["10.0.0.77", "fd00::77"] {
            let start = Instant::now();
            let spec = PingSpec { timeout: Duration::from_millis(60), ..quick(target) };
            let result = ping("a", spec);
            assert_eq!((result.sent, result.received, result.loss, result.error), (3, 0, 1.0, None), "{result}");
            let elapsed = start.elapsed();
            assert!(Duration::from_millis(80) <= elapsed && elapsed < Duration::from_secs(1), "{elapsed:?}");
        }
    });
}

#[test]
fn a_neighbour_that_is_not_there_is_reported() {
    run(|| {
        pair();
        // The kernel gives up after three tries: make them short.
        sh("ip netns exec a sh -c 'for v in 4 6; do echo 30 >/proc/sys/net/ipv$v/neigh/eth0/retrans_time_ms; done'");
        for (target, own) in [("10.0.0.77", "10.0.0.1"), ("fd00::77", "fd00::1")] {
            let result = ping("a", PingSpec { timeout: Duration::from_secs(5), ..quick(target) });
            assert_eq!((result.loss, result.error), (1.0, Some(Errno::EHOSTUNREACH)), "{result}");
            let refusal = &result.refusals[0];
            assert_eq!((refusal.from, refusal.reason), (Some(ip(own)), Some(Reason::Unreachable)));
        }
    });
}

#[test]
fn a_router_reports_that_the_time_to_live_ran_out() {
    run(|| {
        pair();
        sh("ip netns add c; ip netns exec c sh -c 'for i in all default; do echo 0 >/proc/sys/net/ipv6/conf/$i/accept_dad; done'
            ip link add eth1 netns b type veth peer name eth0 netns c
            ip netns exec b sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
            ip -n b addr add 10.0.1.1/24 dev eth1; ip -n c addr add 10.0.1.2/24 dev eth0
            ip -n b addr add fd01::1/64 dev eth1 nodad; ip -n c addr add fd01::2/64 dev eth0 nodad
            ip -n b link set eth1 up; ip -n c link set eth0 up
            ip -n a route add default via 10.0.0.2; ip -n c route add default via 10.0.1.1
            ip -n a route add default via fd00::2; ip -n c route add default via fd01::1");
        speaks_ipv6("b", "eth1");
        speaks_ipv6("c", "eth0");
        for (target, router) in [("10.0.1.2", "10.0.0.2"), ("fd01::2", "fd00::2")] {
            let result = ping("a", PingSpec { ttl: Some(1), ..quick(target) });
            assert_eq!((result.received, result.error), (0, Some(Errno::EHOSTUNREACH)), "{result}");
            let refusal = &result.refusals[0];
            assert_eq!((refusal.from, refusal.reason), (Some(ip(router)), Some(Reason::TimeExceeded)));
            let result = ping("a", PingSpec { ttl: Some(2), ..quick(target) });
            assert_eq!((result.received, result.replies[0].ttl), (3, Some(63)), "{result}");
        }
    });
}

#[test]
fn pings_side_by_side_keep_to_their_own() {
    run(|| {
        pair();
        sh("ip -n b addr add 10.0.0.3/24 dev eth0");
        let targets = ["10.0.0.2", "10.0.0.77", "10.0.0.2", "10.0.0.3", "fd00::2", "10.0.0.1"];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let results: Vec<PingResult> = runtime.block_on(async {
            let tasks: Vec<_> = targets
                .iter()
                .map(|target| {
                    tokio::task::spawn(drive(open("a", PingSpec { count: 20, ..quick(target) }).expect("a ping")))
                })
                .collect();
            let mut results = Vec::new();
            for task in tasks {
                results.push(task.await.expect("no panic").expect("a result"));
            }
            results
        });
        for (target, result) in targets.into_iter().zip(results) {
            assert_eq!(result.received, if target == "10.0.0.77" { 0 } else { 20 }, "{result}");
            assert!(result.replies.iter().all(|reply| reply.from == ip(target)), "{result}");
        }
    });
}

#[test]
fn link_local_addresses_are_asked_by_their_device() {
    run(|| {
        pair();
        let address = sh("ip -n b -6 -o addr show dev eth0 scope link | grep -o 'fe80[^/]*'");
        let device = Some("eth0".to_owned());
        for target in [address.trim(), "ff02::1"] {
            let result = ping("a", PingSpec { device: device.clone(), ..quick(target) });
            assert_eq!(result.received, 3, "{result}");
        }
        let result = ping("a", PingSpec { device, ..quick("10.0.0.2") });
        assert_eq!(result.received, 3, "{result}");
    });
}

#[test]
fn the_source_is_the_one_asked_for() {
    run(|| {
        pair();
        // b answers to 10.0.5.1 alone, so an answer proves the source.
        sh(
            "ip -n a addr add 10.0.5.1/32 dev lo; ip -n b route add 10.0.5.1 via 10.0.0.1; ip -n b route add blackhole 10.0.0.1",
        );
        assert_eq!(ping("a", quick("10.0.0.2")).received, 0);
        let result = ping("a", PingSpec { source: Some(ip("10.0.5.1")), ..quick("10.0.0.2") });
        assert_eq!(result.received, 3, "{result}");
    });
}

#[test]
fn what_is_missing_is_an_error_with_its_name() {
    run(|| {
        sh(PAIR);
        let refused = |spec| open("a", spec).expect_err("refused");
        let error = refused(PingSpec { device: Some("eth9".into()), ..quick("10.0.0.2") });
        assert_eq!(error.to_string(), r#"no device "eth9" to ping from (ENODEV)"#);
        assert_eq!(error.object_name(), Some("a/eth9"));
        let error = refused(PingSpec { source: Some(ip("10.0.0.9")), ..quick("10.0.0.2") });
        assert_eq!(error.to_string(), r#"no interface has the source address "10.0.0.9" (EADDRNOTAVAIL)"#);
        assert_eq!(error.object_name(), Some("10.0.0.2"));
        let home = Ping::start(&Namespace::home(), PingSpec { device: Some("eth0".into()), ..quick("10.0.0.2") });
        assert_eq!(home.expect_err("refused").object_name(), Some("eth0"));
        let namespace = Namespace::named("a").expect("it is there");
        sh("ip netns delete a");
        let error = Ping::start(&namespace, quick("10.0.0.2")).expect_err("refused");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENOENT", Some("a")));
    });
}

/// Takes all capabilities from the calling thread.
#[allow(unsafe_code)]
fn drop_capabilities() {
    // linux/capability.h: version 3, this thread; then two sets of three words.
    let header: [u32; 2] = [0x2008_0522, 0];
    // SAFETY: both pointers are to live arrays of the size that version 3 has.
    let code = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), [0u32; 6].as_ptr()) };
    assert_eq!(code, 0, "capset");
}

#[test]
fn without_the_capability_a_ping_socket_does() {
    run(|| {
        pair();
        let open = |target: &str| {
            let spec = quick(target);
            let thread = std::thread::spawn(|| {
                let file = std::fs::File::open("/run/netns/a").expect("the namespace");
                nix::sched::setns(file, nix::sched::CloneFlags::CLONE_NEWNET).expect("entering it");
                drop_capabilities();
                Ping::here(spec)
            });
            thread.join().expect("no panic inside")
        };
        let error = open("10.0.0.2").expect_err("neither kind of socket is allowed");
        assert_eq!(error.to_string(), "sending ICMP needs CAP_NET_RAW (EPERM)");
        assert_eq!(error.class(), Class::Privilege);
        sh("ip netns exec a sh -c 'echo 0 0 >/proc/sys/net/ipv4/ping_group_range'");
        for target in ["10.0.0.2", "fd00::2", "127.0.0.1"] {
            let result = block(open(target).expect("a ping")).expect("a result");
            assert_eq!(
                (result.received, result.replies[0].ttl, result.replies[0].bytes),
                (3, Some(64), 64),
                "{result}"
            );
        }
    });
}

/// Fills the machine's table of neighbours of one family from a third namespace, with entries that stay.
fn fill_neighbours(family: u8) {
    sh("ip netns add full; ip -n full link add d0 type veth peer name d1; ip -n full link set d0 up; ip -n full link set d1 up
        ip netns exec full sh -c 'for f in 4 6; do echo 3600000 >/proc/sys/net/ipv$f/neigh/d0/base_reachable_time_ms; done'");
    let address = |number: usize| match family {
        4 => format!("10.9.{}.{}", number >> 8, number & 0xff),
        _ => format!("fd09::{number:x}"),
    };
    let line = |number| format!("neigh add {} lladdr 02:00:00:00:00:01 dev d0 nud reachable\n", address(number));
    // The last are refused.
    std::fs::write("/run/batch", (1..=1100).map(line).collect::<String>()).expect("a file");
    sh("! ip -force -n full -batch /run/batch 2>/run/refused; grep -q 'No buffer space' /run/refused");
}

#[test]
fn without_room_for_a_neighbour_a_request_waits_and_then_says_so() {
    let _alone = sandbox::alone();
    run(|| {
        pair();
        for (target, family) in [("10.0.0.2", 4), ("fd00::2", 6)] {
            fill_neighbours(family);
            let result = ping("a", PingSpec { count: 2, timeout: Duration::from_millis(100), ..quick(target) });
            assert_eq!((result.sent, result.received, result.error), (2, 0, Some(Errno::ENOBUFS)), "{result}");
            assert!(result.to_string().ends_with("no buffer space available (ENOBUFS)"), "{result}");
            // What is refused for another reason is said at once.
            sh("ip -n a route add blackhole 10.1.0.0/16; ip -n a -6 route add blackhole fd01::/64");
            let elsewhere = if family == 4 { "10.1.0.1" } else { "fd01::1" };
            assert_eq!(ping("a", quick(elsewhere)).error, Some(Errno::EINVAL));
            sh("ip -n a route del blackhole 10.1.0.0/16; ip -n a -6 route del blackhole fd01::/64");

            let mut ping = open("a", PingSpec { timeout: Duration::from_secs(10), ..quick(target) }).expect("a ping");
            for _ in 0..3 {
                assert!(matches!(ping.step().expect("a step"), Step::Wait(_)));
            }
            sh("ip netns delete full");
            let result = block(ping).expect("a result");
            assert_eq!((result.sent, result.received, result.error), (3, 3, None), "{result}");
        }
    });
}

#[test]
fn what_a_full_queue_drops_is_lost() {
    run(|| {
        pair();
        assert_eq!(ping("a", quick("10.0.0.2")).received, 3);
        sh("ip netns exec a tc qdisc add dev eth0 root tbf rate 1kbit burst 1540 limit 1");
        let result = ping("a", PingSpec { size: 1400, ..quick("10.0.0.2") });
        assert_eq!((result.sent, result.error), (3, None), "{result}");
        assert!(result.received < 3, "{result}");
    });
}
