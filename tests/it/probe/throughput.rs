//! Throughput between namespaces, over links of a known rate.

use std::time::{Duration, Instant};

use nsl::kernel::namespace::Namespace;
use nsl::probe::throughput::{Detail, Protocol};
use nsl::probe::{Throughput, ThroughputRun, ThroughputSpec};
use nsl::wait::{block, drive, interrupt};

use crate::sandbox::{run, sh};

/// Two namespaces with a link between them: 10.0.0.1/24 and fd00::1/64 on a/eth0, the .2 on b/eth0.
fn pair() {
    sh("for n in a b; do ip netns add $n; ip -n $n link set lo up; done
        ip link add eth0 netns a type veth peer name eth0 netns b
        ip -n a addr add 10.0.0.1/24 dev eth0; ip -n b addr add 10.0.0.2/24 dev eth0
        ip -n a addr add fd00::1/64 dev eth0 nodad; ip -n b addr add fd00::2/64 dev eth0 nodad
        ip -n a link set eth0 up; ip -n b link set eth0 up
for n in a b; do
            for i in $(seq 200); do ip -n $n link show eth0 | grep -q 'state UP' && break; sleep 0.05; done
        done");
}

/// From a to this address of b's, for a fifth of a second.
fn spec(address: &str, protocol: Protocol) -> ThroughputSpec {
    let [from, to] = ["a", "b"].map(|name| Namespace::named(name).expect("a namespace"));
    let duration = Duration::from_millis(200);
    ThroughputSpec { duration, ..ThroughputSpec::new(from, to, address.parse().expect("an address"), protocol) }
}

fn measure(spec: ThroughputSpec) -> Throughput {
    block(ThroughputRun::start(spec).expect("a run")).expect("a result")
}

/// What the receiver's interface has counted.
fn received_bytes() -> u64 {
    sh("ip netns exec b cat /sys/class/net/eth0/statistics/rx_bytes").trim().parse().expect("a number")
}

#[test]
fn tcp_is_what_the_interface_counts() {
    run(|| {
        pair();
        for (address, parallel) in [("10.0.0.2", 1), ("fd00::2", 1), ("10.0.0.2", 4)] {
            let before = received_bytes();
            let result = measure(ThroughputSpec { parallel, ..spec(address, Protocol::Tcp) });
            let counted = (received_bytes() - before) as f64;
            // Headers, and what arrived too late to be read.
            let bytes = result.bytes as f64;
            assert!(counted * 0.5 < bytes && bytes < counted, "{bytes} of {counted}: {result}");
            assert!((0.2..2.0).contains(&result.seconds), "{result}");
            assert!((result.bits_per_second - bytes * 8.0 / result.seconds).abs() < 1.0, "{result}");
            assert!(matches!(result.detail, Detail::Tcp { .. }));
            assert!(result.to_string().starts_with("a -> b: "), "{result}");
            // Nothing is remembered of the connections.
            assert_eq!(sh("ip netns exec a cat /proc/net/tcp /proc/net/tcp6 | grep -v local_address || true"), "");
            assert_eq!(sh("ip netns exec b cat /proc/net/tcp /proc/net/tcp6 | grep -v local_address || true"), "");
        }
    });
}

#[test]
fn a_slow_link_is_seen_to_be_slow() {
    run(|| {
        pair();
        sh("tc -n a qdisc add dev eth0 root tbf rate 20mbit burst 20kb latency 5ms");
        let tcp = measure(ThroughputSpec { duration: Duration::from_millis(500), ..spec("10.0.0.2", Protocol::Tcp) });
        assert!((5e6..22e6).contains(&tcp.bits_per_second), "{tcp}");
        let udp = measure(ThroughputSpec { rate: Some(40_000_000), ..spec("10.0.0.2", Protocol::Udp) });
        let Detail::Udp { sent, received, loss, jitter } = udp.detail else { panic!("{udp}") };
        assert!((0.1..0.8).contains(&loss) && received < sent && jitter > 0.0, "{udp}");
        assert!((5e6..25e6).contains(&udp.bits_per_second), "{udp}");
    });
}

#[test]
fn udp_keeps_to_its_rate_and_loses_nothing() {
    run(|| {
        pair();
        for address in ["10.0.0.2", "fd00::2"] {
            let result = measure(ThroughputSpec { rate: Some(8_000_000), ..spec(address, Protocol::Udp) });
            let Detail::Udp { sent, received, loss, jitter } = result.detail else { panic!("{result}") };
            // 8 Mbit/s for 0.2 s in datagrams of 1,400 bytes.
            assert!((100..=144).contains(&sent), "{sent}: {result}");
            assert_eq!((received, loss, result.bytes), (sent, 0.0, sent * 1400), "{result}");
            assert!((0.0..0.01).contains(&jitter), "{result}");
        }
        // As fast as it goes, in frames and in fragments.
        for (size, least) in [(64, 1000), (1400, 500), (65_507, 10)] {
            let result = measure(ThroughputSpec { size: Some(size), ..spec("10.0.0.2", Protocol::Udp) });
            let Detail::Udp { sent, received, .. } = result.detail else { panic!("{result}") };
            assert!(sent > least && received == sent, "{result:?}");
        }
    });
}

#[test]
fn datagrams_that_do_not_arrive_are_lost() {
    run(|| {
        pair();
        sh("ip -n b link set eth0 down");
        let start = Instant::now();
        let result = measure(ThroughputSpec { rate: Some(1_000_000), ..spec("10.0.0.2", Protocol::Udp) });
        assert!(matches!(result.detail, Detail::Udp { received: 0, loss: 1.0, jitter: 0.0, .. }), "{result:?}");
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    });
}

#[test]
fn what_cannot_be_measured_is_an_error_that_says_why() {
    run(|| {
        pair();
        let refused = |spec| match ThroughputRun::start(spec).map(block) {
            Err(error) | Ok(Err(error)) => (error.to_string(), error.object_name().map(str::to_owned)),
            Ok(Ok(result)) => panic!("{result}"),
        };
        let some = |name: &str| Some(name.to_owned());
        let expected = r#"listening on "10.0.0.9" failed: cannot assign requested address (EADDRNOTAVAIL)"#;
        assert_eq!(refused(spec("10.0.0.9", Protocol::Tcp)), (expected.into(), some("b")));
        assert_eq!(refused(spec("10.0.0.9", Protocol::Udp)), (expected.into(), some("b")));
        sh("ip -n b addr add 10.9.0.1/32 dev lo");
        let expected = |doing| format!(r#"{doing} "10.9.0.1" failed: network is unreachable (ENETUNREACH)"#);
        assert_eq!(refused(spec("10.9.0.1", Protocol::Tcp)), (expected("connecting to"), some("a")));
        assert_eq!(refused(spec("10.9.0.1", Protocol::Udp)), (expected("sending to"), some("a")));
        let size = |protocol, size| refused(ThroughputSpec { size: Some(size), ..spec("10.0.0.2", protocol) }).0;
        assert_eq!(size(Protocol::Udp, 23), r#"option "size" must be a number from 24 to 65507, got 23 (EINVAL)"#);
        assert_eq!(size(Protocol::Tcp, 0), r#"option "size" must be a number from 1 to 16777216, got 0 (EINVAL)"#);
        // Nobody hears the one who asks.
        sh("ip -n b link set eth0 down");
        let patient = ThroughputSpec { timeout: Duration::from_millis(200), ..spec("10.0.0.2", Protocol::Tcp) };
        let (text, _) = refused(patient);
        assert_eq!(text, r#"connecting to "10.0.0.2" failed: connection timed out (ETIMEDOUT)"#);
    });
}

#[test]
fn two_at_once_share_and_an_interrupt_ends_it() {
    run(|| {
        pair();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (one, other) = runtime.block_on(async {
            let start = |protocol| drive(ThroughputRun::start(spec("10.0.0.2", protocol)).expect("a run"));
            let (one, other) = tokio::join!(start(Protocol::Tcp), start(Protocol::Udp));
            (one.expect("a result"), other.expect("a result"))
        });
        assert!(one.bytes > 1_000_000 && other.bytes > 1_000_000, "{one}, {other}");

        interrupt::prepare().expect("an eventfd");
        let late = std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            interrupt::request(interrupt::Stop::Signal(2));
        });
        let start = Instant::now();
        let long = ThroughputSpec { duration: Duration::from_secs(60), ..spec("10.0.0.2", Protocol::Tcp) };
        let error = block(ThroughputRun::start(long).expect("a run")).expect_err("interrupted");
        assert_eq!(error.code().as_str(), "EINTR");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        late.join().expect("the other thread");
    });
}
