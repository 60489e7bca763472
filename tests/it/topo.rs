//! `topo`: every generator by its formula, what can be asked of a graph, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::pure::{error, eval};

/// A graph as a script sees it: its nodes with kind and role, its links.
#[derive(Debug, PartialEq)]
struct Graph {
    nodes: Vec<(String, String, String)>,
    links: Vec<(String, String)>,
    connected: bool,
    diameter: String,
}

impl Graph {
    fn count(&self, kind: &str) -> usize {
        self.nodes.iter().filter(|(_, of, _)| of == kind).count()
    }

    fn roles(&self) -> BTreeMap<&str, usize> {
        let mut roles = BTreeMap::new();
        for (_, _, role) in &self.nodes {
            *roles.entry(role.as_str()).or_default() += 1;
        }
        roles
    }

    fn degrees(&self) -> BTreeMap<&str, usize> {
        let mut degrees: BTreeMap<&str, usize> = self.nodes.iter().map(|(name, ..)| (name.as_str(), 0)).collect();
        for (a, b) in &self.links {
            *degrees.get_mut(a.as_str()).expect("a node") += 1;
            *degrees.get_mut(b.as_str()).expect("a node") += 1;
        }
        degrees
    }

    /// The number of links at each node that is no host.
    fn inner_degrees(&self) -> Vec<usize> {
        let degrees = self.degrees();
        self.nodes.iter().filter(|(_, kind, _)| kind != "host").map(|(name, ..)| degrees[name.as_str()]).collect()
    }

    /// What holds for every graph of a generator.
    fn check(&self) {
        let mut seen = BTreeMap::new();
        for (name, kind, _) in &self.nodes {
            let count: &mut usize = seen.entry(kind.as_str()).or_default();
            *count += 1;
            assert_eq!(*name, format!("{}{count}", &kind[..1]), "names count up");
        }
        let names: BTreeSet<&str> = self.nodes.iter().map(|(name, ..)| name.as_str()).collect();
        let mut pairs = BTreeSet::new();
        for (a, b) in &self.links {
            assert!(names.contains(a.as_str()) && names.contains(b.as_str()), "{a} - {b}");
            assert!(a != b && pairs.insert((a.min(b), a.max(b))), "{a} - {b} is a loop, or there twice");
        }
        for (name, kind, _) in &self.nodes {
            assert!(kind != "host" || self.degrees()[name.as_str()] == 1, "host {name} has one link");
        }
        assert!(self.connected);
    }
}

/// The graph that a generator's call gives, checked.
fn graph(call: &str) -> Graph {
    let text = format!(
        "local g, lines = topo.{call}, {{}}
        for _, node in ipairs(g.nodes) do lines[#lines + 1] = ('%s %s %s'):format(node.name, node.kind, node.role) end
        for _, link in ipairs(g.links) do lines[#lines + 1] = ('%s - %s'):format(link.a, link.b) end
        return table.concat(lines, '\\n'), g:connected(), g:diameter()"
    );
    let [lines, connected, diameter] = eval(&text).try_into().expect("three values");
    let mut graph = Graph { nodes: Vec::new(), links: Vec::new(), connected: connected == "true", diameter };
    for line in lines.lines() {
        match line.split_once(" - ") {
            Some((a, b)) => graph.links.push((a.to_owned(), b.to_owned())),
            None => {
                let [name, kind, role] = line.split(' ').collect::<Vec<_>>().try_into().expect("a node");
                graph.nodes.push((name.to_owned(), kind.to_owned(), role.to_owned()));
            }
        }
    }
    graph.check();
    graph
}

/// Nodes that are no hosts, hosts, links.
fn sizes(call: &str) -> (usize, usize, usize) {
    let graph = graph(call);
    let hosts = graph.count("host");
    (graph.nodes.len() - hosts, hosts, graph.links.len())
}

#[test]
fn the_smallest_graphs_are_whole() {
    for n in 1..=2 {
        let line = format!("{n} routers");
        for shape in ["line", "ring", "mesh"] {
            assert_eq!(sizes(&format!("{shape}({n})")), (n, 0, n - 1), "{shape}: {line}");
        }
        assert_eq!(sizes(&format!("torus({n}, 1)")), (n, 0, n - 1));
        assert_eq!(sizes(&format!("random{{n={n}, p=0}}")), (n, 0, n - 1));
        assert_eq!(sizes(&format!("waxman{{n={n}}}")), (n, 0, n - 1));
        assert_eq!(sizes(&format!("barabasi_albert{{n={n}, m=3}}")), (n, 0, n - 1));
    }
    assert_eq!(sizes("grid(1, 1)"), (1, 0, 0));
    assert_eq!(sizes("torus(2, 2)"), (4, 0, 4));
    assert_eq!(sizes("hypercube(0)"), (1, 0, 0));
    assert_eq!(sizes("star(0)"), (1, 0, 0));
    assert_eq!(sizes("tree{depth=1, fanout=1}"), (1, 1, 1));
    assert_eq!(sizes("fat_tree(2)"), (5, 2, 6));
    assert_eq!(sizes("leaf_spine{spines=1, leaves=1}"), (2, 0, 1));
    assert_eq!(eval("return topo.ring(1):diameter(), topo.ring(2):diameter()"), ["0", "1"]);
}

#[test]
fn a_tree_counts_as_mininet_does() {
    assert_eq!(sizes("tree{depth=2, fanout=3}"), (4, 9, 12));
    assert_eq!(graph("tree{depth=2, fanout=3}").links[..4].len(), 4);
    assert_eq!(
        eval("return topo.tree{depth=2, fanout=3}, topo.star(20)"),
        ["graph: 4 switches, 9 hosts, 12 links", "graph: 1 switch, 20 hosts, 20 links"]
    );
}

#[test]
fn roles_are_told_where_there_are_any() {
    let fat_tree = graph("fat_tree(4)");
    assert_eq!(fat_tree.roles(), BTreeMap::from([("core", 4), ("aggregation", 8), ("edge", 8), ("host", 16)]));
    // Each pod reaches each core once, and two hosts of different pods are six links apart.
    assert_eq!(fat_tree.inner_degrees(), [4; 20]);
    assert_eq!(fat_tree.diameter, "6");
    let fabric = graph("leaf_spine{spines=3, leaves=4, hosts=2}");
    assert_eq!(fabric.roles(), BTreeMap::from([("spine", 3), ("leaf", 4), ("host", 8)]));
    assert_eq!(graph("ring(4)").roles(), BTreeMap::from([("nil", 4)]));
    let text = eval("return topo.fat_tree(4)");
    assert_eq!(text, ["graph: 20 routers (4 core, 8 aggregation, 8 edge), 16 hosts, 48 links"]);
}

#[test]
fn every_generator_takes_hosts_and_a_kind() {
    for (call, inner) in [
        ("line(3, SHAPE)", 3),
        ("ring(3, SHAPE)", 3),
        ("mesh(3, SHAPE)", 3),
        ("grid(3, 1, SHAPE)", 3),
        ("torus(3, 1, SHAPE)", 3),
        ("hypercube(1, SHAPE)", 2),
        ("fat_tree(2, SHAPE)", 5),
        ("star(0, SHAPE)", 1),
        ("leaf_spine{spines=1, leaves=2, KEYS}", 3),
        ("random{n=3, links=2, KEYS}", 3),
        ("waxman{n=3, KEYS}", 3),
        ("barabasi_albert{n=3, m=1, KEYS}", 3),
    ] {
        let edges = match call {
            _ if call.starts_with("fat_tree") || call.starts_with("leaf_spine") => 2,
            _ => inner,
        };
        let keys = "hosts=2, kind=\"switch\"";
        let call = call.replace("SHAPE", &format!("{{{keys}}}")).replace("KEYS", keys);
        let graph = graph(&call);
        assert_eq!((graph.count("switch"), graph.count("host")), (inner, 2 * edges), "{call}");
    }
    assert_eq!(sizes("fat_tree(4, {hosts=0})"), (20, 0, 32));
    assert_eq!(sizes("tree{depth=2, fanout=2, hosts=1}"), (3, 6, 8));
    assert_eq!(graph("tree{depth=2, fanout=2, kind=\"router\"}").count("router"), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regular_graphs_are_as_large_as_their_formula(n in 1usize..40, w in 1usize..9, h in 1usize..9, d in 0u32..7) {
        prop_assert_eq!(sizes(&format!("line({n})")), (n, 0, n - 1));
        prop_assert_eq!(sizes(&format!("ring({n})")), (n, 0, if n > 2 { n } else { n - 1 }));
        prop_assert_eq!(sizes(&format!("mesh({n})")), (n, 0, n * (n - 1) / 2));
        prop_assert_eq!(sizes(&format!("star({n})")), (1, n, n));
        prop_assert_eq!(sizes(&format!("grid({w}, {h})")), (w * h, 0, h * (w - 1) + w * (h - 1)));
        let torus = graph(&format!("torus({w}, {h})"));
        let ends = |length: usize| match length { 1 => 0, 2 => 1, _ => 2 };
        prop_assert!(torus.inner_degrees().iter().all(|degree| *degree == ends(w) + ends(h)));
        let cube = graph(&format!("hypercube({d})"));
        prop_assert_eq!(cube.nodes.len(), 1 << d);
        prop_assert!(cube.inner_degrees().iter().all(|degree| *degree == d as usize));
        prop_assert_eq!(cube.diameter, d.to_string());
    }

    #[test]
    fn layered_graphs_are_as_large_as_their_formula(depth in 1u32..5, fanout in 1usize..5, half in 1usize..5, hosts in 0usize..4) {
        let switches: usize = (0..depth).map(|level| fanout.pow(level)).sum();
        let leaves = fanout.pow(depth);
        prop_assert_eq!(sizes(&format!("tree{{depth={depth}, fanout={fanout}}}")), (switches, leaves, switches - 1 + leaves));
        let (k, pods) = (2 * half, 2 * half);
        let inner = half * half + pods * 2 * half;
        let links = 2 * pods * half * half;
        prop_assert_eq!(sizes(&format!("fat_tree({k})")), (inner, pods * half * half, links + pods * half * half));
        let call = format!("leaf_spine{{spines={half}, leaves={fanout}, hosts={hosts}}}");
        prop_assert_eq!(sizes(&call), (half + fanout, fanout * hosts, half * fanout + fanout * hosts));
    }

    #[test]
    fn random_graphs_are_the_same_for_the_same_seed(n in 1usize..40, extra in 0usize..60, m in 1usize..5, p in 0.0..1.0f64, seed: i64) {
        let pairs = n * (n - 1) / 2;
        let links = (n - 1 + extra).min(pairs);
        let counted = format!("random{{n={n}, links={links}, seed={seed}}}");
        let chosen = format!("random{{n={n}, p={p}, seed={seed}}}");
        let near = format!("waxman{{n={n}, beta=1, alpha=0.3, seed={seed}}}");
        let grown = format!("barabasi_albert{{n={n}, m={m}, seed={seed}}}");
        prop_assert_eq!(sizes(&counted), (n, 0, links));
        prop_assert_eq!(sizes(&grown), (n, 0, (1..n).map(|before| before.min(m)).sum()));
        for call in [counted, chosen, near, grown] {
            prop_assert_eq!(graph(&call), graph(&call));
        }
    }

    #[test]
    fn distances_are_the_same_both_ways_and_each_hop_comes_nearer(n in 2usize..25, extra in 0usize..20, seed: u32) {
        let links = (n - 1 + extra).min(n * (n - 1) / 2);
        let text = format!("local g = topo.random{{n={n}, links={links}, seed={seed}}}
            local cost, random = {{}}, {seed}
            g = g:map(nil, function(link)
              random = (random * 1103515245 + 12345) % 2147483648
              link.cost = random // 65536 % 4
              cost[link.a .. link.b], cost[link.b .. link.a] = link.cost, link.cost
            end)
            local paths, most = g:shortest_paths(), 0
            for from, found in pairs(paths) do
              assert(found.distance[from] == 0 and found.next[from] == nil)
              for to, far in pairs(found.distance) do
                most = math.max(most, far)
                assert(paths[to].distance[from] == far)
                local hop = found.next[to]
                if to ~= from then assert(cost[from .. hop] + paths[hop].distance[to] == far) end
              end
              for _, link in ipairs(g.links) do
                assert(math.abs(found.distance[link.a] - found.distance[link.b]) <= link.cost)
              end
            end
            return most == g:diameter(), g:connected()");
        prop_assert_eq!(eval(&text), ["true", "true"]);
    }
}

/// Held against one run for ever: the same graph on every machine, and in every version.
#[test]
fn a_seed_gives_the_graph_it_gave_before() {
    let links = |call: &str| {
        let links = graph(call).links;
        links.iter().map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(links("random{n=6, links=8, seed=42}"), "r2r5 r4r5 r5r6 r3r6 r1r6 r3r4 r2r4 r1r5");
    assert_eq!(links("random{n=6, p=0.3}"), "r2r6 r1r2 r2r3 r3r4 r4r5");
    assert_eq!(links("waxman{n=6, alpha=0.5, beta=0.9, seed=-7}"), "r1r3 r1r5 r1r6 r2r3 r2r6 r3r5 r4r5 r4r6 r5r6");
    assert_eq!(links("barabasi_albert{n=6, m=2, seed=9}"), "r1r2 r1r3 r2r3 r1r4 r3r4 r4r5 r1r5 r1r6 r5r6");
}

#[test]
fn another_seed_gives_another_graph() {
    for call in ["random{n=30, links=50", "random{n=30, p=0.1", "waxman{n=30", "barabasi_albert{n=30, m=2"] {
        assert_ne!(graph(&format!("{call}, seed=1}}")), graph(&format!("{call}, seed=2}}")), "{call}");
        assert_eq!(graph(&format!("{call}}}")), graph(&format!("{call}, seed=1}}")), "{call}");
    }
}

#[test]
fn a_chance_is_as_likely_as_it_says() {
    let links = |call: &str| graph(call).links.len();
    let expected = 60 * 59 / 2 / 4;
    assert!(links("random{n=60, p=0.25}").abs_diff(expected) < 80);
    assert_eq!(links("random{n=20, p=1}"), 190);
    let (near, far) = (links("waxman{n=60, beta=1, alpha=0.05}"), links("waxman{n=60, beta=1, alpha=1}"));
    assert!(near < far && far > 600, "{near} {far}");
    // e^-x from its series against the library's.
    assert!(links("waxman{n=60, beta=1e-9, alpha=1}") == 59);
}

#[test]
fn a_graph_is_data_that_can_be_changed() {
    let text = r#"
        local g = topo.ring(3, { hosts = 1 })
        local other = g:map(
          function(node) node.name = "x-" .. node.name node.color = "red" end,
          function(link) return { a = link.a, b = link.b, delay = "5ms" } end)
        assert(#other.nodes == 6 and other.nodes[1].name == "x-r1" and other.nodes[1].color == "red")
        assert(other.links[1].a == "x-r1" and other.links[1].b == "x-r2" and other.links[1].delay == "5ms")
        assert(g.nodes[1].name == "r1" and g.links[1].delay == nil)
        table.insert(g.nodes, { name = "alone", kind = "node" })
        local paths = g:shortest_paths()
        assert(paths.alone.distance.r1 == nil and next(paths.alone.next) == nil)
        assert(paths.h1.distance.h2 == 3 and paths.h1.next.h2 == "r1")
        local same = topo.ring(3):map()
        assert(#same.links == 3)
        return g:connected(), g:diameter(), g:degree().r1, g:degree().alone, g, paths
    "#;
    let values = eval(text);
    assert_eq!(values[..4], ["false", "inf", "3", "0"]);
    assert_eq!(values[4], "graph: 3 routers, 3 hosts, 1 node, 6 links");
    assert_eq!(values[5], "shortest paths between 7 nodes");
    assert_eq!(
        eval("local g = topo.line(2) g.nodes, g.links = {}, {} return g:connected(), g:diameter(), g"),
        ["true", "0", "graph: 0 links"]
    );
    assert_eq!(eval("return require 'topo' == topo, package.loaded.cidr == cidr"), ["true", "true"]);
}

#[test]
fn a_thousand_nodes_are_no_matter() {
    assert_eq!(sizes("random{n=1000, links=1500}"), (1000, 0, 1500));
    // Only what is asked for is computed.
    assert_eq!(eval("return topo.ring(10000):shortest_paths().r1.distance.r5001"), ["5000"]);
}

#[test]
fn what_is_wrong_is_refused_with_what_would_be_right() {
    for (call, wanted) in [
        ("ring()", "argument 1 must be a whole number from 1, got nothing"),
        ("ring(0)", "argument 1 must be a whole number from 1, got 0"),
        ("ring(2.5)", "argument 1 must be a whole number from 1, got the number 2.5"),
        ("ring('3')", "argument 1 must be a whole number from 1, got \"3\""),
        ("ring(3, {host=1})", "unknown option \"host\" for ring (did you mean \"hosts\"?)"),
        ("ring(3, {hosts=-1})", "option \"hosts\" must be a whole number from 0, got -1"),
        ("ring(3, {kind='rooter'})", "option \"kind\" must be \"router\" or \"switch\", got \"rooter\""),
        ("ring(3, 4)", "argument 2 must be a table of options, got the number 4"),
        ("ring(3, {}, 1)", "at most 2 arguments are taken, got 3"),
        ("grid(3)", "argument 2 must be a whole number from 1, got nothing"),
        ("hypercube(21)", "argument 1 must be a whole number from 0 to 20, got 21"),
        ("fat_tree(3)", "argument 1 must be an even number from 2, got 3"),
        ("fat_tree(0)", "argument 1 must be an even number from 2, got 0"),
        ("tree{depth=2}", "option \"fanout\" is needed"),
        ("tree()", "option \"depth\" is needed"),
        ("tree{depth=2, fanuot=2}", "unknown option \"fanuot\" for tree (did you mean \"fanout\"?)"),
        ("leaf_spine{spines=0, leaves=1}", "option \"spines\" must be a whole number from 1, got 0"),
        ("random{n=4}", "option \"links\" is needed"),
        ("random{n=4, links=3, p=0}", "options \"links\" and \"p\" exclude each other"),
        (
            "random{n=4, links=2}",
            "option \"links\" must be from 3 (one node hangs on another) to 6 (each is linked to each), got 2",
        ),
        ("random{n=4, p=1.5}", "option \"p\" must be a number from 0 to 1, got 1.5"),
        ("random{n=4, p='x'}", "option \"p\" must be a number from 0 to 1, got \"x\""),
        ("random{n=4, p=1, seed=1.5}", "option \"seed\" must be a whole number, got the number 1.5"),
        ("waxman{n=4, alpha=0}", "option \"alpha\" must be a number above 0, at most 1, got 0"),
        ("barabasi_albert{n=4}", "option \"m\" is needed"),
        ("rign(3)", "topo has no function \"rign\" (did you mean \"ring\"?)"),
        ("ring(3):diametre()", "a Graph has no field \"diametre\" (did you mean \"diameter\"?)"),
        ("ring(3):map(3)", "argument 1 must be a function, got the number 3"),
        (
            "ring(3).diameter()",
            "a method is called without its object (write \":\" before its name, not \".\", as in net:host \"h1\")",
        ),
    ] {
        assert_eq!(error(&format!("return topo.{call}")), format!("EINVAL: {wanted}"), "{call}");
    }
    let missing = "ENOENT: the graph has no node \"r11\" (did you mean \"r1\"?)";
    assert_eq!(error("return topo.ring(3):shortest_paths().r11"), missing);
    assert_eq!(error("local g = topo.ring(3) g.links[1].b = 'r11' return g:connected()"), missing);
    let cost = "EINVAL: the cost of link r1 - r2 of the graph must be a number from 0, got the number -1";
    assert_eq!(error("local g = topo.ring(3) g.links[1].cost = -1 return g:diameter()"), cost);
    let made = "EINVAL: what the function made of node 1 of the graph must be a table, got the number 3";
    assert_eq!(error("return topo.ring(3):map(function() return 3 end)"), made);
    let broken = "EINVAL: \"links\" of the graph must be an array, got nil";
    assert_eq!(error("local g = topo.ring(3) g.links = nil return g:degree()"), broken);
}
