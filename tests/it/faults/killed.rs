//! SIGKILL of nsl at any moment: the kernel takes back what has no name, and no program is left.

use std::time::Duration;

use nix::sys::signal::Signal::SIGKILL;

use super::{Running, await_state, state};
use crate::sandbox::{run, sh};

const DELAYS: [u64; 12] = [1, 3, 6, 10, 15, 20, 30, 45, 60, 90, 130, 200];

#[test]
fn a_build_without_names_leaves_nothing() {
    run(|| {
        let before = state();
        for delay in DELAYS {
            let running = Running::start(
                "for i = 1, math.huge do
                   local ns = netns.add()
                   netns.veth('h' .. i, ns:link 'eth0')
                   ns:spawn(\"trap '' TERM HUP; (setsid sleep 60 &) ; sleep 61\")
                 end",
            );
            std::thread::sleep(Duration::from_millis(delay));
            running.signal(SIGKILL);
            assert_eq!(running.end().0.code, 137);
            await_state(&before);
        }
    });
}

#[test]
fn no_child_of_exec_or_spawn_outlives_it() {
    run(|| {
        sh("ip netns add a");
        let before = state();
        for delay in DELAYS {
            for place in ["'a'", "nil", "netns.add()"] {
                let text = format!(
                    "local ns = {place} netns.spawn(ns, {{ 'sleep', '60' }}) netns.spawn(ns, \"trap '' TERM HUP; exec sleep 62\")
                     netns.exec(ns, {{ 'sleep', '61' }})"
                );
                let running = Running::start(&text);
                std::thread::sleep(Duration::from_millis(delay));
                running.signal(SIGKILL);
                assert_eq!(running.end().0.code, 137);
                await_state(&before);
            }
        }
    });
}

#[test]
fn a_name_is_there_whole_or_can_be_made_again() {
    run(|| {
        for delay in DELAYS {
            let running = Running::start("for i = 1, math.huge do netns.add('n' .. i) end");
            std::thread::sleep(Duration::from_millis(delay));
            running.signal(SIGKILL);
            assert_eq!(running.end().0.code, 137);
            // A kill between two system calls may leave one empty file; once it is old enough it is taken for that.
            let files =
                sh("cd /run/netns 2>/dev/null && for f in *; do [ -e \"$f\" ] && stat -fc '%T' \"$f\"; done || true");
            assert!(files.lines().filter(|kind| *kind != "nsfs").count() <= 1, "{files}");
            sh(
                "[ ! -d /run/netns ] || find /run/netns -type f -perm 0 -exec touch -d '1 min ago' {} + 2>/dev/null || true",
            );
            assert_eq!(super::shell("exec $NSL -e 'netns.delete_all() netns.add \"n1\" netns.delete \"n1\"'").code, 0);
            assert_eq!(sh("ls -A /run/netns; grep -c ' /run/netns/' /proc/self/mountinfo || true"), "0\n");
        }
    });
}
