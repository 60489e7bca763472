//! Rulesets of nftables: where what is wrong in them is shown, and what is masqueraded.

use crate::sandbox::{nsl, run, script, sh};

/// Runs a program from /run/lab.lua that fails, and gives what is printed of the error.
fn fails(text: &str) -> String {
    std::fs::write("/run/lab.lua", text).expect("a script");
    let outcome = nsl(&["/run/lab.lua"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{outcome:?}");
    outcome.stderr
}

#[test]
fn a_fault_is_shown_where_the_ruleset_stands_in_the_script() {
    run(|| {
        let text = fails(
            "local rules = [[
table inet filter {
\tchain input {
\t\ttype filter hook input priority 0;
\t\ttcp dprt 22 accept
\t}
}
]]
local function protect(ns)
  ns:nft(rules)
end
protect(netns.add())
",
        );
        assert_eq!(
            text,
            "error: the ruleset is refused at \"dprt\" (column 7): syntax error, unexpected string (EINVAL)
 --> /run/lab.lua:5 in netns.nft
  |
5 |         tcp dprt 22 accept
  |             ^^^^
  = called from /run/lab.lua:10
  = called from /run/lab.lua:12
"
        );
        // Escapes, and several faults.
        let text = fails(
            "local ns = netns.add()\nns:nft 'table ip x {\\n\\tchain a { jump b; }\\n\\tchain c { jump d; }\\n}'\n",
        );
        assert!(text.contains("refused at \"b\" (column 40)"), "{text}");
        assert!(text.contains("\n  |                                        ^\n"), "{text}");
        assert!(text.contains("= note: and at \"d\" (column 63) of /run/lab.lua:2: Could not process rule"), "{text}");
        // Of two that are the same, the nearest.
        let text = fails("local a = 'bad'\n\n\nlocal ns = netns.add()\n\nns:nft 'bad'\n");
        assert!(text.contains("--> /run/lab.lua:6 in netns.nft\n"), "{text}");
    });
}

#[test]
fn a_fault_of_a_ruleset_from_elsewhere_is_told_by_its_line() {
    run(|| {
        let text = fails(
            "local name = 'x'\nlocal ns = netns.add()\nns:nft('table ip ' .. name .. ' {\\n\\tchein a { }\\n}')\n",
        );
        assert_eq!(
            text,
            "error: the ruleset is refused at \"chein\" (line 2, column 2): syntax error, unexpected string (EINVAL)
 --> /run/lab.lua:3 in netns.nft
  |
3 | ns:nft('table ip ' .. name .. ' {\\n\\tchein a { }\\n}')
  | ^^^^^^
  = note:  chein a { }
  = note:  ^^^^^
"
        );
        // What an included file has is told by that file's name.
        std::fs::write("/run/part.nft", "table ip\n").expect("a ruleset");
        let text = fails("local ns = netns.add()\nns:nft 'include \"/run/part.nft\"'\n");
        assert!(text.contains("error: the ruleset is refused: /run/part.nft:"), "{text}");
        // A script that gets it as a value has the same.
        let printed = script(
            "local ns = netns.add()\nlocal e = select(2, pcall(ns.nft, ns, [[\n\ntable ip x { bad }]]))\nprint(e.where, e.message)",
        );
        assert!(printed.starts_with("(command line):4\tthe ruleset is refused at \"bad\" (column 14): "), "{printed}");
    });
}

#[test]
fn a_fault_in_a_labs_ruleset_is_shown_there_too() {
    run(|| {
        let text = fails(
            "local net <close> = lab.new()
local r = net:router('r', {
  nft = [[
    table ip x { chain y { type filter hook imput priority 0; }; }
  ]],
})
net:link(r, net:host 'a', { a = { nat = true } })
net:up()
",
        );
        assert!(text.starts_with("error: the ruleset is refused at \"imput\" (column 45): "), "{text}");
        assert!(text.contains("\n --> /run/lab.lua:4 in net.router\n"), "{text}");
        assert!(text.contains("4 |     table ip x { chain y { type filter hook imput priority 0; }; }\n"), "{text}");
        assert!(text.contains("\n  |                                             ^^^^^\n"), "{text}");
    });
}

/// What is to be known of the tables of ns0.
fn tables() -> String {
    sh("ip netns exec ns0 nft list tables; ip netns exec ns0 nft list table inet nsl | tr -s ' \\n\\t' ' '")
}

#[test]
fn each_device_is_masqueraded_once_beside_the_users_tables() {
    run(|| {
        let printed = script(
            r#"
            netns.add "ns0"
            netns.nft("ns0", "table inet own { chain postrouting { type nat hook postrouting priority 90; }\n }")
            local a, b = netns.veth("ns0/a", "ns0/b")
            netns.masquerade("ns0", "a")
            netns.masquerade("ns0", b)
            netns.get "ns0":masquerade "a"
            for _, bad in ipairs { "c", "/lo", 7, "x*" } do
              print(select(2, pcall(netns.masquerade, "ns0", bad)).message)
            end
            "#,
        );
        assert_eq!(
            printed,
            "no link \"ns0/c\"\n\
             \"lo\" is not in the namespace \"ns0\", which is to masquerade\n\
             argument 2 must be a device of the namespace (\"interface\" or a Link), got the number 7\n\
             no link \"ns0/x*\"\n"
        );
        let once = tables();
        assert_eq!(
            once.trim_end(),
            "table inet own\ntable inet nsl\ntable inet nsl { set out { type ifname elements = { \"a\", \"b\" } } \
             chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname @out masquerade } }"
        );
        script(r#"netns.masquerade("ns0", "a") netns.masquerade("ns0", "b")"#);
        assert_eq!(tables(), once);
    });
}

#[test]
fn what_goes_out_of_a_masqueraded_device_has_its_address() {
    run(|| {
        let printed = script(
            r#"
            local function node()
              local ns = netns.add()
              ns:sysctl { ["net.ipv6.conf.*.accept_dad"] = 0, ["net.ipv4.ip_forward"] = 1, ["net.ipv6.conf.all.forwarding"] = 1 }
              return ns
            end
            local inner, router, server = node(), node(), node()
            netns.veth(inner:link "eth0", router:link "in", { up = true,
              a = { ip = { "192.168.1.2/24", "fd00::2/64" } }, b = { ip = { "192.168.1.1/24", "fd00::1/64" } } })
            netns.veth(router:link "out", server:link "eth0", { up = true,
              a = { ip = { "203.0.113.2/24", "2001:db8::2/64" } }, b = { ip = { "203.0.113.1/24", "2001:db8::1/64" } } })
            inner:route_add("default", { via = "192.168.1.1" })
            inner:route_add("default", { via = "fd00::1" })
            local function ask()
              local four = inner:ping("203.0.113.1", { timeout = 1 }).received
              return four, inner:ping("2001:db8::1", { timeout = 1 }).received
            end
            print(ask())
            router:masquerade "in"
            print(ask())
            router:masquerade "out"
            print(ask())
            router:nft "delete table inet nsl"
            "#,
        );
        // The server has no way back to what is not masqueraded, or at the wrong side.
        assert_eq!(printed, "0\t0\n0\t0\n1\t1\n");
    });
}
