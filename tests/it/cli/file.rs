//! `nsl FILE` where the file returns a lab: up, its nodes at hand at the prompt or for lines on a pipe, and down again.

use std::process::Stdio;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{CAMPUS, command, fails, file, nsl, piped, printed};
use crate::sandbox::{run, sh};

const NOTHING: &str = "campus.lua\nlock\n";

#[test]
fn lines_on_a_pipe_run_in_the_lab_and_then_it_goes() {
    run(|| {
        file("campus.lua", CAMPUS);
        let lines = "#h1:link_list() - 1\n\nfor _, node in ipairs(net.nodes) do\n  io.write(node.name, ' ')\nend\nprint()\nx = 7\nx, net";
        let outcome = piped(&["campus.lua"], lines);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert_eq!(outcome.stdout, "1\nr1 lan far h1 h2 \n7\nlab (5 nodes, 4 links, up)\n");
        assert_eq!(printed(&["campus.lua"]), "", "no lines at all");
        assert_eq!(sh("ls /run"), NOTHING);
    });
}

#[test]
fn a_line_that_fails_ends_the_run() {
    run(|| {
        file("campus.lua", CAMPUS);
        for (lines, code, error) in [
            ("1\nh1:ping(nobody)\n2\n", 1, "error: no variable is called \"nobody\" (EINVAL)\n --> stdin:2\n"),
            ("1\n)\n2\n", 2, "error: unexpected symbol near \")\"\n --> stdin:2\n"),
            ("1\nfor i = 1, 2 do\n", 2, "error: the input ends in the middle of a chunk\n"),
            ("1\nos.exit(9)\n2\n", 9, ""),
            (
                "1\nnet:down() h1:exec 'true'\n",
                1,
                "error: node \"h1\" is not up (ENOENT)\n --> stdin:2 in netns.exec\n",
            ),
        ] {
            let outcome = piped(&["campus.lua"], lines);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (code, "1\n"), "{lines}{}", outcome.stderr);
            assert!(outcome.stderr.starts_with(error), "{lines}{}", outcome.stderr);
            assert_eq!(sh("ls /run"), NOTHING, "{lines}");
        }
    });
}

#[test]
fn a_signal_ends_it_while_it_waits_for_lines() {
    run(|| {
        file("campus.lua", CAMPUS);
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let mut child = command(&["campus.lua"]);
            let mut child =
                child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("nsl");
            let mut input = child.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut input, b"1\n").expect("written");
            let mut output = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
            std::io::BufRead::read_line(&mut output, &mut String::new()).expect("a line");
            kill(Pid::from_raw(child.id() as i32), signal).expect("it runs");
            let ended = child.wait().expect("its end");
            assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(signal as i32));
            drop(input);
        }
    });
}

#[test]
fn names_that_are_taken_stay_what_they_are() {
    run(|| {
        file(
            "demo.lua",
            "local net = lab.new() net:host 'print' net:host 'net' net:host 'ok' mine = 1 net:host 'mine' return net",
        );
        let outcome = piped(&["demo.lua"], "print(mine, net, ok, net.kind, #netns.list())");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "1\tnet\tok\thost\t0\n"), "{}", outcome.stderr);
        let note = "nsl: in net.nodes only, as something else has the name: \"print\", \"mine\"\n";
        assert_eq!(outcome.stderr, note);
        assert_eq!(piped(&["-q", "demo.lua"], "1").stderr, "");
    });
}

#[test]
fn a_terminal_gets_the_prompt() {
    run(|| {
        file("campus.lua", CAMPUS);
        let mut command = command(&["-q", "campus.lua"]);
        command.env("NSL_HISTORY", "").env("TERM", "xterm");
        let mut terminal = OsSession::spawn(command).expect("a terminal");
        terminal.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
        terminal.expect("\x1b[?2004h").expect("a prompt");
        terminal.send_line("#h1:link_list() + 39").expect("sent");
        terminal.expect("41").expect("a value");
        terminal.expect("\x1b[?2004h").expect("a prompt");
        terminal.send(ControlCode::EndOfTransmission).expect("sent");
        terminal.expect(Eof).expect("the end");
        let status = terminal.get_process().wait().expect("a child");
        assert!(matches!(status, expectrl::process::unix::WaitStatus::Exited(_, 0)), "{status:?}");
        assert_eq!(sh("ls /run; ip -o link | wc -l"), format!("{NOTHING}1\n"));
    });
}

#[test]
fn only_a_script_s_own_lab_is_taken_up() {
    run(|| {
        assert_eq!(printed(&["-e", "return lab.new()"]), "");
        let outcome = nsl(&["-e", "net = lab.new()", "-e", "print(net) return net"]);
        assert_eq!(outcome.stdout, "lab (0 nodes, 0 links)\n");
        // One that is up already is not brought up again.
        file("up.lua", "local net = lab.new() net:host 'a' net:up() return net");
        assert_eq!(piped(&["up.lua"], "net").stdout, "lab (1 node, 0 links, up)\n");
        let outcome = piped(&["-"], "local net = lab.new() net:host 'a' print 'declared' return net");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "declared\n"), "{}", outcome.stderr);
        file("fails.lua", "local net = lab.new()\nnet:host('a', { run = { 'exit 3' } })\nreturn net");
        let outcome = piped(&["fails.lua"], "print 'not reached'");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
    });
}

#[test]
fn a_command_that_was_misspelt_is_told_and_a_file_of_its_name_runs() {
    run(|| {
        file("ps", "print('a script', ...)");
        assert_eq!(printed(&["./ps", "x"]), "a script\tx\n");
        assert_eq!(printed(&["--", "ps", "y"]), "a script\ty\n");
        fails(&["pss"], 2, "error: cannot read \"pss\": no such file or directory (ENOENT)");
        assert!(nsl(&["pss"]).stderr.ends_with("  = hint: did you mean `nsl ps`?\n"));
        assert!(!nsl(&["far/away.lua"]).stderr.contains("hint"));
        let help = printed(&["--help"]);
        for name in ["up", "down", "ps", "exec", "shell", "plan", "clean"] {
            assert!(help.contains(&format!("\n  {name} ")), "{name}:\n{help}");
        }
        fails(&["-e", "x", "ps"], 2, "error: -e and -i are for scripts; one that is called \"ps\" is run as ./ps");
    });
}
