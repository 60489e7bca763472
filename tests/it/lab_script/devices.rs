//! Devices of a node beside the ends of its links, and what ends take of `link_set`.

use super::{prints, refused};
use crate::sandbox::run;

#[test]
fn ends_find_the_devices_of_their_node_as_masters() {
    run(|| {
        prints(
            "local net = lab.new { subnets6 = '2001:db8::/48' }
            local r = net:router('r', {
                devices = {
                    { name = 'red', type = 'bridge', ip = { '192.168.5.1/24', '2001:db8:5::1/64' }, forward_delay = 2, mac = '02:aa:00:00:00:01' },
                    { name = 'eth1', type = 'ifb', mtu = 1300, up = false },
                    { name = 'out', type = 'ifb', master = 'red' },
                },
            })
            local a, b = net:host 'a', net:host 'b'
            net:link(r, a, { a = { master = 'red', ip = false, hairpin = true }, b = { ip = '192.168.5.2/24' } })
            net:link(r, b)
            net:link(r, b, { a = { master = 'red', ip = false }, b = { ip = false } })
            net:up()
            b:addr_add('eth1', '192.168.5.3/24')
            for _, name in ipairs { 'red', 'eth1', 'out', 'eth0', 'eth2', 'eth3' } do
                local link = r:link_get(name)
                print(name, link.type, link.master, link.up, link.mtu, link.hairpin)
            end
            print(r:link_get 'red'.address, r:link_get 'red'.forward_delay, r:addr_list 'red'[1].address)
            print(net:ping(a, b).received, b:ping '192.168.5.1'.received, a:ping '192.168.5.1'.received)",
            "red\tbridge\tnil\ttrue\t1500\tnil
            eth1\tifb\tnil\tfalse\t1300\tnil
            out\tifb\tred\ttrue\t1500\tfalse
            eth0\tveth\tred\ttrue\t1500\ttrue
            eth2\tveth\tnil\ttrue\t1500\tnil
            eth3\tveth\tred\ttrue\t1500\tfalse
            02:aa:00:00:00:01\t2.0\t192.168.5.1/24
            1\t1\t1",
        );
    });
}

#[test]
fn a_device_may_stand_on_a_link_of_its_node() {
    run(|| {
        prints(
            "local net = lab.new()
            local function m(number)
                return { name = 'm' .. number, type = 'macvlan', link = 'eth0', mode = 'bridge', ip = '192.168.' .. number .. '.1/24', bcqueuelen = 300 }
            end
            local a = net:host('a', { devices = { m(7) } })
            local b = net:host 'b'
            net:link(a, b)
            net:up()
            local link = a:link_get 'm7'
            print(link.type, link.link, link.mode, link.up, link.bcqueuelen, a:addr_list 'm7'[1].address)
            b:addr_add('eth0', '192.168.7.2/24')
            print(b:ping '192.168.7.1'.received)
            a:configure { devices = { m(7), m(8) } }
            net:apply()
            print(a:link_get 'm8'.link, a:link_get 'm7'.index == link.index, #net:diff())",
            "macvlan\teth0\tbridge\ttrue\t300\t192.168.7.1/24
            1
            eth0\ttrue\t0",
        );
    });
}

#[test]
fn an_end_takes_what_only_follows_the_message_that_makes_it() {
    run(|| {
        prints(
            "local net <close> = lab.new()
            local a, b = net:host 'a', net:host 'b'
            net:link(a, b, { a = { altnames = { 'uplink' }, gso_max_segs = 10 } })
            net:up()
            local l = a:link_get 'uplink'
            print(l.name, l.altnames[1], l.gso_max_segs, net:ping(a, b).received)",
            "eth0\tuplink\t10\t1\n",
        );
    });
}

#[test]
fn further_names_and_sizes_of_what_is_sent_at_once_are_put_right() {
    run(|| {
        prints(
            "local net <close> = lab.new()
            local a, b = net:host 'a', net:host 'b'
            net:link(a, b, { a = { altnames = { 'uplink', 'core' }, gso_max_segs = 10 } })
            net:up()
            print(net:diff())
            a:link_set('eth0', { altnames = { 'other' }, gso_max_segs = 20, gso_max_size = 9000 })
            b:link_set('eth0', { altnames = { 'third' }, gro_max_size = 9000 })
            print(net:diff())
            print(#net:apply(), net:diff())
            print(table.concat(a:link_get 'eth0'.altnames, ' '), b:link_get 'eth0'.altnames)",
            "nothing differs
            ~ a/eth0 gso_max_size 9000 -> 65536
            ~ a/eth0 gso_max_segs 20 -> 10
            ~ a/eth0 altnames other -> core, uplink
            ~ b/eth0 altnames third -> none
            ~ b/eth0 gro_max_size 9000 -> 65536
            5\tnothing differs
            core uplink\tnil\n",
        );
    });
}

#[test]
fn an_end_takes_what_link_set_takes() {
    run(|| {
        prints(
            "local net = lab.new { ipv6 = true }
            local a, s = net:host 'a', net:switch('s', { devices = { { name = 'tap', type = 'ifb', master = 'br0' } } })
            net:link(a, s, {
                a = { address = '02:aa:00:00:00:02', promisc = true, allmulticast = true, multicast = false, arp = false, group = 7, txqueuelen = 9, addrgenmode = 'none' },
                b = { isolated = true, learning = false, master = 'br0', alias = 'to a' },
            })
            net:up()
            local l = a:link_get 'eth0'
            print(l.address, l.promisc, l.allmulticast, l.multicast, l.arp, l.group, l.txqueuelen, l.addrgenmode, l.up)
            local p = s:link_get 'eth0'
            print(p.isolated, p.learning, p.flood, p.master, p.alias, p.up, s:link_get 'tap'.master)
            for _, address in ipairs(a:addr_list 'eth0') do print(address.address) end",
            "02:aa:00:00:00:02\ttrue\ttrue\tfalse\tfalse\t7\t9\tnone\ttrue
            true\tfalse\ttrue\tbr0\tto a\ttrue\tbr0
            10.0.0.1/30
            fd00:6e73:6c00::1/64",
        );
    });
}

#[test]
fn what_no_device_can_be_is_refused() {
    run(|| {
        let node = |opts: &str| {
            format!("local net <close> = lab.new()\nlocal a = net:host('a', {{ devices = {opts} }})\nnet:up()")
        };
        let end = |opts: &str| {
            format!(
                "local net <close> = lab.new() local a = net:host 'a'\nnet:link(a, net:host 'b', {{ a = {opts} }})\nnet:up()"
            )
        };
        let cases = [
            (node("{ { type = 'bridge' } }"), "2: net.host: option \"name\" is needed (EINVAL)"),
            (
                node("{ { name = 'x' } }"),
                "2: net.host: a new link needs its type (EINVAL); add type = \"bridge\", or another that `ip link` knows",
            ),
            (
                node("{ { name = 'x', type = 'brigde' } }"),
                "2: net.host: no type of link is called \"brigde\" (EINVAL); did you mean \"bridge\"?",
            ),
            (
                node("{ { name = 'x', type = 'bridge', mtuu = 1 } }"),
                "2: net.host: unknown option \"mtuu\" for devices (EINVAL); did you mean \"mtu\"?",
            ),
            (
                node("{ 'red' }"),
                "2: net.host: option \"devices\" must be an array of tables {name=, type=, …}, got a table (EINVAL)",
            ),
            (
                node("{ { name = 'a/b', type = 'bridge' } }"),
                "2: net.host: invalid link name \"a/b\": it contains \"/\" (EINVAL); use 1 to 15 bytes without white space, \"/\", \":\" and \"%\"",
            ),
            (
                node("{ { name = 'x', type = 'ifb', master = 'y' }, { name = 'y', type = 'bridge' } }"),
                "2: net.host: \"a\" has no device \"y\" to be the master that lab.lua:2 asks for (ENODEV)",
            ),
            (
                node("{ { name = 'x', type = 'ifb', ip = { '10.0.0.1/8', '10.0.0.1/8' } } }"),
                "2: net.host: \"a/x\" already has the address \"10.0.0.1/8\" (EEXIST)",
            ),
            (end("{ netns = 'x' }"), "2: net.link: unknown option \"netns\" for link (EINVAL)"),
            (
                end("{ address = '10.0.0.1' }"),
                "2: net.link: \"10.0.0.1\" is an IP address, and address is the MAC address of a link (EINVAL); use ip = \"10.0.0.1\"",
            ),
            (
                end("{ hairpin = true }"),
                "2: net.link: option \"hairpin\" is one of bridge ports, and \"a/eth0\" is in no bridge (EINVAL); add master = to the same call",
            ),
            (end("{ stp_state = true }"), "2: net.link: \"veth\" links have no option \"stp_state\" (EINVAL)"),
        ];
        refused(&cases.iter().map(|(text, told)| (text.as_str(), *told)).collect::<Vec<_>>());
    });
}
