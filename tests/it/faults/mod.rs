//! The table of faults (what goes wrong, what nsl says, its exit code, what is left), over the whole program.
//!
//! A test `row_NN_…` is row NN of that table; the others are what the issue asks beside it. Each runs the built program
//! in a sandbox. "Clean" means: as before, and beside that exactly what completed calls gave a name.

mod command_line;
mod killed;
mod links;
mod namespaces;
mod others;
mod programs;
mod stops;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::sandbox::{self, Outcome, sh};

/// What nsl could leave behind: names, mounts and files in /run/netns, links and ids at home, programs.
pub(crate) fn state() -> String {
    sh("ls -Al /run/netns 2>/dev/null | cut -d' ' -f1,9- | grep -v ^total || true
        grep ' /run/netns/' /proc/self/mountinfo | cut -d' ' -f5 | sort || true
        ip -o link | cut -d: -f2; ip netns list-id; ps -eo comm= | grep -Ev '^(sh|ps|grep|it-.*)$' || true")
}

/// Waits until the state is `wanted`: the kernel takes namespaces back a little later.
fn await_state(wanted: &str) {
    sandbox::eventually(|| state() == wanted, || format!("left behind: {}, and not: {wanted}", state()));
}

/// Runs a script that must fail with `code` and say each of `texts` on stderr.
fn fails(text: &str, code: i32, texts: &[&str]) -> Outcome {
    let outcome = sandbox::nsl(&["-e", text]);
    assert_eq!(outcome.code, code, "{text}: {outcome:?}");
    says(&outcome, texts);
    outcome
}

/// Whether stderr has each of these texts.
fn says(outcome: &Outcome, texts: &[&str]) {
    for text in texts {
        assert!(outcome.stderr.contains(text), "\"{text}\" is not said: {}", outcome.stderr);
    }
}

/// Runs shell code in which `$NSL` is the program, as far as its end.
fn shell(text: &str) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", text]).env("NSL", sandbox::nsl_path()).stdin(Stdio::null());
    command.output().expect("sh starts").into()
}

/// A nsl that runs beside the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Running {
    /// Starts a script, and waits until it says that it is ready: `io.stderr:write "ready\n"`.
    pub(crate) fn ready(text: &str) -> Self {
        let mut running = Self::start(text);
        running.await_line("ready");
        running
    }

    pub(crate) fn start(text: &str) -> Self {
        let mut command = Command::new(sandbox::nsl_path());
        command.args(["-e", text]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("nsl starts");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        Self { child, stderr }
    }

    pub(crate) fn await_line(&mut self, wanted: &str) {
        let mut line = String::new();
        while line.trim_end() != wanted {
            line.clear();
            let length = self.stderr.read_line(&mut line).expect("text");
            assert!(length > 0, "it ended and did not say {wanted}");
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it runs");
    }

    /// Its end, and how long that took from now; after ten seconds it is killed.
    pub(crate) fn end(mut self) -> (Outcome, Duration) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if start.elapsed() > Duration::from_secs(10) {
                self.child.kill().expect("a child");
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let elapsed = start.elapsed();
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        self.child.stdout.take().expect("a pipe").read_to_end(&mut stdout).expect("text");
        self.stderr.read_to_end(&mut stderr).expect("text");
        (std::process::Output { status, stdout, stderr }.into(), elapsed)
    }
}

/// Stops a script that is ready with a signal and gives how it ended. It must have listened within 0.3 s (0.1 s, and
/// what a busy machine adds), in one of three tries.
pub(crate) fn stopped(text: &str, signal: Signal) -> Outcome {
    let mut times = Vec::new();
    for _ in 0..3 {
        let running = Running::ready(text);
        running.signal(signal);
        let (outcome, elapsed) = running.end();
        if elapsed < Duration::from_millis(300) {
            return outcome;
        }
        times.push(elapsed);
    }
    panic!("{text} took {times:?} to stop");
}
