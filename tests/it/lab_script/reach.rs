//! Who reaches whom: every pair of every connected lab, whatever its shape, and exactly those that have a way otherwise.

use super::{printed, prints};
use crate::sandbox::{self, run};

/// Every generator of `topo`, from one node up.
const SHAPES: &str = "local shapes = {
    { 'line', 1 }, { 'line', 2 }, { 'line', 5 }, { 'ring', 3 }, { 'ring', 6 }, { 'mesh', 1 }, { 'mesh', 4 },
    { 'star', 1 }, { 'star', 2 }, { 'star', 7 }, { 'grid', 1, 1 }, { 'grid', 3, 2 }, { 'torus', 3, 3 },
    { 'hypercube', 0 }, { 'hypercube', 1 }, { 'hypercube', 3 },
    { 'tree', { depth = 1, fanout = 1 } }, { 'tree', { depth = 2, fanout = 3 } },
    { 'fat_tree', 2 }, { 'fat_tree', 4 }, { 'leaf_spine', { spines = 1, leaves = 1, hosts = 2 } },
    { 'leaf_spine', { spines = 2, leaves = 3, hosts = 2 } },
    { 'random', { n = 1, links = 0 } }, { 'random', { n = 8, p = 0.3, seed = 1 } }, { 'random', { n = 9, links = 14, seed = 2 } },
    { 'waxman', { n = 9, seed = 3 } }, { 'barabasi_albert', { n = 9, m = 2, seed = 4 } },
    { 'ring', 4, { hosts = 2 } }, { 'grid', 2, 2, { hosts = 1 } }, { 'line', 3, { kind = 'switch', hosts = 2 } },
    { 'random', { n = 5, p = 0.5, seed = 5, hosts = 1 } },
}\n";

#[test]
fn every_pair_of_every_generator_answers_by_both_families() {
    let _alone = sandbox::alone();
    run(|| {
        let printed = printed(&format!(
            "{SHAPES}local known = {{}}
            for _, shape in ipairs(shapes) do
                local name = table.remove(shape, 1)
                known[name] = true
                for _, opts in ipairs {{ {{}}, {{ ipv6 = true, ecmp = true }}, {{ subnets = false, ipv6 = true }} }} do
                    local graph = topo[name](table.unpack(shape))
                    assert(graph:connected())
                    local net <close> = lab.new(opts)
                    net:add(graph)
                    net:up()
                    local asked, routed = 0, 0
                    for _, node in ipairs(net.nodes) do
                        asked = asked + (node.kind == 'host' and 1 or 0)
                        routed = routed + (node.kind ~= 'switch' and 1 or 0)
                    end
                    local families = opts.subnets == false and {{ 'inet6' }} or opts.ipv6 and {{ 'inet', 'inet6' }} or {{ 'inet' }}
                    for _, family in ipairs(families) do
                        for _, nodes in ipairs {{ false, 'all' }} do
                            local all = net:pingall {{ nodes = nodes or nil, family = family, timeout = 10 }}
                            local n = (nodes or asked == 0) and routed or asked
                            if #net.links == 0 then n = math.min(n, 1) end
                            assert(all.sent == n * (n - 1) and all.received == all.sent, name .. ' ' .. family .. '\\n' .. tostring(all))
                        end
                    end
                end
            end
            for name in pairs(topo) do if not known[name] then print(name) end end"
        ));
        assert_eq!(printed, "", "not asked for, or no generator");
    });
}

#[test]
fn exactly_those_answer_that_have_a_way() {
    run(|| {
        prints(
            "-- Two parts, a node alone, and a host between routers, which is no way.
            local net = lab.new { ipv6 = true }
            net:link(net:host 'a', net:switch 's') net:link(net:host 'b', 's')
            net:link(net:host 'c', net:router 'r') net:link(net:host 'd', 'r')
            net:host 'alone'
            net:up()
            for _, family in ipairs { 'inet', 'inet6' } do print(net:pingall { family = family, timeout = 0.2 }) end
            net:down()
            for _, routing in ipairs { 'default', 'none' } do
                net = lab.new { routing = routing }
                local s = net:switch 's'
                for i = 1, 2 do net:link(net:host('h' .. i), s) end
                net:link(s, net:router 'r') net:link('r', net:host 'h3')
                net:up()
                print(routing, net:pingall { timeout = 0.2 })
                net:down()
            end
            -- Routers that are two links apart, without routes; each is asked at its first address.
            net = lab.new { routing = 'none' }
            net:add(topo.line(3))
            net:up()
            print(net:pingall { timeout = 0.2 })
            net:down()
            -- Nothing but switches, and nothing at all.
            net = lab.new()
            net:link(net:switch 's1', net:switch 's2')
            net:up()
            print(net:pingall(), lab.new():up():pingall())",
            "a -> b X X
            b -> a X X
            c -> X X d
            d -> X X c
            *** Results: 66.6667% dropped (4/12 received)
            a -> b X X
            b -> a X X
            c -> X X d
            d -> X X c
            *** Results: 66.6667% dropped (4/12 received)
            default\th1 -> h2 h3
            h2 -> h1 h3
            h3 -> h1 h2
            *** Results: 0% dropped (6/6 received)
            none\th1 -> h2 X
            h2 -> h1 X
            h3 -> X X
            *** Results: 66.6667% dropped (2/6 received)
            r1 -> r2 X
            r2 -> r1 r3
            r3 -> X X
            *** Results: 50% dropped (3/6 received)
            *** Results: 0% dropped (0/0 received)\t*** Results: 0% dropped (0/0 received)",
        );
    });
}

/// More neighbours than the kernel lets all namespaces of the machine learn (`gc_thresh3`, 1,024).
const STAR: &str = "local net <close> = lab.new()
    net:add(topo.star(tonumber(arg[1])))
    net:up()
    print(net:pingall { timeout = 10 })
    local left = {}
    for _, node in ipairs(net.nodes) do
        local known = netns.output(node, 'ip neigh show nud permanent')
        if known ~= '' then left[#left + 1] = known end
    end
    print(#left)\n";

#[test]
fn two_hundred_hosts_on_a_switch_answer_whatever_the_limit_of_neighbours_is() {
    let _alone = sandbox::alone();
    run(|| {
        let limit = sandbox::sh("nsenter --target 1 --net cat /proc/sys/net/ipv4/neigh/default/gc_thresh3 || true");
        assert!(limit.is_empty() || limit.trim().parse::<u32>().expect("a number") < 39_800, "{limit}");
        std::fs::write("/run/star.lua", STAR).expect("a script");
        let outcome = sandbox::nsl(&["/run/star.lua", "200"]);
        assert_eq!(outcome.stdout, "*** Results: 0% dropped (39800/39800 received)\n0\n", "{}", outcome.stderr);
    });
}

#[test]
fn fifty_hosts_on_a_switch_answer_without_root() {
    let _alone = sandbox::alone();
    run(|| {
        std::fs::write("/run/star.lua", STAR).expect("a script");
        sandbox::sh(&format!("cp {} /run/nsl; chmod 755 /run/nsl /run/star.lua", sandbox::nsl_path().display()));
        let bare = "setpriv --reuid=65534 --regid=65534 --clear-groups";
        let told = sandbox::sh(&format!("cd /run; {bare} ./nsl star.lua 50 2>/dev/null"));
        assert_eq!(told, "*** Results: 0% dropped (2450/2450 received)\n0\n");
    });
}
