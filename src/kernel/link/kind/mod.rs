//! Kinds of links: the options of each in `ip link`'s words, as a table from word to netlink attribute.
//!
//! One table a kind serves reading, writing and "did you mean". A kind without a table can be made by its name.

mod bridge;
mod form;
mod other;
pub mod veth;

use std::borrow::Cow;

use netlink_packet_core::{NLA_TYPE_MASK, Nla};
use netlink_packet_route::link::{InfoData, InfoKind, InfoPortData, InfoPortKind, LinkInfo};

pub use form::Setting;
pub use other::check as check_kind;
pub(super) use other::missing;

use crate::error::{Error, Result, explain, nearest};
use form::Form;

/// Options with their values, in the words of `ip link`.
pub type Settings = Vec<(Cow<'static, str>, Setting)>;

/// One option of a kind.
struct Word {
    name: &'static str,
    attribute: u16,
    form: Form,
    /// Whether it can be set; what only reading gives is ignored when it is written back.
    settable: bool,
}

/// A settable option.
const fn option(name: &'static str, attribute: u16, form: Form) -> Word {
    Word { name, attribute, form, settable: true }
}

/// What only reading gives.
const fn fact(name: &'static str, attribute: u16, form: Form) -> Word {
    Word { name, attribute, form, settable: false }
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
    match (kind, side) {
        ("bridge", Side::Own) => bridge::OWN,
        ("bridge", Side::Port) => bridge::PORT,
        ("vrf", Side::Own) => VRF,
        _ => &[],
    }
}

/// A VRF's routing table: Linux `IFLA_VRF_TABLE`.
const VRF: &[Word] = &[option("table", 1, Form::U32)];

/// What has options of its own.
const WITH_OPTIONS: [(&str, Side); 3] = [("bridge", Side::Own), ("bridge", Side::Port), ("vrf", Side::Own)];

/// The words for the options of `kind`; empty where nsl knows none.
pub fn option_names(kind: &str, side: Side) -> impl Iterator<Item = &'static str> {
    words(kind, side).iter().map(|word| word.name)
}

/// All words of all kinds: the keys that `link_add` and `link_set` may meet beside a link's own.
pub fn all_option_names() -> impl Iterator<Item = &'static str> {
    WITH_OPTIONS.into_iter().flat_map(|(kind, side)| option_names(kind, side))
}

/// Those of [`all_option_names`] that can be set; the others only reading gives.
pub fn settable_option_names() -> impl Iterator<Item = &'static str> {
    let words = WITH_OPTIONS.into_iter().flat_map(|(kind, side)| words(kind, side));
    words.filter(|word| word.settable).map(|word| word.name)
}

/// Whether `kind` has the option `key`.
pub(super) fn has(kind: &str, side: Side, key: &str) -> bool {
    option_names(kind, side).any(|name| name == key)
}

/// The attributes for `settings`, encoded one after another. `EINVAL` for a word the kind lacks and for a value it
/// cannot have.
fn encode(kind: &str, side: Side, settings: &[(Cow<'static, str>, Setting)]) -> Result<Vec<u8>> {
    let words = words(kind, side);
    let mut bytes = Vec::new();
    for (key, value) in settings {
        let Some(word) = words.iter().find(|word| word.name == key) else {
            return Err(unknown(kind, key));
        };
        if word.settable {
            append(&mut bytes, word.attribute, &word.form.encode(key, value)?);
        }
    }
    Ok(bytes)
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

fn append(bytes: &mut Vec<u8>, attribute: u16, value: &[u8]) {
    bytes.extend_from_slice(&((value.len() + 4) as u16).to_ne_bytes());
    bytes.extend_from_slice(&attribute.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// The kind of a link with its options, for `IFLA_LINKINFO`.
pub(super) fn own_info(kind: &str, settings: &[(Cow<'static, str>, Setting)]) -> Result<Vec<LinkInfo>> {
    let mut info = vec![LinkInfo::Kind(InfoKind::from(kind))];
    let data = encode(kind, Side::Own, settings)?;
    if !data.is_empty() {
        info.push(LinkInfo::Data(InfoData::Other(data)));
    }
    Ok(info)
}

/// The options of a port of a link of `kind`, for `IFLA_LINKINFO`.
pub(super) fn port_info(kind: &str, settings: &[(Cow<'static, str>, Setting)]) -> Result<Vec<LinkInfo>> {
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
    info
}

fn decode<N: Nla>(kind: &str, side: Side, attributes: &[N]) -> Settings {
    let mut settings = Settings::new();
    for word in words(kind, side) {
        let Some(attribute) = attributes.iter().find(|nla| nla.kind() & NLA_TYPE_MASK == word.attribute) else {
            continue;
        };
        let mut value = vec![0; attribute.value_len()];
        attribute.emit_value(&mut value);
        settings.extend(word.form.decode(&value).map(|setting| (Cow::Borrowed(word.name), setting)));
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_and_no_attribute_stands_twice() {
        for side in [Side::Own, Side::Port] {
            let words = words("bridge", side);
            for (place, word) in words.iter().enumerate() {
                assert!(words[..place].iter().all(|other| other.name != word.name), "{}", word.name);
                assert!(words[..place].iter().all(|other| other.attribute != word.attribute), "{}", word.name);
            }
        }
    }

    #[test]
    fn what_only_reading_gives_is_no_error_and_a_misspelt_word_is() {
        let facts = [(Cow::Borrowed("root_port"), Setting::Integer(3))];
        assert!(encode("bridge", Side::Own, &facts).expect("ignored").is_empty());
        let misspelt = [(Cow::Borrowed("stp_stat"), Setting::Switch(true))];
        let error = encode("bridge", Side::Own, &misspelt).expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"stp_state\"?"));
        let on = [(Cow::Borrowed("stp_state"), Setting::Switch(true))];
        assert_eq!(encode("bridge", Side::Own, &on).expect("bytes"), [8, 0, 5, 0, 1, 0, 0, 0]);
    }
}
