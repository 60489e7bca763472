//! Nexthops: ways to go that many routes can share, and groups of them, in the words of `ip nexthop` (Linux
//! `include/uapi/linux/nexthop.h`).

mod bucket;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

use super::encap;
use super::entry::{self, Links, Sort};
use super::names::Names;
use super::namespace::Namespace;
use super::words::Form::{
    self, Bit32, Bits32, Flag, Ip, Link, List, Named8, Names8, Nested, Own, Switch32, Time32, Time64, U16, U32, U64,
    Words16,
};
use super::words::{self, Field, HEADER, Setting, Settings, Word, fact, field, flat, option, short};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};

pub use bucket::{Buckets, bucket, buckets};

/// Length of `struct nhmsg`.
const LENGTH: usize = 8;
/// `NHA_ID`.
const ID: u16 = 1;
/// `NHA_OIF`.
const OIF: u16 = 5;
/// `NHA_ENCAP_TYPE`.
const ENCAP_TYPE: u16 = 7;
/// `NHA_ENCAP`.
const ENCAP: u16 = 8;
/// `NHA_GROUPS`, asks for groups alone.
const GROUPS: u16 = 9;
/// `NHA_MASTER`.
const MASTER: u16 = 10;
/// `NHA_FDB`.
const FDB: u16 = 11;

/// `NHA_OP_FLAGS`, and which of them ask for statistics: of the kernel's, and of the hardware's.
const ASKED: u16 = 14;
const STATS: u32 = 1;
const HARDWARE_STATS: u32 = 2;
/// `NHA_GROUP_STATS`, in which each is a `NHA_GROUP_STATS_ENTRY`.
const GROUP_STATS: u16 = 15;
/// `NHA_GROUP_STATS_ENTRY_*`.
const MEMBER_STATS: &[Word] = &[fact("id", 1, U32), fact("packets", 2, U64), fact("packets_hw", 3, U64)];

/// `RTNH_F_*`.
const FLAGS: &[(&str, u32)] = &[
    ("dead", 1),
    ("pervasive", 2),
    ("onlink", ONLINK),
    ("offload", 8),
    ("linkdown", 16),
    ("unresolved", 32),
    ("trap", 64),
];
const ONLINK: u32 = 4;
const FAMILIES: &[(u32, &str)] = &[(2, "inet"), (10, "inet6")];

/// `NHA_RES_GROUP_*`.
const RESILIENT: &[Word] = &[
    option("buckets", 1, U16),
    option("idle_timer", 2, Time32),
    option("unbalanced_timer", 3, Time32),
    fact("unbalanced_time", 4, Time64),
];

/// What is read of the header alone.
const fn read_only(name: &'static str, offset: usize, form: Form) -> Word {
    Word { name, attribute: HEADER, field: Some(Field { size: LENGTH, offset }), form, settable: false }
}

/// A nexthop's options.
pub const WORDS: &[Word] = &[
    field("family", HEADER, LENGTH, 0, Names8(FAMILIES)),
    option("via", 6, Ip),
    option("dev", OIF, Link),
    field("onlink", HEADER, LENGTH, 4, Bit32(ONLINK)),
    option("blackhole", 4, Flag),
    option("group", 2, Own(&GROUP)),
    option("type", 3, Words16(&["mpath", "resilient"])),
    flat(12, RESILIENT),
    option("hw_stats", 16, Switch32),
    fact("hw_stats_used", 17, Switch32),
    fact("stats", GROUP_STATS, List(&Nested(MEMBER_STATS), 1)),
    option("fdb", FDB, Flag),
    field("protocol", HEADER, LENGTH, 2, Named8(Names::protocols)),
    short("proto", &["protocol"]),
    read_only("scope", 1, Named8(Names::scopes)),
    read_only("flags", 4, Bits32(FLAGS)),
];

/// The members of a group with their weights, an array of `struct nexthop_grp`.
static GROUP: words::Own = words::Own {
    expected: "an array of ids, or of {id=, weight=} with weights from 1",
    encode: |value| match value {
        Setting::List(members) => Some(members.iter().map(member).collect::<Option<Vec<_>>>()?.concat()),
        _ => None,
    },
    decode: |bytes| {
        let members = bytes.chunks_exact(8).map(|member| {
            let id = attr::u32_of(member).unwrap_or_default();
            let weight = i64::from(u16::from_le_bytes([member[4], member[5]])) + 1;
            Setting::Table(vec![
                ("id".into(), Setting::Integer(id.into())),
                ("weight".into(), Setting::Integer(weight)),
            ])
        });
        Some(Setting::List(members.collect()))
    },
    width: None,
};

fn member(value: &Setting) -> Option<Vec<u8>> {
    let (id, weight) = match value {
        Setting::Integer(id) => (*id, 1),
        Setting::Table(fields) if fields.iter().all(|(key, _)| matches!(&**key, "id" | "weight")) => {
            let weight = words::find(fields, "weight").map_or(Some(1), |_| words::integer(fields, "weight"))?;
            (words::integer(fields, "id")?, weight)
        }
        _ => return None,
    };
    // On the wire a weight is one less, its lower byte first; the upper one is of newer kernels (`weight_high`).
    let weight = u16::try_from(weight.checked_sub(1)?).ok()?;
    Some([&u32::try_from(id).ok()?.to_ne_bytes()[..], &weight.to_le_bytes(), &[0, 0]].concat())
}

static SORT: Sort = Sort { name: "nexthop", new: 104, header: LENGTH, words: WORDS };

/// Which nexthops are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those over this link.
    pub dev: Option<String>,
    /// Those over links of this VRF or bridge.
    pub master: Option<String>,
    /// Groups alone.
    pub groups: bool,
    /// Those of forwarding entries alone.
    pub fdb: bool,
    /// IPv4's (2) or IPv6's (10).
    pub family: Option<u8>,
    /// Made by this protocol.
    pub protocol: Option<u8>,
    /// With what each member of a group sent.
    pub stats: bool,
}

/// Adds a nexthop and gives its id, which the kernel chooses where none is said. `EEXIST` if there is one with that id.
pub fn add(namespace: &Namespace, id: Option<u32>, settings: &Settings) -> Result<u32> {
    write(namespace, id, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`], in the place of the one there is.
pub fn replace(namespace: &Namespace, id: u32, settings: &Settings) -> Result<u32> {
    write(namespace, Some(id), settings, NLM_F_CREATE | NLM_F_REPLACE)
}

fn write(namespace: &Namespace, id: Option<u32>, settings: &Settings, flags: u16) -> Result<u32> {
    let mut settings = with_family(settings);
    let _held = encap::hold(&mut settings)?;
    let what = id.map_or_else(|| "nexthop".to_owned(), |id| format!("nexthop {id}"));
    let written = namespace.with_socket(|socket| {
        let mut message = SORT.message(SORT.new, &[], &settings, &mut Links::of(namespace, socket))?;
        if let Some(id) = id {
            attr::put_u32(&mut message.bytes, ID, id);
        }
        let encap = words::table(&settings, "encap");
        if let Some(encap) = encap {
            let (number, bytes) = encap::encode(encap, &mut |name| Links::of(namespace, socket).index(name))?;
            attr::put(&mut message.bytes, ENCAP_TYPE, &number.to_ne_bytes());
            attr::put(&mut message.bytes, ENCAP | attr::NESTED, &bytes);
        }
        // The kernel tells the id that it chose.
        let flags = if id.is_none() { flags | NLM_F_ECHO } else { flags };
        let answers = socket.query(message, flags).map_err(|error| entry::refused(error, &what, "adding nexthops"))?;
        let given = answers.iter().find_map(|answer| attr::u32_of(attr::find(answer.split(LENGTH)?.1, ID)?));
        id.or(given).ok_or_else(|| Error::system(Errno::ENODATA))
    });
    written.map_err(|error| named(error, namespace, &what))
}

/// The settings with the family of the gateway; IPv4 if nothing says it, as with `ip nexthop`. A group has none.
fn with_family(settings: &Settings) -> Settings {
    let mut settings = words::lengthen(WORDS, settings).into_owned();
    if words::find(&settings, "group").is_none() && words::find(&settings, "family").is_none() {
        let six = words::text(&settings, "via").is_some_and(|via| via.contains(':'));
        settings.push(("family".into(), Setting::Text(if six { "inet6" } else { "inet" }.to_owned())));
    }
    settings
}

fn named(error: Error, namespace: &Namespace, what: &str) -> Error {
    let label = namespace.label();
    if label.is_empty() { error.object(what) } else { error.object(label) }
}

/// Deletes a nexthop, and with it the routes over it. `ENOENT` if there is none with that id.
pub fn delete(namespace: &Namespace, id: u32) -> Result<()> {
    let what = format!("nexthop {id}");
    let deleted = namespace.with_socket(|socket| {
        let message = Message::new(SORT.delete(), &[0; LENGTH]).with(ID, &id.to_ne_bytes());
        socket.execute(message, 0).map_err(|error| entry::refused(error, &what, "deleting nexthops"))
    });
    deleted.map_err(|error| named(error, namespace, &what))
}

/// The nexthop with that id; with `stats` also what each member of a group sent. `ENOENT` if there is none.
pub fn get(namespace: &Namespace, id: u32, stats: bool) -> Result<Settings> {
    let what = format!("nexthop {id}");
    let found = namespace.with_socket(|socket| {
        let mut request = Message::new(SORT.get(), &[0; LENGTH]).with(ID, &id.to_ne_bytes());
        ask_for_stats(&mut request, stats);
        let answers = socket.query(request, 0).map_err(|error| entry::refused(error, &what, "reading nexthops"))?;
        let names = super::device::index_names(socket)?;
        let record = answers.iter().find_map(|answer| record(&answer.bytes, &|index| names.get(&index).cloned()));
        record.ok_or_else(|| Error::new(&explain::OBJECT_MISSING).errno(Errno::ENOENT).with("what", &what))
    });
    found.map_err(|error| named(error, namespace, &what))
}

/// Asks for statistics; a kernel that has none (before Linux 6.9) would refuse the attribute.
fn ask_for_stats(request: &mut Message, stats: bool) {
    if stats {
        attr::put_u32(&mut request.bytes, ASKED, STATS | HARDWARE_STATS);
    }
}

/// The nexthops that `filter` means, each with its `id` and its options.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let mut request = Message::new(SORT.get(), &[filter.family.unwrap_or(0), 0, 0, 0, 0, 0, 0, 0]);
        for (kind, link) in [(OIF, &filter.dev), (MASTER, &filter.master)] {
            if let Some(name) = link {
                let index = Links::of(namespace, socket).index(name)?;
                attr::put_u32(&mut request.bytes, kind, index);
            }
        }
        ask_for_stats(&mut request, filter.stats);
        for (kind, on) in [(GROUPS, filter.groups), (FDB, filter.fdb)] {
            if on {
                attr::put(&mut request.bytes, kind, &[]);
            }
        }
        let names = super::device::index_names(socket)?;
        socket.dump_with(&request, |kind, bytes| {
            let wanted = filter.protocol.is_none_or(|protocol| bytes.get(2) == Some(&protocol));
            (kind == SORT.new && wanted).then(|| record(bytes, &|index| names.get(&index).cloned())).flatten()
        })
    })
}

/// Deletes the nexthops that [`list`] gives, and how many there were.
pub fn flush(namespace: &Namespace, filter: &Filter) -> Result<usize> {
    let nexthops = list(namespace, filter)?;
    let ids = nexthops.iter().filter_map(|found| words::integer(found, "id")?.try_into().ok());
    // A group that went with the last of its members counts as well.
    entry::delete_each(ids, |id| delete(namespace, id))?;
    Ok(nexthops.len())
}

/// What an answer or an event of `RTM_NEWNEXTHOP` says.
pub fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let mut nexthop = words::decode(&[option("id", ID, U32)], &[], bytes.get(LENGTH..)?, name);
    nexthop.extend(SORT.read(bytes, name)?);
    let value = |kind| attr::find(bytes.get(LENGTH..)?, kind);
    if let Some((number, bytes)) = value(ENCAP_TYPE).and_then(attr::number).zip(value(ENCAP)) {
        let encap = u16::try_from(number).ok().and_then(|number| encap::decode(number, bytes, name));
        nexthop.extend(encap.map(|encap| ("encap".into(), Setting::Table(encap))));
    }
    let group = words::find(&nexthop, "group").is_some();
    nexthop.retain(|(key, value)| match (&**key, value) {
        // What every header has says nothing of a group.
        ("scope" | "family", _) => !group,
        ("protocol", Setting::Text(text)) => text != "unspec",
        ("flags", Setting::List(flags)) => !flags.is_empty(),
        _ => true,
    });
    Some(nexthop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_group_comes_back_as_it_was_written() {
        let member = |id, weight| {
            Setting::Table(vec![("id".into(), Setting::Integer(id)), ("weight".into(), Setting::Integer(weight))])
        };
        let bytes = (GROUP.encode)(&Setting::List(vec![Setting::Integer(7), member(8, 300)])).expect("a group");
        assert_eq!(bytes.len(), 16);
        assert_eq!((GROUP.decode)(&bytes), Some(Setting::List(vec![member(7, 1), member(8, 300)])));
        for wrong in [member(8, 0), member(-1, 1), Setting::Table(vec![("id".into(), Setting::Switch(true))])] {
            assert_eq!((GROUP.encode)(&Setting::List(vec![wrong])), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = record(&bytes, &|_| None);
        }
    }
}
