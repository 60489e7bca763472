//! Changing links: every option against `ip link`, and what is left of a change that is refused.

use nsl::error::explain;
use nsl::kernel::link::{self, AddrGenMode, LinkSpec, Master, Setting};
use nsl::kernel::namespace::Namespace;
use serde_json::{Value, json};

use super::{device, ip, namespace};
use crate::sandbox::{run, sh};

fn shown(dev: &str) -> Value {
    let mut link = ip(&format!("-n ns0 -details link show {dev}"))[0].clone();
    // A link that was up once has another one than before.
    link.as_object_mut().expect("a link").remove("qdisc");
    link
}

#[test]
fn several_options_at_once() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link add br0 type bridge");
        let v0 = device(&ns0, "v0");
        let spec = LinkSpec {
            up: Some(true),
            mtu: Some(1400),
            address: Some([2, 0, 0, 0, 0, 5]),
            master: Some(Master::Link(device(&ns0, "br0"))),
            alias: Some("uplink".to_owned()),
            group: Some(7),
            txqueuelen: Some(55),
            promisc: Some(true),
            allmulticast: Some(true),
            multicast: Some(false),
            arp: Some(false),
            addrgenmode: Some(AddrGenMode::None),
            options: vec![("cost".into(), Setting::Integer(33)), ("isolated".into(), Setting::Switch(true))],
            ..LinkSpec::default()
        };
        link::set(&v0, &spec).expect("set");
        let theirs = shown("v0");
        for (key, value) in [
            ("mtu", json!(1400)),
            ("address", json!("02:00:00:00:00:05")),
            ("master", json!("br0")),
            ("ifalias", json!("uplink")),
            ("group", json!("7")),
            ("txqlen", json!(55)),
            ("inet6_addr_gen_mode", json!("none")),
        ] {
            assert_eq!(theirs[key], value, "{key}");
        }
        let flags = theirs["flags"].as_array().expect("flags").clone();
        for flag in ["UP", "PROMISC", "ALLMULTI", "NOARP"] {
            assert!(flags.contains(&json!(flag)), "{flag} is not in {flags:?}");
        }
        assert!(!flags.contains(&json!("MULTICAST")));
        let port = &theirs["linkinfo"]["info_slave_data"];
        assert_eq!((&port["cost"], &port["isolated"]), (&json!(33), &json!(true)));

        let back =
            LinkSpec { master: Some(Master::None), alias: Some(String::new()), arp: Some(true), ..LinkSpec::default() };
        link::set(&v0, &back).expect("set");
        let theirs = shown("v0");
        assert_eq!((&theirs["master"], &theirs["ifalias"]), (&Value::Null, &Value::Null));
        // What is read can be written back.
        let br0 = device(&ns0, "br0");
        let read = link::get(&br0).expect("a bridge");
        link::set(&br0, &LinkSpec { options: read.data.clone(), ..LinkSpec::default() }).expect("the same again");
        assert_eq!(link::get(&br0).expect("a bridge").data.len(), read.data.len());
    });
}

#[test]
fn a_refused_change_is_taken_back() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link add taken type bridge
            ip -n ns0 link add br0 type bridge; ip -n ns0 link set v0 master br0; ip -n ns0 link set v0 type bridge_slave cost 5
            ip -n ns0 link set v0 alias old");
        let before = shown("v0");
        let v0 = device(&ns0, "v0");
        let many = LinkSpec {
            mtu: Some(1300),
            alias: Some("new".to_owned()),
            txqueuelen: Some(3),
            up: Some(true),
            address: Some([2, 0, 0, 0, 0, 6]),
            ..LinkSpec::default()
        };
        // Linux sets the mtu before it refuses a master that takes no ports.
        let master = Some(Master::Link(device(&ns0, "v1")));
        let error = link::set(&v0, &LinkSpec { master, ..many.clone() }).expect_err("no master");
        assert!(error.is(&explain::LINK_TAKES_NO_PORTS), "{error:?}");
        assert_eq!((shown("v0"), error.notes()), (before.clone(), &[][..]));
        // A name that is taken is refused last, after all else.
        let options = vec![("cost".into(), Setting::Integer(77))];
        let error =
            link::set(&v0, &LinkSpec { name: Some("taken".to_owned()), options, ..many.clone() }).expect_err("taken");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("EEXIST", "link \"ns0/taken\" already exists"));
        assert_eq!(shown("v0"), before);
        // A bad value of an option, too.
        let options = vec![("cost".into(), Setting::Integer(0))];
        link::set(&v0, &LinkSpec { options, ..many.clone() }).expect_err("no such cost");
        assert_eq!(shown("v0"), before);
        let error = link::set(&v0, &LinkSpec { mtu: Some(10), alias: Some("x".to_owned()), ..LinkSpec::default() });
        let error = error.expect_err("too small");
        assert_eq!(error.message(), "mtu 10 is out of range: \"ns0/v0\" takes 68 to 65535");
        assert!(error.kernel_text().is_some());
        assert_eq!(shown("v0"), before);
    });
}

#[test]
fn moving_and_renaming() {
    run(|| {
        let (ns0, ns1) = (namespace("ns0"), namespace("ns1"));
        sh("ip -n ns0 link add v0 type veth peer name v1; ip -n ns1 link add br0 type bridge; ip -n ns1 link set br0 up
            ip -n ns1 link add eth9 type veth peer name eth8");
        let spec = LinkSpec {
            netns: Some(ns1.clone()),
            name: Some("eth0".to_owned()),
            up: Some(true),
            mtu: Some(1400),
            master: Some(Master::Link(device(&ns1, "br0"))),
            options: vec![("cost".into(), Setting::Integer(44))],
            ..LinkSpec::default()
        };
        let moved = link::set(&device(&ns0, "v0"), &spec).expect("moved");
        assert_eq!(moved.to_string(), "ns1/eth0");
        let theirs = &ip("-n ns1 -details link show eth0")[0];
        assert_eq!((&theirs["mtu"], &theirs["master"]), (&json!(1400), &json!("br0")));
        assert_eq!(theirs["linkinfo"]["info_slave_data"]["cost"], 44);
        assert!(theirs["flags"].as_array().expect("flags").contains(&json!("UP")));
        // Moving to where it is is no move; renaming to its own name no renaming.
        let stay = LinkSpec { netns: Some(ns1.clone()), name: Some("eth0".to_owned()), ..LinkSpec::default() };
        assert_eq!(link::set(&moved, &stay).expect("nothing to do").to_string(), "ns1/eth0");

        // Refused moves leave the link as it was, where it was.
        let v1 = device(&ns0, "v1");
        let before = shown("v1");
        let clash = LinkSpec {
            netns: Some(ns1.clone()),
            name: Some("eth9".to_owned()),
            mtu: Some(1000),
            ..LinkSpec::default()
        };
        let error = link::set(&v1, &clash).expect_err("taken");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("EEXIST", "link \"ns1/eth9\" already exists"));
        assert_eq!(shown("v1"), before);
        let away = LinkSpec { netns: Some(Namespace::home()), ..LinkSpec::default() };
        let error = link::set(&device(&ns0, "lo"), &away).expect_err("lo stays");
        assert!(error.is(&explain::LINK_STAYS), "{error:?}");
        let elsewhere = LinkSpec { master: Some(Master::Link(device(&ns1, "br0"))), ..LinkSpec::default() };
        let error = link::set(&v1, &elsewhere).expect_err("a master elsewhere");
        assert_eq!(error.message(), "\"ns1/br0\" is in another namespace than \"ns0/v1\"");
        let long = LinkSpec { name: Some("abcdefghijklmnop".to_owned()), ..LinkSpec::default() };
        assert!(link::set(&v1, &long).expect_err("16 bytes").is(&explain::LINK_NAME_LONG));
        let port = LinkSpec { options: vec![("cost".into(), Setting::Integer(4))], ..LinkSpec::default() };
        assert!(link::set(&v1, &port).expect_err("no port").is(&explain::LINK_OPTION_NEEDS_MASTER));
        let carrier = LinkSpec { carrier: Some(false), ..LinkSpec::default() };
        assert!(link::set(&v1, &carrier).expect_err("fixed").is(&explain::LINK_CARRIER_FIXED));
    });
}
