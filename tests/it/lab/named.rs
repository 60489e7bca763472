//! Labs with a name: seen by others, held by one process, cleaned up after whoever died, kept where that is asked for.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nsl::error::explain;
use nsl::kernel::namespace::Namespace;
use nsl::lab::named::{self, State};
use nsl::lab::{Plan, abandon_all, count};

use super::assigned::assign;
use super::{answers, line, machine, namespace, star, up};
use crate::sandbox::{await_no_process, run, sh};

/// Set for the process that builds: what it does then.
const BUILDER: &str = "NSL_TEST_BUILDER";

/// A star called `name`.
fn called(name: &str, hosts: usize) -> Plan {
    let mut plan = star(hosts);
    plan.options.prefix = format!("{name}-");
    plan.name = Some(name.to_owned());
    plan
}

/// The directories are there, and what is kept from the first use on.
fn warm_up() {
    drop(up(&called("first", 1), &assign(&star(1))).expect("up"));
}

/// Starts this binary again for a test, to do `what` there.
fn builder(test: &str, what: &str) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(BUILDER, what)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts")
}

fn task() -> Option<String> {
    std::env::var(BUILDER).ok()
}

#[test]
fn a_lab_with_a_name_is_seen_by_others_and_gone_without_a_trace() {
    run(|| {
        warm_up();
        let before = machine();
        let plan = called("demo", 3);
        let mut live = up(&plan, &assign(&plan)).expect("up");
        assert_eq!(sh("ip netns list | sed 's/ .*//' | sort | tr '\\n' ' '"), "demo-h1 demo-h2 demo-h3 demo-s ");
        assert_eq!(sh("ip netns exec demo-h1 ip -o -4 addr show eth0 | grep -o '10.1.0.1/24'"), "10.1.0.1/24\n");
        assert_eq!(answers(&live, "h1", "10.1.0.3"), 3);
        assert_eq!(namespace(&live, "h1").label(), "demo-h1");
        let mode = |path: &str| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(["/run/nsl", "/run/nsl/demo", "/run/nsl/demo/lab.json"].map(mode), [0o700, 0o700, 0o600]);
        // Its nodes are held by their names alone.
        let nsfs = sh(&format!("ls -l /proc/{}/fd | grep -c 'net:' || true", std::process::id()));
        assert_eq!(nsfs, "1\n", "nsl's own");

        let error = up(&plan, &assign(&plan)).expect_err("it is up");
        assert!(error.is(&explain::LAB_EXISTS), "{error:?}");
        let mut elsewhere = called("demo", 1);
        elsewhere.options.prefix = "other-".to_owned();
        let error = up(&elsewhere, &assign(&elsewhere)).expect_err("it is up");
        assert!(error.is(&explain::LAB_EXISTS), "{error:?}");
        assert!(error.message().contains(&format!("process {} ", std::process::id())), "{error}");
        let other = called("other", 3);
        let beside = up(&other, &assign(&other)).expect("up");
        let (found, unreadable) = named::list().expect("a list");
        let names: Vec<_> = found.iter().map(|lab| (lab.name.as_str(), lab.state)).collect();
        let held = State::Held(Some(std::process::id() as i32));
        assert_eq!(names, [("demo", held), ("other", held)]);
        assert!(unreadable.is_empty());
        let (node, (netns, _)) = &found[0].nodes[1];
        assert_eq!((node.as_str(), netns.as_str()), ("h1", "demo-h1"));
        let error = named::down("demo").expect_err("it is held");
        assert!(error.is(&explain::LAB_HELD), "{error:?}");
        assert!(named::clean().expect("cleaned").removed.is_empty());
        drop(beside);
        assert_eq!(answers(&live, "h1", "10.1.0.3"), 3);

        assert!(live.down().is_empty());
        let error = namespace(&live, "h1").open().expect_err("gone");
        assert!(error.is(&explain::NAMESPACE_GONE), "{error:?}");
        drop(live);
        assert_eq!(machine(), before);
    });
}

#[test]
fn a_name_that_is_taken_is_told_before_anything_is_built() {
    run(|| {
        warm_up();
        sh("ip netns add demo-h2");
        let before = machine();
        let plan = called("demo", 3);
        let error = up(&plan, &assign(&plan)).expect_err("taken");
        assert!(error.is(&explain::NAMESPACE_EXISTS), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (3, Some("demo-h2")));
        assert_eq!((machine(), count()), (before.clone(), 0));
        let mut odd = called("demo", 1);
        odd.options.prefix = "-".to_owned();
        let error = up(&odd, &assign(&odd)).expect_err("no name");
        assert!(error.is(&explain::NAMESPACE_NAME), "{error:?}");
        assert_eq!(machine(), before);
    });
}

#[test]
fn row_31_names_that_others_took_over_are_left_alone() {
    run(|| {
        warm_up();
        let plan = called("demo", 3);
        let mut live = up(&plan, &assign(&plan)).expect("up");
        sh("ip netns del demo-h1; ip netns del demo-h2; ip netns add demo-h2");
        let error = namespace(&live, "h1").with_socket(|_| Ok(())).expect_err("gone");
        assert!(error.is(&explain::NAMESPACE_GONE), "{error:?}");
        let left = live.down();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].is(&explain::NAMESPACE_REPLACED) && left[0].object_name() == Some("demo-h2"), "{left:?}");
        assert_eq!(sh("ip netns list; ls /run/nsl"), "demo-h2\n");
    });
}

#[test]
fn what_a_killed_owner_left_is_cleaned_and_nothing_else() {
    const NAME: &str = "lab::named::what_a_killed_owner_left_is_cleaned_and_nothing_else";
    run(|| {
        if task().is_some() {
            build_for_ever();
        }
        warm_up();
        sh("ip netns add mine");
        let before = machine();
        let mut remains = 0;
        for names in 0..31 {
            let mut builder = builder(NAME, "build");
            wait_for("[ -d /run/nsl/demo ]");
            wait_for(&format!("[ $(ls /run/netns | wc -l) -gt {names} ]"));
            builder.kill().expect("a kill");
            assert_eq!(builder.wait().expect("its end").signal(), Some(9));
            remains += usize::from(sh("ip netns list") != "mine\n");
            let cleaned = named::clean().expect("cleaned");
            assert!(cleaned.failed.is_empty() && cleaned.skipped.is_empty(), "{cleaned:?}");
            assert_eq!(machine(), before, "killed when there were {names} names");
            assert!(named::clean().expect("cleaned").removed.is_empty());
        }
        assert!(remains > 10, "only {remains} of the kills left anything");
        await_no_process("sleep");
    });
}

#[test]
fn the_next_lab_of_the_name_takes_the_remains_away() {
    const NAME: &str = "lab::named::the_next_lab_of_the_name_takes_the_remains_away";
    run(|| {
        if task().is_some() {
            build_for_ever();
        }
        warm_up();
        let before = machine();
        let mut builder = builder(NAME, "build");
        wait_for("ip netns list | grep -q demo-h30");
        builder.kill().expect("a kill");
        builder.wait().expect("its end");
        let found = named::find("demo").expect("there");
        assert_eq!((found.state, found.nodes.len()), (State::Left, 31));
        let plan = called("demo", 2);
        let mut live = up(&plan, &assign(&plan)).expect("up");
        assert_eq!(sh("ip netns list | wc -l"), "3\n");
        assert!(live.down().is_empty());
        drop(live);
        assert_eq!(machine(), before);
    });
}

fn build_for_ever() -> ! {
    let mut plan = called("demo", 30);
    let line = "trap '' TERM; setsid sleep 1000 & sleep 1000";
    plan.nodes[3].daemons = vec![["/bin/sh", "-c", line].map(str::to_owned).to_vec()];
    let assigned = assign(&plan);
    loop {
        let live = up(&plan, &assigned).expect("up");
        std::thread::sleep(Duration::from_millis(20));
        drop(live);
    }
}

fn wait_for(condition: &str) {
    sh(&format!("for i in $(seq 2000); do if {condition}; then exit 0; fi; sleep 0.005; done; exit 1"));
}

#[test]
fn a_kept_lab_outlives_its_program_with_its_daemons() {
    const NAME: &str = "lab::named::a_kept_lab_outlives_its_program_with_its_daemons";
    run(|| {
        if task().is_some() {
            return keep();
        }
        warm_up();
        let before = machine();
        for cause in ["down", "its init is killed"] {
            assert!(builder(NAME, "keep").wait().expect("its end").success());
            let found = named::find("demo").expect("there");
            assert_eq!(found.state, State::Kept);
            // Its daemon, and what that started in a session of its own, live on.
            wait_for("[ $(pgrep -c sleep) = 2 ]");
            let h1 = Namespace::named("demo-h1").expect("there");
            // 127.0.0.1, ::1 and its own.
            assert_eq!(nsl::kernel::addr::list(&h1).expect("addresses").len(), 3);
            let plan = called("demo", 2);
            let mut other = called("demo", 2);
            other.options.prefix = "other-".to_owned();
            let error = up(&other, &assign(&plan)).expect_err("kept");
            assert!(error.is(&explain::LAB_KEPT), "{error:?}");
            assert!(named::clean().expect("cleaned").removed.is_empty());
            if cause == "down" {
                let left = named::down("demo").expect("down");
                assert!(left.is_empty(), "{left:?}");
            } else {
                sh("pkill -9 -x nsl-init");
                await_no_process("nsl-init");
                assert_eq!(named::find("demo").expect("there").state, State::Left);
                assert_eq!(named::clean().expect("cleaned").removed, ["demo"]);
            }
            assert_eq!(sh("pgrep -c sleep || true"), "0\n", "{cause}");
            assert_eq!(machine(), before, "{cause}");
            let error = named::down("demo").expect_err("gone");
            assert!(error.is(&explain::LAB_MISSING), "{error:?}");
        }
    });
}

fn keep() {
    let mut plan = called("demo", 2);
    let line = "trap '' TERM HUP; setsid sleep 1000 & sleep 1000";
    plan.nodes[1].daemons = vec![["/bin/sh", "-c", line].map(str::to_owned).to_vec()];
    let mut live = up(&plan, &assign(&plan)).expect("up");
    live.keep().expect("kept");
    assert!(!live.is_up() && live.down().is_empty() && count() == 0);
    drop(live);
    assert!(nsl::process::end_all().is_empty());
    let mut nameless = up(&star(1), &assign(&star(1))).expect("up");
    assert!(nameless.keep().expect_err("no name").is(&explain::LAB_NAMELESS));
}

#[test]
fn row_51_manifests_that_cannot_be_trusted_are_left_alone() {
    run(|| {
        warm_up();
        let plan = called("demo", 1);
        let live = up(&plan, &assign(&plan)).expect("up");
        let manifest = std::fs::read_to_string("/run/nsl/demo/lab.json").expect("a manifest");
        drop(live);
        let own = format!("\"pid\":{}", std::process::id());
        assert!(manifest.contains(&own), "{manifest}");
        // 4194304 is beyond the greatest pid there can be.
        let dead = manifest.replacen(&own, "\"pid\":4194304", 1);
        let boot = sh("cat /proc/sys/kernel/random/boot_id");
        let old = dead.replace(boot.trim(), "another");
        assert_ne!(old, dead);
        for (name, text) in [
            ("broken", &dead[..dead.len() / 2]),
            ("foreign", &dead.replace("\"uid\":0", "\"uid\":1000")),
            ("old", &old.replace("demo-", "old-")),
            ("dead", &dead),
        ] {
            std::fs::create_dir(format!("/run/nsl/{name}")).expect("made");
            std::fs::write(format!("/run/nsl/{name}/lab.json"), text).expect("written");
        }
        std::fs::create_dir("/run/nsl/empty").expect("made");
        std::os::unix::fs::symlink("/etc", "/run/nsl/link").expect("made");
        // The first is somebody's by now; the second is what a machine that was started anew has on its disk.
        sh("ip netns add demo-h1; install -m 0 /dev/null /run/netns/old-h1; touch -d '1 min ago' /run/netns/old-h1");
        let cleaned = named::clean().expect("cleaned");
        assert_eq!(cleaned.removed, ["empty", "old"]);
        let rows: Vec<_> = cleaned.skipped.iter().map(|error| (error.row().id, error.object_name())).collect();
        assert_eq!(rows, [("LAB_MANIFEST", Some("broken")), ("LAB_DIRECTORY", Some("link"))]);
        let rows: Vec<_> = cleaned.failed.iter().map(|error| (error.row().id, error.object_name())).collect();
        assert_eq!(rows, [("NAMESPACE_REPLACED", Some("demo-h1")), ("LAB_FOREIGN", Some("foreign"))]);
        assert_eq!(sh("ls /run/nsl /run/netns"), "/run/netns:\ndemo-h1\n\n/run/nsl:\nbroken\nforeign\nlink\n");
        let (found, unreadable) = named::list().expect("a list");
        assert_eq!((found.len(), unreadable.len()), (1, 2));
        let error = up(&called("broken", 1), &assign(&star(1))).expect_err("unreadable");
        assert!(error.is(&explain::LAB_MANIFEST), "{error:?}");
        let error = named::find("demos").expect_err("none");
        assert!(error.is(&explain::LAB_MISSING), "{error:?}");
        sh("chmod 755 /run/nsl");
        let error = up(&called("demo2", 1), &assign(&star(1))).expect_err("open to all");
        assert!(error.is(&explain::LAB_DIRECTORY), "{error:?}");
    });
}

#[test]
fn the_hard_stop_leaves_no_name() {
    run(|| {
        warm_up();
        let before = machine();
        let plan = called("demo", 5);
        let mut live = up(&plan, &assign(&plan)).expect("up");
        abandon_all();
        assert_eq!(sh("ip netns list; ls /run/nsl"), "");
        assert!(live.down().is_empty());
        drop(live);
        assert_eq!(machine(), before);
    });
}
