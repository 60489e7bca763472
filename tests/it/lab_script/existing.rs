//! Nodes whose namespaces are there already: the lab adds its links, and takes nothing else.

use super::{outcome, prints, refused};
use crate::sandbox::{nsl_path, run, sh};

#[test]
fn a_lab_is_joined_to_namespaces_that_stay() {
    run(|| {
        prints(
            "netns.add 'there'
            netns.sysctl('there', 'net.ipv4.conf.all.rp_filter', 2)
            local free <close> = netns.add()
            free:link_set('lo', { up = true })
            local home = netns.get '/proc/self/ns/net'
            local net = lab.new()
            local r, h = net:router 'r', net:host 'h'
            local nodes = {}
            for i, ns in ipairs { 'there', free, home } do
                nodes[i] = net:host('e' .. i, { ns = ns })
                net:link(nodes[i], r, { a = { name = 'lab' .. i } })
            end
            net:link(h, r)
            for round = 1, 3 do
                net:up { quiet = true }
                print(net:ping('e1', h).received, net:ping(h, 'e2').received, netns.ping(nil, h).received, net:ping('e1', 'e3').received)
                local link = netns.link_get('there/lab1')
                print(link.alias:match '^nsl:%d+$' ~= nil, #netns.addr_list 'there/lab1', netns.link_get('/lab3').up)
                for _, route in ipairs(netns.route_list 'there') do if route.via then print(route.dst, route.dev) end end
                print(nodes[1]:sysctl 'net.ipv4.conf.all.rp_filter', nodes[1]:output 'readlink /proc/self/ns/net' == netns.output('there', 'readlink /proc/self/ns/net'))
                net:down()
                print(#netns.link_list 'there', #free:link_list(), #netns.link_list(), netns.exists 'there', #netns.route_list 'there')
            end
            print(free:link_get 'lo'.up, #netns.list())",
            &"1\t1\t1\t1
            true\t1\ttrue
            10.0.0.0/29\tlab1
            2\ttrue
            1\t1\t1\ttrue\t0
            "
            .repeat(3)
            .trim_end()
            .chars()
            .chain("\ntrue\t1".chars())
            .collect::<String>(),
        );
    });
}

#[test]
fn an_error_or_a_kill_takes_the_links_back() {
    run(|| {
        let nsl = nsl_path().display().to_string();
        sh("ip netns add there; ip link add taken type bridge");
        let lab = |name: &str, end: &str| {
            format!(
                "local net = lab.new({name})
                local e, h = net:node('e', {{ ns = 'there' }}), net:host 'h'
                net:link(e, h, {{ a = {{ name = 'lab0' }} }})
                net:link(net:host('home', {{ ns = '/proc/self/ns/net' }}), h, {{ a = {{ name = '{end}' }} }})
                net:up() "
            )
        };
        let refused = outcome(&lab("", "taken"));
        assert_eq!((refused.code, sh("ip -n there -o link | wc -l; ip -o link | wc -l")), (1, "1\n2\n".to_owned()));
        assert!(refused.stderr.starts_with("error: link \"home/taken\" already exists (EEXIST)"), "{}", refused.stderr);
        for name in ["", "'demo'"] {
            let killed = outcome(&(lab(name, "lab1") + "netns.exec(nil, 'kill -9 $PPID')"));
            assert_eq!(killed.code, 137);
            // The kernel takes them some time after the namespace of their other ends.
            sh(&format!(
                "{nsl} clean 2>/dev/null; until test \"$(ip -n there -o link | wc -l)$(ip -o link | wc -l)\" = 12; do sleep 0.01; done"
            ));
            assert_eq!(sh("ip netns list | sed 's/ .*//'"), "there\n");
        }
        let named = outcome(
            &(lab("'demo'", "lab1")
                + "print(netns.exists 'demo-h', netns.exists 'demo-e') net:down() print(#netns.link_list 'there')"),
        );
        assert_eq!((named.stdout.as_str(), named.stderr.as_str()), ("true\tfalse\n1\n", ""));
    });
}

#[test]
fn apply_adds_to_them_and_takes_away_again() {
    run(|| {
        prints(
            "netns.add 'there'
            local net = lab.new()
            local r = net:router 'r'
            net:link(net:host 'h', r)
            net:up()
            net:link(net:host('e', { ns = 'there' }), r, { a = { name = 'lab0' } })
            net:apply()
            print(net:ping('e', 'h').received, #netns.link_list 'there', net:diff())
            netns.link_add('there/other', { type = 'bridge' })
            print(net:diff())
            net:remove 'e'
            net:apply()
            print(#netns.link_list 'there')
            net:link(net:host('e', { ns = 'there' }), r, { a = { name = 'lab0' } })
            net:apply()
            net:down()
            print(#netns.link_list 'there', netns.exists 'there')",
            "1\t2\tnothing differs
            nothing differs
            2
            2\ttrue",
        );
    });
}

#[test]
fn more_than_links_is_refused() {
    run(|| {
        let up = |text: &str| format!("local e <close> = netns.add() local net <close> = lab.new()\n{text}\nnet:up()");
        let there = "\"e\" at lab.lua:2 is a namespace that is there already: a lab gives it links, and not";
        let hint = "leave it out, or set it with the functions of netns";
        let cases = [
            (up("net:host('e', { ns = e, sysctl = { ['net.ipv4.ip_forward'] = 1 } })"), format!("2: net.host: {there} the option sysctl (EINVAL); {hint}")),
            (up("net:switch('e', { ns = e })"), format!("2: net.switch: {there} a bridge (EINVAL); {hint}")),
            (up("net:link(net:router('e', { ns = e }), net:host 'h', { a = { nat = true } })"), format!("2: net.link: {there} the option nat (EINVAL); {hint}")),
            (up("net:link(net:host('e', { ns = e }), net:host('f', { ns = e }))"), "2: net.link: \"e\" and \"f\", which the link at lab.lua:2 joins, are namespaces that are there already (EINVAL); join them with netns.veth".to_owned()),
            (up("net:host('e', { ns = 'nowhere' })"), "2: net.host: no namespace \"nowhere\" (ENOENT)".to_owned()),
            (up("net:host('e', { ns = true })"), "2: net.host: option \"ns\" must be a namespace (a Netns, a name, a path or a pid), got true (EINVAL)".to_owned()),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), told.as_str())).collect::<Vec<_>>());
    });
}
