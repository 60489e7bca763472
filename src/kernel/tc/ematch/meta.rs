//! `meta`: compares what the kernel knows of a packet beside its bytes (Linux `em_meta.c`, `struct tcf_meta_hdr`).

use super::{COMPARE, Ematch, comparison};
use crate::error::{Error, Result};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Names16, Nested, U8, U32};
use crate::kernel::words::{self, NOWHERE, Setting, Settings, Word, option};
use crate::netlink::attr;

/// `TCA_EM_META_HDR`, `TCA_EM_META_LVALUE` and `TCA_EM_META_RVALUE`.
const HEADER: u16 = 1;
const LEFT: u16 = 2;
const RIGHT: u16 = 3;
/// `TCF_META_TYPE_INT`, where the type stands; without it the value is text (`TCF_META_TYPE_VAR`).
const NUMBER: u16 = 1 << 12;
/// `TCF_META_ID_MASK`.
const ID: u16 = 0x7ff;

const WORDS: &[Word] = &[
    option("id", NOWHERE, Names16(IDS)),
    option("shift", NOWHERE, U8),
    option("mask", NOWHERE, U32),
    // A number in place of an id.
    option("value", NOWHERE, U32),
    // A number, a text, or what an id says.
    option("eq", NOWHERE, Nested(SIDE)),
    option("gt", NOWHERE, Nested(SIDE)),
    option("lt", NOWHERE, Nested(SIDE)),
];

/// What can stand on the right as well.
const SIDE: &[Word] =
    &[option("id", NOWHERE, Names16(IDS)), option("shift", NOWHERE, U8), option("mask", NOWHERE, U32)];

/// `TCF_META_ID_*`, as `tc` calls them (iproute2 `em_meta.c`).
const IDS: &[(u32, &str)] = &[
    (1, "random"),
    (2, "loadavg_1"),
    (3, "loadavg_5"),
    (4, "loadavg_15"),
    (5, "dev"),
    (6, "priority"),
    (7, "protocol"),
    (8, "pkt_type"),
    (9, "pkt_len"),
    (10, "data_len"),
    (11, "mac_len"),
    (12, "nf_mark"),
    (12, "fwmark"),
    (13, "tc_index"),
    (14, "rt_classid"),
    (15, "rt_iif"),
    (16, "sk_family"),
    (17, "sk_state"),
    (18, "sk_reuse"),
    (19, "sk_bind_if"),
    (20, "sk_refcnt"),
    (21, "sk_shutdown"),
    (22, "sk_proto"),
    (23, "sk_type"),
    (24, "sk_rcvbuf"),
    (25, "sk_rmem"),
    (26, "sk_wmem"),
    (27, "sk_omem"),
    (28, "sk_wmem_queue"),
    (29, "sk_rcv_queue"),
    (30, "sk_snd_queue"),
    (31, "sk_err_queue"),
    (32, "sk_fwd_alloc"),
    (33, "sk_sndbuf"),
    (46, "vlan"),
];

pub(super) static META: Ematch = Ematch { name: "meta", number: 4, words: WORDS, encode, decode };

/// One side of a comparison.
struct Side {
    /// 0 for a value.
    id: u16,
    shift: u8,
    /// The value, or which bits of what the id says count.
    number: u32,
    text: Option<String>,
}

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let (word, how) = comparison(given)?;
    let left = side(given)?;
    let right = match given.setting(word) {
        Some(Setting::Text(text)) => Side { id: 0, shift: 0, number: 0, text: Some(text.clone()) },
        Some(Setting::Table(_)) => {
            let table = given.table(word)?;
            table.map_or_else(|| Err(given.wrong(word, EXPECTED)), |table| side(&table))?
        }
        Some(number @ Setting::Integer(_)) => {
            let number = vec![("value".into(), number.clone())];
            side(&Given::new(WORDS, &number))?
        }
        _ => return Err(given.wrong(word, EXPECTED)),
    };
    let is_text = right.text.is_some();
    let kind = |side: &Side| side.id | if is_text { 0 } else { NUMBER };
    let mut header = kind(&left).to_ne_bytes().to_vec();
    header.extend([left.shift, how]);
    header.extend(kind(&right).to_ne_bytes());
    header.extend([right.shift, 0]);
    let mut bytes = Vec::new();
    attr::put(&mut bytes, HEADER, &header);
    for (attribute, side) in [(LEFT, left), (RIGHT, right)] {
        match side.text {
            Some(text) => attr::put(&mut bytes, attribute, text.as_bytes()),
            None if is_text => {}
            None => attr::put(&mut bytes, attribute, &side.number.to_ne_bytes()),
        }
    }
    Ok(bytes)
}

const EXPECTED: &str = "a number, a text, or a table with an `id`";

/// What an id says, or a value.
fn side(given: &Given<'_>) -> Result<Side> {
    let shift = u8::try_from(given.or("shift", 0)?).unwrap_or(u8::MAX);
    let id = given.number("id")?.and_then(|id| u16::try_from(id).ok()).filter(|id| *id <= ID);
    let number = if id.is_some() { "mask" } else { "value" };
    if id.is_none() && !given.has("value") {
        return Err(Error::missing("id"));
    }
    Ok(Side { id: id.unwrap_or(0), shift, number: given.or32(number, 0)?, text: None })
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let header = attr::find(bytes, HEADER)?;
    let half = |at: usize| Some(u16::from_ne_bytes(header.get(at..at + 2)?.try_into().ok()?));
    let number = |attribute| attr::find(bytes, attribute).and_then(attr::u32_of).unwrap_or(0);
    let side = |kind: u16, shift: u8, attribute: u16| {
        let mut seen = Seen::new(WORDS);
        match kind & ID {
            0 => seen.number("value", number(attribute)),
            id => seen.bytes("id", &id.to_ne_bytes()),
        }
        if shift != 0 {
            seen.bytes("shift", &[shift]);
        }
        // Of a text no bits count, but all of it.
        if kind & ID != 0 && kind & NUMBER != 0 {
            seen.some("mask", number(attribute));
        }
        seen.settings()
    };
    let (left, right) = (half(0)?, half(4)?);
    seen.all(side(left, *header.get(2)?, LEFT));
    let (word, _) = COMPARE.iter().find(|(_, number)| header.get(3) == Some(number))?;
    let right_side: Settings = side(right, *header.get(6)?, RIGHT);
    let value = match right & (ID | NUMBER) {
        0 => Setting::Text(String::from_utf8_lossy(attr::find(bytes, RIGHT)?).into_owned()),
        NUMBER => words::find(&right_side, "value")?.clone(),
        _ => Setting::Table(right_side),
    };
    seen.setting(word, value);
    Some(())
}
