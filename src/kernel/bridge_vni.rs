//! The VNIs that an external vxlan link takes, in the words of `bridge vni` (Linux `drivers/net/vxlan/vxlan_vnifilter.c`,
//! `struct tunnel_msg`).

use nix::errno::Errno;

use super::device::{Device, index_names};
use super::entry;
use super::namespace::Namespace;
use super::range::Range;
use super::words::Form::{Ip, Nested, U64};
use super::words::{self, Setting, Settings, Word, fact, option};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};

/// `RTM_NEWTUNNEL`, behind which the types that delete and ask follow.
pub(super) const NEW: u16 = 120;
/// Length of `struct tunnel_msg`.
pub(super) const LENGTH: usize = 8;
/// `TUNNEL_MSG_FLAG_STATS`: with counters.
const WITH_STATS: u8 = 1;
/// `VXLAN_VNIFILTER_ENTRY`.
const ENTRY: u16 = 1;
/// `VXLAN_VNIFILTER_ENTRY_START` and `_END`, `_GROUP` and `_GROUP6`.
const FIRST: u16 = 1;
const LAST: u16 = 2;
const GROUP: u16 = 3;
const GROUP6: u16 = 4;

/// Where frames of a VNI go whose remote end is not known: to a group of multicast or to a remote end.
pub const WORDS: &[Word] = &[option("group", GROUP, Ip), option("remote", GROUP, Ip)];

const STATS: &[Word] = &[fact(
    "stats",
    5,
    Nested(&[
        fact("rx_bytes", 1, U64),
        fact("rx_pkts", 2, U64),
        fact("rx_drops", 3, U64),
        fact("rx_errors", 4, U64),
        fact("tx_bytes", 5, U64),
        fact("tx_pkts", 6, U64),
        fact("tx_drops", 7, U64),
        fact("tx_errors", 8, U64),
    ]),
)];

/// VNIs by their numbers.
pub type Vnis = Range<u32>;

/// `"100-200"` or `"100"`; `EINVAL` for what is no number of a VNI.
pub fn parse(text: &str) -> Result<Vnis> {
    Range::parse(text, 0, 0xff_ffff).ok_or_else(|| Error::new(&explain::VNI_RANGE).with("text", text))
}

/// Has a vxlan link take these VNIs; of those that it takes it changes where their frames go.
pub fn add(device: &Device, vnis: Vnis, settings: &Settings) -> Result<()> {
    send(device, vnis, settings, NEW)
}

/// Has a vxlan link take these VNIs no more; `ENOENT` if it does not take one of them.
pub fn delete(device: &Device, vnis: Vnis, _: &Settings) -> Result<()> {
    send(device, vnis, &Settings::new(), NEW + 1)
}

fn send(device: &Device, vnis: Vnis, settings: &Settings, kind: u16) -> Result<()> {
    let mut entry = Vec::new();
    attr::put_u32(&mut entry, FIRST, vnis.first);
    if vnis.last > vnis.first {
        attr::put_u32(&mut entry, LAST, vnis.last);
    }
    // The attribute says the family.
    for (_, value) in attr::Attributes::new(&words::encode(WORDS, settings, &mut words::no_links)?) {
        attr::put(&mut entry, if value.len() == 4 { GROUP } else { GROUP6 }, value);
    }
    let sent = device.namespace.with_socket(|socket| {
        let mut message = Message::new(kind, &header(device.index_in(socket)?, 0));
        attr::nest(&mut message.bytes, ENTRY, |inner| *inner = entry);
        socket.execute(message, 0).map_err(|error| device.or_missing(refused(error, device, vnis), socket))
    });
    sent.map_err(|error| error.object(device))
}

fn refused(error: Error, device: &Device, vnis: impl std::fmt::Display) -> Error {
    let no_vxlan = error.kernel_text().is_some_and(|text| text.contains("not a vxlan"));
    let no_filter = error.as_errno() == Some(Errno::EOPNOTSUPP);
    let rows = [(Errno::EINVAL, &explain::VNI_NO_FILTER), (Errno::EOPNOTSUPP, &explain::VNI_NO_FILTER)];
    let error = if no_vxlan || no_filter { error.explain(&rows) } else { error };
    entry::refused(error.with("link", device), format!("VNI {vnis} of \"{device}\""), "changing VNIs")
}

fn header(index: u32, flags: u8) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_BRIDGE as u8;
    header[1] = flags;
    header[4..].copy_from_slice(&index.to_ne_bytes());
    header
}

/// Which VNIs are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this link.
    pub dev: Option<Device>,
    /// Those with a number in here.
    pub vni: Option<Vnis>,
    /// With counters: then each has a record of its own.
    pub stats: bool,
}

/// The VNIs that vxlan links with a filter take, those that follow each other and are alike as one: each with its `dev`,
/// its `vni` (a number, or text such as `"100-200"`) and where their frames go.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    let listed = namespace.with_socket(|socket| {
        let dev = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let flags = if filter.stats { WITH_STATS } else { 0 };
        let names = index_names(socket)?;
        let request = Message::new(NEW + 2, &header(dev.unwrap_or(0), flags));
        let listed = socket.dump_with(&request, |_, bytes| {
            let dev = names.get(&attr::u32_of(bytes.get(4..)?)?)?;
            let entries = attr::Attributes::new(bytes.get(LENGTH..)?).filter(|(kind, _)| *kind == ENTRY);
            let records = entries.filter_map(|(_, entry)| record(dev, entry, filter));
            Some(records.collect::<Vec<_>>())
        });
        listed.map_err(|error| match &filter.dev {
            Some(device) => device.or_missing(refused(error, device, "list"), socket),
            None => {
                entry::refused(error, "VNIs of vxlan links", "listing VNIs").with("remedy", "use Linux 5.18 or later")
            }
        })
    })?;
    Ok(listed.into_iter().flatten().collect())
}

/// Messages of one entry each, without its counters.
pub(super) fn parts(bytes: &[u8]) -> Vec<Box<[u8]>> {
    /// `VXLAN_VNIFILTER_ENTRY_STATS`.
    const STATS: u16 = 5;
    let entries = attr::Attributes::new(bytes.get(LENGTH..).unwrap_or_default()).filter(|(kind, _)| *kind == ENTRY);
    let part = |entry: &[u8]| {
        let mut message = Message::new(NEW, bytes.get(..LENGTH).unwrap_or_default());
        attr::nest(&mut message.bytes, ENTRY, |inner| {
            for (kind, value) in attr::Attributes::new(entry).filter(|(kind, _)| *kind != STATS) {
                attr::put(inner, kind, value);
            }
        });
        message.bytes.into()
    };
    entries.map(|(_, entry)| part(entry)).collect()
}

/// What one of [`parts`] is known by: the link and the numbers.
pub(super) fn identity(bytes: &[u8]) -> Vec<u8> {
    let mut identity = bytes.get(4..LENGTH).unwrap_or_default().to_vec();
    let entry = attr::find(bytes.get(LENGTH..).unwrap_or_default(), ENTRY).unwrap_or_default();
    for (kind, value) in attr::Attributes::new(entry).filter(|(kind, _)| matches!(*kind, FIRST | LAST)) {
        attr::put(&mut identity, kind, value);
    }
    identity
}

/// What one of [`parts`] says.
pub(super) fn read(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let dev = name(attr::u32_of(bytes.get(4..)?)?)?;
    record(&dev, attr::find(bytes.get(LENGTH..)?, ENTRY)?, &Filter::default())
}

fn record(dev: &str, entry: &[u8], filter: &Filter) -> Option<Settings> {
    let first = attr::find(entry, FIRST).and_then(attr::u32_of)?;
    let last = attr::find(entry, LAST).and_then(attr::u32_of).unwrap_or(first);
    let vnis = Vnis { first, last };
    if filter.vni.is_some_and(|wanted| !wanted.meets(vnis)) {
        return None;
    }
    let mut settings = vec![("dev".into(), Setting::Text(dev.to_owned())), ("vni".into(), vnis.setting())];
    let address = words::decode(&[fact("a", GROUP, Ip), fact("a", GROUP6, Ip)], &[], entry, &|_| None);
    let address = words::text(&address, "a").and_then(|address| address.parse::<std::net::IpAddr>().ok());
    if let Some(address) = address.filter(|address| !address.is_unspecified()) {
        let word = if address.is_multicast() { "group" } else { "remote" };
        settings.push((word.into(), Setting::Text(address.to_string())));
    }
    settings.extend(words::decode(STATS, &[], entry, &|_| None));
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![0u8..8, any::<u8>()], 0..60)) {
            let _ = record("x0", &bytes, &Filter::default());
        }
    }
}
