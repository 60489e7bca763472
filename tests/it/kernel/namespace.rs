//! Namespaces, each verb in both directions against the real `ip netns`.

use nsl::error::explain;
use nsl::kernel::namespace::named::Delete;
use nsl::kernel::namespace::{Namespace, anonymous, at_home, id, named, pids};

use crate::sandbox::{run, sh};

#[test]
fn ip_sees_what_nsl_adds_and_deletes() {
    run(|| {
        let added = named::add("ns0", false).expect("added");
        assert!(added.created && added.warning.is_none());
        assert_eq!(sh("ip netns list"), "ns0\n");
        assert_eq!(sh("ip netns exec ns0 ip -br link").split_whitespace().next(), Some("lo"));
        assert_eq!(sh("stat -Lc %i /run/netns/ns0").trim(), added.namespace.inode().expect("inode").to_string());
        let error = named::add("ns0", false).expect_err("there already");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("ns0")));
        let again = named::add("ns0", true).expect("taken");
        assert!(!again.created && again.namespace.same(&added.namespace).expect("comparable"));
        named::delete("ns0", Delete::default()).expect("deleted");
        assert_eq!(sh("ip netns list; ls -A /run/netns; grep -c nsfs /proc/self/mountinfo || true"), "0\n");
        assert!(at_home());
    });
}

#[test]
fn nsl_sees_what_ip_adds_and_deletes() {
    run(|| {
        sh("ip netns add b; ip netns add a; ip netns set a 7");
        let listed = named::list().expect("a list");
        let shown: Vec<_> = listed.iter().map(|one| (one.name.to_str().expect("text"), one.id)).collect();
        assert_eq!(shown, [("a", Some(7)), ("b", None)]);
        assert!(named::exists("a").expect("asked"));
        let a = Namespace::named("a").expect("there");
        assert_eq!(id::get(&a).expect("asked"), Some(7));
        sh("ip netns exec a sleep 5 >/dev/null 2>&1 & sleep 0.2");
        assert_eq!(pids::pids(&a).expect("a list").len(), 1);
        sh("ip netns pids a | xargs kill; ip netns delete a");
        let error = a.open().expect_err("gone");
        assert!(error.is(&explain::NAMESPACE_MISSING), "{error}");
        let links = Namespace::named("b").expect("there").with_socket(|_| Ok(())).map(|()| 1);
        assert_eq!(links.expect("a socket"), 1);
        let _ = anonymous::list();
    });
}
