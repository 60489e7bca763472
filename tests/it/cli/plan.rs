//! `nsl plan`: what would be built, without building it and without privileges.

use super::{CAMPUS, fails, file, nsl, printed};
use crate::sandbox::{run, sh};

const PLAN: &str = "\
lab \"campus\": 5 nodes, 4 links, 3 routes
node  kind    routes  interface  address      mac                to
r1    router  0       eth0       10.0.0.1/29  02:00:00:00:00:01  lan/eth0
                      eth1       10.0.0.9/31  02:00:00:00:01:01  far/eth0
lan   switch  0       br0
                      eth0                    02:00:00:00:00:00  r1/eth0
                      eth1                    02:00:00:00:02:01  h1/eth0
                      eth2                    02:00:00:00:03:01  h2/eth0
far   host    1       eth0       10.0.0.8/31  02:00:00:00:01:00  r1/eth1
h1    host    1       eth0       10.0.0.2/29  02:00:00:00:02:00  lan/eth1
h2    host    1       eth0       10.0.0.3/29  02:00:00:00:03:00  lan/eth2
";

#[test]
fn a_plan_is_shown_and_nothing_is_built() {
    run(|| {
        file("campus.lua", CAMPUS);
        assert_eq!(printed(&["plan", "campus.lua"]), PLAN);
        assert_eq!(sh("ls /run"), "campus.lua\nlock\n");
        // What is shown is what is built.
        printed(&["up", "campus.lua"]);
        assert_eq!(sh("ip netns exec campus-h2 ip -o -4 addr show eth0 | grep -o '10.0.0.3/29'"), "10.0.0.3/29\n");
        printed(&["down", "campus"]);
    });
}

#[test]
fn it_takes_no_privileges_and_says_nothing_of_them() {
    run(|| {
        file("campus.lua", CAMPUS);
        let nsl = crate::sandbox::nsl_path();
        // What root has under that name is not theirs.
        printed(&["up", "campus.lua"]);
        sh(&format!("chmod 755 /run; cp {} /run/program; chmod 755 /run/program", nsl.display()));
        for user in ["setpriv --reuid=65534 --regid=65534 --clear-groups", "setpriv --bounding-set=-sys_admin"] {
            let output = sh(&format!("cd /run; {user} /run/program plan campus.lua 2>&1"));
            assert_eq!(output, PLAN, "{user}");
            let output = sh(&format!("cd /run; {user} /run/program diff campus.lua 2>&1"));
            assert!(
                output.starts_with("+ node r1 (router)\n") && output.ends_with(" via 10.0.0.1 dev eth0\n"),
                "{output}"
            );
        }
        printed(&["down", "campus"]);
    });
}

#[test]
fn json_tells_all_of_it() {
    run(|| {
        file("campus.lua", CAMPUS);
        let text = printed(&["plan", "--json", "campus.lua"]);
        let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(plan["name"], "campus");
        assert_eq!(plan["nodes"].as_array().map(Vec::len), Some(5));
        let h1 = &plan["nodes"][3];
        assert_eq!((&h1["name"], &h1["kind"]), (&"h1".into(), &"host".into()));
        assert_eq!(h1["interfaces"][0]["address"][0], "10.0.0.2/29");
        assert_eq!(h1["interfaces"][0]["peer"], serde_json::json!({ "node": "lan", "name": "eth1" }));
        assert_eq!(h1["routes"][0], serde_json::json!({ "dst": "default", "via": "10.0.0.1", "dev": "eth0" }));
        assert_eq!(plan["nodes"][1]["bridge"]["name"], "br0");
        assert_eq!(plan["links"][0]["b"], serde_json::json!({ "node": "r1", "name": "eth0" }));
    });
}

#[test]
fn what_is_no_plan_is_told() {
    run(|| {
        file("none.lua", "lab.new():host 'h1'");
        file("number.lua", "return 7");
        file("syntax.lua", "return )");
        file("raises.lua", "error 'no lab today'");
        file(
            "clash.lua",
            "local net = lab.new()\nnet:link(net:host 'a', net:host 'b', { subnet = '10.0.0.0/32' })\nreturn net",
        );
        file("loop.lua", "local net = lab.new 'x'\nnet:add(topo.ring(3, { kind = 'switch' }))\nreturn net");
        for name in ["none", "number"] {
            fails(&["plan", &format!("{name}.lua")], 2, &format!("error: \"{name}.lua\" returns no lab (EINVAL)"));
        }
        fails(&["plan", "missing.lua"], 2, "error: cannot read \"missing.lua\": no such file or directory (ENOENT)");
        fails(&["plan", "syntax.lua"], 2, "error: unexpected symbol near \")\"");
        fails(&["plan", "raises.lua"], 1, "error: no lab today");
        let outcome = nsl(&["plan", "clash.lua"]);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(" --> clash.lua:2 in net.link\n"), "{}", outcome.stderr);
        let outcome = nsl(&["plan", "loop.lua"]);
        assert!(outcome.stderr.starts_with("nsl: switches in a loop get spanning tree: "), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("spanning tree"), "{}", outcome.stdout);
    });
}

#[test]
fn a_lab_without_a_name_is_called_like_its_file() {
    run(|| {
        file("a b.lua", "return lab.new()");
        file("given.lua", "print(#arg, arg[0], arg[1], ...) return lab.new 'demo'");
        assert_eq!(printed(&["plan", "a b.lua"]), "lab \"a b\": 0 nodes, 0 links, 0 routes\n");
        let text = printed(&["plan", "given.lua", "8"]);
        assert_eq!(text, "1\tgiven.lua\t8\t8\nlab \"demo\": 0 nodes, 0 links, 0 routes\n");
        let outcome = super::piped(&["plan", "-"], "return lab.new()");
        assert_eq!((outcome.stdout.as_str(), outcome.code), ("lab: 0 nodes, 0 links, 0 routes\n", 0));
    });
}
