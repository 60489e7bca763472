//! However a script ends while its lab is up, nothing is left: no namespace, no link, no program.

use std::time::Duration;

use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGKILL, SIGTERM};

use super::outcome;
use crate::faults::{Running, state, stopped};
use crate::sandbox::{eventually, run, sh};

/// A lab with programs that do not want to end: deaf to TERM, in sessions of their own, daemons; and a link to the
/// outside.
const LAB: &str = "local net = lab.new()
    local s = net:switch 's'
    for i = 1, 20 do net:link(net:host('h' .. i, { daemons = i < 3 and { { 'sleep', '1000' } } or nil }), s) end
    net:up()
    local h1, h2 = net.nodes.h1, net.nodes.h2
    netns.veth('outside', h1:link 'inside')
    h1:spawn \"trap '' TERM HUP INT; while :; do sleep 1001; done\"
    h2:exec '(setsid sh -c \"trap \\\"\\\" TERM HUP INT; sleep 1002 & sleep 1003\" >/dev/null 2>&1 &)'
    h2:exec '(setsid setsid sleep 1004 >/dev/null 2>&1 &)'
    while #h1:pids() < 3 or #h2:pids() < 5 do task.sleep(0.01) end\n";

/// The network namespaces and programs that can be seen, with what `faults` looks at.
fn machine() -> String {
    state() + &sh("lsns -t net -n -o NS | sort")
}

/// Waits until all is as it was. Links at home are gone by now; the kernel forgets ids of namespaces a little later.
fn await_machine(before: &str, what: &str) {
    assert_eq!(sh("ip -o link | wc -l"), "1\n", "{what}");
    await_all(before, what);
}

/// Waits until all is as it was, after a kill: the kernel takes away even links at home a little later.
fn await_all(before: &str, what: &str) {
    eventually(|| machine() == before, || format!("{what} leaves {}", machine()));
}

#[test]
fn whatever_ends_a_script_ends_its_lab() {
    run(|| {
        let before = machine();
        for (end, code) in [
            ("", 0),
            ("net:down()", 0),
            ("error 'x'", 1),
            ("os.exit(7)", 7),
            ("pcall(os.exit, 7)", 7),
            ("coroutine.wrap(function() os.exit(7) end)()", 7),
            ("net:up()", 1),
            ("local closed <close> = net error 'x'", 1),
            ("net = nil h1 = nil h2 = nil s = nil collectgarbage() collectgarbage()", 0),
        ] {
            let outcome = outcome(&format!("{LAB} {end}"));
            assert_eq!(outcome.code, code, "{end}: {outcome:?}");
            await_machine(&before, end);
        }
    });
}

#[test]
fn close_takes_the_lab_away_with_its_block_after_an_error_too() {
    run(|| {
        super::prints(
            "local function count() return tonumber(netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net:')) end
            do local used <close> = netns.add() end
            local before = count()
            local kept
            local function block(fails)
                local net <close> = lab.new()
                local s = net:switch 's'
                for i = 1, 20 do net:link(net:host('h' .. i), s) end
                net:up()
                kept = net.nodes.h1
                netns.veth('outside', kept:link 'inside')
                kept:spawn \"trap '' TERM; while :; do sleep 1000; done\"
                print(count() - before, netns.link_get 'outside'.name)
                if fails then error 'my words' end
            end
            block(false)
            print(count() - before, pcall(netns.link_get, 'outside'))
            print(pcall(block, true))
            print(count() - before, pcall(kept.exec, kept, 'true'))
            print(netns.output(nil, 'pgrep -c sleep || true'))
            do local net <close> = lab.new() end
            do local net <close> = lab.new() net:host 'a' net:up() net:down() end
            print(count() - before)",
            "21\toutside
            0\tfalse\tlab.lua:17: netns.link_get: no link \"outside\" (ENODEV)
            21\toutside
            false\tlab.lua:14: my words
            0\tfalse\tlab.lua:19: netns.exec: node \"h1\" is not up (ENOENT)
            0
            0",
        );
    });
}

#[test]
fn a_build_that_fails_leaves_nothing_and_may_be_tried_again() {
    run(|| {
        super::prints(
            "local net = lab.new()
            local s = net:switch 's'
            for i = 1, 30 do net:link(net:host('h' .. i), s) end
            net:host('last', { run = { 'sleep 1000 & test -e /run/allowed' }, daemons = { { 'sleep', '1000' } } })
            local function held() return netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net: || true') end
            do local used <close> = lab.new() used:host 'x' used:up() end
            local before = held()
            local ok, err = pcall(net.up, net)
            print(ok, err, err.object, net, net.stats, held() == before)
            print(netns.output(nil, 'pgrep -c sleep || true; touch /run/allowed'))
            print(net:up(), net:ping('h1', 'h30').received)",
            "false\tlab.lua:4: net.host: command \"sleep 1000 & test -e /run/allowed\" failed with exit code 1 (EEXIT)\tlast\tlab (32 nodes, 30 links)\tnil\ttrue
            0
            lab (32 nodes, 30 links, up)\t1",
        );
    });
}

#[test]
fn a_signal_while_a_lab_is_up_takes_it_down() {
    run(|| {
        let before = machine();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let running = Running::ready(&format!("{LAB} io.stderr:write 'ready\\n' task.sleep(60)"));
            running.signal(signal);
            let (outcome, elapsed) = running.end();
            assert_eq!(outcome.code, 128 + signal as i32, "{outcome:?}");
            // Programs deaf to TERM get two seconds.
            assert!(elapsed < Duration::from_secs(4), "{elapsed:?}");
            await_machine(&before, signal.as_str());
        }
        // Without such programs it is gone at once, whatever runs.
        let lab = "local net = lab.new() local s = net:switch 's'
            for i = 1, 50 do net:link(net:host('h' .. i, { daemons = { { 'sleep', '1000' } } }), s) end
            net:up() io.stderr:write 'ready\\n' ";
        for end in
            ["task.sleep(60)", "while true do end", "while true do net:pingall() end", "net.nodes.h1:exec 'sleep 60'"]
        {
            let outcome = stopped(&format!("{lab} {end}"), SIGINT);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (130, "interrupted\n"), "{end}");
            await_machine(&before, end);
        }
    });
}

#[test]
fn a_signal_at_any_moment_of_a_build_leaves_nothing() {
    run(|| {
        let before = machine();
        for delay in [1, 5, 10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 300] {
            for signal in [SIGINT, SIGKILL] {
                let running = Running::start(
                    "while true do
                        local net <close> = lab.new() local s = net:switch 's'
                        for i = 1, 100 do net:link(net:host('h' .. i, { daemons = i == 1 and { { 'sleep', '1000' } } or nil }), s) end
                        net:up()
                    end",
                );
                std::thread::sleep(Duration::from_millis(delay));
                running.signal(signal);
                let (outcome, _) = running.end();
                assert_eq!(outcome.code, 128 + signal as i32, "{outcome:?}");
                await_all(&before, &format!("{signal} after {delay} ms"));
            }
        }
    });
}

#[test]
fn row_24_a_kill_leaves_nothing() {
    run(|| {
        let before = machine();
        for _ in 0..5 {
            let running = Running::ready(&format!("{LAB} io.stderr:write 'ready\\n' net.nodes.h3:exec 'sleep 1005'"));
            assert_ne!(machine(), before);
            running.signal(SIGKILL);
            assert_eq!(running.end().0.code, 137);
            await_all(&before, "a kill");
        }
    });
}
