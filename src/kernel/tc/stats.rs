//! What went through a discipline, a class or an action: `TCA_STATS2` (Linux `include/uapi/linux/gen_stats.h`).

use crate::kernel::words::Form::{self, Rate32, Rate64, Time64, U32, U64};
use crate::kernel::words::{HEADER, Setting, Settings, Word, decode, fact, fact_field, field, find};
use crate::netlink::attr;

/// `TCA_STATS2`.
const STATS: u16 = 7;
/// `TCA_STATS_APP`.
const OWN: u16 = 4;
/// `struct gnet_stats_basic` and `struct gnet_stats_queue`, and the packets in 64 bits.
const WORDS: &[Word] = &[
    Word { settable: false, ..field("bytes", 1, 12, 0, U64) },
    Word { settable: false, ..field("packets", 1, 12, 8, U32) },
    Word { settable: false, ..field("qlen", 3, 20, 0, U32) },
    Word { settable: false, ..field("backlog", 3, 20, 4, U32) },
    Word { settable: false, ..field("drops", 3, 20, 8, U32) },
    Word { settable: false, ..field("requeues", 3, 20, 12, U32) },
    Word { settable: false, ..field("overlimits", 3, 20, 16, U32) },
    fact("packets64", 8, U64),
    // `struct gnet_stats_rate_est`, where an estimator was asked for, and the rate in 64 bits where it needs them.
    Word { settable: false, ..field("rate", 2, 8, 0, Rate32) },
    Word { settable: false, ..field("pps", 2, 8, 4, U32) },
    Word { settable: false, ..field("rate64", 5, 16, 0, Rate64) },
];

/// The word for them.
pub const fn stats() -> Word {
    fact("stats", STATS, Form::Nested(WORDS))
}

/// What the attributes of an object say of it, if they do; `counters` is what its kind counts for itself.
pub fn read(attributes: &[u8], counters: &[Word]) -> Option<Setting> {
    let settings = decode(&[stats()], &[], attributes, &|_| None);
    let Setting::Table(stats) = find(&settings, "stats")? else { return None };
    let mut stats = whole(stats);
    if let Some(own) = attr::find(attributes, STATS).and_then(|all| attr::find(all, OWN)) {
        stats.extend(decode(counters, own, own, &|_| None));
    }
    Some(Setting::Table(stats))
}

/// The word for those of actions: `TCA_ACT_STATS`.
pub const fn of_actions() -> Word {
    fact("stats", 4, Form::Nested(WORDS))
}

/// `struct tcf_t`: how long ago, in hundredths of a second; 0 where it never acted or never expires.
const TIMES: &[Word] = &[
    fact_field("installed", HEADER, 32, 0, Time64),
    fact_field("last_used", HEADER, 32, 8, Time64),
    fact_field("expires", HEADER, 32, 16, Time64),
    fact_field("first_used", HEADER, 32, 24, Time64),
];

/// What the attributes of an action say of it, and the times of its use.
pub fn of_action(attributes: &[u8], times: Option<&[u8]>) -> Option<Setting> {
    let stats = decode(&[of_actions()], &[], attributes, &|_| None);
    match find(&stats, "stats")? {
        Setting::Table(stats) => {
            let mut stats = whole(stats);
            let times = decode(TIMES, times.unwrap_or_default(), &[], &|_| None);
            stats.extend(times.into_iter().filter(|(key, time)| {
                !matches!(key.as_ref(), "expires" | "first_used") || *time != Setting::Integer(0)
            }));
            Some(Setting::Table(stats))
        }
        _ => None,
    }
}

/// With packets and rate in 64 bits, where the kernel gave them so.
fn whole(stats: &Settings) -> Settings {
    let narrow = stats.iter().filter(|(key, _)| !key.ends_with("64"));
    let wide = |key: &str| find(stats, &format!("{key}64")).cloned();
    narrow.map(|(key, value)| (key.clone(), wide(key).unwrap_or_else(|| value.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tc::kind::counters;

    #[test]
    fn what_has_64_bits_is_taken_from_there() {
        let mut inner = Vec::new();
        attr::put(&mut inner, 1, &[7u64.to_ne_bytes().to_vec(), 9u64.to_ne_bytes().to_vec()].concat()[..12]);
        attr::put(&mut inner, 8, &(1u64 << 40).to_ne_bytes());
        attr::put(&mut inner, OWN, &[1u32, 2, 3, 4].map(u32::to_ne_bytes).concat());
        let mut bytes = Vec::new();
        attr::put(&mut bytes, STATS, &inner);
        let wanted = [("bytes".into(), Setting::Integer(7)), ("packets".into(), Setting::Integer(1 << 40))];
        assert_eq!(read(&bytes, &[]), Some(Setting::Table(wanted.to_vec())));
        // A red counts four things; choke has one more.
        let Some(Setting::Table(stats)) = read(&bytes, counters::of_qdisc("red")) else { panic!("no table") };
        assert_eq!((stats.len(), find(&stats, "marked")), (6, Some(&Setting::Integer(4))));
        assert_eq!(read(&[], &[]), None);
    }
}
