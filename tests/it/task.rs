//! `task`: what waits overlaps, what is cancelled ends where it waits, and no error is lost.

use std::time::{Duration, Instant};

use expectrl::session::OsSession;
use expectrl::{ControlCode, Expect};

use crate::pure::{error, eval};
use crate::sandbox::{self, nsl, run, script};

/// Begins every script: `closer "x"` notes x when it is closed; `log()` is what was noted.
const CLOSER: &str = r#"
    local noted = {}
    local function note(text) noted[#noted + 1] = text end
    local function log() return table.concat(noted, " ") end
    local function closer(text) return setmetatable({}, { __close = function() note(text) end }) end
"#;

fn noted(text: &str) -> Vec<String> {
    eval(&format!("{CLOSER}{text}"))
}

fn quick(text: &str, most: Duration) -> Vec<String> {
    let started = Instant::now();
    let values = noted(text);
    assert!(started.elapsed() < most, "{text}\ntook {:?}", started.elapsed());
    values
}

#[test]
fn fifty_sleeps_take_as_long_as_one() {
    let text = "
        local start, tasks = task.clock(), {}
        for i = 1, 50 do tasks[i] = task.spawn(function(n) task.sleep(0.1) return n, i end, i * 2) end
        for i = 1, 50 do
          local n, same = tasks[i]:await()
          assert(n == i * 2 and same == i)
        end
        local took = task.clock() - start
        return took >= 0.1 and took < 0.3, tasks[1]";
    assert_eq!(noted(text), ["true", "task (done)"]);
}

#[test]
fn a_task_begins_at_once_and_goes_on_beside_its_caller() {
    let text = "
        local t = task.spawn(function() note 'a' task.sleep(0.01) note 'c' return nil, 7 end)
        note 'b'
        local first, second = t:await()
        assert(first == nil and second == 7 and select('#', t:await()) == 2)
        task.spawn(function() note 'd' end)
        return log(), tostring(task.spawn(task.sleep, 100))";
    assert_eq!(noted(text), ["a b c d", "task (running)"]);
}

#[test]
fn all_gives_results_in_order() {
    let text = "
        local results = task.all {
          function() task.sleep(0.03) return 'slow', 'not asked for' end,
          function() return 'at once' end,
          function() task.sleep(0.01) end,
          function() task.sleep(0.02) return false end,
        }
        return #task.all {}, results[1], results[2], results[3], results[4]";
    assert_eq!(noted(text), ["0", "slow", "at once", "nil", "false"]);
}

#[test]
fn the_first_error_of_all_ends_the_others() {
    let text = "
        local failure = { what = 'a table' }
        local ok, e = pcall(task.all, {
          function() local c <close> = closer 'first' task.sleep(60) note 'never' end,
          function() task.sleep(0.02) error(failure) end,
          function() local c <close> = closer 'third' task.all { function() local c <close> = closer 'inner' task.sleep(60) end } end,
          function() task.sleep(0.01) note 'done' end,
        })
        return ok, e == failure, log()";
    let values = quick(text, Duration::from_secs(5));
    assert_eq!(values[..2], ["false", "true"]);
    let mut closed: Vec<&str> = values[2].split(' ').collect();
    closed.sort_unstable();
    assert_eq!(closed, ["done", "first", "inner", "third"]);
    // Nothing begins behind the one that fails at once.
    let text = "
        local ok, e = pcall(task.all, { function() error 'no' end, function() note 'begun' end }, { limit = 1 })
        return ok, e, log()";
    assert_eq!(noted(text), ["false", "test:7: no", ""]);
}

#[test]
fn limits_hold_and_nobody_is_forgotten() {
    let text = "
        local now, most, order = 0, 0, {}
        local function work(i)
          now, order[#order + 1] = now + 1, i
          most = math.max(most, now)
          task.sleep(0.005)
          now = now - 1
          return i
        end
        local fns = {}
        for i = 1, 20 do fns[i] = function() return work(i) end end
        local results = task.all(fns, { limit = 3 })
        for i = 1, 20 do assert(results[i] == i and order[i] == i) end
        local with_all = most

        local at_most, tasks = task.limit(4), {}
        now, most, order = 0, 0, {}
        for i = 1, 20 do tasks[i] = task.spawn(at_most, work, i) end
        tasks[6]:cancel()
        assert(not pcall(at_most, function() error 'a call that fails makes room too' end))
        for i = 1, 20 do assert(i == 6 or tasks[i]:await() == i) end
        return with_all, most, #order";
    assert_eq!(quick(text, Duration::from_secs(5)), ["3", "4", "19"]);
}

#[test]
fn what_takes_too_long_is_ended() {
    let text = "
        local ok, e = pcall(task.timeout, '50ms', function() local c <close> = closer 'closed' task.sleep(60) end)
        local inner = select(2, pcall(task.timeout, 1, error, 'its own'))
        return ok, e.code, e.message, inner, log(), select('#', task.timeout(1, function(...) return ... end, 1, nil, 3, nil))";
    let wanted = ["false", "ETIMEDOUT", "the function did not return within 0.05 s", "its own", "closed", "4"];
    assert_eq!(quick(text, Duration::from_secs(5)), wanted);
}

#[test]
fn a_cancelled_task_runs_its_closers_before_cancel_returns() {
    let text = "
        local t = task.spawn(function() local c <close> = closer 'closed' task.sleep(60) note 'never' end)
        t:cancel()
        note 'after'
        t:cancel()
        local waiting = task.spawn(function() task.sleep(60) end)
        task.spawn(function() task.sleep(0.01) waiting:cancel() end)
        local ok, e = pcall(waiting.await, waiting)
        do
          local scoped <close> = task.spawn(function() local c <close> = closer 'with its scope' task.sleep(60) end)
        end
        return t, ok, e.code, log()";
    let wanted = ["task (cancelled)", "false", "ECANCELED", "closed after with its scope"];
    assert_eq!(quick(text, Duration::from_secs(5)), wanted);
    // One that runs goes on up to its next wait; one that has ended stays as it ended.
    let text = "
        local own
        own = task.spawn(function()
          local c <close> = closer 'closed'
          task.sleep(0.01)
          local ok, e = pcall(own.await, own)
          note(e.code)
          own:cancel()
          note 'still'
          task.sleep(0)
          note 'never'
        end)
        local ok, e = pcall(own.await, own)
        local done = task.spawn(function() return 5 end)
        done:cancel()
        return e.code, log(), done:await()";
    assert_eq!(noted(text), ["ECANCELED", "EDEADLK still closed", "5"]);
}

#[test]
fn tasks_work_inside_coroutines_and_coroutines_inside_tasks() {
    let text = "
        local squares = coroutine.wrap(function()
          for i = 1, 3 do
            coroutine.yield(task.all { function() task.sleep(0.01) return i * i end }[1])
          end
        end)
        local function count(name)
          local steps = coroutine.wrap(function() for i = 1, 3 do task.sleep(0.01) coroutine.yield(i) end end)
          for i in steps do note(name .. i) end
        end
        local a, b = task.spawn(count, 'a'), task.spawn(count, 'b')
        a:await() b:await()
        local cut = task.spawn(function()
          coroutine.wrap(function() local c <close> = closer 'closed' task.sleep(60) end)()
        end)
        cut:cancel()
        return squares(), squares(), squares(), log()";
    assert_eq!(noted(text), ["1", "4", "9", "a1 b1 a2 b2 a3 b3 closed"]);
}

#[test]
fn where_lua_cannot_yield_functions_run_in_turn() {
    let text = "
        local function in_turn()
          local start = task.clock()
          local results = task.all { function() task.sleep(0.02) return 1 end, function() task.sleep(0.02) return 2 end }
          assert(results[1] == 1 and results[2] == 2 and task.clock() - start >= 0.04)
          assert(task.limit(1)(function(x) return x end, 5) == 5)
          local ok, e = pcall(task.all, { function() error { code = 'own' } end })
          note(e.code)
          local ended, waits = task.spawn(function() return 3 end), task.spawn(task.sleep, 60)
          assert(ended:await() == 3)
          note(select(2, pcall(waits.await, waits)).code)
          note(select(2, pcall(task.timeout, 1, task.sleep, 0)).code)
          return 'x'
        end
        local text = ('a'):gsub('a', in_turn)
        return text, log()";
    assert_eq!(noted(text), ["x", "own EDEADLK EDEADLK"]);
}

#[test]
fn an_awaited_error_is_the_same_value() {
    let text = "
        local failure = setmetatable({}, { __tostring = function() return 'own words' end })
        local t = task.spawn(function() task.sleep(0.01) error(failure) end)
        local _, first = pcall(t.await, t)
        local _, second = pcall(t.await, t)
        local _, e = pcall(t.await, t)
        local _, code = pcall(task.timeout, 1, topo.ring, 0)
        return first == failure, second == failure, tostring(e), code.code, code.op";
    assert_eq!(noted(text), ["true", "true", "own words", "EINVAL", "topo.ring"]);
}

#[test]
fn an_error_that_nobody_awaits_fails_the_script() {
    assert_eq!(error("task.spawn(function() error 'lost' end) return 1"), ": lost");
    assert_eq!(error("task.spawn(topo.ring, 0)"), "EINVAL: argument 1 must be a whole number from 1, got 0");
    assert_eq!(eval("local t = task.spawn(error, 'found') return pcall(t.await, t)"), ["false", "found"]);
    assert_eq!(eval("local t = task.spawn(function() task.sleep(60) error 'never' end)"), [""; 0]);
    run(|| {
        let text = "local t = task.spawn(function()\n  task.sleep(0.01)\n  netns.exec('nowhere', 'true')\nend)\nrepeat task.sleep(0.01) until tostring(t) == 'task (failed)'\nprint 'end'";
        let outcome = nsl(&["-e", text]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, "end\n"));
        assert!(
            outcome.stderr.starts_with("error: no namespace \"nowhere\" (ENOENT)\n --> (command line):3 in netns.exec")
        );
        assert!(outcome.stderr.ends_with("= note: it ended a task that nobody awaited\n"), "{}", outcome.stderr);
        // The script's own error comes first.
        let outcome = nsl(&["-e", "task.spawn(error, 'theirs', 0) task.spawn(error, 'too', 0) error('own', 0)"]);
        let note = "  = note: a task that nobody awaited failed too";
        assert!(outcome.stderr.starts_with("error: own\n"), "{}", outcome.stderr);
        assert!(outcome.stderr.ends_with(&format!("{note}: theirs\n{note}: too\n")), "{}", outcome.stderr);
    });
}

#[test]
fn tasks_end_with_the_script() {
    run(|| {
        let text = "
            local function closer(text) return setmetatable({}, { __close = function() print(text) end }) end
            task.spawn(function() local c <close> = closer 'task' netns.exec(nil, 'sleep 60') end)
            task.spawn(function() local c <close> = closer 'inner' task.timeout(60, task.sleep, 60) end)
            local c <close> = closer 'main'
        ";
        assert_eq!(script(text), "main\ntask\ninner\n");
        let started = Instant::now();
        let outcome =
            nsl(&["-e", &format!("{text} task.spawn(function() task.sleep(0.02) os.exit(7) end) task.sleep(60)")]);
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (7, "main\ntask\ninner\n", ""));
        assert!(started.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn an_interrupt_stops_them_all() {
    run(|| {
        let text = "
            local function closer(text) return setmetatable({}, { __close = function() print(text) end }) end
            task.spawn(function() local c <close> = closer 'waits' task.sleep(60) end)
            task.spawn(function() local c <close> = closer 'runs a program' netns.exec(nil, 'sleep 60') end)
            task.spawn(function() while true do pcall(task.sleep, 60) end end)
            task.spawn(function() task.sleep(0.1) pcall(table.sort, { 3, 2, 1 }, function() while true do end end) end)
            netns.spawn(nil, 'sleep 0.3; kill -INT ' .. io.open('/proc/self/stat'):read('n'))
            local c <close> = closer 'main'
            task.all { function() local c <close> = closer 'one of all' task.sleep(60) end }
        ";
        let started = Instant::now();
        let outcome = nsl(&["-e", text]);
        let mut closed: Vec<&str> = outcome.stdout.lines().collect();
        closed.sort_unstable();
        assert_eq!(closed, ["main", "one of all", "runs a program", "waits"], "{outcome:?}");
        assert_eq!(outcome.code, 130, "{outcome:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn programs_and_pings_overlap() {
    run(|| {
        let text = "
            local ns <close> = netns.add()
            ns:link_set('lo', { up = true })
            local start, runs, pings = task.clock(), {}, {}
            for i = 1, 10 do runs[i] = function() return ns:exec('sleep 0.4; exit ' .. i).code end end
            for i, code in ipairs(task.all(runs)) do assert(code == i) end
            local programs = task.clock() - start
            start = task.clock()
            for i = 1, 20 do
              pings[i] = function() return ns:ping('127.0.0.' .. i, { count = 3, interval = '100ms' }) end
            end
            for i, result in ipairs(task.all(pings)) do assert(result.received == 3 and result.target == '127.0.0.' .. i) end
            local pinged = task.clock() - start

            local reader = ns:spawn('for i in 1 2 3; do sleep 0.1; echo $i; done')
            local lines = task.spawn(function() local n = 0 for line in reader:lines() do n = n + line end return n end)
            assert(select(2, pcall(task.timeout, '50ms', ns.exec, ns, 'sleep 60')).code == 'ETIMEDOUT')
            local read = lines:await()
            local function in_coroutine() coroutine.wrap(function() ns:exec('sleep 60') end)() end
            local cut = { task.spawn(ns.exec, ns, 'sleep 60'), task.spawn(in_coroutine) }
            -- A program that was ended may be there a moment longer, until its parent has heard of it.
            local function sleepers(count)
              task.timeout(5, function()
                repeat task.sleep(0.01) until ns:output('pgrep -c sleep || true') == count
              end)
            end
            sleepers '2'
            cut[1]:cancel()
            sleepers '1'
            cut[2]:cancel()
            sleepers '0'
            return print(programs < 1.5, pinged >= 0.2 and pinged < 1, read)";
        assert_eq!(script(text), "true\ttrue\t6\n");
    });
}

#[test]
fn at_the_prompt_tasks_outlive_their_line() {
    run(|| {
        let mut command = std::process::Command::new(sandbox::nsl_path());
        command.env("NSL_HISTORY", "").env("TERM", "xterm");
        let mut terminal = OsSession::spawn(command).expect("a terminal");
        terminal.set_expect_timeout(Some(Duration::from_secs(10)));
        let mut ask = |line: &str, answer: &str| {
            terminal.expect("nsl> ").expect("a prompt");
            terminal.send_line(line).expect("sent");
            terminal.expect(answer).unwrap_or_else(|_| panic!("{line} is not answered with {answer}"));
        };
        ask("t = task.spawn(function() task.sleep(0.05) return 40 + 2 end)", "\n");
        ask("t", "task (running)");
        ask("t:await()", "42");
        ask("u = task.spawn(function() task.sleep(0.01) error 'lost' end)", "\n");
        ask("task.sleep(0.1)", "nobody awaited");
        ask("v = task.spawn(function() task.sleep(60) end)", "\n");
        ask("v:await()", "\n");
        std::thread::sleep(Duration::from_millis(300));
        terminal.send(ControlCode::EndOfText).expect("Ctrl-C");
        let mut ask = |line: &str, answer: &str| {
            terminal.expect("nsl> ").expect("a prompt");
            terminal.send_line(line).expect("sent");
            terminal.expect(answer).unwrap_or_else(|_| panic!("{line} is not answered with {answer}"));
        };
        ask("v", "task (cancelled)");
        ask("os.exit(0)", "\n");
    });
}

#[test]
fn thousands_are_no_matter() {
    let text = "
        local tasks, fns = {}, {}
        for i = 1, 3000 do
          tasks[i] = task.spawn(function() task.sleep(0.05) return i end)
          fns[i] = function() task.sleep(0.05) return i end
        end
        for i = 1, 3000 do assert(tasks[i]:await() == i) end
        for i, n in ipairs(task.all(fns, { limit = 1500 })) do assert(i == n) end
        return #fns";
    assert_eq!(quick(text, Duration::from_secs(10)), ["3000"]);
}

#[test]
fn what_is_wrong_is_refused_with_what_would_be_right() {
    for (call, wanted) in [
        ("spawn()", "argument 1 must be a function, got nothing"),
        ("spawn {}", "argument 1 must be a function, got a table"),
        ("all(3)", "argument 1 must be an array of functions, got the number 3"),
        ("all { print, 3 }", "argument 1 must be an array of functions, got the number 3 at 2"),
        ("all { a = print }", "argument 1 must be an array of functions, got a table with other keys, or with holes"),
        ("all({ print }, { limits = 1 })", "unknown option \"limits\" for all (did you mean \"limit\"?)"),
        ("all({ print }, { limit = 0 })", "option \"limit\" must be a number from 1 (how many run at once), got 0"),
        ("limit(0)", "argument 1 must be a number from 1 (how many run at once), got 0"),
        ("limit(1)(5)", "argument 1 must be a function, got the number 5"),
        ("timeout(print)", "argument 1 must be a time (seconds, or text such as \"20ms\"), got a function"),
        ("timeout(1)", "argument 2 must be a function, got nothing"),
        ("spawn(print):wait()", "a Task has no field \"wait\" (did you mean \"await\"?)"),
        ("span(print)", "task has no function \"span\" (did you mean \"spawn\"?)"),
    ] {
        assert_eq!(error(&format!("return task.{call}")), format!("EINVAL: {wanted}"), "{call}");
    }
}
