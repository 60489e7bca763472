//! What TCP remembers of its peers, in the words of `ip tcp_metrics` (Linux `include/uapi/linux/tcp_metrics.h`).

use ipnet::IpNet;

use super::entry::delete_each;
use super::family::{Family, matching, shown};
use super::namespace::Namespace;
use super::shared_forms::prefix;
use super::words::Form::{Hex, I32, Ip4, Ip6, Per32, Per64, U16, U32};
use super::words::{self, Settings, Word, fact, flat, need, option};
use crate::error::Result;

/// Metrics of TCP.
pub static FAMILY: Family = Family { name: "tcp_metrics", what: "metrics of TCP", module: "", config: "CONFIG_INET" };
/// The command that lists them: `TCP_METRICS_CMD_GET`.
pub const GET: u8 = 1;
const DELETE: u8 = 2;

/// `TCP_METRIC_*`, each plus one.
const VALUES: &[Word] = &[
    fact("ssthresh", 3, U32),
    fact("cwnd", 4, U32),
    fact("reordering", 5, U32),
    fact("rtt", 6, Per32(8_000_000)),
    fact("rttvar", 7, Per32(4_000_000)),
];

/// `TCP_METRICS_ATTR_*`.
pub const WORDS: &[Word] = &[
    option("dst", 1, Ip4),
    option("dst", 2, Ip6),
    option("source", 11, Ip4),
    option("source", 12, Ip6),
    fact("age", 3, Per64(1000)),
    fact("tw_ts", 4, U32),
    fact("tw_ts_ago", 5, I32),
    flat(6, VALUES),
    fact("fo_mss", 7, U16),
    fact("fo_syn_drops", 8, U16),
    fact("fo_syn_drop_ago", 9, Per64(1000)),
    fact("fo_cookie", 10, Hex),
];

/// What is remembered, where it is as `filter` says: `dst` and `source` may be networks there.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let network = |settings: &Settings, key| words::find(settings, key).and_then(prefix);
    let networks: Vec<(&str, IpNet)> =
        ["dst", "source"].into_iter().filter_map(|key| Some((key, network(filter, key)?))).collect();
    let keys: Vec<&str> = networks.iter().map(|(key, _)| *key).collect();
    let listed = FAMILY.list(namespace, GET, WORDS, "metrics of TCP")?;
    let mut listed = matching(namespace, WORDS, listed, &words::without(filter, &keys))?;
    listed.retain(|metrics| {
        networks.iter().all(|(key, wanted)| network(metrics, *key).is_some_and(|found| wanted.contains(&found)))
    });
    Ok(listed)
}

/// Forgets what is remembered of a peer; `ESRCH` if there is nothing.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    // Without it the kernel would forget everything.
    need(settings, &["dst"])?;
    let what = format!("entry for {} among the metrics of TCP", shown(settings, "dst"));
    FAMILY.write(namespace, DELETE, (WORDS, settings), &what)
}

/// Forgets what is remembered of all peers that are as `filter` says; how many there were.
pub fn flush(namespace: &Namespace, filter: &Settings) -> Result<usize> {
    delete_each(&list(namespace, filter)?, |metrics| delete(namespace, metrics))
}
