//! Every program in `examples`, run as a user would: in a sandbox, as root and without root.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::sandbox::{self, Outcome};

const ANNOUNCEMENT: &str =
    "nsl: no CAP_SYS_ADMIN: building in user, mount and network namespaces of its own (rootless)\n";

/// Runs a program, and fails if names of namespaces or links are not as before.
const LEAVES_NOTHING: &str = r#"
state() { ls -A /run/netns 2>/dev/null; ip -brief link | cut -d' ' -f1; }
before="$(state)"; "$@"; code=$?
[ "$before" = "$(state)" ] || { echo "left behind: $(state)" >&2; exit 97; }
exit $code
"#;

struct Example {
    file: &'static str,
    arguments: &'static [&'static str],
    /// Shell code that runs before, in the sandbox.
    before: &'static str,
    last_line: &'static str,
}

/// The first of a file is the one that its header tells of.
const EXAMPLES: &[Example] = &[
    Example { file: "article.lua", arguments: &[], before: "", last_line: "article: all steps hold" },
    Example { file: "star.lua", arguments: &[], before: "", last_line: "star: 8 hosts, all reached" },
    Example { file: "star.lua", arguments: &["300"], before: "", last_line: "star: 300 hosts, all reached" },
    Example {
        file: "fat-tree.lua",
        arguments: &[],
        before: "",
        last_line: "fat tree: 4 pods, 20 routers, 16 hosts, all reached",
    },
    Example {
        file: "fat-tree.lua",
        arguments: &["6"],
        before: "",
        last_line: "fat tree: 6 pods, 45 routers, 54 hosts, all reached",
    },
    Example {
        file: "sysinfo.lua",
        arguments: &[],
        before: "ip netns add ns0; ip netns add ns1",
        last_line: "sysinfo: 3 namespaces",
    },
    Example {
        file: "leaf-spine.lua",
        arguments: &[],
        before: "",
        last_line: "leaf-spine: 32 hosts, all reached over 4 spines",
    },
    Example {
        file: "leaf-spine.lua",
        arguments: &["16", "3"],
        before: "",
        last_line: "leaf-spine: 12 hosts, all reached over 16 spines",
    },
    Example {
        file: "leaf-spine.lua",
        arguments: &["2", "1"],
        before: "",
        last_line: "leaf-spine: 4 hosts, all reached over 2 spines",
    },
    Example {
        file: "campus.lua",
        arguments: &[],
        before: "",
        last_line: "campus: 3 buildings, 12 switches, 18 hosts, all reached",
    },
    Example {
        file: "campus.lua",
        arguments: &["12"],
        before: "",
        last_line: "campus: 12 buildings, 48 switches, 72 hosts, all reached",
    },
    Example {
        file: "ring.lua",
        arguments: &[],
        before: "",
        last_line: "ring: 1000 routers, all reached that are up to 255 hops away",
    },
    Example {
        file: "ring.lua",
        arguments: &["131", "5000"],
        before: "",
        last_line: "ring: 131 routers, all reached that are up to 255 hops away",
    },
    Example {
        file: "ring.lua",
        arguments: &["3"],
        before: "",
        last_line: "ring: 3 routers, all reached that are up to 255 hops away",
    },
    Example {
        file: "dual-stack.lua",
        arguments: &[],
        before: "",
        last_line: "dual-stack: 8 hosts, all reached by IPv4 and by IPv6",
    },
    Example {
        file: "failover.lua",
        arguments: &[],
        before: "",
        last_line: "failover: traffic moved to the detour and back",
    },
    Example {
        file: "nat.lua",
        arguments: &[],
        before: "",
        last_line: "nat: 2 homes with the same addresses, which the server sees as 203.0.113.11 and 203.0.113.12",
    },
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn files() -> BTreeSet<String> {
    let entries = fs::read_dir(directory()).expect("examples").map(|entry| entry.expect("an entry").file_name());
    entries.map(|name| name.into_string().expect("text")).collect()
}

/// Runs an example with `program` in a sandbox.
fn outcome(example: &Example, program: &[&str], directory: &Path) -> Outcome {
    let script = format!("{}\n{LEAVES_NOTHING}", example.before);
    let mut arguments = vec!["-c", &script, "example"];
    arguments.extend(program);
    arguments.push(example.file);
    arguments.extend(example.arguments);
    sandbox::outcome("", directory, "sh", &arguments)
}

fn check(example: &Example, outcome: &Outcome, stderr: &str) {
    let Example { file, arguments, last_line, .. } = example;
    assert_eq!(outcome.code, 0, "{file} {arguments:?}: {outcome:?}");
    assert_eq!(outcome.stderr, stderr, "{file} {arguments:?}");
    assert_eq!(outcome.stdout.lines().last(), Some(*last_line), "{file} {arguments:?}");
}

/// Runs the cases of one file.
fn run_all(file: &str) {
    let nsl = sandbox::nsl_path();
    let nsl = nsl.to_str().expect("text");
    for example in EXAMPLES.iter().filter(|example| example.file == file) {
        let outcome = outcome(example, &[nsl], &directory());
        check(example, &outcome, "");
        assert!(!outcome.stdout.contains("left out"), "a step was left out: {}", outcome.stdout);
    }
}

#[test]
fn article_holds_in_all_its_steps() {
    run_all("article.lua");
}

#[test]
fn article_leaves_alone_what_others_made() {
    let nsl = sandbox::nsl_path();
    let example = Example {
        file: "article.lua",
        arguments: &[],
        before: "ip netns add ns0; ip netns add other; ip netns set other 100; ip link add cable type veth peer plug",
        last_line: "article: all steps hold",
    };
    let outcome = outcome(&example, &[nsl.to_str().expect("text")], &directory());
    check(&example, &outcome, "");
    assert!(outcome.stdout.contains("left out"), "{}", outcome.stdout);
}

#[test]
fn star_reaches_all_hosts() {
    let _alone = sandbox::alone();
    run_all("star.lua");
}

#[test]
fn fat_tree_reaches_all_hosts() {
    run_all("fat-tree.lua");
}

#[test]
fn leaf_spine_uses_every_spine() {
    run_all("leaf-spine.lua");
}

#[test]
fn campus_reaches_all_hosts() {
    let _alone = sandbox::alone();
    run_all("campus.lua");
}

#[test]
fn ring_reaches_whom_a_packet_can_reach() {
    let _alone = sandbox::alone();
    run_all("ring.lua");
}

#[test]
fn dual_stack_reaches_all_hosts_by_both_families() {
    run_all("dual-stack.lua");
}

#[test]
fn failover_moves_the_traffic() {
    run_all("failover.lua");
}

#[test]
fn nat_hides_homes_with_the_same_addresses() {
    run_all("nat.lua");
}

#[test]
fn sysinfo_sees_every_namespace() {
    run_all("sysinfo.lua");
    let nsl = sandbox::nsl_path();
    let before = "ip netns add ns0; ip -n ns0 addr add 10.7.7.7/24 dev lo; ip netns exec ns0 sleep 30 & sleep 0.2";
    let script = format!("{before}; sleeper=$!; \"$@\"; code=$?; kill $sleeper; exit $code");
    let file = ["-c", &script, "example", nsl.to_str().expect("text"), "sysinfo.lua"];
    let outcome = sandbox::outcome("", &directory(), "sh", &file);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
    let paragraph = outcome.stdout.split("ns0  net:[").nth(1).expect("ns0");
    assert!(paragraph.contains("programs  sleep "), "{paragraph}");
    assert!(paragraph.contains("DOWN     mtu 65536 10.7.7.7/24"), "{paragraph}");
    assert!(outcome.stdout.ends_with("sysinfo: 2 namespaces\n"), "{outcome:?}");
}

#[test]
fn sysinfo_survives_what_vanishes_meanwhile() {
    let nsl = sandbox::nsl_path();
    let script = r#"
        while :; do ip netns add a; ip netns exec a true & ip netns del a; wait; done & busy=$!
        for try in $(seq 20); do "$@" >/dev/null || { code=$?; break; }; done
        kill $busy; wait $busy 2>/dev/null; exit ${code:-0}
    "#;
    let arguments = ["-c", script, "example", nsl.to_str().expect("text"), "sysinfo.lua"];
    let outcome = sandbox::outcome("", &directory(), "sh", &arguments);
    // What the loop's own `ip` says of what is gone is not nsl's.
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(!outcome.stderr.contains("error:"), "{outcome:?}");
}

/// A directory with nsl and the examples that every user can reach; removed at the end.
struct Reachable(PathBuf);

impl Reachable {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nsl-{name}-{}", std::process::id()));
        fs::create_dir(&path).expect("a directory");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        fs::copy(sandbox::nsl_path(), path.join("nsl")).expect("a copy of nsl");
        for file in files() {
            fs::copy(directory().join(&file), path.join(&file)).expect("a copy of an example");
        }
        Self(path)
    }
}

impl Drop for Reachable {
    fn drop(&mut self) {
        // Whatever it is that fails here: the test has its result already.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn examples_hold_without_root() {
    let _alone = sandbox::alone();
    let place = Reachable::new("examples");
    let program = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "./nsl"];
    for file in [
        "article.lua",
        "star.lua",
        "fat-tree.lua",
        "leaf-spine.lua",
        "campus.lua",
        "dual-stack.lua",
        "failover.lua",
        "nat.lua",
    ] {
        let example = EXAMPLES.iter().find(|example| example.file == file).expect("an example");
        check(example, &outcome(example, &program, &place.0), ANNOUNCEMENT);
    }
}

#[test]
fn a_number_that_cannot_be_is_a_wrong_usage() {
    let nsl = sandbox::nsl_path();
    for (file, number) in [
        ("star.lua", "1"),
        ("star.lua", "many"),
        ("fat-tree.lua", "3"),
        ("fat-tree.lua", "0"),
        ("leaf-spine.lua", "17"),
        ("campus.lua", "0"),
        ("ring.lua", "2"),
    ] {
        let path = directory().join(file);
        let arguments = [path.to_str().expect("text"), number];
        let outcome = sandbox::outcome("", &directory(), nsl.to_str().expect("text"), &arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{file} {number}: {outcome:?}");
        assert!(outcome.stderr.starts_with(&format!("usage: nsl {file} [")), "{outcome:?}");
    }
}

#[test]
fn each_example_has_a_test_and_a_header() {
    let tested: BTreeSet<String> = EXAMPLES.iter().map(|example| example.file.to_owned()).collect();
    // What it does is told by the commands of its header: tests/it/cli/change.rs runs them.
    let by_commands = BTreeSet::from(["kept.lua".to_owned()]);
    assert_eq!(files(), &tested | &by_commands);
    for file in tested {
        let text = fs::read_to_string(directory().join(&file)).expect("an example");
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("--")).collect();
        assert!(header[0].starts_with(&format!("-- {file}: ")), "{file}: {}", header[0]);
        let fields: Vec<&str> = header.iter().filter_map(|line| line[2..].trim_start().split(' ').next()).collect();
        let at =
            |field: &str| fields.iter().position(|word| *word == field).unwrap_or_else(|| panic!("{file}: {field}"));
        assert!(at("Shows") < at("Needs") && at("Needs") < at("Usage") && at("Usage") < at("Prints"), "{file}");
        let told = EXAMPLES.iter().find(|example| example.file == file).expect("tested").last_line;
        assert_eq!(header.last().expect("a header").trim_start_matches(['-', ' ']), told, "{file}");
    }
}
