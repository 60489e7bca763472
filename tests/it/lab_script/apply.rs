//! A lab that is changed while it is up: what `diff` tells, what `apply` does and leaves alone.

use super::{outcome, prints, refused};
use crate::sandbox::{nsl, run, sh};

/// Two hosts at a router.
const LAB: &str = "local net <close> = lab.new()
    local r, a, b = net:router 'r', net:host 'a', net:host 'b'
    local ra, rb = net:link(r, a), net:link(r, b) ";

#[test]
fn against_nothing_all_that_up_would_make_differs() {
    run(|| {
        prints(
            &(LAB.to_owned()
                + "a:configure { sysctl = { ['net.ipv4.tcp_syncookies'] = false }, run = { 'true', { 'sleep', '0' } } }
                b:configure { addresses = { '192.0.2.1/32' }, daemons = { 'sleep 99' } }
                local changes = net:diff()
                print(changes)
                local link = changes[2]
                print(#changes, link.action, link.what, link.node, link.name, link.have, link.want)"),
            "+ node r (router)
            + link r/eth0 -- a/eth0
            + address r/eth0 10.0.0.0/31
            + link r/eth1 -- b/eth0
            + address r/eth1 10.0.0.2/31
            + route r default via 10.0.0.3 dev eth1
            + node a (host)
            + sysctl a net.ipv4.tcp_syncookies 0
            + address a/eth0 10.0.0.1/31
            + route a default via 10.0.0.0 dev eth0
            + run a true
            + run a sleep 0
            + node b (host)
            + address b/lo 192.0.2.1/32
            + address b/eth0 10.0.0.3/31
            + route b default via 10.0.0.2 dev eth0
            + daemon b sleep 99
            17\tadd\tlink\tr\teth0\tnil\ta/eth0",
        );
    });
}

#[test]
fn what_is_declared_later_is_built_beside_what_is_there() {
    run(|| {
        prints(
            &(LAB.to_owned()
                + "net:up()
                print(net:diff())
                local cookie = r.inode
                local c = net:host('c', { run = { 'echo c >> /run/ran' }, setup = function(node) print('set up', node) end })
                net:link(r, c)
                r:configure { sysctl = { ['net.ipv4.conf.all.log_martians'] = 1 } }
                print(net:diff())
                print(pcall(c.ping, c, a))
                print(net:pingall().sent)
                print(#net:apply(), net:diff(), netns.output(nil, 'cat /run/ran'))
                print(net:ping(c, b).received, net:pingall().sent, net:pingall().loss, r.inode == cookie)
                net:remove(b)
                print(net:apply())
                print(net:ping(c, a).received, net:pingall().sent, pcall(function() return b.inode end))
                net:remove(ra)
                print(net:apply())
                print(c.interfaces[1].address[1], r.interfaces[1].name, netns.output(r, 'ls /sys/class/net'))"),
            "nothing differs
            ~ sysctl r net.ipv4.conf.all.log_martians 0 -> 1
            + link r/eth2 -- c/eth0
            + address r/eth2 10.0.0.4/31
            + node c (host)
            + address c/eth0 10.0.0.5/31
            + route c default via 10.0.0.4 dev eth0
            + run c echo c >> /run/ran
            false\tlab.lua:10: netns.ping: node \"c\" is not up yet (ENOENT)
            2
            set up\tc
            7\tnothing differs\tc
            1\t6\t0.0\ttrue
            - link r/eth1 -- b/eth0
            - node b
            1\t2\tfalse\tlab.lua:16: node \"b\" was removed from the lab (ENOENT)
            - link r/eth0 -- a/eth0
            - route a default via 10.0.0.0 dev eth0
            10.0.0.5/31\teth2\teth2
            lo",
        );
    });
}

#[test]
fn what_calls_on_nodes_did_is_undone() {
    run(|| {
        prints(
            &(LAB.to_owned()
                + "net:up()
                ra:down()
                b:link_set('eth0', { mtu = 1400 })
                b:route_add('203.0.113.0/24', { via = '10.0.0.2' })
                r:sysctl('net.ipv4.ip_forward', 0)
                r:link_add('spare', { type = 'bridge' })
                print(net:diff())
                local changes = net:apply { quiet = true }
                print(#changes, changes[1].what, changes[1].have, changes[1].want)
                print(net:diff(), net:pingall().loss)
                rb:set { mtu = 1300 }
                print(net:diff(), b:link_get('eth0').mtu)"),
            "~ sysctl r net.ipv4.ip_forward 0 -> 1
            - link r/spare (bridge)
            ~ r/eth0 down -> up
            ~ a/eth0 down -> up
            + route a default via 10.0.0.0 dev eth0
            ~ b/eth0 mtu 1400 -> 1500
            - route b 203.0.113.0/24 via 10.0.0.2 dev eth0
            7\tsysctl\t0\t1
            nothing differs\t0.0
            nothing differs\t1300",
        );
    });
}

#[test]
fn a_step_that_fails_takes_back_what_is_new() {
    run(|| {
        let outcome = outcome(
            &(LAB.to_owned()
                + "net:up()
                local before = netns.output(r, 'ls /sys/class/net')
                local c = net:host('c', { run = { 'exit 3' } })
                net:link(r, c)
                local ok, err = pcall(net.apply, net)
                print(err.op, err.message, err.where)
                print(netns.output(r, 'ls /sys/class/net') == before, net:pingall().loss)
                c:configure { run = {} }
                print(#net:apply(), net:ping(a, c).received)
                net:host('d', { setup = function() error 'no' end })
                print(pcall(net.apply, net))
                print(net:diff())
                net:link(a, 'c', { a = { mtu = 70000 } })
                net:apply()"),
        );
        assert_eq!(
            outcome.stdout,
            "net.host\tcommand \"exit 3\" failed with exit code 3\tlab.lua:5\ntrue\t0.0\n5\t1\n\
             false\tlab.lua:12: no\n+ node d (host)\n"
        );
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.contains("= note: what was changed before stays: net:diff()"), "{}", outcome.stderr);
    });
}

#[test]
fn a_kept_lab_is_changed_by_the_script_that_kept_it() {
    run(|| {
        prints(
            "local net = lab.new 'demo'
            local s = net:switch 's'
            local sleep = { daemons = { { 'sleep', '1000' } } }
            net:link(s, net:host('a', sleep))
            net:up { keep = true }
            local function daemons(node) return #netns.pids('demo-' .. node) end
            print(daemons 'a')
            net:link(s, net:host('b', sleep))
            print(#net:apply(), daemons 'a', daemons 'b')
            net:remove 'a'
            print(net:apply())
            print(netns.exists 'demo-a', daemons 'b')",
            "1
            4\t1\t1
            - link s/eth0 -- a/eth0
            - node a
            false\t1",
        );
        // What was started by the change lives on as well.
        let before = nsl(&["ps"]).stdout;
        assert!(before.contains("demo") && before.contains("kept"), "{before}");
        assert_eq!(sh("ip netns pids demo-b | wc -l"), "1\n");
        let down = nsl(&["down", "demo"]);
        assert_eq!((down.code, down.stderr.as_str()), (0, ""));
        assert_eq!(sh("ip netns list; ls /run/nsl"), "");
    });
}

#[test]
fn refusals_say_what_is_wrong() {
    run(|| {
        let lab = "local net <close> = lab.new() local a, s = net:host 'a', net:switch 's'";
        let cases = [
            ("a:configure()", "node.configure: argument 1 must be a table, got nothing (EINVAL)"),
            (
                "a:configure { sysctls = {} }",
                "node.configure: unknown option \"sysctls\" for configure (EINVAL); did you mean \"sysctl\"?",
            ),
            (
                "a:configure { stp = true }",
                "node.configure: \"a\" is no switch, which alone could have a spanning tree (EINVAL); give stp to a switch",
            ),
            (
                "a:configure { run = function() end }",
                "node.configure: option \"run\" must be a value: functions are given where a node is declared, got a function (EINVAL)",
            ),
            ("net:apply(1)", "net.apply: argument 1 must be a table of options, got the number 1 (EINVAL)"),
            ("net:diff(1)", "net.diff: at most 0 arguments are taken, got 1 (EINVAL)"),
        ];
        let cases = cases.map(|(text, told)| (format!("{lab}\n{text}"), format!("2: {told}")));
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}

#[test]
fn how_links_send_is_seen_and_put_right() {
    run(|| {
        prints(
            "local net <close> = lab.new()
            local r, a, b = net:router 'r', net:host 'a', net:host 'b'
            local l = net:link(r, a, { rate = '10mbit', b = { rate = '200gbit' } })
            local plain = net:link(r, b)
            net:up()
            print(net:diff())
            l.a:shape_clear()
            l.b:shape { rate = '10mbit' }
            plain.b:shape { rate = '64kbit' }
            print(net:diff())
            print(#net:apply(), net:diff())
            print(b:link_get('eth0').qdisc, r:link_get('eth0').qdisc)
            l.a:shape { rate = '10mbit', limit = 1 }
            print(net:diff())
            print(#net:apply(), net:diff())
            l:set { rate = '1mbit', mtu = 1400 }
            plain.a:set { mtu = 1400 }
            print(net:diff())",
            "nothing differs
            ~ r/eth0 shape none -> rate 10mbit
            ~ a/eth0 shape rate 10mbit -> rate 200gbit
            ~ b/eth0 shape rate 64kbit -> none
            3\tnothing differs
            noqueue\ttbf
            ~ r/eth0 shape tbf rate 10mbit limit 14018 -> tbf rate 10mbit limit 75000
            1\tnothing differs
            ~ r/eth1 mtu 1400 -> 1500",
        );
    });
}

#[test]
fn sysctls_of_an_interface_with_a_dot_are_set_and_compared() {
    run(|| {
        prints(
            "local net <close> = lab.new()
            local a = net:host('a', {
                sysctl = { ['net.ipv4.conf.eth0.100.rp_filter'] = 2, ['net.ipv4.conf.eth0/100.log_martians'] = 1 },
            })
            net:link(a, net:host 'b', { a = { name = 'eth0.100' } })
            net:up()
            print(a:output 'cat /proc/sys/net/ipv4/conf/eth0.100/*_filter | sort -r | head -1', net:diff())
            print(a:sysctl 'net.ipv4.conf.eth0.100.log_martians')
            a:sysctl('net.ipv4.conf.eth0.100.rp_filter', 0)
            print(net:diff())
            net:apply()
            print(net:diff())",
            "2\tnothing differs
            1
            ~ sysctl a net.ipv4.conf.eth0.100.rp_filter 0 -> 2
            nothing differs",
        );
    });
}
