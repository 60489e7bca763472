//! The kill matrix: a lab of 200 nodes is killed or interrupted at each of many moments, and single system calls fail.
//! Afterwards the machine is as before; after a kill of a lab with a name, once `nsl clean` has run.
//!
//! Moments are counted in system calls (strace's `inject`) or in what the build has opened, not in time.

use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal::SIGINT;

use crate::faults::Running;
use crate::sandbox::{Outcome, eventually, nsl, nsl_path, run, sh};

/// Mounts, namespaces, links, processes and files.
fn machine() -> String {
    sh("cut -d' ' -f2- /proc/self/mountinfo | sed 's/^[0-9]* //' | sort; lsns -t net -n -o NS | sort; ip netns list-id
        ip -o link | cut -d: -f2; find /run | sort; ps -eo comm= | grep -Ev '^(sh|ps|grep|it-.*)$' || true")
}

/// A lab of `hosts` and a switch, called `name` if that is not empty, that comes up and goes `rounds` times.
fn lab(name: &str, hosts: usize, rounds: &str) -> String {
    let name = if name.is_empty() { String::new() } else { format!("'{name}'") };
    format!(
        "for round = 1, {rounds} do
            local net = lab.new({name}) local s = net:switch 's'
            for i = 1, {hosts} do
                net:link(net:host('h' .. i, {{ daemons = i == 1 and {{ {{ 'sleep', '1000' }} }} or nil }}), s)
            end
            net:up() net:down()
        end"
    )
}

/// Runs a script under strace, which tampers with its system calls as `inject` says.
fn tampered(inject: &str, script: &str) -> Outcome {
    let call = inject.split(':').next().expect("a call");
    let mut command = Command::new("timeout");
    command.args(["-k", "1", "60", "strace", "-f", "-qq", "-o", "/dev/null", "-e"]);
    command.args([&format!("trace={call}"), "-e", &format!("inject={inject}")]).arg(nsl_path()).args(["-e", script]);
    command.stdin(Stdio::null()).output().expect("strace starts").into()
}

/// Whatever was done to a lab, nothing of it is left; if it has a name, after `nsl clean`, which then has nothing to do.
fn gone(before: &str, name: &str, what: &str) {
    if !name.is_empty() {
        let cleaned = nsl(&["clean"]);
        assert_eq!((cleaned.code, cleaned.stderr.as_str()), (0, ""), "{what}: {cleaned:?}");
        assert_eq!(nsl(&["clean"]).stdout, "nothing to do\n", "{what}");
    }
    eventually(|| machine() == before, || format!("{what} leaves {}, and before there was {before}", machine()));
}

/// The machine once a lab of that name has been there: the directories stay.
fn warmed_up(name: &str) -> String {
    crate::sandbox::script(&lab(name, 1, "1"));
    machine()
}

fn killed_at_fifty_moments(name: &str) {
    let before = warmed_up(name);
    let script = lab(name, 199, "1");
    // Each call is made some 200 times by one of the threads; a name costs a mount. (Children make up to three.)
    let calls = if name.is_empty() { ["unshare", "sendto"] } else { ["sendto", "mount"] };
    for moment in 0..25 {
        for call in calls {
            let inject = format!("{call}:signal=KILL:when={}", 5 + moment * 8 - moment / 6);
            let outcome = tampered(&inject, &script);
            assert_eq!(outcome.code, 137, "{inject}: {outcome:?}");
            gone(&before, name, &inject);
        }
    }
}

#[test]
fn row_23_a_kill_at_each_of_fifty_moments_leaves_nothing() {
    run(|| killed_at_fifty_moments(""));
}

#[test]
fn row_23_a_kill_of_a_named_lab_leaves_nothing_after_clean() {
    run(|| killed_at_fifty_moments("demo"));
}

fn interrupted_at_fifty_moments(name: &str) {
    let before = warmed_up(name);
    let script = lab(name, 199, "math.huge");
    for moment in 0..50 {
        let running = Running::start(&script);
        let open = format!("/proc/{}/fd", running.child.id());
        // First while namespaces are made, each of which is open, then while they are linked and named.
        let wanted = 20 + 15 * moment.min(25);
        let is_open = || std::fs::read_dir(&open).map_or(0, Iterator::count) >= wanted;
        eventually(is_open, || format!("fewer than {wanted} files are open"));
        std::thread::sleep(Duration::from_millis(moment.saturating_sub(25) as u64 * 5));
        running.signal(SIGINT);
        let (outcome, _) = running.end();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (130, "interrupted\n"), "moment {moment}: {outcome:?}");
        eventually(|| machine() == before, || format!("moment {moment} leaves {}", machine()));
    }
}

#[test]
fn row_21_an_interrupt_at_each_of_fifty_moments_leaves_nothing() {
    run(|| interrupted_at_fifty_moments(""));
}

#[test]
fn row_21_an_interrupt_of_a_named_lab_leaves_nothing() {
    run(|| interrupted_at_fifty_moments("demo"));
}

/// A system call that fails once is told or got over: never a hang, never a bug, and nothing is left.
#[test]
fn a_call_that_fails_once_is_told_and_undone() {
    run(|| {
        let before = warmed_up("demo");
        let script = lab("demo", 4, "1");
        for (call, errors) in [
            ("openat", &["EMFILE", "ENOSPC"][..]),
            ("mkdirat", &["ENOSPC", "EEXIST"]),
            ("flock", &["ENOBUFS"]),
            ("mount", &["ENOSPC"]),
            ("unshare", &["ENOSPC", "EMFILE"]),
            ("setns", &["EMFILE"]),
            ("socket", &["EMFILE", "ENOBUFS"]),
            ("sendto", &["ENOBUFS"]),
            ("recvfrom", &["ENOBUFS"]),
            ("clone", &["ENOSPC", "EMFILE"]),
            ("renameat", &["ENOSPC"]),
            ("unlinkat", &["ENOBUFS"]),
            ("umount2", &["ENOBUFS"]),
        ] {
            for error in errors {
                for when in [1, 2, 3, 5, 8, 13, 21, 34] {
                    // The first files are the loader's.
                    let when = if call == "openat" { when + 12 } else { when };
                    let inject = format!("{call}:error={error}:when={when}");
                    let outcome = tampered(&inject, &script);
                    // What is still mounted cannot be unlinked: that is told.
                    let named = if call == "umount2" { "EBUSY" } else { error };
                    let told = outcome.code == 0 || outcome.stderr.contains(&format!("({named})"));
                    assert!(matches!(outcome.code, 0 | 1 | 3 | 4) && told, "{inject}: {outcome:?}");
                    gone(&before, "demo", &inject);
                }
            }
        }
    });
}
