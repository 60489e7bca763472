//! What `ethtool` shows of devices, read by nsl. What it sets stands in tests/rows/ethtool.lua.

use std::collections::BTreeMap;

use nsl::error::explain;
use nsl::kernel::ethtool;
use nsl::kernel::words::{self, Setting, Settings};
use serde_json::Value;

use super::{device, namespace};
use crate::sandbox::{run, sh};

/// Each feature, whether it is on, fixed, asked for though it is off.
type Features = BTreeMap<String, (bool, bool, bool)>;

/// As `ethtool` tells it, without its names for several (of which it does not say whether they are fixed).
fn theirs(name: &str) -> Features {
    let text = sh(&format!("ip netns exec ns0 ethtool --json -k {name}"));
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let features = json[0].as_object().expect("a device").iter();
    let features = features.filter(|(_, value)| value["fixed"].is_boolean());
    features
        .map(|(name, value)| {
            let is = |key: &str| value[key].as_bool().expect("a switch");
            let fixed = is("fixed");
            let renamed =
                RENAMED.iter().find(|(theirs, _)| theirs == name).map_or(name.as_str(), |(_, kernels)| *kernels);
            (renamed.to_owned(), (is("active"), fixed, !fixed && is("requested") && !is("active")))
        })
        .collect()
}

fn ours(settings: &Settings) -> Features {
    let list = |key: &str| match words::find(settings, key) {
        Some(Setting::List(names)) => names.iter().map(Setting::to_string).collect(),
        None => Vec::new(),
        Some(other) => panic!("{key} is {other}"),
    };
    let (fixed, requested) = (list("fixed"), list("requested"));
    let features = words::table(settings, "features").expect("features").iter();
    features
        .map(|(name, on)| {
            let quoted = format!("{name:?}");
            (name.to_string(), (*on == Setting::Switch(true), fixed.contains(&quoted), requested.contains(&quoted)))
        })
        .collect()
}

/// The names that stand for one feature, which `ethtool` gives in its place.
const RENAMED: &[(&str, &str)] = &[
    ("rx-checksumming", "rx-checksum"),
    ("generic-segmentation-offload", "tx-generic-segmentation"),
    ("generic-receive-offload", "rx-gro"),
    ("large-receive-offload", "rx-lro"),
    ("rx-vlan-offload", "rx-vlan-hw-parse"),
    ("tx-vlan-offload", "tx-vlan-hw-insert"),
    ("ntuple-filters", "rx-ntuple-filter"),
    ("receive-hashing", "rx-hashing"),
];

#[test]
fn every_feature_is_read_as_ethtool_shows_it() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add v0 type veth peer name v1; ip -n ns0 link add br0 type bridge
            ip -n ns0 tuntap add dev t0 mode tap; ip netns exec ns0 ethtool -K v0 tx off gro on");
        for name in ["lo", "v0", "v1", "br0", "t0"] {
            let found = ours(&ethtool::get(&device(&ns0, name)).expect("read"));
            assert!(found.len() > 40, "{name}: {found:?}");
            assert_eq!(found, theirs(name), "{name}");
        }
    });
}

#[test]
fn a_part_that_is_refused_takes_the_others_back() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add v0 numtxqueues 2 numrxqueues 2 type veth peer name v1");
        let v0 = device(&ns0, "v0");
        let before = ethtool::get(&v0).expect("read");
        let part = |key: &'static str, value| Setting::Table(vec![(key.into(), value)]);
        let settings = vec![
            ("features".into(), part("tso", Setting::Switch(false))),
            ("channels".into(), part("rx", Setting::Integer(2))),
            ("pause".into(), part("rx", Setting::Switch(true))),
        ];
        let error = ethtool::set(&v0, &settings).expect_err("no pause frames");
        assert!(error.is(&explain::ETHTOOL_PART), "{error:?}");
        assert_eq!(error.object_name(), Some("ns0/v0"));
        assert_eq!(ethtool::get(&v0).expect("read"), before);
        ethtool::set(&v0, &settings[..2].to_vec()).expect("without them");
        assert_ne!(ethtool::get(&v0).expect("read"), before);
        // What is read is written back whole.
        ethtool::set(&v0, &before).expect("written back");
        assert_eq!(ethtool::get(&v0).expect("read"), before);
    });
}
