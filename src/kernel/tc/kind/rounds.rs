//! Disciplines whose classes send in turn: `drr` and `qfq`, by so many bytes or by weight; `ets`, some strictly before others
//! (tc-drr(8), tc-qfq(8), tc-ets(8)).

use super::{Kind, Layout, NONE, Options};
use crate::error::Result;
use crate::kernel::tc::form::{BYTES, NUMBERS};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Size32, U8, U32};
use crate::kernel::words::{Word, option};
use crate::netlink::attr::{self, Attributes};

pub(super) const DRR_CLASS: &[Word] = &[option("quantum", 1, Size32)];
pub(super) const QFQ_CLASS: &[Word] = &[option("weight", 1, U32), option("maxpkt", 2, U32)];
pub(super) const ETS_CLASS: &[Word] = &[option("quantum", QUANTUM, Size32)];
const ETS_WORDS: &[Word] = &[
    option("bands", BANDS, U8),
    option("strict", STRICT, U8),
    option("quanta", QUANTA, NUMBERS),
    option("priomap", MAP, BYTES),
];

pub(super) static DRR: Kind =
    Kind { class: Some(Options { words: DRR_CLASS, layout: Layout::Attributes }), ..Kind::new("drr", NONE) };
pub(super) static QFQ: Kind =
    Kind { class: Some(Options { words: QFQ_CLASS, layout: Layout::Attributes }), ..Kind::new("qfq", NONE) };
pub(super) static ETS: Kind = Kind {
    class: Some(Options { words: ETS_CLASS, layout: Layout::Attributes }),
    ..Kind::new("ets", Options { words: ETS_WORDS, layout: Layout::Nested { encode, decode } })
};

const BANDS: u16 = 1;
const STRICT: u16 = 2;
const QUANTA: u16 = 3;
const QUANTUM: u16 = 4;
const MAP: u16 = 5;
const BAND: u16 = 6;

/// Attributes; a list has one for each value.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let quanta = given.bytes("quanta")?.unwrap_or_default();
    let quanta: Vec<&[u8]> = quanta.chunks_exact(4).collect();
    let strict = given.or("strict", 0)?;
    let count = u64::try_from(quanta.len()).unwrap_or(u64::MAX);
    let bands = given.number("bands")?.unwrap_or(strict + count);
    let mut bytes = Vec::new();
    let eight = |number: u64| [u8::try_from(number).unwrap_or(u8::MAX)];
    attr::put(&mut bytes, BANDS, &eight(bands));
    if strict > 0 {
        attr::put(&mut bytes, STRICT, &eight(strict));
    }
    if !quanta.is_empty() {
        attr::nest(&mut bytes, QUANTA, |list| quanta.iter().for_each(|quantum| attr::put(list, QUANTUM, quantum)));
    }
    if let Some(map) = given.bytes("priomap")?.filter(|map| !map.is_empty()) {
        attr::nest(&mut bytes, MAP, |list| map.iter().for_each(|band| attr::put(list, BAND, &[*band])));
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    seen.bytes("bands", attr::find(bytes, BANDS)?);
    let values = |kind| -> Vec<u8> {
        let list = Attributes::new(attr::find(bytes, kind).unwrap_or_default());
        list.flat_map(|(_, value)| value.to_vec()).collect()
    };
    if let Some(strict) = attr::find(bytes, STRICT) {
        seen.bytes("strict", strict);
    }
    let quanta = values(QUANTA);
    if !quanta.is_empty() {
        seen.bytes("quanta", &quanta);
    }
    seen.bytes("priomap", &values(MAP));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::{Setting, Settings};

    #[test]
    fn bands_follow_from_what_they_are() {
        let list = |numbers: &[i64]| Setting::List(numbers.iter().map(|number| Setting::Integer(*number)).collect());
        let asked: Settings = vec![
            ("strict".into(), Setting::Integer(2)),
            ("quanta".into(), list(&[4500, 3000, 2500])),
            ("priomap".into(), list(&[4, 3, 2])),
        ];
        let read = ETS.qdisc.read(&ETS.qdisc.encode(&asked).expect("options").expect("some"));
        assert_eq!(read[0], ("bands".into(), Setting::Integer(5)));
        assert_eq!(read[1..], asked[..]);
    }
}
