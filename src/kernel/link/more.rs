//! What links of every kind have beside the fields of a [`LinkSpec`](super::LinkSpec): queues, sizes of what is sent at
//! once, further names (Linux `include/uapi/linux/if_link.h`, `IFLA_*`).

use std::collections::BTreeSet;

use netlink_packet_core::DefaultNla;
use netlink_packet_route::link::LinkAttribute;

use super::{Setting, Settings, vf};
use crate::error::Result;
use crate::kernel::words::Form::{List, Switch8, Text, U32, Words8};
use crate::kernel::words::{self, Form, Own, Word, fact, option};
use crate::netlink::{Message, Socket, attr};

/// `IFLA_PROTO_DOWN_REASON`.
const REASON: u16 = 55;
/// `IFLA_PROP_LIST`, and `IFLA_ALT_IFNAME` in it.
const PROPERTIES: u16 = 52;
const NAME: u16 = 53;
/// `RTM_NEWLINKPROP`, behind which the type that deletes follows.
const NEW_PROPERTY: u16 = 108;

/// The options, in `ip link`'s words.
pub const WORDS: &[Word] = &[
    option("numtxqueues", 31, U32),
    option("numrxqueues", 32, U32),
    option("gso_max_size", 41, U32),
    option("gso_max_segs", 40, U32),
    option("gro_max_size", 58, U32),
    option("gso_ipv4_max_size", 63, U32),
    option("gro_ipv4_max_size", 64, U32),
    fact("tso_max_size", 59, U32),
    fact("tso_max_segs", 60, U32),
    option("linkmode", 17, Words8(&["default", "dormant"])),
    option("protodown", 39, Switch8),
    option("protodown_reason", REASON, REASONS),
    option(ALTNAMES, PROPERTIES, List(&Text, NAME)),
    option(vf::VF, 22, Form::Own(&vf::ALL)),
    fact("promiscuity", 30, U32),
    option("parentdev", 56, Text),
    fact("parentbus", 57, Text),
];

/// A message of its own says them.
const ALTNAMES: &str = "altnames";
/// Those that have several values.
const ARRAYS: [&str; 2] = [ALTNAMES, "protodown_reason"];
/// What only the message that makes a link can say.
const FIXED: [&str; 3] = ["numtxqueues", "numrxqueues", "parentdev"];
/// What the message that makes a link cannot say.
const LATER: [&str; 4] = ["protodown", "protodown_reason", ALTNAMES, vf::VF];

/// Why a link is held down: bits by their numbers (`IFLA_PROTO_DOWN_REASON_MASK` and `_VALUE`).
const REASONS: Form = Form::Own(&Own {
    expected: "an array of numbers from 0 to 31",
    encode: |value| {
        let mut bits = 0u32;
        for reason in value.each() {
            let Setting::Integer(number @ 0..=31) = reason else { return None };
            bits |= 1 << number;
        }
        let mut bytes = Vec::new();
        attr::put_u32(&mut bytes, 1, u32::MAX);
        attr::put_u32(&mut bytes, 2, bits);
        Some(bytes)
    },
    decode: |bytes| {
        let bits = attr::u32_of(attr::find(bytes, 2)?)?;
        let reasons: Vec<Setting> = (0..32).filter(|bit| bits & (1 << bit) != 0).map(Setting::Integer).collect();
        (!reasons.is_empty()).then_some(Setting::List(reasons))
    },
    width: None,
});

/// What an answer's attributes say.
pub(super) fn read(attributes: &[u8]) -> Settings {
    words::decode(WORDS, &[], attributes, &|_| None)
}

/// `EINVAL` for a value that a word cannot have.
pub fn check(settings: &Settings) -> Result<()> {
    vf::check(settings)?;
    words::encode(WORDS, settings, &mut words::no_links).map(drop)
}

/// The attributes for a message about a link, but for what a message of its own says. `EINVAL` as [`check`] has it.
pub(super) fn attributes(settings: &Settings) -> Result<Vec<LinkAttribute>> {
    let told = words::without(settings, &[ALTNAMES]);
    let bytes = words::encode(WORDS, &told, &mut words::no_links)?;
    let attribute = |(kind, value): (u16, &[u8])| {
        let nested = if kind == REASON { attr::NESTED } else { 0 };
        LinkAttribute::Other(DefaultNla::new(kind | nested, value.to_vec()))
    };
    Ok(attr::Attributes::new(&bytes).map(attribute).collect())
}

/// What the message that makes a link says, and what has to follow it.
pub(super) fn split_for_new(settings: Settings) -> (Settings, Settings) {
    settings.into_iter().partition(|(key, _)| !LATER.contains(&key.as_ref()))
}

/// What a link that is there can be told of these.
pub(super) fn for_change(settings: &Settings) -> Settings {
    words::without(settings, &FIXED)
}

/// Those that a link which is there has or can be told, so that what was read can be held against what was asked for: arrays
/// in one order.
pub fn comparable(settings: &Settings) -> Settings {
    let is_told = |key: &str| key != vf::VF && !FIXED.contains(&key) && words::settable(WORDS).any(|word| word == key);
    let of_array = |values: &[Setting]| {
        let mut values = values.to_vec();
        values.sort_by_cached_key(Setting::to_string);
        Setting::List(values)
    };
    let one = |(key, value): &(std::borrow::Cow<'static, str>, Setting)| {
        let is_array = ARRAYS.contains(&key.as_ref());
        (key.clone(), if is_array { of_array(value.each()) } else { value.clone() })
    };
    settings.iter().filter(|(key, _)| is_told(key)).map(one).collect()
}

/// As [`comparable`], of what was read: an array that is not shown is empty.
pub fn comparable_read(settings: &Settings) -> Settings {
    let mut settings = comparable(settings);
    for key in ARRAYS {
        if words::find(&settings, key).is_none() {
            settings.push((key.into(), Setting::List(Vec::new())));
        }
    }
    settings
}

/// The further names of a link.
fn names(settings: &Settings) -> BTreeSet<String> {
    let list = words::find(settings, ALTNAMES).map(Setting::each).unwrap_or_default();
    let text = |name: &Setting| match name {
        Setting::Text(name) => Some(name.clone()),
        _ => None,
    };
    list.iter().filter_map(text).collect()
}

/// The further names that a link is to get and has not.
pub(super) fn new_names(wanted: &Settings, before: &Settings) -> BTreeSet<String> {
    &names(wanted) - &names(before)
}

/// Gives the link with this index the further names that `wanted` says, if it says any, in the place of those it has.
pub(super) fn rename(socket: &mut Socket, index: u32, wanted: &Settings, before: &Settings) -> Result<()> {
    if words::find(wanted, ALTNAMES).is_none() {
        return Ok(());
    }
    let (wanted, before) = (names(wanted), names(before));
    let added = (NEW_PROPERTY, wanted.difference(&before));
    let gone = (NEW_PROPERTY + 1, before.difference(&wanted));
    for (kind, names) in [gone, added] {
        let mut list = Vec::new();
        names.for_each(|name| attr::put_text(&mut list, NAME, name));
        if list.is_empty() {
            continue;
        }
        let mut header = [0; super::parse::HEADER];
        header[4..8].copy_from_slice(&index.to_ne_bytes());
        let mut message = Message::new(kind, &header);
        attr::nest(&mut message.bytes, PROPERTIES, |inner| *inner = list);
        let flags =
            if kind == NEW_PROPERTY { netlink_packet_core::NLM_F_CREATE | netlink_packet_core::NLM_F_EXCL } else { 0 };
        socket.execute(message, flags)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_names_are_the_same_in_any_order() {
        let names = |names: &[&str]| {
            let list = names.iter().map(|name| Setting::Text((*name).to_owned())).collect();
            vec![("altnames".into(), Setting::List(list)), ("numtxqueues".into(), Setting::Integer(4))]
        };
        assert_eq!(comparable(&names(&["b", "a"])), comparable(&names(&["a", "b"])));
        assert_eq!(comparable(&names(&["a"])).len(), 1);
        assert_eq!(comparable(&vec![("altnames".into(), Setting::Text("a".to_owned()))]), comparable(&names(&["a"])));
        assert_eq!(words::find(&comparable_read(&Settings::new()), "altnames"), Some(&Setting::List(Vec::new())));
    }

    #[test]
    fn reasons_come_back() {
        let settings =
            vec![("protodown_reason".into(), Setting::List(vec![Setting::Integer(0), Setting::Integer(31)]))];
        let bytes = words::encode(WORDS, &settings, &mut words::no_links).expect("reasons");
        assert_eq!(read(&bytes), settings);
        let wrong = vec![("protodown_reason".into(), Setting::Integer(32))];
        assert_eq!(check(&wrong).expect_err("no reason").code(), "EINVAL");
    }
}
