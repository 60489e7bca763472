//! The prompt on a terminal: the built program in a sandbox, with keys typed and what it prints read back.

mod lending;

use std::process::Command;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect};
use nix::sys::signal::{Signal, kill};

use crate::sandbox::{self, run, sh};

/// What every prompt begins with, and what ends each line that was given: bracketed paste is switched on and off.
const READY: &str = "\x1b[?2004h";
const GIVEN: &str = "\x1b[?2004l";

/// A nsl with a terminal.
struct Terminal(OsSession);

impl Terminal {
    /// Opens the prompt, without colours.
    fn open(arguments: &[&str]) -> Self {
        Self::with(arguments, &[])
    }

    /// Opens it with variables of its environment.
    fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(sandbox::nsl_path());
        command.args(["--color", "never"]).args(arguments);
        command.env("XDG_STATE_HOME", "/run/state").env("SHELL", "/bin/sh").env_remove("NSL_HISTORY");
        let mut terminal = Self::start(command.envs(variables.iter().copied()));
        terminal.expect(READY);
        terminal
    }

    fn start(command: &mut Command) -> Self {
        let command = std::mem::replace(command.env("TERM", "xterm"), Command::new(""));
        let mut session = OsSession::spawn(command).expect("a terminal");
        session.set_expect_timeout(Some(Duration::from_secs(10)));
        Self(session)
    }

    /// Waits for a text and gives what came before it.
    fn expect(&mut self, text: &str) -> String {
        match self.0.expect(text) {
            Ok(found) => plain(&String::from_utf8_lossy(found.before())),
            Err(error) => {
                let rest = self.0.expect(expectrl::Regex("(?s).*")).map(|rest| rest.as_bytes().to_vec());
                panic!("{text:?} does not come: {error}: {}", String::from_utf8_lossy(&rest.unwrap_or_default()));
            }
        }
    }

    fn keys(&mut self, keys: &str) {
        self.0.send(keys).expect("a terminal");
    }

    fn control(&mut self, code: ControlCode) {
        self.0.send(code).expect("a terminal");
    }

    /// Gives a line and waits for the next prompt: what was printed between them.
    fn line(&mut self, text: &str) -> String {
        self.keys(&format!("{text}\r"));
        self.expect(GIVEN);
        let printed = self.expect(READY);
        printed.strip_prefix('\n').map(str::to_owned).unwrap_or(printed)
    }

    /// Gives a line and leaves it running.
    fn begin(&mut self, text: &str) {
        self.keys(&format!("{text}\r"));
        self.expect(GIVEN);
    }

    fn signal(&self, signal: Signal) {
        kill(nix::unistd::Pid::from_raw(self.0.get_process().pid().as_raw()), signal).expect("it runs");
    }

    /// Waits for the end and gives the exit code as a shell sees it.
    fn end(mut self) -> i32 {
        self.0.expect(Eof).expect("the end");
        match self.0.get_process().wait().expect("a child") {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
            other => panic!("{other:?}"),
        }
    }
}

/// Text as it stands on the screen: without carriage returns and escape sequences.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars().filter(|c| *c != '\r');
    while let Some(c) = rest.next() {
        match c {
            '\x1b' => {
                let mut within = rest.by_ref().skip_while(|c| *c == '[' || *c == '?');
                within.find(|c| c.is_ascii_alphabetic());
            }
            c => plain.push(c),
        }
    }
    plain
}

#[test]
fn values_are_shown_and_the_session_goes_on_after_errors() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        for (line, printed) in [
            ("1 + 1, 'text', nil, 10 / 2", "2\n\"text\"\nnil\n5.0\n"),
            ("x = { name = 'a', list = { 1, 2 } }", ""),
            ("x", "{ list = { 1, 2 }, name = \"a\" }\n"),
            ("= x.name", "\"a\"\n"),
            ("print(x.name, 1) return 'returned'", "a\t1\n\"returned\"\n"),
            ("io.write 'no newline' x = 1", "no newline\n"),
            ("io.write 'half' error 'x'", "half\nerror: x\n --> prompt:7\n  |\n7 | io.write 'half' error 'x'\n"),
            ("x = )", "error: unexpected symbol near \")\"\n --> prompt:8\n  |\n8 | x = )\n"),
            ("function f() return netns.get 'nosuch', 1 end", ""),
            (
                "f()",
                "error: no namespace \"nosuch\" (ENOENT)\n --> prompt:9 in netns.get\n  |\n\
                 9 | function f() return netns.get 'nosuch', 1 end\n  |                     ^^^^^^^^^\n  \
                 = note: there is none at all\n  = called from prompt:10\n",
            ),
            ("nosuch", "error: no variable is called \"nosuch\" (EINVAL)\n  --> prompt:11\n   |\n11 | nosuch\n"),
            ("x, _VERSION", "1\n\"Lua 5.4\"\n"),
        ] {
            assert_eq!(nsl.line(line), printed, "{line}");
        }
    });
}

#[test]
fn lists_of_records_are_shown_as_aligned_tables() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        nsl.line("ns0, ns1 = netns.add 'ns0', netns.add 'ns1'");
        assert_eq!(nsl.line("ns0"), "ns0\n");
        nsl.line("netns.veth('ns0/veth0', 'ns1/v1', { a = { ip = '192.168.1.1/24' } })");
        let addresses = "dev    family  address         scope   label\nveth0  inet    192.168.1.1/24  global  veth0\n";
        assert_eq!(nsl.line("netns.addr_list 'ns0'"), addresses);
        assert_eq!(nsl.line("print(netns.addr_list 'ns0')"), addresses);
        assert_eq!(nsl.line("netns.exec('ns0', 'exit 3').code, {}"), "3\n{}\n");
        assert_eq!(nsl.line("{ { a = 1, b = 'x' }, { a = 22 } }"), " a  b\n 1  x\n22\n");
    });
}

#[test]
fn a_chunk_may_have_several_lines_typed_or_pasted() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        assert_eq!(nsl.line("for i = 1, 2 do"), "");
        assert_eq!(nsl.line("  print(i)"), "");
        assert_eq!(nsl.line("end"), "1\n2\n");
        assert_eq!(nsl.line("\x1b[200~t = {\r  1,\r  2,\r}\rprint(#t)\x1b[201~"), "2\n");
        assert_eq!(nsl.line("error 'x'"), "error: x\n --> prompt:9\n  |\n9 | error 'x'\n");
        // Half a chunk is given up.
        assert_eq!(nsl.line("for i = 1, 2 do"), "");
        nsl.control(ControlCode::EndOfText);
        nsl.expect(READY);
        assert_eq!(nsl.line("'after'"), "\"after\"\n");
        assert_eq!(nsl.line("function g("), "");
        nsl.control(ControlCode::EndOfTransmission);
        nsl.expect(READY);
        assert_eq!(nsl.line("rawget(_G, 'g')"), "nil\n");
    });
}

#[test]
fn ctrl_c_gives_up_a_line_and_stops_what_runs() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        nsl.line("kept, ns = 'kept', netns.add()");
        nsl.keys("error 'never run'");
        nsl.control(ControlCode::EndOfText);
        nsl.expect(READY);
        for wait in [
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "task.sleep(100)",
            "table.sort({ 1, 2 }, function() task.sleep(100) end)",
            "netns.exec(nil, { 'sleep', '100' })",
            "ns:exec { 'sleep', '100' }",
            "netns.exec(nil, 'trap \"\" INT; sleep 100')",
            "for event in netns.monitor() do print(event) end",
            "io.read()",
            "io.popen('sleep 100'):read()",
            "os.execute 'sleep 100'",
            "local c <close> = setmetatable({}, { __close = function() task.sleep(0.1) print 'closed' end }) task.sleep(100)",
        ] {
            nsl.begin(wait);
            std::thread::sleep(Duration::from_millis(100));
            nsl.control(ControlCode::EndOfText);
            let closed = if wait.contains("closed") { "closed\n" } else { "" };
            // The terminal itself shows the key.
            let printed = nsl.expect(READY).replace("^C", "");
            // Ctrl-C reaches a program too: on a busy machine its end may be all that is seen.
            if !wait.contains("sleep 100'") || printed.contains("interrupted") {
                let from = printed.find(closed).and_then(|_| printed.rfind(&format!("{closed}interrupted")));
                let said = &printed[from.unwrap_or(0)..];
                assert_eq!(said.trim_start_matches('\n'), format!("{closed}interrupted\n"), "{wait}");
            }
            assert_eq!(nsl.line("kept, ns:exec({ 'true' }).ok"), "\"kept\"\ntrue\n", "{wait}");
        }
        assert_eq!(sh("pgrep -c sleep || true"), "0\n");
        assert_eq!(
            nsl.line("for i = 1, 20 do pcall(function() os.execute 'kill -INT $PPID' while true do end end) end"),
            "interrupted\n"
        );
        assert_eq!(nsl.line("kept"), "\"kept\"\n");
    });
}

#[test]
fn row_39_a_lab_stays_up_when_a_line_is_stopped() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        nsl.line("net = lab.new() a, b = net:host 'a', net:host 'b' net:link(a, b) net:up { quiet = true }");
        nsl.begin("print 'on' while true do end");
        nsl.expect("on");
        nsl.control(ControlCode::EndOfText);
        nsl.expect("interrupted");
        nsl.expect(READY);
        assert_eq!(nsl.line("a:ping(b).received, net"), "1\nlab (2 nodes, 1 link, up)\n");
        nsl.control(ControlCode::EndOfTransmission);
        assert_eq!(nsl.end(), 0);
        assert_eq!(sh("ip -o link | wc -l"), "1\n");
    });
}

#[test]
fn leaving_takes_away_what_has_no_name() {
    run(|| {
        for (way, code) in [
            ("ctrl-d", 0),
            ("os.exit(3)", 3),
            ("os.exit(true)", 0),
            ("pcall(os.exit, 4)", 4),
            ("TERM", 143),
            ("HUP", 129),
            ("TERM while it runs", 143),
        ] {
            let mut nsl = Terminal::open(&[]);
            nsl.line("ns, named = netns.add(), netns.add('named', { exist_ok = true })");
            nsl.line("netns.veth('left', ns:link 'right') ns:spawn { 'sleep', '100' }");
            assert_eq!(sh("ip -brief link show left | cut -d@ -f1; pgrep -c sleep"), "left\n1\n");
            match way {
                "ctrl-d" => nsl.control(ControlCode::EndOfTransmission),
                "TERM" => nsl.signal(Signal::SIGTERM),
                "HUP" => nsl.signal(Signal::SIGHUP),
                "TERM while it runs" => {
                    nsl.begin("while true do end");
                    nsl.signal(Signal::SIGTERM);
                }
                call => nsl.begin(call),
            }
            assert_eq!(nsl.end(), code, "{way}");
            let left = sh("ip -brief link show left 2>&1 | head -1; pgrep -c sleep || true; ls /run/netns");
            assert_eq!(left, "Device \"left\" does not exist.\n0\nnamed\n", "{way}");
        }
    });
}

#[test]
fn the_history_is_kept_for_its_user_alone() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        nsl.line("for i = 1, 1 do");
        nsl.line("end");
        nsl.line("first = 1");
        nsl.line("first");
        nsl.line("first");
        nsl.control(ControlCode::EndOfTransmission);
        nsl.end();
        assert_eq!(sh("stat -c '%a %U' /run/state/nsl/history /run/state/nsl"), "600 root\n700 root\n");
        let mut nsl = Terminal::open(&[]);
        // What was given twice is kept once.
        nsl.keys("\x1b[A\x1b[A");
        assert_eq!(nsl.line(""), "");
        assert_eq!(nsl.line("first"), "1\n");
        nsl.control(ControlCode::EndOfTransmission);
        nsl.end();
        sh("mkdir /run/state2; touch /run/state2/nsl");
        let mut command = Command::new(sandbox::nsl_path());
        command.env("XDG_STATE_HOME", "/run/state2").env_remove("NSL_HISTORY");
        let mut nsl = Terminal::start(&mut command);
        assert!(nsl.expect(READY).contains("the history is not kept: /run/state2/nsl/history: "));
        assert_eq!(nsl.line("'works'"), "\"works\"\n");
    });
}

#[test]
fn an_error_of_what_waits_shows_its_line() {
    run(|| {
        let mut nsl = Terminal::open(&[]);
        let shown = nsl.line("netns.output(nil, 'exit 3')");
        assert!(shown.contains("--> prompt:1 in netns.output\n"), "{shown}");
        nsl.line("netns.nft(netns.add(), [[table ip x {");
        let shown = nsl.line("  wrong }]])");
        assert!(
            shown.contains("refused at \"wrong\" (column 3)") && shown.contains("--> prompt:3 in netns.nft\n"),
            "{shown}"
        );
    });
}

#[test]
fn tab_completes_functions_namespaces_and_links() {
    run(|| {
        sh("ip netns add ns0; ip netns add nsother; ip -n ns0 link add veth7 type bridge");
        let mut nsl = Terminal::open(&[]);
        nsl.keys("netns.addr_f\t");
        nsl.expect("netns.addr_flush");
        nsl.control(ControlCode::EndOfText);
        nsl.expect(READY);
        nsl.keys("netns.ad\t");
        let shown = nsl.expect("addr_list");
        assert!(shown.contains("add") && shown.contains("addr_add") && shown.contains("addr_delete"), "{shown}");
        nsl.control(ControlCode::EndOfText);
        nsl.expect(READY);
        nsl.keys("netns.link_get(\"ns0/v\t");
        nsl.expect("ns0/veth7");
        assert!(nsl.line("\").name").ends_with("\"veth7\"\n"));
        nsl.keys("netns.exists(\"nso\t");
        nsl.expect("nsother");
        assert!(nsl.line("\")").ends_with("true\n"));
        nsl.line("handle = netns.get 'ns0'");
        nsl.keys("handle:link_li\t");
        nsl.expect("handle:link_list");
        nsl.control(ControlCode::EndOfText);
        nsl.expect(READY);
    });
}

#[test]
fn the_prompt_after_a_script_has_its_globals() {
    run(|| {
        std::fs::write(
            "/run/lab.lua",
            "ns0 = netns.add 'ns0'\nlocal hidden = 1\nprint(...)\nfunction f() error 'x' end",
        )
        .expect("a script");
        let mut nsl = Terminal::open(&["-i", "/run/lab.lua", "argument"]);
        assert_eq!(nsl.line("ns0, rawget(_G, 'hidden'), arg[1]"), "ns0\nnil\n\"argument\"\n");
        assert_eq!(
            nsl.line("f()"),
            "error: x\n --> /run/lab.lua:4\n  |\n4 | function f() error 'x' end\n  = called from prompt:2\n"
        );
        nsl.control(ControlCode::EndOfTransmission);
        assert_eq!(nsl.end(), 0);
        let mut nsl = Terminal::open(&["-e", "x = 7", "-i"]);
        assert_eq!(nsl.line("x"), "7\n");
        // A script that fails is no reason not to look at what there is.
        std::fs::write("/run/lab.lua", "y = 8\nerror 'half way'").expect("a script");
        let mut nsl = Terminal::open(&["-i", "/run/lab.lua"]);
        assert_eq!(nsl.line("y"), "8\n");
    });
}
