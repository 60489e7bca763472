//! `gred`: up to 16 virtual queues, each with its own `red`; `tc qdisc change … gred vq 1 …` sets one.

use super::{FLAGS, PROBABILITY, QUEUE, Red, flags, seen_flags};
use crate::error::{Error, Result};
use crate::kernel::tc::given::{Given, Seen, word32, words32};
use crate::kernel::tc::kind::{Kind, Layout, Options};
use crate::kernel::words::Form::{List, Nested, Size32, Switch8, U8, U32};
use crate::kernel::words::{Setting, Word, fact, joined, option};
use crate::netlink::attr;

const OWN: u16 = 0;
const WORDS: &[Word] = joined![
    &[
        option("vqs", OWN, U32),
        option("default", OWN, U32),
        option("grio", OWN, Switch8),
        option("vq", OWN, U32),
        option("prio", OWN, U8),
    ],
    QUEUE,
    &[fact("queues", OWN, List(&Nested(READ), 1))],
];
/// One virtual queue, as it is read.
const READ: &[Word] = &[
    fact("vq", OWN, U32),
    fact("prio", OWN, U8),
    fact("limit", OWN, Size32),
    fact("min", OWN, Size32),
    fact("max", OWN, Size32),
    fact("ewma", OWN, U8),
    fact("probability", OWN, PROBABILITY),
    fact("Scell_log", OWN, U8),
    fact("ecn", OWN, Switch8),
    fact("harddrop", OWN, Switch8),
];

pub(in crate::kernel::tc::kind) static GRED: Kind =
    Kind::new("gred", Options { words: WORDS, layout: Layout::Own { encode, decode } });

/// `MAX_DPs`.
const MOST: usize = 16;
/// Length of `struct tc_gred_qopt`.
const LENGTH: usize = 52;
const PARAMETERS: u16 = 1;
const TABLE: u16 = 2;
const SETUP: u16 = 3;
const PROBABILITY_IS: u16 = 4;
const LIMIT: u16 = 5;
const QUEUES: u16 = 6;
const ENTRY: u16 = 1;
const ENTRY_NUMBER: u16 = 2;
const ENTRY_FLAGS: u16 = 12;

/// How many queues there are, or, with `vq`, what one of them does.
fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let on = flags(given, &FLAGS[..2])?;
    let Some(queue) = given.number("vq")? else {
        let count = u32::try_from(given.needs("vqs")?).unwrap_or(u32::MAX);
        if !given.has("default") {
            return Err(Error::missing("default"));
        }
        let mut setup = words32(&[count, given.or32("default", 0)?]);
        setup.extend([u8::from(given.is_on("grio")?), on, 0, 0]);
        attr::put(&mut bytes, SETUP, &setup);
        if let Some(limit) = given.bytes("limit")? {
            attr::put(&mut bytes, LIMIT, &limit);
        }
        return Ok(bytes);
    };
    let limit = u32::try_from(given.needs("limit")?).unwrap_or(u32::MAX);
    let red = Red::of(given, limit, 1, 0)?;
    let queue = u32::try_from(queue).unwrap_or(u32::MAX);
    let mut parameters = words32(&[limit, red.min, red.max, queue, 0, 0, 0, 0, 0, 0]);
    let prio = u8::try_from(given.or("prio", 0)?).unwrap_or_default();
    parameters.extend([red.ewma, red.plog, red.cell_log, prio]);
    parameters.resize(LENGTH, 0);
    attr::put(&mut bytes, PARAMETERS, &parameters);
    attr::put(&mut bytes, TABLE, &red.table);
    attr::put_u32(&mut bytes, PROBABILITY_IS, red.probability);
    attr::nest(&mut bytes, QUEUES, |list| {
        attr::nest(list, ENTRY, |entry| {
            attr::put_u32(entry, ENTRY_NUMBER, queue);
            attr::put_u32(entry, ENTRY_FLAGS, u32::from(on));
        });
    });
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let find = |kind| attr::find(bytes, kind);
    let setup = find(SETUP)?;
    seen.number("vqs", word32(setup, 0)?);
    seen.number("default", word32(setup, 1)?);
    seen_flags(seen, *setup.get(8)?, &[("grio", 1)]);
    seen_flags(seen, *setup.get(9)?, &FLAGS[..2]);
    if let Some(limit) = find(LIMIT) {
        seen.bytes("limit", limit);
    }
    let own_flags = flags_of(find(QUEUES).unwrap_or_default());
    let queues = find(PARAMETERS)?.chunks_exact(LENGTH).enumerate().filter_map(|(place, queue)| {
        let chance = find(PROBABILITY_IS).and_then(|chances| word32(chances, place));
        read_queue(queue, chance, &own_flags)
    });
    seen.setting("queues", Setting::List(queues.collect()));
    Some(())
}

fn read_queue(queue: &[u8], chance: Option<u32>, flags: &[(u32, u32)]) -> Option<Setting> {
    let number = word32(queue, 3)?;
    if usize::try_from(number).ok()? >= MOST {
        return None;
    }
    let mut seen = Seen::new(READ);
    seen.number("vq", number);
    seen.bytes("prio", queue.get(43..44)?);
    seen.number("limit", word32(queue, 0)?);
    seen.number("min", word32(queue, 1)?);
    seen.number("max", word32(queue, 2)?);
    seen.bytes("ewma", queue.get(40..41)?);
    chance.into_iter().for_each(|chance| seen.number("probability", chance));
    seen.bytes("Scell_log", queue.get(42..43)?);
    let on = flags.iter().find(|(of, _)| *of == number).and_then(|(_, on)| u8::try_from(*on).ok());
    seen_flags(&mut seen, on.unwrap_or(0), &FLAGS[..2]);
    Some(Setting::Table(seen.settings()))
}

/// The switches of each queue that has some of its own.
fn flags_of(list: &[u8]) -> Vec<(u32, u32)> {
    let entries = attr::Attributes::new(list).filter(|(kind, _)| *kind == ENTRY);
    let of = |kind, entry| attr::find(entry, kind).and_then(attr::u32_of);
    entries.filter_map(|(_, entry)| Some((of(ENTRY_NUMBER, entry)?, of(ENTRY_FLAGS, entry)?))).collect()
}
