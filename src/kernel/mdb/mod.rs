//! Groups of multicast: at which ports of a bridge there are members, or behind which remote ends of a vxlan link; in the
//! words of `bridge mdb` (Linux `include/uapi/linux/if_bridge.h`, `MDBA_*`).

mod entry;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

pub use entry::Group;
#[cfg(test)]
pub(super) use entry::{member, router};

use super::device::{Device, index_names};
use super::namespace::Namespace;
use super::words::Form::{Bit8, Ip, Link, Named8, Names8, Switch8, Time32, U16, U32};
use super::words::{self, Setting, Settings, Word, fact, fact_field, option};
use crate::error::{Error, Result, explain};
use crate::kernel::entry::{Links, delete_each, refused};
use crate::kernel::names::Names;
use crate::netlink::{Message, attr};

/// `RTM_NEWMDB`, behind which the types that delete and ask follow.
pub(super) const NEW: u16 = 84;
/// Length of `struct br_port_msg`.
const LENGTH: usize = 8;
/// `MDBA_SET_ENTRY` and `MDBA_SET_ENTRY_ATTRS`.
const ENTRY: u16 = 1;
/// See [`ENTRY`].
const ATTRIBUTES: u16 = 2;
/// `MDBA_MDB` and `MDBA_ROUTER`, of an answer.
const GROUPS: u16 = 1;
/// See [`GROUPS`].
const ROUTERS: u16 = 2;

/// `MDBA_MDB_EATTR_TIMER`.
const TIMER: u16 = 1;

/// `MCAST_INCLUDE` and `MCAST_EXCLUDE`.
const MODES: &[(u32, &str)] = &[(0, "exclude"), (1, "include")];

/// What a member has in a request (`MDBE_ATTR_*`), beside what stands in `struct br_mdb_entry`.
const WRITTEN: &[Word] = &[
    option("src", 1, Ip),
    option("filter_mode", 3, Names8(MODES)),
    option("proto", 4, Named8(Names::protocols)),
    option("dst", 5, Ip),
    option("dst_port", 6, U16),
    option("vni", 7, U32),
    option("via", 8, Link),
    option("src_vni", 9, U32),
];

/// The same in an answer (`MDBA_MDB_EATTR_*`).
const READ: &[Word] = &[
    option("src", 4, Ip),
    option("filter_mode", 3, Names8(MODES)),
    option("proto", 5, Named8(Names::protocols)),
    option("dst", 6, Ip),
    option("dst_port", 7, U16),
    option("vni", 8, U32),
    option("via", 9, Link),
    option("src_vni", 10, U32),
    fact("timer", TIMER, Time32),
];

/// What is in the entry itself or has a form of its own.
const OTHERS: &[Word] = &[
    option("port", 0, Link),
    option("vid", 0, U16),
    option("permanent", 0, Switch8),
    option("temp", 0, Switch8),
    option("source_list", 0, words::Form::List(&Ip, 1)),
];

/// What only answers have: `MDB_FLAGS_*`, at their place in `struct br_mdb_entry`.
const FLAGS: &[Word] = &[
    fact_field("offload", words::HEADER, entry::LENGTH, 5, Bit8(1)),
    fact_field("fast_leave", words::HEADER, entry::LENGTH, 5, Bit8(2)),
    fact_field("added_by_star_ex", words::HEADER, entry::LENGTH, 5, Bit8(4)),
    fact_field("blocked", words::HEADER, entry::LENGTH, 5, Bit8(8)),
    fact_field("offload_failed", words::HEADER, entry::LENGTH, 5, Bit8(16)),
];

/// A member's options.
pub const WORDS: &[&[Word]] = &[OTHERS, WRITTEN];

/// What members can be chosen by.
pub const CHOICE: &[Word] = &[
    option("port", 1, Link),
    option("vid", 2, U16),
    option("permanent", 3, Switch8),
    option("src", 4, Ip),
    option("proto", 5, Named8(Names::protocols)),
    option("dst", 6, Ip),
    option("dst_port", 7, U16),
    option("vni", 8, U32),
    option("src_vni", 9, U32),
];

/// Adds a member of a group; `EEXIST` if it is one.
pub fn add(device: &Device, group: Group, settings: &Settings) -> Result<()> {
    send(device, group, settings, (NEW, NLM_F_CREATE | NLM_F_EXCL))
}

/// Adds a member of a group, in the place of the same one.
pub fn replace(device: &Device, group: Group, settings: &Settings) -> Result<()> {
    send(device, group, settings, (NEW, NLM_F_CREATE | NLM_F_REPLACE))
}

/// Takes a member out of a group; `ENOENT` if it is not in it.
pub fn delete(device: &Device, group: Group, settings: &Settings) -> Result<()> {
    let key = words::without(settings, &["permanent", "temp", "filter_mode", "source_list", "proto"]);
    send(device, group, &key, (NEW + 1, 0)).map_err(|error| {
        // The kernel has neither another errno nor words for it.
        let missing = error.as_errno() == Some(Errno::EINVAL) && error.kernel_text().is_none();
        if missing { word(Error::system(Errno::ENOENT), device, group).object(device) } else { error }
    })
}

fn send(device: &Device, group: Group, settings: &Settings, (kind, flags): (u16, u16)) -> Result<()> {
    let settings = without_usual(settings);
    let sources = entry::sources(&settings)?;
    let sent = device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let mut links = Links::of(&device.namespace, socket);
        let port = match words::find(&settings, "port") {
            // What a bridge joins itself, and what a vxlan link has, is at no port.
            None => index,
            Some(Setting::Text(port)) => links.index(port)?,
            Some(other) => return Err(entry::wrong("port", "a link", other)),
        };
        let mut attributes = words::encode(WRITTEN, &settings, &mut |name| links.index(name))?;
        attributes.extend(sources);
        let mut message = Message::new(kind, &header(index));
        message = message.with(ENTRY, &group.entry(port, &settings)?);
        if !attributes.is_empty() {
            attr::nest(&mut message.bytes, ATTRIBUTES, |inner| *inner = attributes);
        }
        socket.execute(message, flags).map_err(|error| device.or_missing(word(error, device, group), socket))
    });
    sent.map_err(|error| error.object(device))
}

/// What an older kernel does not take, where it says no more than what is usual.
fn without_usual(settings: &Settings) -> Settings {
    let lone = words::find(settings, "src").is_some();
    let has_sources = words::find(settings, "source_list").is_some();
    let usual = |key: &str, value: &Setting| match key {
        "filter_mode" => lone || *value == Setting::Text("exclude".to_owned()) && !has_sources,
        "source_list" => lone,
        "proto" => *value == Setting::Text("static".to_owned()),
        _ => false,
    };
    settings.iter().filter(|(key, value)| !usual(key, value)).cloned().collect()
}

fn word(error: Error, device: &Device, group: Group) -> Error {
    let error = error.explain(&[(Errno::EOPNOTSUPP, &explain::MDB_NOT_KEPT)]).with("link", device);
    refused(error, format!("member of group {group} at \"{device}\""), "changing groups of multicast")
}

fn header(index: u32) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_BRIDGE as u8;
    header[4..].copy_from_slice(&index.to_ne_bytes());
    header
}

/// The members of groups in a namespace or at one link, those that `choice` says: each with its `dev`, `grp` and `port`.
pub fn list(namespace: &Namespace, dev: Option<&Device>, choice: &Settings) -> Result<Vec<Settings>> {
    words::encode(CHOICE, &words::without(choice, &["port"]), &mut words::no_links)?;
    let members = dump(namespace, dev, GROUPS, entry::member)?;
    Ok(members.into_iter().filter(|member| choice.iter().all(|(key, wanted)| has(member, key, wanted))).collect())
}

/// The ports behind which there are routers of multicast: each with its `dev` and `port`.
pub fn routers(namespace: &Namespace, dev: Option<&Device>) -> Result<Vec<Settings>> {
    dump(namespace, dev, ROUTERS, entry::router)
}

/// The members of one group at a link. `ENOENT` if it has none.
pub fn get(device: &Device, group: Group, choice: &Settings) -> Result<Vec<Settings>> {
    let mut members = list(&device.namespace, Some(device), choice)?;
    let lone = words::find(choice, "src").is_some();
    members.retain(|member| {
        words::text(member, "grp") == Some(&group.to_string()) && (lone || words::find(member, "src").is_none())
    });
    if members.is_empty() {
        return Err(word(Error::system(Errno::ENOENT), device, group).object(device));
    }
    Ok(members)
}

/// Takes out all members that `choice` says, but those that the kernel keeps itself; how many there were.
pub fn flush(device: &Device, choice: &Settings) -> Result<usize> {
    let members = list(&device.namespace, Some(device), choice)?;
    let group = |member: &Settings| Group::parse(words::text(member, "grp")?).ok();
    let known = members.iter().filter_map(|member| Some((group(member)?, member)));
    delete_each(known, |(group, member)| delete(device, group, member))
}

/// Whether a member has this value, however it is written; a switch that is off is one that it has not.
fn has(member: &Settings, key: &str, wanted: &Setting) -> bool {
    let off = (key == "permanent").then_some(Setting::Switch(false));
    let Some(here) = words::find(member, key).cloned().or(off) else { return false };
    let on_the_wire = |value: &Setting| {
        let setting = vec![(key.to_owned().into(), value.clone())];
        words::encode(CHOICE, &setting, &mut words::no_links).ok()
    };
    here == *wanted || on_the_wire(wanted).is_some_and(|wanted| on_the_wire(&here) == Some(wanted))
}

/// What each answer has in the attribute `kind`, read by `read`, with the name of its link in front.
fn dump(
    namespace: &Namespace,
    dev: Option<&Device>,
    kind: u16,
    read: fn(&[u8], words::NameOf<'_>) -> Option<Settings>,
) -> Result<Vec<Settings>> {
    let found = namespace.with_socket(|socket| {
        let dev = dev.map(|device| device.index_in(socket)).transpose()?;
        let names = index_names(socket)?;
        let name = |index: u32| names.get(&index).cloned();
        // The kernel lists those of all links, and takes no other question.
        socket.dump_with(&Message::new(NEW + 2, &header(0)), |_, bytes| {
            let index = attr::u32_of(bytes.get(4..)?)?;
            if dev.is_some_and(|dev| dev != index) {
                return None;
            }
            let link = name(index)?;
            let infos = infos(bytes, kind).into_iter();
            Some(infos.filter_map(|info| read(info, &name)).map(|settings| at(&link, settings)).collect::<Vec<_>>())
        })
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// What a message says of each member, or of each port with a router.
fn infos(bytes: &[u8], kind: u16) -> Vec<&[u8]> {
    let list = attr::find(bytes.get(LENGTH..).unwrap_or_default(), kind).unwrap_or_default();
    let entries = attr::Attributes::new(list);
    let infos = entries.flat_map(|(_, entry)| match kind {
        GROUPS => attr::Attributes::new(entry).map(|(_, info)| info).collect(),
        _ => vec![entry],
    });
    infos.collect()
}

/// What is said of a member, with the name of its link in front.
fn at(link: &str, settings: Settings) -> Settings {
    let mut record = vec![("dev".into(), Setting::Text(link.to_owned()))];
    record.extend(settings);
    record
}

/// Messages of one member each, without what counts the time: the header, and what is said of it in an attribute.
pub(super) fn parts(bytes: &[u8]) -> Vec<Box<[u8]>> {
    let part = |info: &[u8]| {
        let (entry, attributes) = info.split_at_checked(entry::LENGTH)?;
        let mut info = entry.to_vec();
        for (kind, value) in attr::Attributes::new(attributes).filter(|(kind, _)| *kind != TIMER) {
            attr::put(&mut info, kind, value);
        }
        Some(Message::new(NEW, bytes.get(..LENGTH)?).with(GROUPS, &info).bytes.into())
    };
    infos(bytes, GROUPS).into_iter().filter_map(part).collect()
}

/// What a member of [`parts`] is known by: the bridge, the port, the group, its VLAN and the source.
pub(super) fn identity(bytes: &[u8]) -> Vec<u8> {
    let mut identity: Vec<u8> = bytes.iter().skip(4).take(4).copied().collect();
    let info = attr::find(bytes.get(LENGTH..).unwrap_or_default(), GROUPS).unwrap_or_default();
    let (entry, attributes) = info.split_at(entry::LENGTH.min(info.len()));
    // All of the entry but its state and its flags.
    identity.extend(entry.iter().enumerate().filter(|(at, _)| !matches!(at, 4 | 5)).map(|(_, byte)| byte));
    for key in ["src", "dst", "dst_port", "vni", "via", "src_vni"] {
        let word = READ.iter().find(|word| word.name == key).map(|word| word.attribute);
        if let Some((kind, value)) = word.and_then(|kind| Some((kind, attr::find(attributes, kind)?))) {
            attr::put(&mut identity, kind, value);
        }
    }
    identity
}

/// What one of [`parts`] says.
pub(super) fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let link = name(attr::u32_of(bytes.get(4..)?)?)?;
    Some(at(&link, entry::member(attr::find(bytes.get(LENGTH..)?, GROUPS)?, name)?))
}
