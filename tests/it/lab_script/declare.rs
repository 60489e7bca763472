//! Labs, nodes and links as they are declared: every option, and what is refused at once.

use super::{prints, refused};
use crate::sandbox::run;

#[test]
fn what_is_declared_is_there_in_order_and_by_name() {
    run(|| {
        prints(
            "local net = lab.new()
            print(net, #net.nodes, #net.links, net.name, net.stats)
            local r = net:router('r1', { role = 'core' })
            local h = net:host 'h1'
            print(net:switch 's1', net:node 'n1')
            local cable = net:link(h, 'r1')
            net:link('r1', net.nodes.s1)
            print(net, cable, net.links[1] == cable, net.links[1] == net.links[2])
            for place, node in ipairs(net.nodes) do print(place, node, node.name, node.kind, node.role) end
            for place, link in pairs(net.links) do print(place, link) end
            print(#net.nodes, net.nodes, net.links, table.unpack(net.nodes, 2, 3))
            print(net.nodes[2] == h, net.nodes.h1 == h, h == r, net.nodes[0], net.nodes[5], net.nodes[2.0], net.nodes.h2)",
            "lab (0 nodes, 0 links)\t0\t0\tnil\tnil
            s1\tn1
            lab (4 nodes, 2 links)\th1 -- r1\ttrue\tfalse
            1\tr1\tr1\trouter\tcore
            2\th1\th1\thost\tnil
            3\ts1\ts1\tswitch\tnil
            4\tn1\tn1\tnode\tnil
            1\th1 -- r1
            2\tr1 -- s1
            4\t{ r1, h1, s1, n1 }\t{ h1 -- r1, r1 -- s1 }\th1\ts1
            true\ttrue\tfalse\tnil\tnil\th1\tnil",
        );
    });
}

#[test]
fn what_is_removed_is_gone_and_so_are_its_links() {
    run(|| {
        prints(
            "local net = lab.new()
            local a, b, c = net:host 'a', net:router 'b', net:host 'c'
            local ab, bc, again = net:link(a, b), net:link(b, c), net:link(a, c)
            net:remove(bc)
            print(net, net.links, bc, ab)
            net:remove 'a'
            print(net, net.nodes, net.links, net.nodes.a, net.nodes[1] == b, net.nodes.c == c, ab)
            print(pcall(net.remove, net, bc))
            print(pcall(net.remove, net, a))
            print(select(2, pcall(function() return a.kind end)))
            print(select(2, pcall(function() return again.a end)))
            a = net:host 'a'
            print(a.kind, net:link(a, c), net:up(), net:ping(a, c).received)",
            "lab (3 nodes, 2 links)\t{ a -- b, a -- c }\tremoved link\ta -- b
            lab (2 nodes, 0 links)\t{ b, c }\t{}\tnil\ttrue\ttrue\tremoved link
            false\tlab.lua:8: net.remove: the link was removed from the lab (ENOENT)
            false\tlab.lua:9: net.remove: node \"a\" was removed from the lab (ENOENT)
            lab.lua:10: node \"a\" was removed from the lab (ENOENT)
            lab.lua:11: the link was removed from the lab (ENOENT)
            host\ta -- c\tlab (3 nodes, 1 link, up)\t1",
        );
    });
}

#[test]
fn wrong_labs_are_refused() {
    run(|| {
        refused(&[
            ("lab.new(3)", "1: lab.new: argument 1 must be a name or a table of options, got the number 3 (EINVAL)"),
            ("lab.new(nil)", "1: lab.new: argument 1 must be a name or a table of options, got nil (EINVAL)"),
            ("lab.new({}, {})", "1: lab.new: argument 1 must be a name or a table of options, got a table (EINVAL)"),
            ("lab.new({}, {}, 1)", "1: lab.new: at most 2 arguments are taken, got 3 (EINVAL)"),
            (
                "local a\nlab.new { subnet = '10.0.0.0/8' }",
                "2: lab.new: unknown option \"subnet\" for lab.new (EINVAL); did you mean \"subnets\"?",
            ),
            ("lab.new { subnets = true }", "1: lab.new: option \"subnets\" must be a string, got true (EINVAL)"),
            (
                "lab.new { subnets = 'fd00::/8' }",
                "1: lab.new: option \"subnets\" must be an IPv4 network, got \"fd00::/8\" (EINVAL)",
            ),
            (
                "lab.new { subnets6 = '10.0.0.0/8' }",
                "1: lab.new: option \"subnets6\" must be an IPv6 network, got \"10.0.0.0/8\" (EINVAL)",
            ),
            (
                "lab.new { routing = 'ospf' }",
                "1: lab.new: option \"routing\" must be \"static\", \"default\" or \"none\", got \"ospf\" (EINVAL)",
            ),
            ("lab.new { ecmp = 'yes' }", "1: lab.new: option \"ecmp\" must be true or false, got \"yes\" (EINVAL)"),
            ("lab.new { ipv6 = 2 }", "1: lab.new: option \"ipv6\" must be true or false, got the number 2 (EINVAL)"),
            ("lab.new { mtu = -1 }", "1: lab.new: option \"mtu\" must be a number of bytes, got -1 (EINVAL)"),
            ("lab.new { mtu = 'x' }", "1: lab.new: option \"mtu\" must be a number of bytes, got \"x\" (EINVAL)"),
            ("lab.new { 'x' }", "1: lab.new: unknown option \"1\" for lab.new (EINVAL)"),
            (
                "lab.new 'a/b'",
                "1: lab.new: invalid namespace name \"a/b\": it contains \"/\" (EINVAL); use up to 255 bytes of letters, digits, \"-\", \"_\" and \".\", with a letter or digit first",
            ),
            ("lab.news()", "1: lab has no function \"news\" (EINVAL); did you mean \"new\"?"),
            ("lab.new():hst 'a'", "1: a Lab has no field \"hst\" (EINVAL); did you mean \"host\"?"),
            (
                "lab.new().host('a')",
                "1: net.host: a method is called without its object (EINVAL); write \":\" before its name, not \".\", as in net:host \"h1\"",
            ),
            (
                "lab.new().nodes.a = 1",
                "the fields of a Lab cannot be set: \"a\" (EINVAL); use its methods to change it",
            ),
        ]);
    });
}

#[test]
fn wrong_nodes_are_refused() {
    run(|| {
        let commands = "an array of commands (each a string, or an array of words)";
        let names = "use up to 255 bytes of letters, digits, \"-\", \"_\" and \".\", with a letter or digit first";
        let host = |rest: &str| format!("lab.new():host('a', {rest})");
        let told = |rest: &str| format!("1: net.host: {rest}");
        let cases: Vec<(String, String)> = vec![
            ("lab.new():host()".into(), told("argument 1 must be a string, got nothing (EINVAL)")),
            ("lab.new():host(3)".into(), told("argument 1 must be a string, got the number 3 (EINVAL)")),
            (host("3"), told("argument 2 must be a table of options, got the number 3 (EINVAL)")),
            (host("{}, 3"), told("at most 2 arguments are taken, got 3 (EINVAL)")),
            ("lab.new():host ''".into(), told(&format!("invalid namespace name \"\": it is empty (EINVAL); {names}"))),
            (
                "lab.new():host 'a/b'".into(),
                told(&format!("invalid namespace name \"a/b\": it contains \"/\" (EINVAL); {names}")),
            ),
            (
                "local net = lab.new()\nnet:host 'a'\nnet:router 'a'".into(),
                "3: net.router: node \"a\" is declared already, at lab.lua:2 (EEXIST); give it another name".into(),
            ),
            (host("{ sysctls = {} }"), told("unknown option \"sysctls\" for host (EINVAL); did you mean \"sysctl\"?")),
            (host("{ sysctl = 1 }"), told("option \"sysctl\" must be a table, got the number 1 (EINVAL)")),
            (
                host("{ sysctl = { ['net.ipv4.ip_forward'] = {} } }"),
                told("option \"sysctl\" must be a table from keys to values, got a table (EINVAL)"),
            ),
            (
                host("{ addresses = { '10.0.0.1' } }"),
                told("\"10.0.0.1\" has no prefix length (EINVAL); write \"10.0.0.1/24\""),
            ),
            (
                host("{ addresses = { {} } }"),
                told("option \"addresses\" must be a string or an array of strings, got a table (EINVAL)"),
            ),
            (host("{ role = 1 }"), told("option \"role\" must be a string, got the number 1 (EINVAL)")),
            (host("{ ipv6 = 'on' }"), told("option \"ipv6\" must be true or false, got \"on\" (EINVAL)")),
            (
                host("{ stp = true }"),
                told("\"a\" is no switch, which alone could have a spanning tree (EINVAL); give stp to a switch"),
            ),
            (host("{ run = 'true' }"), told(&format!("option \"run\" must be {commands}, got \"true\" (EINVAL)"))),
            (host("{ run = { 3 } }"), told(&format!("option \"run\" must be {commands}, got a table (EINVAL)"))),
            (
                host("{ daemons = { { {} } } }"),
                told(&format!("option \"daemons\" must be {commands}, got a table (EINVAL)")),
            ),
            (
                host("{ routes = { 'x' } }"),
                told("option \"routes\" must be an array of tables {dst=, via=, dev=}, got a table (EINVAL)"),
            ),
            (
                host("{ routes = { { dest = 'default' } } }"),
                told("unknown option \"dest\" for routes (EINVAL); did you mean \"dst\"?"),
            ),
            (host("{ routes = { { via = '10.0.0.1' } } }"), told("option \"dst\" is needed (EINVAL)")),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}

#[test]
fn wrong_links_are_refused() {
    run(|| {
        let two = |rest: &str| format!("local net = lab.new() net:host 'alice' net:host 'bob'\nnet:link({rest})");
        let cases = [
            ("'alice'", "argument 2 must be a node or its name, got nothing (EINVAL)"),
            ("'alice', 3", "argument 2 must be a node or its name, got the number 3 (EINVAL)"),
            ("'alice', net", "argument 2 must be a node or its name, got a Lab (EINVAL)"),
            ("'alcie', 'bob'", "the lab has no node \"alcie\" (ENOENT); did you mean \"alice\"?"),
            ("'alice', 'zoë'", "the lab has no node \"zoë\" (ENOENT)"),
            ("'alice', lab.new():host 'eve'", "node \"eve\" is of another lab (EINVAL); link nodes of one lab"),
            ("'alice', 'bob', 5", "argument 3 must be a table of options, got the number 5 (EINVAL)"),
            ("'alice', 'bob', { costs = 5 }", "unknown option \"costs\" for link (EINVAL); did you mean \"cost\"?"),
            ("'alice', 'bob', { cost = 1.5 }", "option \"cost\" must be a number from 1, got the number 1.5 (EINVAL)"),
            ("'alice', 'bob', { dely = '5ms' }", "unknown option \"dely\" for link (EINVAL); did you mean \"delay\"?"),
            ("'alice', 'bob', { a = 5 }", "option \"a\" must be a table, got the number 5 (EINVAL)"),
            (
                "'alice', 'bob', { a = { nam = 'x' } }",
                "unknown option \"nam\" for link (EINVAL); did you mean \"name\"?",
            ),
            (
                "'alice', 'bob', { b = { ip = '10.0.0.1' } }",
                "\"10.0.0.1\" has no prefix length (EINVAL); write \"10.0.0.1/24\"",
            ),
            (
                "'alice', 'bob', { b = { ip = true } }",
                "option \"ip\" must be a string or an array of strings, got true (EINVAL)",
            ),
            (
                "'alice', 'bob', { b = { mac = 'x' } }",
                "\"x\" is not a MAC address (EINVAL); write six bytes, such as \"02:00:00:00:00:01\"",
            ),
            (
                "'alice', 'bob', { b = { txqueuelen = 'x' } }",
                "option \"txqueuelen\" must be a number of packets, got \"x\" (EINVAL)",
            ),
        ];
        let cases = cases.map(|(rest, told)| (two(rest), format!("2: net.link: {told}")));
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}
