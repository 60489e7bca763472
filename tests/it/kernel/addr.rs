//! Addresses, in both directions against `ip addr`.

use nsl::error::explain;
use nsl::kernel::addr::{self, AddrSpec, Address, Broadcast, Filter, Lifetime};
use nsl::kernel::address_text::interface;
use nsl::kernel::link;
use nsl::kernel::namespace::Namespace;
use nsl::kernel::sysctl;
use serde_json::{Value, json};

use super::{device, ip, namespace};
use crate::sandbox::{run, sh};

fn spec(text: &str) -> AddrSpec {
    AddrSpec::new(interface(text).expect("an address"))
}

fn pair(namespace: &Namespace) -> nsl::kernel::device::Device {
    sh("ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link set v0 up; ip -n ns0 link set v1 up");
    device(namespace, "v0")
}

/// An address in the words of `ip -json addr`.
fn in_ips_words(address: &Address) -> Value {
    let seconds = |lifetime: Lifetime| match lifetime {
        Lifetime::Forever => json!(u32::MAX),
        Lifetime::Seconds(seconds) => json!(seconds),
    };
    let flags: serde_json::Map<_, _> = address.flags.iter().map(|flag| ((*flag).to_owned(), json!(true))).collect();
    let mut value = json!({
        "family": if address.address.addr().is_ipv4() { "inet" } else { "inet6" },
        "local": address.address.addr(), "prefixlen": address.address.prefix_len(), "scope": address.scope,
        "valid_life_time": seconds(address.valid_lft), "preferred_life_time": seconds(address.preferred_lft),
    });
    let fields = value.as_object_mut().expect("an object");
    fields.extend(flags);
    fields.extend(address.label.iter().map(|label| ("label".to_owned(), json!(label))));
    fields.extend(address.broadcast.iter().map(|broadcast| ("broadcast".to_owned(), json!(broadcast))));
    fields.extend(address.peer.iter().map(|peer| ("address".to_owned(), json!(peer))));
    fields.extend(address.metric.iter().map(|metric| ("metric".to_owned(), json!(metric))));
    value
}

fn theirs(dev: &str) -> Vec<Value> {
    let mut addresses = ip(&format!("-n ns0 addr show {dev}"))[0]["addr_info"].as_array().expect("a list").clone();
    for address in &mut addresses {
        // What the kernel says about who made an address is no business of ours.
        address.as_object_mut().expect("an object").remove("protocol");
    }
    addresses
}

fn ours(device: &nsl::kernel::device::Device) -> Vec<Value> {
    addr::list_some_of(device, &Filter::default()).expect("a list").iter().map(in_ips_words).collect()
}

#[test]
fn what_nsl_adds_ip_shows_as_its_own() {
    run(|| {
        let ns0 = namespace("ns0");
        let v0 = pair(&ns0);
        sh("ip -n ns0 addr flush v0; ip -n ns0 addr flush v1");
        let v1 = device(&ns0, "v1");
        let peer = Some("10.3.0.2".parse().expect("an address"));
        for (asked, same) in [
            (spec("10.0.0.1/24"), "10.0.0.1/24"),
            (spec("10.0.0.2/24"), "10.0.0.2/24"),
            (AddrSpec { broadcast: Some(Broadcast::Computed), ..spec("10.1.0.1/16") }, "10.1.0.1/16 broadcast +"),
            (
                AddrSpec {
                    broadcast: Some(Broadcast::Address([10, 2, 0, 9].into())),
                    label: Some("v0:a".into()),
                    ..spec("10.2.0.1/24")
                },
                "10.2.0.1/24 broadcast 10.2.0.9 label v0:a",
            ),
            (AddrSpec { peer, scope: Some(253), ..spec("10.3.0.1/32") }, "10.3.0.1 peer 10.3.0.2 scope link"),
            (spec("127.0.5.1/32"), "127.0.5.1/32"),
            (
                AddrSpec { metric: Some(77), noprefixroute: true, ..spec("10.4.0.1/24") },
                "10.4.0.1/24 metric 77 noprefixroute",
            ),
            (AddrSpec { nodad: true, ..spec("2001:db8::1/64") }, "2001:db8::1/64 nodad"),
            (
                AddrSpec {
                    nodad: true,
                    valid_lft: Some(Lifetime::Seconds(9000)),
                    preferred_lft: Some(Lifetime::Seconds(8000)),
                    ..spec("2001:db8:1::1/64")
                },
                "2001:db8:1::1/64 nodad valid_lft 9000 preferred_lft 8000",
            ),
            (
                AddrSpec { nodad: true, home: true, mngtmpaddr: true, ..spec("2001:db8:2::1/64") },
                "2001:db8:2::1/64 nodad home mngtmpaddr",
            ),
        ] {
            addr::add(&v0, &asked).expect("added");
            let shown = theirs("v0");
            assert_eq!(ours(&v0), shown, "{same}");
            // The same through ip, after nsl's is gone.
            addr::delete(&v0, &asked).expect("deleted");
            assert_eq!(theirs("v0").len() + 1, shown.len(), "{same}");
            sh(&format!("ip -n ns0 addr add {same} dev v0"));
            assert_eq!(theirs("v0"), shown, "{same}");
        }
        assert!(ours(&v1).is_empty());
        let count = ours(&v0).len();
        let all = addr::list(&ns0).expect("a list");
        assert_eq!(all.iter().filter(|address| address.dev == "v0").count(), count);
        assert_eq!(addr::flush(&v0, &addr::Filter::default()).expect("flushed"), count);
        assert!(theirs("v0").is_empty());
    });
}

#[test]
fn an_address_is_replaced_and_shown_with_its_link() {
    run(|| {
        let ns0 = namespace("ns0");
        let v0 = pair(&ns0);
        addr::replace(&v0, &spec("10.0.0.1/24")).expect("added");
        let short = AddrSpec { valid_lft: Some(Lifetime::Seconds(500)), ..spec("10.0.0.1/24") };
        addr::replace(&v0, &short).expect("replaced");
        let read = addr::list_some_of(&v0, &Filter::default()).expect("a list");
        assert!(matches!(read[0].valid_lft, Lifetime::Seconds(left) if left <= 500));
        let shown = link::show_one(&v0).expect("shown");
        assert_eq!((shown.link.name.as_str(), shown.addresses.len()), ("v0", read.len()));
        let all = link::show(&ns0).expect("shown");
        let names: Vec<_> = all.iter().map(|shown| shown.link.name.as_str()).collect();
        assert_eq!(names, ["lo", "v1", "v0"]);
        assert_eq!(all[2].addresses[0].address.to_string(), "10.0.0.1/24");
    });
}

#[test]
fn what_is_wrong_is_said() {
    run(|| {
        let ns0 = namespace("ns0");
        let v0 = pair(&ns0);
        addr::add(&v0, &spec("10.0.0.1/24")).expect("added");
        let error = addr::add(&v0, &spec("10.0.0.1/24")).expect_err("twice");
        assert_eq!((error.code().as_str(), error.object_name()), ("EEXIST", Some("ns0/v0")));
        assert_eq!(error.message(), "\"ns0/v0\" already has the address \"10.0.0.1/24\"");
        let error = addr::delete(&v0, &spec("10.0.0.1/16")).expect_err("another prefix");
        assert_eq!(error.code(), "EADDRNOTAVAIL");
        assert!(error.hint().expect("a hint").starts_with("did you mean \"10.0.0.1/24\"?"), "{error:?}");
        let error = addr::add(&device(&ns0, "vo"), &spec("10.0.0.1/24")).expect_err("no link");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("ENODEV", "no link \"ns0/vo\""));
        let label = AddrSpec { label: Some("eth0".to_owned()), ..spec("10.9.0.1/24") };
        assert!(addr::add(&v0, &label).expect_err("not its label").is(&explain::ADDRESS_OPTION));
        let foreign = AddrSpec { peer: Some("::1".parse().expect("an address")), ..spec("10.9.0.1/24") };
        assert!(addr::add(&v0, &foreign).expect_err("two families").is(&explain::ADDRESS_OPTION));
        sysctl::write(&ns0, "net.ipv6.conf.v0.disable_ipv6", "1").expect("written");
        let error = addr::add(&v0, &spec("2001:db8::1/64")).expect_err("no IPv6");
        assert!(error.is(&explain::ADDRESS_NO_IPV6), "{error:?}");
        let hint = "allow it with netns.sysctl(\"ns0\", \"net.ipv6.conf.v0.disable_ipv6\", 0)";
        assert_eq!(error.hint().as_deref(), Some(hint));
    });
}
