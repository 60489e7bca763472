//! The interpreter as a whole: scripts in, whole outputs and exit codes out. Each test runs the built program in a sandbox.

mod coroutines;
mod errors;
mod events;
mod files;
mod handles;
mod runner;
mod stops;

use crate::sandbox::{self, Outcome, nsl};

/// Runs a script from /run/lab.lua.
fn lab(text: &str) -> Outcome {
    std::fs::write("/run/lab.lua", text).expect("a script");
    nsl(&["/run/lab.lua"])
}

/// Holds what a script prints against `wanted`, whole; it must end well and say nothing on stderr.
fn prints(text: &str, wanted: &str) {
    let outcome = lab(text);
    assert_eq!((outcome.stderr.as_str(), outcome.stdout.as_str(), outcome.code), ("", wanted, 0), "{text}");
}

/// Holds what nsl says when it fails against `wanted`, whole, and its exit code.
fn fails(text: &str, code: i32, wanted: &str) {
    let outcome = lab(text);
    assert_eq!((outcome.stderr.as_str(), outcome.code), (wanted, code), "{text}");
}

/// Runs shell code in which `nsl` is the program, found through PATH.
fn shell(text: &str) -> Outcome {
    let directory = sandbox::nsl_path().parent().expect("a directory").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", text]).env("PATH", format!("{directory}:{path}")).stdin(std::process::Stdio::null());
    command.output().expect("sh starts").into()
}
