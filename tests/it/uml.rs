//! What needs a fuller kernel than the machine's: the scripts of `tests/uml`, run in user-mode Linux.

use std::collections::BTreeMap;

use serde_json::{Value, json};

#[path = "../uml/mod.rs"]
mod kernel;

/// What `tc` says of the discipline of a link, without what is zero.
fn options(list: &Value) -> (String, Value) {
    let discipline = &list[0];
    let mut options = discipline["options"].clone();
    if let Some(options) = options.as_object_mut() {
        options.remove("ecn");
        for part in options.values_mut().filter_map(Value::as_object_mut) {
            part.retain(|_, value| value.as_f64() != Some(0.0));
        }
    }
    (discipline["kind"].as_str().unwrap_or_default().to_owned(), options)
}

#[test]
fn netem_does_what_is_asked_for() {
    let printed = kernel::run(&["veth", "sch_netem", "sch_tbf"], "netem.lua");
    let lines = printed.lines().map(|line| line.split_once('\t').unwrap_or_else(|| panic!("{line}: {printed}")));
    let mut told: BTreeMap<&str, _> = lines
        .map(|(name, json)| (name, options(&serde_json::from_str(json).unwrap_or_else(|_| panic!("{name}: {json}")))))
        .collect();
    let mut is = |name: &str, kind: &str, expected: Value| {
        let found = told.remove(name).unwrap_or_else(|| panic!("no {name} in {printed}"));
        assert_eq!(found, (kind.to_owned(), expected), "{name}");
    };
    let loss = json!({ "loss": 0.1 });
    let delay = json!({ "delay": 0.02, "jitter": 0.005 });
    is("a", "netem", json!({ "limit": 1000, "delay": delay, "loss-random": loss, "gap": 0 }));
    let delay = json!({ "delay": 0.03, "jitter": 0.005 });
    let rate = |bytes: u32| json!({ "rate": bytes });
    is("b", "netem", json!({ "limit": 77, "delay": delay, "rate": rate(1_000_000), "gap": 0 }));
    let all = json!({
        "limit": 1000, "delay": { "delay": 1 }, "duplicate": { "duplicate": 0.25 }, "reorder": { "reorder": 0.75 },
        "corrupt": { "corrupt": 0.5 }, "gap": 1,
    });
    is("all", "netem", all);
    is("none", "netem", json!({ "limit": 1000, "loss-random": { "loss": 1 }, "gap": 0 }));
    is("set", "netem", json!({ "limit": 77, "delay": delay, "rate": rate(2_000_000), "gap": 0 }));
    is("less", "netem", json!({ "limit": 1000, "delay": { "delay": 1 }, "gap": 0 }));
    is("tbf", "tbf", json!({ "rate": 500_000, "burst": 5000, "lat": 97_152 }));
    is("clear", "noqueue", json!({}));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn switches_keep_vlans_apart_and_trunks_carry_them() {
    let printed = kernel::run(&["veth", "bridge"], "vlans.lua");
    let (answers, ports) = printed.split_once("ports\t").expect("ports");
    assert_eq!(answers, "same\t1\t1\nrouted\t1\t1\nown\t0\napart\t0\n");
    let ports = ports.split_once('\t').map_or(ports, |(ports, _)| ports);
    let ports: Value = serde_json::from_str(ports.trim()).expect("JSON");
    let of = |name: &str| {
        let port = ports.as_array().and_then(|all| all.iter().find(|port| port["ifname"] == name));
        port.map(|port| port["vlans"].clone())
    };
    let untagged = |vlan: u16| json!([{ "vlan": vlan, "flags": ["PVID", "EgressUntagged"] }]);
    assert_eq!(of("eth0"), Some(json!([{ "vlan": 10 }, { "vlan": 20 }])));
    assert_eq!([of("eth1"), of("eth2"), of("eth3")], [10, 20, 1].map(|vlan| Some(untagged(vlan))));
}

#[test]
fn a_vrf_keeps_its_ports_apart_from_the_others() {
    let printed = kernel::run(&["veth", "vrf"], "vrf.lua");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines, ["inside\t1", "outside\t0", "red\tvrf\t10\ttrue", "routes\t4", "diff\tnothing differs"]);
}
