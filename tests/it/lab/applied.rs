//! What `apply` makes of a lab: whatever was changed, in the plan or in the kernel, the kernel is as if newly built.

use nsl::lab::assign::assign;
use nsl::lab::{Changes, Ip, Kind, Link, Live, Node, Plan, apply, diff};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{inside, json, plan, up};
use crate::sandbox::run;

/// What is compared of a link, as `ip -json -details addr` shows it.
const KEYS: [&str; 12] = [
    "ifname",
    "flags",
    "mtu",
    "qdisc",
    "master",
    "group",
    "txqlen",
    "ifalias",
    "promiscuity",
    "inet6_addr_gen_mode",
    "num_tx_queues",
    "address",
];

/// A node as `ip` shows it, without what differs from one build to the next.
fn snapshot(live: &Live, node: &str) -> Value {
    let links = json(live, node, "addr");
    let mut links: Vec<Value> = links.as_array().expect("links").iter().map(link_snapshot).collect();
    links.sort_by_key(|link| link["ifname"].to_string());
    // The kernel learns of a carrier in two places, one a moment after the other.
    let routes = ["-4", "-6"].map(|family| {
        let text = inside(live, node, &format!("ip {family} route show table all"));
        let mut lines: Vec<String> =
            text.lines().map(|line| line.replace(" linkdown", "").trim_end().to_owned()).collect();
        lines.sort();
        lines
    });
    let sysctls = inside(
        live,
        node,
        "cd /proc/sys/net; cat ipv4/ip_forward ipv4/conf/all/rp_filter ipv6/conf/all/disable_ipv6 ipv4/ip_default_ttl",
    );
    json!({ "links": links, "routes": routes, "sysctls": sysctls })
}

fn link_snapshot(link: &Value) -> Value {
    let mut kept = serde_json::Map::new();
    let kind = &link["linkinfo"]["info_kind"];
    // A bridge takes its MAC address from its ports, whose order may be another; and one that never had a port has a
    // carrier, while one that lost its last has none.
    for key in KEYS.iter().filter(|key| kind != "bridge" || !matches!(**key, "address" | "flags")) {
        kept.insert((*key).to_owned(), link[*key].clone());
    }
    let addresses = link["addr_info"].as_array().expect("addresses").iter();
    let address = |address: &Value| {
        let mut address = address.clone();
        let fields = address.as_object_mut().expect("an address");
        // The kernel makes a ::1 without the flag, and without the route.
        let own = fields["local"] == "::1";
        fields.retain(|key, _| key != "protocol" && !(own && key == "noprefixroute"));
        address
    };
    let (four, mut six): (Vec<_>, Vec<_>) = addresses.map(address).partition(|address| address["family"] == "inet");
    six.sort_by_key(Value::to_string);
    let port = &link["linkinfo"]["info_slave_data"];
    let bridge = &link["linkinfo"]["info_data"];
    kept.insert("addresses".to_owned(), json!([four, six]));
    kept.insert("kind".to_owned(), kind.clone());
    kept.insert("port".to_owned(), json!([port["learning"], port["hairpin"], port["isolated"], port["flood"]]));
    kept.insert("bridge".to_owned(), json!([bridge["stp_state"], bridge["forward_delay"], bridge["ageing_time"]]));
    Value::Object(kept)
}

fn changed(plan: &Plan, live: &mut Live) -> String {
    let assigned = assign(plan).expect("an assignment");
    let changes = apply(plan, &assigned, live, &mut |_| {}).expect("applied");
    let left = diff(plan, &assigned, Some(live)).expect("a diff");
    assert_eq!(Changes(&left).to_string(), "nothing differs");
    Changes(&changes).to_string()
}

fn compare_with_new(plan: &Plan, live: &Live, story: &str) {
    let fresh = up(plan, &assign(plan).expect("an assignment")).expect("up");
    assert_eq!(live.nodes().len(), plan.nodes.len(), "{story}");
    for node in &plan.nodes {
        let text = |live: &Live| serde_json::to_string_pretty(&snapshot(live, &node.name)).expect("JSON");
        let (now, new) = (text(live), text(&fresh));
        let differs = || now.lines().zip(new.lines()).find(|(now, new)| now != new);
        assert!(now == new, "{} has, and would have: {:?}\nin {now}\nafter {story}", node.name, differs());
    }
}

#[test]
fn what_somebody_did_is_undone_and_nothing_else_is_touched() {
    run(|| {
        use Kind::{Host, Router, Switch};
        let nodes = [("h1", Host), ("r1", Router), ("r2", Router), ("s", Switch), ("h2", Host)];
        let links = [("h1", "r1"), ("r1", "r2"), ("r2", "s"), ("h2", "s"), ("r1", "r2")];
        let mut plan = plan(&nodes, &links);
        plan.options.ipv6 = true;
        let mut live = up(&plan, &assign(&plan).expect("an assignment")).expect("up");
        let cookies: Vec<u64> = live.nodes().iter().map(|node| node.namespace.cookie().expect("a cookie")).collect();
        let before = inside(&live, "r1", "ip -o link | grep -v eth2");
        assert_eq!(changed(&plan, &mut live), "nothing differs");
        inside(&live, "h1", "ip link set eth0 mtu 1400 txqueuelen 7 alias mine address 02:00:00:00:99:01");
        inside(
            &live,
            "r1",
            "ip route add 203.0.113.0/24 via $(ip -4 -o addr show eth0 | grep -o '10[^/]*' | sed 's/.$/0/')",
        );
        inside(
            &live,
            "r1",
            "sysctl -qw net.ipv4.ip_forward=0; ip addr add 10.9.9.9/24 dev eth1; ip link add d0 type bridge",
        );
        inside(&live, "r2", "ip link del eth2; ip link set lo down");
        inside(&live, "s", "ip link set eth0 nomaster; bridge link set dev eth1 learning off");
        inside(&live, "h2", "ip -4 route flush proto boot; ip addr flush dev eth0");
        let text = changed(&plan, &mut live);
        for line in [
            "~ h1/eth0 mtu 1400 -> 1500",
            "~ h1/eth0 mac 02:00:00:00:99:01 -> 02:00:00:00:00:00",
            "~ h1/eth0 alias mine -> none",
            "~ sysctl r1 net.ipv4.ip_forward 0 -> 1",
            "- link r1/d0 (bridge)",
            "- address r1/eth1 10.9.9.9/24",
            "+ link r1/eth2 -- r2/eth2",
            "- route r1 203.0.113.0/24 via 10.0.0.0 dev eth0",
            "~ r2/lo down -> up",
            "~ s/eth0 master none -> br0",
            "~ s/eth1 learning off -> on",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
        }
        compare_with_new(&plan, &live, &text);
        let now: Vec<u64> = live.nodes().iter().map(|node| node.namespace.cookie().expect("a cookie")).collect();
        assert_eq!(now, cookies);
        assert_eq!(inside(&live, "r1", "ip -o link | grep -v eth2"), before);
    });
}

/// A plan of some nodes and links, and what is done to it and to the kernel, as numbers that the test reads.
#[derive(Debug, Clone)]
struct Story {
    kinds: Vec<u8>,
    links: Vec<(u8, u8)>,
    ipv6: bool,
    ecmp: bool,
    plan_edits: Vec<(u8, u8, u8)>,
    kernel_edits: Vec<(u8, u8, u8)>,
}

fn stories() -> impl Strategy<Value = Story> {
    let pair = || (any::<u8>(), any::<u8>());
    let edit = || (0u8..10, any::<u8>(), any::<u8>());
    (
        prop::collection::vec(0u8..3, 2..7),
        prop::collection::vec(pair(), 1..9),
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec(edit(), 0..4),
        prop::collection::vec((0u8..16, any::<u8>(), any::<u8>()), 0..6),
    )
        .prop_map(|(kinds, links, ipv6, ecmp, plan_edits, kernel_edits)| Story {
            kinds,
            links,
            ipv6,
            ecmp,
            plan_edits,
            kernel_edits,
        })
}

fn kind(number: u8) -> Kind {
    [Kind::Host, Kind::Router, Kind::Switch][usize::from(number % 3)]
}

fn build(story: &Story) -> Plan {
    let mut plan = plan(&[], &[]);
    (plan.options.ipv6, plan.options.ecmp) = (story.ipv6, story.ecmp);
    for (place, number) in story.kinds.iter().enumerate() {
        plan.nodes.push(Node::new(format!("n{place}"), kind(*number)));
    }
    for &(a, b) in &story.links {
        link(&mut plan, a, b);
    }
    plan
}

/// Adds a link, unless it would join a node to itself or close a loop of switches, whose spanning tree takes seconds.
fn link(plan: &mut Plan, a: u8, b: u8) {
    let count = plan.nodes.len();
    let (a, b) = (usize::from(a) % count, usize::from(b) % count);
    let switch = |node: usize| plan.nodes[node].kind == Kind::Switch;
    if a != b && !(switch(a) && switch(b)) {
        plan.links.push(Link::new(a, b));
    }
}

fn edit_plan(plan: &mut Plan, (what, one, two): (u8, u8, u8)) {
    let node = usize::from(one) % plan.nodes.len();
    let cable = (!plan.links.is_empty()).then(|| usize::from(one) % plan.links.len().max(1));
    match (what, cable) {
        (0, _) => {
            let name = format!("x{}", plan.nodes.len() * 256 + usize::from(two));
            plan.nodes.push(Node::new(name, kind(one)));
            let last = (plan.nodes.len() - 1) as u8;
            link(plan, last, two % last);
        }
        (1, _) => link(plan, one, two),
        (2, Some(cable)) => _ = plan.links.remove(cable),
        (3, Some(cable)) => plan.links[cable].mtu = Some(1300 + u32::from(two)),
        (4, Some(cable)) => plan.links[cable].a.wants.spec.alias = Some(format!("alias {two}")),
        (5, Some(cable)) => plan.links[cable].cost = 1 + u32::from(two % 4),
        (6, Some(cable)) => plan.links[cable].b.mac = Some([2, 9, 9, 9, one, two]),
        (7, Some(cable)) if plan.nodes[plan.links[cable].a.node].kind != Kind::Switch => {
            plan.links[cable].a.ip = Ip::None;
        }
        (8, _) => _ = plan.nodes[node].sysctl.insert("net.ipv4.ip_default_ttl".to_owned(), two.max(1).to_string()),
        (9, _) if plan.nodes.len() > 2 => remove_node(plan, node),
        _ if plan.nodes[node].kind != Kind::Switch => {
            plan.nodes[node].addresses.push(format!("192.0.2.{two}/32").parse().expect("an address"));
            plan.nodes[node].addresses.dedup();
        }
        _ => {}
    }
}

fn remove_node(plan: &mut Plan, node: usize) {
    plan.nodes.remove(node);
    plan.links.retain(|link| link.a.node != node && link.b.node != node);
    for link in &mut plan.links {
        for end in [&mut link.a, &mut link.b] {
            end.node -= usize::from(end.node > node);
        }
    }
}

/// Does something in the kernel that a user may do; what cannot be done there is no failure.
fn edit_kernel(live: &Live, (what, one, two): (u8, u8, u8)) -> String {
    let node = &live.nodes()[usize::from(one) % live.nodes().len()];
    let dev = match node.interfaces.len() {
        0 => "lo".to_owned(),
        count => node.interfaces[usize::from(two) % count].name.clone(),
    };
    let command = match what {
        0 => format!("ip link del {dev}"),
        1 => format!("ip link set {dev} down"),
        2 => format!("ip link set {dev} mtu {}", 1280 + u32::from(two)),
        3 => format!("ip addr flush dev {dev}"),
        4 => format!("ip addr add 198.51.100.{two}/24 dev {dev}"),
        5 => "ip route flush table main".to_owned(),
        6 => format!("ip route add 203.0.113.{two}/32 dev {dev}"),
        7 => format!("ip route add 203.0.113.{two}/32 dev {dev} table 77"),
        8 => format!("ip link set {dev} txqueuelen {two} alias a{two}"),
        9 => format!("ip link set {dev} nomaster"),
        10 => format!("ip link add y{two} type veth peer z{two}; ip link set y{two} up"),
        11 => "sysctl -qw net.ipv4.ip_forward=$((1 - $(sysctl -n net.ipv4.ip_forward)))".to_owned(),
        12 => "sysctl -qw net.ipv4.conf.all.rp_filter=1".to_owned(),
        13 => format!("ip link set {dev} down; ip link set {dev} name w{two} up"),
        14 => format!("ip -6 addr flush dev {dev}; ip link set {dev} promisc on"),
        _ => "ip link del br0; ip link set lo down".to_owned(),
    };
    inside(live, &node.name, &format!("({command}) 2>/dev/null || true"));
    format!("{}: {command}", node.name)
}

fn tell(story: &Story) {
    let mut plan = build(story);
    let Ok(assigned) = assign(&plan) else { return };
    let mut live = up(&plan, &assigned).expect("up");
    let mut told: Vec<String> = story.kernel_edits.iter().map(|edit| edit_kernel(&live, *edit)).collect();
    story.plan_edits.iter().for_each(|edit| edit_plan(&mut plan, *edit));
    let Ok(assigned) = assign(&plan) else { return };
    let changes = match apply(&plan, &assigned, &mut live, &mut |_| {}) {
        Ok(changes) => Changes(&changes).to_string(),
        Err(error) => panic!("{error:?}\n{told:#?}\n{plan:#?}"),
    };
    told.push(changes);
    let left = diff(&plan, &assigned, Some(&live)).expect("a diff");
    assert_eq!(Changes(&left).to_string(), "nothing differs", "{told:#?}");
    compare_with_new(&plan, &live, &told.join("\n"));
}

#[test]
fn whatever_was_changed_the_kernel_is_as_newly_built() {
    run(|| {
        let config = Config { cases: 40, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let told = runner.run(&stories(), |story| {
            tell(&story);
            Ok(())
        });
        told.unwrap_or_else(|failure| panic!("{failure}"));
    });
}
