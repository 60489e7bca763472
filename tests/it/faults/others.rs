//! Others change things in the middle of a script: an error with the name, never a hang, never the wrong object.

use std::time::Duration;

use super::{Running, fails, says, state};
use crate::sandbox::{nsl, run, script, sh};

#[test]
fn row_30_a_namespace_is_removed_in_the_middle() {
    run(|| {
        for call in [
            "ns:exec { 'true' }",
            "ns:spawn { 'true' }",
            "ns:link_list()",
            "ns:link_add('br0', { type = 'bridge' })",
            "ns:link('lo'):set { up = true }",
            "ns:addr_add('lo', '10.0.0.1/8')",
            "ns:route_list()",
            "ns:sysctl('net.ipv4.ip_forward', 1)",
            "ns:ping '127.0.0.1'",
            "ns:pids()",
            "ns:set(7)",
            "print(ns.id)",
            "netns.veth('v0', ns:link 'v1')",
            "netns.link_set(other, { netns = ns })",
            "netns.attach('copy', ns)",
            "ns:delete()",
        ] {
            let before = state();
            let text = format!(
                "local ns = netns.add 'a' local other = netns.veth('left', 'right') local held = netns.add()
                 held:spawn {{ 'sleep', '60' }} os.execute 'ip netns del a' {call}"
            );
            fails(&text, 1, &["namespace \"a\" was removed (ENOENT)"]);
            sh("ip link del left");
            assert_eq!(state(), before, "{call}");
        }
    });
}

#[test]
fn another_namespace_under_the_name_is_left_alone() {
    run(|| {
        for call in ["ns:link_add('br0', { type = 'bridge' })", "ns:exec { 'touch', '/run/ran' }", "ns:delete()"] {
            let text = format!("local ns = netns.add 'a' os.execute 'ip netns del a; ip netns add a' {call}");
            fails(&text, 1, &["another one has its name now (ENOENT)", "netns.get \"a\""]);
            assert_eq!(sh("ip -n a -o link | wc -l; ls /run | grep -c ran || true; ip netns del a"), "1\n0\n");
        }
        // The end of a handle does not delete what is not its own.
        script("do local ns <close> = netns.add 'a' os.execute 'ip netns del a; ip netns add a' end");
        assert_eq!(sh("ip netns list; ip netns del a"), "a\n");
        script("do local ns <close> = netns.add 'a' os.execute 'ip netns del a' end");
    });
}

#[test]
fn a_link_is_deleted_in_the_middle_and_made_again() {
    run(|| {
        sh("ip netns add a");
        for call in [
            "left:set { mtu = 1400 }",
            "left:set { name = 'x' }",
            "left:delete()",
            "left:addr_add '10.0.0.1/24'",
            "left:addr_flush()",
            "left:get()",
            "print(left.name)",
            "left:wait({ up = true }, 5)",
            "netns.route_add('a', '10.1.0.0/16', { dev = left })",
            "netns.link_set('a/br0', { master = left })",
        ] {
            sh("ip -n a link add br0 type bridge");
            let text = format!(
                "local left = netns.veth('a/left', 'a/right')
                 os.execute 'ip -n a link del left; ip -n a link add left type veth peer name right' {call}"
            );
            fails(&text, 1, &["link \"a/left\" is gone (ENODEV)"]);
            let links =
                sh("ip -n a -o link show type veth | grep -c 'mtu 1500'; ip -n a addr | grep -c 'inet ' || true");
            assert_eq!(links, "2\n0\n", "{call}");
            sh("ip -n a link del left; ip -n a link del br0");
        }
        // The end of a handle does not delete what is not its own.
        script(
            "do local left <close> = netns.veth('a/left', 'a/right')
               os.execute 'ip -n a link del left; ip -n a link add left type veth peer name right' end",
        );
        assert_eq!(sh("ip -n a -o link show type veth | wc -l"), "2\n");
    });
}

#[test]
fn a_link_is_followed_through_a_new_name_and_not_into_another_namespace() {
    run(|| {
        sh("ip netns add a; ip netns add b");
        let text = "local left = netns.veth('a/left', 'a/right') os.execute 'ip -n a link set left name west'
            left:set { mtu = 1400 } print(left, left.name)";
        assert_eq!(script(text), "a/west\twest\n");
        let moved = "local right = netns.link 'a/right' local left = netns.link_set('a/west', { alias = 'x' })
            os.execute 'ip -n a link set west netns b' left:set { mtu = 1300 }";
        fails(moved, 1, &["link \"a/west\" is gone (ENODEV)"]);
        assert_eq!(sh("ip -n b -o link show west | grep -c 'mtu 1400'"), "1\n");
    });
}

#[test]
fn what_waits_hears_of_it() {
    run(|| {
        for (wait, act, said) in [
            ("netns.link_wait('a/v0', { up = true })", "ip -n a link del v0", "link \"a/v0\" is gone (ENODEV)"),
            ("netns.link_wait('a/v0', { up = true })", "ip netns del a", "no namespace \"a\" (ENOENT)"),
            ("ns:link('v0'):wait { up = true }", "ip netns del a", "namespace \"a\" was removed"),
        ] {
            let running = Running::ready(&format!(
                "local ns = netns.add 'a' netns.veth('a/v0', 'a/v1') io.stderr:write 'ready\\n' {wait}"
            ));
            std::thread::sleep(Duration::from_millis(50));
            sh(act);
            let (outcome, elapsed) = running.end();
            assert_eq!(outcome.code, 1, "{wait}, {act}: {outcome:?} after {elapsed:?}");
            says(&outcome, &[said]);
            sh("ip netns del a 2>/dev/null || true");
        }
        // A program goes on where it is, and so does a ping.
        let running = Running::ready(
            "local ns = netns.add 'a' io.stderr:write 'ready\\n'
            ns:link_set('lo', { up = true }) local r = ns:ping('127.0.0.1', { count = 5, interval = 0.1 })
            print(r.received, ns:exec({ 'true' }).ok)",
        );
        sh("sleep 0.1; ip netns del a");
        let (outcome, _) = running.end();
        assert!(outcome.code == 1 && outcome.stderr.contains("namespace \"a\" was removed"), "{outcome:?}");
    });
}

#[test]
fn names_that_come_and_go_while_they_are_listed() {
    run(|| {
        let running = Running::ready(
            "netns.add 'kept' io.stderr:write 'ready\\n'
             local stop = task.clock() + 1
             while task.clock() < stop do
               netns.list() netns.list { all = true } netns.list_id() netns.identify() netns.link_list 'kept' netns.pids 'kept'
             end",
        );
        sh("for i in $(seq 60); do ip netns add x$i; ip netns del x$i; done");
        let (outcome, _) = running.end();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(nsl(&["-e", "print(#netns.list())"]).stdout, "1\n");
    });
}
