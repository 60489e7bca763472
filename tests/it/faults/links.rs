//! Rows about links, addresses and routes.

use super::{fails, says, state};
use crate::sandbox::{Outcome, nsl, run, script, sh};

#[test]
fn row_12_names_of_links_that_break_a_rule() {
    run(|| {
        let before = state();
        for (name, rule) in [
            ("abcdefghijklmnop", "it has 16 bytes, and 15 are allowed"),
            ("a%d", "it contains \"%\""),
            ("a:b", "it contains \":\""),
            ("a b", "it contains a space"),
            ("all", "the kernel keeps it for itself"),
        ] {
            let texts = [&format!("invalid link name \"{name}\""), rule, "(EINVAL)"];
            fails(&format!("netns.veth('{name}', 'b')"), 1, &texts);
            fails(&format!("netns.veth('b', '{name}')"), 1, &texts);
            fails(&format!("netns.link_add('{name}', {{ type = 'bridge' }})"), 1, &texts);
            fails(&format!("netns.link_set('lo', {{ name = '{name}' }})"), 1, &texts);
        }
        assert_eq!(state(), before);
    });
}

#[test]
fn row_13_a_name_that_is_taken_at_the_other_end() {
    run(|| {
        sh("ip netns add a; ip netns add b; ip -n b link add eth0 type bridge");
        fails("netns.veth('a/v0', 'b/eth0')", 1, &["link \"b/eth0\" already exists (EEXIST)"]);
        fails("netns.veth('b/eth0', 'a/v0')", 1, &["link \"b/eth0\" already exists (EEXIST)"]);
        assert_eq!(sh("ip -n a -o link | wc -l; ip -n b -o link | wc -l; ip -o link | wc -l"), "1\n2\n1\n");
        // Of what cannot be had as asked neither end is left.
        fails("netns.veth('a/v0', 'b/v1', { b = { master = 'nosuch' } })", 1, &["no link \"b/nosuch\" (ENODEV)"]);
        fails("netns.veth('a/v0', 'b/v1', { a = { ip = { '10.0.0.1/24', '10.0.0.1/24' } } })", 1, &["10.0.0.1/24"]);
        assert_eq!(sh("ip -n a -o link | wc -l; ip -n b -o link | wc -l"), "1\n2\n");
    });
}

#[test]
fn row_14_addresses_that_are_none() {
    run(|| {
        sh("ip netns add a");
        let before = sh("ip -n a addr");
        for (address, text, hint) in [
            ("10.0.0.1/33", "prefix \"33\" of \"10.0.0.1/33\" is out of range", None),
            ("::1/129", "prefix \"129\" of \"::1/129\" is out of range", None),
            ("1.2.3", "\"1.2.3\" is not an IP address", Some("write it like")),
            ("10.0.0.1", "\"10.0.0.1\" has no prefix length", Some("write \"10.0.0.1/24\"")),
        ] {
            let outcome = fails(&format!("netns.addr_add('a/lo', '{address}')"), 1, &[text, "(EINVAL)"]);
            says(&outcome, &hint.into_iter().collect::<Vec<_>>());
        }
        assert_eq!(sh("ip -n a addr"), before);
    });
}

#[test]
fn row_15_a_gateway_that_nothing_leads_to() {
    run(|| {
        sh("ip netns add a; ip -n a link add v0 type veth peer name v1; ip -n a link set v0 up; ip -n a link set v1 up
            ip -n a addr add 10.0.0.1/24 dev v0");
        let before = sh("ip -n a route");
        let outcome = fails("netns.route_add('a', 'default', { via = '192.168.1.1' })", 1, &["(ENETUNREACH)"]);
        let kernel = sh("ip -n a route add default via 192.168.1.1 2>&1 | sed -n 's/^Error: \\(.*\\)[.]$/\\1/p'");
        assert!(!kernel.is_empty());
        says(&outcome, &[&format!("= kernel: {kernel}"), "no link leads to \"192.168.1.1\""]);
        assert_eq!(sh("ip -n a route"), before);
    });
}

/// The first of these kinds that this kernel lacks; some kernels have them all, but none has the last.
fn lacking() -> &'static str {
    let kinds = ["dummy", "vrf", "wireguard", "batadv", "amt", "pfcp", "quantumnet"];
    let lacks = |kind: &&str| {
        let refused = sh(&format!("ip link add probe type {kind} 2>&1 || true; ip link del probe 2>/dev/null || true"));
        refused.contains("Unknown device type")
    };
    kinds.into_iter().find(lacks).expect("no kernel has the last one")
}

#[test]
fn row_16_a_kind_that_the_kernel_lacks() {
    run(|| {
        sh("ip netns add a");
        let (kind, before) = (lacking(), state());
        let outcome = fails(
            &format!("netns.link_add('a/x0', {{ type = '{kind}' }})"),
            4,
            &[&format!("this kernel has no \"{kind}\" links (EOPNOTSUPP)"), "= kernel: Unknown device type"],
        );
        if kind != "quantumnet" {
            says(&outcome, &[&format!("= hint: load it with `modprobe {kind}` (CONFIG_")]);
        }
        assert_eq!(sh("ip -n a -o link | wc -l"), "1\n");
        assert_eq!(state(), before);
        // A misspelt one is told before the kernel is asked, and is the script's own fault.
        fails("netns.link_add('a/x0', { type = 'brigde' })", 1, &["did you mean \"bridge\"?", "(EINVAL)"]);
    });
}

#[test]
fn an_option_that_the_kernel_was_built_without() {
    run(|| {
        sh("ip netns add a; ip -n a link add probe type bridge");
        let has = sh("ip -n a link set probe type bridge vlan_filtering 1 2>&1 || true").is_empty();
        let outcome = nsl(&["-e", "netns.link_add('a/br0', { type = 'bridge', vlan_filtering = true })"]);
        let there = sh("ip -n a -o link show type bridge | wc -l");
        if has {
            assert_eq!((outcome.code, there.as_str()), (0, "2\n"), "{}", outcome.stderr);
        } else {
            assert_eq!((outcome.code, there.as_str()), (4, "1\n"), "{}", outcome.stderr);
            says(&outcome, &["this kernel has no \"vlan_filtering\" for \"bridge\" links (EOPNOTSUPP)", "= hint:"]);
        }
    });
}

#[test]
fn a_link_that_is_up_is_renamed_where_the_kernel_lets_it() {
    run(|| {
        sh("ip netns add a; ip -n a link add v0 type veth peer name v1; ip -n a link set v0 up");
        let outcome = nsl(&["-e", "netns.link_set('a/v0', { name = 'v2' })"]);
        let renamed = sh("ip -n a -o link show | grep -c v2@ || true") == "1\n";
        // Linux 6.2 and later.
        if renamed {
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        } else {
            assert_eq!(outcome.code, 1);
            says(&outcome, &["link \"a/v0\" cannot be renamed while it is up (EBUSY)", "= hint: set it down first"]);
        }
        let theirs: Outcome = std::process::Command::new("ip")
            .args(["-n", "a", "link", "set", if renamed { "v2" } else { "v0" }, "name", "v3"])
            .output()
            .expect("ip starts")
            .into();
        assert_eq!(theirs.code == 0, renamed, "{theirs:?}");
    });
}

#[test]
fn a_call_that_raises_changes_nothing() {
    run(|| {
        sh("ip netns add a; ip -n a link add v0 type veth peer name v1; ip -n a link add br0 type bridge");
        let before = sh("ip -n a -d addr; ip -n a route show table all");
        for call in [
            "link_set('a/v0', { mtu = 1400, up = true, master = 'nosuch' })",
            "link_set('a/v0', { mtu = 1400, alias = 'x', name = 'br0' })",
            "link_set('a/v0', { ip = '10.0.0.1/24', mtu = 1 })",
            "link_add('a/br1', { type = 'bridge', ip = { '10.0.0.1/24', '10.0.0.1/24' } })",
            "link_add('a/br1', { type = 'bridge', master = 'br0' })",
            "routes_add('a', { { dst = '10.1.0.0/16', type = 'blackhole' }, { dst = '10.2.0.0/16', via = '10.9.9.9' } })",
            "addr_add('a/v0', '10.0.0.1/24', { label = 'wrong' })",
        ] {
            let outcome = nsl(&["-e", &format!("netns.{call}")]);
            assert_eq!(outcome.code, 1, "{call}: {outcome:?}");
            assert_eq!(sh("ip -n a -d addr; ip -n a route show table all"), before, "{call}");
        }
    });
}

#[test]
fn what_a_script_is_told_is_what_it_needs_to_go_on() {
    run(|| {
        script(
            "netns.add 'a'
             local ok, e = pcall(netns.addr_add, 'a/lo', '10.0.0.1')
             assert(not ok and e.code == 'EINVAL' and e.op == 'netns.addr_add' and e.where == '(command line):2')
             assert(e.message == '\"10.0.0.1\" has no prefix length' and e.hint == 'write \"10.0.0.1/24\"')
             local text = '(command line):2: netns.addr_add: \"10.0.0.1\" has no prefix length (EINVAL)'
             assert(tostring(e) == text, tostring(e))",
        );
    });
}
