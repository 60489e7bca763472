//! Children where something is scarce or forbidden: descriptors, and a fresh /sys in a user namespace.

use std::process::Command as Program;

use nsl::kernel::namespace::{Namespace, anonymous};
use nsl::process::{self, Command, Input, exec, spawn};
use nsl::wait::block;

use super::{output, shell, text};
use crate::sandbox;

/// Says to a test that it is started by itself, in surroundings that `set_up` (a shell's line) made.
const ROLE: &str = "NSL_TEST_SURROUNDINGS";

fn is_inside() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Runs this test again behind `prefix` and a shell that does `set_up`; it must succeed. Gives what it printed.
fn again(test: &str, prefix: &[&str], set_up: &str) -> String {
    let exe = std::env::current_exe().expect("this binary");
    let line = format!("{set_up}; exec {} --exact {test} --nocapture --test-threads=1", exe.display());
    let words = prefix.iter().copied().chain(["sh", "-ec", &line]).collect::<Vec<_>>();
    let output = Program::new(words[0]).args(&words[1..]).env(ROLE, "1").output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn children_get_the_limit_that_nsl_was_started_with() {
    sandbox::run(|| {
        if is_inside() {
            process::raise_open_files();
            println!("mine {}", sandbox::sh(&format!("grep 'open files' /proc/{}/limits", std::process::id())));
            println!("child {}", output(&Namespace::home(), "ulimit -Sn; ulimit -Hn").replace('\n', " "));
            return;
        }
        let test = "process::surroundings::children_get_the_limit_that_nsl_was_started_with";
        let text = again(test, &[], "ulimit -Sn 64; ulimit -Hn 100").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("mine Max open files 100 100 files"), "{text}");
        assert!(text.contains("child 64 100 "), "{text}");
    });
}

#[test]
fn a_lack_of_descriptors_is_told_and_nothing_is_left() {
    sandbox::run(|| {
        if is_inside() {
            let mut command = shell("read x");
            command.stdin = Input::Pipe;
            let mut started = Vec::new();
            let error = loop {
                match spawn(&Namespace::home(), &command) {
                    Ok(process) => started.push(process),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.to_string(), "too many open files: the limit is 40 (EMFILE)");
            assert!((2..10).contains(&started.len()), "{}", started.len());
            started.clear();
            process::end_all();
            return;
        }
        again("process::surroundings::a_lack_of_descriptors_is_told_and_nothing_is_left", &[], "ulimit -n 40");
    });
}

#[test]
fn rootless_children_see_their_own_sys_where_the_kernel_lets_them() {
    sandbox::run(|| {
        if is_inside() {
            let place = anonymous::add().expect("a namespace");
            let mut operation =
                exec(&place, &shell("ls /sys/class/net; xargs -0a /proc/1/cmdline")).expect("it starts");
            for warning in operation.take_warnings() {
                println!("warning: {warning}");
            }
            let exit = block(operation).expect("a wait").expect("an end");
            println!("saw: {}", text(exit.stdout).replace('\n', " "));
            process::end_all();
            return;
        }
        let test = "process::surroundings::rootless_children_see_their_own_sys_where_the_kernel_lets_them";
        let user = ["unshare", "--user", "--map-root-user", "--mount", "--net"];
        // An interface that only nsl's own namespace has tells whose /sys is seen.
        let set_up = "mount -t tmpfs none /run; mount -t sysfs none /sys; ip link add host0 type veth peer name host1";
        let text = again(test, &user, set_up);
        assert!(text.contains("saw: lo nsl-init \n") && !text.contains("warning"), "{text}");

        // As container engines do it, before the user namespace is made: a part of /sys and /proc is covered.
        sandbox::sh("mount -t tmpfs none /sys/kernel; mount -t tmpfs none /proc/fs");
        let set_up = "mount -t tmpfs none /run; ip link add host0 type veth peer name host1";
        let text = again(test, &user, set_up);
        let refused = "in a namespace shows nsl's own view: a new one was refused (operation not permitted) (EPERM)";
        for path in ["/sys", "/proc"] {
            assert!(text.contains(&format!("warning: {path} {refused}\n")), "{text}");
        }
        assert!(!text.contains("nsl-init"), "{text}");
    });
}

#[test]
fn a_missing_privilege_is_named() {
    sandbox::run(|| {
        if is_inside() {
            let place = Namespace::named("ns0").expect("it was made");
            let error = exec(&place, &Command::new(["true"])).expect_err("no privilege");
            assert_eq!(error.to_string(), "running a program in another network namespace needs CAP_SYS_ADMIN (EPERM)");
            assert_eq!(error.class(), nsl::error::Class::Privilege);
            assert!(output(&Namespace::home(), "echo here") == "here\n");
            return;
        }
        sandbox::sh("ip netns add ns0");
        let drop = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"];
        again("process::surroundings::a_missing_privilege_is_named", &drop, "true");
    });
}
