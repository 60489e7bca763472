//! The terminal is lent to shells and to the shell that nsl was started from, and comes back as it was.

use std::process::Command;
use std::time::Duration;

use expectrl::{ControlCode, Eof, Expect};
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{READY, Terminal, plain};
use crate::sandbox::{self, run, sh};

/// The modes of the terminal, as seen from nsl itself.
const MODES: &str = "netns.output(nil, { 'stty', '-g' })";

/// Waits until a `sleep` runs: then the terminal is its.
fn await_sleep() {
    sandbox::eventually(|| !sh("pgrep -x sleep || true").is_empty(), || "nothing sleeps".into());
}

#[test]
fn a_shell_shows_its_namespace_and_gives_the_terminal_back() {
    run(|| {
        sh("ip netns add ns0; ip -n ns0 link add inside type bridge");
        for shell in ["/bin/bash", "/bin/sh"] {
            let mut nsl = Terminal::with(&[], &[("SHELL", shell), ("HOME", "/nonexistent")]);
            let modes = nsl.line(MODES);
            nsl.begin("netns.shell('ns0').code");
            nsl.expect("ns0> ");
            nsl.keys("ls /sys/class/net | tr '\\n' ' '\r");
            let printed = nsl.expect("ns0> ");
            assert!(printed.ends_with("inside lo "), "{shell}: {printed:?}");
            // Ctrl-C is the shell's.
            nsl.keys("sleep 100\r");
            await_sleep();
            nsl.control(ControlCode::EndOfText);
            nsl.expect("ns0> ");
            nsl.keys("stty -echo -icanon; exit 7\r");
            assert!(nsl.expect(READY).ends_with("7\n"), "{shell}");
            assert_eq!(nsl.line(MODES), modes, "{shell}");
        }
        let mut nsl = Terminal::open(&[]);
        let modes = nsl.line(MODES);
        // Killed, it cannot restore the modes itself.
        nsl.begin("netns.shell('ns0').signal");
        nsl.expect("ns0> ");
        nsl.keys("stty raw -echo; kill -9 $$\r");
        assert!(nsl.expect(READY).ends_with("\"SIGKILL\"\n"));
        assert_eq!(nsl.line(MODES), modes);
        nsl.begin("netns.shell('ns0').code");
        nsl.expect("ns0> ");
        nsl.control(ControlCode::EndOfTransmission);
        assert!(nsl.expect(READY).ends_with("0\n"));
        assert_eq!(nsl.line("'goes on'"), "\"goes on\"\n");
    });
}

#[test]
fn the_terminal_is_restored_when_nsl_is_stopped_while_a_shell_has_it() {
    run(|| {
        for signals in [1, 2] {
            let mut command = Command::new("sh");
            let nsl = sandbox::nsl_path().display().to_string();
            command
                .args(["-c", "stty -g; \"$0\" -e 'netns.shell()'; echo ended $?; stty -g", &nsl])
                .env("SHELL", "/bin/sh");
            let mut terminal = Terminal::start(&mut command);
            let modes = terminal.expect("home> ");
            terminal.keys("trap '' HUP TERM; stty raw -echo; echo ready; sleep 100\r");
            terminal.expect("ready");
            for _ in 0..signals {
                sh("pkill -TERM -x nsl");
                std::thread::sleep(Duration::from_millis(150));
            }
            let rest = terminal.0.expect(Eof).expect("the end");
            let rest = plain(&String::from_utf8_lossy(rest.as_bytes()));
            let lines: Vec<&str> = rest.lines().filter(|line| !line.is_empty() && *line != "Terminated").collect();
            assert_eq!(lines, ["terminated", "ended 143", modes.trim_end()], "{signals} signals");
        }
    });
}

#[test]
fn ctrl_z_is_harmless() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        nsl.line("x = 1");
        nsl.keys("x +");
        nsl.control(ControlCode::Substitute);
        nsl.expect(READY);
        assert_eq!(nsl.line(" 1"), "2\n");
        // From a shell with job control it stops, and goes on with the line that was begun.
        let mut shell = shell();
        open_prompt(&mut shell);
        shell.keys("x = 'kept' netns.exec(nil, { 'sleep', '0.5' })\r");
        await_sleep();
        shell.control(ControlCode::Substitute);
        shell.expect("shell> ");
        shell.keys("fg\r");
        shell.expect("nsl> ");
        shell.keys("x .. '!'");
        std::thread::sleep(Duration::from_millis(100));
        shell.control(ControlCode::Substitute);
        shell.expect("shell> ");
        shell.keys("stty -a | grep -o -- '-*icanon'; fg\r");
        shell.expect("icanon");
        shell.expect("nsl> ");
        shell.keys("\r");
        shell.expect("\"kept!\"");
    });
}

/// A shell with job control.
fn shell() -> Terminal {
    let mut command = Command::new("bash");
    command.args(["--norc", "-i"]).env("PS1", "shell> ").env("NSL_HISTORY", "");
    let mut shell = Terminal::start(&mut command);
    shell.expect("shell> ");
    shell
}

/// Opens a prompt in that shell.
fn open_prompt(shell: &mut Terminal) {
    shell.keys(&format!("{} --color never\r", sandbox::nsl_path().display()));
    shell.expect("nsl> ");
}

#[test]
fn a_prompt_in_the_background_waits_for_the_terminal_and_ends_when_it_is_told_to() {
    run(|| {
        let mut shell = shell();
        shell.keys(&format!("{} --color never &\r", sandbox::nsl_path().display()));
        sandbox::eventually(|| sh("ps -C nsl -o stat= || true").starts_with('T'), || "it does not stop".into());
        shell.keys("fg\r");
        shell.expect("nsl> ");
        shell.keys("6 * 7\r");
        shell.expect("42");
        shell.expect("nsl> ");
        shell.control(ControlCode::EndOfTransmission);
        shell.expect("shell> ");
        drop(shell);
        // Told to go on and to end at once, without the terminal: it must not stop instead.
        for signal in ["HUP", "TERM"].repeat(8) {
            let mut shell = self::shell();
            open_prompt(&mut shell);
            shell.control(ControlCode::Substitute);
            shell.expect("shell> ");
            shell.keys(&format!("kill -{signal} %1\r"));
            sandbox::await_no_process("nsl");
        }
    });
}

#[test]
#[allow(unsafe_code)]
fn whichever_thread_is_told_of_the_background_a_stop_is_taken() {
    run(|| {
        // The kernel tells the process, and the thread that looks first hears it: also the one that takes requests to stop,
        // which must not wait for itself.
        let mut shell = shell();
        for name in ["nsl-signals", "nsl"] {
            open_prompt(&mut shell);
            let pid: i32 = sh("pgrep -x nsl").trim().parse().expect("one nsl");
            let threads = sh(&format!("grep -lx {name} /proc/{pid}/task/*/comm"));
            let thread: i32 = threads.split('/').nth(4).and_then(|id| id.parse().ok()).expect("a thread");
            // SAFETY: tgkill(2) takes numbers alone.
            let result = unsafe { libc::syscall(libc::SYS_tgkill, pid, thread, libc::SIGTTOU) };
            assert_eq!(result, 0, "{name}");
            std::thread::sleep(Duration::from_millis(100));
            kill(Pid::from_raw(pid), Signal::SIGTERM).expect("it runs");
            shell.expect("Terminated");
            shell.expect("shell> ");
        }
    });
}
