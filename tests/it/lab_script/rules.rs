//! Rulesets of nftables: of a namespace, and of a lab's nodes.

use super::{prints, refused};
use crate::sandbox::run;

#[test]
fn a_ruleset_takes_effect_whole_or_not_at_all() {
    run(|| {
        prints(
            "local a, b = netns.add(), netns.add()
            netns.veth(a:link 'eth0', b:link 'eth0', { up = true, a = { ip = '10.0.0.1/24' }, b = { ip = '10.0.0.2/24' } })
            local drop = 'table ip t { chain c { type filter hook input priority 0; ip saddr 10.0.0.1 drop; }\\n }'
            print(a:ping('10.0.0.2').received)
            b:nft(drop)
            print(a:ping('10.0.0.2', { timeout = 0.1 }).received, b:output 'nft list tables', a:output 'nft list tables')
            local ok, err = pcall(b.nft, b, 'flush ruleset\\ntable ip u { }\\nadd rule ip v w drop')
            print(ok, err.code, b:output 'nft list tables')
            netns.nft(b, 'flush ruleset')
            print(b:output 'nft list ruleset', a:ping('10.0.0.2').received)",
            "1
            0\ttable ip t\t
            false\tEINVAL\ttable ip t
            \t1",
        );
    });
}

#[test]
fn the_rulesets_of_nodes_are_loaded_before_they_are_set_up() {
    run(|| {
        prints(
            "local net = lab.new()
            local a
            local r = net:router('r', {
                nft = function(node)
                    return 'table ip own { chain c { type filter hook forward priority 0; oifname ' .. node.interfaces[2].name .. ' drop; }\\n }'
                end,
                setup = function(node) print(node:output 'nft list tables') end,
            })
            a = net:host 'a'
            local b = net:host('b', { nft = 'table ip b { }' })
            net:link(a, r) net:link(r, b)
            net:up()
            print(net:ping(a, r).received, net:ping(a, b, { timeout = 0.1 }).received, b:output 'nft list tables')",
            "table ip own
            1\t0\ttable ip b",
        );
        refused(&[(
            "local net <close> = lab.new() net:host 'a'\nnet:host('b', { nft = 'table ip' })\nnet:up()",
            "2: net.host: the ruleset is refused at line 1, column 9: syntax error, unexpected newline, expecting string (EINVAL)",
        )]);
    });
}
