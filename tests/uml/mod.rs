//! A fuller kernel than the machine's: user-mode Linux, a kernel that is an ordinary program (Debian: `user-mode-linux`),
//! with the machine's files as its root; or another one, which NSL_UML names. `init` beside this file is its first program.

#![allow(dead_code, reason = "each test program uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use crate::sandbox;

/// Set to the path of another such kernel, which has all that is to be tried built in: it is asked for no modules.
const OTHER: &str = "NSL_UML";
/// Set to a directory of modules (`NAME.ko`) that Debian's kernel lacks, built for it.
const EXTRA: &str = "NSL_UML_MODULES";

/// Why there is no such kernel here, if there is none.
pub(crate) fn missing() -> Option<String> {
    if let Some(other) = other() {
        return (!other.is_file()).then(|| format!("{OTHER}: {} is no file", other.display()));
    }
    let found = |program: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
    };
    let package = |(program, package): (&str, &str)| {
        (!found(program)).then(|| format!("{program} is missing: apt-get install {package}"))
    };
    [("linux.uml", "user-mode-linux"), ("modprobe", "kmod")].into_iter().find_map(package)
}

/// Starts a kernel with these modules that runs nsl with these words; it and all in it end after `seconds`. What nsl says
/// comes on its standard output, between the lines `--- begin` and `--- end CODE`; what the kernel says, on the other.
/// Words hold no commas.
pub(crate) fn command(modules: &[&str], words: &[String], seconds: u32) -> Command {
    let mut command = sandbox::command(Path::new("timeout"));
    let other = other();
    command.args(["-k", "5", &seconds.to_string(), "taskset", "-c", &processor().to_string()]);
    command.arg(other.as_deref().unwrap_or(Path::new("linux.uml")));
    command.args(["mem=512M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw", "quiet"]);
    // The sandbox's own /run takes its memory and its sockets: nothing outlives it.
    command.env("TMPDIR", "/run").arg("uml_dir=/run/uml");
    command.args(["con=null", "con0=null,fd:2", "con1=null,fd:1"]);
    command.arg(format!("init={}", directory().join("init").display()));
    command.arg(format!("NSL=\"{}\"", sandbox::nsl_path().display()));
    command.arg(format!("RUN=\"{}\"", words.join(",")));
    if other.is_none() {
        command.arg(format!("MODULES=ipv6,{}", modules.join(",")));
    }
    if let Some(extra) = std::env::var_os(EXTRA) {
        command.arg(format!("EXTRA=\"{}\"", Path::new(&extra).display()));
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a script of `tests/uml` in such a kernel: what it printed; it must end well.
pub(crate) fn run(modules: &[&str], script: &str) -> String {
    if let Some(missing) = missing() {
        panic!("{missing}");
    }
    let _turn = sandbox::turn(false);
    let script = directory().join(script).display().to_string();
    let outcome = sandbox::Outcome::from(command(modules, &[script], 150).output().expect("unshare runs"));
    let told = outcome.stdout.replace('\r', "");
    let inside = told.split_once("--- begin\n").and_then(|(_, rest)| rest.rsplit_once("--- end "));
    let (printed, code) = inside.unwrap_or_else(|| panic!("the kernel did not run: {outcome:?}"));
    assert!(code.starts_with("0\n"), "{told}");
    printed.to_owned()
}

/// The processor for the next kernel, one after another. A kernel and its programs wake each other at every call and every
/// fault; on two processors that takes three times as long.
fn processor() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let set = sched_getaffinity(Pid::from_raw(0)).expect("processors");
    let mine: Vec<usize> = (0..CpuSet::count()).filter(|cpu| set.is_set(*cpu) == Ok(true)).collect();
    mine[NEXT.fetch_add(1, Ordering::Relaxed) % mine.len()]
}

fn other() -> Option<PathBuf> {
    std::env::var_os(OTHER).map(PathBuf::from)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uml")
}
