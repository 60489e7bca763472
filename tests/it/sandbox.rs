//! A place for one test: network, mount and PID namespaces of its own with a fresh /run, and nothing left behind.
//!
//! [`run`] starts this test binary again inside such namespaces, for the one test that called it, and there runs the
//! test's body. A test that leaves a process behind fails; whatever else it leaves ends with its namespaces.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const INSIDE: &str = "NSL_TEST_SANDBOX";

/// What the sandbox does before and after: a fresh /run; after the test, no process but its own shell and the
/// namespace's first. A process that was just killed gets a second to be gone.
const SHELL: &str = r#"
mount -t tmpfs none /run && mkdir -p /run/lock && ip link set lo up || exit 99
"$@"; code=$?
for try in 1 2 3 4 5 6 7 8 9 10; do
  left=; for p in /proc/[0-9]*; do p=${p#/proc/}; [ "$p" -le 1 ] || [ "$p" = $$ ] || left="$left $p"; done
  [ -z "$left" ] && break; sleep 0.1
done
[ -z "$left" ] || { for p in $left; do tr '\0' ' ' </proc/$p/cmdline; echo " (pid $p) was left behind"; done >&2; [ $code != 0 ] || code=98; }
exit $code
"#;

/// Runs `body` in a sandbox; the closure must be written in the test function itself, whose name is read from it.
pub(crate) fn run<F: FnOnce()>(body: F) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let name = std::any::type_name::<F>();
    let name = name.trim_end_matches("::{{closure}}").split_once("::").map_or(name, |(_, rest)| rest);
    let output = command(&std::env::current_exe().expect("this binary"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("running 1 test"), "no test is called {name}: {text}");
    assert!(
        output.status.success(),
        "{name} failed in its sandbox ({}):\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A command that starts `program` in a sandbox.
fn command(program: &std::path::Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    // /sys shows the network namespace of whoever mounted it.
    command.args(["sh", "-c", SHELL, "sandbox"]).arg(program).stdin(Stdio::null());
    command
}

/// Runs a program in a sandbox of its own, from outside one; `before` is shell code that prepares it.
pub(crate) fn outcome(before: &str, directory: &std::path::Path, program: &str, arguments: &[&str]) -> Outcome {
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

#[test]
fn a_sandbox_is_a_place_of_its_own() {
    run(|| {
        assert_eq!(sh("ls /run"), "lock\n");
        assert_eq!(sh("ip -o link | wc -l"), "1\n");
    });
}
