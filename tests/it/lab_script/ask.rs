//! Asking: `net:ping`, and `net:pingall` with its matrix, its summary and its sample.

use super::{prints, refused};
use crate::sandbox::{self, run};

#[test]
fn all_pairs_print_as_a_matrix_with_the_losses_in_it() {
    run(|| {
        prints(
            "local net = lab.new()
            local r = net:router 'r'
            for i = 1, 4 do net:link(net:host('h' .. i), r) end
            net:up()
            local all = net:pingall()
            print(all)
            print(all.sent, all.received, all.loss, #all.failed, all.too_far, all.elapsed > 0 and all.elapsed < 5)
            net.links[2]:down()
            all = net:pingall { timeout = 0.2 }
            print(all)
            print(all.sent, all.received, all.loss, #all.failed, all.failed[1].from, all.failed[1].to)
            net.links[2]:up()
            print(net:pingall { nodes = 'all' })",
            "h1 -> h2 h3 h4
            h2 -> h1 h3 h4
            h3 -> h1 h2 h4
            h4 -> h1 h2 h3
            *** Results: 0% dropped (12/12 received)
            12\t12\t0.0\t0\t0\ttrue
            h1 -> X h3 h4
            h2 -> X X X
            h3 -> h1 X h4
            h4 -> h1 X h3
            *** Results: 50% dropped (6/12 received)
            12\t6\t0.5\t6\th1\th2
            r -> h1 h2 h3 h4
            h1 -> r h2 h3 h4
            h2 -> r h1 h3 h4
            h3 -> r h1 h2 h4
            h4 -> r h1 h2 h3
            *** Results: 0% dropped (20/20 received)",
        );
    });
}

#[test]
fn beyond_forty_nodes_the_losses_are_named_and_a_sample_follows_its_seed() {
    run(|| {
        prints(
            "local net = lab.new()
            local s = net:switch 's'
            for i = 1, 45 do net:link(net:host('h' .. i), s) end
            net:up()
            print(net:pingall())
            net.links[3]:down()
            local all = net:pingall { timeout = 0.3 }
            print(all)
            print(all.sent, all.received, #all.failed, all.failed[1].from, all.failed[1].to)
            local one = net:pingall { sample = 100, seed = 1, timeout = 0.3 }
            local same = net:pingall { sample = 100, seed = 1, timeout = 0.3 }
            local other = net:pingall { sample = 100, seed = 2, timeout = 0.3 }
            print(one.sent, tostring(one) == tostring(same), tostring(one) == tostring(other))
            print(net:pingall { sample = 0 }, net:pingall { sample = 5000, timeout = 0.3 }.sent)",
            "*** Results: 0% dropped (1980/1980 received)
            no answer: h1 -> h3, h2 -> h3, h3 -> h1, h3 -> h2, h3 -> h4, h3 -> h5, h3 -> h6, h3 -> h7, h3 -> h8, h3 -> h9 and 78 more
            *** Results: 4.4444% dropped (1892/1980 received)
            1980\t1892\t88\th1\th3
            100\ttrue\tfalse
            *** Results: 0% dropped (0/0 received)\t1980",
        );
    });
}

const LINE: &str = "local function line(n, opts)
    local net = lab.new(opts or {})
    net:add(topo.line(n))
    return net:up()
end
local function setting(node, key) return node:sysctl(key) end\n";

#[test]
fn a_line_longer_than_the_usual_time_to_live_answers_whole() {
    let _alone = sandbox::alone();
    run(|| {
        prints(
            &format!(
                "{LINE}local net = line(70, {{ ipv6 = true }})
                print(net:pingall())
                print(net:pingall {{ family = 'inet6' }})
                print(net:ping('r1', 'r70').received, net:ping('r1', 'r70', {{ family = 'inet6' }}).received)
                print(net:ping('r1', 'r70', {{ ttl = 68, timeout = 0.2 }}).received)
                print(setting(net.nodes.r1, 'net.ipv4.ip_default_ttl'), setting(net.nodes.r7, 'net.ipv6.conf.eth0.hop_limit'))
                local short = line(40)
                print(setting(short.nodes.r1, 'net.ipv4.ip_default_ttl'))"
            ),
            "*** Results: 0% dropped (4830/4830 received)
            *** Results: 0% dropped (4830/4830 received)
            1\t1
            0
            255\t255
            64",
        );
    });
}

#[test]
fn pairs_too_far_apart_are_counted_and_not_lost() {
    let _alone = sandbox::alone();
    run(|| {
        // A request may pass 254 routers: 255 hops. In a line of 300 one pair in 45 is further apart than that.
        prints(
            &format!(
                "{LINE}local net = line(300)
                local some = net:pingall {{ sample = 2000, seed = 3, timeout = 10 }}
                print(some.sent + some.too_far, some.received == some.sent, some.too_far > 20 and some.too_far < 70)
                print((tostring(some):gsub('%d+', 'N')))
                for routers = 254, 255 do
                    net = lab.new()
                    net:add(topo.line(routers))
                    net:link(net:host 'a', 'r1') net:link('r' .. routers, net:host 'b')
                    net:up()
                    print(net:pingall {{ timeout = 10 }})
                    net:down()
                end
                net = lab.new()
                net:add(topo.line(70)) net:add(topo.line(2), {{ prefix = 'x' }})
                net:up()
                print(net:pingall {{ nodes = 'all' }})"
            ),
            "2000\ttrue\ttrue
            *** Results: N% dropped (N/N received), N too far apart
            a -> b
            b -> a
            *** Results: 0% dropped (2/2 received)
            *** Results: 0% dropped (0/0 received), 2 too far apart
            no answer: r1 -> xr1, r1 -> xr2, r2 -> xr1, r2 -> xr2, r3 -> xr1, r3 -> xr2, r4 -> xr1, r4 -> xr2, r5 -> xr1, r5 -> xr2 and 270 more
            *** Results: 5.4773% dropped (4832/5112 received)",
        );
    });
}

#[test]
fn few_nodes_are_enough() {
    run(|| {
        prints(
            "local net = lab.new() net:up() print(net:pingall()) net:down()
            net:host 'a' net:up() print(net:pingall()) net:down()
            net:link('a', net:host 'b') net:up() print(net:pingall()) net:down()
            net = lab.new() net:link(net:router 'r', net:router 'q') net:up() print(net:pingall())",
            "*** Results: 0% dropped (0/0 received)
            *** Results: 0% dropped (0/0 received)
            a -> b
            b -> a
            *** Results: 0% dropped (2/2 received)
            r -> q
            q -> r
            *** Results: 0% dropped (2/2 received)",
        );
    });
}

#[test]
fn a_ping_takes_its_options_and_others_go_on_meanwhile() {
    run(|| {
        prints(
            "local net = lab.new { ipv6 = true }
            net:link(net:host 'a', net:host 'b')
            net:up()
            local answer = net:ping('a', net.nodes.b, { count = 3, interval = '5ms', size = 100 })
            print(answer.sent, answer.received, answer.loss, #answer.replies, answer.rtt.min > 0)
            print(net:ping('a', 'b', { family = 'inet6' }).received, net:ping('a', 'a').received)
            print(net:ping('a', 'b', { dev = 'lo', timeout = 0.1 }).received)
            local co = coroutine.wrap(function() return net:pingall().received end)
            print(co())",
            "3\t3\t0.0\t3\ttrue
            1\t1
            0
            2",
        );
    });
}

#[test]
fn wrong_questions_are_refused() {
    run(|| {
        let lab = "local net <close> = lab.new() net:link(net:host 'alice', net:switch 's') net:link(net:host 'bob', 's') net:up()";
        let cases = [
            ("net:ping('alice')", "net.ping: argument 2 must be a node or its name, got nothing (EINVAL)"),
            ("net:ping('alcie', 'bob')", "net.ping: the lab has no node \"alcie\" (ENOENT); did you mean \"alice\"?"),
            (
                "net:ping(lab.new():host 'eve', 'bob')",
                "net.ping: node \"eve\" is of another lab (EINVAL); link nodes of one lab",
            ),
            (
                "net:ping('alice', 'bob', { cout = 3 })",
                "net.ping: unknown option \"cout\" for ping (EINVAL); did you mean \"count\"?",
            ),
            (
                "net:ping('alice', 's')",
                "net.ping: \"s\" has no address to send to (EADDRNOTAVAIL); add one with netns.addr_add",
            ),
            ("net:pingall(3)", "net.pingall: argument 1 must be a table of options, got the number 3 (EINVAL)"),
            (
                "net:pingall { samples = 3 }",
                "net.pingall: unknown option \"samples\" for pingall (EINVAL); did you mean \"sample\"?",
            ),
            ("net:pingall { nodes = 'none' }", "net.pingall: option \"nodes\" must be \"all\", got \"none\" (EINVAL)"),
            (
                "net:pingall { sample = -1 }",
                "net.pingall: option \"sample\" must be a number of pairs, got -1 (EINVAL)",
            ),
            (
                "net:pingall { family = 'ip' }",
                "net.pingall: option \"family\" must be \"inet\" or \"inet6\", got \"ip\" (EINVAL)",
            ),
            (
                "net:pingall { family = 'inet6' }",
                "net.pingall: no node of the lab has an address to ask (EADDRNOTAVAIL); give it subnets, or IPv6",
            ),
        ];
        let cases = cases.map(|(text, told)| (format!("{lab}\n{text}"), format!("2: {told}")));
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}
