//! Many labs: side by side in one script and in two processes, and one after another without a trace.

use nix::sys::signal::Signal::SIGTERM;

use super::{printed, prints};
use crate::faults::Running;
use crate::sandbox::run;

#[test]
fn two_labs_with_the_same_names_are_two_labs() {
    run(|| {
        prints(
            "local one, two = lab.new(), lab.new()
            for _, net in ipairs { one, two } do
                local r = net:router 'r'
                net:link(net:host 'a', r) net:link(r, net:host 'b')
                net:up()
            end
            print(one, two, one.nodes.a, one.nodes.a == two.nodes.a, one.nodes.a.inode == two.nodes.a.inode)
            one.nodes.a:addr_add('lo', '192.0.2.1/32')
            print(#one.nodes.a:addr_list(), #two.nodes.a:addr_list())
            one.links[1]:down()
            print(one:ping('a', 'b', { timeout = 0.2 }).received, two:ping('a', 'b').received)
            print(pcall(one.ping, one, one.nodes.a, two.nodes.b))
            print(one.nodes.a:ping(two.nodes.b, { timeout = 0.2 }).received)
            one:down()
            print(one, two, two:pingall())",
            "lab (3 nodes, 2 links, up)\tlab (3 nodes, 2 links, up)\ta\tfalse\tfalse
            4\t3
            0\t1
            false\tlab.lua:12: net.ping: node \"b\" is of another lab (EINVAL)
            0
            lab (3 nodes, 2 links)\tlab (3 nodes, 2 links, up)\ta -> b
            b -> a
            *** Results: 0% dropped (2/2 received)",
        );
    });
}

#[test]
fn two_processes_may_have_the_same_lab() {
    run(|| {
        let lab = "local net = lab.new() local s = net:switch 's'
            for i = 1, 10 do net:link(net:host('h' .. i, { daemons = { { 'sleep', '1000' } } }), s) end net:up()\n";
        let ask = "local all = net:pingall() print(all.received) print(#netns.pids(net.nodes.h1))";
        let running = Running::ready(&format!("{lab} io.stderr:write 'ready\\n' task.sleep(60)"));
        for _ in 0..3 {
            prints(&format!("{lab}{ask}"), "90\n1");
        }
        assert_eq!(crate::sandbox::sh("pgrep -c sleep"), "10\n");
        running.signal(SIGTERM);
        assert_eq!(running.end().0.code, 143);
        assert_eq!(crate::sandbox::sh("pgrep -c sleep || true"), "0\n");
    });
}

#[test]
fn row_34_thirty_times_in_a_row_it_never_meets_its_own_remains() {
    run(|| {
        prints(
            "local net = lab.new()
            local r, s = net:router 'r', net:switch 's'
            net:link(r, s)
            for i = 1, 5 do net:link(net:host('h' .. i, { daemons = { { 'sleep', '1000' } } }), i < 3 and r or s) end
            local function held() return netns.output(nil, 'ls -l /proc/$PPID/fd | grep -c net: || true') end
            net:up() net:down()
            local before = held()
            for round = 1, 30 do
                net:up()
                netns.veth('outside', net.nodes.h1:link 'inside')
                assert(net:pingall().received == 20, round)
                net:down()
                assert(held() == before and #netns.link_list() == 1, round)
            end
            print(netns.output(nil, 'pgrep -c sleep || true'))",
            "0",
        );
    });
}

#[test]
fn a_thousand_labs_leave_no_descriptor_memory_namespace_or_mount() {
    run(|| {
        let printed = printed(
            "-- The least of several counts: some are of the program that counts.
            local function descriptors()
                local least = math.huge
                for _ = 1, 5 do
                    collectgarbage()
                    local count = netns.output(nil, 'ls -l /proc/' .. PID .. '/fd | grep -Evc \"pipe:|pidfd|null\"')
                    least = math.min(least, tonumber(count))
                end
                return least
            end
            PID = netns.output(nil, 'echo $PPID')
            local function memory()
                return tonumber(netns.output(nil, 'grep VmRSS /proc/' .. PID .. '/status'):match '%d+')
            end
            local function round()
                local net <close> = lab.new()
                local s = net:switch 's'
                for i = 1, 19 do net:link(net:host('h' .. i), s) end
                net:up()
                -- Another suite may have filled the machine's table of neighbours for a moment.
                local answered = false
                for _ = 1, 20 do
                    answered = net.nodes.h1:ping(net.nodes.h19).received == 1
                    if answered then break end
                end
                assert(answered)
            end
            -- Memory comes in steps at first, and stays as it is from some 500 on.
            for _ = 1, 500 do round() end
            collectgarbage()
            local function seen() return netns.output(nil, 'ip netns list-id; cat /proc/self/mountinfo; ip -o link; find /run') end
            local before = seen()
            print(descriptors(), memory())
            for _ = 1, 500 do round() end
            collectgarbage()
            print(descriptors(), memory())
            -- The kernel forgets the ids of namespaces a little later.
            for _ = 1, 1000 do if seen() == before then break end task.sleep(0.01) end
            assert(seen() == before, seen())",
        );
        let numbers: Vec<u64> = printed.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        assert_eq!(numbers[0], numbers[2], "descriptors");
        assert!(numbers[3] * 10 <= numbers[1] * 11, "memory: {printed}");
    });
}
