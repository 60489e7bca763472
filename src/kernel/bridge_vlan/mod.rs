//! VLANs of bridges and of their ports: who is a member and how, in the words of `bridge vlan` (Linux
//! `net/bridge/br_vlan.c`, `struct br_vlan_msg`).

mod global;
pub mod mst;

use std::fmt;

use nix::errno::Errno;

pub use global::{GLOBAL, list as list_global, set as set_global};

use super::device::{Device, index_names};
use super::entry;
use super::namespace::Namespace;
use super::range::Range;
use super::words::Form::{Bit16, Nested, Switch8, U8, U32, U64, Words8};
use super::words::{self, Setting, Settings, Word, fact, field, option};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};

/// `RTM_NEWVLAN`, behind which the types that delete and ask follow.
pub(super) const NEW: u16 = 112;
/// Length of `struct br_vlan_msg`.
const LENGTH: usize = 8;
/// `BRIDGE_VLANDB_ENTRY`.
const ENTRY: u16 = 1;
/// `BRIDGE_VLANDB_DUMP_FLAGS`, and its bit for counters.
const DUMP_FLAGS: u16 = 1;
const DUMP_STATS: u32 = 1;
/// `BRIDGE_VLANDB_ENTRY_INFO`, a `struct bridge_vlan_info`.
const INFO: u16 = 1;
/// `BRIDGE_VLANDB_ENTRY_RANGE`.
const LAST: u16 = 2;
/// `BRIDGE_VLANDB_ENTRY_TUNNEL_INFO`.
const TUNNEL: u16 = 4;
/// `BRIDGE_VLAN_INFO_ONLY_OPTS`: the VLAN is there, and its options alone are meant.
const ONLY_OPTIONS: u16 = 64;

/// How a VLAN's frames leave and enter.
const MEMBERSHIP: &[Word] = &[field("pvid", INFO, 4, 0, Bit16(2)), field("untagged", INFO, 4, 0, Bit16(4))];

/// A VLAN's own options at a port or at the bridge (`BRIDGE_VLANDB_ENTRY_*`).
pub const OPTIONS: &[Word] = &[
    option("state", 3, Words8(&["disabled", "listening", "learning", "forwarding", "blocking"])),
    option("tunnel_info", TUNNEL, Nested(&[option("id", 1, U32)])),
    option("mcast_router", 6, U8),
    fact("mcast_n_groups", 7, U32),
    option("mcast_max_groups", 8, U32),
    option("neigh_suppress", 9, Switch8),
    fact("stats", 5, Nested(STATS)),
];

/// `BRIDGE_VLANDB_STATS_*`.
const STATS: &[Word] =
    &[fact("rx_bytes", 1, U64), fact("rx_packets", 2, U64), fact("tx_bytes", 3, U64), fact("tx_packets", 4, U64)];

/// Whose VLANs they are.
pub const WHOSE: &[Word] = &[option("self", 0, Switch8), option("master", 0, Switch8)];

/// All that a new VLAN can have.
pub const WORDS: &[&[Word]] = &[MEMBERSHIP, WHOSE, OPTIONS];

/// VLANs by their numbers.
pub type Vlans = Range<u16>;

/// `"10-20"` or `"10"`; `EINVAL` for what is no number of a VLAN.
pub fn parse(text: &str) -> Result<Vlans> {
    Range::parse(text, 1, 4094).ok_or_else(|| Error::new(&explain::VLAN_RANGE).with("text", text))
}

fn vlans(first: u64, last: u64) -> Option<Vlans> {
    Some(Range { first: u16::try_from(first).ok()?, last: u16::try_from(last).ok()? })
}

/// Makes a port, or the bridge itself, a member of VLANs; of those it is in it changes how.
pub fn add(device: &Device, vlans: Vlans, settings: &Settings) -> Result<()> {
    if !words::flag(settings, "self") {
        return write(device, vlans, settings, 0);
    }
    set_own(device, libc::RTM_SETLINK, settings, vlans)?;
    let has_options = settings.iter().any(|(key, _)| words::has(OPTIONS, key));
    if has_options { set(device, vlans, settings) } else { Ok(()) }
}

/// Takes a port, or the bridge itself, out of VLANs; nothing happens where it is in none of them.
pub fn delete(device: &Device, vlans: Vlans, settings: &Settings) -> Result<()> {
    if words::flag(settings, "self") {
        return set_own(device, libc::RTM_DELLINK, &Settings::new(), vlans);
    }
    send(device, NEW + 1, vlans, &Settings::new(), 0)
}

/// Sets options of VLANs that a port or the bridge is in.
pub fn set(device: &Device, vlans: Vlans, settings: &Settings) -> Result<()> {
    write(device, vlans, &words::without(settings, &["pvid", "untagged"]), ONLY_OPTIONS)
}

fn write(device: &Device, vlans: Vlans, settings: &Settings, only: u16) -> Result<()> {
    let suppresses = words::flag(settings, "neigh_suppress");
    match send(device, NEW, vlans, settings, only) {
        // A VLAN that has a tunnel takes no other, nor the same.
        Err(error) if error.is(&explain::OBJECT_EXISTS) && words::table(settings, "tunnel_info").is_some() => {
            let none = vec![("tunnel_info".into(), Setting::Switch(false))];
            send(device, NEW, vlans, &none, ONLY_OPTIONS)?;
            send(device, NEW, vlans, settings, only)
        }
        // The bridge's own show that they do not (Linux since 6.4), and are refused where they are told so.
        Err(error) if error.kernel_text().is_some_and(|text| text.contains("neigh_suppress")) && !suppresses => {
            send(device, NEW, vlans, &words::without(settings, &["neigh_suppress"]), only)
        }
        written => written,
    }
}

fn flags(settings: &Settings) -> u16 {
    let on = |name, bit| if words::flag(settings, name) { bit } else { 0 };
    on("pvid", 2) | on("untagged", 4)
}

fn info(flags: u16, vid: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (flags.to_ne_bytes(), vid.to_ne_bytes());
    [a, b, c, d]
}

fn send(device: &Device, kind: u16, vlans: Vlans, settings: &Settings, only: u16) -> Result<()> {
    let options = words::encode(OPTIONS, &words::without(settings, &["tunnel_info"]), &mut words::no_links)?;
    let tunnel = words::find(settings, "tunnel_info").map(tunnel).transpose()?;
    let mut entry = Vec::new();
    attr::put(&mut entry, INFO, &info(flags(settings) | only, vlans.first));
    if vlans.last > vlans.first {
        attr::put(&mut entry, LAST, &vlans.last.to_ne_bytes());
    }
    entry.extend(options);
    if let Some(tunnel) = tunnel {
        attr::nest(&mut entry, TUNNEL, |inner| *inner = tunnel);
    }
    execute(device, &format!("VLAN {vlans} of \"{device}\""), |index| {
        let mut message = Message::new(kind, &header(index));
        attr::nest(&mut message.bytes, ENTRY, |inner| *inner = entry);
        message
    })
}

/// Sets a tunnel by its id, the first of those for a range; `false` takes it away.
fn tunnel(setting: &Setting) -> Result<Vec<u8>> {
    /// `BRIDGE_VLANDB_TINFO_ID` and `_CMD`.
    const ID: u16 = 1;
    const COMMAND: u16 = 2;
    let mut bytes = Vec::new();
    if *setting == Setting::Switch(false) {
        attr::put_u32(&mut bytes, COMMAND, libc::RTM_DELLINK.into());
        return Ok(bytes);
    }
    let id = match setting {
        Setting::Table(settings) => words::integer(settings, "id"),
        _ => None,
    };
    let id = id.and_then(|id| u32::try_from(id).ok()).ok_or_else(|| {
        let error = Error::new(&explain::WORD_VALUE).with("key", "tunnel_info").with("got", setting);
        error.with("expected", "a table with the id of the tunnel, or false")
    })?;
    attr::put_u32(&mut bytes, ID, id);
    attr::put_u32(&mut bytes, COMMAND, libc::RTM_SETLINK.into());
    Ok(bytes)
}

/// Sends the request that `message` makes for the link's index; `what` it is about.
fn execute(device: &Device, what: &str, message: impl FnOnce(u32) -> Message) -> Result<()> {
    let sent = device.namespace.with_socket(|socket| {
        let message = message(device.index_in(socket)?);
        socket.execute(message, 0).map_err(|error| device.or_missing(refused(error, device, what), socket))
    });
    sent.map_err(|error| error.object(device))
}

fn refused(error: Error, link: impl fmt::Display, what: impl fmt::Display) -> Error {
    // The kernel's words alone tell what is wrong.
    let no_bridge = error.kernel_text().is_some_and(|text| text.contains("not a valid bridge"));
    let error = if no_bridge { error.explain(&[(Errno::EINVAL, &explain::VLAN_NO_BRIDGE)]) } else { error };
    entry::refused(error.with("link", link), what, "changing VLANs")
        .with("remedy", "use a kernel with CONFIG_BRIDGE_VLAN_FILTERING, and self = true only for bridges")
}

fn header(index: u32) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_BRIDGE as u8;
    header[4..].copy_from_slice(&index.to_ne_bytes());
    header
}

/// `IFLA_BRIDGE_VLAN_INFO` for each end of a range, or for one.
fn membership(settings: &Settings, vlans: Vlans) -> Vec<u8> {
    /// `BRIDGE_VLAN_INFO_RANGE_BEGIN` and `_END`.
    const ENDS: [u16; 2] = [8, 16];
    let ends = [(ENDS[0], vlans.first), (ENDS[1], vlans.last)];
    let ends = if vlans.last > vlans.first { &ends[..] } else { &[(0, vlans.first)] };
    let mut bytes = Vec::new();
    for (end, vid) in ends {
        attr::put(&mut bytes, 2, &info(flags(settings) | end, *vid));
    }
    bytes
}

/// The request that is about the link's own table, not its bridge's.
fn set_own(device: &Device, kind: u16, settings: &Settings, vlans: Vlans) -> Result<()> {
    /// `IFLA_AF_SPEC`, `IFLA_BRIDGE_FLAGS` in it, and `BRIDGE_FLAGS_SELF`.
    const OF_FAMILY: u16 = 26;
    const FLAGS: u16 = 0;
    const SELF: u16 = 2;
    execute(device, &format!("VLAN {vlans} of \"{device}\""), |index| {
        let mut header = [0; 16];
        header[0] = libc::AF_BRIDGE as u8;
        header[4..8].copy_from_slice(&index.to_ne_bytes());
        let mut message = Message::new(kind, &header);
        attr::nest(&mut message.bytes, OF_FAMILY, |inner| {
            attr::put(inner, FLAGS, &SELF.to_ne_bytes());
            inner.extend(membership(settings, vlans));
        });
        message
    })
}

/// Which VLANs are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this bridge or port.
    pub dev: Option<Device>,
    /// Those with a number in here.
    pub vid: Option<Vlans>,
    /// With counters: then each has a record of its own.
    pub stats: bool,
}

/// The VLANs of bridges and ports, those of one link that follow each other and are alike as one: each with its `dev`,
/// its `vid` (a number, or text such as `"10-20"`) and how it is in it.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    dump(namespace, filter, if filter.stats { DUMP_STATS } else { 0 }, ENTRY, read)
}

/// What an entry says of which VLANs.
fn read(entry: &[u8], name: words::NameOf<'_>) -> Option<(Vlans, Settings)> {
    let first = attr::find(entry, INFO).and_then(|info| attr::number(info.get(2..4)?))?;
    let last = attr::find(entry, LAST).and_then(attr::number).unwrap_or(first);
    let mut settings = words::decode(MEMBERSHIP, &[], entry, name);
    settings.extend(words::decode(OPTIONS, &[], entry, name));
    Some((vlans(first, last)?, settings))
}

/// A record of VLANs at a link.
fn at(dev: &str, (vlans, settings): (Vlans, Settings)) -> Settings {
    let mut record = vec![("dev".into(), Setting::Text(dev.to_owned())), ("vid".into(), vlans.setting())];
    record.extend(settings);
    record
}

/// The request that lists each VLAN by itself, as the kernel does where counters are asked for.
pub(super) const EACH: [u8; 16] = {
    let ([l0, l1], [k0, k1], [f0, f1, f2, f3]) =
        (8u16.to_ne_bytes(), DUMP_FLAGS.to_ne_bytes(), DUMP_STATS.to_ne_bytes());
    [libc::AF_BRIDGE as u8, 0, 0, 0, 0, 0, 0, 0, l0, l1, k0, k1, f0, f1, f2, f3]
};

/// Messages of one VLAN each, without its counters: the header, with the VLAN's number in what it reserves, and the entry.
pub(super) fn parts(bytes: &[u8]) -> Vec<Box<[u8]>> {
    /// `BRIDGE_VLANDB_ENTRY_STATS` and `_MCAST_N_GROUPS`.
    const COUNTERS: [u16; 2] = [5, 7];
    let part = |entry: &[u8]| {
        let mut header: [u8; LENGTH] = bytes.get(..LENGTH)?.try_into().ok()?;
        header[2..4].copy_from_slice(attr::find(entry, INFO)?.get(2..4)?);
        let mut message = Message::new(NEW, &header);
        attr::nest(&mut message.bytes, ENTRY, |inner| {
            for (kind, value) in attr::Attributes::new(entry).filter(|(kind, _)| !COUNTERS.contains(kind)) {
                attr::put(inner, kind, value);
            }
        });
        Some(message.bytes.into())
    };
    let entries = attr::Attributes::new(bytes.get(LENGTH..).unwrap_or_default()).filter(|(kind, _)| *kind == ENTRY);
    entries.filter_map(|(_, entry)| part(entry)).collect()
}

/// What one of [`parts`] says.
pub(super) fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let dev = name(attr::u32_of(bytes.get(4..)?)?)?;
    Some(at(&dev, read(attr::find(bytes.get(LENGTH..)?, ENTRY)?, name)?))
}

/// A list of what each answer has in attributes of this type, with the links' names and the VLANs in front.
fn dump(
    namespace: &Namespace,
    filter: &Filter,
    flags: u32,
    kind: u16,
    read: impl Fn(&[u8], words::NameOf<'_>) -> Option<(Vlans, Settings)>,
) -> Result<Vec<Settings>> {
    let listed = namespace.with_socket(|socket| {
        let dev = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let mut request = Message::new(NEW + 2, &header(dev.unwrap_or(0)));
        attr::put_u32(&mut request.bytes, DUMP_FLAGS, flags);
        let names = index_names(socket)?;
        let listed = socket.dump_with(&request, |_, bytes| {
            let dev = names.get(&attr::u32_of(bytes.get(4..)?)?)?;
            let entries = attr::Attributes::new(bytes.get(LENGTH..)?).filter(|(found, _)| *found == kind);
            let entries = entries.filter_map(|(_, entry)| read(entry, &|index| names.get(&index).cloned()));
            let wanted = entries.filter(|(vlans, _)| filter.vid.is_none_or(|wanted| wanted.meets(*vlans)));
            Some(wanted.map(|found| at(dev, found)).collect::<Vec<_>>())
        });
        listed.map_err(|error| match &filter.dev {
            Some(device) => device.or_missing(refused(error, device, format!("VLAN of \"{device}\"")), socket),
            None => refused(error, "", "VLANs of bridges"),
        })
    })?;
    Ok(listed.into_iter().flatten().collect())
}
