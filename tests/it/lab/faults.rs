//! Labs that cannot be: whatever is refused, and whenever, nothing is left and the error points at the line.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nsl::error::explain;
use nsl::lab::{Kind, build, count};
use nsl::wait::interrupt::{self, Stop};

use super::assigned::{assign, net, route};
use super::{line, machine, plan, star, up};
use crate::sandbox::run;

#[test]
fn what_the_kernel_refuses_is_told_and_undone() {
    run(|| {
        // What is kept from the first use on is there before.
        drop(up(&star(1), &assign(&star(1))).expect("up"));
        let before = machine();
        let refused = |plan: &nsl::lab::Plan, assigned: &nsl::lab::assign::Assigned| {
            let error = up(plan, assigned).expect_err("refused");
            assert_eq!(machine(), before, "{error}");
            assert_eq!(count(), 0);
            error
        };

        let mut small = star(70);
        small.links[66].mtu = Some(20);
        let error = refused(&small, &assign(&small));
        assert!(error.is(&explain::LINK_MTU_RANGE), "{error:?}");
        assert_eq!(
            (line(&error), error.message().contains("h67/eth0") || error.message().contains("s/eth66")),
            (167, true)
        );

        let ring = plan(&[("a", Kind::Host), ("b", Kind::Host)], &[("a", "b"), ("a", "b")]);
        let mut clash = assign(&ring);
        clash.nodes[1].interfaces[1].name = "eth0".to_owned();
        let error = refused(&ring, &clash);
        assert!(error.is(&explain::LINK_EXISTS), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (102, Some("b/eth0")));

        let mut lost = assign(&ring);
        lost.nodes[0].routes.push(route("10.9.0.0/16", &[("10.77.0.1", 0)]));
        let error = refused(&ring, &lost);
        assert!(error.is(&explain::ROUTE_UNREACHABLE), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (1, Some("a")));

        let mut twice = assign(&ring);
        twice.nodes[1].interfaces[0].addresses.push(net("10.0.0.2/24"));
        let error = refused(&ring, &twice);
        assert!(error.is(&explain::ADDRESS_EXISTS), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (101, Some("b/eth0")));

        let mut odd = ring.clone();
        odd.nodes[1].sysctl.insert("net.ipv4.nonsense".to_owned(), "1".to_owned());
        let error = refused(&odd, &assign(&odd));
        assert!(error.is(&explain::SYSCTL_MISSING), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (2, Some("b")));
    });
}

#[test]
fn a_command_that_fails_fails_the_lab() {
    run(|| {
        let words = |line: &str| vec![["/bin/sh", "-c", line].map(str::to_owned).to_vec()];
        let mut plan = star(2);
        plan.nodes[1].run = words("exit 7");
        let error = up(&plan, &assign(&plan)).expect_err("fails");
        assert!(error.is(&explain::COMMAND_FAILED), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (2, Some("h1")));
        plan.nodes[1].run.clear();
        plan.nodes[1].daemons = words("exit 3");
        plan.nodes[2].daemons = vec![["/bin/sleep", "1000"].map(str::to_owned).to_vec(); 20];
        let error = up(&plan, &assign(&plan)).expect_err("it ends before twenty others are started");
        assert!(error.is(&explain::DAEMON_ENDED), "{error:?}");
        assert_eq!((line(&error), error.object_name()), (2, Some("h1")));
        plan.nodes[1].daemons.clear();
        plan.nodes[2].daemons = vec![vec!["/nonsense".to_owned()]];
        let error = up(&plan, &assign(&plan)).expect_err("no such program");
        assert!(error.is(&explain::COMMAND_NO_FILE), "{error:?}");
        assert_eq!(count(), 0);
        assert_eq!(crate::sandbox::sh("pgrep -c sleep || true"), "0\n");
        nsl::process::end_all();
    });
}

#[test]
fn an_interrupt_at_any_moment_undoes_everything() {
    run(|| {
        let plan = star(150);
        let assigned = assign(&plan);
        let mut moments = 0;
        drop(build::build(&plan, &assigned, &mut |_| moments += 1).expect("up"));
        assert!(moments > 10);
        let before = machine();
        for moment in 0..moments {
            let mut reports = 0;
            let error = build::build(&plan, &assigned, &mut |_| {
                if reports == moment {
                    interrupt::request(Stop::Signal(2));
                }
                reports += 1;
            })
            .expect_err("interrupted");
            interrupt::clear();
            assert!(error.is(&explain::INTERRUPTED), "{error:?}");
            assert!(reports <= moment + 2, "it went on for {} reports", reports - moment);
            assert_eq!(machine(), before);
        }
    });
}

#[test]
fn too_few_descriptors_are_told_and_a_lab_may_need_nearly_all() {
    run(|| {
        let plan = star(60);
        let assigned = assign(&plan);
        drop(up(&plan, &assigned).expect("up"));
        let before = machine();
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        let open = before.0 as u64;
        let mut built = Vec::new();
        // Which call meets the limit differs; what is said does not.
        for spare in (2..20).chain((20..170).step_by(9)) {
            setrlimit(Resource::RLIMIT_NOFILE, open + spare, hard).expect("a lower limit");
            let tried = up(&plan, &assigned);
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard).expect("the limit as it was");
            match tried {
                Ok(live) => {
                    // Room for every namespace but not for two descriptors each: sockets are opened when they are needed.
                    assert_eq!(super::answers(&live, "h1", "10.1.0.60"), 3);
                    built.push(spare);
                }
                Err(error) => {
                    assert!(error.is(&explain::TOO_MANY_FILES), "{spare} spare: {error:?}");
                    assert!(error.location().is_some(), "{spare} spare: {error:?}");
                }
            }
            assert_eq!(machine(), before, "{spare} spare");
        }
        assert!(matches!(built[..], [first, .., 164] if first > 61), "{built:?}");
    });
}

#[test]
fn a_large_lab_takes_one_descriptor_a_node() {
    run(|| {
        let plan = star(600);
        let assigned = nsl::lab::assign::assign(&plan).expect("assigned");
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        // A bounded number of sockets beside them.
        setrlimit(Resource::RLIMIT_NOFILE, machine().0 as u64 + 1000, hard).expect("a lower limit");
        let live = up(&plan, &assigned);
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).expect("the limit as it was");
        let last = assigned.nodes[600].interfaces[0].addresses[0].addr().to_string();
        assert_eq!(super::answers(&live.expect("up"), "h1", &last), 3);
    });
}
