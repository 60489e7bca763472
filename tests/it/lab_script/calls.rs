//! Functions of the script that `up` calls: those that give options, and those that set nodes up.

use super::{printed, prints, refused};
use crate::sandbox::run;

#[test]
fn functions_give_options_once_interfaces_are_known() {
    run(|| {
        prints(
            "local net = lab.new()
            local seen = {}
            local r = net:router('r', {
                sysctl = function(node)
                    local keys = {}
                    for _, interface in ipairs(node.interfaces) do
                        keys['net.ipv4.conf.' .. interface.name .. '.proxy_arp'] = true
                    end
                    return keys
                end,
                run = function(node)
                    seen[#seen + 1] = node.name .. ' ' .. node.interfaces[1].address[1]
                    return { { 'sh', '-c', 'echo ' .. node.interfaces[2].peer.address .. ' > /run/peer' } }
                end,
                daemons = function() return { 'exec sleep 1000' } end,
            })
            net:link(r, net:host 'a') net:link(r, net:host('b', { run = function() end }))
            for round = 1, 2 do
                net:up()
                print(r:sysctl 'net.ipv4.conf.eth1.proxy_arp', r:sysctl 'net.ipv4.conf.all.proxy_arp')
                print(netns.output(nil, 'cat /run/peer; rm /run/peer'), netns.output(r, 'pgrep -xc sleep'))
                net:down()
            end
            print(table.concat(seen, ', '))",
            "1\t0
            10.0.0.3\t1
            1\t0
            10.0.0.3\t1
            r 10.0.0.0/31, r 10.0.0.0/31",
        );
    });
}

#[test]
fn setup_runs_when_all_is_connected_and_before_any_command() {
    run(|| {
        prints(
            "local net = lab.new()
            local order = {}
            local a
            local r = net:router('r', {
                setup = function(node)
                    print(node, node.netns == net.nodes.r.netns, node:ping(a).received)
                    node:addr_add('eth0', '10.9.9.9/32')
                    net.nodes.a:exec { 'touch', '/run/made' }
                end,
                run = { 'test -e /run/made' },
            })
            a = net:host('a', { setup = function(node) print(node, node:ping '10.9.9.9'.received) end })
            net:link(r, a)
            net:up()
            print(net:ping(a, r).received, netns.output(a, 'ls /run/made'))
            net:down()
            net:remove(r)
            net:link(net:router 'r', a)
            net:up()",
            "r\ttrue\t1
            a\t1
            1\t/run/made
            a\t0",
        );
    });
}

#[test]
fn what_goes_wrong_in_a_function_fails_up_and_leaves_nothing() {
    run(|| {
        let up = |opts: &str| format!("local net <close> = lab.new() net:host('a', {{\n{opts} }})\nnet:up()");
        let rising = "the lab is coming up (EBUSY); do it before net:up(), or after";
        let cases = [
            ("run = function()\nerror 'no' end", "3: no".to_owned()),
            (
                "setup = function(node)\nnode:link_set('eth7', { up = true }) end",
                "3: netns.link_set: no link \"a/eth7\" (ENODEV)".to_owned(),
            ),
            (
                "setup = function(node)\nnode:exec('exit 3', { check = true }) end",
                "3: netns.exec: command \"exit 3\" failed with exit code 3 (EEXIT)".to_owned(),
            ),
            (
                "\nsysctl = function() return { x = {} } end",
                "3: net.up: option \"sysctl\" must be a table from keys to values, got a table (EINVAL)".to_owned(),
            ),
            (
                "\nrun = function() return 'true' end",
                "3: net.up: option \"run\" must be an array of commands (each a string, or an array of words), got \"true\" (EINVAL)".to_owned(),
            ),
            (
                "run = function(node)\nnode:exec 'true' end",
                "3: netns.exec: node \"a\" is not up (ENOENT); bring its lab up first, with net:up()".to_owned(),
            ),
            ("run = function()\nnet:host 'b' end", format!("3: net.host: {rising}")),
            ("setup = function()\nnet:down() end", format!("3: net.down: {rising}")),
            ("setup = function()\nnet:up() end", format!("3: net.up: {rising}")),
            ("setup = true", "1: net.host: option \"setup\" must be a function, got true (EINVAL)".to_owned()),
            (
                "role = function() end",
                "1: net.host: option \"role\" must be a string, got a function (EINVAL)".to_owned(),
            ),
        ];
        let cases = cases.map(|(opts, told)| (up(opts), told));
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}

#[test]
fn functions_that_hold_their_lab_do_not_keep_it() {
    run(|| {
        let printed = printed(
            "local gone = setmetatable({}, { __mode = 'k' })
            local function make()
                local net <close> = lab.new()
                local held = {}
                gone[held] = true
                net:host('a', { setup = function(node) held.net = net held.node = node end })
                net:up()
            end
            for _ = 1, 3 do make() end
            collectgarbage() collectgarbage()
            print(next(gone))",
        );
        assert_eq!(printed, "nil\n");
    });
}
