//! Programs that are run to their end.

use std::time::{Duration, Instant};

use nsl::kernel::namespace::Namespace;
use nsl::process::{self, Command, Input, Output, exec};
use nsl::wait::block;

use super::{anonymous, await_count, count, named, open_files, output, run, shell, text};
use crate::sandbox;

/// Every kind of place, each with what it is called in a failure.
fn places() -> [(&'static str, Namespace); 3] {
    [("home", Namespace::home()), ("named", named("ns0")), ("anonymous", anonymous())]
}

#[test]
fn codes_signals_and_streams_come_back() {
    sandbox::run(|| {
        for (kind, place) in places() {
            let exit = run(&place, &shell("echo out; echo err >&2; exit 77"));
            assert_eq!((exit.code, exit.signal.as_deref(), exit.ok()), (Some(77), None, false), "{kind}");
            assert_eq!((text(exit.stdout), text(exit.stderr)), ("out\n".into(), "err\n".into()), "{kind}");
            let exit = run(&place, &shell("kill -9 $$"));
            assert_eq!((exit.code, exit.signal.as_deref()), (None, Some("SIGKILL")), "{kind}");
            let exit = run(&place, &shell("kill -37 $$"));
            assert_eq!(exit.signal.as_deref(), Some("SIGRTMIN+3"), "{kind}");
        }
        process::end_all();
    });
}

#[test]
fn a_child_inherits_no_descriptor_and_no_signal_state() {
    sandbox::run(|| {
        let _leak = nix::unistd::dup(std::io::stdin()).expect("a descriptor that is not close-on-exec");
        for (kind, place) in places() {
            assert_eq!(output(&place, "ls /proc/self/fd | tr '\\n' ' '"), "0 1 2 3 ", "{kind}: and ls' own");
            let state = output(&place, "grep -E 'Sig(Ign|Blk|Pnd)|ShdPnd' /proc/self/status | cut -f2 | sort -u");
            assert_eq!(state, "0000000000000000\n", "{kind}");
        }
        process::end_all();
    });
}

#[test]
fn a_child_sees_what_ip_netns_exec_shows() {
    sandbox::run(|| {
        let place = named("ns0");
        sandbox::sh("ip link add v0 type veth peer name v1 netns ns0");
        sandbox::sh("mkdir /run/etc && cp -a /etc/. /run/etc && mount --bind /run/etc /etc");
        sandbox::sh("mkdir -p /etc/netns/ns0 && echo nameserver 192.0.2.1 > /etc/netns/ns0/resolv.conf");
        for line in [
            "ls /sys/class/net",
            "cat /etc/resolv.conf",
            "readlink /proc/self/ns/net",
            "pwd; umask; ulimit -n",
            "grep ' /sys ' /proc/self/mountinfo | tail -1 | cut -d' ' -f4,5,6,7- | sed 's/master:[0-9]*//'",
        ] {
            let quoted = line.replace('\'', "'\\''");
            assert_eq!(output(&place, line), sandbox::sh(&format!("ip netns exec ns0 sh -c '{quoted}'")), "{line}");
        }
        assert!(output(&place, "ls /sys/class/net").contains("v1"));
        // Nothing of it gets out.
        assert_eq!(sandbox::sh("grep -c /etc/resolv.conf /proc/self/mountinfo || true"), "0\n");

        sandbox::sh("echo x > /etc/netns/ns0/nowhere.conf");
        let mut command = exec(&place, &shell("cat /etc/resolv.conf")).expect("it starts");
        let warnings = command.take_warnings();
        assert_eq!(warnings.len(), 1);
        assert_eq!(
            warnings[0].to_string(),
            "cannot put \"/etc/netns/ns0/nowhere.conf\" over \"/etc/nowhere.conf\": no such file or directory (ENOENT)"
        );
        assert!(block(command).expect("a wait").expect("an end").ok());
    });
}

#[test]
fn a_child_in_an_anonymous_namespace_sees_only_its_own_kind() {
    sandbox::run(|| {
        let place = anonymous();
        assert_eq!(output(&place, "ls /sys/class/net"), "lo\n");
        // This shell is the second process, and finds itself in its /proc. The first gives itself its name meanwhile.
        let script = "for try in $(seq 500); do read name < /proc/1/comm; [ $name = nsl-init ] && break; sleep 0.01; done; \
                      echo $name; readlink /proc/self; exec true";
        assert_eq!(output(&place, script).lines().next(), Some("nsl-init"));
        process::end_all();
    });
}

#[test]
fn a_thousand_children_leave_nothing() {
    sandbox::run(|| {
        for (kind, place) in places() {
            run(&place, &Command::new(["true"]));
            let before = open_files();
            let start = Instant::now();
            for _ in 0..1000 {
                assert!(run(&place, &Command::new(["true"])).ok());
            }
            eprintln!("{kind}: {:?} a child", start.elapsed() / 1000);
            assert_eq!(open_files(), before, "{kind}");
            assert_eq!(sandbox::sh("grep -l 'State:.Z' /proc/[0-9]*/status || true"), "", "{kind}");
        }
        process::end_all();
    });
}

#[test]
fn capture_ends_with_the_child_not_with_the_pipe() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        for (kind, place) in places() {
            let start = Instant::now();
            assert_eq!(output(&place, "sleep 60 & echo hi"), "hi\n", "{kind}");
            assert!(start.elapsed() < Duration::from_secs(5), "{kind}");
        }
        assert_eq!(count("sleep"), 3);
        assert!(process::end_all().is_empty());
        assert_eq!(count("sleep"), 0);
    });
}

#[test]
fn a_child_deaf_to_term_is_killed_after_its_timeout() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        for (kind, place) in places() {
            // Time enough for the shell to be deaf before it is told, on a busy machine too.
            let mut command = shell("trap '' TERM; echo before; sleep 60; echo after");
            command.timeout = Some(Duration::from_millis(1500));
            let start = Instant::now();
            let failure = block(exec(&place, &command).expect("it starts")).expect("a wait").expect_err("too late");
            assert_eq!(failure.error.code(), "ETIMEDOUT", "{kind}");
            let expected = "did not end within 1.5 s, and was ended";
            assert!(failure.error.message().ends_with(expected), "{}", failure.error);
            assert_eq!(failure.error.object_name(), Some("sh -c trap '' TERM; echo before; sleep 60; echo after"));
            assert_eq!(failure.exit.signal.as_deref(), Some("SIGKILL"), "{kind}");
            assert_eq!(text(failure.exit.stdout), "before\n", "{kind}");
            assert!((2.0..8.0).contains(&start.elapsed().as_secs_f64()), "{kind}: {:?}", start.elapsed());
            assert_eq!(count("sleep"), 0, "{kind}");
        }
        process::end_all();
    });
}

#[test]
fn a_timeout_is_polite_first() {
    sandbox::run(|| {
        let mut command = shell("trap 'echo bye; exit 5' TERM; sleep 60 & wait");
        command.timeout = Some(Duration::from_millis(100));
        let failure =
            block(exec(&Namespace::home(), &command).expect("it starts")).expect("a wait").expect_err("too late");
        assert_eq!((failure.exit.code, text(failure.exit.stdout)), (Some(5), "bye\n".into()));
    });
}

#[test]
fn output_beyond_the_limit_ends_the_child_and_keeps_the_rest() {
    sandbox::run(|| {
        let mut command = shell("yes 12345678");
        command.limit = Some(1 << 20);
        let failure =
            block(exec(&Namespace::home(), &command).expect("it starts")).expect("a wait").expect_err("too much");
        assert_eq!(failure.error.code(), "EMSGSIZE");
        assert_eq!(failure.exit.stdout.map(|bytes| bytes.len()), Some(1 << 20));
        // Also where the child has ended before anybody looked.
        let mut command = shell("printf 12345");
        command.limit = Some(4);
        let operation = exec(&Namespace::home(), &command).expect("it starts");
        std::thread::sleep(Duration::from_millis(200));
        let failure = block(operation).expect("a wait").expect_err("too much");
        assert_eq!((failure.error.code().as_str(), text(failure.exit.stdout)), ("EMSGSIZE", "1234".into()));
        command.limit = Some(5);
        assert_eq!(text(run(&Namespace::home(), &command).stdout), "12345");
    });
}

#[test]
fn a_mebibyte_goes_through_cat() {
    sandbox::run(|| {
        let bytes: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
        let mut command = Command::new(["cat"]);
        (command.stdin, command.stdout) = (Input::Bytes(bytes.clone()), Output::Capture);
        for (kind, place) in places() {
            assert!(run(&place, &command).stdout.as_ref() == Some(&bytes), "{kind}");
        }
        command.stdin = Input::Null;
        assert_eq!(text(run(&Namespace::home(), &command).stdout), "");
        process::end_all();
    });
}

#[test]
fn a_program_that_cannot_run_says_why() {
    sandbox::run(|| {
        sandbox::sh("cd /run; echo true > plain; printf '#!/no/such\\n' > script; chmod +x script; mkdir dir");
        let refused = |words: &[&str]| {
            let mut command = Command::new(words.iter().copied());
            command.env.insert("PATH".into(), "/run:/nowhere".into());
            exec(&Namespace::home(), &command).expect_err("it cannot run").to_string()
        };
        assert_eq!(refused(&["nosuch"]), "command \"nosuch\" not found in PATH (/run:/nowhere) (ENOENT)");
        assert_eq!(refused(&["plain"]), "\"/run/plain\" may not be executed (EACCES)");
        assert_eq!(refused(&["/run/plain"]), "\"/run/plain\" may not be executed (EACCES)");
        assert_eq!(refused(&["/run/nosuch"]), "no program \"/run/nosuch\" (ENOENT)");
        assert_eq!(refused(&["/run/dir"]), "\"/run/dir\" is a directory, not a program (EACCES)");
        assert_eq!(refused(&["script"]), "cannot run \"/run/script\": its interpreter or loader is missing (ENOENT)");
        assert_eq!(
            refused(&["a\0b"]),
            "a command, its directory and its environment cannot hold a NUL byte: \"a\\x00b\" (EINVAL)"
        );
        assert_eq!(refused(&[]), "the command is empty (EINVAL)");
        let mut command = Command::new(["true"]);
        command.cwd = Some("/run/nosuch".into());
        let error = exec(&Namespace::home(), &command).expect_err("no directory");
        assert_eq!(error.to_string(), "cannot change to directory \"/run/nosuch\": no such file or directory (ENOENT)");
        assert_eq!(sandbox::sh("grep -l 'State:.Z' /proc/[0-9]*/status || true"), "");
    });
}

#[test]
fn surroundings_are_as_asked() {
    sandbox::run(|| {
        sandbox::sh("cd /run; echo 'echo \"$0 $1 $A $HOME\"' > bare; chmod +x bare");
        let mut command = Command::new(["./bare", "x"]);
        (command.stdout, command.cwd, command.clear_env) = (Output::Capture, Some("/run".into()), true);
        command.env.insert("A".into(), "b".into());
        for (kind, place) in places() {
            // A script without "#!", as execvp runs it.
            assert_eq!(text(run(&place, &command).stdout), "./bare x b \n", "{kind}");
        }
        let mut command = shell("echo out; echo err >&2");
        (command.stdout, command.stderr) = (Output::Path("/run/log".into()), Output::Path("/run/log".into()));
        run(&Namespace::home(), &command);
        assert_eq!(sandbox::sh("cat /run/log"), "out\nerr\n");
        command.stdout = Output::Path("/run".into());
        assert_eq!(exec(&Namespace::home(), &command).expect_err("a directory").code(), "EISDIR");
        process::end_all();
    });
}

#[test]
fn a_dropped_command_takes_its_children_along() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        for (kind, place) in places() {
            let operation = exec(&place, &shell("sleep 61 & sleep 62; true")).expect("it starts");
            await_count("sleep", 2);
            drop(operation);
            assert_eq!(count("sleep"), 0, "{kind}");
        }
        process::end_all();
    });
}
