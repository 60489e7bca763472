//! A place for one test: network, mount and PID namespaces of its own with a fresh /run, and nothing left behind.
//!
//! [`run`] starts this test binary again inside such namespaces, for the one test that called it, and there runs the
//! test's body. A test that leaves a process behind fails; whatever else it leaves ends with its namespaces.

use std::cell::Cell;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const INSIDE: &str = "NSL_TEST_SANDBOX";

/// What the sandbox does before and after: a fresh /run without the machine's named namespaces (whose mounts tests would
/// count), all the open files that are allowed; after the test, no process but its own shell and the namespace's first. A
/// process that was just killed gets ten seconds to be gone, which a busy machine may need.
const SHELL: &str = r#"
ulimit -Sn "$(ulimit -Hn)"
while umount -l /run/netns; do :; done 2>/dev/null
mount -t tmpfs none /run && mkdir -p /run/lock && ip link set lo up || exit 99
"$@"; code=$?
for try in $(seq 100); do
  left=; for p in /proc/[0-9]*; do p=${p#/proc/}; [ "$p" -le 1 ] || [ "$p" = $$ ] || left="$left $p"; done
  [ -z "$left" ] && break; sleep 0.1
done
[ -z "$left" ] || { for p in $left; do tr '\0' ' ' </proc/$p/cmdline; echo " (pid $p) was left behind"; done >&2; [ $code != 0 ] || code=98; }
exit $code
"#;

thread_local! {
    /// Whether the test of this thread runs alone.
    static IS_ALONE: Cell<bool> = const { Cell::new(false) };
}

/// While it is held no other test is in a sandbox; dropped with the test.
pub(crate) struct Alone(#[allow(dead_code, reason = "a lock")] Option<File>);

/// For a test that fills what the whole machine has but once: the kernel's table of neighbours (1,024 in all namespaces
/// together), without which the pings of others are lost. Called first; waits until no test of any suite is in a sandbox, for
/// two minutes and a half at most: the longest test takes half of it.
pub(crate) fn alone() -> Alone {
    let lock = turn(true);
    IS_ALONE.set(true);
    Alone(lock)
}

impl Drop for Alone {
    fn drop(&mut self) {
        IS_ALONE.set(false);
    }
}

/// Takes part in what tests share, or has it alone; until the file is dropped. Whoever waits to be alone holds the door,
/// so that those who come later wait too.
pub(crate) fn turn(alone: bool) -> Option<File> {
    if std::env::var_os(INSIDE).is_some() || IS_ALONE.get() {
        return None;
    }
    let open = |directory| File::open(directory).expect("a directory to lock");
    let (door, room) = (open("/"), open("/tmp"));
    // Not for ever: a test of another suite that hangs must not hold up this one.
    let end = Instant::now() + Duration::from_secs(150);
    let wait = |try_lock: &dyn Fn() -> bool| {
        while !try_lock() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait(&|| door.try_lock().is_ok());
    wait(&|| if alone { room.try_lock() } else { room.try_lock_shared() }.is_ok());
    Some(room)
}

/// Runs `body` in a sandbox; the closure must be written in the test function itself, whose name is read from it.
///
/// When it fails, what it said stands last, without a backtrace: logs are cut.
pub(crate) fn run<F: FnOnce()>(body: F) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let _turn = turn(false);
    let name = std::any::type_name::<F>();
    let name = name.trim_end_matches("::{{closure}}").split_once("::").map_or(name, |(_, rest)| rest);
    let output = command(&std::env::current_exe().expect("this binary"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("unshare runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("running 1 test"), "no test is called {name}: {text}");
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        eprintln!("{name} failed in its sandbox ({}):\n{text}\n{}", output.status, stderr.trim_end());
        // Not a panic of its own, which would print a backtrace behind what was said.
        std::panic::resume_unwind(Box::new("failed in its sandbox"));
    }
}

/// Seconds after which whatever runs in a sandbox is killed: none takes a quarter of it.
const LIMIT: &str = "300";

/// A command that starts `program` in a sandbox.
pub(crate) fn command(program: &std::path::Path) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--foreground", "-k", "5", LIMIT, "unshare"]);
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    // /sys shows the network namespace of whoever mounted it.
    command.args(["sh", "-c", SHELL, "sandbox"]).arg(program).stdin(Stdio::null());
    command
}

/// Runs a program in a sandbox of its own, from outside one; `before` is shell code that prepares it.
pub(crate) fn outcome(before: &str, directory: &std::path::Path, program: &str, arguments: &[&str]) -> Outcome {
    let _turn = turn(false);
    let mut command = command(std::path::Path::new("sh"));
    command.args(["-c", &format!("{before}\nexec \"$0\" \"$@\""), program]).args(arguments);
    command.current_dir(directory).output().expect("unshare runs").into()
}

/// The built program.
pub(crate) fn nsl_path() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_nsl"))
}

/// What a program printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        Self {
            code: output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0)),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs nsl with these arguments, inside a sandbox.
pub(crate) fn nsl(args: &[&str]) -> Outcome {
    let output = Command::new(nsl_path()).args(args).stdin(Stdio::null()).output().expect("nsl starts");
    output.into()
}

/// Runs a script given as text; fails the test if the script fails. Gives what it printed.
pub(crate) fn script(text: &str) -> String {
    let outcome = nsl(&["-e", text]);
    assert_eq!(outcome.code, 0, "{text}\nfailed: {}{}", outcome.stdout, outcome.stderr);
    outcome.stdout
}

/// Runs a shell command, inside a sandbox; fails the test if the command fails. Gives what it printed.
pub(crate) fn sh(text: &str) -> String {
    let outcome: Outcome = Command::new("sh").args(["-ec", text]).output().expect("sh starts").into();
    assert_eq!(outcome.code, 0, "{text}\nfailed: {}{}", outcome.stdout, outcome.stderr);
    outcome.stdout
}

/// Waits until `done` holds: for what happens soon, and on a busy machine a little later. Fails the test after ten
/// seconds, with what `left` says.
pub(crate) fn eventually(mut done: impl FnMut() -> bool, left: impl FnOnce() -> String) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "after ten seconds: {}", left());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Starts a program that sleeps, by words that bring it there, and gives its pid once it sleeps: then it is there.
pub(crate) fn asleep(words: &str) -> i32 {
    let pid = sh(&format!("{words} sleep 60 >/dev/null 2>&1 & echo $!")).trim().parse().expect("a pid");
    let is_asleep = || std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n");
    eventually(is_asleep, || format!("{words} sleep 60"));
    pid
}

/// Waits until no process is called `name`: one that was killed may still be on its way out.
pub(crate) fn await_no_process(name: &str) {
    let list = || sh(&format!("pgrep -a -x {name} || true"));
    eventually(|| list().is_empty(), list);
}

#[test]
fn a_sandbox_is_a_place_of_its_own() {
    run(|| {
        assert_eq!(sh("ls /run"), "lock\n");
        assert_eq!(sh("ip -o link | wc -l"), "1\n");
    });
}
