//! Interfaces of nsl's own namespace that nodes have while a lab is up.

use serde_json::{Value, json};

use super::{outcome, printed, prints, refused};
use crate::sandbox::{nsl_path, run, sh};

/// What an interface has here: its link, addresses and routes.
fn state(name: &str) -> Value {
    let links: Value = serde_json::from_str(&sh(&format!("ip -d -j link show {name}"))).expect("JSON");
    let keys = ["ifindex", "ifname", "mtu", "address", "txqlen", "ifalias", "master"];
    let link: Vec<Value> = keys.iter().map(|key| links[0][key].clone()).collect();
    let up = links[0]["flags"].as_array().is_some_and(|flags| flags.contains(&json!("UP")));
    let addresses = sh(&format!("ip -o addr show dev {name} | sed 's/ tentative//; s/ *valid_lft.*//'"));
    let routes =
        format!("for t in main 77; do ip route show table $t dev {name}; ip -6 route show table $t dev {name}; done");
    let routes = sh(&format!("{{ {routes}; }} 2>/dev/null | sed 's/ linkdown//; s/ *$//' | sort"));
    json!([link, up, addresses, routes])
}

/// Makes `eth1`, with all there is, `eth2`, a port of a bridge, and `eth3`, which is down; the other ends are `out1` … here.
fn prepare() {
    sh("ip link add br9 type bridge
        ip link set br9 up
        for i in 1 2 3; do ip link add eth$i type veth peer name out$i; ip link set out$i up; done
        ip link set eth1 address 02:aa:bb:cc:dd:01 mtu 1400 txqueuelen 77 alias 'of the house' up
        ip addr add 192.168.7.2/24 brd + dev eth1
        ip addr add 192.168.7.3/24 dev eth1
        ip addr add 2001:db8:7::2/64 nodad dev eth1
        ip route add 10.9.0.0/16 via 192.168.7.1
        ip route add default via 192.168.7.1 metric 50
        ip route add 172.16.0.0/12 dev eth1 table 77
        ip -6 route add 2001:db8:9::/48 via 2001:db8:7::1
        ip link set eth2 master br9 up");
}

fn all() -> [Value; 3] {
    ["eth1", "eth2", "eth3"].map(state)
}

const LAB: &str = "local net <close> = lab.new(NAME)
    local r, s, h = net:router('r', { routes = { { dst = 'default', via = '192.168.7.1' } } }), net:switch 's', net:host 'h'
    net:link(h, r)
    net:link(r, '/eth1', { ip = '192.168.7.9/24', mtu = 1300, mac = '02:00:00:00:77:01' })
    net:link('/eth2', s)
    net:link(h, '/eth3', { a = { name = 'up0', ip = { '10.77.0.1/24', 'fd77::1/64' } } })
    net:link(net:host 'p', s, { a = { ip = '192.168.8.1/24' } })
    net:up { quiet = true, keep = KEEP }
    ";

fn lab(name: &str, rest: &str) -> String {
    LAB.replace("NAME", name).replace("KEEP", "false") + rest
}

#[test]
fn an_interface_is_moved_in_and_given_back_with_all_it_had() {
    run(|| {
        prepare();
        let before = all();
        assert!(before[0][3].as_str().is_some_and(|routes| routes.lines().count() >= 7), "{}", before[0]);
        sh("ip addr add 192.168.7.1/24 dev out1; ip addr add 192.168.8.9/24 dev out2");
        prints(
            &lab(
                "",
                "for _, dev in ipairs { 'eth1', 'eth2', 'eth3' } do print((pcall(netns.link_get, dev))) end
                local link = r:link_get 'eth1'
                print(link.up, link.mtu, link.address, r:addr_list 'eth1'[1].address, s:link_get 'eth2'.master)
                for _, route in ipairs(r:route_list()) do if route.dst == 'default' then print(route.via, route.dev) end end
                for _, address in ipairs(h:addr_list 'up0') do if address.scope == 'global' then print(address.address) end end
                print(net.nodes.p:ping '192.168.8.9'.received, r:ping '192.168.7.1'.received)
                print(h:route_get '10.77.0.77'.dev, net:diff())
                net:down()
                print(netns.link_get 'eth1'.mtu)
                net:up { quiet = true }
                r:link_set('eth1', { name = 'other', mtu = 1280 })
                r:addr_add('other', '10.1.1.1/24')
                for _, change in ipairs(net:diff()) do print(change.action, change.what, change.name) end
                net:apply { quiet = true }
                print(r:link_get 'eth1'.mtu, net:diff())"
            ),
            "false
            false
            false
            true\t1300\t02:00:00:00:77:01\t192.168.7.9/24\tbr0
            192.168.7.1\teth1
            fd00:6e73:6c00::\teth0
            10.77.0.1/24
            fd77::1/64
            1\t1
            up0\tnothing differs
            1400
            remove\tlink\tother
            add\tlink\teth1
            add\taddress\teth1
            change\troute\tdefault
            1300\tnothing differs",
        );
        assert_eq!(all(), before);
    });
}

#[test]
fn errors_signals_and_the_end_of_the_script_give_it_back() {
    run(|| {
        prepare();
        let before = all();
        for (rest, code) in [
            ("error 'no'", 1),
            ("os.exit(7)", 7),
            ("netns.exec(nil, 'kill -INT $PPID; sleep 100')", 130),
            ("netns.exec(nil, 'kill -TERM $PPID; sleep 100')", 143),
            ("net.nodes.r:delete()", 1),
        ] {
            let ended = outcome(&lab("", rest));
            assert_eq!((ended.code, all()), (code, before.clone()), "{rest}: {}", ended.stderr);
        }
        let fails = lab("", "").replace("net:up", "net.nodes.h:configure { run = { 'exit 3' } } net:up");
        assert_eq!((outcome(&fails).code, all()), (1, before.clone()));
        let taken = "local net = lab.new() net:link(net:host('h', { ns = '/proc/self/ns/net' }), '/eth1', { name = 'eth3' }) net:up()";
        let taken = outcome(taken);
        assert_eq!((taken.code, all()), (1, before), "{}", taken.stderr);
    });
}

#[test]
fn a_named_lab_gives_it_back_whoever_ends_it() {
    run(|| {
        prepare();
        let nsl = nsl_path().display().to_string();
        let before = all();
        let killed = outcome(&lab("'demo'", "netns.exec(nil, 'kill -KILL $PPID')"));
        assert_eq!(killed.code, 137);
        assert_eq!(sh("ip -o link | grep -c 'eth[123]@' || true"), "0\n");
        sh(&format!("{nsl} clean 2>&1"));
        assert_eq!(all(), before, "nsl clean");
        let kept = LAB.replace("NAME", "'demo'").replace("KEEP", "true").replace("local net <close>", "local net");
        printed(&kept);
        assert_eq!(sh("ip -n demo-r -o link show eth1 | wc -l"), "1\n");
        assert_eq!(sh(&format!("{nsl} exec demo/r cat /sys/class/net/eth1/mtu 2>&1 || true")).trim(), "1300");
        let elsewhere = sh(&format!("unshare --net {nsl} down demo 2>&1 || true"));
        let told = "error: host interface \"eth3\" was taken from another network namespace than this (EXDEV)";
        assert!(elsewhere.starts_with(told), "{elsewhere}");
        sh(&format!("{nsl} down demo 2>&1"));
        assert_eq!(all(), before, "nsl down");
        // Somebody else who takes the name of a dead one's gives it back, too.
        outcome(&lab("'demo'", "netns.exec(nil, 'kill -KILL $PPID')"));
        printed("local net <close> = lab.new 'demo' net:host 'h' net:up()");
        assert_eq!(all(), before, "lab.new");
    });
}

#[test]
fn apply_moves_it_in_and_out() {
    run(|| {
        prepare();
        let before = all();
        prints(
            "local net <close> = lab.new()
            local h = net:host 'h'
            net:link(h, net:host 'i')
            net:link(h, '/eth3')
            print(h.interfaces)
            net:link(h, '/eth1', { ip = '192.168.7.9/24' })
            h:configure { routes = { { dst = '10.200.0.0/16', via = '192.168.7.1' } } }
            print(net:plan())
            print(net:plan().nodes.h.routes)
            h:configure { routes = {} }
            net:remove 'h/eth1'
            print(net:diff())
            net:up { quiet = true }
            net:link(h, '/eth1', { ip = '192.168.7.9/24' })
            h:configure { routes = { { dst = '10.200.0.0/16', via = '192.168.7.1' } } }
            net:link(net:host 'new', '/eth2', { ip = '192.168.9.9/24' })
            print(net:diff())
            net:apply { quiet = true }
            print(net:diff(), h:route_get '10.200.0.1'.dev, net.nodes.new:addr_list 'eth2'[1].address)
            net:remove 'h/eth1'
            h:configure { routes = {} }
            net:remove 'new'
            print(net:diff())
            net:apply { quiet = true }
            print(net:diff(), netns.link_get 'eth1'.mtu, netns.link_get 'eth2'.master)
            print(pcall(net.remove, net, 'h/eth1'))",
            "name  address      mac                link
            eth0  10.0.0.0/31  02:00:00:00:00:00  h -- i
            eth3                                  h -- /eth3
            lab: 2 nodes, 1 link, 2 routes
            node  kind  routes  interface  address         mac                to
            h     host  1       eth0       10.0.0.0/31     02:00:00:00:00:00  i/eth0
            eth3                                          /eth3
            eth1       192.168.7.9/24                     /eth1
            i     host  1       eth0       10.0.0.1/31     02:00:00:00:00:01  h/eth0
            dst            via          dev
            10.200.0.0/16  192.168.7.1  eth1
            + node h (host)
            + link h/eth0 -- i/eth0
            + address h/eth0 10.0.0.0/31
            + link h/eth3 (host eth3)
            + node i (host)
            + address i/eth0 10.0.0.1/31
            + link h/eth1 (host eth1)
            + address h/eth1 192.168.7.9/24
            + route h 10.200.0.0/16 via 192.168.7.1 dev eth1
            + route i default via 10.0.0.0 dev eth0
            + node new (host)
            + link new/eth2 (host eth2)
            + address new/eth2 192.168.9.9/24
            nothing differs\teth1\t192.168.9.9/24
            - link h/eth1 (veth)
            - route h 10.200.0.0/16 via 192.168.7.1 dev eth1
            - route i default via 10.0.0.0 dev eth0
            - node new
            nothing differs\t1400\tbr9
            false\tlab.lua:26: net.remove: the lab has no node \"h/eth1\" (ENOENT)",
        );
        assert_eq!(all(), before);
    });
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_built() {
    run(|| {
        prepare();
        let before = all();
        let up = |text: &str| {
            format!("local net <close> = lab.new()\nlocal h, s = net:host 'h', net:switch 's'\n{text}\nnet:up()")
        };
        let cases = [
            (
                up("net:link(h, '/eht1')"),
                "3: net.link: no link \"eht1\" (ENODEV); did you mean \"eth1\"? (there are lo, br9, out1, eth1, out2, eth2, out3, eth3)",
            ),
            (
                up("net:link(h, '/eth1') net:link('/eth1', s)"),
                "3: net.link: host interface \"eth1\" is given to two nodes: by the links at lab.lua:3 and at lab.lua:3 (EEXIST); use another one, or a switch between both nodes",
            ),
            (
                up("net:link(h, '/lo')"),
                "3: net.link: link \"lo\" cannot leave its namespace (EINVAL); make it where it belongs in the first place",
            ),
            (
                up("net:link('/eth1', '/eth2')"),
                "3: net.link: a link joins a node with a node or with a host interface, and this has no node (EINVAL); write net:link(node, \"/eth1\")",
            ),
            (
                up("net:link(s, '/eth1', { ip = '10.0.0.1/24' })"),
                "3: net.link: switch \"s\" (declared at lab.lua:2) takes no address, and lab.lua:3 gives it \"10.0.0.1/24\" (EINVAL); give the address to a host or router that is linked to it",
            ),
            (
                up("net:link(s, '/eth1', { ipp = '10.0.0.1/24' })"),
                "3: net.link: unknown option \"ipp\" for link (EINVAL); did you mean \"ip\"?",
            ),
            (
                up("net:link(h, '/eth1', { name = 'eth0' }) net:link(h, s, { a = { name = 'eth0' } })"),
                "3: net.link: \"eth0\" is the host interface of \"h\" (declared at lab.lua:2), and no name for an interface of the link at lab.lua:3 (EEXIST); give it another name",
            ),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), *told)).collect::<Vec<_>>());
        assert_eq!(all(), before);
    });
}
