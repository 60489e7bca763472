//! What the kinds count, each for itself, beside what all do: `struct tc_red_xstats` and the like, by the names of `tc -s`.

use crate::kernel::tc::form::MICROSECONDS;
use crate::kernel::words::Form::{self, I32, Per32, Rate64, Switch32, U32, U64};
use crate::kernel::words::{HEADER, Word, fact, field};

/// A counter at this place of the struct.
const fn at(name: &'static str, offset: usize, form: Form) -> Word {
    Word { settable: false, ..field(name, HEADER, 0, offset, form) }
}

const CODEL: &[Word] = &[
    at("maxpacket", 0, U32),
    at("count", 4, U32),
    at("lastcount", 8, U32),
    at("ldelay", 12, MICROSECONDS),
    at("drop_overlimit", 20, U32),
    at("ecn_mark", 24, U32),
    at("dropping", 28, Switch32),
    at("ce_mark", 32, U32),
];
/// Behind a number that says whether it is of a discipline or of a flow.
const FQ_CODEL: &[Word] = &[
    at("maxpacket", 4, U32),
    at("drop_overlimit", 8, U32),
    at("ecn_mark", 12, U32),
    at("new_flow_count", 16, U32),
    at("new_flows_len", 20, U32),
    at("old_flows_len", 24, U32),
    at("ce_mark", 28, U32),
    at("memory_used", 32, U32),
    at("drop_overmemory", 36, U32),
];
const FQ: &[Word] = &[
    at("gc", 0, U64),
    at("highprio", 8, U64),
    at("retrans", 16, U64),
    at("throttled", 24, U64),
    at("flows_plimit", 32, U64),
    at("pkts_too_long", 40, U64),
    at("alloc_errors", 48, U64),
    at("flows", 64, U32),
    at("inactive", 68, U32),
    at("latency", 76, Per32(1_000_000_000)),
    at("ce_mark", 80, U64),
    at("horizon_drops", 88, U64),
    at("horizon_caps", 96, U64),
];
const PIE: &[Word] = &[
    at("delay", 8, MICROSECONDS),
    at("packets_in", 20, U32),
    at("dropped", 24, U32),
    at("overlimit", 28, U32),
    at("maxq", 32, U32),
    at("ecn_mark", 36, U32),
];
const FQ_PIE: &[Word] = &[
    at("packets_in", 0, U32),
    at("dropped", 4, U32),
    at("overlimit", 8, U32),
    at("overmemory", 12, U32),
    at("ecn_mark", 16, U32),
    at("new_flow_count", 20, U32),
    at("new_flows_len", 24, U32),
    at("old_flows_len", 28, U32),
    at("memory_used", 32, U32),
];
/// The last is of `choke` alone.
const RED: &[Word] =
    &[at("early", 0, U32), at("pdrop", 4, U32), at("other", 8, U32), at("marked", 12, U32), at("matched", 16, U32)];
const SFB: &[Word] = &[
    at("earlydrop", 0, U32),
    at("penaltydrop", 4, U32),
    at("bucketdrop", 8, U32),
    at("queuedrop", 12, U32),
    at("childdrop", 16, U32),
    at("marked", 20, U32),
    at("maxqlen", 24, U32),
];
const HHF: &[Word] = &[
    at("drop_overlimit", 0, U32),
    at("hh_overlimit", 4, U32),
    at("hh_tot_count", 8, U32),
    at("hh_cur_count", 12, U32),
];
/// `cake` alone has attributes.
const CAKE: &[Word] =
    &[fact("capacity_estimate", 2, Rate64), fact("memory_limit", 3, U32), fact("memory_used", 4, U32)];
const HTB_CLASS: &[Word] = &[
    at("lended", 0, U32),
    at("borrowed", 4, U32),
    at("giants", 8, U32),
    at("tokens", 12, I32),
    at("ctokens", 16, I32),
];
const HFSC_CLASS: &[Word] = &[at("work", 0, U64), at("rtwork", 8, U64), at("period", 16, U32), at("level", 20, U32)];
const DRR_CLASS: &[Word] = &[at("deficit", 0, U32)];

/// What a discipline of this kind counts.
pub fn of_qdisc(kind: &str) -> &'static [Word] {
    match kind {
        "cake" => CAKE,
        "codel" => CODEL,
        "fq" => FQ,
        "fq_codel" => FQ_CODEL,
        "fq_pie" => FQ_PIE,
        "hhf" => HHF,
        "pie" => PIE,
        "red" | "choke" => RED,
        "sfb" => SFB,
        _ => &[],
    }
}

/// What a class of a discipline of this kind counts.
pub fn of_class(kind: &str) -> &'static [Word] {
    match kind {
        "drr" => DRR_CLASS,
        "hfsc" => HFSC_CLASS,
        "htb" => HTB_CLASS,
        _ => &[],
    }
}
