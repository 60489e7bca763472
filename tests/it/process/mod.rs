//! Children: what they see, how they end, what nsl's own end does to them.

mod ends;
mod exec;
mod surroundings;
mod talk;

use std::time::{Duration, Instant};

use nsl::error::Result;
use nsl::kernel::namespace::{Namespace, anonymous};
use nsl::process::{Command, Exit, Output, Process, exec, init};
use nsl::wait::block;

/// The library starts its own program again as the first process of a PID namespace; here that is this test binary,
/// whose harness must then not run.
#[allow(unsafe_code)]
// SAFETY: the libc calls this once, before main and after it has set up itself and Rust's arguments.
#[unsafe(link_section = ".init_array")]
#[used]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn before_main() {
        if init::is_wanted() {
            init::main();
            std::process::exit(0);
        }
    }
    before_main
};

/// A named namespace, made by iproute2.
fn named(name: &str) -> Namespace {
    crate::sandbox::sh(&format!("ip netns add {name}"));
    Namespace::named(name).expect("it was made")
}

/// A namespace that only this process holds.
fn anonymous() -> Namespace {
    anonymous::add().expect("a namespace")
}

/// `sh -c LINE` with its output captured.
fn shell(line: &str) -> Command {
    let mut command = Command::new(["sh", "-c", line]);
    (command.stdout, command.stderr) = (Output::Capture, Output::Capture);
    command
}

/// Runs a command to its end.
fn run(place: &Namespace, command: &Command) -> Exit {
    block(exec(place, command).expect("it starts")).expect("it can be waited for").expect("it is not ended")
}

/// What a shell's line prints.
fn output(place: &Namespace, line: &str) -> String {
    let exit = run(place, &shell(line));
    assert_eq!(exit.code, Some(0), "{line}: {}", text(exit.stderr));
    text(exit.stdout)
}

fn text(bytes: Option<Vec<u8>>) -> String {
    String::from_utf8(bytes.expect("it was captured")).expect("UTF-8")
}

/// How many programs of this name there are, zombies too; those that init has to reap get a moment.
fn count(name: &str) -> usize {
    let count =
        || crate::sandbox::sh(&format!("grep -lx {name} /proc/[0-9]*/comm | wc -l")).trim().parse().expect("a number");
    let zombie = || crate::sandbox::sh(&format!("grep -h '({name}) Z' /proc/[0-9]*/stat || true"));
    let start = Instant::now();
    while !zombie().is_empty() && start.elapsed() < Duration::from_secs(1) {
        std::thread::sleep(Duration::from_millis(10));
    }
    count()
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("a /proc").count()
}

/// Waits until so many programs of this name have been started.
fn await_count(name: &str, wanted: usize) {
    let start = Instant::now();
    while count(name) < wanted && start.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(count(name), wanted);
}

/// Waits until `word` stands in the output; what came before it and itself are taken away.
fn expect(process: &Process, word: &str) -> Result<()> {
    let find = |kept: &[u8], _| {
        let at = kept.windows(word.len()).position(|window| window == word.as_bytes());
        Ok(at.map(|at| (at + word.len(), ())))
    };
    block(process.expect(word, Some(Duration::from_secs(5)), find)?)
}
