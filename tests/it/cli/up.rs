//! `nsl up` and `nsl down`: a lab that stays, and its end.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{CAMPUS, fails, file, nsl, piped, printed};
use crate::sandbox::{run, sh};

#[test]
fn a_lab_stays_until_it_is_taken_down_by_name_or_by_file() {
    run(|| {
        file("campus.lua", CAMPUS);
        let names = "campus-far\ncampus-h1\ncampus-h2\ncampus-lan\ncampus-r1\n";
        for how in ["campus", "campus.lua", "./campus.lua"] {
            assert_eq!(printed(&["up", "campus.lua"]), "campus is up: 5 nodes, 4 links\n");
            assert_eq!(sh("ls /run/netns"), names);
            let way = printed(&["exec", "campus/far", "ip", "route", "get", "10.0.0.3"]);
            assert!(way.starts_with("10.0.0.3 via 10.0.0.9 dev eth0 src 10.0.0.8"), "{way}");
            assert_eq!(printed(&["down", how]), "");
            assert_eq!(sh("ls /run/netns /run/nsl; ip -o link | wc -l"), "/run/netns:\n\n/run/nsl:\n1\n", "{how}");
        }
        fails(&["down", "campus"], 1, "error: no lab \"campus\" (ENOENT)");
        fails(&["down", "campus.lua"], 1, "error: no lab \"campus\" (ENOENT)");
        fails(&["down", "nosuch.lua"], 1, "error: no lab \"nosuch.lua\" (ENOENT)");
        assert_eq!(printed(&["up", "--quiet", "campus.lua"]), "");
        printed(&["down", "campus"]);
    });
}

#[test]
fn what_cannot_come_up_leaves_nothing() {
    run(|| {
        file(
            "clash.lua",
            "local net = lab.new()\nnet:link(net:host 'a', net:host 'b', { subnet = '10.0.0.0/32' })\nreturn net",
        );
        file("fails.lua", "local net = lab.new()\nnet:host('a', { run = { 'exit 3' } })\nreturn net");
        file("none.lua", "print 'nothing'");
        file("up.lua", "local net = lab.new 'x' net:up() return net");
        let outcome = nsl(&["up", "clash.lua"]);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(" --> clash.lua:2 in net.link\n"), "{}", outcome.stderr);
        let outcome = nsl(&["up", "fails.lua"]);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(" --> fails.lua:2 in net.host\n"), "{}", outcome.stderr);
        fails(&["up", "up.lua"], 1, "error: the lab is up already (EBUSY)");
        let outcome = nsl(&["up", "none.lua"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, "nothing\n"));
        fails(&["up"], 2, "error: the following required arguments were not provided:");
        let outcome = piped(&["up", "-"], "return lab.new()");
        let (line, code) = (outcome.stderr.lines().next(), outcome.code);
        assert_eq!((line, code), (Some("error: a lab without a name cannot be kept (EINVAL)"), 1));
        assert_eq!(sh("ls /run/netns /run/nsl; ip -o link | wc -l"), "/run/netns:\n\n/run/nsl:\n1\n");
    });
}

#[test]
fn its_daemons_stay_too() {
    run(|| {
        file("demo.lua", "local net = lab.new 'demo'\nnet:host('a', { daemons = { 'exec sleep 1000' } })\nreturn net");
        printed(&["up", "demo.lua"]);
        assert_eq!(printed(&["exec", "demo/a", "pgrep", "-x", "-c", "sleep"]), "1\n");
        printed(&["down", "demo"]);
        assert_eq!(sh("pgrep -x -c sleep || true"), "0\n");
    });
}

#[test]
fn what_is_interrupted_or_killed_leaves_nothing_in_the_end() {
    run(|| {
        file(
            "slow.lua",
            "local net = lab.new 'slow' net:host('a', { run = { 'echo in; exec sleep 1000' } }) return net",
        );
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
            let mut child = super::command(&["up", "slow.lua"]);
            let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("nsl starts");
            let output = child.stdout.take().expect("a pipe");
            BufReader::new(output).read_line(&mut String::new()).expect("a line");
            assert_eq!(sh("ls /run/netns"), "slow-a\n");
            kill(Pid::from_raw(child.id() as i32), signal).expect("it runs");
            assert_eq!(child.wait().expect("its end").signal(), Some(signal as i32));
            if signal == Signal::SIGKILL {
                assert_eq!(printed(&["clean"]), "removed slow\n");
            }
            let gone = "for try in $(seq 200); do pgrep -x sleep >/dev/null || exit 0; sleep 0.05; done; exit 1";
            sh(&format!("({gone})"));
            assert_eq!(sh("ls /run/netns /run/nsl"), "/run/netns:\n\n/run/nsl:\n", "{signal}");
        }
    });
}
