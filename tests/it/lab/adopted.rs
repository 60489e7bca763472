//! Kept labs, taken over by another process to be looked at and changed.

use nsl::error::explain;
use nsl::lab::assign::assign;
use nsl::lab::{Changes, Kind, Link, Node, Plan, apply, build, diff, named};

use super::star;
use crate::sandbox::{run, script, sh};

/// Set for the process that keeps a lab.
const KEEPER: &str = "NSL_TEST_KEEPER";

fn called(hosts: usize) -> Plan {
    let mut plan = star(hosts);
    plan.options.prefix = "demo-".to_owned();
    plan.name = Some("demo".to_owned());
    plan.nodes[1].daemons = vec![vec!["sleep".to_owned(), "1000".to_owned()]];
    plan
}

/// Has another process build a lab and keep it.
fn keep(test: &str) {
    let kept = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(KEEPER, "1")
        // A daemon that is kept would hold a pipe open.
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .expect("it starts");
    assert!(kept.success(), "{kept}");
}

fn is_keeper() -> bool {
    if std::env::var_os(KEEPER).is_none() {
        return false;
    }
    let plan = called(3);
    let mut live = build::build(&plan, &assign(&plan).expect("assigned"), &mut |_| {}).expect("up");
    live.keep().expect("kept");
    true
}

/// What differs, as text.
fn text(plan: &Plan, live: &nsl::lab::Live) -> String {
    Changes(&diff(plan, &assign(plan).expect("assigned"), Some(live)).expect("a diff")).to_string()
}

#[test]
fn a_kept_lab_is_changed_by_another_process_and_stays_kept() {
    run(|| {
        if is_keeper() {
            return;
        }
        assert!(named::adopt("demo").expect("nothing").is_none());
        keep("lab::adopted::a_kept_lab_is_changed_by_another_process_and_stays_kept");
        let mut live = named::adopt("demo").expect("adopted").expect("it is up");
        let mut plan = called(3);
        assert_eq!(text(&plan, &live), "nothing differs");
        // Meanwhile it is nobody else's.
        let error = named::adopt("demo").expect_err("it is held");
        assert!(error.is(&explain::LAB_EXISTS), "{error:?}");
        let daemon = sh("ip netns pids demo-h1");

        // What joined the namespace to the switch goes a little later.
        sh("ip netns delete demo-h2; ip netns exec demo-h3 ip link set eth0 mtu 1400; \
            for try in $(seq 100); do ip -n demo-s link show eth1 >/dev/null 2>&1 || break; sleep 0.05; done");
        plan.nodes.push(Node::new("x", Kind::Host));
        plan.nodes[4].daemons = vec![vec!["sleep".to_owned(), "1000".to_owned()]];
        plan.links.push(Link::new(0, 4));
        let told = text(&plan, &live);
        for line in ["+ node h2 (host)", "+ node x (host)", "~ h3/eth0 mtu 1400 -> 1500", "+ daemon x sleep 1000"] {
            assert!(told.lines().any(|there| there == line), "{line} is not in\n{told}");
        }
        let assigned = assign(&plan).expect("assigned");
        let changes = apply(&plan, &assigned, &mut live, &mut |_| {}).expect("applied");
        assert_eq!(Changes(&changes).to_string(), told);
        assert_eq!(text(&plan, &live), "nothing differs");
        drop(live);

        assert_eq!(sh("ip netns pids demo-h1"), daemon);
        assert_eq!(sh("ip netns pids demo-x | wc -l"), "1\n");
        let answers = script("print(netns.ping('demo-x', '10.0.0.3', { timeout = 9 }).received)");
        assert_eq!(answers, "1\n");
        let found = named::find("demo").expect("it is there");
        assert_eq!((found.state, found.nodes.len()), (named::State::Kept, 5));
        // Whoever changed it has ended by then: here its child has to be waited for.
        sh("kill $(ip netns pids demo-x)");
        nix::sys::wait::waitpid(None, None).expect("the daemon");
        assert!(named::down("demo").expect("down").is_empty());
        assert_eq!(sh("ip netns list; ls /run/nsl"), "");
    });
}
