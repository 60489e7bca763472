//! What packets count where the link below is not Ethernet: `stab` (tc-stab(8)), a table of sizes; and `estimator`, which has the
//! kernel measure a rate (tc(8)).

use super::form::LINKLAYER32;
use super::given::{Given, words32};
use crate::kernel::words::Form::{self, I32, U32};
use crate::kernel::words::{Own, Setting, Settings, Word, option};
use crate::netlink::attr;

/// The word for a table of sizes.
pub const STAB: Form = Form::Own(&Own {
    expected: "a table of mtu, tsize, mpu, overhead, linklayer",
    encode: |value| match value {
        Setting::Table(settings) => encode(settings),
        _ => None,
    },
    decode,
    width: None,
});

/// The options of a table, as fields of a `struct tc_sizespec`.
const WORDS: &[Word] = &[
    option("mtu", 0, U32),
    option("tsize", 0, U32),
    option("mpu", 0, U32),
    option("overhead", 0, I32),
    option("linklayer", 0, LINKLAYER32),
];
const BASE: u16 = 1;
const DATA: u16 = 2;
/// `TC_LINKLAYER_ATM`, and its cells: 53 bytes that carry 48.
const ATM: u64 = 2;

fn encode(settings: &Settings) -> Option<Vec<u8>> {
    if settings.iter().any(|(key, _)| !WORDS.iter().any(|word| word.name == *key)) {
        return None;
    }
    let given = Given::new(WORDS, settings);
    let number = |name, usual| given.or(name, usual).ok();
    let (linklayer, mpu) = (number("linklayer", 0)?, number("mpu", 0)?);
    let overhead = u32::try_from(number("overhead", 0)?).ok()?;
    let (mut cell_log, mut size_log) = (0u8, 0u8);
    let (mut mtu, mut length) = (0, 0);
    let mut table = Vec::new();
    // On Ethernet only the overhead counts: no table is needed.
    if linklayer > 1 || mpu > 0 {
        let or = |number: u64, usual| if number == 0 { usual } else { number };
        (mtu, length) = (or(number("mtu", 0)?, 2047), or(number("tsize", 0)?, 512));
        cell_log = (0..32).find(|log| mtu >> log < length)?;
        let size = |cell: u64| {
            let size = ((cell + 1) << cell_log).max(mpu);
            if linklayer == ATM { size.div_ceil(48) * 53 } else { size }
        };
        size_log = (0..32).find(|log| (0..length).all(|cell| size(cell) >> log <= u64::from(u16::MAX)))?;
        let halves = (0..length).map(|cell| u16::try_from(size(cell) >> size_log).unwrap_or(u16::MAX));
        table = halves.flat_map(u16::to_ne_bytes).collect();
    }
    let align = if table.is_empty() { 0i16 } else { -1 };
    let mut base = vec![cell_log, size_log];
    base.extend(align.to_ne_bytes());
    base.extend(words32(&[overhead]));
    for number in [linklayer, mpu, mtu, length] {
        base.extend(u32::try_from(number).ok()?.to_ne_bytes());
    }
    let mut bytes = Vec::new();
    attr::put(&mut bytes, BASE, &base);
    if !table.is_empty() {
        attr::put(&mut bytes, DATA, &table);
    }
    Some(bytes)
}

fn decode(bytes: &[u8]) -> Option<Setting> {
    let base = attr::find(bytes, BASE)?;
    let mut settings = Settings::new();
    for (name, at) in [("overhead", 4), ("linklayer", 8), ("mpu", 12), ("mtu", 16), ("tsize", 20)] {
        let field = base.get(at..at + 4)?;
        if field != [0; 4] {
            let shown = crate::kernel::words::shown(WORDS, name, field);
            settings.extend(shown.map(|shown| (name.into(), shown)));
        }
    }
    Some(Setting::Table(settings))
}

/// The word for an estimator.
pub const ESTIMATOR: Form = Form::Own(&Own {
    expected: "a table of interval (up to 8 s) and time_constant",
    encode: |value| match value {
        Setting::Table(settings) => estimator(settings),
        _ => None,
    },
    decode: |_| None,
    width: None,
});

/// A `struct tc_estimator`: how often, as two to the power of it in quarters of a second less 2, and how much of the last one
/// counts.
fn estimator(settings: &Settings) -> Option<Vec<u8>> {
    let time = |name: &str| {
        let nanoseconds = super::form::nanoseconds(crate::kernel::words::find(settings, name)?)?;
        #[allow(clippy::cast_precision_loss)]
        Some(nanoseconds as f64 / 1e9)
    };
    let (interval, constant) = (time("interval")?, time("time_constant")?);
    let steps = (0i8..=5).find(|steps| interval <= 0.25 * 2f64.powi(i32::from(*steps)))?;
    let decay = |log: i32| interval / -(1.0 - 0.5f64.powi(log)).ln();
    let log = (1..32).find(|log| decay(*log) > constant)? - 1;
    let log = u8::try_from(log).ok().filter(|log| (1..31).contains(log))?;
    Some(vec![(steps - 2).to_ne_bytes()[0], log])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(list: &[(&'static str, Setting)]) -> Settings {
        list.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
    }

    #[test]
    fn a_table_of_cells_counts_in_cells() {
        let asked = settings(&[("overhead", Setting::Integer(20)), ("linklayer", Setting::Text("atm".to_owned()))]);
        let bytes = encode(&asked).expect("a table");
        let table = attr::find(&bytes, DATA).expect("a table");
        // 512 cells of 4 bytes: 4 bytes take one cell of ATM, 52 take two.
        assert_eq!(
            (table.len(), &table[..2], &table[24..26]),
            (1024, &53u16.to_ne_bytes()[..], &106u16.to_ne_bytes()[..])
        );
        let Some(Setting::Table(read)) = decode(&bytes) else { panic!("no table") };
        assert_eq!(encode(&read), Some(bytes));
        assert_eq!(attr::find(&encode(&asked[..1].to_vec()).expect("a table"), DATA), None);
        assert_eq!(encode(&settings(&[("over", Setting::Integer(20))])), None);
    }

    #[test]
    fn an_estimator_is_two_logarithms() {
        let of = |interval, constant| {
            estimator(&settings(&[
                ("interval", Setting::Number(interval)),
                ("time_constant", Setting::Number(constant)),
            ]))
        };
        assert_eq!((of(0.25, 1.0), of(1.0, 4.0)), (Some(vec![254, 2]), Some(vec![0, 2])));
        assert_eq!((of(9.0, 20.0), of(1.0, 0.1)), (None, None));
    }
}
