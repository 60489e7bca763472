//! Ends with `nat` and `private` in the kernel.

use super::{prints, refused};
use crate::sandbox::run;

#[test]
fn homes_behind_nat_share_addresses_and_reach_the_world() {
    run(|| {
        prints(
            "local net = lab.new()
            local isp = net:router 'isp'
            local server = net:host 'server'
            net:link(server, isp)
            local pcs = {}
            for i = 1, 2 do
                local home = net:router('home' .. i)
                local lan = net:switch('lan' .. i, { subnet = '192.168.1.0/24' })
                net:link(home, isp, { a = { name = 'wan', nat = true } })
                net:link(home, lan)
                pcs[i] = net:host('pc' .. i)
                net:link(pcs[i], lan)
            end
            net:up()
            print(pcs[1]:addr_list 'eth0'[1].address, pcs[2]:addr_list 'eth0'[1].address)
            print(net:ping(pcs[1], server).received, net:ping(pcs[2], server).received)
            print(net:pingall())
            local all = net:pingall { nodes = 'all' }
            print(all.sent, all.received, all.walled)
            print(#isp:route_list(), server:ping('192.168.1.2', { timeout = 0.1 }).received)
            -- What the server sees is the router.
            server:nft 'table ip t { set seen { type ipv4_addr; flags dynamic; }; chain c { type filter hook input priority 0; add @seen { ip saddr }; }; }'
            pcs[1]:ping(server) pcs[2]:ping(server)
            for address in server:output 'nft list set ip t seen':gmatch '%d+%.%d+%.%d+%.%d+' do
                print(address == net.nodes.home1.interfaces[1].address[1]:match '[^/]+' or address == net.nodes.home2.interfaces[1].address[1]:match '[^/]+')
            end
            print(net.nodes.home1:output 'nft list table inet nsl | grep masquerade')",
            "192.168.1.2/24\t192.168.1.2/24
            1\t1
            pc1 -> server
            pc2 -> server
            *** Results: 0% dropped (2/2 received), 4 kept apart by nat or private
            22\t22\t8
            3\t0
            true
            true
            oifname @out masquerade",
        );
    });
}

#[test]
fn customers_are_private_without_translation() {
    run(|| {
        prints(
            "local net = lab.new()
            local pe = net:router 'pe'
            for i = 1, 2 do
                local ce = net:router('ce' .. i)
                net:link(ce, pe, { a = { private = true } })
                net:link(ce, net:host('h' .. i), { subnet = '172.16.0.0/24' })
            end
            net:up()
            local all = net:pingall { nodes = 'all' }
            print(all.sent, all.received, all.walled)
            print(net:ping('h1', 'ce1').received, net.nodes.h1:ping(net.nodes.pe, { timeout = 0.1 }).received)
            pe:route_add('172.16.0.0/24', { via = net.nodes.ce2.interfaces[1].address[1]:match '[^/]+' })
            print(net:ping('h2', 'pe').received, pcall(net.nodes.ce1.output, net.nodes.ce1, 'nft list table inet nsl 2>/dev/null'))",
            "10\t10\t10
            1\t0
            1\tfalse\tlab.lua:13: netns.output: command \"nft list table inet nsl 2>/dev/null\" failed with exit code 1 (EEXIT)",
        );
        refused(&[(
            "local net <close> = lab.new() local a, b = net:router 'a', net:router 'b'\nnet:link(a, b, { a = { nat = true, private = true } })",
            "2: net.link: options \"nat\" and \"private\" exclude each other (EINVAL)",
        )]);
    });
}
