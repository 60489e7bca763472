//! `flow`: makes the class out of keys of a packet, by their value or by a hash of them (tc-flow(8), Linux `pkt_cls.h`,
//! `TCA_FLOW_*`).

use super::kind::{Kind, Layout};
use crate::error::{Error, Result};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::place::LENGTH;
use crate::kernel::tc::{ematch, form};
use crate::kernel::words::Form::{Bits32, Per32, U32, Words32};
use crate::kernel::words::{HEADER, NOWHERE, Word, field, option};
use crate::netlink::attr;

/// `TCA_FLOW_KEYS`, `TCA_FLOW_MASK` and `TCA_FLOW_XOR`.
const KEYS: u16 = 1;
const MASK: u16 = 6;
const XOR: u16 = 7;
/// `TCA_FLOW_EMATCHES`.
const EMATCHES: u16 = 11;

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, U32),
    option("keys", KEYS, Bits32(KEY_NAMES)),
    option("mode", 2, Words32(&["map", "hash"])),
    option("baseclass", 3, form::CLASS),
    option("rshift", 4, U32),
    option("addend", 5, U32),
    option("and", NOWHERE, U32),
    option("or", NOWHERE, U32),
    option("xor", NOWHERE, U32),
    option("divisor", 8, U32),
    option("perturb", 12, Per32(1)),
    ematch::MATCH,
];

/// Which bit a key is (`FLOW_KEY_*`).
const KEY_NAMES: &[(&str, u32)] = &[
    ("src", 1),
    ("dst", 1 << 1),
    ("proto", 1 << 2),
    ("proto-src", 1 << 3),
    ("proto-dst", 1 << 4),
    ("iif", 1 << 5),
    ("priority", 1 << 6),
    ("mark", 1 << 7),
    ("nfct", 1 << 8),
    ("nfct-src", 1 << 9),
    ("nfct-dst", 1 << 10),
    ("nfct-proto-src", 1 << 11),
    ("nfct-proto-dst", 1 << 12),
    ("rt-classid", 1 << 13),
    ("sk-uid", 1 << 14),
    ("sk-gid", 1 << 15),
    ("vlan-tag", 1 << 16),
    ("rxhash", 1 << 17),
];

pub(super) static FLOW: Kind = Kind { own: Some(Layout { encode, decode }), ..Kind::new("flow", WORDS, 9) };

/// The kernel has `and`, `or` and `xor` as two numbers: `key & mask ^ xor` (iproute2 `flow_parse_opt`).
fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let hashes = given.number("mode")? == Some(1);
    if let Some(word) = ["and", "or", "xor"].into_iter().find(|word| hashes && given.has(word)) {
        return Err(Error::clash("mode", word));
    }
    let or = given.or32("or", 0)?;
    let mask = given.or32("and", u32::MAX)? & !or;
    let xor = given.or32("xor", 0)? ^ or;
    if mask != u32::MAX || xor != 0 {
        attr::put(bytes, MASK, &mask.to_ne_bytes());
        attr::put(bytes, XOR, &xor.to_ne_bytes());
    }
    ematch::put(given, EMATCHES, bytes)
}

/// What both numbers keep of a key, sets and turns: a bit that is not kept and is 1 was set.
fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let number = |kind| attr::find(bytes, kind).and_then(attr::u32_of);
    let (mask, both) = (number(MASK).unwrap_or(u32::MAX), number(XOR).unwrap_or(0));
    let or = both & !mask;
    // A bit that is set is as if it were kept before.
    if mask | or != u32::MAX {
        seen.number("and", mask | or);
    }
    seen.some("or", or);
    seen.some("xor", both & mask);
    ematch::see(bytes, EMATCHES, seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::{self, Setting, Settings};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_done_to_a_key_comes_back(and: u32, or: u32, xor: u32, key: u32) {
            let given: Settings = [("and", and), ("or", or), ("xor", xor)]
                .into_iter().map(|(word, number)| (word.into(), Setting::Integer(number.into()))).collect();
            let mut bytes = Vec::new();
            encode(&Given::new(WORDS, &given), &mut bytes).expect("numbers");
            let mut seen = Seen::new(WORDS);
            decode(&bytes, &mut seen);
            let read = seen.settings();
            let number = |word, none: u32| match words::find(&read, word) {
                Some(Setting::Integer(number)) => u32::try_from(*number).expect("32 bits"),
                _ => none,
            };
            let done = |and: u32, or: u32, xor: u32| (key & and & !or) ^ (xor ^ or);
            prop_assert_eq!(done(number("and", u32::MAX), number("or", 0), number("xor", 0)), done(and, or, xor));
        }
    }
}
