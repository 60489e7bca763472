//! `mqprio` and `taprio`, which give the queues of the hardware to classes of traffic, always or by a clock (tc-mqprio(8),
//! tc-taprio(8)).

use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form::{BYTES, CLOCK, NANOSECONDS, NUMBERS, QUEUES};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::kind::prio::map;
use crate::kernel::words::Form::{self, List, Names32, Nested, Per32, Rate64, Switch8, U8, U32, U64, Words8, Words16};
use crate::kernel::words::{self, Setting, Word, option};
use crate::netlink::attr::{self, Attributes};

const OWN: u16 = 0;
const MQPRIO_WORDS: &[Word] = &[
    option("num_tc", OWN, U8),
    option("map", OWN, BYTES),
    option("queues", OWN, QUEUES),
    option("hw", OWN, Switch8),
    option("mode", OWN, Words16(&["dcb", "channel"])),
    option("shaper", OWN, Words16(&["dcb", "bw_rlimit"])),
    option("min_rate", OWN, RATES),
    option("max_rate", OWN, RATES),
    option("fp", OWN, PREEMPTIONS),
];
const TAPRIO_WORDS: &[Word] = &[
    option("num_tc", OWN, U8),
    option("map", OWN, BYTES),
    option("queues", OWN, QUEUES),
    option("clockid", CLOCKID, CLOCK),
    option("flags", TAPRIO_FLAGS, U32),
    option("txtime_delay", TXTIME_DELAY, Per32(1_000_000_000)),
    option("base_time", BASE_TIME, U64),
    option("cycle_time", CYCLE_TIME, NANOSECONDS),
    option("cycle_time_extension", CYCLE_TIME_EXTENSION, NANOSECONDS),
    option("sched_entry", ENTRIES, List(&Nested(ENTRY), 1)),
    option("max_sdu", OWN, NUMBERS),
    option("fp", OWN, PREEMPTIONS),
];
/// What is open for how long.
const ENTRY: &[Word] = &[
    option("cmd", 2, Words8(&["S", "H", "R"])),
    option("gatemask", 3, U32),
    option("interval", 4, Per32(1_000_000_000)),
];
const RATES: Form = List(&Rate64, 1);
/// Of each class, whether its frames may be broken off for others (`TC_FP_*`).
const PREEMPTIONS: Form = List(&Names32(&[(1, "E"), (2, "P")]), 0);

pub(super) static MQPRIO: Kind = Kind::new(
    "mqprio",
    Options { words: MQPRIO_WORDS, layout: Layout::Own { encode: encode_mqprio, decode: decode_mqprio } },
);
pub(super) static TAPRIO: Kind = Kind::new(
    "taprio",
    Options { words: TAPRIO_WORDS, layout: Layout::Own { encode: encode_taprio, decode: decode_taprio } },
);

/// Length of `struct tc_mqprio_qopt`, and where what is behind it begins.
const STRUCT: usize = 82;
const BEHIND: usize = 84;
const MODE: u16 = 1;
const SHAPER: u16 = 2;
const MIN_RATE: u16 = 3;
const MAX_RATE: u16 = 4;
const MQPRIO_CLASS: u16 = 5;

const PRIOMAP: u16 = 1;
const ENTRIES: u16 = 2;
const BASE_TIME: u16 = 3;
const CLOCKID: u16 = 5;
const ADMIN: u16 = 7;
const CYCLE_TIME: u16 = 8;
const CYCLE_TIME_EXTENSION: u16 = 9;
const TAPRIO_FLAGS: u16 = 10;
const TXTIME_DELAY: u16 = 11;
const ONE_ENTRY: u16 = 1;
const TAPRIO_CLASS: u16 = 12;
/// In what is said of a class (`TCA_TAPRIO_TC_ENTRY_*`, `TCA_MQPRIO_TC_ENTRY_*`): which one it is, the longest packet of it,
/// whether it gives way.
const CLASS_INDEX: u16 = 1;
const CLASS_MAX_SDU: u16 = 2;
const TAPRIO_FP: u16 = 3;
const MQPRIO_FP: u16 = 2;
const OF_TAPRIO: &[(&str, u16)] = &[("max_sdu", CLASS_MAX_SDU), ("fp", TAPRIO_FP)];

/// num_tc, prio_tc_map, hw, count and offset of each class's queues.
fn classes(given: &Given<'_>, usual: ([u8; 16], u64, bool)) -> Result<Vec<u8>> {
    let (usual_map, usual_count, hardware) = usual;
    let mut bytes = vec![u8::try_from(given.or("num_tc", usual_count)?).unwrap_or(u8::MAX)];
    // Once a map is given, what it leaves out is of the first class.
    let usual_map = if given.has("map") { [0; 16] } else { usual_map };
    bytes.extend(map(given, "map", usual_map)?);
    bytes.push(u8::from(if given.has("hw") { given.is_on("hw")? } else { hardware }));
    let queues = given.bytes("queues")?.unwrap_or_default();
    // Counts, then offsets.
    for half in [0, 2] {
        let halves = queues.chunks_exact(4).flat_map(|queue| queue[half..half + 2].to_vec());
        let start = bytes.len();
        bytes.extend(halves);
        bytes.resize(start + 32, 0);
    }
    Ok(bytes)
}

fn seen_classes(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let count = usize::from(*bytes.first()?).min(16);
    let half = |at: usize| bytes.get(at..at + 2).map(<[u8]>::to_vec);
    seen.bytes("num_tc", bytes.get(..1)?);
    seen.bytes("map", bytes.get(1..17)?);
    let queues = (0..count).map(|class| Some([half(18 + 2 * class)?, half(50 + 2 * class)?].concat()));
    seen.bytes("queues", &queues.collect::<Option<Vec<_>>>()?.concat());
    Some(())
}

/// Appends what is said of each class apart, of which the words and their attributes are `parts`.
fn put_each_class(given: &Given<'_>, kind: u16, parts: &[(&str, u16)], bytes: &mut Vec<u8>) -> Result<()> {
    let mut of_classes: Vec<Vec<u8>> = Vec::new();
    for (name, part) in parts {
        let values = given.bytes(name)?.unwrap_or_default();
        // Numbers one behind the other, or attributes.
        let values: Vec<&[u8]> = match *name {
            "fp" => Attributes::new(&values).map(|(_, value)| value).collect(),
            _ => values.chunks_exact(4).collect(),
        };
        of_classes.resize(of_classes.len().max(values.len()), Vec::new());
        of_classes.iter_mut().zip(values).for_each(|(of_class, value)| attr::put(of_class, *part, value));
    }
    for (index, of_class) in (0u32..).zip(of_classes) {
        attr::nest(bytes, kind, |bytes| {
            attr::put_u32(bytes, CLASS_INDEX, index);
            bytes.extend_from_slice(&of_class);
        });
    }
    Ok(())
}

/// What is said of each of so many classes apart; a longest packet only where one has it.
fn see_each_class(bytes: &[u8], count: u8, kind: u16, parts: &[(&'static str, u16)], seen: &mut Seen) {
    let of_classes = || Attributes::new(bytes).filter(|(found, _)| *found == kind).take(count.into());
    for (name, part) in parts {
        let values: Vec<u32> =
            of_classes().filter_map(|(_, of_class)| attr::u32_of(attr::find(of_class, *part)?)).collect();
        if *name == "fp" && !values.is_empty() {
            let mut list = Vec::new();
            values.iter().for_each(|value| attr::put_u32(&mut list, 0, *value));
            seen.bytes(name, &list);
        } else if values.iter().any(|value| *value != 0) {
            seen.bytes(name, &values.iter().flat_map(|value| value.to_ne_bytes()).collect::<Vec<_>>());
        }
    }
}

fn encode_mqprio(given: &Given<'_>) -> Result<Vec<u8>> {
    let usual = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 1, 1, 3, 3, 3, 3];
    let mut bytes = classes(given, (usual, 8, true))?;
    bytes.resize(BEHIND, 0);
    for (name, kind) in [("mode", MODE), ("shaper", SHAPER)] {
        // The first of each is what there is without.
        if let Some(value) = given.bytes(name)?.filter(|value| value != &[0, 0]) {
            attr::put(&mut bytes, kind, &value);
        }
    }
    for (name, kind) in [("min_rate", MIN_RATE), ("max_rate", MAX_RATE)] {
        if let Some(rates) = given.bytes(name)? {
            let rates: Vec<&[u8]> = Attributes::new(&rates).map(|(_, rate)| rate).collect();
            let all = (0..16).map(|class| rates.get(class).copied().unwrap_or(&[0; 8]));
            attr::nest(&mut bytes, kind, |list| all.for_each(|rate| attr::put(list, kind, rate)));
        }
    }
    put_each_class(given, MQPRIO_CLASS, &[("fp", MQPRIO_FP)], &mut bytes)?;
    Ok(bytes)
}

fn decode_mqprio(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    seen_classes(bytes.get(..STRUCT)?, seen)?;
    seen.bytes("hw", bytes.get(17..18)?);
    let attributes = bytes.get(BEHIND..).unwrap_or_default();
    for (name, kind) in [("mode", MODE), ("shaper", SHAPER), ("min_rate", MIN_RATE), ("max_rate", MAX_RATE)] {
        if let Some(value) = attr::find(attributes, kind) {
            let count = usize::from(bytes[0]);
            match words::shown(MQPRIO_WORDS, name, value)? {
                Setting::List(rates) => seen.setting(name, Setting::List(rates.into_iter().take(count).collect())),
                value => seen.setting(name, value),
            }
        }
    }
    // Where no hardware does it, the kernel takes nothing of it.
    if bytes[17] != 0 {
        see_each_class(attributes, bytes[0], MQPRIO_CLASS, &[("fp", MQPRIO_FP)], seen);
    }
    Some(())
}

fn encode_taprio(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if given.has("num_tc") {
        attr::put(&mut bytes, PRIOMAP, &classes(given, ([0; 16], 0, false))?);
    }
    bytes.extend(given.attributes(&["num_tc", "map", "queues", "sched_entry", "max_sdu", "fp"])?);
    let entries = given.tables("sched_entry")?.unwrap_or_default();
    let entries = entries.iter().map(|entry| entry.attributes(&[])).collect::<Result<Vec<_>>>()?;
    attr::nest(&mut bytes, ENTRIES, |list| {
        entries.iter().for_each(|entry| attr::put(list, ONE_ENTRY | attr::NESTED, entry));
    });
    put_each_class(given, TAPRIO_CLASS, OF_TAPRIO, &mut bytes)?;
    Ok(bytes)
}

fn decode_taprio(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let classes = attr::find(bytes, PRIOMAP)?;
    seen_classes(classes, seen)?;
    see_each_class(bytes, *classes.first()?, TAPRIO_CLASS, OF_TAPRIO, seen);
    // A schedule that does not run yet stands inside.
    let waiting = attr::find(bytes, ADMIN).unwrap_or_default();
    let named = |name: &str| !matches!(name, "num_tc" | "map" | "queues" | "max_sdu" | "fp");
    for word in TAPRIO_WORDS.iter().filter(|word| named(word.name)) {
        if let Some(value) = attr::find(bytes, word.attribute).or_else(|| attr::find(waiting, word.attribute)) {
            seen.bytes(word.name, value);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::Settings;

    fn list(numbers: &[i64]) -> Setting {
        Setting::List(numbers.iter().map(|number| Setting::Integer(*number)).collect())
    }

    #[test]
    fn classes_of_queues_come_back() {
        let queues = Setting::List(["1@0", "3@1"].map(|text| Setting::Text(text.to_owned())).into());
        let map = list(&[0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let asked: Settings = vec![
            ("num_tc".into(), Setting::Integer(2)),
            ("map".into(), map),
            ("queues".into(), queues),
            ("hw".into(), Setting::Switch(false)),
            ("shaper".into(), Setting::Text("bw_rlimit".to_owned())),
            ("max_rate".into(), list(&[8_000_000, 16_000_000])),
        ];
        let bytes = MQPRIO.qdisc.encode(&asked).expect("options").expect("some");
        assert_eq!(MQPRIO.qdisc.read(&bytes), asked);
        assert_eq!(MQPRIO.qdisc.read(&bytes[..80]), Settings::new());
        let entry: Settings = vec![
            ("cmd".into(), Setting::Text("S".to_owned())),
            ("gatemask".into(), Setting::Integer(3)),
            ("interval".into(), Setting::Number(0.0003)),
        ];
        let mut asked: Settings = asked[..3].to_vec();
        let given_way = Setting::List(["E", "P"].map(|text| Setting::Text(text.to_owned())).into());
        asked.push(("max_sdu".into(), list(&[0, 200])));
        asked.push(("fp".into(), given_way));
        asked.push(("clockid".into(), Setting::Text("TAI".to_owned())));
        asked.push(("base_time".into(), Setting::Integer(1_528_743_495_910_289_987)));
        asked.push(("sched_entry".into(), Setting::List(vec![Setting::Table(entry)])));
        assert_eq!(TAPRIO.qdisc.read(&TAPRIO.qdisc.encode(&asked).expect("options").expect("some")), asked);
    }
}
