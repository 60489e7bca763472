//! Rows about programs that nsl runs.

use std::time::{Duration, Instant};

use super::{await_state, fails, says, shell, state};
use crate::sandbox::{nsl, run, script, sh};

#[test]
fn row_10_programs_that_cannot_be_run() {
    run(|| {
        sh("ip netns add a; echo true >/run/tool");
        let before = state();
        fails("netns.exec('b', { 'true' })", 1, &["no namespace \"b\" (ENOENT)"]);
        fails("netns.exec('a', { 'nosuchprogram' })", 1, &["\"nosuchprogram\" not found in PATH", "(ENOENT)"]);
        fails("netns.exec('a', { '/run/nosuch' })", 1, &["no program \"/run/nosuch\" (ENOENT)"]);
        fails("netns.exec('a', { '/run/tool' })", 1, &["\"/run/tool\" may not be executed (EACCES)", "chmod +x"]);
        for verb in ["output", "spawn"] {
            fails(&format!("netns.{verb}('a', {{ 'nosuchprogram' }})"), 1, &["not found in PATH", "(ENOENT)"]);
        }
        assert_eq!(state(), before);
    });
}

#[test]
fn row_11_how_a_program_ended() {
    run(|| {
        sh("ip netns add a");
        assert_eq!(nsl(&["-e", "os.exit(netns.exec('a', { 'sh', '-c', 'exit 77' }).code)"]).code, 77);
        let how = script("local r = netns.exec('a', 'kill -9 $$') print(r.ok, r.code, r.signal)");
        assert_eq!(how, "false\tnil\tSIGKILL\n");
        // As the real one says it: the program's own.
        assert_eq!(shell("ip netns exec a sh -c 'exit 77'").code, 77);
        assert_eq!(shell("ip netns exec a sh -c 'kill -9 $$'").code, 137);
    });
}

#[test]
fn row_27_a_program_that_leaves_another_with_its_pipe() {
    run(|| {
        sh("ip netns add a");
        let before = state();
        for place in ["'a'", "nil", "netns.add()"] {
            let start = Instant::now();
            let text = format!("io.write(netns.exec({place}, 'sleep 60 & echo hi', {{ capture = true }}).stdout)");
            assert_eq!(script(&text), "hi\n");
            assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
            await_state(&before);
        }
    });
}

#[test]
fn row_28_a_thousand_programs() {
    run(|| {
        let text = "netns.add 'a'
            local function count(what)
              local n = 0
              for _ in io.popen(what):lines() do n = n + 1 end
              return n
            end
            local function fds() collectgarbage() collectgarbage() return count('ls /proc/' .. netns.output(nil, 'echo $PPID') .. '/fd') end
            assert(netns.exec('a', { 'true' }).ok)
            local before = fds()
            for i = 1, 1000 do assert(netns.exec('a', { 'true' }).ok) end
            -- The program that counts has pipes of its own, which another thread may just be closing.
            print(fds() - before < 10, count 'ps -eo stat= | grep Z')";
        assert_eq!(script(text), "true\t0\n");
    });
}

#[test]
fn row_29_a_daemon_is_adopted_and_ended() {
    run(|| {
        sh("ip netns add a");
        let before = state();
        for place in ["'a'", "nil", "netns.add()"] {
            let text = format!(
                "netns.exec({place}, {{ 'sh', '-c', '(setsid sleep 60 &) ; (setsid true &)' }})
                 task.sleep(0.1) print(netns.output(nil, 'pgrep -c sleep; ps -eo stat= | grep -c Z'))"
            );
            let outcome = nsl(&["-e", &format!("pcall(function() {text} end)")]);
            assert_eq!(outcome.code, 0, "{place}: {outcome:?}");
            await_state(&before);
        }
    });
}

#[test]
fn a_deaf_program_gets_two_seconds_and_no_more() {
    run(|| {
        let before = state();
        let start = Instant::now();
        script("netns.spawn(nil, \"trap '' TERM HUP; sleep 61 & echo up; wait; sleep 62\"):read_line()");
        let elapsed = start.elapsed().as_secs_f64();
        assert!((1.9..4.0).contains(&elapsed), "{elapsed}");
        assert_eq!(state(), before);
    });
}

#[test]
fn row_26_a_deaf_program_and_its_timeout() {
    run(|| {
        let text = "local ok, e = pcall(netns.exec, nil, \"trap '' TERM; echo got; sleep 63; sleep 64\",
              { timeout = 0.1, capture = true })
            print(ok, e.code, e.result.stdout, e.result.signal)";
        let outcome = nsl(&["-e", text]);
        assert_eq!(outcome.stdout, "false\tETIMEDOUT\tgot\n\tSIGKILL\n");
        says(&outcome, &[]);
    });
}

#[test]
fn a_child_gets_no_descriptor_but_its_three_and_default_signals() {
    run(|| {
        sh("ip netns add a");
        for place in ["'a'", "nil", "netns.add()"] {
            let text = format!(
                "local open = io.open '/etc/passwd' local held = netns.add()
                 print(netns.output({place}, 'ls -C /proc/self/fd; grep -E \"Sig(Blk|Ign)\" /proc/self/status'))"
            );
            let printed = script(&text);
            let zero = "0000000000000000";
            assert_eq!(printed, format!("0  1  2  3\nSigBlk:\t{zero}\nSigIgn:\t{zero}\n"), "{place}");
        }
    });
}
