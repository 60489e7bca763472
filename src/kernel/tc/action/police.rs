//! `police`: lets packets pass at a rate, and says what becomes of the others (tc-police(8), Linux `pkt_cls.h`,
//! `TCA_POLICE_*`).

use super::{Action, CONTROL, held};
use crate::error::Result;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::form;
use crate::kernel::tc::given::{Given, Seen, word32};
use crate::kernel::tc::rate::{ETHERNET, Spec, exact_bytes_of, time_of};
use crate::kernel::words::Form::{Rate32, Rate64, Size32, U16, U32, U64};
use crate::kernel::words::{NOWHERE, Word, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 1;
const TABLE: u16 = 2;
const PEAK_TABLE: u16 = 3;
const AVERAGE: u16 = 4;
const RESULT: u16 = 5;
const RATE64: u16 = 8;
const PEAK_RATE64: u16 = 9;
const PACKET_RATE: u16 = 10;
const PACKET_BURST: u16 = 11;

/// Where a `struct tc_police` has how many hold it.
const HELD: usize = 44;

const WORDS: &[Word] = &[
    option("control", NOWHERE, CONTROL),
    option("conform", RESULT, CONTROL),
    option("index", NOWHERE, U32),
    option("rate", NOWHERE, Rate64),
    option("burst", NOWHERE, Size32),
    option("mtu", NOWHERE, Size32),
    option("peakrate", NOWHERE, Rate64),
    option("avrate", AVERAGE, Rate32),
    option("overhead", NOWHERE, U16),
    option("mpu", NOWHERE, U16),
    option("linklayer", NOWHERE, form::LINKLAYER),
    option("pkts_rate", PACKET_RATE, U64),
    option("pkts_burst", NOWHERE, U64),
];

/// What is too much is looked at by the next filter, unless told (iproute2 `act_parse_police`).
pub(super) static POLICE: Action = Action {
    complete: |settings| super::default(settings, "control", "reclassify"),
    own: Some(Layout { encode, decode }),
    times: 6,
    ..Action::new("police", WORDS)
};

/// A `struct tc_police` and what it is too small for.
fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let rate = given.or("rate", 0)?;
    let mtu = given.or32("mtu", 0)?;
    let peak = given.number("peakrate")?.filter(|peak| *peak > 0);
    if rate > 0 {
        given.needs("burst")?;
    }
    let burst = given.or32("burst", 0)?;
    let spec = |rate| Spec::given(given, rate, u64::from(mtu));
    let main = (rate > 0).then(|| spec(rate)).transpose()?;
    let top = peak.map(spec).transpose()?;
    let mut parameters = given.or32("index", 0)?.to_ne_bytes().to_vec();
    parameters.extend(given.bytes("control")?.unwrap_or(vec![0; 4]));
    parameters.extend(0u32.to_ne_bytes());
    parameters.extend(if rate > 0 { time_of(u64::from(burst), rate) } else { 0 }.to_ne_bytes());
    parameters.extend(mtu.to_ne_bytes());
    for spec in [&main, &top] {
        parameters.extend(spec.as_ref().map_or_else(|| vec![0; 12], Spec::bytes));
    }
    parameters.extend([0; 12]);
    attr::put(bytes, PARAMETERS, &parameters);
    if given.has("pkts_rate") || given.has("pkts_burst") {
        // The kernel has it, as that of bytes, as the time that so many take.
        let time = time_of(given.needs("pkts_burst")?, given.needs("pkts_rate")?);
        attr::put(bytes, PACKET_BURST, &u64::from(time).to_ne_bytes());
    }
    for (spec, table, wide) in [(&main, TABLE, RATE64), (&top, PEAK_TABLE, PEAK_RATE64)] {
        if let Some(spec) = spec {
            spec.wide().into_iter().for_each(|rate| attr::put(bytes, wide, &rate));
            attr::put(bytes, table, &spec.table());
        }
    }
    Ok(())
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let parameters = attr::find(bytes, PARAMETERS)?;
    let wide = |kind| attr::find(bytes, kind).and_then(attr::number);
    seen.number("index", word32(parameters, 0)?);
    seen.bytes("control", parameters.get(4..8)?);
    seen.all(held(parameters, HELD));
    let main = Spec::read(parameters.get(20..32)?, wide(RATE64))?;
    let top = Spec::read(parameters.get(32..44)?, wide(PEAK_RATE64))?;
    if main.rate > 0 {
        seen.wide("rate", main.rate);
        let burst = exact_bytes_of(word32(parameters, 3)?, main.rate);
        seen.number("burst", u32::try_from(burst).unwrap_or(u32::MAX));
    }
    seen.some("mtu", word32(parameters, 4)?);
    if top.rate > 0 {
        seen.wide("peakrate", top.rate);
    }
    if let Some((rate, time)) = wide(PACKET_RATE).zip(wide(PACKET_BURST)).filter(|(rate, _)| *rate > 0) {
        seen.wide("pkts_burst", exact_bytes_of(u32::try_from(time).unwrap_or(u32::MAX), rate));
    }
    for (word, number) in [("overhead", main.overhead), ("mpu", main.mpu)] {
        if number > 0 {
            seen.bytes(word, &number.to_ne_bytes());
        }
    }
    if main.rate > 0 && main.linklayer > ETHERNET {
        seen.bytes("linklayer", &[main.linklayer]);
    }
    Some(())
}
