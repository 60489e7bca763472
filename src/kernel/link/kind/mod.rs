//! Kinds of links: the options of each in `ip link`'s words, as a table from word to netlink attribute.
//!
//! One table a kind serves reading, writing and "did you mean". A family of kinds is a file with its `KINDS`; a new one is
//! added to [`FAMILIES`]. A kind without a table can be made by its name.

mod bridge;
mod other;
pub mod veth;
mod vrf;

use netlink_packet_core::Nla;
use netlink_packet_route::link::{InfoData, InfoKind, InfoPortData, InfoPortKind, LinkInfo};

pub use other::check as check_kind;
pub(super) use other::missing;

use crate::error::{Error, Result, explain, nearest};
use crate::kernel::words::{self, Settings, Word};
use crate::netlink::attr;

/// A kind of links.
struct Kind {
    /// As `ip link` has it: `"vxlan"`.
    name: &'static str,
    /// The module that brings it.
    module: &'static str,
    /// The option that a kernel is built with for it.
    config: &'static str,
    /// Its options.
    own: &'static [Word],
    /// The options of a port of it.
    port: &'static [Word],
}

impl Kind {
    /// A kind without options.
    const fn new(name: &'static str, module: &'static str, config: &'static str) -> Self {
        Self { name, module, config, own: &[], port: &[] }
    }
}

const FAMILIES: &[&[Kind]] = &[bridge::KINDS, vrf::KINDS, other::KINDS];

/// Every kind that nsl knows.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().copied().flatten()
}

/// The kind called `name`, if nsl knows it.
fn known(name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == name)
}

/// Whose options are meant: those of a link's own kind, or those of a port of such a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The link itself.
    Own,
    /// A port of it.
    Port,
}

fn words(kind: &str, side: Side) -> &'static [Word] {
    match (known(kind), side) {
        (Some(kind), Side::Own) => kind.own,
        (Some(kind), Side::Port) => kind.port,
        (None, _) => &[],
    }
}

/// The tables of all kinds: those of the links, then those of their ports.
pub fn tables() -> impl Iterator<Item = &'static [Word]> {
    kinds().map(|kind| kind.own).chain(kinds().map(|kind| kind.port)).filter(|words| !words.is_empty())
}

/// Each kind's name with those of its words that can be set, of a link and then of a port of one.
pub fn settable_by_kind() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    kinds().map(|kind| (kind.name, words::settable(kind.own).chain(words::settable(kind.port))))
}

/// The words for the options of `kind`; empty where nsl knows none.
pub fn option_names(kind: &str, side: Side) -> impl Iterator<Item = &'static str> {
    words::names(words(kind, side))
}

/// All words of all kinds: the keys that `link_add` and `link_set` may meet beside a link's own.
pub fn all_option_names() -> impl Iterator<Item = &'static str> {
    tables().flat_map(words::names)
}

/// Those of [`all_option_names`] that can be set; the others only reading gives.
pub fn settable_option_names() -> impl Iterator<Item = &'static str> {
    tables().flat_map(words::settable)
}

/// Whether `kind` has the option `key`.
pub(super) fn has(kind: &str, side: Side, key: &str) -> bool {
    option_names(kind, side).any(|name| name == key)
}

/// The attributes for `settings`, encoded one after another. `EINVAL` for a word the kind lacks and for a value it
/// cannot have.
fn encode(kind: &str, side: Side, settings: &Settings) -> Result<Vec<u8>> {
    let words = words(kind, side);
    if let Some((key, _)) = settings.iter().find(|(key, _)| !words::has(words, key)) {
        return Err(unknown(kind, key));
    }
    words::encode(words, settings, &mut words::no_links)
}

/// "bridge" links have no option "stpp_state"; did you mean …
pub(super) fn unknown(kind: &str, key: &str) -> Error {
    let error = Error::new(&explain::LINK_OPTION_UNKNOWN).with("type", kind).with("key", key);
    match nearest(key, option_names(kind, Side::Own).chain(option_names(kind, Side::Port))) {
        Some(near) => error.with("near", near),
        None => error,
    }
}

/// Those of `keys` that a kernel can be built without, and what it has to be built with for them; none if there are none.
pub(super) fn option_missing<'a>(kind: &str, keys: impl Iterator<Item = &'a str>) -> Option<Error> {
    let optional =
        |key: &'a str| bridge::BUILT_WITH.iter().find(|(prefix, _)| key.starts_with(prefix)).map(|(_, c)| (key, c));
    let (key, config) = keys.filter(|_| kind == "bridge").find_map(optional)?;
    Some(Error::new(&explain::LINK_OPTION_MISSING).with("key", key).with("type", kind).with("config", config))
}

/// The kind of a link with its options, for `IFLA_LINKINFO`.
pub(super) fn own_info(kind: &str, settings: &Settings) -> Result<Vec<LinkInfo>> {
    let mut info = vec![LinkInfo::Kind(InfoKind::from(kind))];
    let data = encode(kind, Side::Own, settings)?;
    if !data.is_empty() {
        info.push(LinkInfo::Data(InfoData::Other(data)));
    }
    Ok(info)
}

/// The options of a port of a link of `kind`, for `IFLA_LINKINFO`.
pub(super) fn port_info(kind: &str, settings: &Settings) -> Result<Vec<LinkInfo>> {
    let data = encode(kind, Side::Port, settings)?;
    let port_kind = match kind {
        "bridge" => InfoPortKind::Bridge,
        other => InfoPortKind::Other(other.to_owned()),
    };
    Ok(vec![LinkInfo::PortKind(port_kind), LinkInfo::PortData(InfoPortData::Other(data))])
}

/// What a link's `IFLA_LINKINFO` says: its kind with its options, its master's kind with those of a port.
#[derive(Debug, Default)]
pub(super) struct Info {
    pub(super) kind: Option<String>,
    pub(super) data: Settings,
    pub(super) port_kind: Option<String>,
    pub(super) port: Settings,
}

/// Reads `IFLA_LINKINFO`.
pub(super) fn read(attributes: &[LinkInfo]) -> Info {
    let mut info = Info::default();
    for attribute in attributes {
        match attribute {
            LinkInfo::Kind(kind) => info.kind = Some(kind.to_string()),
            LinkInfo::PortKind(kind) => info.port_kind = Some(kind.to_string()),
            LinkInfo::Data(InfoData::Bridge(data)) => info.data = decode("bridge", Side::Own, data),
            LinkInfo::Data(InfoData::Vrf(data)) => info.data = decode("vrf", Side::Own, data),
            LinkInfo::PortData(InfoPortData::BridgePort(data)) => info.port = decode("bridge", Side::Port, data),
            _ => {}
        }
    }
    bridge::forget_unsettable(&mut info.data);
    info
}

fn decode<N: Nla>(kind: &str, side: Side, attributes: &[N]) -> Settings {
    let mut bytes = Vec::new();
    for attribute in attributes {
        let mut value = vec![0; attribute.value_len()];
        attribute.emit_value(&mut value);
        attr::put(&mut bytes, attribute.kind(), &value);
    }
    words::decode(words(kind, side), &[], &bytes, &|_| None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::Setting;

    #[test]
    fn no_word_stands_twice() {
        for words in tables() {
            let mut names: Vec<&str> = words::names(words).collect();
            names.sort_unstable();
            assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        }
    }

    #[test]
    fn what_only_reading_gives_is_no_error_and_a_misspelt_word_is() {
        let facts = vec![("root_port".into(), Setting::Integer(3))];
        assert!(encode("bridge", Side::Own, &facts).expect("ignored").is_empty());
        let misspelt = vec![("stp_stat".into(), Setting::Switch(true))];
        let error = encode("bridge", Side::Own, &misspelt).expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"stp_state\"?"));
        let on = vec![("stp_state".into(), Setting::Switch(true))];
        assert_eq!(encode("bridge", Side::Own, &on).expect("bytes"), [8, 0, 5, 0, 1, 0, 0, 0]);
    }
}
