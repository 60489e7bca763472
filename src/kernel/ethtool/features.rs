//! Features: what the device or the kernel's stack does for it, on or off, by the kernel's names (`ethtool -k`,
//! Documentation/networking/netdev-features.rst) or by those that `ethtool -K` has for several of them (`tso`).

use std::collections::{BTreeMap, BTreeSet};

use super::Asked;
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::words::{Setting, Settings};
use crate::netlink::attr::{self, Attributes};

/// `ETHTOOL_MSG_FEATURES_GET` and `ETHTOOL_MSG_FEATURES_SET`.
const GET: u8 = 11;
const SET: u8 = 12;
/// `ETHTOOL_A_FEATURES_*`: what can be changed, what is asked for, what is on, what never changes.
const HW: u16 = 2;
const WANTED: u16 = 3;
const ACTIVE: u16 = 4;
const NOCHANGE: u16 = 5;
/// `ETHTOOL_A_BITSET_*`, `ETHTOOL_A_BITSET_BITS_BIT`, `ETHTOOL_A_BITSET_BIT_*`.
const NOMASK: u16 = 1;
const BITS: u16 = 3;
const BIT: u16 = 1;
const NAME: u16 = 2;
const VALUE: u16 = 3;

/// Names for several features, short and as `ethtool -k` prints them, with what they stand for (`off_flag_def` of
/// ethtool's common.c); a star is any text.
const GROUPS: &[(&str, &str, &str)] = &[
    ("rx", "rx-checksumming", "rx-checksum"),
    ("tx", "tx-checksumming", "tx-checksum-*"),
    ("sg", "scatter-gather", "tx-scatter-gather*"),
    ("tso", "tcp-segmentation-offload", "tx-tcp*-segmentation"),
    ("ufo", "udp-fragmentation-offload", "tx-udp-fragmentation"),
    ("gso", "generic-segmentation-offload", "tx-generic-segmentation"),
    ("gro", "generic-receive-offload", "rx-gro"),
    ("lro", "large-receive-offload", "rx-lro"),
    ("rxvlan", "rx-vlan-offload", "rx-vlan-hw-parse"),
    ("txvlan", "tx-vlan-offload", "tx-vlan-hw-insert"),
    ("ntuple", "ntuple-filters", "rx-ntuple-filter"),
    ("rxhash", "receive-hashing", "rx-hashing"),
];

/// The features of a device.
#[derive(Debug, Default)]
pub(super) struct Features {
    /// Whether each is on.
    active: BTreeMap<String, bool>,
    /// Those that are asked for, on or not: one may need another that is off.
    asked_for: BTreeSet<String>,
    fixed: BTreeSet<String>,
}

/// Reads them.
pub(super) fn read(asked: &mut Asked<'_>) -> Result<Features> {
    Ok(asked.ask(GET)?.map(|answer| Features::decode(&answer)).unwrap_or_default())
}

/// Sets some by name, and gives what of them was otherwise before.
pub(super) fn set(asked: &mut Asked<'_>, wanted: &Settings) -> Result<Settings> {
    let now = read(asked)?;
    let wanted = now.expand(wanted).map_err(|error| error.with("link", asked.device).object(asked.device))?;
    let free = wanted.iter().filter(|(name, _)| !now.fixed.contains(*name));
    let changes: Vec<(&String, bool)> =
        free.filter(|(name, on)| now.asked_for.contains(*name) != **on).map(|(name, on)| (name, *on)).collect();
    if changes.is_empty() {
        return Ok(Settings::new());
    }
    let mut bytes = Vec::new();
    attr::nest(&mut bytes, WANTED, |set| {
        attr::nest(set, BITS, |bits| {
            for (name, on) in &changes {
                attr::nest(bits, BIT, |bit| {
                    attr::put_text(bit, NAME, name);
                    if *on {
                        attr::put(bit, VALUE, &[]);
                    }
                });
            }
        });
    });
    asked.write(SET, &bytes, "features")?;
    Ok(changes.into_iter().map(|(name, on)| (name.clone().into(), Setting::Switch(!on))).collect())
}

/// Adds to what is wanted the features that are asked for though they are not on.
pub(super) fn request(wanted: &mut Settings, names: &[Setting]) {
    for name in names {
        let key = match name {
            Setting::Text(name) => name.clone(),
            other => other.to_string(),
        };
        wanted.retain(|(known, _)| *known != key);
        wanted.push((key.into(), Setting::Switch(true)));
    }
}

impl Features {
    fn decode(answer: &[u8]) -> Self {
        let set = |kind| attr::find(answer, kind).map(bits).unwrap_or_default();
        let (hardware, active, unchanging) = (set(HW), set(ACTIVE), set(NOCHANGE));
        let on = |set: &BTreeMap<String, bool>, name: &str| set.get(name).copied().unwrap_or_default();
        let names = hardware.keys().chain(active.keys()).chain(unchanging.keys());
        let names: BTreeSet<String> = names.cloned().collect();
        let is_fixed = |name: &&String| !on(&hardware, name) || on(&unchanging, name);
        Self {
            fixed: names.iter().filter(is_fixed).cloned().collect(),
            active: names.iter().map(|name| (name.clone(), on(&active, name))).collect(),
            asked_for: set(WANTED).into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect(),
        }
    }

    /// `features`, `requested` and `fixed` of a record; nothing where there are none.
    pub(super) fn record(self) -> Settings {
        if self.active.is_empty() {
            return Settings::new();
        }
        let waiting = self.asked_for.iter().filter(|name| self.active.get(*name) == Some(&false));
        let requested: Vec<Setting> =
            waiting.filter(|name| !self.fixed.contains(*name)).cloned().map(Setting::Text).collect();
        let features = self.active.into_iter().map(|(name, on)| (name.into(), Setting::Switch(on))).collect();
        let fixed = self.fixed.into_iter().map(Setting::Text).collect();
        let mut record = vec![("features".into(), Setting::Table(features)), ("fixed".into(), Setting::List(fixed))];
        if !requested.is_empty() {
            record.push(("requested".into(), Setting::List(requested)));
        }
        record
    }

    /// What is wanted of each feature by its name. What is said of a feature itself goes before what is said of several;
    /// of these the fixed ones are left out.
    fn expand(&self, wanted: &Settings) -> Result<BTreeMap<String, bool>> {
        let mut each = BTreeMap::new();
        let mut several = Vec::new();
        for (key, value) in wanted {
            let on = match value {
                Setting::Switch(on) => *on,
                Setting::Integer(number @ (0 | 1)) => *number == 1,
                _ => {
                    let error = Error::new(&explain::WORD_VALUE).with("key", key).with("got", value);
                    return Err(error.with("expected", "true or false"));
                }
            };
            if let Some((name, is_on)) = self.active.iter().find(|(name, _)| alike(name, key)) {
                if self.fixed.contains(name) && *is_on != on {
                    return Err(fixed(name, *is_on));
                }
                each.insert(name.clone(), on);
            } else if let Some(group) = GROUPS.iter().find(|(short, long, _)| *short == key || alike(long, key)) {
                several.push((group, on));
            } else {
                let names = self.active.keys().map(String::as_str).chain(GROUPS.iter().map(|(short, ..)| *short));
                return Err(Error::new(&explain::FEATURE_UNKNOWN).with("name", key).near(nearest(key, names)));
            }
        }
        for ((short, _, pattern), on) in several {
            let members = || self.active.iter().filter(|(name, _)| stands_for(pattern, name));
            let mut free = members().filter(|(name, _)| !self.fixed.contains(*name)).peekable();
            if free.peek().is_none() && members().all(|(_, is_on)| *is_on != on) {
                return Err(fixed(short, !on));
            }
            for (name, _) in free {
                each.entry(name.clone()).or_insert(on);
            }
        }
        Ok(each)
    }
}

/// The names of a set and whether each is in it. Without a mask only those are told that are.
fn bits(set: &[u8]) -> BTreeMap<String, bool> {
    let all = attr::find(set, NOMASK).is_some();
    let bits = Attributes::new(attr::find(set, BITS).unwrap_or_default()).filter(|(kind, _)| *kind == BIT);
    let bit =
        |(_, bit): (u16, &[u8])| Some((attr::text(attr::find(bit, NAME)?), all || attr::find(bit, VALUE).is_some()));
    // The kernel has bits without a name, which mean nothing any more.
    bits.filter_map(bit).filter(|(name, _)| !name.is_empty()).collect()
}

fn fixed(name: &str, on: bool) -> Error {
    Error::new(&explain::FEATURE_FIXED).with("name", name).with("state", if on { "on" } else { "off" })
}

/// Whether they are the same but for hyphens, for which a script may have underscores.
fn alike(name: &str, key: &str) -> bool {
    name == key || name.replace('_', "-") == key.replace('_', "-")
}

/// Whether a pattern of [`GROUPS`] stands for a feature.
fn stands_for(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A set as the kernel writes it.
    fn put(bytes: &mut Vec<u8>, kind: u16, mask: bool, bits: &[(&str, bool)]) {
        attr::nest(bytes, kind, |set| {
            if !mask {
                attr::put(set, NOMASK, &[]);
            }
            attr::nest(set, BITS, |list| {
                for (name, on) in bits {
                    attr::nest(list, BIT, |bit| {
                        attr::put_text(bit, NAME, name);
                        if *on && mask {
                            attr::put(bit, VALUE, &[]);
                        }
                    });
                }
            });
        });
    }

    fn sample() -> Features {
        let mut answer = Vec::new();
        let tso = "tx-tcp-segmentation";
        put(
            &mut answer,
            HW,
            true,
            &[(tso, true), ("tx-tcp6-segmentation", false), ("rx-gro", true), ("rx-lro", false)],
        );
        put(&mut answer, WANTED, false, &[(tso, true), ("rx-all", true)]);
        put(&mut answer, ACTIVE, false, &[(tso, true), ("tx-udp_tnl-segmentation", true), ("", true)]);
        put(&mut answer, NOCHANGE, false, &[("rx-gro", true)]);
        Features::decode(&answer)
    }

    fn expand(wanted: &[(&'static str, bool)]) -> Result<Vec<(String, bool)>> {
        let wanted = wanted.iter().map(|(key, on)| ((*key).into(), Setting::Switch(*on))).collect();
        sample().expand(&wanted).map(|each| each.into_iter().collect())
    }

    #[test]
    fn features_are_read_with_what_is_fixed() {
        let features = sample();
        let fixed: Vec<&str> = features.fixed.iter().map(String::as_str).collect();
        assert_eq!(fixed, ["rx-gro", "rx-lro", "tx-tcp6-segmentation", "tx-udp_tnl-segmentation"]);
        let on: Vec<&str> = features.active.iter().filter(|(_, on)| **on).map(|(name, _)| name.as_str()).collect();
        assert_eq!(on, ["tx-tcp-segmentation", "tx-udp_tnl-segmentation"]);
    }

    #[test]
    fn short_names_stand_for_what_can_be_changed() {
        let off = |name: &str| vec![(name.to_owned(), false)];
        for name in ["tso", "tcp-segmentation-offload", "tcp_segmentation_offload", "tx_tcp_segmentation"] {
            assert_eq!(expand(&[(name, false)]).expect("a feature"), off("tx-tcp-segmentation"), "{name}");
        }
        // What is said of one goes before, and what is as wanted may be fixed.
        let both = expand(&[("tso", true), ("tx-tcp-segmentation", false), ("lro", false), ("rx-lro", false)]);
        assert_eq!(both.expect("features"), [("rx-lro".to_owned(), false), ("tx-tcp-segmentation".to_owned(), false)]);
        for (name, row) in [
            ("rx-lro", &explain::FEATURE_FIXED),
            ("lro", &explain::FEATURE_FIXED),
            ("tsoo", &explain::FEATURE_UNKNOWN),
            ("tx-tcp", &explain::FEATURE_UNKNOWN),
        ] {
            assert!(expand(&[(name, true)]).expect_err("refused").is(row), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![3 => 0u8..9, 1 => any::<u8>()], 0..160)) {
            let _ = Features::decode(&bytes);
        }
    }
}
