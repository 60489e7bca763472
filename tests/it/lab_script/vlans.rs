//! VLANs in the kernel, where it has them; else the words for that.

use super::{outcome, refused};
use crate::sandbox::{run, sh};

const LAB: &str = "local net = lab.new()
    local s, t = net:switch 's', net:switch 't'
    net:link(s, t, { a = { trunk = { 10, 20 } } })
    for i = 1, 2 do
        net:link(net:host('a' .. i), i == 1 and s or t, { a = { vlan = 10 } })
        net:link(net:host('b' .. i), i == 1 and s or t, { a = { vlan = 20 } })
    end
    local r = net:router 'r'
    net:link(r, s, { a = { vlan = 10 } }) net:link(r, t, { a = { vlan = 20 } })
    net:link(net:host 'c', t)
    net:up()
    local a1, a2, b2 = net.nodes.a1, net.nodes.a2, net.nodes.b2
    print(net:ping(a1, a2).received, net:ping(a1, b2).received)
    b2:addr_add('eth0', '10.0.0.6/29')
    print(a1:ping('10.0.0.6', { timeout = 0.1 }).received)\n";

#[test]
fn switches_keep_vlans_apart() {
    run(|| {
        let has =
            sh("ip link add x type bridge vlan_filtering 1 2>/dev/null && ip link delete x && echo yes || echo no");
        let outcome = outcome(LAB);
        if has == "yes\n" {
            assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "1\t1\n0\n", ""));
            return;
        }
        let first = outcome.stderr.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(
            (outcome.code, first.as_str()),
            (
                4,
                "error: this kernel has no \"vlan_filtering\" for \"bridge\" links (EOPNOTSUPP)\n --> lab.lua:2 in net.switch"
            )
        );
    });
}

#[test]
fn vlans_are_refused_where_no_switch_keeps_them_apart() {
    run(|| {
        let end = |opts: &str| {
            format!(
                "local net = lab.new() local a, s, t = net:host 'a', net:switch 's', net:switch 't'\n{opts} net:plan()"
            )
        };
        let cases = [
            (
                end("net:link(a, s, { a = { vlan = 1, trunk = { 2 } } })"),
                "2: net.link: options \"vlan\" and \"trunk\" exclude each other (EINVAL)",
            ),
            (
                end("net:link(s, t, { a = { trunk = {} } })"),
                "2: net.link: option \"trunk\" must be an array of VLANs' numbers, got a table (EINVAL)",
            ),
            (
                end("net:link(a, s, { b = { vlan = 5 } })"),
                "2: net.link: \"s\" at lab.lua:2 has the option vlan, and \"a\" on the other side is no switch (EINVAL); leave it out, or link it with a switch",
            ),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), *told)).collect::<Vec<_>>());
    });
}
