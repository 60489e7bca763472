//! `netem`: delays, loses, doubles, damages and reorders packets, at a rate (tc-netem(8)).

use super::{Kind, Layout, Options};
use crate::error::{Error, Result, explain};
use crate::kernel::tc::form::NANOSECONDS;
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::tc::rate::ticks;
use crate::kernel::words::Form::{I32, Nested, Rate64, Share32, Size32, Switch8, Text, U32, U64};
use crate::kernel::words::{self, Setting, Settings, Word, option};
use crate::netlink::attr;

pub mod distribution;

pub use distribution::Distribution;

const OWN: u16 = 0;
const WORDS: &[Word] = &[
    option("limit", OWN, Size32),
    option("delay", OWN, NANOSECONDS),
    option("jitter", OWN, NANOSECONDS),
    option("delay_correlation", OWN, Share32),
    option("distribution", OWN, Text),
    option("loss", OWN, Share32),
    option("loss_correlation", OWN, Share32),
    option("loss_state", OWN, Nested(STATE)),
    option("loss_gemodel", OWN, Nested(GEMODEL)),
    option("ecn", OWN, Switch8),
    option("duplicate", OWN, Share32),
    option("duplicate_correlation", OWN, Share32),
    option("corrupt", OWN, Share32),
    option("corrupt_correlation", OWN, Share32),
    option("reorder", OWN, Share32),
    option("reorder_correlation", OWN, Share32),
    option("gap", OWN, U32),
    option("rate", OWN, Rate64),
    option("packet_overhead", OWN, I32),
    option("cell_size", OWN, U32),
    option("cell_overhead", OWN, I32),
    option("slot", OWN, Nested(SLOT)),
    option("seed", OWN, U64),
];
/// The chance of each step between the states of a model of four; 1 and 2 receive, 3 and 4 lose.
const STATE: &[Word] = &[
    option("p13", OWN, Share32),
    option("p31", OWN, Share32),
    option("p32", OWN, Share32),
    option("p23", OWN, Share32),
    option("p14", OWN, Share32),
];
/// The model of Gilbert and Elliott: from good to bad, and back; what is lost in bad and in good.
const GEMODEL: &[Word] =
    &[option("p", OWN, Share32), option("r", OWN, Share32), option("1-h", OWN, Share32), option("1-k", OWN, Share32)];
/// When packets go in bursts.
const SLOT: &[Word] = &[
    option("min_delay", OWN, NANOSECONDS),
    option("max_delay", OWN, NANOSECONDS),
    option("distribution", OWN, Text),
    option("delay", OWN, NANOSECONDS),
    option("jitter", OWN, NANOSECONDS),
    option("packets", OWN, I32),
    option("bytes", OWN, Size32),
];

pub(in crate::kernel::tc) static NETEM: Kind =
    Kind::new("netem", Options { words: WORDS, layout: Layout::Own { encode, decode } });

/// Length of `struct tc_netem_qopt`.
const STRUCT: usize = 24;
const CORRELATION: u16 = 1;
const DELAY_DISTRIBUTION: u16 = 2;
const REORDER: u16 = 3;
const CORRUPT: u16 = 4;
const LOSS: u16 = 5;
const RATE: u16 = 6;
const ECN: u16 = 7;
const RATE64: u16 = 8;
const LATENCY64: u16 = 10;
const JITTER64: u16 = 11;
const SLOTS: u16 = 12;
const SLOT_DISTRIBUTION: u16 = 13;
const SEED: u16 = 14;
/// `NETEM_LOSS_GI` and `NETEM_LOSS_GE`.
const STATES: u16 = 1;
const GILBERT: u16 = 2;

/// A `tc_netem_qopt`, then attributes: one that is left out would keep its value where a discipline is changed, so that all are
/// said but for the tables.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    check(given)?;
    let share = |name| given.or32(name, 0);
    let (delay, jitter) = (given.or("delay", 0)?, given.or("jitter", 0)?);
    let reorder = share("reorder")?;
    let gap = given.or32("gap", u32::from(reorder > 0))?;
    let in_ticks = |time: u64| ticks(time / 1000);
    let limit = given.or32("limit", 1000)?;
    // latency, limit, loss, gap, duplicate, jitter
    let mut bytes = words32(&[in_ticks(delay), limit, share("loss")?, gap, share("duplicate")?, in_ticks(jitter)]);
    let correlations = ["delay_correlation", "loss_correlation", "duplicate_correlation"].map(share);
    let [delays, losses, duplicates] = correlations;
    attr::put(&mut bytes, CORRELATION, &words32(&[delays?, losses?, duplicates?]));
    attr::put(&mut bytes, REORDER, &words32(&[reorder, share("reorder_correlation")?]));
    attr::put(&mut bytes, CORRUPT, &words32(&[share("corrupt")?, share("corrupt_correlation")?]));
    if given.is_on("ecn")? {
        attr::put_u32(&mut bytes, ECN, 1);
    }
    put_loss(&mut bytes, given)?;
    put_rate(&mut bytes, given)?;
    attr::put(&mut bytes, LATENCY64, &delay.to_ne_bytes());
    attr::put(&mut bytes, JITTER64, &jitter.to_ne_bytes());
    if let Some(table) = table(given, "distribution")? {
        attr::put(&mut bytes, DELAY_DISTRIBUTION, &table);
    }
    put_slot(&mut bytes, given)?;
    if let Some(seed) = given.bytes("seed")? {
        attr::put(&mut bytes, SEED, &seed);
    }
    Ok(bytes)
}

/// `EINVAL` for what makes no sense alone.
fn check(given: &Given<'_>) -> Result<()> {
    let some = |name| Ok::<_, Error>(given.number(name)?.is_some_and(|number| number > 0));
    let delayed = some("delay")?;
    for key in ["jitter", "reorder", "distribution"] {
        if given.has(key) && !delayed && (key == "distribution" || some(key)?) {
            return Err(Error::new(&explain::SHAPE_NEEDS_DELAY).with("key", key));
        }
    }
    if given.has("distribution") && !some("jitter")? {
        return Err(Error::needs("distribution", "jitter"));
    }
    if some("gap")? && !some("reorder")? {
        return Err(Error::needs("gap", "reorder"));
    }
    let models = ["loss", "loss_state", "loss_gemodel"].into_iter().filter(|key| given.has(key)).collect::<Vec<_>>();
    match models.as_slice() {
        [] if given.is_on("ecn")? => Err(Error::needs("ecn", "loss")),
        [one, two, ..] => Err(Error::clash(one, two)),
        _ => Ok(()),
    }
}

/// The model by which packets are lost, where it is not plain chance.
fn put_loss(bytes: &mut Vec<u8>, given: &Given<'_>) -> Result<()> {
    // What is not given follows from what is, as in `tc`: there is always a way back.
    if let Some(state) = given.table("loss_state")? {
        let needed = state.or32("p13", 0)?;
        let [p31, p32, p23, p14] =
            [("p31", rest(needed)), ("p32", 0), ("p23", u32::MAX), ("p14", 0)].map(|(n, d)| state.or32(n, d));
        let model = words32(&[needed, p31?, p32?, p14?, p23?]);
        attr::nest(bytes, LOSS, |inner| attr::put(inner, STATES, &model));
    }
    if let Some(model) = given.table("loss_gemodel")? {
        let p = model.or32("p", 0)?;
        // The kernel has h, `tc` 1-h, which unless told is 1.
        let lost = model.or32("1-h", u32::MAX)?;
        let model = words32(&[p, model.or32("r", rest(p))?, u32::MAX - lost, model.or32("1-k", 0)?]);
        attr::nest(bytes, LOSS, |inner| attr::put(inner, GILBERT, &model));
    }
    Ok(())
}

/// What is left of a share, reckoned as `tc` does: from the share, not from its part of all bits.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn rest(part: u32) -> u32 {
    let share = match words::shown(STATE, "p13", &part.to_ne_bytes()) {
        Some(Setting::Number(share)) => share,
        _ => 0.0,
    };
    ((1.0 - share) * f64::from(u32::MAX)).round_ties_even() as u32
}

fn put_rate(bytes: &mut Vec<u8>, given: &Given<'_>) -> Result<()> {
    let rate = given.or("rate", 0)?;
    let narrow = u32::try_from(rate).unwrap_or(u32::MAX);
    // A `tc_netem_rate`: rate, packet_overhead, cell_size, cell_overhead.
    let rest = ["packet_overhead", "cell_size", "cell_overhead"].map(|name| given.or32(name, 0));
    let [packet, size, cell] = rest;
    attr::put(bytes, RATE, &words32(&[narrow, packet?, size?, cell?]));
    if narrow == u32::MAX {
        attr::put(bytes, RATE64, &rate.to_ne_bytes());
    }
    Ok(())
}

/// A `tc_netem_slot`; all zeros are none.
fn put_slot(bytes: &mut Vec<u8>, given: &Given<'_>) -> Result<()> {
    let empty = Settings::new();
    let slot = given.table("slot")?.unwrap_or_else(|| Given::new(SLOT, &empty));
    let time = |name, default| slot.or(name, default);
    let least = time("min_delay", 0)?;
    let most = time("max_delay", least)?;
    if most < least {
        return Err(slot.wrong("max_delay", "no less than \"min_delay\""));
    }
    let mut value = [least.to_ne_bytes(), most.to_ne_bytes()].concat();
    value.extend(words32(&[slot.or32("packets", 0)?, slot.or32("bytes", 0)?]));
    value.extend([time("delay", 0)?.to_ne_bytes(), time("jitter", 0)?.to_ne_bytes()].concat());
    attr::put(bytes, SLOTS, &value);
    if let Some(table) = table(&slot, "distribution")? {
        attr::put(bytes, SLOT_DISTRIBUTION, &table);
    }
    Ok(())
}

/// The table of the distribution that an option names.
fn table(given: &Given<'_>, key: &str) -> Result<Option<Vec<u8>>> {
    match given.setting(key) {
        None => Ok(None),
        Some(Setting::Text(name)) => match distribution::table(name)? {
            Some(table) => Ok(Some(table.iter().flat_map(|value| value.to_ne_bytes()).collect())),
            None => Err(given.wrong(key, distribution::expected())),
        },
        Some(_) => Err(given.wrong(key, distribution::expected())),
    }
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let word = |place| word32(bytes, place);
    let (ticks, limit, loss, gap, duplicate, jitter) = (word(0)?, word(1)?, word(2)?, word(3)?, word(4)?, word(5)?);
    let attributes = bytes.get(STRUCT..)?;
    let find = |kind| attr::find(attributes, kind);
    let part = |kind, place| find(kind).and_then(|value| word32(value, place)).unwrap_or(0);
    seen.number("limit", limit);
    for (name, exact, ticks) in [("delay", LATENCY64, ticks), ("jitter", JITTER64, jitter)] {
        let ticks = u64::from(ticks) * super::super::rate::TICK;
        let time = find(exact).and_then(attr::number).unwrap_or(ticks);
        if time != 0 {
            seen.wide(name, time);
        }
    }
    seen.some("delay_correlation", part(CORRELATION, 0));
    seen.some("loss", loss);
    seen.some("loss_correlation", part(CORRELATION, 1));
    read_loss(find(LOSS).unwrap_or_default(), seen);
    if find(ECN).is_some() {
        seen.bytes("ecn", &[1]);
    }
    seen.some("duplicate", duplicate);
    seen.some("duplicate_correlation", part(CORRELATION, 2));
    seen.some("corrupt", part(CORRUPT, 0));
    seen.some("corrupt_correlation", part(CORRUPT, 1));
    // Without a gap nothing overtakes.
    if gap != 0 {
        seen.some("reorder", part(REORDER, 0));
        seen.some("reorder_correlation", part(REORDER, 1));
        seen.number("gap", gap);
    }
    let rate = find(RATE64).and_then(attr::number).unwrap_or(u64::from(part(RATE, 0)));
    if rate != 0 {
        seen.wide("rate", rate);
        seen.some("packet_overhead", part(RATE, 1));
        seen.some("cell_size", part(RATE, 2));
        seen.some("cell_overhead", part(RATE, 3));
    }
    if let Some(slot) = find(SLOTS).and_then(read_slot) {
        seen.setting("slot", Setting::Table(slot));
    }
    if let Some(seed) = find(SEED) {
        seen.bytes("seed", seed);
    }
    Some(())
}

fn read_loss(bytes: &[u8], seen: &mut Seen) {
    let model = |kind, words: &'static [Word], places: &[(&'static str, usize)]| {
        let value = attr::find(bytes, kind)?;
        let mut model = Seen::new(words);
        for (name, place) in places {
            let share = word32(value, *place)?;
            model.number(name, if *name == "1-h" { u32::MAX - share } else { share });
        }
        Some(Setting::Table(model.settings()))
    };
    let states = model(STATES, STATE, &[("p13", 0), ("p31", 1), ("p32", 2), ("p23", 4), ("p14", 3)]);
    states.into_iter().for_each(|states| seen.setting("loss_state", states));
    let gilbert = model(GILBERT, GEMODEL, &[("p", 0), ("r", 1), ("1-h", 2), ("1-k", 3)]);
    gilbert.into_iter().for_each(|gilbert| seen.setting("loss_gemodel", gilbert));
}

fn read_slot(value: &[u8]) -> Option<Settings> {
    let long = |at: usize| attr::number(value.get(at..at + 8)?);
    if (long(0)?, long(8)?, long(32)?) == (0, 0, 0) {
        return None;
    }
    let mut slot = Seen::new(SLOT);
    if long(32)? > 0 {
        slot.wide("delay", long(24)?);
        slot.wide("jitter", long(32)?);
    } else {
        slot.wide("min_delay", long(0)?);
        slot.wide("max_delay", long(8)?);
    }
    slot.some("packets", word32(value, 4)?);
    slot.some("bytes", word32(value, 5)?);
    Some(slot.settings())
}

/// A time as the options have it, in seconds.
pub fn seconds(time: std::time::Duration) -> Setting {
    Setting::Number(time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::find;

    fn settings(list: &[(&'static str, Setting)]) -> Settings {
        list.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
    }

    fn options(list: &[(&'static str, Setting)]) -> Vec<u8> {
        NETEM.qdisc.encode(&settings(list)).expect("options").expect("some")
    }

    #[test]
    fn what_is_asked_for_is_kept() {
        let number = Setting::Number;
        let gemodel =
            settings(&[("p", number(0.01)), ("r", number(0.1)), ("1-h", number(0.7)), ("1-k", number(0.001))]);
        let asked = [
            ("limit", Setting::Integer(77)),
            ("delay", number(0.02)),
            ("jitter", number(0.000_001)),
            ("delay_correlation", number(0.25)),
            ("loss_gemodel", Setting::Table(gemodel)),
            ("duplicate", number(0.1)),
            ("corrupt", number(0.001)),
            ("reorder", number(0.75)),
            ("gap", Setting::Integer(3)),
            ("rate", Setting::Integer(100_000_000_000)),
            ("packet_overhead", Setting::Integer(-4)),
            ("slot", Setting::Table(settings(&[("min_delay", number(0.001)), ("max_delay", number(0.002))]))),
            ("seed", Setting::Integer(7)),
        ];
        assert_eq!(NETEM.qdisc.read(&options(&asked)), settings(&asked));
    }

    #[test]
    fn all_is_said_each_time() {
        let bytes = options(&[("delay", Setting::Text("20ms".to_owned())), ("loss", Setting::Integer(1))]);
        assert_eq!(bytes[..STRUCT], words32(&[312_500, 1000, u32::MAX, 0, 0, 0]));
        let attributes: Vec<u16> = attr::Attributes::new(&bytes[STRUCT..]).map(|(kind, _)| kind).collect();
        assert_eq!(attributes, [CORRELATION, REORDER, CORRUPT, RATE, LATENCY64, JITTER64, SLOTS]);
        assert_eq!(NETEM.qdisc.read(&bytes[..20]), Settings::new());
    }

    #[test]
    fn what_is_not_said_of_a_model_follows() {
        let table = |key, value| Setting::Table(settings(&[(key, Setting::Number(value))]));
        let read =
            |list: &[(&'static str, Setting)], name: &str| find(&NETEM.qdisc.read(&options(list)), name).cloned();
        let state = settings(
            &[("p13", 0.1), ("p31", 0.9), ("p32", 0.0), ("p23", 1.0), ("p14", 0.0)]
                .map(|(k, v)| (k, Setting::Number(v))),
        );
        assert_eq!(read(&[("loss_state", table("p13", 0.1))], "loss_state"), Some(Setting::Table(state)));
        let model =
            settings(&[("p", 0.1), ("r", 0.9), ("1-h", 1.0), ("1-k", 0.0)].map(|(k, v)| (k, Setting::Number(v))));
        assert_eq!(read(&[("loss_gemodel", table("p", 0.1))], "loss_gemodel"), Some(Setting::Table(model)));
    }

    #[test]
    fn what_makes_no_sense_alone_is_refused() {
        let share = Setting::Number(0.1);
        let text = |text: &str| Setting::Text(text.to_owned());
        let cases = [
            (vec![("jitter", share.clone())], "option \"jitter\" needs a delay (EINVAL)"),
            (vec![("reorder", share.clone())], "option \"reorder\" needs a delay (EINVAL)"),
            (vec![("gap", Setting::Integer(5))], "option \"gap\" needs \"reorder\" (EINVAL)"),
            (vec![("ecn", Setting::Switch(true))], "option \"ecn\" needs \"loss\" (EINVAL)"),
            (
                vec![("delay", share.clone()), ("distribution", text("normal"))],
                "option \"distribution\" needs \"jitter\" (EINVAL)",
            ),
        ];
        for (list, told) in cases {
            assert_eq!(NETEM.qdisc.encode(&settings(&list)).expect_err("refused").to_string(), told);
        }
        let odd = [("delay", share.clone()), ("jitter", share), ("distribution", text("../odd"))];
        assert!(NETEM.qdisc.encode(&settings(&odd)).is_err());
    }
}
