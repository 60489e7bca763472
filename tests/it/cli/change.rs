//! `nsl diff`, and `nsl up` of a lab that is up: only what differs is made, whoever owns it and whatever happened between.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{fails, file, nsl, printed};
use crate::sandbox::{self, Outcome, run, sh};

/// As many hosts at a router as is said.
const STAR: &str = r#"
local net = lab.new "demo"
local r1 = net:router "r1"
for i = 1, tonumber(arg[1]) do net:link(net:host("h" .. i, { daemons = { "exec sleep 1000" } }), r1) end
return net
"#;

#[test]
fn only_what_differs_is_changed() {
    run(|| {
        file("demo.lua", STAR);
        let all = printed(&["diff", "demo.lua", "2"]);
        assert!(all.starts_with("+ node r1 (router)\n") && all.ends_with("+ daemon h2 exec sleep 1000\n"), "{all}");
        assert_eq!(sh("ls /run"), "demo.lua\nlock\n", "nothing was made");
        printed(&["up", "demo.lua", "2"]);
        assert_eq!(printed(&["diff", "demo.lua", "2"]), "");
        assert_eq!(printed(&["diff", "--json", "demo.lua", "2"]), "[]\n");
        assert_eq!(printed(&["up", "demo.lua", "2"]), "nothing differs\n");
        let same = "ip -n demo-h1 -o link show eth0 | cut -d: -f1; ls -i /run/netns/demo-h1; pgrep -x sleep | head -1";
        let before = sh(same);

        let changes = printed(&["diff", "demo.lua", "3"]);
        assert!(changes.contains("+ node h3 (host)\n") && !changes.contains(" h1"), "{changes}");
        let json: serde_json::Value =
            serde_json::from_str(&printed(&["diff", "--json", "demo.lua", "3"])).expect("JSON");
        let is_h3 = |change: &serde_json::Value| {
            change["action"] == "add" && change["what"] == "node" && change["node"] == "h3"
        };
        assert!(json.as_array().expect("changes").iter().any(is_h3), "{json}");
        assert_eq!(printed(&["up", "demo.lua", "3"]), changes);
        assert_eq!(sh(same), before, "what did not differ is what it was");
        assert_eq!(printed(&["exec", "demo/h3", "pgrep", "-x", "-c", "sleep"]), "3\n");
        assert_eq!(printed(&["diff", "demo.lua", "3"]), "");

        // The kernel's part: a link that somebody deleted, an address that somebody added.
        sh("ip -n demo-h1 link del eth0; ip -n demo-h2 addr add 192.0.2.1/24 dev eth0");
        let drift = printed(&["diff", "demo.lua", "3"]);
        assert!(drift.contains("192.0.2.1/24") && drift.contains("h1/eth0"), "{drift}");
        assert_eq!(printed(&["up", "-q", "demo.lua", "3"]), "");
        assert_eq!(printed(&["diff", "demo.lua", "3"]), "");

        // Less than before.
        assert!(printed(&["up", "demo.lua", "1"]).contains("- node h3"));
        assert_eq!(sh("ls /run/netns"), "demo-h1\ndemo-r1\n");
        printed(&["down", "demo"]);
        assert_eq!(sh("ls /run/netns /run/nsl; pgrep -x sleep || true"), "/run/netns:\n\n/run/nsl:\n");
    });
}

#[test]
fn what_cannot_be_changed_says_why() {
    run(|| {
        file("demo.lua", STAR);
        file(
            "held.lua",
            "local net = lab.new 'demo' net:host 'a' net:up() print 'up' io.stdout:flush() task.sleep(1000)",
        );
        let mut owner = super::command(&["held.lua"]).stdout(Stdio::piped()).spawn().expect("nsl starts");
        let output = owner.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut String::new()).expect("a line");
        let line = format!("error: lab \"demo\" is up: process {} holds it (EEXIST)", owner.id());
        fails(&["up", "demo.lua", "1"], 1, &line);
        let line = line.replace(" (", ", which alone can tell what differs (");
        fails(&["diff", "demo.lua", "1"], 1, &line);
        assert!(
            nsl(&["diff", "demo.lua", "1"])
                .stderr
                .contains("= hint: call net:diff() in its script, or look into a node with `nsl exec demo/NODE`")
        );
        // Once its owner was killed, the name is free.
        owner.kill().expect("it runs");
        owner.wait().expect("its end");
        assert_eq!(printed(&["up", "demo.lua", "1"]), "demo is up: 2 nodes, 1 link\n");
        // And the owner of a kept one is long gone: killed or not.
        sh("kill -9 $(pgrep -x nsl-init); while pgrep -x nsl-init; do sleep 0.01; done");
        assert!(printed(&["diff", "demo.lua", "1"]).starts_with("+ node r1 (router)\n"));
        assert_eq!(printed(&["up", "demo.lua", "1"]), "demo is up: 2 nodes, 1 link\n");
        printed(&["down", "demo"]);
        fails(&["diff", "nosuch.lua"], 2, "error: cannot read \"nosuch.lua\": no such file or directory (ENOENT)");
        file("none.lua", "print 'nothing'");
        assert_eq!(nsl(&["diff", "none.lua"]).code, 2);
    });
}

/// The commands in the header of an example.
fn commands() -> Vec<String> {
    let text = std::fs::read_to_string(examples().join("kept.lua")).expect("the example");
    let lines = text.lines().skip_while(|line| !line.starts_with("-- Usage")).take_while(|line| line.starts_with("--"));
    lines.map(|line| line.trim_start_matches("-- Usage").trim_start_matches("--").trim().to_owned()).collect()
}

fn examples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[test]
fn the_example_does_what_its_header_says_for_root_and_for_others() {
    run(|| {
        let copy =
            "cp {} /run/bin/nsl; cp {} /run/kept.lua; chmod 755 /run /run/bin /run/bin/nsl; chmod 644 /run/kept.lua";
        let copy = copy.replacen("{}", &sandbox::nsl_path().display().to_string(), 1);
        let copy = copy.replacen("{}", &examples().join("kept.lua").display().to_string(), 1);
        sh(&format!("mkdir /run/bin; {copy}; mkdir -m 700 /run/user; chown 65534:65534 /run/user"));
        for how in ["", "setpriv --reuid=65534 --regid=65534 --clear-groups"] {
            let mut told = Vec::new();
            for line in commands() {
                assert!(line.starts_with("nsl "), "{line}");
                let mut command = Command::new("sh");
                command.args(["-c", &format!("{how} {line}")]).current_dir("/run").stdin(Stdio::null());
                let path = format!("/run/bin:{}", std::env::var("PATH").expect("a PATH"));
                let outcome: Outcome =
                    command.env("PATH", path).env("XDG_RUNTIME_DIR", "/run/user").output().expect("sh starts").into();
                assert_eq!(outcome.code, 0, "{how} {line}: {outcome:?}");
                told.push(outcome.stdout);
            }
            assert_eq!(told[1], "kept is up: 4 nodes, 3 links\n");
            assert!(told[3].starts_with("10.0.0.5 via 10.0.0.1 "), "{}", told[3]);
            assert!(told[4].contains("+ node h4 (host)"), "{}", told[4]);
            assert_eq!(told[4], told[5], "what diff tells is what up does");
            assert!(told[6].contains("10.0.0.6/31"), "{}", told[6]);
            assert!(told[8].contains("mtu") && told[8].contains("1400"), "{}", told[8]);
            assert_eq!(told[8], told[9]);
            assert_eq!(
                sh("ls /run/netns 2>/dev/null; ls /run/nsl /run/user/nsl 2>/dev/null | grep -v : || true").trim(),
                "",
                "{how}"
            );
        }
    });
}
