//! Routes, in both directions against `ip route`.

use nsl::error::explain;
use nsl::kernel::namespace::Namespace;
use nsl::kernel::route::{
    self, Destination, Family, Filter, Lookup, NextHop, Route, RouteSpec, RouteType, TableFilter, parse_destination,
};
use serde_json::{Value, json};

use super::{ip, namespace};
use crate::sandbox::{run, sh};

fn to(destination: &str) -> RouteSpec {
    RouteSpec::new(parse_destination(destination).expect("a destination"))
}

fn address(text: &str) -> Destination {
    parse_destination(text).expect("an address")
}

fn via(destination: &str, gateway: &str) -> RouteSpec {
    RouteSpec { via: Some(gateway.parse().expect("an address")), ..to(destination) }
}

fn over(destination: &str, dev: &str) -> RouteSpec {
    RouteSpec { dev: Some(dev.to_owned()), ..to(destination) }
}

fn network() -> Namespace {
    let ns0 = namespace("ns0");
    sh("ip -n ns0 link set lo up; ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link set v0 addrgenmode none; ip -n ns0 link set v1 addrgenmode none; ip -n ns0 link set v0 up; ip -n ns0 link set v1 up
        ip -n ns0 addr add 10.0.0.1/24 dev v0; ip -n ns0 addr add 2001:db8::1/64 dev v0 nodad
        ip -n ns0 addr add 10.0.1.1/24 dev v1
        until [ $(ip -n ns0 -o link | grep -c 'state UP') = 2 ]; do sleep 0.01; done");
    ns0
}

/// A route in the words of `ip -json -details route`.
fn in_ips_words(route: &Route) -> Value {
    let mut value = json!({
        "type": &*route.kind, "dst": route.dst.to_string(), "protocol": &*route.proto, "table": &*route.table, "scope": &*route.scope, "flags": route.flags,
    });
    let fields = value.as_object_mut().expect("an object");
    let gateway = route.via.map(|via| {
        let same = via.is_ipv4() == (route.family == Family::Inet);
        let family = if via.is_ipv4() { "inet" } else { "inet6" };
        if same { ("gateway", json!(via)) } else { ("via", json!({"family": family, "host": via})) }
    });
    let metrics = |name: &str, value: Option<u32>| value.map(|value| (name.to_owned(), json!(value)));
    let numbers: serde_json::Map<_, _> =
        metrics("mtu", route.mtu).into_iter().chain(metrics("advmss", route.advmss)).collect();
    let ways: Vec<Value> = route
        .nexthops
        .iter()
        .map(|way| json!({"gateway": way.via, "dev": way.dev.as_deref(), "weight": way.weight, "flags": way.flags}))
        .collect();
    let optional = [
        gateway,
        route.dev.as_ref().map(|dev| ("dev", json!(**dev))),
        route.src.map(|src| ("prefsrc", json!(src))),
        route.metric.map(|metric| ("metric", json!(metric))),
        route.pref.map(|pref| ("pref", json!(pref))),
        route.tos.map(|tos| ("tos", json!(format!("{tos:#04x}")))),
        (!numbers.is_empty()).then(|| ("metrics", json!([numbers]))),
        (!ways.is_empty()).then(|| ("nexthops", json!(ways))),
    ];
    fields.extend(optional.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)));
    value
}

fn ours(namespace: &Namespace, filter: &Filter) -> Vec<Value> {
    route::list(namespace, filter).expect("a list").iter().map(in_ips_words).collect()
}

fn theirs(arguments: &str) -> Vec<Value> {
    let both = ["-4", "-6"].map(|family| ip(&format!("-n ns0 {family} -details {arguments}")));
    let mut routes: Vec<Value> = both.iter().flat_map(|list| list.as_array().expect("a list").clone()).collect();
    for route in &mut routes {
        // ip leaves the table out where it is the only one.
        route.as_object_mut().expect("a route").entry("table").or_insert(json!("main"));
    }
    routes
}

#[test]
fn what_nsl_adds_is_what_ip_adds() {
    run(|| {
        let ns0 = network();
        let hop = |via: &str, dev: &str, weight| NextHop {
            via: Some(via.parse().expect("an address")),
            dev: Some(dev.to_owned()),
            weight,
            ..NextHop::default()
        };
        let several = vec![hop("10.0.0.2", "v0", Some(1)), hop("10.0.1.2", "v1", Some(256))];
        for (spec, same) in [
            (via("default", "10.0.0.2"), "default via 10.0.0.2"),
            (via("default", "2001:db8::2"), "-6 default via 2001:db8::2"),
            (over("10.5.0.0/16", "v0"), "10.5.0.0/16 dev v0"),
            (over("10.5.1.1", "v0"), "10.5.1.1 dev v0"),
            (RouteSpec { metric: Some(50), ..via("10.6.0.0/16", "10.0.0.9") }, "10.6.0.0/16 via 10.0.0.9 metric 50"),
            (
                RouteSpec { src: Some([10, 0, 0, 1].into()), ..over("10.7.0.0/16", "v0") },
                "10.7.0.0/16 dev v0 src 10.0.0.1",
            ),
            (
                RouteSpec { proto: Some(4), scope: Some(0), ..over("10.8.0.0/16", "v0") },
                "10.8.0.0/16 dev v0 proto static scope global",
            ),
            (
                RouteSpec { mtu: Some(1400), advmss: Some(1300), ..via("10.9.0.0/16", "10.0.0.9") },
                "10.9.0.0/16 via 10.0.0.9 mtu 1400 advmss 1300",
            ),
            (
                RouteSpec { onlink: true, dev: Some("v0".into()), ..via("10.10.0.0/16", "172.16.0.1") },
                "10.10.0.0/16 via 172.16.0.1 dev v0 onlink",
            ),
            (
                RouteSpec { dev: Some("v0".into()), ..via("10.11.0.0/16", "2001:db8::9") },
                "10.11.0.0/16 via inet6 2001:db8::9 dev v0",
            ),
            (RouteSpec { kind: Some(RouteType::BlackHole), ..to("10.12.0.0/16") }, "blackhole 10.12.0.0/16"),
            (
                RouteSpec { kind: Some(RouteType::Unreachable), ..to("2001:db8:5::/48") },
                "-6 unreachable 2001:db8:5::/48",
            ),
            (RouteSpec { kind: Some(RouteType::Prohibit), ..to("10.13.0.0/16") }, "prohibit 10.13.0.0/16"),
            (RouteSpec { kind: Some(RouteType::Throw), ..to("10.14.0.0/16") }, "throw 10.14.0.0/16"),
            (RouteSpec { kind: Some(RouteType::Local), ..over("10.15.0.1", "lo") }, "local 10.15.0.1 dev lo"),
            (RouteSpec { table: Some(100), ..over("10.16.0.0/16", "v0") }, "10.16.0.0/16 dev v0 table 100"),
            (RouteSpec { table: Some(1000), ..over("2001:db8:6::/48", "v0") }, "-6 2001:db8:6::/48 dev v0 table 1000"),
            (RouteSpec { tos: Some(16), ..over("10.17.0.0/16", "v0") }, "10.17.0.0/16 dev v0 tos 0x10"),
            (
                RouteSpec { nexthops: several, ..to("10.18.0.0/16") },
                "10.18.0.0/16 nexthop via 10.0.0.2 dev v0 weight 1 nexthop via 10.0.1.2 dev v1 weight 256",
            ),
        ] {
            let (family, same) = same.strip_prefix("-6 ").map_or(("", same), |same| ("-6", same));
            route::add(&ns0, &spec).expect(same);
            let mine = theirs("route show table all");
            route::delete(&ns0, &spec).expect(same);
            assert_eq!(theirs("route show table all").len() + 1, mine.len(), "{same}");
            sh(&format!("ip -n ns0 {family} route add {same}"));
            assert_eq!(theirs("route show table all"), mine, "{same}");
            assert_eq!(ours(&ns0, &Filter { table: TableFilter::All, ..Filter::default() }), mine, "{same}");
        }
        assert_eq!(ours(&ns0, &Filter::default()), theirs("route show"));
        let hundred = Filter { table: TableFilter::Number(100), ..Filter::default() };
        assert_eq!(route::list(&ns0, &hundred).expect("a list").len(), 1);
        let boot = Filter { proto: Some(3), dev: Some("v1".into()), family: Some(Family::Inet), ..Filter::default() };
        assert_eq!(route::list(&ns0, &boot).expect("a list").len(), 1, "the one with several ways");
        assert!(
            route::list(&ns0, &Filter { table: TableFilter::Number(4711), ..Filter::default() })
                .expect("none")
                .is_empty()
        );
    });
}

#[test]
fn routes_are_replaced_found_and_flushed() {
    run(|| {
        let ns0 = network();
        route::add(&ns0, &via("default", "10.0.0.2")).expect("added");
        route::replace(&ns0, &via("default", "10.0.1.2")).expect("replaced");
        assert_eq!(ip("-n ns0 route show default")[0]["gateway"], "10.0.1.2");
        let found = route::get(&ns0, address("8.8.8.8"), &Lookup::default()).expect("a route");
        assert_eq!((found.dst.to_string().as_str(), found.dev.as_deref()), ("8.8.8.8", Some("v1")));
        assert_eq!(found.via, Some([10, 0, 1, 2].into()));
        assert_eq!(found.src, Some([10, 0, 1, 1].into()));
        let out = Lookup { oif: Some("v0".to_owned()), mark: Some(1), ..Lookup::default() };
        assert_eq!(route::get(&ns0, address("10.0.0.7"), &out).expect("a route").dev.as_deref(), Some("v0"));
        let error = route::get(&ns0, address("2001:db8:77::1"), &Lookup::default());
        let error = error.expect_err("no way");
        assert_eq!((error.code().as_str(), error.is(&explain::ROUTE_NO_WAY)), ("ENETUNREACH", true));
        let boot = Filter { proto: Some(3), ..Filter::default() };
        assert_eq!(route::flush(&ns0, &boot).expect("flushed"), 1);
        assert_eq!(theirs("route show proto boot"), Vec::<Value>::new());
        route::flush(&ns0, &Filter::default()).expect("flushed");
        assert_eq!(theirs("route show table main"), Vec::<Value>::new());
    });
}

#[test]
fn what_is_wrong_is_said() {
    run(|| {
        let ns0 = network();
        let error = route::add(&ns0, &via("10.1.0.0/16", "192.168.77.1")).expect_err("nothing leads there");
        assert!(error.is(&explain::ROUTE_UNREACHABLE), "{error:?}");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENETUNREACH", Some("ns0")));
        assert_eq!(error.kernel_text().as_deref(), Some("Nexthop has invalid gateway"));
        assert_eq!(error.message(), "route \"10.1.0.0/16\" in \"ns0\": no link leads to \"192.168.77.1\"");
        let error = route::add(&ns0, &via("2001:db8:9::/48", "2001:db8:8::1")).expect_err("nothing leads there");
        assert!(error.is(&explain::ROUTE_UNREACHABLE), "{error:?}");
        route::add(&ns0, &over("10.1.0.0/16", "v0")).expect("added");
        let error = route::add(&ns0, &over("10.1.0.0/16", "v0")).expect_err("twice");
        assert!(error.is(&explain::ROUTE_EXISTS), "{error:?}");
        let error = route::delete(&ns0, &to("10.2.0.0/16")).expect_err("not there");
        assert_eq!(error.message(), "no route \"10.2.0.0/16\" in \"ns0\"");
        let error = route::add(&ns0, &over("10.2.0.0/16", "v9")).expect_err("no link");
        assert_eq!((error.code().as_str(), error.message().as_str()), ("ENODEV", "no link \"ns0/v9\""));
        sh("ip -n ns0 link set v0 down");
        let error = route::add(&ns0, &over("10.3.0.0/16", "v0")).expect_err("down");
        assert_eq!((error.code().as_str(), error.hint().as_deref()), ("ENETDOWN", Some("set it up first")));
    });
}

#[test]
fn many_routes_are_all_or_none() {
    run(|| {
        let ns0 = network();
        let address = |number: u32| std::net::Ipv4Addr::from(0x0b00_0000 + number).to_string();
        let six = |number: u32| format!("2001:db8:f::{number:x}");
        let mut specs: Vec<RouteSpec> = (0..2000).map(|number| over(&address(number), "v0")).collect();
        specs.extend((0..1000).map(|number| over(&six(number), "v0")));
        route::add_many(&ns0, &specs).expect("3,000 routes");
        let boot = Filter { proto: Some(3), ..Filter::default() };
        let read = route::list(&ns0, &boot).expect("a list");
        assert_eq!(read.len(), 3000);
        assert_eq!(read.iter().filter(|route| route.family == Family::Inet).count(), 2000);
        assert_eq!(
            sh("ip -n ns0 -4 route show proto boot | wc -l; ip -n ns0 -6 route show proto boot | wc -l"),
            "2000\n1000\n"
        );
        assert_eq!(route::flush(&ns0, &boot).expect("flushed"), 3000);

        specs[1500] = specs[3].clone();
        let (index, error) = route::add_many(&ns0, &specs).expect_err("one is there twice");
        assert_eq!((index, error.is(&explain::ROUTE_EXISTS)), (1500, true));
        assert!(route::list(&ns0, &boot).expect("a list").is_empty());
        specs[1500] = over("11.0.9.9", "nodev");
        let (index, error) = route::add_many(&ns0, &specs).expect_err("no such link");
        assert_eq!((index, error.code().as_str()), (1500, "ENODEV"));
        assert!(route::list(&ns0, &boot).expect("a list").is_empty());
    });
}
