//! `nsl exec` and `nsl shell`: where a program runs, what it sees, how its end and nsl's signals pass.

use std::process::Stdio;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{CAMPUS, command, fails, file, nsl, piped, printed};
use crate::sandbox::{run, sh};

#[test]
fn a_program_runs_where_the_lab_s_own_do() {
    run(|| {
        file(
            "demo.lua",
            "local net = lab.new 'demo'\nnet:link(net:host('a', { daemons = { 'exec sleep 1000' } }), net:host 'b')\nreturn net",
        );
        printed(&["up", "demo.lua"]);
        let see = "cat /sys/class/net/eth0/address; pgrep -x sleep; cat /proc/1/comm; pwd; echo $$ | grep -c '^[0-9]$'";
        let seen = printed(&["exec", "demo/a", "--", "sh", "-c", see]);
        let pid = seen.lines().nth(1).expect("a pid").to_owned();
        assert!(pid.len() == 1, "in the PID namespace of the lab: {pid}");
        assert_eq!(seen, format!("02:00:00:00:00:00\n{pid}\nnsl-init\n/run\n1\n"));
        let own = printed(&["exec", "demo/a", "readlink", "/proc/self/ns/pid"]);
        assert_eq!(own, sh("readlink /proc/$(pgrep -x nsl-init)/ns/pid"));
        // In a namespace that is no lab's it is as with `ip netns exec`.
        sh("ip netns add web; ip -n web link add br7 type bridge");
        let see = ["ls", "/sys/class/net"];
        assert_eq!(printed(&["exec", "web", see[0], see[1]]), sh("ip netns exec web ls /sys/class/net"));
        let outcome = piped(&["exec", "web", "--", "cat", "-"], "to its input");
        assert_eq!((outcome.stdout.as_str(), outcome.code), ("to its input", 0));
        printed(&["down", "demo"]);
    });
}

#[test]
fn what_a_node_has_of_its_own_stays_with_a_kept_lab() {
    run(|| {
        let own = "{ files = { ['/etc/own.conf'] = 'of ' .. i }, private = { '/srv' } }";
        file(
            "demo.lua",
            &format!(
                "local net = lab.new 'demo' for i = 1, 300 do net:host('h' .. i, i > 1 and {own} or nil) end return net"
            ),
        );
        printed(&["up", "demo.lua"]);
        let see = "uname -n; cat /etc/own.conf 2>/dev/null; ls -A /srv; cat /proc/1/comm";
        assert_eq!(printed(&["exec", "h1", "sh", "-c", see]), format!("h1\n{}nsl-init\n", sh("ls -A /srv")));
        for node in ["h2", "h250", "h300"] {
            let number = &node[1..];
            assert_eq!(printed(&["exec", node, "sh", "-c", see]), format!("{node}\nof {number}nsl-init\n"));
            printed(&["exec", node, "touch", "/srv/kept"]);
            assert_eq!(printed(&["exec", node, "sh", "-c", see]), format!("{node}\nof {number}kept\nnsl-init\n"));
        }
        printed(&["down", "demo"]);
    });
}

#[test]
fn its_exit_code_is_passed_on() {
    run(|| {
        file("campus.lua", CAMPUS);
        printed(&["up", "campus.lua"]);
        sh("ip netns add web");
        for place in ["campus/h1", "h1", "web"] {
            for (line, code) in
                [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", 137), ("kill -35 $$", 163)]
            {
                let outcome = nsl(&["exec", place, "sh", "-c", line]);
                assert_eq!((outcome.code, outcome.stdout + &outcome.stderr), (code, String::new()), "{place} {line}");
            }
            fails(&["exec", place, "/nosuch"], 127, "error: no program \"/nosuch\" (ENOENT)");
            fails(&["exec", place, "/run"], 126, "error: \"/run\" is a directory, not a program (EACCES)");
            assert_eq!(nsl(&["exec", place, "nosuch"]).code, 127);
        }
        fails(&["exec", "h1"], 2, "error: the following required arguments were not provided:");
        printed(&["down", "campus"]);
    });
}

#[test]
fn a_place_that_is_not_clear_is_told_with_the_candidates() {
    run(|| {
        for name in ["one", "two"] {
            file("lab.lua", &format!("local net = lab.new '{name}' net:host 'h1' net:host 'only-{name}' return net"));
            printed(&["up", "lab.lua"]);
        }
        let outcome = nsl(&["exec", "h1", "true"]);
        let wanted = "error: \"h1\" is a node of several labs: one/h1, two/h1 (EINVAL)\n  = hint: say which is meant, as in one/h1\n";
        assert_eq!((outcome.code, outcome.stderr.as_str()), (2, wanted));
        assert_eq!(nsl(&["shell", "h1"]).stderr, wanted);
        for (place, line) in [
            ("h2", "error: no namespace and no node of a lab is called \"h2\" (ENOENT)"),
            ("one/h2", "error: the lab has no node \"h2\" (ENOENT)"),
            ("three/h1", "error: no lab \"three\" (ENOENT)"),
            ("one/", "error: the lab has no node \"\" (ENOENT)"),
        ] {
            fails(&["exec", place, "true"], 2, line);
            fails(&["shell", place], 2, line);
        }
        let own = |place: &str| printed(&["exec", place, "readlink", "/proc/self/ns/net"]);
        assert_eq!(own("only-two"), own("two/only-two"));
        assert_ne!(own("one/h1"), own("two/h1"));
        // A namespace of that name comes first.
        sh("ip netns add h1");
        assert_eq!(own("h1"), sh("ip netns exec h1 readlink /proc/self/ns/net"));
        printed(&["down", "one"]);
        printed(&["down", "two"]);
    });
}

#[test]
fn signals_reach_the_program_and_nothing_of_it_stays() {
    run(|| {
        file("campus.lua", CAMPUS);
        printed(&["up", "campus.lua"]);
        for place in ["h1", "web"] {
            if place == "web" {
                sh("ip netns add web");
            }
            // Who listens to a signal ends as it likes.
            let line = "trap 'echo told; exit 5' TERM HUP INT; echo ready; while :; do sleep 0.05; done";
            for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
                let mut child =
                    command(&["exec", place, "sh", "-c", line]).stdout(Stdio::piped()).spawn().expect("nsl");
                let mut output = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
                let mut text = String::new();
                std::io::BufRead::read_line(&mut output, &mut text).expect("a line");
                kill(Pid::from_raw(child.id() as i32), signal).expect("it runs");
                std::io::Read::read_to_string(&mut output, &mut text).expect("the rest");
                assert_eq!(
                    (text.as_str(), child.wait().expect("its end").code()),
                    ("ready\ntold\n", Some(5)),
                    "{signal}"
                );
            }
            // With nsl killed its program ends as well.
            let mut child = command(&["exec", place, "sh", "-c", "echo ready; exec sleep 997"]);
            let mut child = child.stdout(Stdio::piped()).spawn().expect("nsl");
            let mut output = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
            std::io::BufRead::read_line(&mut output, &mut String::new()).expect("a line");
            child.kill().expect("it runs");
            child.wait().expect("its end");
            sh("for try in $(seq 200); do pgrep -f '^sleep 997' >/dev/null || exit 0; sleep 0.05; done; exit 1");
        }
        printed(&["down", "campus"]);
    });
}

#[test]
fn a_shell_has_the_terminal_and_the_node_in_its_prompt() {
    run(|| {
        file("campus.lua", CAMPUS);
        printed(&["up", "campus.lua"]);
        let mut command = command(&["shell", "campus/h1"]);
        command.env("SHELL", "/bin/sh").env("TERM", "xterm");
        let mut terminal = OsSession::spawn(command).expect("a terminal");
        terminal.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
        terminal.expect("campus-h1> ").expect("a prompt");
        terminal.send_line("cat /sys/class/net/eth0/address").expect("sent");
        terminal.expect("02:00:00:00:02:00").expect("its own /sys");
        terminal.expect("campus-h1> ").expect("a prompt");
        // Ctrl-C is the shell's.
        terminal.send(ControlCode::EndOfText).expect("sent");
        terminal.expect("campus-h1> ").expect("a prompt");
        terminal.send_line("exit 3").expect("sent");
        terminal.expect(Eof).expect("the end");
        let status = terminal.get_process().wait().expect("a child");
        assert!(matches!(status, expectrl::process::unix::WaitStatus::Exited(_, 3)), "{status:?}");
        // Without a terminal it reads its input.
        let outcome = piped(&["shell", "h1"], "echo $0 in; exit 4\n");
        assert_eq!(outcome.code, 4, "{}", outcome.stderr);
        assert!(outcome.stdout.ends_with(" in\n"), "{}", outcome.stdout);
        printed(&["down", "campus"]);
    });
}
