//! The labs of running scripts, reached from outside: by their own user and by root, with and without a name, whatever
//! Lua does meanwhile; and their list.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{fails, file, nsl, printed};
use crate::sandbox::{self, run, sh};

/// Three labs, one with a name; then it computes for ever, or sleeps.
const SCRIPT: &str = r#"
local net = lab.new()
net:link(net:host "a", net:host "b")
net:up()
local two = lab.new()
two:host "c"
two:up()
local named = lab.new "demo"
named:host("d", { daemons = { "exec sleep 1000" }, files = { ["/etc/d.conf"] = "of d" }, private = { "/srv" } })
named:up()
print "up"
io.stdout:flush()
if arg[1] == "computes" then while true do end end
task.sleep(1000)
"#;

const USER: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// Runs the script until its labs are up.
struct Owner(Child);

impl Owner {
    fn start(before: &[&str], what: &str) -> Self {
        file("script.lua", SCRIPT);
        let program = program();
        let words: Vec<&str> =
            before.iter().copied().chain([program.as_str(), "-q", "/run/script.lua", what]).collect();
        let mut command = Command::new(words[0]);
        let mut child = command.args(&words[1..]).stdout(Stdio::piped()).spawn().expect("nsl starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("a line");
        assert_eq!(line, "up\n");
        Self(child)
    }

    fn pid(&self) -> String {
        self.0.id().to_string()
    }

    fn kill(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("its end");
    }
}

/// A copy of nsl that every user can run.
fn program() -> String {
    if std::fs::metadata("/run/program").is_err() {
        sh(&format!("cp {} /run/program; chmod 755 /run/program", sandbox::nsl_path().display()));
    }
    "/run/program".to_owned()
}

/// Runs nsl as another user.
fn as_user(arguments: &str) -> sandbox::Outcome {
    let mut command = Command::new(USER[0]);
    command.args(&USER[1..]).args(["sh", "-c", &format!("exec {} {arguments}", program())]);
    command.current_dir("/run").stdin(Stdio::null()).output().expect("it starts").into()
}

#[test]
fn labs_of_a_script_that_computes_are_listed_and_entered() {
    run(|| {
        for what in ["computes", "sleeps"] {
            let mut owner = Owner::start(&["env"], what);
            let pid = owner.pid();
            let labs: Value = serde_json::from_str(&printed(&["ps", "--json"])).expect("JSON");
            let told = |lab: &Value| format!("{} {} {} {}", lab["lab"], lab["name"], lab["nodes"], lab["state"]);
            let told: Vec<String> = labs.as_array().expect("labs").iter().map(told).collect();
            let wanted = [
                r#""demo" "demo" ["d"] "running""#.to_owned(),
                format!(r#""{pid}" null ["a","b"] "running""#),
                format!(r#""{pid}.2" null ["c"] "running""#),
            ];
            assert_eq!(told, wanted);
            assert!(
                labs.as_array().expect("labs").iter().all(|lab| lab["pid"] == owner.0.id() && lab["since"].is_u64())
            );
            let listed = printed(&["ps"]);
            let words = |line: &str| line.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let lines: Vec<_> = listed.lines().map(words).collect();
            assert_eq!(lines[0], ["lab", "pid", "nodes", "since", "state"]);
            assert_eq!(
                (&lines[1][..3], lines[1].last().map(String::as_str)),
                (&["demo".to_owned(), pid.clone(), "1".to_owned()][..], Some("running"))
            );

            let address = ["ip", "-o", "-4", "addr", "show", "eth0"];
            for place in ["a".to_owned(), format!("{pid}/a"), format!("{pid}.1/a")] {
                let outcome = printed(&[&["exec", &place, "--"], &address[..]].concat());
                assert!(outcome.contains("10.0.0.0/31"), "{place}: {outcome}");
            }
            assert_eq!(printed(&["exec", &format!("{pid}.2/c"), "xargs", "-0a", "/proc/1/cmdline"]), "nsl-init\n");
            // Beside the lab's own programs.
            for place in ["demo/d".to_owned(), "d".to_owned(), format!("{pid}.3/d")] {
                assert_eq!(printed(&["exec", &place, "pgrep", "-x", "-c", "sleep"]), "1\n", "{place}");
            }
            let see = ["exec", "d", "sh", "-c", "uname -n; cat /etc/d.conf; ls -A /srv; touch /srv/kept"];
            assert_eq!(printed(&see), "d\nof d");
            assert_eq!(printed(&see), "d\nof dkept\n", "the lab's own, not another like it");
            assert_eq!(nsl(&["exec", "a", "sh", "-c", "exit 9"]).code, 9);
            assert_eq!(super::piped(&["shell", "b"], "exit 8").code, 8);
            fails(&["exec", &format!("{pid}/c"), "true"], 2, "error: the lab has no node \"c\" (ENOENT)");
            fails(&["exec", "999999/a", "true"], 2, "error: no lab \"999999\" (ENOENT)");
            fails(&["down", "demo"], 1, &format!("error: lab \"demo\" belongs to process {pid}, which runs (EBUSY)"));

            owner.kill();
            fails(&["exec", &format!("{pid}/a"), "true"], 2, &format!("error: no lab \"{pid}\" (ENOENT)"));
            let listed = printed(&["ps"]);
            assert!(
                listed.contains("demo") && listed.contains("left by a dead program") && !listed.contains("running")
            );
            printed(&["clean"]);
            assert_eq!(printed(&["ps"]), "");
            assert_eq!(printed(&["ps", "--json"]), "[]\n");
        }
    });
}

#[test]
fn what_runs_in_a_lab_ends_with_it() {
    run(|| {
        let mut owner = Owner::start(&["env"], "sleeps");
        let mut command = super::command(&["exec", "a", "sh", "-c", "echo in; exec sleep 1000"]);
        let mut visitor = command.stdout(Stdio::piped()).spawn().expect("nsl starts");
        let output = visitor.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut String::new()).expect("a line");
        owner.kill();
        assert_eq!(visitor.wait().expect("its end").code(), Some(137));
        printed(&["clean"]);
    });
}

#[test]
fn only_its_own_user_and_root_come_in() {
    run(|| {
        sh("chmod 755 /run");
        let mut roots = Owner::start(&["env"], "sleeps");
        assert_eq!(as_user("ps --json").stdout, "[]\n");
        let outcome = as_user(&format!("exec {}/a true", roots.pid()));
        let line = format!("error: no lab \"{}\" (ENOENT)\n", roots.pid());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (2, line.as_str()));
        roots.kill();
        printed(&["clean"]);

        // A user's labs are in namespaces of its own, and there it and root are what root is here.
        let mut owner = Owner::start(&USER, "computes");
        let see = "-- sh -c 'id -u; cat /proc/1/comm; ls /run; pwd; ip link set eth0 down && ip -br link show eth0 | cut -c1-4'";
        let seen = "0\nnsl-init\nnetns\nnsl\n/run\neth0\n";
        let outcome = as_user(&format!("exec a {see}"));
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str(), outcome.code), (seen, "", 0));
        let outcome = sh(&format!("cd /run; {} exec {}/a {see}", program(), owner.pid()));
        assert_eq!(outcome, seen);
        assert_eq!(as_user("exec demo/d pgrep -x -c sleep").stdout, "1\n");
        // A directory that is not there.
        let outcome: sandbox::Outcome = {
            sh("mkdir -p -m 777 /run/only-here");
            let mut command = Command::new(USER[0]);
            command.args(&USER[1..]).args([&program(), "exec", "a", "pwd"]).current_dir("/run/only-here");
            command.output().expect("it starts").into()
        };
        let note = "nsl: the lab does not see \"/run/only-here\": starting in \"/\"\n";
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("/\n", note));
        owner.kill();
        assert_eq!(as_user("ps --json").stdout, "[]\n");
    });
}
