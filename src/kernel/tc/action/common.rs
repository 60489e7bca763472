//! What actions of all kinds have in common: what each can be told, and the struct that the parameters of most begin with.

use super::KIND;
use super::control::CONTROL;
use crate::kernel::tc::stats;
use crate::kernel::words::Form::{Hex, Masked32, Text, U32};
use crate::kernel::words::{Form, NOWHERE, Own, Setting, Settings, Word, fact, field, option};
use crate::netlink::attr;

/// What every action can be told, and what is read of each.
pub(super) const COMMON: &[Word] = &[
    option("kind", KIND, Text),
    option("cookie", 6, Hex),
    flag("no_percpu", 1),
    flag("skip_hw", 2),
    flag("skip_sw", 4),
    option("hw_stats", 8, HW_STATS),
    fact("used_hw_stats", 9, HW_STATS),
    fact("in_hw_count", 10, U32),
    // How many refer to it, and how many of those are filters: they stand behind the struct that [`index`] is in.
    fact("ref", NOWHERE, U32),
    fact("bind", NOWHERE, U32),
    stats::of_actions(),
];

/// A bit of `TCA_ACT_FLAGS`.
const fn flag(name: &'static str, bit: u32) -> Word {
    field(name, 7, 8, 0, Masked32(bit))
}

/// How the hardware counts, by the bit of each word; the kernel says nothing where any way will do.
const HW_STATS: Form = Form::Own(&Own {
    expected: "\"disabled\", \"immediate\" or \"delayed\"",
    encode: |value| {
        let known = HARDWARE.iter().find(|word| matches!(value, Setting::Text(text) if text == word.0));
        known.map(|(_, bits)| chosen(*bits, 3))
    },
    decode: |bytes| {
        let bits = attr::u32_of(bytes)?;
        let known = HARDWARE.iter().find(|(_, known)| *known == bits);
        known.map(|(word, _)| Setting::Text((*word).to_owned()))
    },
    width: Some(8),
});

const HARDWARE: &[(&str, u32)] = &[("disabled", 0), ("immediate", 1), ("delayed", 2)];

/// A `struct nla_bitfield32`: bits, and which of them count.
fn chosen(bits: u32, which: u32) -> Vec<u8> {
    [bits.to_ne_bytes(), which.to_ne_bytes()].concat()
}

/// The words of the struct that the parameters of every action begin with, `struct tc_gen`: it is this attribute, of
/// `size` bytes in all.
pub(super) const fn index(attribute: u16, size: usize) -> Word {
    field("index", attribute, size, 0, U32)
}

/// What becomes of a packet behind the action.
pub(super) const fn control(attribute: u16, size: usize) -> Word {
    field("control", attribute, size, 8, CONTROL)
}

/// Where `struct tc_gen` has how many refer to the action, and behind it how many filters do.
pub(super) const HELD: usize = 12;

/// How many refer to an action, and how many filters do, at this place of its struct.
pub(super) fn held(parameters: &[u8], place: usize) -> Settings {
    let counts = ["ref", "bind"].into_iter().zip([place, place + 4]);
    let counts = counts.filter_map(|(word, place)| Some((word, attr::u32_of(parameters.get(place..)?)?)));
    counts.map(|(word, count)| (word.into(), Setting::Integer(i64::from(count)))).collect()
}
