//! Each verb in both directions: what nsl does ip sees, what ip does nsl sees.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nsl::error::explain;
use nsl::kernel::namespace::named::{self, Delete};
use nsl::kernel::namespace::{Namespace, all, anonymous, at_home, pids};

use super::{entries, mounts_at};
use crate::sandbox::{asleep, run, sh};

const PLAIN: Delete = Delete { force: false, missing_ok: false };

#[test]
fn ip_sees_what_nsl_adds_and_deletes() {
    run(|| {
        let added = named::add("ns0", false).expect("added");
        assert!(added.created && added.warning.is_none());
        assert_eq!(added.namespace.name(), Some("ns0"));
        assert_eq!(added.namespace.path().expect("a path").to_str(), Some("/run/netns/ns0"));
        assert_eq!(sh("ip netns list"), "ns0\n");
        assert_eq!(sh("ip netns exec ns0 ip -br link").split_whitespace().next(), Some("lo"));
        assert_eq!(sh("stat -c '%a %F %s' /run/netns"), "755 directory 60\n");
        assert_eq!(sh("stat -Lc %i /run/netns/ns0").trim(), added.namespace.inode().expect("inode").to_string());
        let error = named::add("ns0", false).expect_err("there already");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("ns0")));
        let again = named::add("ns0", true).expect("taken");
        assert!(!again.created && again.namespace.same(&added.namespace).expect("comparable"));
        assert_eq!(sh("ip netns add ns0 2>&1 || true").lines().count(), 1);
        named::delete("ns0", PLAIN).expect("deleted");
        assert_eq!(sh("ip netns list; ls -A /run/netns; grep -c nsfs /proc/self/mountinfo || true"), "0\n");
        assert!(at_home());
    });
}

#[test]
fn nsl_sees_what_ip_adds_and_deletes() {
    run(|| {
        assert!(named::list().expect("no directory is an empty list").is_empty());
        assert!(!named::exists("a").expect("asked"));
        assert_eq!(named::delete_all().expect("nothing to do"), 0);
        sh("ip netns add b; ip netns add a; ip netns set a 7");
        let listed = named::list().expect("a list");
        let shown: Vec<_> = listed.iter().map(|one| (one.name.to_str().expect("text"), one.id)).collect();
        assert_eq!(shown, [("a", Some(7)), ("b", None)]);
        assert_eq!(listed[0].inode.to_string(), sh("stat -Lc %i /run/netns/a").trim());
        let a = Namespace::get("a").expect("there");
        sh("ip netns delete a");
        assert!(a.open().expect_err("gone").is(&explain::NAMESPACE_GONE));
        let error = Namespace::named("a").expect_err("gone");
        assert!(error.is(&explain::NAMESPACE_MISSING), "{error}");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"b\"? (there is only b)"));
        named::delete("b", PLAIN).expect("deleted");
        assert!(named::delete("b", PLAIN).expect_err("gone").is(&explain::NAMESPACE_MISSING));
        named::delete("b", Delete { missing_ok: true, ..PLAIN }).expect("allowed");
        assert_eq!(sh("ip netns list"), "");
    });
}

#[test]
fn pids_and_identify_agree_with_ip() {
    run(|| {
        sh("ip netns add a; ip netns add b; ip netns attach c $$; ip netns delete c; ln -s b /run/netns/also-b");
        (0..3).for_each(|_| _ = asleep("ip netns exec a"));
        let a = Namespace::named("a").expect("there");
        let mut ip: Vec<i32> = sh("ip netns pids a").lines().map(|line| line.parse().expect("a pid")).collect();
        ip.sort_unstable();
        let ours = pids::pids(&a).expect("a list");
        assert_eq!((ours.len(), &ours), (3, &ip));
        assert!(pids::pids(&Namespace::named("b").expect("there")).expect("a list").is_empty());
        assert!(pids::pids(&Namespace::home()).expect("a list").contains(&(std::process::id() as i32)));
        for pid in &ours {
            assert_eq!(pids::identify(Some(*pid)).expect("names"), ["a"]);
            assert_eq!(sh(&format!("ip netns identify {pid}")), "a\n");
            assert!(Namespace::get_pid(*pid).expect("there").same(&a).expect("comparable"));
        }
        assert!(pids::identify(None).expect("names").is_empty());
        // All names, where ip prints the last one it reads.
        let child = asleep("ip netns exec b");
        assert_eq!(pids::identify(Some(child)).expect("names"), ["also-b", "b"]);
        sh(&format!("kill {child} {}", ip.iter().map(i32::to_string).collect::<Vec<_>>().join(" ")));
        let error = pids::identify(Some(999_999)).expect_err("no such process");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("ESRCH", "no process 999999"));
        assert_eq!(Namespace::get_pid(0).expect_err("no pid").code(), "EINVAL");
        assert_eq!(Namespace::get_pid(-1).expect_err("no pid").code(), "EINVAL");
    });
}

#[test]
fn attach_names_what_a_process_a_path_or_a_handle_leads_to() {
    run(|| {
        sh("ip netns add a");
        let pid = asleep("ip netns exec a");
        let a = Namespace::named("a").expect("there");
        named::attach("by-pid", &Namespace::get_pid(pid).expect("there")).expect("attached");
        named::attach("by-path", &Namespace::get_path(format!("/proc/{pid}/ns/net")).expect("there"))
            .expect("attached");
        let nameless = anonymous::add().expect("made");
        let named = named::attach("by-handle", &nameless).expect("attached").namespace;
        nameless.close().expect("closed");
        sh(&format!("ip netns attach by-ip {pid}; kill {pid}"));
        assert_eq!(sh("ip netns list | sort"), "a\nby-handle\nby-ip\nby-path\nby-pid\n");
        for name in ["by-pid", "by-path", "by-ip"] {
            assert!(Namespace::named(name).expect("there").same(&a).expect("comparable"));
        }
        assert!(!named.same(&a).expect("comparable"));
        let error = named::attach("a", &named).expect_err("taken");
        assert_eq!(error.code(), "EEXIST");
        assert_eq!(Namespace::get_path("/dev/null").expect_err("a device").code(), "EINVAL");
        assert_eq!(Namespace::get_path("/proc/none/ns/net").expect_err("nothing").code(), "ENOENT");
        assert_eq!(named::delete_all().expect("deleted"), 5);
        assert_eq!((entries().len(), sh("ip netns list")), (0, String::new()));
    });
}

#[test]
fn a_name_that_holds_another_namespace_is_not_taken_for_the_first() {
    run(|| {
        let first = named::add("ns0", false).expect("added").namespace;
        let cookie = first.cookie().expect("a cookie");
        sh("ip netns delete ns0; ip netns add ns0");
        for error in [
            first.open().expect_err("another"),
            first.with_socket(|_| Ok(())).expect_err("another"),
            first.enter(|| Ok(())).expect_err("another"),
            first.delete(PLAIN).expect_err("another"),
            first.inode().expect_err("another"),
        ] {
            assert!(error.is(&explain::NAMESPACE_REPLACED), "{error}");
            assert_eq!((error.code().as_str(), error.object_name()), ("ENOENT", Some("ns0")));
        }
        let second = Namespace::get("ns0").expect("there");
        assert_ne!(second.cookie().expect("a cookie"), cookie);
        sh("ip netns delete ns0; touch /run/netns/ns0");
        assert!(second.open().expect_err("a file").is(&explain::NAMESPACE_REPLACED));
        sh("rm /run/netns/ns0");
        let error = second.with_socket(|_| Ok(())).expect_err("gone");
        assert_eq!(error.message(), "namespace \"ns0\" was removed");
        second.delete(Delete { missing_ok: true, ..PLAIN }).expect("gone is done");
    });
}

#[test]
fn names_that_only_others_make_can_be_listed_used_and_deleted() {
    run(|| {
        sh(
            "ip netns add -x; ip netns add \"$(printf 'a b\\033[31m')\"; ip netns add \"$(printf 'z\\377')\"; ip netns add .h",
        );
        let listed: Vec<_> = named::list().expect("a list").into_iter().map(|one| one.name).collect();
        let wanted = [&b"-x"[..], b".h", b"a b\x1b[31m", b"z\xff"].map(|bytes| OsStr::from_bytes(bytes).to_owned());
        assert_eq!(listed, wanted);
        for name in &wanted {
            let namespace = Namespace::named(name).expect("there");
            assert_eq!(namespace.os_name(), Some(name.as_os_str()));
            namespace.with_socket(|_| Ok(())).expect("a socket");
            assert_eq!(named::add(name, true).expect_err("not for new ones").code(), "EINVAL");
            named::delete(name, PLAIN).expect("deleted");
        }
        assert!(entries().is_empty());
        let long = "n".repeat(255);
        named::add(&long, false).expect("added");
        assert_eq!(sh(&format!("ip netns exec {long} ip -br link | wc -l")), "1\n");
        assert_eq!(mounts_at(&format!("/run/netns/{long}")), 1);
        named::delete(&long, PLAIN).expect("deleted");
    });
}

#[test]
fn unfit_names_make_nothing() {
    run(|| {
        for name in ["../x", "a/b", "", ".", "..", "a\0b", "-x", "a b", "a\x1b[31mb", &"n".repeat(256)] {
            let error = named::add(name, false).expect_err("unfit");
            assert!(error.is(&explain::NAMESPACE_NAME), "{error}");
            assert_eq!(error.code(), "EINVAL");
            assert!(!error.to_string().contains('\x1b'));
        }
        assert_eq!(
            sh("ls -A /run; ls -A /run/netns 2>&1 | wc -l; grep -c netns /proc/self/mountinfo || true"),
            "lock\n1\n0\n"
        );
    });
}

#[test]
fn every_namespace_on_the_machine_is_found() {
    run(|| {
        sh("ip netns add b; ip netns add a; ip netns set a 3; mkdir /run/elsewhere; touch '/run/elsewhere/x y'");
        sh("ip netns add t; mount --bind /run/netns/t '/run/elsewhere/x y'; ip netns delete t");
        let pid = asleep("unshare -n");
        let nameless = anonymous::add().expect("made");
        let found = all::list_all().expect("a list");
        let names: Vec<_> = found.iter().take(2).map(|one| (one.name.clone().expect("a name"), one.id)).collect();
        assert_eq!(names, [("a".into(), Some(3)), ("b".into(), None)]);
        let others = &found[2..];
        assert!(others.iter().all(|one| one.name.is_none()) && others.is_sorted_by_key(|one| one.inode));
        // This process's, the other one's, the mounted one and the anonymous one.
        assert_eq!(others.len(), 4, "{others:?}");
        let held_by = |pid: i32| others.iter().find(|one| one.pids.contains(&pid)).expect("found");
        assert_eq!(held_by(pid).path.to_str(), Some(format!("/proc/{pid}/ns/net").as_str()));
        assert_eq!(held_by(std::process::id() as i32).inode, Namespace::home().inode().expect("inode"));
        assert!(others.iter().any(|one| one.path.to_str() == Some("/run/elsewhere/x y")));
        assert!(others.iter().any(|one| Some(one.inode) == nameless.inode().ok() && one.pids.is_empty()));
        for one in &found {
            assert_eq!(Namespace::get_path(&one.path).expect("there").inode().expect("inode"), one.inode);
        }
        sh(&format!("kill {pid}"));
    });
}
