//! Links: made, read, waited for and deleted, in both directions against `ip link`.

use std::time::{Duration, Instant};

use nsl::error::{Class, explain};
use nsl::kernel::device::Device;
use nsl::kernel::link::{self, Condition, End, Link, LinkSpec, Master, Setting, Wait};
use nsl::kernel::namespace::Namespace;
use nsl::wait::block;
use serde_json::{Value, json};

use super::{device, ip, namespace};
use crate::sandbox::{eventually, run, script, sh};

fn end<'a>(namespace: &'a Namespace, name: &'a str, spec: &'a LinkSpec) -> End<'a> {
    End { namespace, name: Some(name), spec }
}

fn bridge() -> LinkSpec {
    LinkSpec { kind: Some("bridge".to_owned()), ..LinkSpec::default() }
}

/// A link in the words of `ip -json -details -statistics link`, for what both have.
fn in_ips_words(link: &Link) -> Value {
    let stats = link.stats;
    json!({
        "ifindex": link.index, "ifname": link.name, "flags": link.flags, "mtu": link.mtu, "qdisc": link.qdisc,
        "master": link.master, "operstate": link.operstate, "group": link.group_name, "txqlen": link.txqueuelen,
        "link_type": link.link_type, "address": link.address, "broadcast": link.broadcast, "ifalias": link.alias,
        "inet6_addr_gen_mode": link.addrgenmode.map(|mode| mode.name()), "min_mtu": link.mtu_range.0,
        "kind": link.kind, "slave_kind": link.port_kind, "link_netnsid": link.link_netnsid,
        "rx": [stats.rx_bytes, stats.rx_packets, stats.rx_errors, stats.rx_dropped, stats.multicast],
        "tx": [stats.tx_bytes, stats.tx_packets, stats.tx_errors, stats.tx_dropped, stats.collisions],
    })
}

/// The same of what `ip` wrote.
fn of_ip(link: &Value) -> Value {
    let numbers = |side: &str, keys: [&str; 5]| keys.map(|key| link["stats64"][side][key].clone());
    json!({
        "ifindex": link["ifindex"], "ifname": link["ifname"], "flags": link["flags"], "mtu": link["mtu"],
        "qdisc": link["qdisc"], "master": link["master"], "operstate": link["operstate"], "group": link["group"],
        "txqlen": link["txqlen"], "link_type": link["link_type"], "address": link["address"],
        "broadcast": link["broadcast"], "ifalias": link["ifalias"],
        "inet6_addr_gen_mode": link["inet6_addr_gen_mode"], "min_mtu": link["min_mtu"],
        "kind": link["linkinfo"]["info_kind"], "slave_kind": link["linkinfo"]["info_slave_kind"],
        "link_netnsid": link["link_netnsid"],
        "rx": numbers("rx", ["bytes", "packets", "errors", "dropped", "multicast"]),
        "tx": numbers("tx", ["bytes", "packets", "errors", "dropped", "collisions"]),
    })
}

fn listed(namespace: &Namespace) -> Vec<Value> {
    link::list(namespace).expect("a list").iter().map(in_ips_words).collect()
}

#[test]
fn what_ip_makes_is_read_as_ip_reads_it() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link set lo up; ip netns add ns1
            ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link add br0 type bridge stp_state 1 priority 100
            ip -n ns0 link add out type veth peer name in netns ns1
            ip -n ns0 link set v0 master br0 up; ip -n ns0 link set v1 up alias 'a link'; ip -n ns0 link set br0 up promisc on
            ip -n ns0 link set v0 type bridge_slave cost 7 hairpin on
            until [ $(ip -n ns0 -o link | grep -c 'v[01]@.* state UP') = 2 ]; do sleep 0.01; done");
        let theirs = || -> Vec<Value> {
            let links = ip("-n ns0 -details -statistics link");
            links.as_array().expect("a list").iter().map(of_ip).collect()
        };
        // Links that have just come up send something by themselves, which both count.
        let differ = || format!("{:#?}\n{:#?}", listed(&ns0), theirs());
        eventually(|| listed(&ns0) == theirs(), differ);
        let v0 = link::get(&device(&ns0, "v0")).expect("v0");
        let has =
            |settings: &link::Settings, key: &str| settings.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
        assert_eq!(has(&v0.port, "cost"), Some(Setting::Integer(7)));
        assert_eq!(has(&v0.port, "hairpin"), Some(Setting::Switch(true)));
        assert!(v0.carrier && v0.up && v0.running && v0.arp);
        let br0 = link::get(&device(&ns0, "br0")).expect("br0");
        assert_eq!(has(&br0.data, "stp_state"), Some(Setting::Switch(true)));
        assert_eq!(has(&br0.data, "priority"), Some(Setting::Integer(100)));
        assert_eq!(has(&br0.data, "forward_delay"), Some(Setting::Number(15.0)));
        let lo = link::get(&device(&ns0, "lo")).expect("lo");
        assert_eq!((lo.kind, lo.master, lo.link_type.as_str()), (None, None, "loopback"));
    });
}

#[test]
fn a_veth_pair_is_born_where_it_belongs() {
    run(|| {
        let (ns0, ns1) = (namespace("ns0"), namespace("ns1"));
        let a = LinkSpec { mtu: Some(9000), address: Some([2, 0, 0, 0, 0, 1]), up: Some(true), ..LinkSpec::default() };
        let b = LinkSpec { mtu: Some(1400), address: Some([2, 0, 0, 0, 0, 2]), up: Some(true), ..LinkSpec::default() };
        let (left, right) = link::veth(&end(&ns0, "veth0", &a), &end(&ns1, "eth0", &b)).expect("a pair");
        assert_eq!((left.to_string(), right.to_string()), ("ns0/veth0".to_owned(), "ns1/eth0".to_owned()));
        let (theirs, other) = (ip("-n ns0 -details link show veth0"), ip("-n ns1 -details link show eth0"));
        assert_eq!((&theirs[0]["mtu"], &theirs[0]["address"]), (&json!(9000), &json!("02:00:00:00:00:01")));
        assert_eq!((&other[0]["mtu"], &other[0]["address"]), (&json!(1400), &json!("02:00:00:00:00:02")));
        assert_eq!((&theirs[0]["num_tx_queues"], &other[0]["num_rx_queues"]), (&json!(1), &json!(1)));
        assert_eq!(ip("link").as_array().map(Vec::len), Some(1), "nothing was ever at home");
        let condition = Condition { operstate: Some("UP".to_owned()), ..Condition::default() };
        let up = block(Wait::new(left.clone(), condition, Some(Instant::now() + Duration::from_secs(5))));
        assert_eq!(up.expect("in time").expect("there").operstate, "UP");
        let seen = link::get(&left).expect("a link");
        let there = link::underlay(&ns0, &seen, &[Namespace::home(), ns0.clone(), ns1.clone()]).expect("asked");
        let peer = link::peer(&ns0, &seen, there.as_ref());
        assert_eq!(peer.map(|peer| peer.to_string()).as_deref(), Some("ns1/eth0"));
        assert!(link::underlay(&ns0, &seen, &[]).expect("asked").is_none());
        link::delete(&right).expect("deleted");
        assert_eq!(ip("-n ns0 link").as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn names_left_to_choose_are_free_ones() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add veth0 type bridge");
        let none = LinkSpec::default();
        let unnamed = |namespace| End { namespace, name: None, spec: &none };
        let (a, b) = link::veth(&unnamed(&ns0), &unnamed(&ns0)).expect("a pair");
        assert_eq!((a.name.as_str(), b.name.as_str()), ("veth1", "veth2"));
        let home = Namespace::home();
        let (a, b) = link::veth(&unnamed(&home), &unnamed(&ns0)).expect("a pair");
        assert_eq!((a.to_string().as_str(), b.to_string().as_str()), ("veth0", "ns0/veth3"));
        assert_eq!(sh("ip -n ns0 -br link | wc -l"), "5\n");
    });
}

#[test]
fn a_clash_says_which_end_and_leaves_neither() {
    run(|| {
        let (a, b) = (namespace("a"), namespace("b"));
        sh("ip -n b link add eth0 type bridge");
        let none = LinkSpec::default();
        let error = link::veth(&end(&a, "v0", &none), &end(&b, "eth0", &none)).expect_err("taken");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("b/eth0")));
        assert_eq!(error.message(), "link \"b/eth0\" already exists");
        assert_eq!((sh("ip -n a -br link | wc -l"), sh("ip -n b -br link | wc -l")), ("1\n".into(), "2\n".into()));
        let error = link::veth(&end(&b, "eth0", &none), &end(&a, "v0", &none)).expect_err("taken");
        assert_eq!(error.object_name(), Some("b/eth0"));
        let error = link::veth(&end(&a, "v0", &none), &end(&a, "v0", &none)).expect_err("one name");
        assert!(error.is(&explain::VETH_SAME_END), "{error}");

        // The second end fails late: the pair goes again.
        let master = LinkSpec { master: Some(Master::Link(device(&b, "nobr"))), ..LinkSpec::default() };
        let error = link::veth(&end(&a, "v0", &none), &end(&b, "v1", &master)).expect_err("no such bridge");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("ENODEV", "no link \"b/nobr\""));
        assert_eq!((sh("ip -n a -br link | wc -l"), sh("ip -n b -br link | wc -l")), ("1\n".into(), "2\n".into()));
    });
}

#[test]
fn links_are_made_by_kind_and_deleted() {
    run(|| {
        let ns0 = namespace("ns0");
        let options = vec![("stp_state".into(), Setting::Switch(true)), ("forward_delay".into(), Setting::Integer(4))];
        let mac = Some([2, 0, 0, 0, 0, 9]);
        let spec = LinkSpec {
            options,
            up: Some(true),
            mtu: Some(1400),
            address: mac,
            alias: Some("mine".to_owned()),
            ..bridge()
        };
        let br0 = link::add(&device(&ns0, "br0"), &spec).expect("a bridge");
        let theirs = &ip("-n ns0 -details link show br0")[0];
        assert_eq!(theirs["linkinfo"]["info_data"]["stp_state"], 1);
        assert_eq!(theirs["linkinfo"]["info_data"]["forward_delay"], 400);
        assert_eq!((&theirs["mtu"], &theirs["ifalias"]), (&json!(1400), &json!("mine")));
        assert_eq!(theirs["address"], "02:00:00:00:00:09");
        assert!(theirs["flags"].as_array().expect("flags").contains(&json!("UP")));

        let port =
            LinkSpec { kind: Some("ifb".to_owned()), master: Some(Master::Link(br0.clone())), ..LinkSpec::default() };
        let port = LinkSpec { options: vec![("cost".into(), Setting::Integer(9))], up: Some(true), ..port };
        link::add(&device(&ns0, "p0"), &port).expect("a port");
        let theirs = &ip("-n ns0 -details link show p0")[0];
        assert_eq!((&theirs["master"], &theirs["linkinfo"]["info_slave_data"]["cost"]), (&json!("br0"), &json!(9)));

        let error = link::add(&br0, &bridge()).expect_err("there already");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("ns0/br0")));
        link::delete(&br0).expect("deleted");
        let error = link::delete(&br0).expect_err("gone");
        assert!(error.is(&explain::LINK_GONE), "{error}");
        let error = link::delete(&device(&ns0, "br0")).expect_err("not there");
        assert!(error.is(&explain::LINK_MISSING), "{error}");
        let lo = link::delete(&device(&ns0, "lo")).expect_err("nobody deletes lo");
        assert!(lo.is(&explain::LINK_UNDELETABLE), "{lo:?}");
    });
}

#[test]
fn kinds_that_are_not_there() {
    run(|| {
        let home = Namespace::home();
        let make = |kind: &str| {
            let spec = LinkSpec { kind: Some(kind.to_owned()), ..LinkSpec::default() };
            link::add(&device(&home, "x0"), &spec).expect_err("no such kind here")
        };
        let error = make("brigde");
        assert_eq!((error.code().as_str(), error.hint().as_deref()), ("EINVAL", Some("did you mean \"bridge\"?")));
        // No kernel has these, and none is spelt like it.
        let error = make("quantumnet");
        assert_eq!((error.code().as_str(), error.class()), ("EOPNOTSUPP", Class::Feature));
        assert!(error.kernel_text().is_some(), "{error:?}");
        if sh("ip link add d0 type dummy 2>&1 || true").contains("Unknown device type") {
            let error = make("dummy");
            assert_eq!(error.message(), "this kernel has no \"dummy\" links");
            assert_eq!(error.hint().as_deref(), Some("load it with `modprobe dummy` (CONFIG_DUMMY)"));
        }
        let none = link::add(&device(&home, "x0"), &LinkSpec::default()).expect_err("of what kind?");
        assert!(none.is(&explain::LINK_NEEDS_TYPE));
        let misspelt = vec![("stp_stat".into(), Setting::Switch(true))];
        let error = link::add(&device(&home, "x0"), &LinkSpec { options: misspelt, ..bridge() }).expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"stp_state\"?"));
        // An option that this kernel was built without is no silent success.
        let filtering = vec![("vlan_filtering".into(), Setting::Switch(true))];
        match link::add(&device(&home, "x0"), &LinkSpec { options: filtering, ..bridge() }) {
            Ok(_) => assert_eq!(ip("-details link show x0")[0]["linkinfo"]["info_data"]["vlan_filtering"], 1),
            Err(error) => {
                assert!(error.is(&explain::LINK_OPTION_MISSING), "{error:?}");
                assert_eq!(error.hint().as_deref(), Some("use a kernel with CONFIG_BRIDGE_VLAN_FILTERING"));
                assert!(!sh("ip -br link").contains("x0"), "nothing half done is left");
            }
        }
    });
}

#[test]
fn a_missing_link_names_the_ones_that_are_there() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add veth0 type veth peer name veth1");
        let error = link::get(&device(&ns0, "vetho")).expect_err("misspelt");
        assert_eq!((error.message().as_str(), error.code().as_str()), ("no link \"ns0/vetho\"", "ENODEV"));
        assert_eq!(error.hint().as_deref(), Some("did you mean \"veth1\"? (there are lo, veth1, veth0)"));
        let error = device(&ns0, "quite-other").index().expect_err("not there");
        assert_eq!((error.hint(), error.notes()), (None, &["there are lo, veth1, veth0".to_owned()][..]));
        let index = device(&ns0, "veth0").index().expect("an index");
        sh("ip -n ns0 link set veth0 name other");
        assert_eq!(link::resolve(&ns0, index, "veth0").expect("renamed").to_string(), "ns0/other");
        sh("ip -n ns0 link del other");
        let error = link::resolve(&ns0, index, "veth0").expect_err("gone");
        assert_eq!(error.to_string(), "link \"ns0/veth0\" is gone (ENODEV)");
    });
}

#[test]
fn waiting_ends_with_the_event_and_at_the_deadline() {
    run(|| {
        let ns0 = namespace("ns0");
        let v0 = || device(&ns0, "v0");
        let soon = || Some(Instant::now() + Duration::from_secs(10));
        let wait = |device: Device, condition: Condition| block(Wait::new(device, condition, soon()));
        let late = |script: &'static str| std::thread::spawn(move || sh(&format!("sleep 0.2; {script}")));

        let made = late("ip -n ns0 link add v0 type veth peer name v1");
        let present = Condition { present: Some(true), ..Condition::default() };
        assert_eq!(wait(v0(), present).expect("in time").expect("there").name, "v0");
        made.join().expect("ip ran");

        let carrier = Condition { up: Some(true), carrier: Some(true), ..Condition::default() };
        let up = late("ip -n ns0 link set v0 up; ip -n ns0 link set v1 up");
        assert!(wait(v0(), carrier).expect("in time").expect("there").running);
        up.join().expect("ip ran");

        let down = Condition { up: Some(false), ..Condition::default() };
        let start = Instant::now();
        let error = block(Wait::new(v0(), down, Some(start + Duration::from_millis(300)))).expect_err("it stays up");
        assert!(start.elapsed() >= Duration::from_millis(300));
        assert_eq!(error.message(), "link \"ns0/v0\" did not become down within 0.3 s");
        assert_eq!(
            (error.code().as_str(), error.notes()[0].as_str()),
            ("ETIMEDOUT", "it is up, with carrier, operstate UP")
        );

        // A link that goes while it is waited for is an error, unless that is what is waited for.
        let gone = late("ip -n ns0 link del v0");
        let dormant = Condition { operstate: Some("DORMANT".to_owned()), ..Condition::default() };
        assert!(wait(v0(), dormant.clone()).expect_err("gone").is(&explain::LINK_GONE));
        gone.join().expect("ip ran");
        assert!(wait(v0(), Condition { present: Some(false), ..Condition::default() }).expect("gone").is_none());
        assert!(wait(v0(), dormant).expect_err("not there").is(&explain::LINK_MISSING));
    });
}

#[test]
fn a_veth_of_link_add_has_the_other_end_that_was_asked_for() {
    run(|| {
        let printed = script(
            r#"
            netns.add "ns0"
            netns.add "ns1"
            netns.link_add("veth0", { type = "veth" }) -- the kernel alone would try veth0 for the other end too
            print(netns.link_get("veth0").peer, netns.link_get("veth1").peer)
            netns.link_add("ns0/a", { type = "veth", peer = "b" })
            print(netns.link_get("ns0/a").peer, netns.link_get("ns0/b").peer)
            netns.link_add("ns0/c", { type = "veth", peer = "ns1/d" })
            print(netns.link_get("ns0/c").peer, netns.link_get("ns1/d").peer)
            netns.link_add("ns0/e", { type = "veth", peer = "/f" })
            local record = netns.link_get "ns0/e"
            print(record.peer, netns.link_get("f").peer)
            netns.link_delete "ns0/e"
            netns.link_add("ns0/e", record) -- what is read can be written back
            print(netns.link_get("ns0/e").peer)
            "#,
        );
        assert_eq!(printed, "veth1\tveth0\nns0/b\tns0/a\nns1/d\tns0/c\n/f\tns0/e\n/f\n");
        assert_eq!(sh("ip -brief link | cut -d@ -f1 | cut -d' ' -f1 | sort"), "f\nlo\nveth0\nveth1\n");
    });
}
