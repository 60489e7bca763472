//! No thread but the helper ever leaves home, whatever is called from however many threads.

use nsl::kernel::namespace::named::{self, Delete};
use nsl::kernel::namespace::{Namespace, anonymous, at_home, id, pids};

use crate::sandbox::{run, sh};

/// A small generator, so that a failing run can be repeated.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn inode_of(place: &str) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(place).expect("a namespace").ino()
}

#[test]
fn eight_threads_of_random_verbs_stay_at_home() {
    run(|| {
        let home = inode_of("/proc/self/ns/net");
        let threads: Vec<_> = (0..8u64)
            .map(|thread| {
                std::thread::spawn(move || {
                    let (mut state, mut held) = (thread, Vec::new());
                    for step in 0..250 {
                        let name = format!("t{thread}-{}", next(&mut state) % 4);
                        let plain = Delete { force: false, missing_ok: true };
                        match next(&mut state) % 9 {
                            0 | 1 => drop(named::add(&name, true).expect("added")),
                            2 => named::delete(&name, plain).expect("deleted"),
                            3 => held.push(anonymous::add().expect("made")),
                            4 => held.pop().map_or(Ok(()), |one: Namespace| one.close()).expect("closed"),
                            5 => drop(pids::identify(None).expect("names")),
                            6 => drop(Namespace::named(&name).and_then(|one| id::get(&one))),
                            7 => drop(Namespace::named(&name).and_then(|one| one.with_socket(|_| Ok(())))),
                            _ => {
                                let Some(one) = held.last() else { continue };
                                let inside = one.enter(|| Ok(inode_of("/proc/thread-self/ns/net"))).expect("entered");
                                assert_eq!(inside, one.inode().expect("inode"));
                            }
                        }
                        assert_eq!(inode_of("/proc/thread-self/ns/net"), home, "thread {thread}, step {step}");
                    }
                })
            })
            .collect();
        let outcomes: Vec<_> = threads.into_iter().map(std::thread::JoinHandle::join).collect();
        assert!(outcomes.iter().all(Result::is_ok));
        assert!(at_home() && inode_of("/proc/self/ns/net") == home);
        assert!(anonymous::close_all().is_empty());
        named::delete_all().expect("deleted");
        assert_eq!(sh("grep -c nsfs /proc/self/mountinfo || true"), "0\n");
    });
}

#[test]
fn a_panic_inside_is_a_bug_and_the_helper_lives() {
    run(|| {
        let place = anonymous::add().expect("made");
        let thread = place.enter(|| Ok(std::thread::current().id())).expect("entered");
        let error = place.enter::<()>(|| panic!("of the test")).expect_err("a panic");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("EBUG", "internal error: of the test"));
        assert_eq!(place.enter(|| Ok(std::thread::current().id())).expect("entered"), thread);
        let nested = place.clone();
        let error = place.enter(move || nested.enter(|| Ok(()))).expect_err("a visit within a visit");
        assert_eq!(error.code(), "EBUG");
        let error = place.enter(|| Namespace::home().enter(|| Ok(()))).expect_err("home within a visit");
        assert_eq!(error.code(), "EBUG");
        place.close().expect("closed");
    });
}

#[test]
fn a_helper_that_cannot_come_home_is_replaced() {
    run(|| {
        let place = anonymous::add().expect("made");
        let strand = || {
            // The raw call changes the calling thread alone; without privilege it cannot go home.
            #[allow(unsafe_code)]
            // SAFETY: takes three numbers and no memory.
            let result = unsafe { libc::syscall(libc::SYS_setresuid, 65534, 65534, 65534) };
            assert_eq!(result, 0);
            Ok((std::thread::current().id(), inode_of("/proc/thread-self/ns/net")))
        };
        let (stranded, inode) = place.enter(strand).expect("its result is not lost");
        assert_eq!(inode, place.inode().expect("inode"));
        let look = || Ok((std::thread::current().id(), inode_of("/proc/thread-self/ns/net")));
        let (next, inside) = place.enter(look).expect("entered");
        assert!(next != stranded && inside == inode);
        let fresh = anonymous::add().expect("made");
        assert_ne!(fresh.inode().expect("inode"), inode);
        assert!(at_home());
        assert!(anonymous::close_all().is_empty());
    });
}

#[test]
fn the_helper_takes_no_signals() {
    run(|| {
        let place = anonymous::add().expect("made");
        let status = place.enter(|| Ok(std::fs::read_to_string("/proc/thread-self/status")?)).expect("entered");
        assert!(status.starts_with("Name:\tnsl-enter\n"), "{status}");
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("a mask");
        let blocked = u64::from_str_radix(blocked.trim(), 16).expect("a number");
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGCHLD, libc::SIGWINCH, libc::SIGPIPE] {
            assert_ne!(blocked & 1 << (signal - 1), 0, "signal {signal}");
        }
        let here = std::fs::read_to_string("/proc/thread-self/status").expect("a status");
        assert!(here.contains("SigBlk:\t0000000000000000"), "the caller's mask is as it was");
        place.close().expect("closed");
    });
}
