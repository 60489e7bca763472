//! How fast a lab comes up beside the floor, the least kernel work that builds the same topology.
//!
//! `NSL_YARDSTICKS` names a directory with `floor.c` (`floor SPEC [bind]` prints `build SECONDS …`) and `spec.py`
//! (`spec.py KIND N` writes `node NAME [bridge]` and `link A B` lines). Runs are interleaved, each in a process of its own
//! and in namespaces of their own; between two the kernel gets time to take the last lab away. Prints the fastest and the
//! middle ratio; exits with 1 if a goal is missed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use nsl::lab::assign::{Assigned, AssignedNode, Bridge, Interface};
use nsl::lab::build::{Phase, Progress};
use nsl::lab::{Kind, Link, Node, Plan, Routing};

const SPECS: [(&str, usize); 6] =
    [("star", 200), ("star", 1000), ("ring", 1000), ("fattree", 8), ("tree", 1000), ("random", 500)];
const GOAL: f64 = 1.10;
const REPEATS: usize = 5;
/// The topology that this process builds once.
const ONE: &str = "NSL_BENCH_ONE";
const INSIDE: &str = "NSL_BENCH_INSIDE";

fn main() -> ExitCode {
    if let Some(spec) = std::env::var_os(ONE) {
        return one(Path::new(&spec));
    }
    let Some(yardsticks) = std::env::var_os("NSL_YARDSTICKS").filter(|_| std::env::args().any(|arg| arg == "--bench"))
    else {
        eprintln!("lab: run it as `NSL_YARDSTICKS=DIRECTORY cargo bench --bench lab`");
        return ExitCode::SUCCESS;
    };
    if std::env::var_os(INSIDE).is_none() {
        return enter();
    }
    let yardsticks = PathBuf::from(yardsticks);
    let floor = Path::new("/run/floor");
    let compiled = Command::new("gcc").args(["-O2", "-w", "-o"]).arg(floor).arg(yardsticks.join("floor.c")).status();
    assert!(compiled.expect("gcc runs").success());
    let mut met = true;
    println!("| topology | floor ms | nsl ms | ratio of the fastest | of the middle ones |\n|---|---|---|---|---|");
    for (kind, size) in wanted() {
        let spec = PathBuf::from(format!("/run/{kind}{size}.spec"));
        let made = Command::new(yardsticks.join("spec.py")).args([&kind, &size.to_string()]).output();
        let text = made.expect("spec.py runs").stdout;
        std::fs::write(&spec, &text).expect("written");
        met &= compare(&format!("{kind} {size}"), &spec, floor, text.iter().filter(|byte| **byte == b'\n').count());
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What to build: all, or what `NSL_BENCH_SPECS` names: `star200,ring1000`.
fn wanted() -> Vec<(String, usize)> {
    let all = SPECS.iter().map(|(kind, size)| ((*kind).to_owned(), *size));
    match std::env::var("NSL_BENCH_SPECS") {
        Err(_) => all.collect(),
        Ok(text) => text
            .split(',')
            .map(|word| {
                let digits = word.find(|c: char| c.is_ascii_digit()).expect("a size");
                (word[..digits].to_owned(), word[digits..].parse().expect("a size"))
            })
            .collect(),
    }
}

fn enter() -> ExitCode {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    unshare.args(["sh", "-c", r#"mount -t tmpfs none /run && ip link set lo up; exec "$@""#, "sh"]);
    unshare.arg(std::env::current_exe().expect("this program")).arg("--bench").env(INSIDE, "1");
    eprintln!("lab: cannot run unshare: {}", unshare.exec());
    ExitCode::FAILURE
}

fn compare(name: &str, spec: &Path, floor: &Path, size: usize) -> bool {
    let (mut floors, mut ours) = (Vec::new(), Vec::new());
    let rest = Duration::from_micros(700 * size as u64) + Duration::from_millis(300);
    let (mut detail_floor, mut detail_ours) = (String::new(), String::new());
    for _ in 0..REPEATS {
        for ((times, detail), command) in
            [(&mut floors, &mut detail_floor), (&mut ours, &mut detail_ours)].into_iter().zip([
                Command::new(floor).arg(spec),
                Command::new(std::env::current_exe().expect("this program")).env(ONE, spec),
            ])
        {
            let output = command.output().expect("it runs");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let seconds = text.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok());
            let seconds = seconds.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
            if times.iter().all(|time| *time > seconds) {
                *detail = text.trim().to_owned();
            }
            times.push(seconds);
            std::thread::sleep(rest);
        }
    }
    let sorted = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        (times[0], times[times.len() / 2])
    };
    let ((floor_best, floor_middle), (our_best, our_middle)) = (sorted(&mut floors), sorted(&mut ours));
    println!(
        "| {name} | {:.0} | {:.0} | {:.2} | {:.2} |",
        floor_best * 1e3,
        our_best * 1e3,
        our_best / floor_best,
        our_middle / floor_middle
    );
    eprintln!("  {detail_floor}\n  {detail_ours}");
    our_best / floor_best <= GOAL
}

/// Builds a topology once and prints what it took, as the floor does.
fn one(spec: &Path) -> ExitCode {
    nsl::process::raise_open_files();
    let text = std::fs::read_to_string(spec).expect("a spec");
    let plan = plan(&text);
    let assigned = assign(&plan);
    let mut starts: Vec<(Phase, Instant)> = Vec::new();
    let start = Instant::now();
    let mut progress = |progress: Progress| {
        if starts.last().is_none_or(|(phase, _)| *phase != progress.phase) {
            starts.push((progress.phase, Instant::now()));
        }
    };
    let raised = nsl::lab::build::raise(&plan, &assigned, &mut progress);
    let raised = raised.unwrap_or_else(|error| panic!("{error:?}"));
    let made = Instant::now();
    nsl::wait::block(raised.ready).expect("ready");
    let end = Instant::now();
    print!("build {:.4} nodes {} links {} ", (end - start).as_secs_f64(), plan.nodes.len(), plan.links.len());
    starts.push((Phase::Nodes, made));
    for pair in starts.windows(2) {
        print!(" {:?} {:.3}", pair[0].0, (pair[1].1 - pair[0].1).as_secs_f64());
    }
    let mut live = raised.live;
    let down = Instant::now();
    assert!(live.down().is_empty());
    println!(" ready {:.3} down {:.3}", (end - made).as_secs_f64(), down.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}

fn plan(spec: &str) -> Plan {
    let mut plan = Plan { name: None, options: nsl::lab::Options::default(), nodes: Vec::new(), links: Vec::new() };
    plan.options.routing = Routing::None;
    let mut places = HashMap::new();
    for line in spec.lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["node", name, ref rest @ ..] => {
                places.insert(name.to_owned(), plan.nodes.len());
                plan.nodes.push(Node::new(name, if rest.is_empty() { Kind::Host } else { Kind::Switch }));
            }
            ["link", a, b] => plan.links.push(Link::new(places[a], places[b])),
            _ => panic!("{line}"),
        }
    }
    plan
}

/// A /30 for each link, or one subnet on a bridge, as the floor has it.
fn assign(plan: &Plan) -> Assigned {
    let mut assigned = Assigned::default();
    for (place, node) in plan.nodes.iter().enumerate() {
        let bridge = (node.kind == Kind::Switch).then(|| Bridge {
            name: "br0".to_owned(),
            index: 1_000_000 + place as u32,
            stp: false,
        });
        assigned.nodes.push(AssignedNode { bridge, forward: Some(false), ..AssignedNode::default() });
    }
    let mut hosts = 0xAC10_0001u32;
    for (number, link) in plan.links.iter().enumerate() {
        let on_bridge = [link.a.node, link.b.node].iter().any(|node| plan.nodes[*node].kind == Kind::Switch);
        let mut end = |node: usize, side: u32| {
            let is_switch = plan.nodes[node].kind == Kind::Switch;
            let (number, mut address, mut length) = (number as u32, 0x0A00_0001 + 4 * number as u32 + side, 30);
            if on_bridge && !is_switch {
                (address, length) = (hosts, 12);
                hosts += 1;
            }
            let net = IpNet::new(std::net::Ipv4Addr::from(address).into(), length).expect("a length");
            let index = 10 + 2 * number + side;
            let interfaces = &mut assigned.nodes[node].interfaces;
            let [_, b, c, d] = index.to_be_bytes();
            interfaces.push(Interface {
                name: format!("eth{}", interfaces.len()),
                index,
                mac: [2, 0, 0, b, c, d],
                addresses: if is_switch { Vec::new() } else { vec![net] },
                mtu: None,
                link: number as usize,
                ipv6: false,
            });
            interfaces.len() - 1
        };
        let ends = [end(link.a.node, 0), end(link.b.node, 1)];
        assigned.links.push(ends);
    }
    assigned
}
