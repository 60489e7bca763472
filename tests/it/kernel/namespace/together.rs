//! Several programs at once in /run/netns, nsl and ip mixed.

use nsl::kernel::namespace::named::{self, Delete};

use super::{entries, mounts_at, part, play, play_out};
use crate::sandbox::{Outcome, run, sh};

const PLAIN: Delete = Delete { force: false, missing_ok: false };

#[test]
fn sixteen_first_adds_at_once_mount_the_directory_once() {
    run(|| {
        if let Some(name) = part() {
            // All start at the same moment.
            std::fs::write(format!("/run/ready-{name}"), "").expect("written");
            while !std::path::Path::new("/run/go").exists() {
                std::thread::yield_now();
            }
            named::add(&name, false).expect("added");
            return;
        }
        let test = "together::sixteen_first_adds_at_once_mount_the_directory_once";
        for private in [true, false] {
            // Shared is how systemd mounts /run; there the directory must leave the peer group of /run.
            sh(if private { "mount --make-private /run" } else { "mount --make-shared /run" });
            let players: Vec<_> =
                (0..16).map(|i| play(test, &format!("n{i}"), "exec \"$@\"").spawn().expect("sh starts")).collect();
            while sh("ls /run | grep -c ready || true") != "16\n" {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            sh("touch /run/go; rm /run/ready-*");
            for player in players {
                let outcome: Outcome = player.wait_with_output().expect("it ends").into();
                assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
            }
            assert_eq!(mounts_at("/run/netns"), 1);
            for i in 0..16 {
                assert_eq!(mounts_at(&format!("/run/netns/n{i}")), 1);
            }
            sh("ip netns add by-ip");
            assert_eq!((mounts_at("/run/netns"), mounts_at("/run/netns/by-ip")), (1, 1));
            assert_eq!(named::delete_all().expect("deleted"), 17);
            sh("umount /run/netns; rmdir /run/netns; rm /run/go");
        }
    });
}

#[test]
fn an_add_waits_for_the_lock_that_ip_takes() {
    run(|| {
        sh("mkdir -m 755 /run/netns
            flock /run/netns sh -c 'touch /run/held; until test -e /run/go; do sleep 0.01; done' >/dev/null 2>&1 &
            until test -e /run/held; do sleep 0.01; done");
        let adding = std::thread::spawn(|| named::add("a", false).map(|_| ()));
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert_eq!((entries().len(), mounts_at("/run/netns")), (0, 0));
        sh("touch /run/go");
        adding.join().expect("no panic").expect("added");
        named::delete("a", PLAIN).expect("deleted");
    });
}

#[test]
fn nsl_after_ip_and_ip_after_nsl_keep_one_mount() {
    run(|| {
        sh("ip netns add a");
        named::add("b", false).expect("added");
        sh("ip netns add c");
        assert_eq!(mounts_at("/run/netns"), 1);
        // A mount namespace made now sees what is added later, as it does with ip.
        sh("unshare -m --propagation unchanged sh -c 'touch /run/made; until test -e /run/go; do sleep 0.01; done; \
            ls /run/netns/d >/dev/null; grep -c \"/run/netns/d \" /proc/self/mountinfo' >/run/seen 2>&1 &
            until test -e /run/made; do sleep 0.01; done");
        named::add("d", false).expect("added");
        assert_eq!(sh("touch /run/go; until test -s /run/seen; do sleep 0.01; done; cat /run/seen"), "1\n");
        assert_eq!(entries(), ["a", "b", "c", "d"]);
        assert_eq!(named::delete_all().expect("deleted"), 4);
    });
}

#[test]
fn of_two_that_add_one_name_exactly_one_wins() {
    run(|| {
        sh("ip netns add first; ip netns delete first");
        for round in 0..60 {
            let mut ip = std::process::Command::new("ip");
            ip.args(["netns", "add", "x"]).stderr(std::process::Stdio::null());
            let mut ip = ip.spawn().expect("ip starts");
            // So that each is first now and then.
            std::thread::sleep(std::time::Duration::from_micros(round * 50));
            let ours = named::add("x", false);
            let theirs = ip.wait().expect("it ends").success();
            assert!(ours.is_ok() != theirs, "round {round}: {ours:?} and ip {theirs}");
            if let Err(error) = ours {
                // `EINVAL` where `ip` has made the file and not yet the mount on it.
                assert!(["EEXIST", "EBUSY", "EINVAL"].contains(&error.code().as_str()), "{error}");
            }
            assert!(named::exists("x").expect("asked"));
            assert_eq!(mounts_at("/run/netns/x"), 1);
            named::delete("x", PLAIN).expect("deleted");
            assert!(entries().is_empty());
        }
    });
}

#[test]
fn both_add_and_delete_side_by_side() {
    run(|| {
        let ip = std::thread::spawn(|| sh("for i in $(seq 40); do ip netns add i$i; ip netns delete i$i; done"));
        for i in 0..80 {
            let name = format!("n{i}");
            named::add(&name, false).expect("added");
            named::list().expect("a list");
            named::delete(&name, PLAIN).expect("deleted");
        }
        ip.join().expect("ip ended well");
        assert!(entries().is_empty());
        assert_eq!((mounts_at("/run/netns"), sh("grep -c nsfs /proc/self/mountinfo || true")), (1, "0\n".to_owned()));
    });
}

#[test]
fn inside_ip_netns_exec_a_named_add_is_refused() {
    run(|| {
        if part().is_some() {
            let error = named::add("inner", false).expect_err("invisible outside");
            assert!(error.is(&nsl::error::explain::NAMESPACE_DIRECTORY_SLAVE), "{error}");
            nsl::kernel::namespace::anonymous::add().expect("needs no name").close().expect("closed");
            return;
        }
        sh("ip netns add outer");
        let test = "together::inside_ip_netns_exec_a_named_add_is_refused";
        play_out(test, "inside", "exec ip netns exec outer \"$@\"");
        assert_eq!(entries(), ["outer"]);
        // A private view is no obstacle.
        sh("ip netns delete outer");
        named::add("free", false).expect("added");
        named::delete("free", PLAIN).expect("deleted");
    });
}
