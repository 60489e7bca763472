//! Namespaces, against the real `ip netns` and against each kind of fault.

mod anonymous;
mod faults;
mod ids;
mod named;
mod threads;
mod together;
mod watch;

use std::process::{Command, Stdio};

use crate::sandbox::Outcome;

const PART: &str = "NSL_TEST_PART";

/// Which part of a test this process is to play, if another process of the test started it.
fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// A command that runs `part` of the test called `test` in a process of its own: `wrapper` is shell text that runs `"$@"`.
fn play(test: &str, part: &str, wrapper: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-ec", wrapper, "sh"]).arg(std::env::current_exe().expect("this binary"));
    command.args(["--exact", &format!("kernel::namespace::{test}"), "--nocapture", "--test-threads=1"]);
    command.env(PART, part).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a part to its end, which must be a good one.
fn play_out(test: &str, part: &str, wrapper: &str) {
    let outcome: Outcome = play(test, part, wrapper).output().expect("sh starts").into();
    assert!(outcome.stdout.contains("running 1 test"), "no test is called {test}");
    assert_eq!(outcome.code, 0, "part {part} of {test} failed:\n{}{}", outcome.stdout, outcome.stderr);
}

/// How often `needle` is the mount point of a row in mountinfo.
fn mounts_at(place: &str) -> usize {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").expect("mountinfo");
    mounts.lines().filter(|row| row.split(' ').nth(4) == Some(place)).count()
}

/// What is in /run/netns, as text.
fn entries() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/run/netns") else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
