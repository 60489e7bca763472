//! The rarer options of a route, in the words of `ip route`: metrics of its path, realms, how long it lasts, labels, and what
//! its packets are wrapped in (Linux `RTA_*` and `RTAX_*` in `include/uapi/linux/rtnetlink.h`).

use crate::error::Result;
use crate::kernel::encap;
use crate::kernel::mpls::LABELS;
use crate::kernel::shared_forms::{PREFIX, REALMS, add_length};
use crate::kernel::words::Form::{Bits32, Link, Own, Per32, Switch8, Switch32, Text, U32};
use crate::kernel::words::{self, Field, IndexOf, NameOf, Setting, Settings, Word, fact, flat, option};
use crate::netlink::attr;

/// `RTA_SRC`.
const SRC: u16 = 2;
/// `RTA_METRICS`.
pub(super) const METRICS: u16 = 8;
/// `RTA_CACHEINFO`.
pub(super) const CACHE: u16 = 12;
/// `RTA_ENCAP`; `RTA_ENCAP_TYPE` is the one before it.
pub(super) const ENCAP: u16 = 22;
/// Where `struct rta_cacheinfo` has the time that is left.
const CACHE_EXPIRES: usize = 8;
/// The attributes that say something rare, but for metrics and the cache's.
const RARE: [u16; 9] = [SRC, 3, 11, 16, 19, ENCAP, 23, 25, 26];

/// Metrics that the kernel may be told to leave as they are: bits numbered as the metrics.
const LOCKS: &[(&str, u32)] = &[
    ("mtu", 1 << 2),
    ("window", 1 << 3),
    ("rtt", 1 << 4),
    ("rttvar", 1 << 5),
    ("ssthresh", 1 << 6),
    ("cwnd", 1 << 7),
    ("advmss", 1 << 8),
    ("reordering", 1 << 9),
    ("hoplimit", 1 << 10),
    ("rto_min", 1 << 13),
    ("congctl", 1 << 16),
];
/// `RTAX_FEATURE_*`.
const FEATURES: &[(&str, u32)] = &[("ecn", 1), ("sack", 2), ("timestamp", 4), ("allfrag", 8), ("tcp_usec_ts", 16)];

/// Metrics, but for `mtu` and `advmss`, which a route has of its own.
const PATH: &[Word] = &[
    option("lock", 1, Bits32(LOCKS)),
    option("window", 3, U32),
    // In eighths and quarters of a millisecond, as TCP keeps them.
    option("rtt", 4, Per32(8_000)),
    option("rttvar", 5, Per32(4_000)),
    option("ssthresh", 6, U32),
    option("cwnd", 7, U32),
    option("reordering", 9, U32),
    option("hoplimit", 10, U32),
    option("initcwnd", 11, U32),
    option("features", 12, Bits32(FEATURES)),
    option("rto_min", 13, Per32(1_000)),
    option("initrwnd", 14, U32),
    option("quickack", 15, Switch32),
    option("congctl", 16, Text),
    option("fastopen_no_cookie", 17, Switch32),
];

/// Seconds that are left, from hundredths of one; 0 is for ever.
static EXPIRES: words::Own = words::Own {
    expected: "a number of seconds",
    encode: |_| None,
    decode: |bytes| {
        let left = i32::from_ne_bytes(*bytes.first_chunk()?);
        (left != 0).then(|| Setting::Integer((left / 100).into()))
    },
    width: Some(4),
};

/// The rarer options of a route.
pub const MORE: &[Word] = &[
    option("from", SRC, Own(&PREFIX)),
    option("realms", 11, Own(&REALMS)),
    flat(METRICS, PATH),
    option("expires", 23, U32),
    Word {
        name: "expires",
        attribute: CACHE,
        field: Some(Field { size: 32, offset: CACHE_EXPIRES }),
        form: Own(&EXPIRES),
        settable: false,
    },
    option("as", 19, Own(&LABELS)),
    option("ttl_propagate", 26, Switch8),
    fact("iif", 3, Link),
    fact("mark", 16, U32),
    fact("uid", 25, U32),
];

/// The rarer options of one of several ways.
pub const MORE_OF_A_WAY: &[Word] = &[option("realms", 11, Own(&REALMS)), option("as", 19, Own(&LABELS))];

/// The attributes that say `settings`, one after another, each with its type.
pub(super) fn attributes(table: &[Word], settings: &Settings, index: IndexOf<'_>) -> Result<Vec<(u16, Vec<u8>)>> {
    if settings.is_empty() {
        return Ok(Vec::new());
    }
    let mut settings = std::borrow::Cow::Borrowed(settings);
    if words::find(&settings, "rto_min").is_some() {
        // As `ip route` does: the kernel heeds it only so.
        lock(settings.to_mut(), "rto_min");
    }
    let bytes = words::encode(table, &settings, index)?;
    let mut found: Vec<_> = attr::Attributes::new(&bytes).map(|(kind, value)| (kind, value.to_vec())).collect();
    if let Some(Setting::Table(encap)) = words::find(&settings, "encap") {
        let (number, bytes) = encap::encode(encap, index)?;
        found.push((ENCAP | attr::NESTED, bytes));
        found.push((ENCAP - 1, number.to_ne_bytes().to_vec()));
    }
    Ok(found)
}

fn lock(settings: &mut Settings, metric: &str) {
    let metric = Setting::Text(metric.to_owned());
    match settings.iter_mut().find(|(key, _)| key == "lock") {
        Some((_, Setting::List(locked))) => locked.push(metric),
        Some((_, one)) => *one = Setting::List(vec![one.clone(), metric]),
        None => settings.push(("lock".into(), metric)),
    }
}

/// Whether an attribute says something rare: most routes have none such, and are not looked through twice.
pub(super) fn is_rare(kind: u16, value: &[u8]) -> bool {
    match kind {
        // All but `mtu` and `advmss`.
        METRICS => attr::Attributes::new(value).any(|(metric, _)| !matches!(metric, 2 | 8)),
        CACHE => value.get(CACHE_EXPIRES..CACHE_EXPIRES + 4).is_some_and(|expires| expires != [0; 4]),
        kind => RARE.contains(&kind),
    }
}

/// The rare options that a route or a way has; `source` is the length of the prefix that it is from.
pub(super) fn read(table: &[Word], attributes: &[u8], source: u8, name: NameOf<'_>) -> Settings {
    let mut more = words::decode(table, &[], attributes, name);
    for (key, value) in &mut more {
        match (&**key, value) {
            ("from", Setting::Text(address)) => add_length(address, source),
            // It is always locked.
            ("lock", Setting::List(locked)) => locked.retain(|metric| *metric != Setting::Text("rto_min".to_owned())),
            _ => {}
        }
    }
    more.retain(|(_, value)| !matches!(value, Setting::List(list) if list.is_empty()));
    let encap = attr::find(attributes, ENCAP - 1).and_then(attr::number).zip(attr::find(attributes, ENCAP));
    let encap = encap.and_then(|(number, bytes)| encap::decode(u16::try_from(number).ok()?, bytes, name));
    more.extend(encap.map(|encap| ("encap".into(), Setting::Table(encap))));
    more
}
