//! Kinds of links: the options of each in `ip link`'s words, as a table from word to netlink attribute.
//!
//! One table a kind serves reading, writing and "did you mean". A family of kinds is a file with its `KINDS`; a new one is
//! added to [`FAMILIES`]. What a table cannot say of a kind are further fields of [`Kind`]. A kind without a table can be
//! made by its name.

mod bond;
mod bridge;
mod can;
mod definition;
mod geneve;
mod gre;
mod ip6tnl;
mod ipip;
mod ipsec;
mod macsec;
mod macvlan;
mod other;
mod over_udp;
mod ring;
mod team;
mod tun;
mod tunnel;
pub mod veth;
mod vlan;
mod vrf;
mod vxlan;
pub mod wireguard;

use definition::{Aside, Kind};
pub use other::check as check_kind;
pub(super) use other::missing;

use crate::error::{Error, Result, explain, nearest};
use crate::kernel::device::Device;
use crate::kernel::words::{self, Form, IndexOf, NameOf, Setting, Settings, Word};
use crate::netlink::attr;

/// `IFLA_INFO_KIND` and what follows it in `IFLA_LINKINFO`.
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const INFO_PORT_KIND: u16 = 4;
const INFO_PORT_DATA: u16 = 5;

const FAMILIES: &[&[Kind]] = &[
    bond::KINDS,
    bridge::KINDS,
    can::KINDS,
    geneve::KINDS,
    gre::KINDS,
    ip6tnl::KINDS,
    ipip::KINDS,
    ipsec::KINDS,
    macsec::KINDS,
    macvlan::KINDS,
    over_udp::KINDS,
    ring::KINDS,
    team::KINDS,
    tun::KINDS,
    veth::KINDS,
    vlan::KINDS,
    vrf::KINDS,
    vxlan::KINDS,
    wireguard::KINDS,
    other::KINDS,
];

/// Every kind that nsl knows.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().copied().flatten()
}

/// The kind called `name`, if nsl knows it.
fn known(name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == name)
}

/// The names of all kinds.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    kinds().map(|kind| kind.name)
}

/// The option under which stand those of a port of a bridge whose words are ones of the link's own kind too (vxlan's
/// `learning`).
pub const PORT_TABLE: &str = "bridge_slave";

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

/// The words for the options of a port of a link of `kind`.
pub fn port_words(kind: &str) -> &'static [Word] {
    words(kind, Side::Port)
}

/// The tables of all kinds: those of the links, then those of their ports.
pub fn tables() -> impl Iterator<Item = &'static [Word]> {
    kinds().map(|kind| kind.own).chain(kinds().map(|kind| kind.port)).filter(|words| !words.is_empty())
}

/// The families of kinds: each kind's name with those of its words that can be set, of a link and then of a port of one.
/// A family has one file, and where a word of several of its kinds is the same, one line there.
pub fn settable_by_family() -> impl Iterator<Item = Vec<(&'static str, Vec<&'static str>)>> {
    let words = |kind: &'static Kind| words::settable(kind.own).chain(words::settable(kind.port)).collect();
    FAMILIES.iter().map(move |kinds| kinds.iter().map(|kind| (kind.name, words(kind))).collect())
}

/// The words for the options of `kind`; empty where nsl knows none.
fn option_names(kind: &str, side: Side) -> impl Iterator<Item = &'static str> {
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
pub fn has(kind: &str, side: Side, key: &str) -> bool {
    words::has(words(kind, side), key)
}

/// Whether links of this kind come in pairs.
pub fn is_pair(kind: &str) -> bool {
    known(kind).is_some_and(|kind| kind.pair)
}

/// Whether links of this kind stand on another, which has to be named.
pub(super) fn stands(kind: &str) -> bool {
    known(kind).is_some_and(|kind| kind.stands)
}

/// Whether all is said without which there is no link of this kind.
pub(super) fn need(kind: &str, own: &Settings) -> Result<()> {
    let needs = known(kind).map_or(&[][..], |kind| kind.needs);
    if words::flag(own, "external") { Ok(()) } else { words::need(own, needs) }
}

/// Whether a link of this kind has the queues that the kernel gives it.
pub(super) fn has_queues(kind: &str) -> bool {
    known(kind).is_some_and(|kind| kind.queues)
}

/// Makes a link of a kind that no message makes; none if a message does.
pub(super) fn make(kind: &str, device: &Device, own: &Settings, index: Option<u32>) -> Option<Result<()>> {
    let make = known(kind)?.make?;
    Some(encode(kind, Side::Own, own, &mut words::no_links).and_then(|_| make(device, own, index)))
}

/// How the options of this kind are told and read, if not by messages about links.
pub(super) fn aside(kind: Option<&str>) -> Option<&'static Aside> {
    known(kind?)?.aside.as_ref()
}

/// Whether the option `key` is one of ports, of whatever kind their master is.
pub(super) fn is_of_ports(key: &str) -> bool {
    key == PORT_TABLE || kinds().any(|kind| words::has(kind.port, key))
}

/// The options that a link of `kind` has by its kind, and those that it has as a port of its master. A word of both is its
/// own, but in [`PORT_TABLE`]; one of neither too, to be refused as such.
pub(super) fn split(kind: &str, options: Settings) -> (Settings, Settings) {
    let (own, mut port) = split_off(kind, options);
    if let Some(place) = port.iter().position(|(key, _)| key == PORT_TABLE)
        && let (_, Setting::Table(more)) = port.remove(place)
    {
        port.retain(|(key, _)| words::find(&more, key).is_none());
        port.extend(more);
    }
    (own, port)
}

/// As [`split`], but what stands in [`PORT_TABLE`] stays there: for what is split again. Words that are short for others
/// are those.
pub(super) fn split_off(kind: &str, options: Settings) -> (Settings, Settings) {
    let is_own = |key: &str| has(kind, Side::Own, key) || !is_of_ports(key);
    let (own, port): (Settings, Settings) = options.into_iter().partition(|(key, _)| is_own(key));
    (words::lengthen(words(kind, Side::Own), &own).into_owned(), port)
}

/// What is told of a new link of `kind` for which these of its own options are asked.
pub(super) fn fresh(kind: &str, asked: &Settings) -> Settings {
    let mut told = asked.clone();
    if let Some(kind) = known(kind) {
        (kind.fresh)(&mut told);
    }
    told
}

/// What of its own options a change of a link of `kind` has to say, that has the options `before` and is to have those of
/// `asked`: what it has already is left out, but where the kind has to be told all.
///
/// A kernel may show an option that it refuses to be told.
pub(super) fn changes(kind: &str, before: &Settings, asked: &Settings) -> Settings {
    let mut changes: Settings = asked.iter().filter(|option| !before.contains(option)).cloned().collect();
    let Some(kind) = known(kind).filter(|_| !changes.is_empty()) else { return changes };
    let together = |key: &str| kind.together.contains(&key);
    if kind.whole || changes.iter().any(|(key, _)| together(key)) {
        let wanted = |key: &str| kind.whole || together(key);
        let kept = before.iter().filter(|(key, _)| words::find(asked, key).is_none());
        let all = asked.iter().chain(kept).filter(|option| wanted(&option.0) && !changes.contains(option));
        let all: Vec<_> = all.cloned().collect();
        changes.extend(all);
    }
    changes
}

/// What has to be said of its own options so that a link of `kind` that has those of `now` has those of `before` again, of
/// which these were to change.
pub(super) fn back(kind: &str, changed: &Settings, before: &Settings, now: &Settings) -> Settings {
    if known(kind).is_some_and(|kind| kind.whole) && now != before {
        return before.clone();
    }
    changes(kind, now, changed)
}

/// The first of the options that were asked for which the kernel does not show: it has passed over it in silence.
pub(super) fn ignored<'a>(kind: &str, asked: &'a Settings, now: &Settings) -> Option<&'a str> {
    let unread = known(kind).map_or(&[][..], |kind| kind.unread);
    let shows = |key: &str| words::find(now, key).is_some() || unread.contains(&key);
    let settable = |key: &str| words::word(words(kind, Side::Own), key).is_some_and(|word| word.settable);
    let ignored = asked.iter().find(|(key, value)| settable(key) && !is_nothing(value) && !shows(key));
    ignored.map(|(key, _)| key.as_ref())
}

/// The links that options of a link of `kind` name.
pub fn named_links<'a>(kind: &str, options: &'a Settings) -> impl Iterator<Item = &'a str> + Clone {
    let words = words(kind, Side::Own);
    let is_link = |key: &str| words::word(words, key).is_some_and(|word| matches!(word.form, Form::Link));
    options.iter().filter_map(move |(key, value)| match value {
        Setting::Text(name) if is_link(key) => Some(name.as_str()),
        _ => None,
    })
}

/// Options of a link of `kind` as they are read from it: `"100ms"` is 0.1. Without those that are never read.
pub fn as_read(kind: &str, options: &Settings) -> Settings {
    let table = words(kind, Side::Own);
    let unread = known(kind).map_or(&[][..], |kind| kind.unread);
    let read = |option: &(std::borrow::Cow<'static, str>, Setting)| {
        let bytes = words::encode(table, &vec![option.clone()], &mut words::no_links).ok()?;
        words::decode(table, &[], &bytes, &|_| None).into_iter().find(|(key, _)| *key == option.0)
    };
    let read_or_same =
        |option: &(std::borrow::Cow<'static, str>, Setting)| read(option).unwrap_or_else(|| option.clone());
    options.iter().filter(|(key, _)| !unread.contains(&key.as_ref())).map(read_or_same).collect()
}

/// Whether a value is what is not shown: off, none, any, auto.
fn is_nothing(value: &Setting) -> bool {
    match value {
        Setting::Switch(on) => !on,
        Setting::Integer(number) => *number == 0,
        Setting::Number(number) => *number == 0.0,
        Setting::Text(text) => matches!(text.as_str(), "" | "any" | "auto" | "none" | "off" | "0.0.0.0" | "::"),
        Setting::List(values) => values.is_empty(),
        Setting::Table(settings) => settings.is_empty(),
    }
}

/// The attributes for `settings`, encoded one after another. `EINVAL` for a word the kind lacks and for a value it
/// cannot have.
fn encode(kind: &str, side: Side, settings: &Settings, index: IndexOf<'_>) -> Result<Vec<u8>> {
    let words = words(kind, side);
    if let Some((key, _)) = settings.iter().find(|(key, _)| !words::has(words, key)) {
        return Err(unknown(kind, key));
    }
    let mut bytes = words::encode(words, settings, index)?;
    if side == Side::Own && aside(Some(kind)).is_some() {
        return Ok(Vec::new());
    }
    if let (Some(kind), Side::Own) = (known(kind), side) {
        (kind.more)(settings, &mut bytes);
    }
    Ok(bytes)
}

/// "bridge" links have no option "stpp_state"; did you mean …
pub(super) fn unknown(kind: &str, key: &str) -> Error {
    let near = nearest(key, option_names(kind, Side::Own).chain(option_names(kind, Side::Port)));
    Error::new(&explain::LINK_OPTION_UNKNOWN).with("type", kind).with("key", key).near(near)
}

/// The first of `keys` that a kernel can be built without, and what it has to be built with for it; none if there is none.
pub(super) fn option_missing<'a>(mut keys: impl Iterator<Item = &'a str>) -> Option<Error> {
    keys.find_map(|key| {
        let optional = |kind: &'static Kind| kind.built_with.iter().map(move |(prefix, config)| (kind, prefix, config));
        let (kind, _, config) = kinds().flat_map(optional).find(|(_, prefix, _)| key.starts_with(**prefix))?;
        let error = Error::new(&explain::LINK_OPTION_MISSING).with("key", key);
        Some(error.with("type", kind.name).with("config", config))
    })
}

/// The kind of a link with its options, for `IFLA_LINKINFO`.
pub(super) fn own_info(kind: &str, settings: &Settings, index: IndexOf<'_>) -> Result<Vec<u8>> {
    Ok(info((INFO_KIND, kind), (INFO_DATA, &encode(kind, Side::Own, settings, index)?)))
}

/// The options of a port of a link of `kind`, for `IFLA_LINKINFO`.
pub(super) fn port_info(kind: &str, settings: &Settings, index: IndexOf<'_>) -> Result<Vec<u8>> {
    Ok(info((INFO_PORT_KIND, kind), (INFO_PORT_DATA, &encode(kind, Side::Port, settings, index)?)))
}

/// A kind, and options unless there are none.
fn info((kind_is, kind): (u16, &str), (data_is, data): (u16, &[u8])) -> Vec<u8> {
    let mut info = Vec::new();
    attr::put(&mut info, kind_is, kind.as_bytes());
    if !data.is_empty() {
        attr::put(&mut info, data_is | attr::NESTED, data);
    }
    info
}

/// What a link's `IFLA_LINKINFO` says: its kind with its options, its master's kind with those of a port.
#[derive(Debug, Default)]
pub(super) struct Info {
    pub(super) kind: Option<String>,
    pub(super) data: Settings,
    pub(super) port_kind: Option<String>,
    pub(super) port: Settings,
}

/// Reads `IFLA_LINKINFO`. A link among the options is its index; [`name_links`] gives it its name.
pub(super) fn read(info: &[u8]) -> Info {
    let kind = |attribute| attr::find(info, attribute).map(attr::text);
    let (kind, port_kind) = (kind(INFO_KIND), kind(INFO_PORT_KIND));
    let options = |kind: &Option<String>, side, attribute| {
        let (Some(kind), Some(data)) = (kind, attr::find(info, attribute)) else { return Settings::new() };
        words::decode(words(kind, side), &[], data, &|_| None)
    };
    let mut data = options(&kind, Side::Own, INFO_DATA);
    let kind = kind.map(|kind| if kind == "tun" { tun::kind_of(&data).to_owned() } else { kind });
    if let Some(kind) = kind.as_deref().and_then(known) {
        (kind.forget)(&mut data);
    }
    Info { data, port: options(&port_kind, Side::Port, INFO_PORT_DATA), kind, port_kind }
}

/// Gives the links among options that were read their names; 0 is none.
pub(super) fn name_links(kind: &str, side: Side, settings: &mut Settings, name: NameOf<'_>) {
    for word in words::all(words(kind, side)).filter(|word| matches!(word.form, Form::Link)) {
        settings.retain(|(key, value)| key != word.name || *value != Setting::Integer(0));
        let Some((_, value)) = settings.iter_mut().find(|(key, _)| key == word.name) else { continue };
        let Setting::Integer(index) = *value else { continue };
        if let Some(name) = u32::try_from(index).ok().and_then(name) {
            *value = Setting::Text(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_a_word_stand_together() {
        for words in tables() {
            let mut names: Vec<&str> = words::names(words).collect();
            names.dedup();
            names.sort_unstable();
            assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        }
    }

    #[test]
    fn what_only_reading_gives_is_no_error_and_a_misspelt_word_is() {
        let facts = vec![("root_port".into(), Setting::Integer(3))];
        assert!(encode("bridge", Side::Own, &facts, &mut words::no_links).expect("ignored").is_empty());
        let misspelt = vec![("stp_stat".into(), Setting::Switch(true))];
        let error = encode("bridge", Side::Own, &misspelt, &mut words::no_links).expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"stp_state\"?"));
        let on = vec![("stp_state".into(), Setting::Switch(true))];
        assert_eq!(encode("bridge", Side::Own, &on, &mut words::no_links).expect("bytes"), [8, 0, 5, 0, 1, 0, 0, 0]);
    }
}
