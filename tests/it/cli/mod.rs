//! The commands beside running a script: each with what it prints, what it does and every exit code it can have.

mod change;
mod door;
mod file;
mod node;
mod plan;
mod progress;
mod rootless;
mod up;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::sandbox::{self, Outcome};

/// A lab file: a router, a host beside it, and a switch with two more hosts.
const CAMPUS: &str = r#"
local net <close> = lab.new()
local r1, lan = net:router "r1", net:switch "lan"
net:link(lan, r1)
net:link(net:host "far", r1)
for i = 1, 2 do net:link(net:host("h" .. i), lan) end
return net
"#;

/// Writes a file into the directory where [`nsl`] runs.
fn file(name: &str, text: &str) {
    std::fs::write(format!("/run/{name}"), text).expect("a file");
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(sandbox::nsl_path());
    command.args(arguments).current_dir("/run");
    command
}

/// Runs nsl in a sandbox.
fn nsl(arguments: &[&str]) -> Outcome {
    command(arguments).stdin(Stdio::null()).output().expect("nsl starts").into()
}

/// Runs nsl with lines on a pipe.
fn piped(arguments: &[&str], lines: &str) -> Outcome {
    let mut command = command(arguments);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("nsl starts");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("written");
    child.wait_with_output().expect("its end").into()
}

/// What nsl printed, when nothing went wrong and it had nothing to say beside.
fn printed(arguments: &[&str]) -> String {
    let outcome = nsl(arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}\n{}", outcome.stdout);
    outcome.stdout
}

/// Checks the code and the first line of what went wrong; nothing was printed.
fn fails(arguments: &[&str], code: i32, line: &str) {
    let outcome = nsl(arguments);
    let first = outcome.stderr.lines().next().unwrap_or_default();
    assert_eq!((outcome.code, first, outcome.stdout.as_str()), (code, line, ""), "{arguments:?}\n{}", outcome.stderr);
}
