//! A lab whose program is killed at any moment: nothing is left, because nothing was ever visible.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::assigned::assign;
use super::{machine, star, up};
use crate::sandbox::run;

/// Set for the process that builds and is killed.
const BUILDER: &str = "NSL_TEST_BUILDER";

#[test]
fn a_kill_at_any_moment_leaves_nothing() {
    run(|| {
        if std::env::var_os(BUILDER).is_some() {
            build_for_ever();
        }
        let before = machine();
        for moment in 0..12 {
            let name = "lab::kill::a_kill_at_any_moment_leaves_nothing";
            let mut builder = Command::new(std::env::current_exe().expect("this binary"))
                .args(["--exact", name, "--nocapture", "--test-threads=1"])
                .env(BUILDER, "1")
                .stdout(Stdio::null())
                .spawn()
                .expect("it starts");
            std::thread::sleep(Duration::from_millis(5 + moment * 23));
            builder.kill().expect("a kill");
            assert_eq!(builder.wait().expect("its end").signal(), Some(9));
            assert_eq!(machine(), before, "killed at moment {moment}");
        }
        // Children die with it, those in labs too.
        crate::sandbox::await_no_process("sleep");
    });
}

fn build_for_ever() -> ! {
    let mut plan = star(60);
    let line = "trap '' TERM; setsid sleep 1000 & sleep 1000";
    plan.nodes[3].daemons = vec![["/bin/sh", "-c", line].map(str::to_owned).to_vec()];
    let assigned = assign(&plan);
    loop {
        let live = up(&plan, &assigned).expect("up");
        std::thread::sleep(Duration::from_millis(5));
        drop(live);
    }
}
