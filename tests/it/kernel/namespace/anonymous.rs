//! Anonymous namespaces: nothing is left of them, and closing frees the names of host-side veths at once.

use nsl::error::explain;
use nsl::kernel::namespace::{Namespace, anonymous, named};

use super::entries;
use crate::sandbox::{run, sh};

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("descriptors").count()
}

/// A veth from here into `namespace`; gives the index of the end that is here.
fn veth(name: &str, namespace: &Namespace) -> u32 {
    let path = namespace.path().expect("a path");
    let add = format!("ip link add {name} type veth peer name in-{name} netns {}", path.display());
    let index = sh(&format!("{add}; ip -o link show dev {name} | cut -d: -f1"));
    index.trim().parse().expect("an index")
}

#[test]
fn a_thousand_leave_nothing_behind() {
    run(|| {
        let first = anonymous::add().expect("made");
        first.with_socket(|_| Ok(())).expect("a socket");
        first.close().expect("closed");
        let before = descriptors();
        for _ in 0..1000 {
            let one = anonymous::add().expect("made");
            one.with_socket(|_| Ok(())).expect("a socket");
            assert_eq!(descriptors(), before + 2);
            one.close().expect("closed");
            one.close().expect("closed twice");
        }
        assert_eq!(descriptors(), before);
        assert!(anonymous::list().is_empty() && entries().is_empty());
    });
}

#[test]
fn it_lives_until_it_is_closed_whatever_becomes_of_the_handle() {
    run(|| {
        let one = anonymous::add().expect("made");
        let inode = one.inode().expect("inode");
        assert_eq!(one.label(), format!("anonymous namespace net:[{inode}]"));
        assert_eq!(one.name(), None);
        let path = one.path().expect("a path");
        assert!(path.starts_with(format!("/proc/{}/fd", std::process::id())), "{path:?}");
        drop(one);
        let [again] = &anonymous::list()[..] else { panic!("one is open") };
        assert_eq!(again.inode().expect("inode"), inode);
        assert!(Namespace::get_path(&path).expect("there").same(again).expect("comparable"));
        assert!(anonymous::close_all().is_empty());
        let error = again.with_socket(|_| Ok(())).expect_err("closed");
        assert!(error.is(&explain::NAMESPACE_CLOSED), "{error}");
        assert!(again.delete(named::Delete::default()).expect_err("no name").is(&explain::NAMESPACE_NAMELESS));
    });
}

#[test]
fn sockets_kept_are_bounded_and_go_with_their_namespace() {
    run(|| {
        Namespace::home().with_socket(|_| Ok(())).expect("a socket");
        let first = anonymous::add().expect("made");
        let before = descriptors();
        let many: Vec<_> = (0..300).map(|_| anonymous::add().expect("made")).collect();
        for one in &many {
            one.with_socket(|_| one.with_socket(|_| Ok(()))).expect("a socket within a socket");
        }
        let sockets = descriptors() - before - 300;
        assert!((200..=256).contains(&sockets), "{sockets} are kept");
        assert!(anonymous::close_all().is_empty());
        first.close().expect("closed twice");
        // The one of nsl's own namespace may have made room for others.
        assert!(descriptors() < before);
    });
}

#[test]
fn closing_frees_the_names_of_outside_links_at_once() {
    run(|| {
        for links in [1, 3] {
            for _ in 0..5 {
                let inner = anonymous::add().expect("made");
                for i in 0..links {
                    inner.remember_outside_link(&Namespace::home(), veth(&format!("v{i}"), &inner));
                }
                inner.close().expect("closed");
                assert_eq!(sh("ip -o link | wc -l"), "1\n");
            }
        }
    });
}

#[test]
fn the_end_of_a_run_frees_all_names_in_every_namespace() {
    run(|| {
        let outer = named::add("outer", false).expect("added").namespace;
        for i in 0..12 {
            let inner = anonymous::add().expect("made");
            inner.remember_outside_link(&Namespace::home(), veth(&format!("h{i}"), &inner));
            let (name, path) = (format!("o{i}"), inner.path().expect("a path"));
            let add = format!("ip -n outer link add {name} type veth peer name {name} netns {}", path.display());
            let index = sh(&format!("{add}; ip -n outer -o link show dev {name} | cut -d: -f1"));
            inner.remember_outside_link(&outer, index.trim().parse().expect("an index"));
        }
        assert_eq!(sh("ip -o link | wc -l; ip -n outer -o link | wc -l"), "13\n13\n");
        assert!(anonymous::close_all().is_empty());
        assert_eq!(sh("ip -o link | wc -l; ip -n outer -o link | wc -l"), "1\n1\n");
    });
}

#[test]
fn closing_deletes_nothing_but_what_leads_there() {
    run(|| {
        sh("ip netns add outer; ip link add keep type veth peer name keep-too");
        let (inner, other) = (anonymous::add().expect("made"), anonymous::add().expect("made"));
        // An index that another link has by now, one that is gone, one whose other side moved away.
        let keep = sh("ip -o link show dev keep | cut -d: -f1").trim().parse().expect("an index");
        inner.remember_outside_link(&Namespace::home(), keep);
        inner.remember_outside_link(&Namespace::home(), 4_000);
        inner.remember_outside_link(&Namespace::home(), veth("elsewhere", &other));
        inner.remember_outside_link(&Namespace::home(), veth("mine", &inner));
        let gone = named::add("gone", false).expect("added").namespace;
        inner.remember_outside_link(&gone, 2);
        sh("ip netns delete gone");
        inner.close().expect("closed");
        let left = sh("ip -br link | cut -d@ -f1 | cut -d' ' -f1 | sort");
        assert_eq!(left, "elsewhere\nkeep\nkeep-too\nlo\n");
        other.close().expect("closed");
    });
}
