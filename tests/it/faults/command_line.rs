//! Rows about the program itself: its input and output, its files, its options, its bugs.

use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect};

use super::{await_state, fails, says, shell, state};
use crate::sandbox::{self, nsl, run, sh};

const BUILD: &str = "local ns = netns.add() netns.veth(\"left\", ns:link \"right\") ns:spawn { \"sleep\", \"60\" }";

#[test]
fn row_40_the_end_of_input_at_the_prompt() {
    run(|| {
        let before = state();
        // Not a terminal: the lines are a script, and there is no prompt to leave.
        let outcome = shell(&format!("printf '%s\\nprint(#netns.link_list())\\n' '{BUILD}' | $NSL"));
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "2\n", ""));
        await_state(&before);

        let mut command = std::process::Command::new(sandbox::nsl_path());
        command.env("NSL_HISTORY", "").env("TERM", "xterm");
        let mut terminal = OsSession::spawn(command).expect("a terminal");
        terminal.set_expect_timeout(Some(Duration::from_secs(10)));
        // Bracketed paste is switched on where a prompt begins; "nsl> " is written again at each key.
        let ready = "\x1b[?2004h";
        terminal.expect(ready).expect("a prompt");
        terminal.send_line(BUILD).expect("sent");
        terminal.expect(ready).expect("a prompt");
        assert!(state() != before);
        terminal.send(ControlCode::EndOfTransmission).expect("sent");
        let last = terminal.expect(Eof).expect("the end");
        assert!(
            String::from_utf8_lossy(last.as_bytes()).ends_with("\r\n"),
            "a shell's prompt begins on a line of its own"
        );
        assert!(matches!(terminal.get_process().wait(), Ok(WaitStatus::Exited(_, 0))));
        await_state(&before);
    });
}

#[test]
fn row_41_a_reader_that_goes_away() {
    run(|| {
        let before = state();
        let loops = ["print(i)", "io.write(i, '\\n')", "io.stdout:write(i, '\\n')", "pcall(print, i)"];
        for line in loops {
            let text = format!("{BUILD} for i = 1, 1e9 do {line} end");
            std::fs::write("/run/lab.lua", text).expect("a script");
            let outcome = shell("{ $NSL /run/lab.lua; echo $? >/run/code; } | head -1");
            assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("1\n", ""), "{line}");
            assert_eq!(sh("cat /run/code"), "141\n", "{line}");
            await_state(&before);
        }
    });
}

#[test]
fn row_42_output_that_cannot_be_written() {
    run(|| {
        let before = state();
        std::fs::write("/run/lab.lua", format!("{BUILD} print 'x'")).expect("a script");
        let outcome = shell("exec $NSL /run/lab.lua >/dev/full");
        assert_eq!(outcome.code, 1);
        says(&outcome, &["cannot write to standard output", "(ENOSPC)"]);
        await_state(&before);
        let outcome = shell("exec $NSL /run/lab.lua >&-");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        await_state(&before);
        // A script may catch it.
        let caught = "print(select(2, pcall(function() print(('x'):rep(1 << 17)) end)).code)";
        std::fs::write("/run/lab.lua", format!("local p = io.stderr {caught} p:write 'went on'")).expect("a script");
        let outcome = shell("exec $NSL /run/lab.lua >/dev/full");
        assert!(outcome.stderr.starts_with("went on"), "{}", outcome.stderr);
    });
}

#[cfg(feature = "test-hooks")]
#[test]
fn row_47_a_bug_of_nsl() {
    run(|| {
        let before = state();
        for text in [
            "netns.panic()",
            "pcall(netns.panic)",
            "while true do pcall(netns.panic) end",
            "coroutine.wrap(function() pcall(netns.panic) end)()",
            "table.sort({ 1, 2 }, netns.panic)",
        ] {
            let outcome = nsl(&["-e", &format!("{BUILD} {text}")]);
            assert_eq!(outcome.code, 70, "{text}: {outcome:?}");
            says(&outcome, &["error: internal error: ", "(EBUG)", "in netns.panic", "report it", "NSL_TRACE=1"]);
            assert_eq!(outcome.stderr.matches("error:").count(), 2, "once: {}", outcome.stderr);
            await_state(&before);
        }
    });
}

#[test]
fn row_48_bytecode() {
    run(|| {
        let dump =
            "local f = io.open('/run/chunk.lua', 'wb') f:write(string.dump(function() print 'ran' end)) f:close()";
        sandbox::script(dump);
        let outcome = nsl(&["/run/chunk.lua"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        says(&outcome, &["attempt to load a binary chunk"]);
        for text in [
            "assert(load(string.dump(function() end)))",
            "assert(load(string.dump(function() end), 'x', 'b'))",
            "assert(loadfile('/run/chunk.lua', 'b'))",
            "dofile '/run/chunk.lua'",
        ] {
            fails(text, 1, &["attempt to load a binary chunk"]);
        }
        sh("cp /run/chunk.lua /run/m.lua; echo \"require 'm'\" >/run/lab.lua");
        let outcome = nsl(&["/run/lab.lua"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        says(&outcome, &["attempt to load a binary chunk"]);
    });
}

#[test]
fn row_49_files_of_every_sort() {
    run(|| {
        for (name, text) in [
            ("utf8", &b"print '\xff\xfe ran'"[..]),
            ("crlf", b"print 'ran'\r\nlocal x = [[a\r\nb]]\r\nassert(#x == 3)\r\n"),
            ("bom", b"\xef\xbb\xbfprint 'ran'"),
            ("line", b"#!/usr/bin/env nsl\nprint 'ran'"),
            ("both", b"\xef\xbb\xbf#!/usr/bin/env nsl\nprint 'ran'"),
        ] {
            std::fs::write("/run/lab.lua", text).expect("a script");
            let outcome = nsl(&["/run/lab.lua"]);
            assert!(outcome.code == 0 && outcome.stdout.ends_with("ran\n"), "{name}: {outcome:?}");
        }
        for (path, cause) in [("/run/nosuch.lua", "no such file"), ("/run", "is a directory")] {
            let outcome = nsl(&[path]);
            assert_eq!(outcome.code, 2);
            says(&outcome, &["error: cannot read", path, cause]);
        }
        // Executable, by its first line.
        sh(&format!(
            "printf '#!{}\\nprint(arg[0], arg[1], ...)' >/run/lab; chmod +x /run/lab",
            sandbox::nsl_path().display()
        ));
        assert_eq!(sh("/run/lab one two"), "/run/lab\tone\tone\ttwo\n");
    });
}

#[test]
fn a_script_that_does_not_compile() {
    run(|| {
        std::fs::write("/run/lab.lua", "netns.add 'a'\n\nfor i = 1, 2 do\n  print(i)\n").expect("a script");
        let outcome = nsl(&["/run/lab.lua"]);
        assert_eq!(outcome.code, 2);
        says(&outcome, &["error: \"end\" expected near end of file\n --> /run/lab.lua:", "this \"for\" is not closed"]);
        assert!(!std::path::Path::new("/run/netns").exists(), "nothing of it ran");
        let outcome = nsl(&["-e", "print('x'"]);
        assert_eq!(outcome.code, 2);
        says(&outcome, &["error: \")\" expected near end of file"]);
    });
}

#[test]
fn row_50_options_that_are_none() {
    run(|| {
        for (arguments, texts) in [
            (&["--colour", "always"][..], &["--colour", "--color", "Usage:"][..]),
            (&["-e"], &["-e", "Usage:"]),
            (&["--color", "sometimes"], &["sometimes", "always"]),
        ] {
            let outcome = nsl(arguments);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
            says(&outcome, texts);
        }
        for arguments in [&["-h"][..], &["--help"], &["-V"], &["--version"]] {
            let outcome = nsl(arguments);
            assert!(outcome.code == 0 && outcome.stderr.is_empty() && !outcome.stdout.is_empty(), "{outcome:?}");
        }
    });
}

#[test]
fn errors_as_json_have_the_same_fields() {
    run(|| {
        let outcome = nsl(&["--json", "-e", "netns.add 'a' netns.add 'a'"]);
        assert_eq!(outcome.code, 1);
        let error: serde_json::Value = serde_json::from_str(&outcome.stderr).expect("one object");
        assert_eq!(
            (&error["code"], &error["op"], &error["object"]),
            (&"EEXIST".into(), &"netns.add".into(), &"a".into())
        );
        assert_eq!(
            (&error["message"], &error["where"]),
            (&"namespace \"a\" already exists".into(), &"(command line):1".into())
        );
    });
}
