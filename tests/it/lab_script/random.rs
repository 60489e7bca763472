//! Random labs: what was planned is what `ip -json` says of the kernel, and every pair that has a way answers.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::printed;
use crate::sandbox::run;

/// The lines that declare a lab of up to twelve nodes, all of which hang together, and some links more.
fn labs() -> impl Strategy<Value = String> {
    let kinds =
        proptest::collection::vec((prop::sample::select(vec!["router", "switch"]), any::<usize>(), 0..5u8), 1..7);
    let hosts = proptest::collection::vec((any::<usize>(), 0..6u8), 0..6);
    let more = proptest::collection::vec((any::<usize>(), any::<usize>(), 1..4u32), 0..4);
    (kinds, hosts, more, 0..3usize, any::<bool>()).prop_map(|(kinds, hosts, more, families, ecmp)| {
        let families = ["", "ipv6 = true, ", "ipv6 = true, subnets = false, "][families];
        let mut text = "local cables = {}\nlocal function cable(...) cables[#cables + 1] = { ... } end\n".to_owned();
        writeln!(text, "local net = lab.new {{ {families}ecmp = {ecmp} }}").expect("a line");
        for (number, &(kind, to, choice)) in kinds.iter().enumerate() {
            writeln!(text, "net:{kind} 'n{number}'").expect("a line");
            if number > 0 {
                let mtu = if choice == 1 { 1400 } else { 1500 };
                let opts = ["", ", { mtu = 1400 }", ", { cost = 3 }", "", ""][usize::from(choice)];
                writeln!(text, "cable(net:link('n{number}', 'n{}'{opts}), {mtu}, {mtu})", to % number).expect("a line");
            }
        }
        for (number, (to, choice)) in hosts.into_iter().enumerate() {
            let mtu = if choice == 0 { 1300 } else { 1500 };
            let opts = [
                ", { a = { mtu = 1300 } }",
                ", { a = { name = 'up', alias = 'a cable' } }",
                ", { a = { mac = '02:aa:00:00:00:NN', txqueuelen = 9 } }",
            ];
            let opts = opts.get(usize::from(choice)).unwrap_or(&"").replace("NN", &format!("{number:02}"));
            writeln!(text, "cable(net:link(net:host 'h{number}', 'n{}'{opts}), {mtu}, 1500)", to % kinds.len())
                .expect("a line");
        }
        for (a, b, cost) in more {
            let (a, b) = (a % kinds.len(), b % kinds.len());
            // Loops of switches alone take four seconds to settle; tests/it/lab has them.
            if a != b && kinds[a].0 == "router" && kinds[b].0 == "router" {
                writeln!(text, "net:link('n{a}', 'n{b}', {{ cost = {cost} }})").expect("a line");
            }
        }
        text
    })
}

/// Prints what was planned, what `ip` says, and who answers.
const READ: &str = "
local plan = net:plan()
net:up { quiet = true }
for _, cable in ipairs(cables) do
    for i, link in ipairs { cable[1].a, cable[1].b } do
        local mtu = link.netns:output('cat /sys/class/net/' .. link.name .. '/mtu')
        assert(tonumber(mtu) == cable[i + 1], tostring(link) .. ' has mtu ' .. mtu)
    end
end
for _, node in ipairs(net.nodes) do
    for _, link in ipairs(plan.nodes[node.name].interfaces) do
        print('plan', node.name, ('interface %s %s %s'):format(link.name, link.mac, table.concat(link.address, ' ')))
    end
    for _, route in ipairs(plan.nodes[node.name].routes) do
        local ways = {}
        for i, way in ipairs(route.nexthops or { route }) do ways[i] = (way.via or '-') .. ' ' .. way.dev end
        print('plan', node.name, ('route %s %s'):format(route.dst, table.concat(ways, ', ')))
    end
    print('plan', node.name, ('forward %d'):format(node.kind == 'router' and 1 or 0))
    print('json', node.name, (node:output '{ ip -json addr; ip -json route; ip -6 -json route; } | tr -d \"\\n\"'))
    print('found', node.name, 'forward ' .. node:output 'cat /proc/sys/net/ipv4/ip_forward')
end
for _, family in ipairs(FAMILIES) do
    for _, nodes in ipairs { false, 'all' } do
        local ok, all = pcall(net.pingall, net, { family = family, nodes = nodes or nil, timeout = 10 })
        if ok then assert(all.sent == all.received, tostring(all)) else assert(all.code == 'EADDRNOTAVAIL', all) end
    end
end
net:down()";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What `ip -json` says, in the words of the plan.
fn found(node: &str, json: &str) -> Vec<String> {
    let lists = serde_json::Deserializer::from_str(json).into_iter::<Vec<Value>>();
    let records = lists.flat_map(|list| list.expect("JSON"));
    let line = |record: Value| {
        if !record["ifname"].is_null() {
            let name = text(&record["ifname"]);
            let known =
                record["addr_info"].as_array().expect("addresses").iter().filter(|one| one["scope"] == "global");
            let addresses: Vec<_> = known.map(|one| format!("{}/{}", text(&one["local"]), one["prefixlen"])).collect();
            let line = format!("interface {name} {} {}", text(&record["address"]), addresses.join(" "));
            return (name != "lo" && name != "br0").then_some(line);
        }
        let way = |way: &Value| format!("{} {}", way["gateway"].as_str().unwrap_or("-"), text(&way["dev"]));
        let ways = match record["nexthops"].as_array() {
            Some(hops) => hops.iter().map(way).collect::<Vec<_>>().join(", "),
            None => way(&record),
        };
        let dst = text(&record["dst"]);
        let length = match dst.parse::<std::net::IpAddr>() {
            Ok(host) if host.is_ipv4() => "/32",
            Ok(_) => "/128",
            Err(_) => "",
        };
        (record["protocol"] != "kernel").then(|| format!("route {dst}{length} {ways}"))
    };
    records.filter_map(line).map(|line| format!("{node} {line}")).collect()
}

fn compare(lab: &str) {
    let families = match (lab.contains("ipv6"), lab.contains("subnets = false")) {
        (_, true) => "{ 'inet6' }",
        (true, _) => "{ 'inet', 'inet6' }",
        _ => "{ 'inet' }",
    };
    let told = printed(&format!("{lab}{}", READ.replace("FAMILIES", families)));
    let (mut planned, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for line in told.lines() {
        let words: Vec<&str> = line.splitn(3, '\t').collect();
        match words[..] {
            ["plan", node, what] => assert!(planned.insert(format!("{node} {what}")), "planned twice: {line}"),
            ["found", node, what] => assert!(seen.insert(format!("{node} {what}"))),
            ["json", node, what] => seen.extend(found(node, what)),
            _ => panic!("{line}"),
        }
    }
    assert!(planned.len() > 1, "{told}");
    let (extra, lacking): (Vec<_>, Vec<_>) = (seen.difference(&planned).collect(), planned.difference(&seen).collect());
    assert!(extra.is_empty() && lacking.is_empty(), "{lab}\nnot planned: {extra:#?}\nlacking: {lacking:#?}");
}

#[test]
fn random_labs_are_as_planned_and_every_pair_answers() {
    run(|| {
        // The same labs each time: what a run finds can be found again.
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        runner
            .run(&labs(), |lab| {
                compare(&lab);
                Ok(())
            })
            .expect("labs as planned");
    });
}
