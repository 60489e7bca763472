//! A run that is stopped: its `<close>` values run to their end, nothing of the script goes on, and not for ever.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::shell;
use crate::faults::Running;
use crate::sandbox::run;

/// What the scripts begin with: `closing(name)`, a value whose end takes many instructions, a call that Lua counts as
/// protected, and a wait, and then says its name.
const CLOSING: &str = r#"
local function closing(name)
  return setmetatable({}, { __close = function()
    for i = 1, 1e5 do end
    pcall(error, "caught")
    task.sleep "5ms"
    netns.exec(nil, { "true" })
    io.stderr:write(name, "\n")
  end })
end
local function ready() io.stderr:write "ready\n" end
"#;

/// Stops a script that is ready and gives what it says from then on; it must end by SIGINT.
fn stopped(text: &str) -> String {
    let running = Running::ready(&format!("{CLOSING}{text}"));
    std::thread::sleep(Duration::from_millis(20));
    running.signal(Signal::SIGINT);
    let (outcome, elapsed) = running.end();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (130, ""), "{text}: {outcome:?}");
    assert!(elapsed < Duration::from_millis(1500), "{text}: {elapsed:?}");
    outcome.stderr
}

#[test]
fn every_close_value_runs_to_its_end_innermost_first() {
    run(|| {
        for stuck in
            ["while true do end", "task.sleep(60)", "while true do netns.list() end", "os.execute 'exec sleep 60'"]
        {
            let outer = "local a <close> = closing 'a'";
            let inner = format!("local b <close> = closing 'b' ready() {stuck}");
            for (text, wanted) in [
                (format!("{outer} {inner}"), "b\na\ninterrupted\n"),
                (format!("{outer} pcall(function() {inner} end) io.stderr:write 'went on'"), "b\na\ninterrupted\n"),
                (
                    format!("{outer} while true do pcall(function() {inner} end) end"),
                    "b\na\ninterrupted\n",
                ),
                (format!("{outer} coroutine.wrap(function() {inner} end)()"), "b\na\ninterrupted\n"),
                (
                    format!(
                        "{outer} coroutine.wrap(function() local c <close> = closing 'c'
                           print(coroutine.resume(coroutine.create(function() {inner} end))) end)()"
                    ),
                    "b\nc\na\ninterrupted\n",
                ),
                (format!("{outer} table.sort({{ 1, 2 }}, function() {inner} end)"), "b\na\ninterrupted\n"),
                (
                    format!(
                        "{outer} string.gsub('x', 'x', function() local c <close> = closing 'c'
                           while true do pcall(function() {inner} end) end end)"
                    ),
                    "b\nc\na\ninterrupted\n",
                ),
                (
                    format!("{outer} table.sort({{ 1, 2 }}, function() coroutine.wrap(function() {inner} end)() end)"),
                    "b\na\ninterrupted\n",
                ),
                (
                    format!("{outer} while true do load(function() {inner} end) end"),
                    "b\na\ninterrupted\n",
                ),
                (
                    format!(
                        "{outer} local co = coroutine.create(function() local b <close> = closing 'b' coroutine.yield() end)
                         coroutine.resume(co)
                         setmetatable({{}}, {{ __close = 1, __index = function() ready() {stuck} end }}).x()"
                    ),
                    "a\ninterrupted\n",
                ),
            ] {
                assert_eq!(stopped(&text), wanted, "{text}");
            }
        }
    });
}

#[test]
fn an_error_in_a_close_value_does_not_keep_the_others_from_running() {
    run(|| {
        let text = "local a <close> = closing 'a'
            local b <close> = setmetatable({}, { __close = function() error 'in close' end })
            local c <close> = closing 'c' ready() task.sleep(60)";
        assert_eq!(stopped(text), "c\na\ninterrupted\n");
    });
}

#[test]
fn named_namespaces_of_a_scope_go_with_it() {
    run(|| {
        let text = "netns.add 'kept' local a <close> = netns.add 'a'
            coroutine.wrap(function() local b <close> = netns.add 'b' ready() task.sleep(60) end)()";
        assert_eq!(stopped(text), "interrupted\n");
        assert_eq!(crate::sandbox::sh("ls /run/netns"), "kept\n");
    });
}

#[test]
fn waiting_for_input_or_a_program_is_stopped() {
    run(|| {
        for wait in [
            "io.popen('exec sleep 60'):read()",
            "for line in io.popen('exec sleep 60'):lines() do end",
            "io.popen('exec sleep 60', 'w'):close()",
            "local f <close> = io.popen('exec sleep 60', 'w')",
            "io.popen('exec sleep 60', 'w'):write(('x'):rep(1 << 20))",
            "os.execute 'exec sleep 60'",
        ] {
            assert_eq!(stopped(&format!("ready() {wait}")), "interrupted\n", "{wait}");
            let in_place = format!("table.sort({{ 1, 2 }}, function() ready() {wait} end)");
            assert_eq!(stopped(&in_place), "interrupted\n", "{wait}");
        }
        let outcome = shell(
            "mkfifo /run/fifo; exec 3<>/run/fifo
             nsl -e 'io.stderr:write \"ready\\n\" io.read()' <&3 & sleep 0.2; kill -INT $!; wait $!; echo $?",
        );
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("130\n", "ready\ninterrupted\n"));
    });
}

#[test]
fn a_close_value_that_does_not_end_is_given_two_seconds_and_a_second_signal_none() {
    run(|| {
        let text = format!(
            "{CLOSING} local a <close> = setmetatable({{}}, {{ __close = function() io.stderr:write 'closing\\n' task.sleep(60) end }})
             netns.spawn(nil, {{ 'sleep', '61' }}) ready() task.sleep(60)"
        );
        let mut running = Running::ready(&text);
        running.signal(Signal::SIGINT);
        running.await_line("closing");
        let (outcome, elapsed) = running.end();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (130, "interrupted\n"));
        assert!(elapsed > Duration::from_millis(1800), "{elapsed:?}");
        // What comes at once is an echo of the first.
        let pause = || std::thread::sleep(Duration::from_millis(150));
        let mut running = Running::ready(&text);
        running.signal(Signal::SIGINT);
        running.await_line("closing");
        pause();
        running.signal(Signal::SIGTERM);
        let (outcome, elapsed) = running.end();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (143, "terminated\n"));
        assert!(elapsed < Duration::from_millis(1500), "{elapsed:?}");
        // An os.exit asks for as little as a signal does: there the second signal is the hard stop too.
        let mut running = Running::ready(&text.replace("ready() task.sleep(60)", "ready() os.exit(3)"));
        running.await_line("closing");
        running.signal(Signal::SIGINT);
        pause();
        running.signal(Signal::SIGINT);
        let (outcome, elapsed) = running.end();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (130, "interrupted\n"));
        assert!(elapsed < Duration::from_millis(1500), "{elapsed:?}");
        crate::sandbox::await_no_process("sleep");
    });
}

#[test]
fn a_hang_up_ends_a_run_unless_nohup_says_otherwise() {
    run(|| {
        let script = "-e 'io.stderr:write \"ready\\n\" task.sleep(0.3) print \"ended\"'";
        let hung_up = |before: &str| {
            shell(&format!("{before} nsl {script} 2>/run/said & until grep -q ready /run/said; do sleep 0.01; done; kill -HUP $!; wait $!; echo $?")).stdout
        };
        assert_eq!(hung_up(""), "129\n");
        assert_eq!(hung_up("trap '' HUP;"), "ended\n0\n");
    });
}
