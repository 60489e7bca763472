//! How fast nsl is beside the programs it replaces: `cargo bench` prints a Markdown table for the README.
//!
//! Each figure is the median of interleaved runs in one go on one machine, in namespaces of its own: absolute times
//! drift, ratios hold. It exits with 1 if a goal is missed. `NSL_YARDSTICKS` may name a directory with `floor.c`, a
//! program with the least kernel work that builds the same star (`cc -O2 -o floor floor.c`; `floor SPEC bind` with
//! lines `node NAME [bridge]` and `link A B` prints `build SECONDS …`).

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

mod shared;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use shared::{FLOOR, Goal, Row, SCRATCH, compare, fail, median, nsl, output, skip, time, version, written};

const HOSTS: usize = 200;
const EXECS: usize = 300;
const REPEATS: usize = 5;
const STARTS: usize = 200;

fn main() -> ExitCode {
    shared::run("versus", || {
        let mut rows = star();
        rows.extend(exec());
        rows.extend(startup());
        (rows, format!("Medians of {REPEATS} interleaved runs ({STARTS} of the start)."))
    })
}

/// A star of hosts on a bridge, built by each contender in turn.
fn star() -> Vec<Row> {
    let what = format!("star of {HOSTS} hosts on a bridge");
    if version("ip", "-V").is_none() {
        return skip(&what, "there is no `ip` (Debian: iproute2)");
    }
    let lua = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/star.lua");
    let floor = build_floor();
    let (batch, shell) = (star_batch(), star_shell());
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..REPEATS {
        times[0].push(star_by(Command::new(nsl()).args([lua, &HOSTS.to_string()])));
        times[1].push(star_by(Command::new("sh").arg(&batch)));
        times[2].push(star_by(Command::new("sh").arg(&shell)));
        times[3].extend(floor.as_deref().map(star_by_floor));
    }
    let [ours, batch, shell, floor] = times.map(median);
    let row = |peer: &str, theirs: Option<f64>, goal| {
        Some(Row { what: what.clone(), ours: ours?, peer: peer.to_owned(), theirs: theirs?, goal, floor })
    };
    let rows = [
        row("`ip -batch`", batch, Goal::Faster(2.5)),
        row("a shell script of `ip` calls", shell, Goal::Faster(8.0)),
        row("the kernel work alone, in C", floor, Goal::Within(FLOOR)),
    ];
    rows.into_iter().flatten().collect()
}

/// Builds the star with `command`, sees that it is there, and takes it away again. Gives the seconds it took.
fn star_by(command: &mut Command) -> f64 {
    let elapsed = time(command);
    let ports = output(Command::new("ip").args(["-n", "sw", "-o", "link", "show", "master", "br0", "up"]));
    if ports.lines().count() != HOSTS {
        fail(&format!("{command:?} built another network: {ports}"));
    }
    let last = output(Command::new("ip").args(["-n", &format!("h{HOSTS}"), "-4", "-o", "addr", "show", "eth0", "up"]));
    if !last.contains("172.16.") {
        fail(&format!("{command:?} gave the last host no address"));
    }
    output(Command::new("ip").args(["-all", "netns", "delete"]));
    settle();
    elapsed
}

/// The floor counts its own building, takes all down, and prints `build SECONDS …`.
fn star_by_floor(program: &Path) -> f64 {
    let spec = Path::new(SCRATCH).join("star.spec");
    let mut text = String::from("node sw bridge\n");
    (1..=HOSTS).for_each(|i| text.push_str(&format!("node h{i}\nlink sw h{i}\n")));
    fs::write(&spec, text).expect("a spec");
    let printed = output(Command::new(program).arg(&spec).arg("bind"));
    settle();
    printed.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("`build SECONDS`")
}

/// Waits until the kernel has taken the last contender's namespaces back, which it does behind the scenes (200 take it
/// about 0.3 s): a build meanwhile takes up to twice as long.
fn settle() {
    if fs::read_dir("/run/netns").is_ok_and(|mut names| names.next().is_some()) {
        fail("a contender left namespaces behind");
    }
    std::thread::sleep(Duration::from_millis(1500));
}

/// The steps of star.lua as arguments of `ip`: those that name both namespaces, and those inside one.
fn star_steps() -> Vec<(Option<String>, String)> {
    let home = |step: String| (None, step);
    let inside = |namespace: &str, step: &str| (Some(namespace.to_owned()), step.to_owned());
    let mut steps =
        vec![home("netns add sw".to_owned()), inside("sw", "link set lo up"), inside("sw", "link add br0 type bridge")];
    for i in 1..=HOSTS {
        let host = format!("h{i}");
        steps.extend([
            home(format!("netns add {host}")),
            inside(&host, "link set lo up"),
            home(format!("link add eth0 netns {host} type veth peer name eth{i} netns sw")),
            inside(&host, &format!("addr add 172.16.{}.{}/12 dev eth0", i / 256, i % 256)),
            inside(&host, "link set eth0 up"),
            inside("sw", &format!("link set eth{i} master br0 up")),
        ]);
    }
    steps.push(inside("sw", "link set br0 up"));
    steps
}

/// One call of `ip` a step.
fn star_shell() -> PathBuf {
    let mut script = String::from("set -e\n");
    for (namespace, step) in star_steps() {
        let place = namespace.map_or(String::new(), |name| format!("-n {name} "));
        script.push_str(&format!("ip {place}{step}\n"));
    }
    written("star.sh", &script)
}

/// As few calls of `ip` as there can be: one batch for what names its namespaces, then one a namespace.
fn star_batch() -> PathBuf {
    let mut batches: Vec<(Option<String>, String)> = vec![(None, String::new())];
    for (namespace, step) in star_steps() {
        let batch = match batches.iter_mut().find(|(name, _)| *name == namespace) {
            Some((_, batch)) => batch,
            None => {
                batches.push((namespace, String::new()));
                &mut batches.last_mut().expect("one was pushed").1
            }
        };
        batch.push_str(&step);
        batch.push('\n');
    }
    let mut script = String::from("set -e\n");
    for (namespace, batch) in batches {
        let name = namespace.as_deref().unwrap_or("home");
        let file = written(&format!("{name}.batch"), &batch);
        let place = namespace.as_ref().map_or(String::new(), |name| format!("-n {name} "));
        script.push_str(&format!("ip {place}-batch {}\n", file.display()));
    }
    written("star-batch.sh", &script)
}

/// Compiles the floor, if there is one.
fn build_floor() -> Option<PathBuf> {
    let Some(directory) = std::env::var_os("NSL_YARDSTICKS") else {
        skip("the star's floor", "NSL_YARDSTICKS names no directory with floor.c");
        return None;
    };
    let program = Path::new(SCRATCH).join("floor");
    output(Command::new("cc").args(["-O2", "-w", "-o"]).arg(&program).arg(Path::new(&directory).join("floor.c")));
    Some(program)
}

/// The shortest command there is, many times in a named namespace.
fn exec() -> Vec<Row> {
    let what = format!("{EXECS} × `true` in a namespace");
    if version("ip", "-V").is_none() {
        return skip(&what, "there is no `ip` (Debian: iproute2)");
    }
    output(Command::new("ip").args(["netns", "add", "ns0"]));
    let lua = format!(r#"for _ = 1, {EXECS} do netns.exec("ns0", {{ "true" }}, {{ check = true }}) end"#);
    let shell = format!("i=0; while [ $i -lt {EXECS} ]; do ip netns exec ns0 true || exit 1; i=$((i + 1)); done");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        ours.push(time(Command::new(nsl()).args(["-e", &lua])));
        theirs.push(time(Command::new("sh").args(["-c", &shell])));
    }
    output(Command::new("ip").args(["netns", "delete", "ns0"]));
    compare(what, ours, "a shell loop of `ip netns exec`", theirs, Goal::Faster(2.0))
}

/// From starting the interpreter on nothing to its end.
fn startup() -> Vec<Row> {
    let what = "start and end, `-e ''`".to_owned();
    if version("lua5.4", "-v").is_none() {
        return skip(&what, "there is no `lua5.4` (Debian: lua5.4)");
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(time(Command::new(nsl()).args(["-e", ""])));
        theirs.push(time(Command::new("lua5.4").args(["-e", ""])));
    }
    compare(what, ours, "`lua5.4`", theirs, Goal::Within(2.0))
}
