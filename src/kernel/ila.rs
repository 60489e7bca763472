//! How locators of IPv6 addresses are translated, in the words of `ip ila` (Linux `include/uapi/linux/ila.h`).

use super::family::{Family, matching, shown};
use super::namespace::Namespace;
use super::words::Form::{self, Link, Names8};
use super::words::{Own, Setting, Settings, Word, need, option};
use crate::error::Result;

/// Identifier locator addressing.
pub static FAMILY: Family =
    Family { name: "ila", what: "identifier locator addressing", module: "ila", config: "CONFIG_IPV6_ILA" };
/// `ILA_CMD_*`.
const ADD: u8 = 1;
const DELETE: u8 = 2;
/// The command that lists them.
pub const GET: u8 = 3;

/// `ILA_ATTR_CSUM_MODE` and `ILA_ATTR_IDENT_TYPE`.
pub(super) const CHECKSUM: u16 = 7;
pub(super) const IDENTIFIER: u16 = 8;

/// `ILA_CSUM_*`.
pub(super) const CHECKSUMS: Form =
    Names8(&[(0, "adj-transport"), (1, "neutral-map"), (2, "no-action"), (3, "neutral-map-auto")]);
/// `ILA_ATYPE_*`.
pub(super) const IDENTIFIERS: Form = Names8(&[
    (0, "iid"),
    (1, "luid"),
    (2, "virt-v4"),
    (3, "virt-uni-v6"),
    (4, "virt-multi-v6"),
    (5, "nonlocal-addr"),
    (32, "use-format"),
]);

/// `ILA_ATTR_*`.
pub const WORDS: &[Word] = &[
    option("loc_match", 3, Form::Own(&LOCATOR)),
    option("loc", 1, Form::Own(&LOCATOR)),
    option("dev", 4, Link),
    option("csum_mode", CHECKSUM, CHECKSUMS),
    option("ident_type", IDENTIFIER, IDENTIFIERS),
];

/// The first half of an address, as four groups: `2001:db8:0:1`.
pub(super) static LOCATOR: Own = Own {
    expected: "four groups such as \"2001:db8:0:1\"",
    encode: |value| {
        let Setting::Text(text) = value else { return None };
        let groups: Option<Vec<[u8; 2]>> =
            text.split(':').map(|group| u16::from_str_radix(group, 16).ok().map(u16::to_be_bytes)).collect();
        groups.filter(|groups| groups.len() == 4).map(|groups| groups.concat())
    },
    decode: |bytes| {
        let groups =
            bytes.get(..8)?.chunks_exact(2).map(|group| format!("{:x}", u16::from_be_bytes([group[0], group[1]])));
        Some(Setting::Text(groups.collect::<Vec<_>>().join(":")))
    },
    width: None,
};

/// Adds a translation; `EEXIST` if the locator has one.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["loc_match", "loc"])?;
    FAMILY.write(namespace, ADD, (WORDS, settings), &what(settings))
}

/// Deletes the translation of `loc_match`, if there is one.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["loc_match"])?;
    FAMILY.write(namespace, DELETE, (WORDS, settings), &what(settings))
}

/// The translations that are as `filter` says.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let mut listed = FAMILY.list(namespace, GET, WORDS, "translation of locators")?;
    // Index 0 is every link.
    listed
        .iter_mut()
        .for_each(|one| one.retain(|(key, value)| !(key == "dev" && matches!(value, Setting::Integer(_)))));
    matching(namespace, WORDS, listed, filter)
}

fn what(settings: &Settings) -> String {
    format!("translation of locator {}", shown(settings, "loc_match"))
}
