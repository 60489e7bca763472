//! Namespace ids against `ip netns set` and `list-id`.

use nsl::error::explain;
use nsl::kernel::namespace::{Namespace, id};

use crate::sandbox::{run, sh};

#[test]
fn ids_are_the_ones_ip_sees() {
    run(|| {
        sh("for n in a b c d; do ip netns add $n; done; ip netns set a 5");
        let of = |name: &str| Namespace::named(name).expect("there");
        assert_eq!(id::get(&of("a")).expect("asked"), Some(5));
        assert_eq!(id::get(&of("b")).expect("asked"), None);
        assert_eq!(id::set(&of("b"), Some(9)).expect("set"), 9);
        let chosen = id::set(&of("c"), None).expect("set");
        assert_eq!(sh("ip netns list | sort"), format!("a (id: 5)\nb (id: 9)\nc (id: {chosen})\nd\n"));

        let error = id::set(&of("a"), Some(6)).expect_err("given already");
        assert!(error.is(&explain::NSID_GIVEN), "{error:?}");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("a")));
        let error = id::set(&of("d"), Some(9)).expect_err("another's");
        assert!(error.is(&explain::NSID_TAKEN), "{error:?}");
        assert!(id::set(&of("d"), Some(-1)).expect_err("negative").is(&explain::NSID_RANGE));
        assert_eq!(id::get(&of("d")).expect("asked"), None);

        let listed: Vec<_> = id::list(None, None).expect("a list").into_iter().map(|one| (one.id, one.name)).collect();
        let mut wanted = vec![(5, Some("a".into())), (9, Some("b".into())), (chosen, Some("c".into()))];
        wanted.sort();
        assert_eq!(listed, wanted);
        assert_eq!(listed.len(), sh("ip netns list-id").lines().count());
        assert_eq!(id::list(None, Some(9)).expect("one")[0].name, Some("b".into()));
        assert!(id::list(None, Some(77)).expect_err("unknown").is(&explain::NSID_MISSING));
    });
}

#[test]
fn a_namespace_knows_others_by_ids_of_its_own() {
    run(|| {
        sh("ip netns add a; ip netns add b; ip netns set b 6");
        let of = |name: &str| Namespace::named(name).expect("there");
        assert_eq!(id::set_in(&of("a"), &of("b"), Some(30)).expect("set"), 30);
        assert_eq!(sh("ip -n a netns list-id").trim(), "nsid 30 (iproute2 netns name: b)");
        let seen = id::list_in(&of("a"), None, None).expect("a list");
        assert_eq!(seen, [id::ListedId { id: 30, current_id: None, name: Some("b".into()) }]);
        assert_eq!(id::get(&of("b")).expect("asked"), Some(6));
        assert!(id::set_in(&of("a"), &of("b"), Some(31)).expect_err("given already").is(&explain::NSID_GIVEN));
        assert!(id::list_in(&of("a"), None, Some(6)).expect_err("unknown").is(&explain::NSID_MISSING));
    });
}

#[test]
fn a_target_sees_ids_of_its_own() {
    run(|| {
        sh("ip netns add a; ip netns add b; ip netns set a 5; ip netns set b 6; ip netns exec a ip netns set b 30");
        assert_eq!(sh("ip netns list-id target-nsid 5").trim(), "nsid 30 current-nsid 6 (iproute2 netns name: b)");
        let seen = id::list(Some(5), None).expect("a list");
        assert_eq!(seen, [id::ListedId { id: 30, current_id: Some(6), name: Some("b".into()) }]);
        // One is asked for by the id it has here.
        assert_eq!(
            sh("ip netns list-id target-nsid 5 nsid 6").trim(),
            "nsid 30 current-nsid 6 (iproute2 netns name: b)"
        );
        assert_eq!(id::list(Some(5), Some(6)).expect("one"), seen);
        assert!(id::list(Some(5), Some(30)).expect_err("unknown").is(&explain::NSID_MISSING));
        assert!(id::list(Some(99), None).expect_err("unknown").is(&explain::NSID_MISSING));
        assert!(id::list(Some(-2), None).expect_err("negative").is(&explain::NSID_RANGE));
    });
}
