//! A lab that is up and down again: what each option sets, what nodes and links can do, what is refused meanwhile.

use super::{outcome, prints, refused};
use crate::sandbox::run;

#[test]
fn a_lab_is_up_between_up_and_down() {
    run(|| {
        prints(
            "local function namespaces() return tonumber(netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net:')) end
            do local used <close> = netns.add() end
            local net = lab.new()
            local r = net:router 'r'
            local a, b = net:host 'a', net:host 'b'
            net:link(a, r) net:link(r, b)
            net:down()
            local before = namespaces()
            for round = 1, 2 do
                print(net:up() == net, net, net.stats.nodes, net.stats.links, net.stats.routes, net.stats.elapsed > 0)
                print(a:ping(b).received, net:ping('a', b).received, namespaces() - before)
                net:down() net:down()
                print(net, namespaces() - before, net.stats.nodes)
            end
            net:link(b, net:host 'c')
            net:up { quiet = true }
            print(net:ping('c', 'b').received, net.stats.nodes, net.links)",
            "true\tlab (3 nodes, 2 links, up)\t3\t2\t2\ttrue
            1\t1\t3
            lab (3 nodes, 2 links)\t0\t3
            true\tlab (3 nodes, 2 links, up)\t3\t2\t2\ttrue
            1\t1\t3
            lab (3 nodes, 2 links)\t0\t3
            1\t4\t{ a -- r, r -- b, b -- c }",
        );
    });
}

#[test]
fn what_comes_too_early_or_too_late_is_refused() {
    run(|| {
        let lab = "local net = lab.new() local a, b = net:host 'a', net:host 'b' local l = net:link(a, b)";
        let not_up = "node \"a\" is not up (ENOENT); bring its lab up first, with net:up()";
        let lab_down = "the lab is not up (ENOENT); bring it up first, with net:up()";
        let waits = "node \"c\" is not up yet (ENOENT); build it first, with net:apply()";
        let link_waits = "the link is not up yet (ENOENT); build it first, with net:apply()";
        let is_up = "the lab is up already (EBUSY); call net:apply() to change it, or net:down() first";
        let cases = [
            ("", "a:exec 'true'", "netns.exec: ", not_up),
            ("", "netns.exec(a, 'true')", "netns.exec: ", not_up),
            ("", "a:link_list()", "netns.link_list: ", not_up),
            ("", "a:addr_add('eth0', '10.0.0.1/8')", "netns.addr_add: ", not_up),
            ("", "netns.ping(nil, a)", "netns.ping: ", not_up),
            ("", "net:ping(a, b)", "net.ping: ", not_up),
            ("net:up() net:down()", "a:exec 'true'", "netns.exec: ", not_up),
            ("", "net:pingall()", "net.pingall: ", lab_down),
            ("", "net:apply()", "net.apply: ", lab_down),
            ("net:up()", "net:host 'c':exec 'true'", "netns.exec: ", waits),
            ("net:up()", "net:link(a, b):down()", "cable.down: ", link_waits),
            ("", "l:down()", "cable.down: ", lab_down),
            ("net:up() net:down()", "l:up()", "cable.up: ", lab_down),
            ("net:up()", "net:up()", "net.up: ", is_up),
            (
                "net:up()",
                "net:up { quite = true }",
                "net.up: ",
                "unknown option \"quite\" for up (EINVAL); did you mean \"quiet\"?",
            ),
            ("", "net:down(1)", "net.down: ", "at most 0 arguments are taken, got 1 (EINVAL)"),
        ];
        let cases = cases.map(|(before, text, op, told)| {
            (format!("{lab} local d <close> = net {before}\n{text}"), format!("2: {op}{told}"))
        });
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
        for field in ["a.netns", "l.a", "a.inode", "a.path"] {
            refused(&[(&format!("{lab}\nprint({field})"), &format!("2: {not_up}"))]);
        }
    });
}

#[test]
fn options_of_links_and_their_ends_are_set() {
    run(|| {
        prints(
            "local net = lab.new { mtu = 9000 }
            local s = net:switch('s', { subnet = '192.168.7.0/24' })
            local a, b, c = net:host 'a', net:host 'b', net:host 'c'
            net:link(a, s, { a = { name = 'wan', ip = '192.168.7.77/24', mac = '02:11:22:33:44:55', txqueuelen = 5, alias = 'an alias' } })
            net:link(b, s, { mtu = 1400, a = { mtu = 1300 }, b = { name = 'to-b' } })
            net:link(a, c, { subnet = { '10.99.0.0/24', '2001:db8:9::/64' }, b = { ip = { '10.99.0.9/24' } } })
            net:link(b, c, { a = { ip = false }, b = { ip = false } })
            net:up()
            for _, name in ipairs { 'wan', 'eth1' } do
                local link = a:link_get(name)
                print(name, link.mtu, link.address, link.txqueuelen, link.alias)
            end
            print(b:link_get 'eth0'.mtu, s:link_get 'to-b'.mtu, s:link_get 'to-b'.master)
            for _, node in ipairs { a, b, c } do
                for _, address in ipairs(node:addr_list()) do
                    if address.dev ~= 'lo' and address.scope == 'global' then print(node, address.dev, address.address) end
                end
            end
            print(net:ping(a, b).received, net:ping(a, c).received, net:ping(a, c, { family = 'inet6', count = 3, interval = 0.1 }).received > 0)",
            "wan\t9000\t02:11:22:33:44:55\t5\tan alias
            eth1\t9000\t02:00:00:00:02:00\t1000\tnil
            1300\t1400\tbr0
            a\twan\t192.168.7.77/24
            a\twan\tfd00:6e73:6c00::1/64
            a\teth1\t10.99.0.1/24
            a\teth1\t2001:db8:9::1/64
            b\teth0\t192.168.7.1/24
            b\teth0\tfd00:6e73:6c00::2/64
            c\teth0\t10.99.0.9/24
            c\teth0\t2001:db8:9::2/64
            1\t1\ttrue",
        );
    });
}

#[test]
fn options_of_nodes_are_set_and_forwarding_is_as_the_kind_says() {
    run(|| {
        prints(
            "local net = lab.new()
            local r = net:router('r', { sysctl = { ['net.ipv4.conf.eth0.rp_filter'] = '2', ['net.ipv4.ip_default_ttl'] = 9 } })
            local h = net:host('h', {
                addresses = { '203.0.113.1/32', '203.0.113.2/32' },
                routes = { { dst = '198.51.100.0/24', via = '10.0.0.1' }, { dst = '192.0.2.0/24', dev = 'eth0' } },
            })
            local f = net:host('f', { sysctl = { ['net.ipv4.ip_forward'] = true } })
            local n = net:node 'n'
            net:link(h, r) net:link(r, f) net:link(r, n)
            net:up()
            for _, node in ipairs { r, h, f, n } do print(node, node:sysctl 'net.ipv4.ip_forward') end
            print(r:sysctl 'net.ipv4.conf.eth0.rp_filter', r:sysctl 'net.ipv4.conf.eth1.rp_filter', r:sysctl 'net.ipv4.ip_default_ttl')
            print(h:link_get 'lo'.up, netns.addr_list(h:link 'lo'))
            print(h:route_list { proto = 'boot' })
            print(f:ping '203.0.113.1'.received, f:ping '203.0.113.2'.received, h:ping(f).received)",
            "r\t1
            h\t0
            f\t1
            n\t0
            2\t0\t9
            true\tdev  family  address         scope   label
            lo   inet    127.0.0.1/8     host    lo
            lo   inet    203.0.113.1/32  global  lo
            lo   inet    203.0.113.2/32  global  lo
            lo   inet6   ::1/128         host
            dst              via       dev   proto  scope   type     table
            default          10.0.0.1  eth0  boot   global  unicast  main
            192.0.2.0/24               eth0  boot   link    unicast  main
            198.51.100.0/24  10.0.0.1  eth0  boot   global  unicast  main
            1\t1\t1",
        );
    });
}

#[test]
fn a_node_is_a_netns_and_a_link_has_two_links() {
    run(|| {
        prints(
            "local net = lab.new()
            local a, b = net:host 'a', net:host 'b'
            local cable = net:link(a, b, { b = { name = 'plug' } })
            net:up()
            print(a:output 'echo inside; ip -br link show eth0 | cut -c1-4', netns.output(b, { 'echo', 'too' }))
            print(netns.exec(a, 'exit 3').code, netns.ping(a, b).received, a:ping(b).received, netns.ping(a, b.netns).received)
            print(netns.veth(a:link 'x', b:link 'y', { up = true, a = { ip = '192.168.0.1/24' }, b = { ip = '192.168.0.2/24' } }))
            print(a:ping '192.168.0.2'.received, #a:link_list(), #netns.link_list(b))
            print(a:link_add('br7', { type = 'bridge' }), netns.addr_list(a:link 'x')[1].address, netns.sysctl(a, 'net.ipv4.ip_forward'))
            print(a:route_get '10.0.0.1'.dev, a.netns, a.inode == a.netns.inode, math.type(a.inode), b.inode == a.inode)
            local sleeper = a:spawn { 'sleep', '1000' }
            print(#a:pids(), sleeper:running())
            print(cable, cable.a, cable.b, cable.a:get().name, cable.b.netns, cable.b:addr_list()[1].address, cable.b == b:link 'plug')
            cable.a:set { mtu = 1300 }
            print(a:link_get 'eth0'.mtu, pcall(function() return cable.c end))
            net:down()
            print(sleeper:running(), sleeper:wait().signal)",
            "inside
            eth0\ttoo
            3\t1\t1\t1
            a/x\tb/y
            1\t3\t3
            a/br7\t192.168.0.1/24\t0
            eth0\ta\ttrue\tinteger\tfalse
            1\ttrue
            a -- b\ta/eth0\tb/plug\teth0\tb\t10.0.0.1/31\ttrue
            1300\tfalse\tlab.lua:15: a Cable has no field \"c\" (EINVAL)
            false\tSIGTERM",
        );
    });
}

#[test]
fn a_link_that_was_down_has_all_it_had_when_it_is_up() {
    run(|| {
        prints(
            "local net = lab.new { subnets6 = '2001:db8::/32' }
            local r = net:router 'r'
            local cable = net:link(net:host 'a', r)
            net:link(r, net:host 'b')
            local lan = net:switch 's'
            local port = net:link(net:host 'c', lan)
            net:link(lan, r)
            net:up()
            local a = net.nodes.a
            local function state()
                local list = '{ ip -o addr; ip route; ip -6 route; } | sort'
                return a:output(list) .. '\\n' .. r:output(list)
            end
            -- Where memory is short the kernel loses a packet now and then.
            local function answers(...)
                return net:ping(...).received > 0
            end
            local function pings()
                local some = { count = 5, interval = 0.05, timeout = 0.2 }
                local some6 = { count = 5, interval = 0.05, timeout = 0.2, family = 'inet6' }
                print(answers('a', 'b', some), answers('b', 'a', some6), answers('c', 'b', some))
            end
            local before = state()
            pings()
            cable:down() port:down()
            pings()
            print(a:link_get 'eth0'.up, r:link_get 'eth0'.up, state() == before)
            cable:up() port:up()
            pings()
            print(a:link_get 'eth0'.up, r:link_get 'eth0'.up)
            if state() ~= before then print(before) print(state()) end
            cable:up()
            pings()",
            "true\ttrue\ttrue
            false\tfalse\tfalse
            false\tfalse\tfalse
            true\ttrue\ttrue
            true\ttrue
            true\ttrue\ttrue",
        );
    });
}

#[test]
fn routing_and_families_are_as_asked() {
    run(|| {
        let count = "net:up()
            for _, node in ipairs(net.nodes) do
                local lines = {}
                for _, route in ipairs(node:route_list { proto = 'boot' }) do lines[#lines + 1] = route.dst end
                print(node, #lines, lines[1])
            end
            local all = net:pingall { timeout = 0.3 }
            print(all.sent, all.received)";
        let chain = "local a, b = net:router 'a', net:router 'b' net:link(a, b) net:link(net:host 'h', a) net:link(b, net:host 'g')\n";
        prints(
            &format!("local net = lab.new() {chain} {count}"),
            "a\t1\tdefault\nb\t1\tdefault\nh\t1\tdefault\ng\t1\tdefault\n2\t2",
        );
        prints(
            &format!("local net = lab.new {{ routing = 'default' }} {chain} {count}"),
            "a\t0\tnil\nb\t0\tnil\nh\t1\tdefault\ng\t1\tdefault\n2\t0",
        );
        prints(
            &format!("local net = lab.new {{ routing = 'none' }} {chain} {count}"),
            "a\t0\tnil\nb\t0\tnil\nh\t0\tnil\ng\t0\tnil\n2\t0",
        );
        prints(
            &format!(
                "local net = lab.new {{ subnets = false, subnets6 = 'fd00::/48' }} {chain} net:up()
                print(net:pingall().received, #net.nodes.a.interfaces[1].address)
                for _, address in ipairs(net.nodes.a:addr_list()) do print(address.dev, address.address) end"
            ),
            "2\t1
            lo\t127.0.0.1/8
            lo\t::1/128
            eth0\tfd00::/127
            eth0\tfe80::ff:fe00:0/64
            eth1\tfd00::3/127
            eth1\tfe80::ff:fe00:101/64",
        );
        prints(
            &format!(
                "local net = lab.new {{ subnets = '172.16.0.0/16', ipv6 = true }} {chain} net:up()
                print(table.concat(net.nodes.a.interfaces[1].address, ' '))
                print(net:pingall().received, net:pingall {{ family = 'inet6' }}.received)"
            ),
            "172.16.0.0/31 fd00:6e73:6c00::/127\n2\t2",
        );
        prints(
            &format!(
                "local net = lab.new {{ subnets = false }} {chain} net:up()
                print(net.nodes.a.interfaces)
                print(select(2, pcall(net.pingall, net)))
                print(select(2, pcall(net.ping, net, 'h', 'g')))
                print(net.nodes.h:link_get 'eth0'.operstate)"
            ),
            "name  mac                link
            eth0  02:00:00:00:00:00  a -- b
            eth1  02:00:00:00:01:01  h -- a
            lab.lua:4: net.pingall: no node of the lab has an address to ask (EADDRNOTAVAIL)
            lab.lua:5: net.ping: \"g\" has no address to send to (EADDRNOTAVAIL)
            UP",
        );
    });
}

#[test]
fn a_loop_of_switches_is_told_unless_quiet() {
    run(|| {
        let lab = "local net = lab.new() local s = { net:switch 's1', net:switch 's2', net:switch 's3' }
            for i = 1, 3 do net:link(s[i], s[i % 3 + 1]) net:link(net:host('h' .. i), s[i]) end\n";
        let show = "print(net:plan().notes[1], s[1]:link_get 'br0'.stp_state, net:pingall().received)";
        let note = "switches in a loop get spanning tree: \"s1\", \"s2\", \"s3\"";
        let told = outcome(&format!("{lab} net:up() {show}"));
        assert_eq!((told.code, told.stderr), (0, format!("nsl: {note}\n")), "{}", told.stdout);
        assert_eq!(told.stdout, format!("{note}\ttrue\t6\n"));
        prints(&format!("{lab} net:up {{ quiet = true }} {show}"), &format!("{note}\ttrue\t6"));
        prints(
            "local net = lab.new() net:link(net:switch('s', { stp = true }), net:switch('t', { stp = false })) net:up()
            print(net.nodes.s:link_get 'br0'.stp_state, net.nodes.t:link_get 'br0'.stp_state)",
            "true\tfalse",
        );
    });
}

#[test]
fn commands_run_in_order_and_daemons_stay() {
    run(|| {
        prints(
            "local net = lab.new()
            local a = net:host('a', {
                run = { 'ip -br addr show eth0 | tr -s \" \" | cut -d\" \" -f3', { 'echo', 'no $shell' }, 'echo x >/run/x' },
                daemons = { { 'sleep', '1000' }, 'exec sleep 1001' },
            })
            net:link(a, net:host('b', { run = { 'cat /run/x; hostname >/dev/null' } }))
            net:up()
            local seen -- a shell takes a moment to become its program
            repeat seen = a:output 'ps -eo args= | grep -c \"^sleep 100\"' until seen == '2' or task.clock() > 10
            print(seen)
            net:down()
            print(netns.output(nil, 'pgrep -c sleep || true'))",
            "10.0.0.0/31\nno $shell\nx\n2\n0",
        );
        let node = |options: &str| {
            format!("local net = lab.new() net:host 'b'\nnet:link('b', net:host('a', {options}))\nnet:up()")
        };
        refused(&[
            (
                &node("{ run = { 'true', 'exit 3' } }"),
                "2: net.host: command \"exit 3\" failed with exit code 3 (EEXIT)",
            ),
            (&node("{ run = { {} } }"), "2: net.host: the command is empty (EINVAL)"),
            (&node("{ run = { 'kill -9 $$' } }"), "2: net.host: command \"kill -9 $$\" was ended by SIGKILL (EEXIT)"),
            (
                &node("{ sysctl = { ['net.ipv4.ip_forwardd'] = 1 } }"),
                "2: net.host: no sysctl \"net.ipv4.ip_forwardd\" (ENOENT); did you mean \"net.ipv4.ip_forward\"?",
            ),
            (&node("{ daemons = { { '/nonsense' } } }"), "2: net.host: no program \"/nonsense\" (ENOENT)"),
        ]);
    });
}

#[test]
fn what_is_not_up_in_time_is_taken_back() {
    run(|| {
        let late =
            |options: &str| format!("local net = lab.new() net:host('a', {options})\nnet:up {{ timeout = '50ms' }}");
        let told = "the lab was not up within 0.05 s (ETIMEDOUT)";
        refused(&[
            (&late("{ run = { 'sleep 60' } }"), &format!("2: net.up: {told}")),
            (&late("{ setup = function(a) a:exec 'sleep 60' end }"), &format!("1: netns.exec: {told}")),
            (
                "lab.new():up { timeout = 'soon' }",
                "1: net.up: option \"timeout\" must be a time (seconds, or text such as \"20ms\"), got \"soon\" (EINVAL)",
            ),
        ]);
        prints(
            "local net = lab.new()
            local a = net:host('a', { run = { 'sleep 60' } })
            print(pcall(net.up, net, { timeout = 0.05 }))
            print(net, netns.output(nil, 'pgrep -c sleep || true'))
            a:configure { run = { 'true' } }
            print(net:up { timeout = 60 })",
            "false\tlab.lua:3: net.up: the lab was not up within 0.05 s (ETIMEDOUT)
            lab (1 node, 0 links)\t0
            lab (1 node, 0 links, up)",
        );
    });
}
