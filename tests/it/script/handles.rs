//! Handles are identities: they follow what they mean, are equal when they mean the same, and say when it is gone.

use super::prints;
use crate::sandbox::run;

#[test]
fn handles_are_equal_when_they_mean_the_same() {
    run(|| {
        prints(
            r##"local a, b, c = netns.add "a", netns.get "a", netns.add()
            print(a == b, rawequal(a, b), a == c, c == c, a == netns.get "/run/netns/a", a ~= c)
            local x, y = netns.veth("a/v0", c:link "eth0")
            print(x == a:link "v0", x == netns.link "a/v0", x == y, x == a)
            local seen = { [x] = 1 }
            print(seen[x], a == "a", tostring(a) == "a")"##,
            "true\tfalse\tfalse\ttrue\ttrue\ttrue\ntrue\ttrue\tfalse\tfalse\n1\tfalse\ttrue\n",
        );
    });
}

#[test]
fn a_handle_prints_as_what_one_would_type() {
    run(|| {
        prints(
            r##"local a, c = netns.add "a", netns.add()
            print(a, a.name, c.name, a:link "eth0", netns.link "eth0", netns.link "a/eth0")
            print((tostring(c):gsub("%d+", "N")), (tostring(c:link "eth0"):gsub("%d+", "N")))
            local sleeper <close> = netns.spawn(nil, { "sleep", "9" })
            print((tostring(sleeper):gsub("%d+", "N")), (tostring(netns.monitor())))"##,
            "a\ta\tnil\ta/eth0\teth0\ta/eth0\nanonymous namespace net:[N]\tanonymous namespace net:[N]/ethN\n\
             process N\tnetns.monitor\n",
        );
    });
}

#[test]
fn plain_lists_and_records_print_what_they_hold() {
    run(|| {
        prints(
            r##"local events = netns.monitor { timeout = 5 }
            netns.attach("here", "/proc/self/ns/net")
            print(netns.identify(), netns.add():pids())
            for event in events do print(event) break end"##,
            "{ \"here\" }\t{}\n{ action = \"add\", name = \"here\" }\n",
        );
    });
}

#[test]
fn a_link_that_moves_keeps_its_last_name() {
    run(|| {
        prints(
            r##"local a, b = netns.add "a", netns.add "b"
            local x = netns.veth("a/v0", "a/v1")
            x:set { name = "w0" }
            print(x:set { netns = "b" }, b:link "w0":get().peer)"##,
            "b/w0\ta/v1\n",
        );
    });
}

#[test]
fn a_handle_follows_its_link_and_says_when_it_is_gone() {
    run(|| {
        prints(
            r##"local a, b = netns.add "a", netns.add "b"
            local x = netns.veth("a/v0", "b/v0")
            os.execute "ip -n a link set v0 name w0"
            print(x, x:get().name)
            print(x:set { name = "u0", mtu = 1400 }, x)
            os.execute "ip -n a link del u0"
            for _, call in ipairs { x.get, x.delete, x.addr_list } do print(pcall(call, x)) end
            print(pcall(x.set, x, { mtu = 1300 }))
            print(x)
            os.execute "ip netns del a"
            print(pcall(a.link_list, a)) print(pcall(function() return a.inode end)) print(a, a == a, a == netns.get "b")
            os.execute "ip netns add a"
            print(pcall(a.exec, a, { "true" }))
            print(a == netns.get "a")"##,
            "a/w0\tw0\na/u0\ta/u0\nfalse\t/run/lab.lua:7: netns.link_get: link \"a/u0\" is gone (ENODEV)\n\
             false\t/run/lab.lua:7: netns.link_delete: link \"a/u0\" is gone (ENODEV)\n\
             false\t/run/lab.lua:7: netns.addr_list: link \"a/u0\" is gone (ENODEV)\n\
             false\t/run/lab.lua:8: netns.link_set: link \"a/u0\" is gone (ENODEV)\na/u0\n\
             false\t/run/lab.lua:11: netns.link_list: namespace \"a\" was removed (ENOENT)\n\
             false\t/run/lab.lua:11: namespace \"a\" was removed (ENOENT)\na\ttrue\tfalse\n\
             false\t/run/lab.lua:13: netns.exec: namespace \"a\" was removed, and another one has its name \
             now (ENOENT)\nfalse\n",
        );
    });
}
