//! Without CAP_SYS_ADMIN, whoever runs it: the same scripts in namespaces of nsl's own, which it says in one line; and
//! what is said where that cannot be.

use std::process::{Command, Stdio};

use crate::sandbox::{self, Outcome, run, sh};

const LACKING: &str = "nsl: no CAP_SYS_ADMIN: building in user, mount and network namespaces of its own (rootless)\n";
const ASKED: &str = "nsl: as asked: building in user, mount and network namespaces of its own (rootless)\n";

/// Ways to be without the privilege.
const USER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups";
const ROOT: &str = "capsh --drop=cap_sys_admin -- -c 'exec \"$0\" \"$@\"'";

/// Runs `/run/nsl ARGUMENTS` behind the shell code `how`, from a directory that is not its user's.
fn nsl(how: &str, arguments: &[&str]) -> Outcome {
    if std::fs::metadata("/run/nsl").is_err() {
        // The built one may be where only root can read.
        sh(&format!("cp {} /run/nsl; chmod 755 /run/nsl", sandbox::nsl_path().display()));
    }
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {how} /run/nsl \"$@\""), "sh"]).args(arguments);
    command.current_dir("/run").env_remove("XDG_RUNTIME_DIR").stdin(Stdio::null()).output().expect("sh starts").into()
}

fn done(stdout: &str, stderr: &str) -> Outcome {
    Outcome { code: 0, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

/// Uses most of what needs a privilege, and prints the same wherever it runs.
const LAB: &str = r##"
local a, b = netns.add "a", netns.add "b"
netns.veth("a/eth0", "b/eth0", { up = true, a = { ip = "10.0.0.1/24" }, b = { ip = { "10.0.0.2/24", "fd00::2/64" } } })
print(a:ping(b).received, a:ping("10.0.0.9", { timeout = 0.1 }).received, #netns.list(), netns.exists "b")
print(netns.output("a", "ls /sys/class/net | tr '\n' ' '; id -u; ip -brief addr show eth0 | grep -c 10.0.0.1"))
print(a:sysctl("net.ipv4.ip_forward", 1) ~= nil, a:sysctl "net.ipv4.ip_forward")
local c <close> = netns.add()
a:veth("to_c", c:link "eth0", { up = true, a = { ip = "10.1.0.1/24" }, b = { ip = "10.1.0.2/24" } })
local program <close> = c:spawn "cat /sys/class/net/eth0/mtu; echo $$; cat"
print(program:read_line(2), tonumber(program:read_line(2)) < 9)
program:write "echoed\n"
print(program:read_line(2), #netns.pids(c) > 0)
print(netns.exec("a", { "true" }).ok, netns.output("b", "echo after"), c:ping("10.1.0.1").received)
a:link_add("br0", { type = "bridge", up = true })
a:link_set("to_c", { master = "br0" })
c:route_add("default", { via = "10.1.0.1" })
print(netns.link_get("a/to_c").master, c:route_list({ family = "inet" })[1].via, netns.set("b", 7))
print(#netns.link_list(), netns.link_get("lo").up, netns.ping(nil, "127.0.0.1").received)
print(netns.delete_all(), #netns.list())
"##;

const PRINTED: &str = "1\t0\t2\ttrue\n\
    eth0 lo 0\n1\ntrue\t1\n1500\ttrue\nechoed\ttrue\ntrue\tafter\t1\nbr0\t10.1.0.1\t7\n1\ttrue\t1\n2\t0\n";

#[test]
fn the_same_script_runs_without_the_privilege_and_leaves_nothing_outside() {
    run(|| {
        std::fs::write("/run/lab.lua", LAB).expect("a script");
        let before = sh("ls /run; ip -o link; ip netns list; cat /proc/self/mountinfo | wc -l");
        assert_eq!(nsl(USER, &["/run/lab.lua"]), done(PRINTED, LACKING));
        assert_eq!(nsl(ROOT, &["/run/lab.lua"]), done(PRINTED, LACKING));
        assert_eq!(nsl("", &["--rootless", "/run/lab.lua"]), done(PRINTED, ASKED));
        for how in [USER, ROOT] {
            assert_eq!(nsl(how, &["-q", "-e", "netns.add 'x' print(#netns.list())"]), done("1\n", ""));
        }
        sh("rm /run/nsl");
        assert_eq!(sh("ls /run; ip -o link; ip netns list; cat /proc/self/mountinfo | wc -l"), before);
        assert_eq!(nsl("", &["/run/lab.lua"]), done(PRINTED, ""));
    });
}

#[test]
fn the_last_of_the_two_switches_counts() {
    run(|| {
        let own = "print(netns.identify()[1], #netns.link_list())";
        sh("ip link add outside type bridge");
        assert_eq!(nsl("", &["--rootless", "--no-rootless", "-e", own]), done("nil\t2\n", ""));
        assert_eq!(nsl("", &["--no-rootless", "--rootless", "-e", own]), done("nil\t1\n", ASKED));
    });
}

#[test]
fn what_is_missing_is_said_where_nsl_may_not_go_rootless() {
    run(|| {
        let uid = "running as uid 65534; missing CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE";
        for (how, script, sentence, note) in [
            (USER, "netns.add 'a'", "creating a network namespace needs CAP_SYS_ADMIN (EPERM)", uid),
            (USER, "netns.add()", "creating a network namespace needs CAP_SYS_ADMIN (EPERM)", uid),
            (USER, "netns.link_set('lo', { up = true })", "changing a link needs CAP_NET_ADMIN (EPERM)", uid),
            (USER, "netns.addr_add('lo', '10.0.0.1/8')", "adding an address needs CAP_NET_ADMIN (EPERM)", uid),
            (
                ROOT,
                "netns.add()",
                "creating a network namespace needs CAP_SYS_ADMIN (EPERM)",
                "running as uid 0; missing CAP_SYS_ADMIN",
            ),
        ] {
            let op = script.split(['(', ' ']).next().expect("a call");
            let wanted = format!(
                "error: {sentence}\n --> (command line):1 in {op}\n  |\n1 | {script}\n  | {}\n  = note: {note}\n  \
                 = hint: run it with sudo, or without --no-rootless to build in namespaces of your own\n",
                "^".repeat(op.len())
            );
            let outcome = nsl(how, &["--no-rootless", "-e", script]);
            assert_eq!((outcome.stderr.as_str(), outcome.code), (wanted.as_str(), 4), "{how} {script}");
        }
        // What needs no privilege is done.
        assert_eq!(nsl(USER, &["--no-rootless", "-e", "print(#netns.list(), #netns.link_list())"]), done("0\t1\n", ""));
        assert_eq!(nsl(ROOT, &["--no-rootless", "-e", "netns.link_set('lo', { up = true })"]), done("", ""));
    });
}

#[test]
fn the_setting_that_forbids_it_is_named() {
    run(|| {
        for setting in ["user.max_user_namespaces", "user.max_net_namespaces", "user.max_mnt_namespaces"] {
            let file = setting.replace('.', "/");
            let before =
                format!("unshare --user --map-root-user --mount sh -c 'echo 0 >/proc/sys/{file}; exec \"$0\" \"$@\"'");
            let wanted = format!(
                "error: nsl needs CAP_SYS_ADMIN or user namespaces, and {setting} = 0 forbids these (ENOSPC)\n  \
                 = hint: run it with sudo, or change that setting with `sysctl -w`\n"
            );
            for how in [format!("{before} setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin"), before.clone()] {
                let outcome = nsl(&how, &["--rootless", "-e", "print 'ran'"]);
                assert_eq!(
                    (outcome.stderr.as_str(), outcome.stdout.as_str(), outcome.code),
                    (wanted.as_str(), "", 4),
                    "{how}"
                );
            }
        }
    });
}

#[test]
fn a_program_sees_the_files_of_etc_netns() {
    run(|| {
        // A copy, which can be changed without a trace.
        sh(
            "cp -a /etc /run/etc; mount --bind /run/etc /etc; mkdir -p /etc/netns/a; echo 'nameserver 10.9.9.9' >/etc/netns/a/resolv.conf",
        );
        let script = "netns.add 'a' netns.add 'b' print(netns.output('a', 'cat /etc/resolv.conf'))
            print(netns.output('b', 'cat /etc/resolv.conf') == netns.output(nil, 'cat /etc/resolv.conf'))";
        for how in [USER, ROOT, ""] {
            let outcome = nsl(how, &["-q", "-e", script]);
            assert_eq!(
                (outcome.stderr.as_str(), outcome.stdout.as_str()),
                ("", "nameserver 10.9.9.9\ntrue\n"),
                "{how}"
            );
        }
    });
}

#[test]
fn signals_and_ends_are_the_same_without_the_privilege() {
    run(|| {
        let script = "netns.add():spawn { 'sleep', '60' } netns.add 'a' netns.spawn('a', { 'sleep', '60' }) ";
        for (rest, code) in [("os.exit(3)", 3), ("error 'x'", 1), ("os.execute 'kill -TERM $PPID' task.sleep(9)", 143)]
        {
            let outcome = nsl(USER, &["-q", "-e", &format!("{script} {rest}")]);
            assert_eq!(outcome.code, code, "{rest}: {outcome:?}");
        }
        assert_eq!(sh("pgrep -c sleep || true"), "0\n");
    });
}
