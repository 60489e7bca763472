//! The same without privileges: a kept lab in namespaces of nsl's own, found through XDG_RUNTIME_DIR.

use std::process::{Command, Stdio};

use super::{CAMPUS, file};
use crate::sandbox::{self, Outcome, run, sh};

const USER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups";
const ROOT: &str = "setpriv --bounding-set=-sys_admin";
const NOTE: &str = "nsl: no CAP_SYS_ADMIN: building in user, mount and network namespaces of its own (rootless)\n";

/// A place for each of the users, and a copy of nsl that both can run.
fn prepare() {
    file("campus.lua", CAMPUS);
    sh(&format!(
        "cp {} /run/program; chmod 755 /run /run/program; mkdir -m 700 /run/user /run/root; chown 65534:65534 /run/user",
        sandbox::nsl_path().display()
    ));
}

/// Runs nsl without privileges.
fn nsl(how: &str, arguments: &str) -> Outcome {
    let room = if how == USER { "/run/user" } else { "/run/root" };
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {how} /run/program {arguments}")]).env("XDG_RUNTIME_DIR", room);
    command.current_dir("/run").stdin(Stdio::null()).output().expect("sh starts").into()
}

/// Runs it with nothing to complain of.
fn printed(how: &str, arguments: &str) -> String {
    let outcome = nsl(how, arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{how} {arguments}\n{}", outcome.stdout);
    outcome.stdout
}

#[test]
fn a_kept_lab_is_entered_and_taken_down() {
    run(|| {
        prepare();
        let before = sh("ls /run; ip -o link; ip netns list; cat /proc/self/mountinfo | wc -l");
        for how in [USER, ROOT] {
            let outcome = nsl(how, "up campus.lua");
            assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("campus is up: 5 nodes, 4 links\n", NOTE));
            let listed = printed(how, "ps");
            assert!(
                listed.lines().nth(1).is_some_and(|line| line.starts_with("campus ") && line.ends_with(" kept")),
                "{listed}"
            );
            let see = "ip -o -4 addr show eth0 | grep -o 10.0.0.2/29; id -u; pwd; cat /proc/1/comm; cat /sys/class/net/eth0/address";
            for place in ["campus/h1", "h1"] {
                let seen = printed(how, &format!("exec {place} -- sh -c '{see}'"));
                assert_eq!(seen, "10.0.0.2/29\n0\n/run\nnsl-init\n02:00:00:00:02:00\n", "{how} {place}");
            }
            let way = printed(how, "exec far ip route get 10.0.0.3");
            assert!(way.starts_with("10.0.0.3 via 10.0.0.9 dev eth0 src 10.0.0.8"), "{way}");
            assert_eq!(nsl(how, "exec h1 sh -c 'exit 7'").code, 7);
            assert_eq!(nsl(how, "exec campus/h9 true").code, 2);
            assert_eq!(nsl(how, "exec h9 true").code, 2);
            // Nothing of it is outside, and what is outside is not its.
            assert_eq!(sh("ip netns list; ls /run/nsl 2>/dev/null || true"), "");
            for other in [USER, ROOT].iter().filter(|other| **other != how) {
                assert_eq!(printed(other, "ps"), "");
                assert_eq!(nsl(other, "down campus").code, 1);
            }
            assert_eq!(printed(how, "down campus.lua"), "");
            assert_eq!(printed(how, "ps --json"), "[]\n");
            let outcome = nsl(how, "down campus");
            assert_eq!((outcome.code, outcome.stderr.as_str()), (1, "error: no lab \"campus\" (ENOENT)\n"));
        }
        sh("ls -A /run/user/nsl /run/root/nsl | grep -v : | grep . && exit 1; true");
        assert_eq!(sh("ls /run; ip -o link; ip netns list; cat /proc/self/mountinfo | wc -l"), before);
    });
}

#[test]
fn what_was_killed_is_gone_and_its_name_is_free() {
    run(|| {
        prepare();
        for _ in 0..2 {
            assert_eq!(nsl(USER, "-q up campus.lua").code, 0);
            let pid = sh("pgrep -x nsl-init");
            sh(&format!("kill -9 {0}; while [ -e /proc/{0} ]; do sleep 0.01; done", pid.trim()));
            assert_eq!(printed(USER, "ps --json"), "[]\n");
            assert_eq!(printed(USER, "clean"), "nothing to do\n");
        }
        // A file that names a process of somebody else's is no lab.
        assert_eq!(nsl(USER, "-q up campus.lua").code, 0);
        sh("sed -i 's/\"start\":[0-9]*/\"start\":1/' /run/user/nsl/campus");
        assert_eq!(printed(USER, "ps --json"), "[]\n");
        sh("kill -9 $(pgrep -x nsl-init); while pgrep -x nsl-init; do sleep 0.01; done");
    });
}

#[test]
fn a_lab_with_a_name_is_kept_by_a_script_too_and_only_once() {
    run(|| {
        prepare();
        file("keeps.lua", "local net = lab.new 'demo' net:link(net:host 'a', net:host 'b') net:up { keep = true }");
        assert_eq!(nsl(USER, "-q keeps.lua").code, 0);
        assert_eq!(printed(USER, "exec demo/a cat /sys/class/net/eth0/address"), "02:00:00:00:00:00\n");
        let outcome = nsl(USER, "-q keeps.lua");
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.starts_with("error: lab \"demo\" is up: it was kept (EEXIST)\n"), "{}", outcome.stderr);
        // One that is not kept has its own namespaces, where the name is free.
        file("held.lua", "local net <close> = lab.new 'demo' net:host 'a' net:up() print(#netns.list())");
        assert_eq!(nsl(USER, "-q held.lua").stdout, "1\n");
        printed(USER, "down demo");
        sh("mkdir /run/open; chmod 777 /run/open");
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("XDG_RUNTIME_DIR=/run/nosuch exec {USER} /run/program -q keeps.lua")])
            .current_dir("/run");
        let outcome: Outcome = command.output().expect("sh starts").into();
        assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    });
}

#[test]
fn who_will_not_be_rootless_is_told_what_it_takes() {
    run(|| {
        prepare();
        let wanted = "error: giving a lab a name needs CAP_SYS_ADMIN (EPERM)\n  \
            = note: running as uid 65534; missing CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE\n  \
            = hint: run it with sudo, or without --no-rootless to build in namespaces of your own\n";
        // Whether there are labs of root's or none.
        for before in ["true", "mkdir -m 700 /run/nsl"] {
            sh(before);
            let outcome = nsl(USER, "--no-rootless up campus.lua");
            assert_eq!((outcome.code, outcome.stderr.as_str()), (4, wanted), "{before}");
        }
    });
}
