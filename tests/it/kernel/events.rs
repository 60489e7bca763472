//! Following namespaces: what each object's changes are told as, and that nothing is lost, come what may.

mod copy;

use std::time::{Duration, Instant};

use nsl::kernel::events::{Event, Follower, Object, Options, Places, Record, What};
use nsl::kernel::namespace::{Namespace, named};
use nsl::kernel::words;
use nsl::wait::block;

use crate::sandbox::{run, sh};
use copy::Copy;

const ROOM: usize = 32 << 20;

fn follow(namespace: &Namespace, objects: &[Object], buffer: usize) -> Follower {
    let places = Places::These(vec![namespace.clone()]);
    Follower::new(Options { places, objects: objects.to_vec(), buffer }).expect("following")
}

/// What is told until nothing has come for a while.
fn told(follower: &mut Follower) -> Vec<Event> {
    let mut events = Vec::new();
    let quiet = || Some(Instant::now() + Duration::from_millis(400));
    while let Some(event) = block(follower.next(quiet())).expect("an event or none") {
        events.push(event);
    }
    events
}

/// `add link v0`: an event in words.
fn words(event: &Event) -> String {
    let What::Object(object, action, record) = &event.what else { return "overrun".to_owned() };
    let what = match record {
        Record::Link(link) => link.name.clone(),
        Record::Addr(address) => format!("{} {}", address.address, address.dev),
        Record::Route(route) => {
            let via = route.via.map_or_else(String::new, |via| format!(" via {via}"));
            format!("{}{via} {}", route.dst, route.table)
        }
        Record::Netns(found) => found.name.as_ref().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        Record::Words(settings) => {
            let keys: &[&str] = match object {
                Object::Filter => &["kind", "dev", "pref"],
                _ => &["dst", "id", "priority", "kind", "handle", "classid", "dev", "nud", "rate"],
            };
            let values = keys.iter().filter_map(|key| words::find(settings, key));
            values.map(|value| value.to_string().replace('"', "")).collect::<Vec<_>>().join(" ")
        }
    };
    format!("{} {} {what}", action.name(), object.name())
}

fn all_words(events: &[Event]) -> Vec<String> {
    events.iter().map(words).collect()
}

#[rustfmt::skip]
const EVERY: &[Object] = &[
    Object::Link, Object::Addr, Object::Route, Object::Rule, Object::Neigh, Object::Nexthop, Object::Qdisc, Object::Class,
    Object::Filter,
];

#[test]
fn each_object_is_told_by_its_name() {
    run(|| {
        sh("ip netns add ns0");
        let namespace = Namespace::named("ns0").expect("a namespace");
        let rows: &[(&[Object], &str, &[&str])] = &[
            (&[Object::Link], "link add v0 type veth peer name v1", &["add link v1", "add link v0"]),
            (&[Object::Link], "link set v0 mtu 1400", &["change link v0"]),
            // It is as it was.
            (&[Object::Link], "link set v0 mtu 1400", &[]),
            (&[Object::Addr], "addr add 10.0.0.1/24 dev v0", &["add addr 10.0.0.1/24 v0"]),
            (
                &[Object::Addr],
                "addr change 10.0.0.1/24 dev v0 valid_lft 900 preferred_lft 900",
                &["change addr 10.0.0.1/24 v0"],
            ),
            (&[Object::Addr], "addr add fd00::1/64 dev v0 nodad", &["add addr fd00::1/64 v0"]),
            (&[Object::Addr], "addr del fd00::1/64 dev v0", &["delete addr fd00::1/64 v0"]),
            (&[], "link set v1 up", &[]),
            (&[Object::Route], "-4 link set v0 up", &["add route 10.0.0.0/24 main", "add route 10.0.0.255 local"]),
            (&[Object::Route], "route add 11.0.0.0/8 via 10.0.0.2", &["add route 11.0.0.0/8 via 10.0.0.2 main"]),
            (&[Object::Route], "route replace 11.0.0.0/8 via 10.0.0.3", &["change route 11.0.0.0/8 via 10.0.0.3 main"]),
            (&[Object::Route], "route append 11.0.0.0/8 via 10.0.0.4", &["add route 11.0.0.0/8 via 10.0.0.4 main"]),
            (&[Object::Route], "route del 11.0.0.0/8 via 10.0.0.3", &["delete route 11.0.0.0/8 via 10.0.0.3 main"]),
            (&[Object::Route], "route add table 77 default via 10.0.0.2", &["add route default via 10.0.0.2 77"]),
            (
                &[Object::Neigh],
                "neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 nud permanent dev v0",
                &["add neigh 10.0.0.9 v0 permanent"],
            ),
            (
                &[Object::Neigh],
                "neigh change 10.0.0.9 lladdr 02:00:00:00:00:02 nud permanent dev v0",
                &["change neigh 10.0.0.9 v0 permanent"],
            ),
            (&[Object::Rule], "rule add from 10.9.0.0/16 lookup 77 priority 100", &["add rule 100"]),
            (&[Object::Rule], "-6 rule add iif nosuch lookup 77 priority 101", &["add rule 101"]),
            (&[Object::Rule], "rule del priority 100", &["delete rule 100"]),
            (&[Object::Nexthop], "nexthop add id 7 via 10.0.0.2 dev v0", &["add nexthop 7 v0"]),
            (&[Object::Nexthop], "nexthop add id 8 group 7", &["add nexthop 8"]),
            (&[Object::Nexthop], "nexthop replace id 7 via 10.0.0.3 dev v0", &["change nexthop 7 v0"]),
            (&[Object::Nexthop], "nexthop del id 8", &["delete nexthop 8"]),
            (&[Object::Nexthop], "nexthop del id 7", &["delete nexthop 7 v0"]),
            // What was there by default goes, and comes again, without a word of the kernel's.
            (
                &[Object::Qdisc],
                "tc qdisc add dev v0 root handle 1: htb default 10",
                &["delete qdisc noqueue 0: v0", "add qdisc htb 1: v0"],
            ),
            (&[Object::Qdisc], "tc qdisc add dev v0 clsact", &["add qdisc clsact ffff: v0"]),
            (
                &[Object::Class],
                "tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit",
                &["add class htb 1:10 v0 1000000"],
            ),
            (
                &[Object::Class],
                "tc class change dev v0 parent 1: classid 1:10 htb rate 2mbit",
                &["change class htb 1:10 v0 2000000"],
            ),
            (
                &[Object::Qdisc, Object::Class],
                "tc qdisc add dev v0 parent 1:10 handle 20: tbf rate 1mbit burst 10kb limit 10kb",
                &["add class tbf 20:1 v0", "add qdisc tbf 20: v0 1000000", "change class htb 1:10 v0 2000000"],
            ),
            (
                &[Object::Qdisc],
                "tc qdisc change dev v0 parent 1:10 handle 20: tbf rate 3mbit burst 10kb limit 10kb",
                &["change qdisc tbf 20: v0 3000000"],
            ),
            (
                &[Object::Filter],
                "tc filter add dev v0 ingress pref 9 protocol ip u32 match ip dst 10.9.0.0/16 flowid 1:1",
                &["add filter u32 v0 9"],
            ),
            (
                &[Object::Filter],
                "tc filter replace dev v0 ingress pref 9 protocol ip handle 800::800 u32 match ip dst 10.9.0.0/16 flowid 1:2",
                &["change filter u32 v0 9"],
            ),
            (&[Object::Filter], "tc filter del dev v0 ingress", &["delete filter u32 v0 9"]),
            (
                &[Object::Qdisc, Object::Class],
                "tc qdisc del dev v0 root",
                &[
                    "delete qdisc htb 1: v0",
                    "delete qdisc tbf 20: v0 3000000",
                    "delete class htb 1:10 v0 2000000",
                    "delete class tbf 20:1 v0",
                    "add qdisc noqueue 0: v0",
                ],
            ),
            // The kernel says nothing of any of these routes.
            (
                &[Object::Route],
                "addr del 10.0.0.1/24 dev v0",
                &["delete route 10.0.0.0/24 main", "delete route 10.0.0.1 local", "delete route 10.0.0.255 local"],
            ),
            (&[Object::Link], "link del v0", &["change link v0", "change link v1", "delete link v0", "delete link v1"]),
        ];
        for (objects, command, expected) in rows {
            let mut follower = follow(&namespace, objects, ROOM);
            let program = if command.starts_with("tc ") { "ip netns exec ns0" } else { "ip -n ns0" };
            sh(&format!("{program} {command}"));
            let mut seen = all_words(&told(&mut follower));
            let mut expected: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
            // What the kernel does about IPv6 by itself, in its own time.
            seen.retain(|event| !event.contains("fe80:") && !event.contains("ff00:"));
            seen.sort();
            seen.dedup();
            expected.sort();
            assert_eq!(seen, expected, "{command}");
        }
    });
}

#[test]
fn what_is_carried_out_comes_to_what_is_there() {
    run(|| {
        sh("ip netns add ns0");
        let namespace = Namespace::named("ns0").expect("a namespace");
        // Ample room, and so little that most is lost.
        for (buffer, is_lossy) in [(ROOM, false), (8_192, true)] {
            let mut copy = Copy::read(&namespace, EVERY);
            let mut follower = follow(&namespace, EVERY, buffer);
            sh(r#"exec >/dev/null; {
                for i in 1 2 3 4 5 6; do
                  echo "link add a$i type veth peer name b$i"; echo "link set a$i up"; echo "link set b$i up"
                  echo "addr add 10.$i.0.1/24 dev a$i"; echo "addr add fd0$i::1/64 dev a$i nodad"
                  for j in 2 3 4 5 6 7 8 9; do
                    echo "route add 20.$i.$j.0/24 via 10.$i.0.$j"; echo "route add fd77:$i:$j::/64 via fd0$i::$j"
                    echo "route append 20.$i.$j.0/24 via 10.$i.0.1$j"; echo "-6 route append fd77:$i:$j::/64 via fd0$i::1$j"
                    echo "neigh add 10.$i.0.$j lladdr 02:00:00:00:0$i:0$j dev a$i"
                  done
                done
                for i in 1 2 3 4; do
                  echo "rule add from 10.$i.0.0/16 lookup $i priority $i"; echo "nexthop add id $i via 10.$i.0.2 dev a$i"
                  echo "route add 40.$i.0.0/16 nhid $i"
                done
                echo "rule del priority 2"; echo "nexthop del id 3"
                for i in 1 2; do echo "link set a$i down"; done
                echo "link set a3 mtu 1300"
                echo "link del a4"; echo "addr del 10.5.0.1/24 dev a5"
                for j in 2 3 4; do
                  echo "-6 route del fd77:6:$j::/64 via fd06::$j"; echo "route replace 20.6.$j.0/24 via 10.6.0.7$j"
                  echo "route add 30.6.$j.0/24 nexthop via 10.6.0.$j weight 3 nexthop via 10.6.0.2$j"
                  echo "-6 route add fd88:6:$j::/64 nexthop via fd06::$j nexthop via fd06::2$j"
                done
                echo "link set b1 down"; echo "link set a1 up"
              } | ip -n ns0 -force -batch - 2>/dev/null || true
              { for i in 1 2 5 6; do
                  echo "qdisc add dev a$i root handle 1: htb"; echo "qdisc add dev a$i clsact"
                  echo "filter add dev a$i egress pref 7 protocol ip u32 match ip dst 10.9.0.0/16 flowid 1:1"; echo "filter add dev a$i ingress pref 8 protocol ip u32 match ip src 10.8.0.0/16 flowid 1:2"
                  echo "filter add dev a$i egress pref 7 protocol ip u32 match ip dst 10.9.0.0/16 flowid 1:1"
                  for j in 1 2 3; do
                    echo "class add dev a$i parent 1: classid 1:$j htb rate ${j}mbit"
                    echo "qdisc add dev a$i parent 1:$j handle 2$j: tbf rate 1mbit burst 10kb limit 10kb"
                  done
                done
                echo "class change dev a1 parent 1: classid 1:1 htb rate 9mbit"; echo "qdisc del dev a6 root"; echo "filter del dev a5 ingress"; echo "qdisc del dev a2 clsact"
              } | ip netns exec ns0 tc -force -batch - 2>/dev/null || true"#);
            let events = told(&mut follower);
            let overruns = events.iter().filter(|event| matches!(event.what, What::Overrun)).count();
            assert_eq!(overruns > 0, is_lossy, "{overruns} overruns with {buffer} bytes");
            copy.carry_out(&events);
            // Duplicate address detection and neighbours go on by themselves: what they did since is told as well.
            let mut left = Vec::new();
            for _ in 0..10 {
                let now = Copy::read(&namespace, EVERY);
                copy.carry_out(&told(&mut follower));
                left = copy.difference(&now);
                if left.is_empty() {
                    break;
                }
            }
            assert!(left.is_empty(), "{left:#?}");
            sh("for i in 1 2 3 5 6; do ip -n ns0 link del a$i; done
                for i in 1 3 4; do ip -n ns0 rule del priority $i; done");
        }
    });
}

#[test]
fn namespaces_that_come_later_are_followed_too() {
    run(|| {
        sh("ip netns add before");
        let objects = vec![Object::Netns, Object::Link];
        let mut follower = Follower::new(Options { places: Places::All, objects, buffer: ROOM }).expect("following");
        sh("ip -n before link add x0 type veth peer name x1");
        sh("ip netns add later; ip -n later link add y0 type veth peer name y1");
        let anonymous = nsl::kernel::namespace::anonymous::add().expect("a namespace");
        anonymous.enter(|| Ok(())).expect("entered");
        let mut events = told(&mut follower);
        for _ in 0..10 {
            if events.iter().any(|event| event.namespace.is_anonymous()) {
                break;
            }
            events.extend(told(&mut follower));
        }
        let of = |name: &str| -> Vec<String> {
            events.iter().filter(|event| event.namespace.name() == Some(name)).map(words).collect()
        };
        assert_eq!(of("before"), ["add link x1", "add link x0"]);
        let mut later = of("later");
        assert_eq!(later.remove(0), "add netns later");
        later.sort();
        assert_eq!(later, ["add link lo", "add link y0", "add link y1"]);
        let nameless: Vec<String> = events.iter().filter(|event| event.namespace.is_anonymous()).map(words).collect();
        assert_eq!(nameless, ["add netns ", "add link lo"]);
        named::delete("later", named::Delete::default()).expect("deleted");
        sh("ip -n before link del x0");
        let mut events = told(&mut follower);
        events.extend(told(&mut follower));
        let events = all_words(&events);
        assert!(events.contains(&"delete netns later".to_owned()), "{events:?}");
        assert!(events.contains(&"delete link x0".to_owned()), "{events:?}");
        assert!(!events.iter().any(|event| event.contains("y0")), "{events:?}");
    });
}

#[test]
fn it_ends_when_what_is_followed_is_gone() {
    run(|| {
        sh("ip netns add ns0");
        let namespace = Namespace::named("ns0").expect("a namespace");
        let mut follower = follow(&namespace, &[Object::Link], ROOM);
        sh("ip netns del ns0");
        let begun = Instant::now();
        assert!(block(follower.next(Some(begun + Duration::from_secs(10)))).expect("the end").is_none());
        assert!(begun.elapsed() < Duration::from_secs(5));
        let gone = Follower::new(Options { places: Places::These(vec![namespace]), objects: vec![], buffer: ROOM });
        assert_eq!(gone.err().expect("no namespace").code(), "ENOENT");
    });
}
