//! Rows of the table of faults (`faults`), for labs. Others: 21 and 23 in `matrix`, 24 in `ends`, 31, 32 and 51 in
//! `lab::named`, 34 in `many`, 39 in `prompt`.

use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM};

use super::{outcome, prints};
use crate::faults::Running;
use crate::sandbox::{await_no_process, eventually, nsl, nsl_path, run, sh};

const LAB: &str = "local net = lab.new() net:link(net:host 'a', net:host 'b') net:up()\n";

#[test]
fn row_22_terminated_or_hung_up_during_a_build() {
    run(|| {
        let text = "while true do
            local net <close> = lab.new() local s = net:switch 's'
            for i = 1, 199 do net:link(net:host('h' .. i), s) end
            net:up()
        end";
        for (moment, signal) in (0..12).zip([SIGTERM, SIGHUP].into_iter().cycle()) {
            let running = Running::start(text);
            let (open, wanted) = (format!("/proc/{}/fd", running.child.id()), 20 + 30 * moment);
            let is_open = || std::fs::read_dir(&open).map_or(0, Iterator::count) >= wanted;
            eventually(is_open, || format!("fewer than {wanted} files are open"));
            running.signal(signal);
            assert_eq!(running.end().0.code, 128 + signal as i32);
            assert_eq!(sh("ip -o link | wc -l; find /run | wc -l"), "1\n2\n");
        }
    });
}

#[test]
fn row_25_terminated_while_a_program_of_a_node_runs() {
    run(|| {
        let text = "trap 'echo told >/run/told; exit 0' TERM; echo up >/run/up; sleep 100 & wait";
        let running = Running::start(&format!("{LAB} net.nodes.a:exec(\"{text}\")"));
        eventually(|| std::fs::metadata("/run/up").is_ok(), || "it does not run".to_owned());
        running.signal(SIGTERM);
        assert_eq!(running.end().0.code, 143);
        assert_eq!(sh("cat /run/told; pgrep -c sleep || true"), "told\n0\n");
    });
}

#[test]
fn row_26_a_deaf_program_of_a_node_is_timed_out() {
    run(|| {
        prints(
            &format!(
                "{LAB} local ok, err = pcall(net.nodes.a.exec, net.nodes.a, \"trap '' TERM; while :; do sleep 100; done\", {{ timeout = 0.2 }})
                print(ok, err.code)"
            ),
            "false\tETIMEDOUT",
        );
        await_no_process("sleep");
    });
}

#[test]
fn row_29_a_daemon_of_a_node_is_adopted_and_reaped() {
    run(|| {
        prints(
            &format!(
                "{LAB} local a = net.nodes.a
                a:exec '(setsid sh -c \"setsid true & exit\" &) ; (setsid sleep 100 >/dev/null 2>&1 &)'
                repeat task.sleep(0.01) until netns.output(nil, 'ps -eo stat= | grep -c ^Z || true') == '0'
                print(netns.output(nil, 'pgrep -c sleep'))
                net:down()
                print(netns.output(nil, 'pgrep -c sleep || true'))"
            ),
            "1\n0",
        );
    });
}

#[test]
fn row_32_of_many_at_once_exactly_one_has_the_name() {
    run(|| {
        let script = "local net = lab.new 'demo' net:link(net:host 'a', net:host 'b') net:up()
            print(net:ping('a', 'b').received) io.read()";
        std::fs::write("/run/one.lua", script).expect("a script");
        let nsl = nsl_path();
        // The winner stays until all others have lost.
        let told = sh(&format!(
            "mkfifo /run/wait; exec 3<>/run/wait; cd /run
             for i in $(seq 8); do (if {} one.lua <&3 >out.$i 2>err.$i; then echo 0; else echo $?; fi >code.$i) & done
             for i in $(seq 1000); do [ $(cat code.* 2>/dev/null | wc -l) = 7 ] && break; sleep 0.02; done
             cat code.* | sort | uniq -c | tr -s ' '; grep -l 'lab \"demo\" is up: process [0-9]* holds it (EEXIST)' err.* | wc -l
             echo >&3; wait; cat out.*; cat code.* | sort | uniq -c | tr -s ' '; ls /run/netns /run/nsl",
            nsl.display()
        ));
        assert_eq!(told, " 7 1\n7\n1\n 1 0\n 7 1\n/run/netns:\n\n/run/nsl:\n");
    });
}

#[test]
fn row_38_code_that_does_not_listen_takes_its_lab_along() {
    run(|| {
        let deaf = "local deaf <close> = setmetatable({}, { __close = function() while true do pcall(function() while true do end end) end end })
            ('x'):rep(1 << 20):find(('x*'):rep(64) .. 'y')";
        let daemon = "net.nodes.a:spawn { 'sleep', '100' }";
        let running = Running::ready(&format!("{LAB} {daemon} io.stderr:write 'ready\\n' {deaf}"));
        running.signal(SIGINT);
        std::thread::sleep(std::time::Duration::from_millis(150));
        // It may have listened to the first: then there is nobody to signal.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(running.child.id().cast_signed()), SIGINT);
        assert_eq!(running.end().0.code, 130);
        assert_eq!(sh("ip -o link | wc -l; find /run | wc -l"), "1\n2\n");
        await_no_process("sleep");
    });
}

#[test]
fn row_45_an_error_in_the_build_and_one_in_its_end_are_both_told() {
    run(|| {
        let failed = outcome(
            "local net = lab.new 'demo'
            net:host('a', { setup = function()
                os.execute 'ip netns del demo-a; ip netns add demo-a'
                error 'in the middle'
            end })
            net:up()",
        );
        let (first, second) = failed.stderr.split_once("in the middle").expect("the first error");
        assert!(!first.contains("demo-a") && second.contains("demo-a"), "{failed:?}");
        assert_eq!(failed.code, 1, "{failed:?}");
        // What another made under that name is not nsl's.
        assert_eq!(sh("ls /run/netns /run/nsl"), "/run/netns:\ndemo-a\n\n/run/nsl:\n");
    });
}

#[test]
fn row_43_a_program_of_a_node_that_says_too_much() {
    run(|| {
        let text = "local ok, err = pcall(net.nodes.a.exec, net.nodes.a, 'yes | head -c 2G', { capture = true })
            print(ok, err.code, #err.result.stdout <= 64 << 20)";
        prints(&format!("{LAB}{text}"), "false\tEMSGSIZE\ttrue");
        await_no_process("yes");
    });
}

#[test]
fn row_44_a_lab_that_needs_more_memory_than_there_is() {
    run(|| {
        std::fs::write(
            "/run/full.lua",
            format!("{LAB} local t = {{}} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end"),
        )
        .expect("a script");
        let nsl = nsl_path();
        let told =
            sh(&format!("ulimit -v 1000000; {} /run/full.lua 2>&1 || echo $?; ip -o link | wc -l", nsl.display()));
        assert!(told.contains("not enough memory") && told.ends_with("1\n1\n"), "{told}");
    });
}

#[test]
fn row_53_what_is_called_like_nsls_and_is_not_stays() {
    run(|| {
        sh("ip link add name mine type bridge; ip link set mine alias nsl:demo; ip netns add demo-h1");
        let cleaned = nsl(&["clean"]);
        assert_eq!((cleaned.code, cleaned.stdout.as_str()), (0, "nothing to do\n"));
        assert_eq!(sh("ip -o link show mine | wc -l; ls /run/netns"), "1\ndemo-h1\n");
        // A lab that cannot have the name says so and leaves it alone.
        let failed = outcome("local net = lab.new 'demo' net:host 'h1' net:up()");
        assert!(failed.code == 1 && failed.stderr.contains("(EEXIST)"), "{failed:?}");
        assert_eq!(sh("ls /run/netns"), "demo-h1\n");
    });
}
