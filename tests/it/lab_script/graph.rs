//! `net:add`: a graph becomes nodes and links, all of it or none.

use super::{prints, refused};
use crate::sandbox::run;

const GRAPH: &str = "local graph = {
    nodes = { { name = 'r1', role = 'core' }, { name = 'h1', kind = 'host', rack = 3 }, { name = 's1', kind = 'switch' },
        { name = 'n1', kind = 'node' } },
    links = { { a = 'r1', b = 's1', cost = 3, speed = '10g' }, { a = 'h1', b = 's1' } },
}\n";

#[test]
fn a_graph_becomes_nodes_and_links() {
    run(|| {
        prints(
            &format!(
                "{GRAPH} local net = lab.new()
                local added = net:add(graph)
                print(net, net.nodes, net.links)
                for _, name in ipairs {{ 'r1', 'h1', 's1', 'n1' }} do
                    print(added[name] == net.nodes[name], added[name].kind, added[name].role)
                end
                net:add(graph, {{
                    prefix = 'x-',
                    node = function(node) if node.rack then return {{ role = 'rack ' .. node.rack }} end end,
                    link = function(link) return {{ mtu = link.cost and 9000 or 1400, a = {{ name = 'to-' .. link.b }} }} end,
                }})
                net:add(graph, {{ prefix = 'y-', node = {{ role = 'y' }}, link = {{ mtu = 1300 }} }})
                print(net, net.nodes['x-h1'].role, net.nodes['x-r1'].role, net.nodes['y-s1'].role)
                net:up()
                for _, x in ipairs {{ '', 'x-', 'y-' }} do
                    local h, r = net.nodes[x .. 'h1'], net.nodes[x .. 'r1']
                    local h1, r1 = h.interfaces[1], r.interfaces[1]
                    print(h1.name, h:link_get(h1.name).mtu, r1.name, r:link_get(r1.name).mtu, net:ping(h, r).received)
                end"
            ),
            "lab (4 nodes, 2 links)\t{ r1, h1, s1, n1 }\t{ r1 -- s1, h1 -- s1 }
            true\trouter\tcore
            true\thost\tnil
            true\tswitch\tnil
            true\tnode\tnil
            lab (12 nodes, 6 links)\track 3\tcore\ty
            eth0\t1500\teth0\t1500\t1
            to-s1\t1400\tto-s1\t9000\t1
            eth0\t1300\teth0\t1300\t1",
        );
    });
}

#[test]
fn the_cost_of_a_graph_decides_ways_unless_the_options_do() {
    run(|| {
        // r1 and r3 are joined by a dear link and by way of r2; behind r3 is a network of its own.
        prints(
            "local graph = {
                nodes = { { name = 'r1' }, { name = 'r2' }, { name = 'r3' }, { name = 'h', kind = 'host' } },
                links = { { a = 'r1', b = 'r3', cost = 5 }, { a = 'r1', b = 'r2' }, { a = 'r2', b = 'r3' }, { a = 'r3', b = 'h' } },
            }
            for _, link in ipairs { {}, { cost = 1 } } do
                local net = lab.new()
                net:add(graph, { link = link })
                local way
                for _, route in ipairs(net:plan().nodes.r1.routes) do
                    if route.dst == net.nodes.h.interfaces[1].address[1] or route.dst == 'default' then way = route.dev end
                end
                print(way)
            end",
            "eth1\neth0",
        );
    });
}

#[test]
fn a_graph_that_is_none_is_refused_and_nothing_of_it_is_kept() {
    run(|| {
        let hint = "write it like {nodes = {{name = \"r1\"}, {name = \"r2\"}}, links = {{a = \"r1\", b = \"r2\"}}}";
        let refuse = |what: &str| format!("net.add: {what}");
        let graph = |what: &str| format!("net.add: {what} (EINVAL); {hint}");
        let cases: Vec<(&str, String)> = vec![
            ("net:add()", refuse("argument 1 must be a table, got nothing (EINVAL)")),
            ("net:add(3)", refuse("argument 1 must be a table, got the number 3 (EINVAL)")),
            ("net:add {}", graph("\"nodes\" of the graph must be an array of tables, got nil")),
            ("net:add { nodes = {} }", graph("\"links\" of the graph must be an array of tables, got nil")),
            (
                "net:add { nodes = { 3 }, links = {} }",
                graph("\"nodes[1]\" of the graph must be a table, got the number 3"),
            ),
            (
                "net:add { nodes = { { name = 'x' }, { nam = 'y' } }, links = {} }",
                graph("\"nodes[2].name\" of the graph must be a string, got nothing"),
            ),
            (
                "net:add { nodes = { { name = 7 } }, links = {} }",
                graph("\"nodes[1].name\" of the graph must be a string, got the number 7"),
            ),
            (
                "net:add { nodes = { { name = 'x', kind = 'roter' } }, links = {} }",
                graph(
                    "\"nodes[1].kind\" of the graph must be \"host\", \"router\", \"switch\" or \"node\", got \"roter\"",
                ),
            ),
            (
                "net:add { nodes = { { name = 'x' } }, links = { { a = 'x' } } }",
                graph("\"links[1].b\" of the graph must be a string, got nothing"),
            ),
            (
                "net:add { nodes = { { name = 'x' } }, links = { { a = 'x', b = 'y' } } }",
                refuse("the lab has no node \"y\" (ENOENT); did you mean \"x\"?"),
            ),
            (
                "net:add { nodes = { { name = 'x' }, { name = 'r0' } }, links = {} }",
                refuse("node \"r0\" is declared already, at lab.lua:1 (EEXIST); give it another name"),
            ),
            (
                "net:add({ nodes = {}, links = {} }, { nodes = {} })",
                refuse("unknown option \"nodes\" for add (EINVAL); did you mean \"node\"?"),
            ),
            (
                "net:add({ nodes = { { name = 'x' } }, links = {} }, { node = { rol = 'x' } })",
                refuse("unknown option \"rol\" for add (EINVAL); did you mean \"role\"?"),
            ),
            (
                "net:add({ nodes = { { name = 'x' } }, links = {} }, { node = 3 })",
                refuse(
                    "option \"node\" must be a table, or a function that returns one or nil, got the number 3 (EINVAL)",
                ),
            ),
            (
                "net:add({ nodes = { { name = 'x' } }, links = { { a = 'x', b = 'x' } } }, { link = function() return 3 end })",
                refuse(
                    "option \"link\" must be a table, or a function that returns one or nil, got the number 3 (EINVAL)",
                ),
            ),
            (
                "net:add({ nodes = { { name = 'x' } }, links = { { a = 'x', b = 'x', cost = 'dear' } } })",
                refuse("option \"cost\" must be a number from 1, got \"dear\" (EINVAL)"),
            ),
        ];
        // Whatever of the graph was there before the error is taken back, so that its names are free again.
        let frame = |text: &str| {
            format!(
                "local net = lab.new() net:router 'r0' net:link('r0', net:host 'h0')
                local ok, err = pcall(function()\n{text}\nend)
                assert(tostring(net) == 'lab (2 nodes, 1 link)', net)
                assert(net.nodes.x == nil)
                net:link('r0', net:host 'x')
                error(err)"
            )
        };
        let cases: Vec<_> = cases.iter().map(|(text, told)| (frame(text), format!("3: {told}"))).collect();
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
        refused(&[(
            "lab.new():add({ nodes = { { name = 'x' } }, links = {} }, { node = function() error 'my words' end })",
            "1: my words",
        )]);
    });
}
