//! `route`: takes packets by the realms of the routes they take (tc-route(8), Linux `pkt_cls.h`, `TCA_ROUTE4_*`).

use super::kind::Kind;
use crate::kernel::tc::form;
use crate::kernel::tc::place::LENGTH;
use crate::kernel::words::Form::{Link, U32};
use crate::kernel::words::{HEADER, Word, field, option};
use crate::netlink::attr;

/// `TCA_ROUTE4_TO`, `TCA_ROUTE4_FROM` and `TCA_ROUTE4_IIF`.
const TO: u16 = 2;
const FROM: u16 = 3;
const INCOMING: u16 = 4;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, U32),
    option("classid", 1, form::CLASS),
    option("to", TO, U32),
    option("from", FROM, U32),
    option("fromif", INCOMING, Link),
];

pub(super) static ROUTE: Kind = Kind { handle: Some(handle), ..Kind::new("route", WORDS, 6) };

/// Where it comes from in the upper half, where it goes to in the lower (Linux `route4_set_parms`).
fn handle(options: &[u8]) -> u32 {
    let number = |kind| attr::find(options, kind).and_then(attr::u32_of);
    let from = number(FROM).or_else(|| Some(number(INCOMING)? | 0x8000)).unwrap_or(0xffff);
    from << 16 | number(TO).unwrap_or(0x8000)
}
