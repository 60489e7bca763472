//! Rows about stopping a run: signals in Lua code and in waits, `os.exit`, errors.

use std::time::Duration;

use nix::sys::signal::Signal::{self, SIGHUP, SIGINT, SIGTERM};

use super::{Running, await_state, state, stopped};
use crate::sandbox::{nsl, run, sh};

/// Something to clean up: an anonymous namespace with a link at home, a program in it and one at home.
const BUILD: &str = "local ns = netns.add() netns.veth('left', ns:link 'right')
    ns:spawn { 'sleep', '60' } netns.spawn(nil, { 'sleep', '61' }) io.stderr:write 'ready\\n' ";

/// Stops `text`, which runs after something was built, with each signal; all must be cleaned up.
fn stops(text: &str, signals: &[Signal]) {
    let before = state();
    for signal in signals {
        let outcome = stopped(&format!("{BUILD} {text}"), *signal);
        let word = match signal {
            SIGINT => "interrupted\n",
            SIGTERM => "terminated\n",
            _ => "hung up\n",
        };
        assert_eq!((outcome.code, outcome.stderr.as_str()), (128 + *signal as i32, word), "{text}");
        await_state(&before);
    }
}

#[test]
fn row_35_an_endless_loop() {
    run(|| stops("while true do end", &[SIGINT, SIGTERM, SIGHUP]));
}

#[test]
fn row_36_an_endless_loop_inside_pcall() {
    run(|| {
        stops("while true do pcall(function() while true do end end) end", &[SIGINT]);
        stops("repeat local ok = xpcall(function() while true do end end, print) until ok == 1", &[SIGINT]);
        stops("pcall(pcall, pcall, function() while true do pcall(error) end end) while true do end", &[SIGINT]);
    });
}

#[test]
fn row_37_an_endless_loop_in_a_coroutine() {
    run(|| {
        stops("coroutine.wrap(function() while true do end end)()", &[SIGINT]);
        stops(
            "local co = coroutine.create(function() while true do coroutine.yield() end end)
            while true do coroutine.resume(co) end",
            &[SIGINT],
        );
        stops("table.sort({ 1, 2, 3 }, function() while true do end end)", &[SIGINT]);
        stops(
            "string.gsub('x', 'x', function() while true do pcall(function() while true do end end) end end)",
            &[SIGINT],
        );
        stops("setmetatable({}, { __index = function() while true do end end }).x()", &[SIGINT]);
    });
}

/// Lua code that listens to nobody: the second signal ends it, or two seconds.
const DEAF: [(&str, &str); 4] = [
    ("a handler", "xpcall(error, function() while true do end end)"),
    ("a close", "local c <close> = setmetatable({}, { __close = function() while true do end end }) error 'x'"),
    ("a collector", "setmetatable({}, { __gc = function() while true do end end }) collectgarbage()"),
    ("a pattern", "local s = ('a'):rep(40) s:find(('a?'):rep(40) .. ('a'):rep(40))"),
];

#[test]
fn row_38_code_that_does_not_listen_and_a_second_signal() {
    run(|| {
        let before = state();
        for (what, text) in DEAF {
            let running = Running::ready(&format!("{BUILD} {text}"));
            std::thread::sleep(Duration::from_millis(50));
            running.signal(SIGINT);
            std::thread::sleep(Duration::from_millis(150));
            // It may have listened to the first: then there is nobody to signal.
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(running.child.id().cast_signed()), SIGINT);
            let (outcome, elapsed) = running.end();
            assert_eq!((outcome.code, outcome.stderr.as_str()), (130, "interrupted\n"), "{what}");
            assert!(elapsed < Duration::from_secs(5), "{what}: {elapsed:?}");
            await_state(&before);
        }
    });
}

#[test]
fn row_38_code_that_does_not_listen_and_one_signal() {
    run(|| {
        let before = state();
        for (what, text) in DEAF {
            let running = Running::ready(&format!("{BUILD} {text}"));
            std::thread::sleep(Duration::from_millis(50));
            running.signal(SIGTERM);
            let (outcome, elapsed) = running.end();
            assert_eq!((outcome.code, outcome.stderr.as_str()), (143, "terminated\n"), "{what}");
            assert!(elapsed < Duration::from_secs(6), "{what}: {elapsed:?}");
            await_state(&before);
        }
    });
}

#[test]
fn a_wait_is_stopped_whatever_waits() {
    run(|| {
        sh("ip netns add a; ip -n a link add v0 type veth peer name v1");
        for wait in [
            "task.sleep(60)",
            "netns.exec('a', { 'sleep', '62' })",
            "netns.exec(nil, { 'sleep', '62' }, { capture = true })",
            "netns.add():exec { 'sleep', '62' }",
            "netns.exec_all { 'sleep', '62' }",
            "netns.spawn('a', { 'sleep', '62' }):wait()",
            "netns.spawn('a', { 'sleep', '62' }):read_line()",
            "netns.spawn('a', { 'sleep', '62' }):expect 'never'",
            "netns.spawn('a', { 'sleep', '62' }):write(('x'):rep(1 << 20))",
            "netns.link_wait('a/v0', { up = true })",
            "netns.ping(nil, '127.0.0.1', { count = 1000 })",
            "for event in netns.monitor() do print(event) end",
        ] {
            stops(wait, &[SIGINT]);
            // Where Lua cannot yield it waits in place.
            stops(&format!("table.sort({{ 1, 2 }}, function() {wait} end)"), &[SIGTERM]);
            stops(&format!("while true do pcall(coroutine.wrap(function() {wait} end)) end"), &[SIGINT]);
        }
    });
}

#[test]
fn row_25_the_program_that_is_waited_for_is_told() {
    run(|| {
        let text = "io.stderr:write 'ready\\n'
            netns.exec(nil, \"trap 'echo told >/run/told; exit 0' TERM; echo up >/run/up; sleep 60 & wait\")";
        let running = Running::ready(text);
        while std::fs::metadata("/run/up").is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        running.signal(SIGTERM);
        let (outcome, _) = running.end();
        assert_eq!(outcome.code, 143);
        assert_eq!(sh("cat /run/told; pgrep -c sleep || true"), "told\n0\n");
    });
}

#[test]
fn a_signal_in_the_middle_of_a_build_leaves_what_was_named_and_nothing_else() {
    run(|| {
        let before = state();
        let end = |running: Running| {
            running.signal(SIGINT);
            let (outcome, _) = running.end();
            assert_eq!(outcome.code, 130, "{outcome:?}");
            await_state(&before);
            outcome.stderr
        };
        for moment in [1, 2, 3, 5, 10, 20, 50, 100, 200] {
            let text = format!(
                "for i = 1, math.huge do
                    local ns = netns.add() netns.veth('h' .. i, ns:link 'eth0')
                    if i == {moment} then io.stderr:write 'ready\\n' end
                end"
            );
            assert_eq!(end(Running::ready(&text)), "interrupted\n");
            // Before nsl takes signals it dies by the signal as any program does.
            let said = end(Running::start(&text));
            assert!(matches!(said.trim_start_matches("ready\n"), "" | "interrupted\n"), "{said}");
        }
    });
}

#[test]
fn row_46_ends_that_a_script_chooses() {
    run(|| {
        let before = state();
        for (text, code, said) in [
            ("os.exit(3)", 3, ""),
            ("os.exit(true)", 0, ""),
            ("os.exit(false)", 1, ""),
            ("os.exit()", 0, ""),
            ("error({ code = 5 })", 1, "error object is a table value"),
            ("error(nil)", 1, "error object is a nil value"),
            ("error 'my words'", 1, "error: my words\n"),
            ("error(setmetatable({}, { __tostring = function() return 'told' end }))", 1, "error: told\n"),
        ] {
            let outcome = nsl(&["-e", &format!("{BUILD} {text}")]);
            assert_eq!(outcome.code, code, "{text}: {outcome:?}");
            let rest = outcome.stderr.strip_prefix("ready\n").expect("it was built");
            assert!(if said.is_empty() { rest.is_empty() } else { rest.contains(said) }, "{text}: {rest}");
            await_state(&before);
        }
    });
}

#[test]
fn os_exit_leaves_from_anywhere_and_closes_what_is_open() {
    run(|| {
        let before = state();
        let close = "local c <close> = setmetatable({}, { __close = function() io.stderr:write 'closed\\n' end })";
        for within in [
            "pcall(os.exit, 7)",
            "pcall(function() os.exit(7) end)",
            "while true do pcall(function() os.exit(7) end) end",
            "xpcall(function() os.exit(7) end, print)",
            "coroutine.wrap(function() os.exit(7) end)()",
            "coroutine.wrap(function() pcall(os.exit, 7) io.stderr:write 'went on' end)() io.stderr:write 'went on'",
            "table.sort({ 1, 2 }, function() os.exit(7) end)",
            "pcall(table.sort, { 1, 2 }, function() pcall(os.exit, 7) end)",
            "string.gsub('x', 'x', function() os.exit(7) end)",
            "load('os.exit(7)')()",
        ] {
            let outcome = nsl(&["-e", &format!("{BUILD} {close} {within} io.stderr:write 'went on'")]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (7, "ready\nclosed\n"), "{within}");
            await_state(&before);
        }
    });
}
