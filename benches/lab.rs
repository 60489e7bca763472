//! How fast a lab comes up beside the floor, the least kernel work that builds the same topology.
//!
//! `NSL_YARDSTICKS` names a directory with `floor.c` (`floor SPEC [bind]` prints `build SECONDS …`) and `spec.py`
//! (`spec.py KIND N` writes `node NAME [bridge]` and `link A B` lines). Runs are interleaved, each in a process of its own
//! and in namespaces of their own; between two the kernel gets time to take the last lab away. `NSL_BENCH_SPECS`
//! (`star200,ring1000`) and `NSL_BENCH_MODES` (`none,static,named`) choose. Exits with 1 if a goal is missed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use nsl::lab::assign::assign;
use nsl::lab::build::{Phase, Progress, raise};
use nsl::lab::{Kind, Link, Node, Options, Plan, Routing};

const SPECS: &str = "star200,star1000,ring1000,fattree8,tree1000,random500";
/// How a lab is built, and what that may take of the floor's time.
const MODES: [(&str, f64); 3] = [("none", 1.10), ("static", 1.25), ("named", 1.10)];
const REPEATS: usize = 5;
/// The topology that this process builds once, and how.
const ONE: &str = "NSL_BENCH_ONE";
const MODE: &str = "NSL_BENCH_MODE";
const INSIDE: &str = "NSL_BENCH_INSIDE";

fn main() -> ExitCode {
    if let Some(spec) = std::env::var_os(ONE) {
        return one(Path::new(&spec), &std::env::var(MODE).unwrap_or_else(|_| "none".to_owned()));
    }
    let asked = std::env::args().any(|arg| arg == "--bench");
    let Some(yardsticks) = std::env::var_os("NSL_YARDSTICKS").filter(|_| asked).map(PathBuf::from) else {
        eprintln!("lab: run it as `NSL_YARDSTICKS=DIRECTORY cargo bench --bench lab`");
        return ExitCode::SUCCESS;
    };
    if std::env::var_os(INSIDE).is_none() {
        return enter();
    }
    let floor = Path::new("/run/floor");
    let compiled = Command::new("gcc").args(["-O2", "-w", "-o"]).arg(floor).arg(yardsticks.join("floor.c")).status();
    assert!(compiled.expect("gcc runs").success());
    println!(
        "| topology | floor ms | nsl ms | ratio of the fastest | of the middle ones | planning |\n|---|---|---|---|---|---|"
    );
    let mut missed = 0;
    for name in chosen("NSL_BENCH_SPECS", SPECS) {
        let digits = name.find(|c: char| c.is_ascii_digit()).expect("a size");
        let made = Command::new(yardsticks.join("spec.py")).args([&name[..digits], &name[digits..]]).output();
        let spec = PathBuf::from(format!("/run/{name}.spec"));
        std::fs::write(&spec, made.expect("spec.py runs").stdout).expect("written");
        for mode in chosen("NSL_BENCH_MODES", "none,static,named") {
            let (mode, goal) = MODES.into_iter().find(|(known, _)| *known == mode).expect("a mode");
            missed += usize::from(compare(&name, &spec, floor, mode) > goal);
        }
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn chosen(variable: &str, all: &str) -> Vec<String> {
    let words = std::env::var(variable).unwrap_or_else(|_| all.to_owned());
    words.split(',').map(str::to_owned).collect()
}

/// Starts this program again in network, mount and PID namespaces with a fresh /run.
fn enter() -> ExitCode {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    unshare.args(["sh", "-c", r#"mount -t tmpfs none /run && ip link set lo up; exec "$@""#, "sh"]);
    unshare.arg(std::env::current_exe().expect("this program")).arg("--bench").env(INSIDE, "1");
    eprintln!("lab: cannot run unshare: {}", unshare.exec());
    ExitCode::FAILURE
}

/// Runs both in turn; the ratio of the fastest runs.
fn compare(name: &str, spec: &Path, floor: &Path, mode: &str) -> f64 {
    let text = std::fs::read_to_string(spec).expect("a spec");
    let rest = Duration::from_micros(700 * text.lines().count() as u64) + Duration::from_millis(300);
    let mut floors: Vec<(f64, String)> = Vec::new();
    let mut ours: Vec<(f64, String)> = Vec::new();
    for _ in 0..REPEATS {
        let mut the_floor = Command::new(floor);
        the_floor.arg(spec).args((mode == "named").then_some("bind"));
        let mut nsl = Command::new(std::env::current_exe().expect("this program"));
        nsl.env(ONE, spec).env(MODE, mode);
        for (runs, command) in [(&mut floors, &mut the_floor), (&mut ours, &mut nsl)] {
            let output = command.output().expect("it runs");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let seconds = text.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok());
            let seconds = seconds.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
            runs.push((seconds, text.trim().to_owned()));
            std::thread::sleep(rest);
        }
    }
    for runs in [&mut floors, &mut ours] {
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let (best, middle) = (ours[0].0 / floors[0].0, ours[REPEATS / 2].0 / floors[REPEATS / 2].0);
    let planning = ours[0].1.split_once("plan ").and_then(|(_, rest)| rest.split(' ').next()?.parse::<f64>().ok());
    println!(
        "| {name} {mode} | {:.0} | {:.0} | {best:.2} | {middle:.2} | {:.1} % |",
        floors[0].0 * 1e3,
        ours[0].0 * 1e3,
        100.0 * planning.unwrap_or(0.0) / ours[0].0
    );
    eprintln!("  {}\n  {}", floors[0].1, ours[0].1);
    best
}

/// Builds a topology once and prints what it took, planning included, as the floor does.
fn one(spec: &Path, mode: &str) -> ExitCode {
    nsl::process::raise_open_files();
    let plan = plan(&std::fs::read_to_string(spec).expect("a spec"), mode);
    let start = Instant::now();
    let assigned = assign(&plan).unwrap_or_else(|error| panic!("{error:?}"));
    let mut starts: Vec<(Phase, Instant)> = Vec::new();
    let planned = Instant::now();
    let mut progress = |progress: Progress| {
        if starts.last().is_none_or(|(phase, _)| *phase != progress.phase) {
            starts.push((progress.phase, Instant::now()));
        }
    };
    let raised = raise(&plan, &assigned, &mut progress).unwrap_or_else(|error| panic!("{error:?}"));
    let made = Instant::now();
    nsl::wait::block(raised.ready).expect("ready");
    let end = Instant::now();
    let routes: usize = assigned.nodes.iter().map(|node| node.routes.len()).sum();
    print!("build {:.4} nodes {} links {} ", (end - start).as_secs_f64(), plan.nodes.len(), plan.links.len());
    print!("routes {routes} plan {:.4} ", (planned - start).as_secs_f64());
    starts.push((Phase::Nodes, made));
    for pair in starts.windows(2) {
        print!(" {:?} {:.3}", pair[0].0, (pair[1].1 - pair[0].1).as_secs_f64());
    }
    let mut live = raised.live;
    let down = Instant::now();
    assert!(live.down().is_empty());
    print!(" ready {:.3} down {:.3}", (end - made).as_secs_f64(), down.elapsed().as_secs_f64());
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    println!(" {}", status.lines().find(|line| line.starts_with("VmHWM")).expect("a peak"));
    ExitCode::SUCCESS
}

fn plan(spec: &str, mode: &str) -> Plan {
    let mut plan = Plan { name: None, options: Options::default(), nodes: Vec::new(), links: Vec::new() };
    plan.options.routing = if mode == "static" { Routing::Static } else { Routing::None };
    if mode == "named" {
        plan.name = Some("bench".to_owned());
        plan.options.prefix = "bench-".to_owned();
    }
    let mut places = HashMap::new();
    for line in spec.lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["node", name, ref rest @ ..] => {
                places.insert(name.to_owned(), plan.nodes.len());
                let kind = match (rest.is_empty(), name.starts_with('h')) {
                    (false, _) => Kind::Switch,
                    (true, true) => Kind::Host,
                    (true, false) => Kind::Router,
                };
                plan.nodes.push(Node::new(name, kind));
            }
            ["link", a, b] => plan.links.push(Link::new(places[a], places[b])),
            _ => panic!("{line}"),
        }
    }
    plan
}
