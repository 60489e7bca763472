//! `netns.events` as scripts use it: its tables and texts, its ends, tasks beside it, an overrun.

use super::{fails, prints};
use crate::sandbox::run;

/// A namespace with a pair, and `ip(…)` in it.
const SETTING: &str = r#"
local ns <close> = netns.add "ns0"
ns:sysctl("net.ipv6.conf.default.disable_ipv6", 1)
ns:veth("v0", "v1", { up = true, a = { ip = "10.0.0.1/24" } })
local function ip(words) netns.output(nil, "ip -n ns0 " .. words) end
"#;

#[test]
fn events_hold_the_records_that_lists_give_and_print_in_a_line() {
    run(|| {
        prints(
            &format!(
                r#"{SETTING}
                local events = netns.events {{ ns = ns, objects = {{ "route", "rule", "addr", "neigh" }}, timeout = 0.5 }}
                ip "route add 20.0.0.0/8 via 10.0.0.2 metric 7 table 99"
                ip "rule add priority 50 from 10.0.0.0/8 lookup 99"
                ip "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent dev v0"
                ip "addr add 10.0.1.1/24 dev v1"
                local event = events()
                print(event)
                print(event.object, event.action, event.netns, event.dev, event.record)
                local listed = ns:route_list {{ table = 99 }}[1]
                for key, value in pairs(listed) do assert(event.record[key] == value, key) end
                for key in pairs(event.record) do assert(listed[key] ~= nil, key) end
                ns:route_delete(event.record)
                for event in events do
                  if event.object == "rule" and event.action == "add" then ns:rule_delete(event.record) end
                  if event.object ~= "route" or event.record.table == "99" then print(event) end
                end"#
            ),
            "ns0: add route 20.0.0.0/8 via 10.0.0.2 dev v0 proto boot metric 7\n\
             route\tadd\tns0\tv0\t20.0.0.0/8 via 10.0.0.2 dev v0 proto boot metric 7\n\
             ns0: add rule 50\n\
             ns0: add neigh 10.0.0.9 dev v0\n\
             ns0: add addr 10.0.1.1/24 dev v1\n\
             ns0: delete route 20.0.0.0/8 via 10.0.0.2 dev v0 proto boot metric 7\n\
             ns0: delete rule 50\n",
        );
    });
}

#[test]
fn a_pair_between_namespaces_has_its_other_end_in_the_records_of_events() {
    run(|| {
        prints(
            r#"netns.add "a" netns.add "b"
            local events <close> = netns.events { ns = "a", objects = { "link" }, timeout = 0.5 }
            netns.veth("a/x", "b/y", { up = true })
            netns.veth("a/v", "a/w")
            local last = {}
            for event in events do last[event.dev] = event.record end
            for _, name in ipairs { "x", "v" } do
              local listed = netns.link_get("a/" .. name)
              print(last[name].peer, last[name].peer == listed.peer, last[name].link_netns == listed.link_netns)
            end
            -- Many would take their time.
            for i = 1, 64 do netns.add("n" .. i) end
            netns.link_set("a/x", { mtu = 1400 })
            for event in events do print(event.dev, event.record.mtu, event.record.peer) end
            netns.delete_all()"#,
            "b/y\ttrue\ttrue\na/w\ttrue\ttrue\nx\t1400\tnil\n",
        );
    });
}

#[test]
fn a_loop_ends_by_its_time_by_close_and_with_its_namespaces() {
    run(|| {
        prints(
            r#"local start = task.clock()
            for event in netns.events { timeout = "50ms" } do error(event) end
            assert(task.clock() - start < 1)
            local events = netns.events { objects = { "link" } }
            do local closed <close> = events end
            print(events(), netns.events())
            netns.add "a" netns.add "b"
            -- Other tasks go on while it waits.
            local told = {}
            local follower = task.spawn(function()
              for event in netns.events { ns = { "a", netns.get "b" }, objects = { "link" } } do
                table.insert(told, tostring(event))
              end
            end)
            task.sleep "50ms"
            netns.veth("a/x", "b/y")
            task.sleep "50ms"
            netns.delete "a" netns.delete "b"
            follower:await()
            table.sort(told)
            print(table.concat(told, ", "))"#,
            "nil\tnetns.events\na: add link x, b: add link y\n",
        );
    });
}

#[test]
fn an_overrun_is_told_and_what_it_came_to() {
    run(|| {
        prints(
            &format!(
                r#"{SETTING}
                local events = netns.events {{ ns = ns, objects = {{ "route" }}, buffer = "8kb", timeout = 1 }}
                local batch = {{}}
                for i = 1, 2000 do batch[i] = ("route add 20.0.%d.%d via 10.0.0.2\n"):format(i >> 8, i & 255) end
                for i = 1, 2000, 2 do batch[#batch + 1] = "route del" .. batch[i]:sub(10) end
                assert(netns.exec(nil, {{ "ip", "-n", "ns0", "-batch", "-" }}, {{ stdin = table.concat(batch) }}).ok)
                local seen, count, overruns = {{}}, 0, 0
                for event in events do
                  if event.action == "overrun" then
                    overruns = overruns + 1
                    assert(tostring(event) == "ns0: overrun" and event.netns == "ns0" and event.record == nil)
                  elseif event.record.proto == "boot" then
                    local is = event.action == "add"
                    assert(is == (seen[event.record.dst] == nil), event)
                    seen[event.record.dst] = is or nil
                    count = count + (is and 1 or -1)
                  end
                end
                local there = ns:route_list {{ proto = "boot" }}
                for _, route in ipairs(there) do assert(seen[route.dst], route) end
                print(overruns > 0, count, #there)"#
            ),
            "true\t1000\t1000\n",
        );
    });
}

#[test]
fn what_cannot_be_followed_is_an_error() {
    run(|| {
        let all = "link, addr, route, rule, neigh, fdb, mdb, bridge_vlan, bridge_vni, maddr, \
                   mroute, mrule, netconf, nexthop, qdisc, class, filter, chain, action, xfrm_state, xfrm_policy, prefix, nsid, netns";
        let objects = format!("option \"objects\" must be an array of {all}, got \"routes\" (EINVAL)");
        for (code, error) in [
            (r#"netns.events { objects = { "routes" } }"#, objects.as_str()),
            (
                r#"netns.events { all = true, ns = "ns0" }"#,
                "option \"ns\" must be left out beside all = true, got \"ns0\" (EINVAL)",
            ),
            (
                r#"netns.events { ns = true }"#,
                "option \"ns\" must be a namespace or an array of them, got true (EINVAL)",
            ),
        ] {
            let place = format!(" --> /run/lab.lua:1 in netns.events\n  |\n1 | {code}\n  | ^^^^^^^^^^^^\n");
            fails(code, 1, &format!("error: {error}\n{place}"));
        }
        prints(r#"print(select(2, pcall(netns.events, { ns = "nosuch" })).message)"#, "no namespace \"nosuch\"\n");
    });
}
