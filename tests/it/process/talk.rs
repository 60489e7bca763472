//! Programs that run beside the script and are talked with.

use std::time::{Duration, Instant};

use nsl::kernel::namespace::Namespace;
use nsl::process::{self, Command, Input, Process, spawn};
use nsl::wait::{block, drive};

use super::{anonymous, await_count, count, expect, named, open_files, text};
use crate::sandbox;

/// A shell's line, with all of its streams in nsl's hands.
fn line(line: &str) -> Command {
    let mut command = super::shell(line);
    command.stdin = Input::Pipe;
    command
}

fn start(place: &Namespace, text: &str) -> Process {
    spawn(place, &line(text)).expect("it starts")
}

fn read(process: &Process) -> Option<String> {
    let line = block(process.read_line(Some(Duration::from_secs(5))).expect("it is kept")).expect("in time");
    line.map(|line| String::from_utf8(line).expect("UTF-8"))
}

#[test]
fn lines_go_in_and_out() {
    sandbox::run(|| {
        for place in [Namespace::home(), named("ns0"), anonymous()] {
            let process =
                start(&place, "while read line; do echo \"<$line>\"; done; printf rest; echo err >&2; exit 3");
            block(process.write(b"one\ntwo\n".to_vec())).expect("room");
            assert_eq!(read(&process).as_deref(), Some("<one>"));
            assert_eq!(read(&process).as_deref(), Some("<two>"));
            let late =
                block(process.read_line(Some(Duration::from_millis(50))).expect("it is kept")).expect_err("silence");
            assert_eq!(late.to_string(), "a line did not come within 0.05 s (ETIMEDOUT)");
            let late = block(process.wait(Some(Duration::ZERO))).expect_err("it runs");
            assert_eq!((late.code().as_str(), process.running()), ("ETIMEDOUT", true));
            process.close_stdin();
            assert_eq!(read(&process).as_deref(), Some("rest"));
            assert_eq!(read(&process), None);
            let exit = block(process.wait(None)).expect("its end");
            assert_eq!((exit.code, text(exit.stdout), text(exit.stderr)), (Some(3), String::new(), "err\n".into()));
            assert!(!process.running());
            let error = block(process.write(b"x".to_vec())).expect_err("it is gone");
            assert_eq!(error.to_string(), format!("the input of process {} is closed (EPIPE)", process.pid()));
            process.kill(9).expect("gone is no error");
            process.close();
        }
        process::end_all();
    });
}

#[test]
fn expect_says_what_came_instead() {
    sandbox::run(|| {
        let process = start(&Namespace::home(), "echo one; echo two; read x");
        expect(&process, "two").expect("it comes");
        assert_eq!(read(&process).as_deref(), Some(""));
        process.close_stdin();
        let error = expect(&process, "three").expect_err("it ends");
        assert_eq!(error.to_string(), "the output ended before \"three\" came (EPIPE)");
        let process = start(&Namespace::home(), "printf 'a\\033b'; read x");
        let find = |_: &[u8], _| Ok(None::<(usize, ())>);
        let operation = process.expect("c", Some(Duration::from_millis(200)), find).expect("it is kept");
        let error = block(operation).expect_err("it does not come");
        assert_eq!(error.message(), "\"c\" did not come within 0.2 s");
        assert_eq!(error.notes(), ["the unread output ends in \"a\\x1bb\""]);
        process.close();
        let process = spawn(&Namespace::home(), &Command::new(["true"])).expect("it starts");
        assert_eq!(process.read_line(None).expect_err("it is not kept").code(), "EINVAL");
    });
}

#[test]
fn a_chatty_child_is_not_held_up_and_the_newest_output_stays() {
    sandbox::run(|| {
        let process = start(&Namespace::home(), "seq 1000000");
        let exit = block(process.wait(Some(Duration::from_secs(20)))).expect("it is not held up");
        let kept = text(exit.stdout);
        assert_eq!((exit.code, kept.len()), (Some(0), 1 << 20));
        assert!(kept.ends_with("\n999999\n1000000\n"));
        assert_eq!(process.dropped(), 6_888_896 - (1 << 20));
    });
}

#[test]
fn much_input_waits_for_its_reader() {
    sandbox::run(|| {
        let process = start(&Namespace::home(), "sleep 0.2; wc -c");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(drive(process.write(vec![b'x'; 1 << 20]))).expect("it is read at last");
        process.close_stdin();
        let line = runtime.block_on(drive(process.read_line(None).expect("it is kept"))).expect("a line");
        assert_eq!(line.as_deref(), Some(&b"1048576"[..]));
        assert!(runtime.block_on(drive(process.wait(None))).expect("its end").ok());
    });
}

#[test]
fn closing_ends_the_whole_family() {
    sandbox::run(|| {
        process::prepare().expect("a subreaper");
        for place in [Namespace::home(), named("ns0"), anonymous()] {
            let process = start(&place, "setsid sh -c 'trap \"\" TERM HUP; sleep 71 & echo up; sleep 72' & wait");
            assert_eq!(read(&process).as_deref(), Some("up"));
            await_count("sleep", 2);
            let start = Instant::now();
            process.close();
            assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
            assert_eq!(count("sleep"), 0);
            assert_eq!(block(process.wait(None)).expect("its end").signal.as_deref(), Some("SIGTERM"));
        }
        process::end_all();
    });
}

#[test]
fn a_terminal_of_its_own() {
    sandbox::run(|| {
        for place in [Namespace::home(), anonymous()] {
            let mut command =
                line("tty >/dev/null && echo yes; stty size; ps -o tty= -p $$ | grep -c pts; cat; echo end");
            command.pty = true;
            let process = spawn(&place, &command).expect("it starts");
            for wanted in ["yes", "24 80", "1"] {
                assert_eq!(read(&process).as_deref(), Some(wanted));
            }
            block(process.write(b"hello\n".to_vec())).expect("room");
            assert_eq!(
                [read(&process), read(&process)],
                [Some("hello".into()), Some("hello".into())],
                "echo, then cat"
            );
            process.close_stdin();
            assert_eq!(read(&process).as_deref(), Some("end"));
            assert_eq!(read(&process), None, "EIO is the end");
            assert!(block(process.wait(None)).expect("its end").ok());
        }
        // An interactive shell ignores TERM; it hears that its terminal hangs up.
        let mut command = Command::new(["bash", "--norc", "-i"]);
        command.pty = true;
        let process = spawn(&Namespace::home(), &command).expect("it starts");
        expect(&process, "# ").expect("a prompt");
        let start = Instant::now();
        process.close();
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        process::end_all();
    });
}

/// How many descriptors are open once the thread that reads output has let go of what has ended.
fn settled() -> usize {
    let mut last = open_files();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        match open_files() {
            now if now == last => return now,
            now => last = now,
        }
    }
}

#[test]
fn spawned_programs_leave_no_descriptor() {
    sandbox::run(|| {
        // The first makes the threads and what they need.
        start(&Namespace::home(), "true").close();
        let before = settled();
        for turn in 0..50 {
            let mut command = line("echo x");
            command.pty = turn % 2 == 0;
            let process = spawn(&Namespace::home(), &command).expect("it starts");
            block(process.wait(None)).expect("its end");
        }
        assert_eq!(settled(), before);
        let mut command = line("true");
        command.argv = vec!["/nosuch".into()];
        spawn(&Namespace::home(), &command).expect_err("no such program");
        assert_eq!(settled(), before);
    });
}
