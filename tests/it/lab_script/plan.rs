//! What a plan comes to: the same each time, as the kernel has it once it is up, and refused before anything is built.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{printed, prints};
use crate::sandbox::run;

/// A lab with something of everything: LANs, loops of routers, both families, given names and addresses.
const RICH: &str = "local net = lab.new { subnets6 = 'fd00:1::/48', ecmp = true, mtu = 1400 }
    local r = {}
    for i = 1, 4 do r[i] = net:router('r' .. i) end
    for i = 1, 4 do net:link(r[i], r[i % 4 + 1], { cost = i == 4 and 2 or nil }) end
    local lan = net:switch('lan', { subnet = '192.168.7.0/24' })
    local other = net:switch 'other'
    net:link(lan, r[1], { b = { name = 'lan0', ip = '192.168.7.254/24' } })
    net:link(lan, other)
    for i = 1, 5 do net:link(net:host('h' .. i), i % 2 == 0 and lan or other, { mtu = 1500 }) end
    net:link(net:host('far', { addresses = { '203.0.113.1/32' }, routes = { { dst = '198.51.100.0/24', dev = 'wan' } } }), r[3],
        { subnet = '172.16.0.0/30', a = { name = 'wan', mac = '02:11:22:33:44:55', txqueuelen = 7, alias = 'a cable' } })
    net:link(net:node 'silent', r[2], { a = { ip = false }, b = { ip = false } })\n";

/// Prints what was planned and what `ip` says, node by node.
const COMPARE: &str = "local plan = net:plan()
    net:up()
    for _, node in ipairs(net.nodes) do
        local planned = plan.nodes[node.name]
        for _, link in ipairs(planned.interfaces) do
            print('interface', node.name, link.name, link.mac, table.concat(link.address, ' '))
        end
        for _, route in ipairs(planned.routes) do
            local ways = {}
            for i, way in ipairs(route.nexthops or { route }) do ways[i] = (way.via or '-') .. ' ' .. way.dev end
            print('route', node.name, route.dst, table.concat(ways, ', '))
        end
        print('addr', node.name, (node:output 'ip -json addr | tr -d \"\\n\"'))
        print('routes', node.name, (node:output '{ ip -json route; ip -6 -json route; } | tr -d \"\\n\"'))
    end";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `ip -json addr` as lines of a plan.
fn interfaces(node: &str, json: &str) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(json).expect("JSON");
    let own = list.iter().filter(|link| link["ifname"] != "lo" && link["ifname"] != "br0");
    let line = |link: &Value| {
        let addresses = link["addr_info"].as_array().expect("addresses").iter();
        let global = addresses.filter(|address| address["scope"] == "global");
        let addresses: Vec<_> = global.map(|one| format!("{}/{}", text(&one["local"]), one["prefixlen"])).collect();
        format!("interface\t{node}\t{}\t{}\t{}", text(&link["ifname"]), text(&link["address"]), addresses.join(" "))
    };
    own.map(line).collect()
}

/// `ip -json route` of both families as lines of a plan, without what addresses bring along.
fn routes(node: &str, json: &str) -> Vec<String> {
    let lists = serde_json::Deserializer::from_str(json).into_iter::<Vec<Value>>();
    let routes = lists.flat_map(|list| list.expect("JSON")).filter(|route| route["protocol"] != "kernel");
    let way = |way: &Value| {
        let via = way["gateway"].as_str().unwrap_or("-");
        format!("{via} {}", text(&way["dev"]))
    };
    let line = |route: Value| {
        let ways = match route["nexthops"].as_array() {
            Some(hops) => hops.iter().map(way).collect::<Vec<_>>().join(", "),
            None => way(&route),
        };
        let dst = text(&route["dst"]);
        // `ip` leaves out the length of a host's route.
        let dst = match dst.parse::<std::net::IpAddr>() {
            Ok(host) if host.is_ipv4() => format!("{dst}/32"),
            Ok(_) => format!("{dst}/128"),
            Err(_) => dst,
        };
        format!("route\t{node}\t{dst}\t{ways}")
    };
    routes.map(line).collect()
}

#[test]
fn the_kernel_has_what_was_planned() {
    run(|| {
        let printed = printed(&format!("{RICH}{COMPARE}"));
        let (mut planned, mut found) = (BTreeSet::new(), BTreeSet::new());
        for line in printed.lines() {
            let mut words = line.splitn(3, '\t');
            match (words.next(), words.next(), words.next()) {
                (Some("addr"), Some(node), Some(json)) => found.extend(interfaces(node, json)),
                (Some("routes"), Some(node), Some(json)) => found.extend(routes(node, json)),
                _ => assert!(planned.insert(line.to_owned()), "planned twice: {line}"),
            }
        }
        let (extra, lacking): (Vec<_>, Vec<_>) =
            (found.difference(&planned).collect(), planned.difference(&found).collect());
        assert!(extra.is_empty() && lacking.is_empty(), "not planned: {extra:#?}\nplanned: {lacking:#?}");
        let has = |part: &str| planned.iter().any(|line| line.contains(part));
        assert!(has("\twan\t02:11:22:33:44:55\t172.16.0.") && has("\tlan0\t") && has("192.168.7.254/24"));
        assert!(has(", ") && has("fd00:1::") && has("route\tfar\t198.51.100.0/24\t- wan"));
    });
}

#[test]
fn a_plan_is_the_same_each_time_and_needs_no_privilege() {
    run(|| {
        let show = "local function show(value, indent)
            if type(value) ~= 'table' then return tostring(value) end
            local keys, lines = {}, {}
            for key in pairs(value) do keys[#keys + 1] = key end
            table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
            for i, key in ipairs(keys) do lines[i] = indent .. tostring(key) .. ' ' .. show(value[key], indent .. ' ') end
            return '\\n' .. table.concat(lines, '\\n')
        end
        print(show(net:plan(), ''))\n";
        let once = printed(&format!("{RICH}{show}"));
        assert!(once.lines().count() > 150, "{once}");
        assert_eq!(printed(&format!("{RICH} net:up() net:down() net:up() {show}")), once);
        std::fs::write("/run/lab.lua", format!("{RICH}{show}")).expect("a script");
        let nsl = crate::sandbox::nsl_path();
        let bare = "setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs";
        // A copy, where everybody may read it.
        let copy = format!("cp {} /run/nsl && cd /run && {bare} ./nsl --no-rootless lab.lua", nsl.display());
        assert_eq!(crate::sandbox::sh(&copy), once);
    });
}

#[test]
fn a_plan_is_plain_data() {
    run(|| {
        prints(
            "local net = lab.new()
            local r = net:router 'r'
            net:link(net:host 'a', r) net:link(r, net:host 'b')
            local plan = net:plan()
            print(plan.nodes.a.kind, plan.nodes.r.name, #plan.notes, table.concat(plan.links, ', '))
            print(plan.nodes.r.interfaces)
            print(plan.nodes.a.routes)
            local eth1 = net.nodes.r.interfaces[2]
            print(eth1.name, eth1.address[1], eth1.mac, eth1.link, eth1.peer.node, eth1.peer.name, eth1.peer.address)
            net:router 'late'
            print(net:plan().nodes.late.kind, plan.nodes.late)
            print(plan)
            print(lab.new 'bare':plan())",
            "host\tr\t0\ta -- r, r -- b
            name  address      mac                link
            eth0  10.0.0.1/31  02:00:00:00:00:01  a -- r
            eth1  10.0.0.2/31  02:00:00:00:01:00  r -- b
            dst      via       dev
            default  10.0.0.1  eth0
            eth1\t10.0.0.2/31\t02:00:00:00:01:00\tr -- b\tb\teth0\t10.0.0.3
            router\tnil
            lab: 3 nodes, 2 links, 2 routes
            node  kind    routes  interface  address      mac                to
            r     router  0       eth0       10.0.0.1/31  02:00:00:00:00:01  a/eth0
                                  eth1       10.0.0.2/31  02:00:00:00:01:00  b/eth0
            a     host    1       eth0       10.0.0.0/31  02:00:00:00:00:00  r/eth0
            b     host    1       eth0       10.0.0.3/31  02:00:00:00:01:01  r/eth1
            lab \"bare\": 0 nodes, 0 links, 0 routes",
        );
    });
}

/// The whole texts are held by `tests/errors`; here it is when they come, and that both lines are in them.
#[test]
fn what_cannot_be_is_refused_with_both_lines_before_anything_is_built() {
    run(|| {
        let star = "local s = net:switch('s', OPTIONS)\nfor i = 1, COUNT do\nnet:link(net:host('h' .. i), s)\nend";
        let star = |options: &str, count: &str| star.replace("OPTIONS", options).replace("COUNT", count);
        let pair = |a: &str, b: &str| {
            format!("local a, b, s = net:host 'a', net:host 'b', net:switch 's'\nnet:link({a})\nnet:link({b})")
        };
        let route = |route: &str| format!("net:link(net:host('a', {{ routes = {{ {route} }} }}), net:host 'b')");
        let cases = [
            ("{ subnets = '10.0.0.0/30' }", "for i = 1, 3 do\nnet:link(net:host('h' .. i), net:host('g' .. i))\nend".into(), "3: net.link", "ENOSPC", "lab.lua:1"),
            ("", star("{ subnet = '192.168.7.0/29' }", "7"), "4: net.link", "ENOSPC", "lab.lua:2"),
            ("", star("{}", "1024"), "4: net.link", "EXFULL", "lab.lua:2"),
            (
                "",
                "local s = net:switch('s', { subnet = '10.1.0.0/24' })\nlocal t = net:switch('t', { subnet = '10.1.0.128/25' })\n\
                 net:link(s, net:host 'a') net:link(t, net:host 'b')".into(),
                "3: net.switch", "EEXIST", "lab.lua:2",
            ),
            ("", pair("a, b, { a = { name = 'x' } }", "a, s, { a = { name = 'x' } }"), "4: net.link", "EEXIST", "lab.lua:3"),
            ("", pair("a, b, { a = { ip = '10.1.1.1/24' } }", "a, b, { b = { ip = '10.1.1.1/24' } }"), "4: net.link", "EEXIST", "lab.lua:3"),
            ("", pair("a, s, { a = { mac = '02:00:00:00:00:01' } }", "b, s, { a = { mac = '02:00:00:00:00:01' } }"), "4: net.link", "EEXIST", "lab.lua:3"),
            ("", pair("a, s", "s, b, { a = { ip = '10.0.0.1/24' } }"), "4: net.link", "EINVAL", "lab.lua:2"),
            ("", "net:host 'a'\nnet:link('a', 'a')".into(), "3: net.link", "EINVAL", "lab.lua:2"),
            ("", "net:link(net:host 'a', net:host 'b', { cost = 0 })".into(), "2: net.link", "EINVAL", ""),
            ("", "net:host('a', { subnet = '10.0.0.0/24' })".into(), "2: net.host", "EINVAL", ""),
            ("", route("{ dst = 'default', dev = 'eth1' }"), "2: net.host", "ENODEV", ""),
            ("", route("{ dst = 'default', via = '10.77.0.1' }"), "2: net.host", "ENETUNREACH", ""),
            ("", route("{ dst = 'default' }"), "2: net.host", "EINVAL", ""),
        ];
        for (options, text, place, code, other) in &cases {
            for call in ["net:plan()", "net:up()", "print(net.nodes.a.interfaces)", "print(net.nodes.h1.interfaces)"] {
                if (call.contains("nodes.a") && text.contains("'h' .."))
                    || (call.contains("h1") && text.contains("'a'"))
                {
                    continue;
                }
                let script = format!(
                    "local net = lab.new({options})\n{text}\n\
                     local ok, err = pcall(function() {call} end) print(ok, err, net, netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net: || true'))"
                );
                let told = printed(&script);
                let start = format!("false\tlab.lua:{place}: ");
                assert!(told.starts_with(&start), "{script}\n{told} and not {start}");
                assert!(told.contains(&format!("({code})\tlab (")) && told.contains(other), "{script}\n{told}");
                assert!(told.ends_with("\t0\n"), "a namespace was made: {script}\n{told}");
            }
        }
    });
}
