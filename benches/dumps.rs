//! How fast long lists are read into Lua: `cargo bench --bench dumps`.
//!
//! Each figure is the median of interleaved runs, from the start of a program to its end. It exits with 1 if a goal is
//! missed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

mod shared;

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use shared::{Goal, Row, compare, fail, nsl, output, skip, time, version, written};

const ROUTES: usize = 100_000;
const NAMESPACES: usize = 2_000;
const REPEATS: usize = 7;

fn main() -> ExitCode {
    shared::run("dumps", || {
        let mut rows = routes();
        rows.extend(namespaces());
        (rows, format!("Medians of {REPEATS} interleaved runs."))
    })
}

/// The routes of a namespace, as values of the language.
fn routes() -> Vec<Row> {
    let what = format!("{ROUTES} routes as tables");
    if version("ip", "-V").is_none() || version("python3", "-V").is_none() {
        return skip(&what, "there is no `ip` or no `python3` (Debian: iproute2, python3)");
    }
    for step in
        ["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.0.0.1/24 dev v0"]
    {
        output(Command::new("ip").args(step.split(' ')));
    }
    let mut batch = String::new();
    for i in 0..ROUTES {
        let (a, b, c) = (i >> 16, i >> 8 & 255, i & 255);
        let _ = writeln!(
            batch,
            "route add 11.{a}.{b}.{c} via 10.0.0.{} dev v0 proto static metric {}",
            2 + i % 200,
            1 + i % 7
        );
    }
    output(Command::new("ip").arg("-batch").arg(written("routes.batch", &batch)));

    let lua = format!(r#"local n = #netns.route_list(nil, {{ family = "inet" }}) assert(n > {ROUTES}, n)"#);
    let python = format!(
        "import json, subprocess\n\
         routes = json.loads(subprocess.run(['ip', '-json', 'route'], stdout=subprocess.PIPE, check=True).stdout)\n\
         assert len(routes) > {ROUTES}, len(routes)\n"
    );
    // The program itself: a shim in front of it would be counted too.
    let interpreter = output(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        ours.push(time(Command::new(nsl()).args(["-e", &lua])));
        theirs.push(time(Command::new(interpreter.trim()).args(["-c", &python])));
    }
    output(Command::new("ip").args(["link", "delete", "v0"]));
    compare(what, ours, "`ip -json route` into Python's `json`", theirs, Goal::Faster(2.0))
}

/// All network namespaces of the machine, with a process in each.
fn namespaces() -> Vec<Row> {
    let what = format!("list of {NAMESPACES} namespaces with a process each");
    if version("lsns", "-V").is_none() {
        return skip(&what, "there is no `lsns` (Debian: util-linux)");
    }
    let mut holders: Vec<Child> = (0..NAMESPACES).map(|_| hold()).collect();
    let lua = format!("local n = #netns.list{{ all = true }} assert(n > {NAMESPACES}, n)");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        ours.push(time(Command::new(nsl()).args(["-e", &lua])));
        theirs.push(time(Command::new("lsns").args(["-t", "net"])));
    }
    let listed = output(Command::new("lsns").args(["-t", "net", "-n"]));
    if listed.lines().count() <= NAMESPACES {
        fail("lsns sees other namespaces");
    }
    for holder in &mut holders {
        let _ = holder.kill();
    }
    for holder in &mut holders {
        let _ = holder.wait();
    }
    compare(what, ours, "`lsns -t net`", theirs, Goal::Faster(5.0))
}

/// A process in a network namespace of its own.
fn hold() -> Child {
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "echo ready; exec sleep 1000"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| fail(&format!("unshare: {error}")));
    let mut ready = String::new();
    // Its end of the pipe closes with this one; it writes nothing more.
    let pipe = child.stdout.take().expect("it is a pipe");
    if BufReader::new(pipe).read_line(&mut ready).is_err() || ready.trim() != "ready" {
        fail("a namespace could not be made");
    }
    child
}
