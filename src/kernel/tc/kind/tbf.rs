//! `tbf`, a token bucket: sends at a rate, and drops what would have to wait too long (tc-tbf(8)).

use super::{Kind, Layout, Options};
use crate::error::{Error, Result};
use crate::kernel::tc::form;
use crate::kernel::tc::given::{Given, Seen, word32};
use crate::kernel::tc::rate::{ETHERNET, Spec, exact_bytes_of, time_of};
use crate::kernel::units::whole;
use crate::kernel::words::Form::{Rate64, Size32, U16};
use crate::kernel::words::{Word, option};
use crate::netlink::attr;

/// Where each is in the struct or the attributes is told by [`encode`]; none has an attribute of its own.
const OWN: u16 = 0;
const WORDS: &[Word] = &[
    option("rate", OWN, Rate64),
    option("burst", OWN, Size32),
    option("limit", OWN, Size32),
    option("latency", OWN, form::MICROSECONDS),
    option("peakrate", OWN, Rate64),
    option("mtu", OWN, Size32),
    option("mpu", OWN, U16),
    option("overhead", OWN, U16),
    option("linklayer", OWN, form::LINKLAYER),
];

pub(in crate::kernel::tc) static TBF: Kind =
    Kind::new("tbf", Options { words: WORDS, layout: Layout::Own { encode, decode } });

const PARAMETERS: u16 = 1;
const TABLE: u16 = 2;
const PEAK_TABLE: u16 = 3;
const RATE64: u16 = 4;
const PEAK_RATE64: u16 = 5;
const BURST: u16 = 6;
const PEAK_BURST: u16 = 7;

/// A `tc_tbf_qopt` and what it is too small for, as attributes.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let (rate, burst) = (given.needs("rate")?, given.or32("burst", 0)?);
    let mtu = given.or32("mtu", 0)?;
    let peak = given.number("peakrate")?;
    given.needs("burst")?;
    if peak.is_some() {
        given.needs("mtu")?;
    }
    let spec = |rate| Spec::given(given, rate, u64::from(mtu));
    let (main, top) = (spec(rate)?, peak.map(spec).transpose()?);
    let waits = |latency: u64, rate: u64, burst: u32| rate as f64 * latency as f64 / 1e6 + f64::from(burst);
    let limit = match (given.number("limit")?, given.number("latency")?) {
        (Some(_), Some(_)) => {
            return Err(Error::clash("limit", "latency"));
        }
        (Some(limit), None) => limit,
        (None, Some(latency)) => {
            let limit = waits(latency, rate, burst);
            whole(peak.map_or(limit, |peak| limit.min(waits(latency, peak, mtu)))).unwrap_or(u64::MAX)
        }
        (None, None) => return Err(Error::missing("limit")),
    };
    let mut parameters = main.bytes();
    parameters.extend(top.map_or_else(|| vec![0; 12], |top| top.bytes()));
    parameters.extend(u32::try_from(limit).unwrap_or(u32::MAX).to_ne_bytes());
    parameters.extend(time_of(u64::from(burst), rate).to_ne_bytes());
    parameters.extend(peak.map_or(0, |peak| time_of(u64::from(mtu), peak)).to_ne_bytes());
    let mut bytes = Vec::new();
    attr::put(&mut bytes, PARAMETERS, &parameters);
    attr::put_u32(&mut bytes, BURST, burst);
    main.wide().into_iter().for_each(|rate| attr::put(&mut bytes, RATE64, &rate));
    attr::put(&mut bytes, TABLE, &main.table());
    if let Some(top) = top {
        top.wide().into_iter().for_each(|rate| attr::put(&mut bytes, PEAK_RATE64, &rate));
        attr::put_u32(&mut bytes, PEAK_BURST, mtu);
        attr::put(&mut bytes, PEAK_TABLE, &top.table());
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let wide = |kind| attr::find(bytes, kind).and_then(attr::number);
    let parameters = attr::find(bytes, PARAMETERS)?;
    let main = Spec::read(parameters.get(..12)?, wide(RATE64))?;
    let top = Spec::read(parameters.get(12..24)?, wide(PEAK_RATE64))?;
    let (limit, buffer, mtu) = (word32(parameters, 6)?, word32(parameters, 7)?, word32(parameters, 8)?);
    let size = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    seen.wide("rate", main.rate);
    seen.number("burst", size(main.length(exact_bytes_of(buffer, main.rate))));
    seen.number("limit", limit);
    if top.rate > 0 {
        seen.wide("peakrate", top.rate);
        seen.number("mtu", size(top.length(exact_bytes_of(mtu, top.rate))));
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
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::{Setting, Settings};

    fn settings(list: &[(&'static str, Setting)]) -> Settings {
        list.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
    }

    #[test]
    fn what_is_asked_for_is_kept() {
        for rate in [64_000, 100_000_000_000] {
            let asked = settings(&[
                ("rate", Setting::Integer(rate)),
                ("burst", Setting::Integer(4000)),
                ("limit", Setting::Integer(70_000)),
            ]);
            let bytes = TBF.qdisc.encode(&asked).expect("options").expect("some");
            let read = TBF.qdisc.read(&bytes);
            assert_eq!((&read[0], &read[2]), (&asked[0], &asked[2]));
        }
        assert_eq!(TBF.qdisc.read(&[36, 0, 1, 0, 9]), Settings::new());
    }

    #[test]
    fn a_latency_is_a_limit() {
        let asked = settings(&[
            ("rate", Setting::Text("8mbit".to_owned())),
            ("burst", Setting::Text("10kb".to_owned())),
            ("latency", Setting::Text("50ms".to_owned())),
        ]);
        let bytes = TBF.qdisc.encode(&asked).expect("options").expect("some");
        assert_eq!(TBF.qdisc.read(&bytes)[2], ("limit".into(), Setting::Integer(60_240)));
        let both = [asked, settings(&[("limit", Setting::Integer(1))])].concat();
        assert!(TBF.qdisc.encode(&both).is_err() && TBF.qdisc.encode(&both[..2].to_vec()).is_err());
    }
}
