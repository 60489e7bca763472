//! `hfsc`: classes with service curves, for real time, for sharing the link, and as an upper limit (tc-hfsc(8)).

use super::{Kind, Layout, Options};
use crate::error::{Error, Result};
use crate::kernel::tc::form::{MICROSECONDS, MINOR16};
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::words::Form::{Nested, Rate32, Size32};
use crate::kernel::words::{Setting, Settings, Word, option};
use crate::netlink::attr;

const OWN: u16 = 0;
const WORDS: &[Word] = &[option("default", OWN, MINOR16)];
pub(super) const CLASS: &[Word] = &[
    option("sc", OWN, Nested(CURVE)),
    option("rt", OWN, Nested(CURVE)),
    option("ls", OWN, Nested(CURVE)),
    option("ul", OWN, Nested(CURVE)),
];
/// A curve: by its two slopes, or by what has to be done until when, and the rate from then on.
const CURVE: &[Word] = &[
    option("m1", OWN, Rate32),
    option("d", OWN, MICROSECONDS),
    option("m2", OWN, Rate32),
    option("umax", OWN, Size32),
    option("dmax", OWN, MICROSECONDS),
    option("rate", OWN, Rate32),
];

pub(super) static HFSC: Kind = Kind {
    class: Some(Options { words: CLASS, layout: Layout::Own { encode: encode_class, decode: decode_class } }),
    ..Kind::new("hfsc", Options { words: WORDS, layout: Layout::Own { encode, decode } })
};

const REAL_TIME: u16 = 1;
const FAIR: u16 = 2;
const UPPER: u16 = 3;

/// A `struct tc_hfsc_qopt`.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    Ok(given.bytes("default")?.unwrap_or_else(|| vec![0; 2]))
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let default = bytes.get(..2)?;
    if default != [0, 0] {
        seen.bytes("default", default);
    }
    Some(())
}

/// A `struct tc_service_curve` for each.
fn encode_class(given: &Given<'_>) -> Result<Vec<u8>> {
    let both = curve(given, "sc")?;
    let (real, fair) = (curve(given, "rt")?, curve(given, "ls")?);
    if let (Some(_), Some((other, _))) = (&both, real.as_ref().map(|c| ("rt", c)).or(fair.as_ref().map(|c| ("ls", c))))
    {
        return Err(Error::clash("sc", other));
    }
    let (real, fair) = (real.or(both.clone()), fair.or(both));
    let upper = curve(given, "ul")?;
    if upper.is_some() && fair.is_none() {
        return Err(Error::needs("ul", "ls"));
    }
    if real.is_none() && fair.is_none() {
        return Err(Error::missing("sc"));
    }
    let mut bytes = Vec::new();
    for (kind, curve) in [(REAL_TIME, real), (FAIR, fair), (UPPER, upper)] {
        curve.into_iter().for_each(|curve| attr::put(&mut bytes, kind, &curve));
    }
    Ok(bytes)
}

/// m1, d, m2. A rate alone is a curve of one slope.
fn curve(given: &Given<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    let settings: Settings;
    let curve = match given.setting(name) {
        None => return Ok(None),
        Some(Setting::Table(_)) => given.table(name)?,
        Some(rate) => {
            settings = vec![("m2".into(), rate.clone())];
            Some(Given::new(CURVE, &settings))
        }
    };
    let Some(curve) = curve else { return Ok(None) };
    let number = |name| curve.or32(name, 0);
    let slopes = match (number("m2")?, number("rate")?) {
        (0, 0) if number("m1")? == 0 => return Err(given.wrong(name, "a curve with m2, or with rate")),
        (m2, 0) => [number("m1")?, number("d")?, m2],
        (_, rate) => by_amount(number("umax")?, number("dmax")?, rate),
    };
    Ok(Some(words32(&slopes)))
}

/// The slopes by which so many bytes are sent within so many microseconds, and `rate` from then on: a steeper one first, or
/// nothing at first.
fn by_amount(amount: u32, within: u32, rate: u32) -> [u32; 3] {
    let time = 1e6 * f64::from(amount);
    let first = if within == 0 { 0.0 } else { (time / f64::from(within)).ceil() };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    if first > f64::from(rate) {
        [first as u32, within, rate]
    } else {
        [0, (f64::from(within) - (time / f64::from(rate)).floor()).ceil() as u32, rate]
    }
}

fn decode_class(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let read = |kind| {
        let bytes = attr::find(bytes, kind)?;
        let mut curve = Seen::new(CURVE);
        for (place, name) in ["m1", "d", "m2"].into_iter().enumerate() {
            curve.number(name, word32(bytes, place)?);
        }
        Some(Setting::Table(curve.settings()))
    };
    match (read(REAL_TIME), read(FAIR)) {
        (Some(real), Some(fair)) if real == fair => seen.setting("sc", real),
        (real, fair) => {
            real.into_iter().for_each(|curve| seen.setting("rt", curve));
            fair.into_iter().for_each(|curve| seen.setting("ls", curve));
        }
    }
    read(UPPER).into_iter().for_each(|curve| seen.setting("ul", curve));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_by_a_time_is_two_slopes() {
        // 1,500 bytes within 10 ms: 150,000 a second at first.
        assert_eq!(by_amount(1500, 10_000, 100_000), [150_000, 10_000, 100_000]);
        assert_eq!(by_amount(1500, 30_000, 100_000), [0, 15_000, 100_000]);
    }

    #[test]
    fn curves_come_back() {
        let options = HFSC.class.as_ref().expect("classes");
        let curve = |list: &[(&'static str, Setting)]| {
            Setting::Table(list.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
        };
        let whole = curve(&[("m1", Setting::Integer(0)), ("d", Setting::Number(0.0)), ("m2", Setting::Integer(8000))]);
        let asked: Settings = vec![("sc".into(), Setting::Integer(8000)), ("ul".into(), whole.clone())];
        let bytes = options.encode(&asked).expect("options").expect("some");
        assert_eq!(options.read(&bytes), [("sc".into(), whole.clone()), ("ul".into(), whole.clone())]);
        for wrong in
            [vec![("ul".into(), whole.clone())], vec![], vec![("sc".into(), whole.clone()), ("rt".into(), whole)]]
        {
            assert!(options.encode(&wrong).is_err());
        }
    }
}
