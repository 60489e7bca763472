//! `htb`, a tree of token buckets: each class has a rate for sure, and borrows up to a ceiling (tc-htb(8)).

use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form;
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::tc::rate::{ETHERNET, Spec, bytes_of, hertz, time_of};
use crate::kernel::words::Form::{Flag, Rate64, Size32, U16, U32};
use crate::kernel::words::{Word, fact, option};
use crate::netlink::attr;

const OWN: u16 = 0;
const WORDS: &[Word] = &[
    option("default", OWN, form::MINOR),
    option("r2q", OWN, U32),
    option("direct_qlen", OWN, U32),
    option("offload", OWN, Flag),
    fact("direct_packets_stat", OWN, U32),
];
pub(super) const CLASS: &[Word] = &[
    option("rate", OWN, Rate64),
    option("ceil", OWN, Rate64),
    option("burst", OWN, Size32),
    option("cburst", OWN, Size32),
    option("prio", OWN, U32),
    option("quantum", OWN, Size32),
    option("mtu", OWN, Size32),
    option("mpu", OWN, U16),
    option("overhead", OWN, U16),
    option("linklayer", OWN, form::LINKLAYER),
    fact("level", OWN, U32),
];

pub(super) static HTB: Kind = Kind {
    class: Some(Options { words: CLASS, layout: Layout::Own { encode: encode_class, decode: decode_class } }),
    ..Kind::new("htb", Options { words: WORDS, layout: Layout::Own { encode, decode } })
};

const PARAMETERS: u16 = 1;
const INIT: u16 = 2;
const CEIL_TABLE: u16 = 3;
const TABLE: u16 = 4;
const DIRECT_QLEN: u16 = 5;
const RATE64: u16 = 6;
const CEIL64: u16 = 7;
const OFFLOAD: u16 = 9;
/// `TC_HTB_PROTOVER`.
const VERSION: u32 = 3;

/// A `struct tc_htb_glob`, and attributes.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (r2q, default) = (given.or32("r2q", 10)?, given.or32("default", 0)?);
    attr::put(&mut bytes, INIT, &words32(&[VERSION, r2q, default, 0, 0]));
    if let Some(length) = given.bytes("direct_qlen")? {
        attr::put(&mut bytes, DIRECT_QLEN, &length);
    }
    if let Some(flag) = given.bytes("offload")? {
        attr::put(&mut bytes, OFFLOAD, &flag);
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let init = attr::find(bytes, INIT)?;
    seen.number("default", word32(init, 2)?);
    seen.number("r2q", word32(init, 1)?);
    if let Some(length) = attr::find(bytes, DIRECT_QLEN) {
        seen.bytes("direct_qlen", length);
    }
    if attr::find(bytes, OFFLOAD).is_some() {
        seen.bytes("offload", &[]);
    }
    seen.number("direct_packets_stat", word32(init, 4)?);
    Some(())
}

/// A `struct tc_htb_opt`, and attributes.
fn encode_class(given: &Given<'_>) -> Result<Vec<u8>> {
    let rate = given.needs("rate")?;
    let ceil = given.number("ceil")?.filter(|ceil| *ceil > 0).unwrap_or(rate);
    let mtu = given.or("mtu", 1600)?;
    let spec = |rate| Spec::given(given, rate, mtu);
    let (main, top) = (spec(rate)?, spec(ceil)?);
    // What is not said is what the rate comes to until the next tick of the clock, and a packet.
    let burst = |name, rate: u64| -> Result<u64> {
        Ok(given.number(name)?.filter(|burst| *burst > 0).unwrap_or(rate / hertz() + mtu))
    };
    let (burst, ceil_burst) = (burst("burst", rate)?, burst("cburst", ceil)?);
    let mut parameters = [main.bytes(), top.bytes()].concat();
    let (buffer, ceil_buffer) = (time_of(burst, rate), time_of(ceil_burst, ceil));
    parameters.extend(words32(&[buffer, ceil_buffer, given.or32("quantum", 0)?, 0, given.or32("prio", 0)?]));
    let mut bytes = Vec::new();
    main.wide().into_iter().for_each(|rate| attr::put(&mut bytes, RATE64, &rate));
    top.wide().into_iter().for_each(|rate| attr::put(&mut bytes, CEIL64, &rate));
    attr::put(&mut bytes, PARAMETERS, &parameters);
    attr::put(&mut bytes, TABLE, &main.table());
    attr::put(&mut bytes, CEIL_TABLE, &top.table());
    Ok(bytes)
}

fn decode_class(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let wide = |kind| attr::find(bytes, kind).and_then(attr::number);
    let parameters = attr::find(bytes, PARAMETERS)?;
    let main = Spec::read(parameters.get(..12)?, wide(RATE64))?;
    let top = Spec::read(parameters.get(12..24)?, wide(CEIL64))?;
    let word = |place| word32(parameters, place);
    let size = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    seen.wide("rate", main.rate);
    seen.wide("ceil", top.rate);
    seen.number("burst", size(bytes_of(word(6)?, main.rate)));
    seen.number("cburst", size(bytes_of(word(7)?, top.rate)));
    // Only what has no class below it has a turn of its own.
    let level = word(9)?;
    if level == 0 {
        seen.number("prio", word(10)?);
        seen.some("quantum", word(8)?);
    }
    if main.mpu > 0 {
        seen.bytes("mpu", &main.mpu.to_ne_bytes());
    }
    if main.overhead > 0 {
        seen.bytes("overhead", &main.overhead.to_ne_bytes());
    }
    if main.linklayer > ETHERNET {
        seen.bytes("linklayer", &[main.linklayer]);
    }
    seen.number("level", level);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::{Setting, Settings, find};

    #[test]
    fn classes_come_back() {
        let options = HTB.class.as_ref().expect("classes");
        let asked: Settings = vec![("rate".into(), Setting::Text("1mbit".to_owned()))];
        let read = options.read(&options.encode(&asked).expect("options").expect("some"));
        let number = |name| find(&read, name).cloned();
        assert_eq!(
            (number("rate"), number("ceil")),
            (Some(Setting::Integer(1_000_000)), Some(Setting::Integer(1_000_000)))
        );
        assert_eq!((number("burst"), number("prio")), (Some(Setting::Integer(1600)), Some(Setting::Integer(0))));
        assert!(options.encode(&Settings::new()).is_err());
    }

    #[test]
    fn a_default_is_hexadecimal() {
        let asked: Settings = vec![("default".into(), Setting::Text("1:1f".to_owned()))];
        let read = HTB.qdisc.read(&HTB.qdisc.encode(&asked).expect("options").expect("some"));
        assert_eq!(find(&read, "default"), Some(&Setting::Text("1f".to_owned())));
    }
}
