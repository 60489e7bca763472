//! Labs: what comes up is what was planned, what fails leaves nothing, and down is down.

mod adopted;
mod applied;
mod assigned;
mod faults;
mod kill;
mod named;
mod up;

use std::process::Command;

use nsl::error::{Error, Place, Result};
use nsl::kernel::namespace::Namespace;
use nsl::lab::assign::Assigned;
use nsl::lab::{Kind, Link, Live, Node, Plan, build};
use nsl::probe::{Ping, PingSpec};
use nsl::wait::block;

/// A plan of these nodes and links; node `n` is declared in line `n + 1` of `lab.lua`, link `n` in line `101 + n`.
fn plan(nodes: &[(&str, Kind)], links: &[(&str, &str)]) -> Plan {
    let place = |line| Some(Place { file: "lab.lua".to_owned(), line });
    let node = |(number, (name, kind)): (usize, &(&str, Kind))| {
        let mut node = Node::new(*name, *kind);
        node.place = place(number + 1);
        node
    };
    let find = |name: &str| nodes.iter().position(|(known, _)| *known == name).expect("a node");
    let link = |(number, (a, b)): (usize, &(&str, &str))| {
        let mut link = Link::new(find(a), find(b));
        link.place = place(101 + number);
        link
    };
    Plan {
        name: None,
        options: nsl::lab::Options::default(),
        nodes: nodes.iter().enumerate().map(node).collect(),
        links: links.iter().enumerate().map(link).collect(),
    }
}

/// A switch `s` with hosts `h1` …
fn star(hosts: usize) -> Plan {
    let names: Vec<String> = (1..=hosts).map(|number| format!("h{number}")).collect();
    let mut nodes = vec![("s", Kind::Switch)];
    nodes.extend(names.iter().map(|name| (name.as_str(), Kind::Host)));
    let links: Vec<_> = names.iter().map(|name| ("s", name.as_str())).collect();
    plan(&nodes, &links)
}

fn up(plan: &Plan, assigned: &Assigned) -> Result<Live> {
    build::build(plan, assigned, &mut |_| {})
}

/// How many of three quick requests from `node` to `target` are answered.
fn answers(live: &Live, node: &str, target: &str) -> u32 {
    let mut spec = PingSpec::new(target.parse().expect("an address"));
    (spec.count, spec.interval) = (3, std::time::Duration::from_millis(5));
    let ping = Ping::start(namespace(live, node), spec).expect("a ping");
    block(ping).expect("a result").received
}

fn namespace<'a>(live: &'a Live, node: &str) -> &'a Namespace {
    &live.node(node).expect("a node").namespace
}

/// What a command prints that is run inside a node, by other means than nsl's.
fn inside(live: &Live, node: &str, command: &str) -> String {
    let path = namespace(live, node).path().expect("a path");
    let output = Command::new("nsenter").arg(format!("--net={}", path.display())).args(["sh", "-ec", command]).output();
    let output = output.expect("nsenter runs");
    assert!(output.status.success(), "{node}: {command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(live: &Live, node: &str, what: &str) -> serde_json::Value {
    serde_json::from_str(&inside(live, node, &format!("ip -json -details {what}"))).expect("JSON")
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("descriptors").count()
}

/// What can be seen from outside a lab: descriptors, mounts, links, what is in /run. Descriptors that are kept from the
/// first use on are there by then.
fn machine() -> (usize, String) {
    static DOOR: std::sync::Once = std::sync::Once::new();
    Namespace::home().with_socket(|_| Namespace::home().open()).expect("a socket and a descriptor");
    // From its first lab on a process listens for those who want to go in.
    DOOR.call_once(|| drop(up(&star(1), &assigned::assign(&star(1))).expect("up")));
    let seen = crate::sandbox::sh("cat /proc/self/mountinfo; ip -o link; find /run; ls /proc/sys/net/ipv4/conf");
    (descriptors(), seen)
}

fn line(error: &Error) -> usize {
    error.location().expect("a place").line
}
