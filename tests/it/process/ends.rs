//! What becomes of children when nsl ends, however it ends; and a shell on nsl's terminal.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nsl::kernel::namespace::{Namespace, anonymous};
use nsl::process::{self, Command, spawn};
use nsl::wait::block;

use super::{await_count, count, named, output, shell};
use crate::sandbox;

/// Says to a test that it is started by itself, to be the process that ends.
const ROLE: &str = "NSL_TEST_VICTIM";

fn is_victim() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Starts this test again as the victim, and returns when it says that it is ready.
fn victim(test: &str) -> Child {
    let mut victim = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(ROLE, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(victim.stdout.take().expect("a pipe")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("ready")), "the victim failed");
    victim
}

fn ready_for_ever() -> ! {
    println!("ready");
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Waits a second for the last `sleep`.
fn none_within_a_second() {
    let start = Instant::now();
    while count("sleep") > 0 {
        assert!(start.elapsed() < Duration::from_secs(1), "{}", sandbox::sh("ps -ef"));
        std::thread::sleep(Duration::from_millis(10));
    }
}

const DEAF: &str = "setsid sh -c 'trap \"\" TERM HUP INT; (sleep 81 &); sleep 82' & sleep 83";

#[test]
fn killed_nsl_takes_everything_in_anonymous_namespaces_along() {
    sandbox::run(|| {
        if is_victim() {
            let place = anonymous::add().expect("a namespace");
            spawn(&place, &Command::new(["sh", "-c", DEAF])).expect("it starts");
            let _exec = process::exec(&place, &Command::new(["sleep", "84"])).expect("it starts");
            ready_for_ever();
        }
        let mut nsl = victim("process::ends::killed_nsl_takes_everything_in_anonymous_namespaces_along");
        await_count("sleep", 4);
        nsl.kill().expect("SIGKILL");
        nsl.wait().expect("its end");
        none_within_a_second();
    });
}

#[test]
fn killed_nsl_takes_its_children_elsewhere_along() {
    sandbox::run(|| {
        if is_victim() {
            for place in [Namespace::home(), Namespace::named("ns0").expect("it was made")] {
                spawn(&place, &Command::new(["sleep", "85"])).expect("it starts");
            }
            ready_for_ever();
        }
        named("ns0");
        let mut nsl = victim("process::ends::killed_nsl_takes_its_children_elsewhere_along");
        await_count("sleep", 2);
        nsl.kill().expect("SIGKILL");
        nsl.wait().expect("its end");
        none_within_a_second();
    });
}

#[test]
fn a_normal_end_ends_every_descendant_but_none_of_others() {
    sandbox::run(|| {
        // A child that this process has before it becomes nsl.
        let mut before = std::process::Command::new("sleep").arg("86").spawn().expect("it starts");
        process::prepare().expect("a subreaper");
        let places = [Namespace::home(), named("ns0"), anonymous::add().expect("a namespace")];
        for place in &places {
            spawn(place, &Command::new(["sh", "-c", DEAF])).expect("it starts");
            // A daemon: its parents are gone.
            output(place, "setsid sh -c 'sleep 87 &'");
        }
        await_count("sleep", 13);
        let start = Instant::now();
        assert!(process::end_all().is_empty());
        assert!(start.elapsed() < Duration::from_secs(4));
        assert_eq!(count("sleep"), 1);
        before.kill().expect("it still runs");
        before.wait().expect("its end");
    });
}

#[test]
fn the_hard_stop_does_not_wait() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        for place in [Namespace::home(), named("ns0"), anonymous::add().expect("a namespace")] {
            spawn(&place, &Command::new(["sh", "-c", DEAF])).expect("it starts");
        }
        await_count("sleep", 9);
        let start = Instant::now();
        process::kill_all();
        assert!(start.elapsed() < Duration::from_millis(500));
        std::thread::sleep(Duration::from_millis(200));
        process::reap_orphans();
        none_within_a_second();
        process::end_all();
    });
}

#[test]
fn orphans_are_reaped_one_by_one() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        output(&Namespace::home(), "setsid sh -c '(sleep 0.1; exit 3) & exit 0'");
        let zombies = || sandbox::sh("grep -l 'State:.Z' /proc/[0-9]*/status || true");
        sandbox::eventually(|| !zombies().is_empty(), || "no orphan ended".into());
        process::reap_orphans();
        assert_eq!(zombies(), "");
    });
}

#[test]
fn the_death_of_init_is_told() {
    sandbox::run(|| {
        let place = anonymous::add().expect("a namespace");
        output(&place, "true");
        // On a busy machine it may not have its name yet.
        sandbox::sh(
            r#"for try in $(seq 200); do
                init=$(grep -lx nsl-init /proc/[0-9]*/comm | cut -d/ -f3)
                [ -z "$init" ] || break
                sleep 0.01
            done
            kill -9 $init
            while grep -q 'State:.[^Z]' /proc/$init/status 2>/dev/null; do sleep 0.01; done"#,
        );
        let error = process::exec(&place, &shell("true")).expect_err("nowhere to be");
        assert_eq!(error.to_string(), "the process that holds the programs of unnamed namespaces was killed (ENOMEM)");
        assert!(output(&Namespace::home(), "echo on") == "on\n");
    });
}

#[test]
fn a_namespace_can_be_emptied() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        let (one, other) = (named("ns0"), anonymous::add().expect("a namespace"));
        for place in [&one, &other, &Namespace::home()] {
            spawn(place, &Command::new(["sh", "-c", "sleep 88 & exec sleep 89"])).expect("it starts");
        }
        await_count("sleep", 6);
        process::end_in(&one).expect("an end");
        assert_eq!(count("sleep"), 4);
        process::end_in(&other).expect("an end");
        assert_eq!(count("sleep"), 2);
        process::end_all();
        assert_eq!(count("sleep"), 0);
    });
}

#[test]
fn a_shell_has_the_terminal_and_gives_it_back() {
    sandbox::run(|| {
        let name = "process::ends::a_shell_has_the_terminal_and_gives_it_back";
        if is_victim() {
            let place = if std::env::var(ROLE).as_deref() == Ok("anonymous") {
                anonymous::add().expect("a namespace")
            } else {
                Namespace::named("ns0").expect("it was made")
            };
            let exit = block(process::shell(&place, &Command::default()).expect("it starts"));
            println!("shell: {:?}", exit.expect("a wait").expect("an end").code);
            let stdin = std::io::stdin();
            println!("back: {}", nix::unistd::tcgetpgrp(&stdin) == Ok(nix::unistd::getpgrp()));
            let modes = nix::sys::termios::tcgetattr(&stdin).expect("a terminal");
            println!("echo: {}", modes.local_flags.contains(nix::sys::termios::LocalFlags::ECHO));
            process::end_all();
            return;
        }
        named("ns0");
        // A start-up file with a prompt of its own, which must lose.
        sandbox::sh("mkdir /run/home; echo 'PS1=mine; PROMPT_COMMAND=\"PS1=mine\"; A=from-bashrc' > /run/home/.bashrc");
        for (program, role, prompt) in
            [("bash", "named", "ns0> "), ("dash", "named", "ns0> "), ("bash", "anonymous", "anonymous> ")]
        {
            let exe = std::env::current_exe().expect("this binary");
            let mut command =
                Command::new([exe.as_os_str(), "--exact".as_ref(), name.as_ref(), "--nocapture".as_ref()]);
            command.pty = true;
            for (key, value) in [(ROLE, role), ("SHELL", &format!("/bin/{program}")), ("HOME", "/run/home")] {
                command.env.insert(key.into(), value.into());
            }
            let outer = spawn(&Namespace::home(), &command).expect("it starts");
            let say = |text: &str| block(outer.write(text.as_bytes().to_vec())).expect("room");
            let see = |word: &str| super::expect(&outer, word).unwrap_or_else(|error| panic!("{program}: {error:?}"));
            see(prompt);
            say("ls /sys/class/net; echo $A.; ls /proc/self/fd | tr '\\n' ' '\n");
            see("lo\r\n");
            see(if program == "bash" { "from-bashrc.\r\n" } else { ".\r\n" });
            see("0 1 2 3 ");
            see(prompt);
            // Job control: the terminal's own signal reaches the shell's job and nobody else.
            say("sleep 90\n");
            await_count("sleep", 1);
            say("\x03");
            see(prompt);
            say("stty -echo; exit 7\n");
            see("shell: Some(7)");
            see("back: true");
            see("echo: true");
            assert!(block(outer.wait(Some(Duration::from_secs(10)))).expect("its end").ok(), "{program}");
        }
        process::end_all();
    });
}
