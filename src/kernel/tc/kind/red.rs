//! `red`, which drops at random before a queue is full, `choke`, which drops rather the flows that fill it, and `gred`, which
//! has several such queues (tc-red(8), tc-choke(8)).
//!
//! What they are told (an average packet, a burst) is not what the kernel keeps (logarithms and a table): `ewma` and
//! `Scell_log` are read, and may be written instead.

mod gred;

use super::{Kind, Layout, Options};
use crate::error::{Error, Result};
use crate::kernel::tc::form::PROBABILITY;
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::tc::rate::time_of;
use crate::kernel::words::Form::{Rate64, Size32, Switch8, U8, U32};
use crate::kernel::words::{Word, joined, option};
use crate::netlink::attr;

pub(super) use gred::GRED;

const OWN: u16 = 0;
/// What `red` and a virtual queue of `gred` have alike.
const QUEUE: &[Word] = &[
    option("limit", OWN, Size32),
    option("min", OWN, Size32),
    option("max", OWN, Size32),
    option("avpkt", OWN, Size32),
    option("burst", OWN, U32),
    option("probability", OWN, PROBABILITY),
    option("bandwidth", OWN, Rate64),
    option("ecn", OWN, Switch8),
    option("harddrop", OWN, Switch8),
    option("ewma", OWN, U8),
    option("Scell_log", OWN, U8),
];
const RED_WORDS: &[Word] = joined![
    QUEUE,
    &[
        option("adaptive", OWN, Switch8),
        option("nodrop", OWN, Switch8),
        option("qevent_early_drop", OWN, U32),
        option("qevent_mark", OWN, U32),
    ],
];
const CHOKE_WORDS: &[Word] = &[
    option("limit", OWN, U32),
    option("min", OWN, U32),
    option("max", OWN, U32),
    option("avpkt", OWN, Size32),
    option("burst", OWN, U32),
    option("probability", OWN, PROBABILITY),
    option("bandwidth", OWN, Rate64),
    option("ecn", OWN, Switch8),
    option("ewma", OWN, U8),
    option("Scell_log", OWN, U8),
];

pub(super) static RED: Kind =
    Kind::new("red", Options { words: RED_WORDS, layout: Layout::Own { encode: encode_red, decode: decode_red } });
pub(super) static CHOKE: Kind = Kind::new(
    "choke",
    Options { words: CHOKE_WORDS, layout: Layout::Own { encode: encode_choke, decode: decode_choke } },
);

/// The switches and their bits (`TC_RED_…`).
pub(super) const FLAGS: [(&str, u8); 4] = [("ecn", 1), ("harddrop", 2), ("adaptive", 4), ("nodrop", 8)];
const PARAMETERS: u16 = 1;
const TABLE: u16 = 2;
const PROBABILITY_IS: u16 = 3;
const FLAGS_ARE: u16 = 4;
const EARLY_DROP: u16 = 5;
const MARK: u16 = 6;
/// What `bandwidth` is unless told: 10 Mbit/s, in bytes.
const BANDWIDTH: u64 = 1_250_000;

/// What the kernel keeps.
pub(super) struct Red {
    min: u32,
    max: u32,
    /// The average forgets by two to the power of this a packet.
    ewma: u8,
    /// The chance, a packet's length and the width of what is between.
    plog: u8,
    cell_log: u8,
    /// By how much the average shrinks while nothing is sent.
    table: Vec<u8>,
    /// The greatest chance, of 2³².
    pub(super) probability: u32,
}

impl Red {
    /// As `tc` reckons it: `unit` is 1 where the thresholds are bytes, the average packet's length where they are packets;
    /// `packet` is that length unless it is given, and 0 where it has to be.
    pub(super) fn of(given: &Given<'_>, limit: u32, unit: u32, packet: u32) -> Result<Self> {
        let (given_min, given_max) = (given.or32("min", 0)?, given.or32("max", 0)?);
        let max = match (given_max, given_min) {
            // `red` alone goes by the least, where that is given.
            (0, min) if packet == 0 && min > 0 => min.saturating_mul(3),
            (0, _) => limit / 4,
            (max, _) => max,
        };
        let min = if given_min == 0 { max / 3 } else { given_min };
        if min >= max {
            return Err(given.wrong("max", "more than \"min\""));
        }
        let kept = given.number("ewma")?;
        let packet = match given.or32("avpkt", packet)? {
            0 if kept.is_some() => 1000,
            0 => return Err(Error::missing("avpkt")),
            packet => packet,
        };
        let probability = given.or32("probability", DEFAULT_PROBABILITY)?;
        let (low, high) = (min.saturating_mul(unit), max.saturating_mul(unit));
        let per_packet = if unit == 1 { packet } else { 1 };
        let usual = (2 * u64::from(min) + u64::from(max)) / (3 * u64::from(per_packet));
        let burst = given.number("burst")?.filter(|burst| *burst > 0).unwrap_or(usual);
        let ewma = match kept {
            Some(ewma) => u8::try_from(ewma).ok(),
            None => ewma_of(low, burst, packet),
        };
        let ewma = ewma
            .filter(|log| (1..32).contains(log))
            .ok_or_else(|| given.wrong("burst", format!("{} or more", 1 + low / packet)))?;
        let plog = plog_of(high - low, probability).ok_or_else(|| given.wrong("probability", "greater"))?;
        let rate = if given.has("bandwidth") { given.or("bandwidth", BANDWIDTH)? } else { BANDWIDTH };
        let log = given.number("Scell_log")?.and_then(|log| u8::try_from(log).ok());
        let (cell_log, table) =
            damping(ewma, packet, rate, log).ok_or_else(|| given.wrong("bandwidth", "a greater rate"))?;
        Ok(Self { min, max, ewma, plog, cell_log, table, probability })
    }

    /// limit, qth_min, qth_max, Wlog, Plog, Scell_log, flags
    pub(super) fn bytes(&self, limit: u32, flags: u8) -> Vec<u8> {
        let mut bytes = words32(&[limit, self.min, self.max]);
        bytes.extend([self.ewma, self.plog, self.cell_log, flags]);
        bytes
    }
}

/// A chance of 0.02, of 2³².
const DEFAULT_PROBABILITY: u32 = 85_899_345;

/// The logarithm of a weight such that this burst passes while the average is below `min` bytes (Floyd's note on RED:
/// burst + 1 - min/packet < (1 - (1-W)^burst) / W).
fn ewma_of(min: u32, burst: u64, packet: u32) -> Option<u8> {
    #[allow(clippy::cast_precision_loss)]
    let bound = burst as f64 + 1.0 - f64::from(min) / f64::from(packet);
    #[allow(clippy::cast_precision_loss)]
    let reached = |log: u8| {
        let weight = 0.5f64.powi(i32::from(log));
        (1.0 - (1.0 - weight).powf(burst as f64)) / weight
    };
    (1..32).find(|log| bound >= 1.0 && bound <= reached(*log))
}

/// How often the chance of one byte in the width between the thresholds is doubled to be more than 1.
fn plog_of(width: u32, probability: u32) -> Option<u8> {
    let chance = f64::from(probability) / 4_294_967_296.0 / f64::from(width);
    (0..32).find(|log| chance * 2f64.powi(i32::from(*log)) > 1.0)
}

/// The table of how much the average shrinks in so many cells of time, and the logarithm of a cell; of a cell that is given.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn damping(ewma: u8, packet: u32, rate: u64, log: Option<u8>) -> Option<(u8, Vec<u8>)> {
    let time = f64::from(time_of(u64::from(packet), rate));
    let weight = -(1.0 - 1.0 / 2f64.powi(i32::from(ewma))).ln() / time;
    let fits = |log: u8| 31.0 / weight / 2f64.powi(i32::from(log)) < 512.0;
    let log = match log {
        Some(log) => log.min(31),
        None => (0..32).find(|log| fits(*log))?,
    };
    let shrinks = |cell: u8| (f64::from(cell) * 2f64.powi(i32::from(log)) * weight).min(31.0) as u8;
    let cells = (0..=u8::MAX).map(|cell| if cell == u8::MAX { 31 } else { shrinks(cell) });
    Some((log, cells.collect()))
}

/// The bits of the switches that are on.
pub(super) fn flags(given: &Given<'_>, flags: &[(&str, u8)]) -> Result<u8> {
    flags.iter().try_fold(0, |on, (name, bit)| Ok(if given.is_on(name)? { on | bit } else { on }))
}

/// Adds the switches that are on.
pub(super) fn seen_flags(seen: &mut Seen, on: u8, flags: &[(&'static str, u8)]) {
    for (name, bit) in flags {
        if on & bit != 0 {
            seen.bytes(name, &[1]);
        }
    }
}

fn encode_red(given: &Given<'_>) -> Result<Vec<u8>> {
    let limit = u32::try_from(given.needs("limit")?).unwrap_or(u32::MAX);
    let red = Red::of(given, limit, 1, 0)?;
    let on = flags(given, &FLAGS)?;
    let mut bytes = Vec::new();
    attr::put(&mut bytes, PARAMETERS, &red.bytes(limit, 0));
    attr::put(&mut bytes, TABLE, &red.table);
    attr::put_u32(&mut bytes, PROBABILITY_IS, red.probability);
    // A `struct nla_bitfield32`: which are on, of which it speaks.
    attr::put(&mut bytes, FLAGS_ARE, &words32(&[u32::from(on), 0xf]));
    for (name, kind) in [("qevent_early_drop", EARLY_DROP), ("qevent_mark", MARK)] {
        if let Some(block) = given.bytes(name)? {
            attr::put(&mut bytes, kind, &block);
        }
    }
    Ok(bytes)
}

fn decode_red(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let find = |kind| attr::find(bytes, kind);
    let parameters = find(PARAMETERS)?;
    let on = find(FLAGS_ARE).and_then(|flags| word32(flags, 0));
    let on = on.and_then(|on| u8::try_from(on).ok()).unwrap_or(*parameters.get(15)?);
    seen_parameters(parameters, find(PROBABILITY_IS), seen)?;
    seen_flags(seen, on, &FLAGS);
    for (name, kind) in [("qevent_early_drop", EARLY_DROP), ("qevent_mark", MARK)] {
        if let Some(block) = find(kind).and_then(attr::u32_of) {
            seen.some(name, block);
        }
    }
    Some(())
}

/// Those of `struct tc_red_qopt`, but for the switches.
fn seen_parameters(parameters: &[u8], probability: Option<&[u8]>, seen: &mut Seen) -> Option<()> {
    seen.number("limit", word32(parameters, 0)?);
    seen.number("min", word32(parameters, 1)?);
    seen.number("max", word32(parameters, 2)?);
    seen.bytes("ewma", parameters.get(12..13)?);
    if let Some(probability) = probability {
        seen.bytes("probability", probability);
    }
    seen.bytes("Scell_log", parameters.get(14..15)?);
    Some(())
}

fn encode_choke(given: &Given<'_>) -> Result<Vec<u8>> {
    let limit = u32::try_from(given.needs("limit")?).unwrap_or(u32::MAX);
    let red = Red::of(given, limit, given.or32("avpkt", 1000)?, 1000)?;
    let mut bytes = Vec::new();
    attr::put(&mut bytes, PARAMETERS, &red.bytes(limit, flags(given, &FLAGS[..1])?));
    attr::put(&mut bytes, TABLE, &red.table);
    attr::put_u32(&mut bytes, PROBABILITY_IS, red.probability);
    Ok(bytes)
}

fn decode_choke(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let parameters = attr::find(bytes, PARAMETERS)?;
    seen_parameters(parameters, attr::find(bytes, PROBABILITY_IS), seen)?;
    seen_flags(seen, *parameters.get(15)?, &FLAGS[..1]);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::{Setting, Settings, find, without};

    #[test]
    fn what_is_kept_is_reckoned_from_a_burst() {
        // tc-red(8)'s example: limit 400000 min 30000 max 90000 avpkt 1000 burst 55 bandwidth 10Mbit.
        assert_eq!((ewma_of(30_000, 55, 1000), plog_of(60_000, DEFAULT_PROBABILITY)), (Some(5), Some(22)));
        assert_eq!(ewma_of(30_000, 5, 1000), None);
        let (log, table) = damping(6, 1000, BANDWIDTH, None).expect("a table");
        assert_eq!((log, table.len(), table[0], table[255]), (16, 256, 0, 31));
        assert!(table.is_sorted());
    }

    #[test]
    fn what_is_read_can_be_written() {
        let number = |number| Setting::Integer(number);
        let asked: Settings = [("limit", 400_000), ("min", 30_000), ("max", 90_000), ("avpkt", 1000), ("burst", 55)]
            .map(|(key, value)| (key.into(), number(value)))
            .into();
        let bytes = RED.qdisc.encode(&asked).expect("options").expect("some");
        let read = RED.qdisc.read(&bytes);
        assert_eq!(find(&read, "probability"), Some(&Setting::Number(0.02)));
        let again = RED.qdisc.encode(&read).expect("options").expect("some");
        assert_eq!(RED.qdisc.read(&again), read);
        assert!(RED.qdisc.encode(&without(&asked, &["avpkt"])).is_err());
    }
}
