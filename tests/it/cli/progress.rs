//! Bars on a terminal: shown for what takes longer than half a second, gone when it is done, and nowhere else.

use std::process::{Command, Stdio};

use expectrl::session::OsSession;
use expectrl::{Eof, Expect};

use super::{command, file};
use crate::sandbox::{Outcome, run};

/// Comes up in seconds, even where a build is fast.
const RING: &str = "local net = lab.new { routing = 'none' } net:add(topo.ring(1200))";
/// Asks for a while, because nobody answers.
const DEAF: &str = "local net = lab.new()
    for i = 1, 2 do net:host('h' .. i, { sysctl = { ['net.ipv4.icmp_echo_ignore_all'] = 1 } }) end
    net:link('h1', 'h2') net:up { quiet = true }";

/// What a script writes on a terminal that is its stderr; its stdout is no terminal.
fn on_terminal(arguments: &[&str], text: &str, term: &str) -> String {
    file("lab.lua", text);
    let script =
        format!("exec {} {} /run/lab.lua >/run/out", crate::sandbox::nsl_path().display(), arguments.join(" "));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("TERM", term).env("COLUMNS", "100");
    let mut terminal = OsSession::spawn(command).expect("a terminal");
    terminal.set_expect_timeout(Some(std::time::Duration::from_secs(120)));
    let seen = terminal.expect(Eof).expect("the end");
    assert_eq!(std::fs::read_to_string("/run/out").expect("its output"), "done\n");
    String::from_utf8_lossy(seen.as_bytes()).into_owned()
}

/// The lines that are left on the screen.
fn left(seen: &str) -> String {
    let lines = seen.split('\n').map(|line| {
        let last = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
        last.rsplit("\x1b[2K").next().unwrap_or_default().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_long_build_shows_how_far_it_is_and_leaves_no_trace_of_it() {
    run(|| {
        let text = format!("{RING} net:up() io.stderr:write 'up\\n' print 'done'");
        let seen = on_terminal(&[], &text, "xterm");
        assert!(seen.contains("/1200"), "{seen:?}");
        assert!(seen.contains("links [") || seen.contains("nodes ["), "{seen:?}");
        assert_eq!(left(&seen).trim(), "up", "{seen:?}");
        for (arguments, up, term) in [
            (&["--quiet"][..], "net:up()", "xterm"),
            (&[], "net:up { quiet = true }", "xterm"),
            (&[], "net:up()", "dumb"),
        ] {
            let seen = on_terminal(arguments, &format!("{RING} {up} print 'done'"), term);
            assert_eq!(seen, "", "{arguments:?} {up} {term}");
        }
        file("lab.lua", &format!("{RING} net:up() print 'done'"));
        let outcome: Outcome = command(&["lab.lua"]).stdin(Stdio::null()).output().expect("nsl starts").into();
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("done\n", ""));
    });
}

#[test]
fn so_does_a_long_ping_of_all_pairs() {
    run(|| {
        let seen =
            on_terminal(&[], &format!("{DEAF} assert(net:pingall {{ timeout = 1 }}.loss == 1) print 'done'"), "xterm");
        assert!(seen.contains("pairs ["), "{seen:?}");
        assert_eq!(left(&seen).trim(), "", "{seen:?}");
        let quiet = format!("{DEAF} net:pingall {{ timeout = 1, quiet = true }} print 'done'");
        assert_eq!(on_terminal(&[], &quiet, "xterm"), "");
    });
}
