//! How a burst of changes is followed: `cargo bench --bench events`.
//!
//! The burst is made by one `ip -batch`; it is measured from its start until the follower has seen the last change and
//! ended. Figures are medians of interleaved runs. It exits with 1 if a goal is missed, or if what was followed does not
//! come to what is there.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench starts programs and prints")]

mod shared;

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use shared::{Goal, Row, compare, fail, nsl, output, skip, version, written};

const CHANGES: usize = 100_000;
const REPEATS: usize = 5;
/// The route that is added last.
const LAST: &str = "12.0.0.1";

/// Follows routes until the last is there and says so, then how many changes and overruns there were. What came and went has
/// to come to what is there. The second argument is the room for events.
const FOLLOW: &str = r#"
local function there() return #netns.route_list("ns0", { table = "all" }) end
local routes, changes, overruns, last = there(), 0, 0, arg[1]
local events <close> = netns.events { ns = "ns0", objects = { "route" }, buffer = arg[2], timeout = 60 }
print "ready"
io.stdout:flush()
for event in events do
  local action = event.action
  if action == "overrun" then
    overruns = overruns + 1
  else
    changes = changes + 1
    routes = routes + (action == "add" and 1 or action == "delete" and -1 or 0)
    if event.record.dst == last then break end
  end
end
print "seen"
io.stdout:flush()
assert(routes == there(), routes)
print(changes, overruns)
"#;

fn main() -> ExitCode {
    shared::run("events", || {
        let rows = burst();
        (rows, format!("Medians of {REPEATS} interleaved runs."))
    })
}

fn burst() -> Vec<Row> {
    let what = format!("burst of {CHANGES} changes followed to the last");
    if version("ip", "-V").is_none() {
        return skip(&what, "there is no `ip` (Debian: iproute2)");
    }
    output(Command::new("ip").args(["netns", "add", "ns0"]));
    for step in [
        "link add v0 type veth peer name v1",
        // No routes that the kernel makes in its own time.
        "link set v0 addrgenmode none",
        "link set v1 addrgenmode none",
        "link set v0 up",
        "link set v1 up",
        "addr add 10.0.0.1/24 dev v0",
    ] {
        output(Command::new("ip").args(["-n", "ns0"]).args(step.split(' ')));
    }
    std::thread::sleep(Duration::from_secs(1));
    let mut batch = String::new();
    for verb in ["add", "del"] {
        for i in 0..CHANGES / 2 {
            let (a, b, c) = (i >> 16, i >> 8 & 255, i & 255);
            let _ = writeln!(batch, "route {verb} 11.{a}.{b}.{c} via 10.0.0.{} dev v0", 2 + i % 200);
        }
    }
    let _ = writeln!(batch, "route add {LAST} via 10.0.0.2 dev v0");
    let batch = written("changes.batch", &batch).display().to_string();
    let script = written("follow.lua", FOLLOW).display().to_string();

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let follower = || Command::new(nsl()).args([&script, LAST, "128mb"]).stdout(Stdio::piped()).spawn();
        let (seconds, counts) = followed(follower().expect("nsl runs"), &batch, true);
        if counts != format!("{}\t0", CHANGES + 1) {
            fail(&format!("of {} changes and no overrun nsl saw {counts}", CHANGES + 1));
        }
        ours.push(seconds);
        let monitor = || {
            let mut ip = Command::new("ip");
            ip.args(["-rcvbuf", "134217728", "-n", "ns0", "monitor", "route"]).stdout(Stdio::piped()).spawn()
        };
        theirs.push(followed(monitor().expect("ip runs"), &batch, false).0);
    }
    // With next to no room most is lost: that is told, and what was followed comes to what is there all the same.
    let follower = Command::new(nsl()).args([&script, LAST, "16kb"]).stdout(Stdio::piped()).spawn();
    let (_, counts) = followed(follower.expect("nsl runs"), &batch, true);
    if counts.ends_with("\t0") {
        fail(&format!("16 KiB were enough for {counts}"));
    }
    eprintln!("events: with room for 16 KiB nsl told changes and overruns: {counts}");
    output(Command::new("ip").args(["netns", "delete", "ns0"]));
    // Both wait for `ip -batch`, which takes most of the time: what is beyond that is noise.
    compare(what, ours, "`ip monitor`", theirs, Goal::Within(1.05))
}

/// Makes the burst while `follower` runs; the seconds until that has seen its end, and what it printed last.
fn followed(mut follower: Child, batch: &str, says_ready: bool) -> (f64, String) {
    let mut lines = BufReader::new(follower.stdout.take().expect("it is a pipe")).lines().map_while(Result::ok);
    if says_ready {
        assert_eq!(lines.next().as_deref(), Some("ready"));
    }
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    let mut ip = Command::new("ip").args(["-n", "ns0", "-batch", batch]).spawn().expect("ip runs");
    let mut last = lines.find(|line| line == "seen" || line.starts_with(LAST)).unwrap_or_default();
    let seconds = start.elapsed().as_secs_f64();
    // `ip monitor` goes on for ever; nsl holds what it followed against what is there, says how much it was, and ends.
    if says_ready {
        last = lines.next().unwrap_or_default();
    } else {
        let _ = follower.kill();
    }
    let _ = follower.wait();
    if !ip.wait().is_ok_and(|status| status.success()) || last.is_empty() {
        fail("the burst was not made, or its end not seen");
    }
    output(Command::new("ip").args(["-n", "ns0", "route", "delete", LAST]));
    (seconds, last)
}
