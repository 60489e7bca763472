//! `net:throughput` and `netns.throughput`: how much one node can send to another.

use super::{prints, refused};
use crate::sandbox::run;

#[test]
fn it_measures_between_nodes_by_tcp_and_udp_over_both_families() {
    run(|| {
        prints(
            "local net = lab.new { ipv6 = true }
            net:link(net:host 'a', net:router 'r') net:link('r', net:host 'b')
            net:up()
            local function shape(text) return (tostring(text):gsub('[%d.]+ [TGMk]?bit/s', 'R'):gsub('[%d.]+ (m?)s', 'N %1s'):gsub('%d+ retransmits?', 'K retransmits')) end
            local tcp = net:throughput('a', net.nodes.b, { duration = 0.2 })
            print(shape(tcp), tcp.from, tcp.to, tcp.address, tcp.proto)
            print(tcp.bytes > 1e6, tcp.seconds >= 0.2, tcp.retransmits >= 0, tcp.sent, tcp.loss)
            print(math.abs(tcp.bits_per_second - tcp.bytes * 8 / tcp.seconds) < 1)
            local udp = net:throughput('b', 'a', { udp = true, rate = '8mbit', duration = '200ms', size = 1000, family = 'inet6' })
            print(shape(udp), udp.from, udp.to, udp.address, udp.proto)
            print(udp.sent > 10 and udp.sent < 250, udp.received == udp.sent, udp.loss, udp.jitter < 1, udp.retransmits)
            print(udp.bytes == udp.received * 1000)
            local one = net.nodes.a:throughput(net.nodes.b, { duration = 0.05, parallel = 3, size = '64kb' })
            print(one.bytes > 0, one.address, net:throughput('a', 'a', { duration = 0 }).seconds < 5)",
            "a -> b: R TCP (N s, K retransmits)\ta\tb\t10.0.0.3\ttcp
            true\ttrue\ttrue\tnil\tnil
            true
            b -> a: R UDP (N s, 0% loss, jitter N ms)\tb\ta\tfd00:6e73:6c00::\tudp
            true\ttrue\t0.0\ttrue\tnil
            true
            true\t10.0.0.3\ttrue",
        );
    });
}

#[test]
fn it_measures_between_namespaces_while_other_tasks_go_on() {
    run(|| {
        prints(
            "local a, b = netns.add 'a', netns.add()
            netns.veth('a/x', b:link 'y', { up = true, a = { ip = '10.0.0.1/24' }, b = { ip = '10.0.0.2/24' } })
            local ticks = 0
            local ticker = task.spawn(function() while true do task.sleep(0.005) ticks = ticks + 1 end end)
            local there, back = table.unpack(task.all {
                function() return a:throughput(b, { duration = 1 }) end,
                function() return netns.throughput(b, 'a', { duration = 1 }) end,
            })
            ticker:cancel()
            print(there.from, back.to, there.bytes > 1e6, back.bytes > 1e6, ticks > 2)",
            "a\ta\ttrue\ttrue\ttrue",
        );
    });
}

#[test]
fn what_cannot_be_measured_is_refused() {
    run(|| {
        let lab =
            "local net <close> = lab.new() net:link(net:host 'alice', net:switch 's') net:link(net:host 'bob', 's')";
        let cases = [
            (
                "net:throughput('alice', 'bob')",
                "net.throughput: node \"alice\" is not up (ENOENT); bring its lab up first, with net:up()",
            ),
            (
                "net:up() net:throughput('alice', 's')",
                "net.throughput: \"s\" has no address to send to (EADDRNOTAVAIL); add one with netns.addr_add",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { udp = true, rate = '10mb' })",
                "net.throughput: option \"rate\" must be a rate (bits a second, or text such as \"10mbit\"), got \"10mb\" (EINVAL)",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { udp = true, rate = 0 })",
                "net.throughput: option \"rate\" must be a rate (bits a second, or text such as \"10mbit\"), got 0 (EINVAL)",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { udp = true, size = 10 })",
                "net.throughput: option \"size\" must be a number from 24 to 65507, got 10 (EINVAL)",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { parallel = 200 })",
                "net.throughput: option \"parallel\" must be a number from 1 to 128, got 200 (EINVAL)",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { address = '10.0.0.7' })",
                "net.throughput: listening on \"10.0.0.7\" failed: cannot assign requested address (EADDRNOTAVAIL)",
            ),
            (
                "net:up() net:throughput('alice', 'bob', { dration = 3 })",
                "net.throughput: unknown option \"dration\" for throughput (EINVAL); did you mean \"duration\"?",
            ),
        ];
        let cases = cases.map(|(text, told)| (format!("{lab}\n{text}"), format!("2: {told}")));
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}
