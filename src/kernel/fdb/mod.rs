//! Forwarding entries: behind which port or remote end a MAC address is, of bridges, vxlan links and others that keep such
//! a table; in the words of `bridge fdb` (Linux `net/core/rtnetlink.c`, `struct ndmsg` with `AF_BRIDGE`).

mod flush;

use netlink_packet_core::{NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

pub use flush::{FLUSH, flush};

use super::device::Device;
use super::entry::{self, Links, Sort};
use super::link::format_mac;
use super::namespace::Namespace;
use super::words::Form::{Be16, Bit8, Bit16, Bit32, Flag, Ip, Link, Mac, Time32, U16, U32};
use super::words::{self, HEADER, NameOf, Setting, Settings, Word, fact, fact_field, field, flat, option};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, Socket, attr};

/// Length of `struct ndmsg`.
const LENGTH: usize = 12;
/// `NDA_LLADDR`.
const LLADDR: u16 = 2;
/// `NDA_MASTER`.
const MASTER: u16 = 9;
/// `NTF_SELF` and `NTF_MASTER`: whose table is meant, the link's own or its bridge's.
const SELF: u8 = 2;
/// See [`SELF`].
const OF_MASTER: u8 = 4;

/// `NUD_REACHABLE`, which ages.
const AGES: u16 = 0x02;
/// `NUD_STALE`.
const STALE: u16 = 0x04;
/// `NUD_NOARP`, which does not age.
const FIXED: u16 = 0x40;
/// `NUD_PERMANENT`: of the bridge itself, or of a link's own table.
const PERMANENT: u16 = 0x80;
/// How long an entry stays, as `bridge fdb` writes it into the state.
const STAYS: &[Word] = &[
    field("permanent", HEADER, LENGTH, 8, Bit16(PERMANENT | FIXED)),
    field("local", HEADER, LENGTH, 8, Bit16(PERMANENT | FIXED)),
    field("static", HEADER, LENGTH, 8, Bit16(AGES | FIXED)),
    field("temp", HEADER, LENGTH, 8, Bit16(AGES | FIXED)),
    field("dynamic", HEADER, LENGTH, 8, Bit16(AGES)),
];

/// What else an entry has.
const OTHERS: &[Word] = &[
    field("self", HEADER, LENGTH, 10, Bit8(SELF)),
    field("master", HEADER, LENGTH, 10, Bit8(OF_MASTER)),
    field("router", HEADER, LENGTH, 10, Bit8(0x80)),
    field("use", HEADER, LENGTH, 10, Bit8(0x01)),
    field("extern_learn", HEADER, LENGTH, 10, Bit8(0x10)),
    field("sticky", HEADER, LENGTH, 10, Bit8(0x40)),
    fact_field("offload", HEADER, LENGTH, 10, Bit8(0x20)),
    fact_field("locked", 15, 4, 0, Bit32(2)),
    option("dst", 1, Ip),
    option("vlan", 5, U16),
    option("port", 6, Be16),
    option("vni", 7, U32),
    option("src_vni", 11, U32),
    option("via", 8, Link),
    option("nhid", 13, U32),
    fact("link_netnsid", 10, U32),
    flat(14, NOTICE),
    fact_field("used", 3, 16, 4, Time32),
    fact_field("updated", 3, 16, 8, Time32),
];

/// `NFEA_*`: when a bridge tells of the entry.
const NOTICE: &[Word] =
    &[field("activity_notify", 1, 1, 0, Bit8(1)), field("inactive", 1, 1, 0, Bit8(2)), option("norefresh", 2, Flag)];

/// An entry's options: first how long it stays, then the rest.
pub const WORDS: &[&[Word]] = &[STAYS, OTHERS];
/// What tells an entry from others of its address.
pub const KEY: &[&[Word]] = &[OTHERS];

static SORT: Sort = Sort { name: "forwarding entry", new: 28, header: LENGTH, words: OTHERS };

/// Which entries are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of this link: a bridge's port, a vxlan link, a bridge for its own addresses.
    pub dev: Option<Device>,
    /// Those of this bridge and of its ports.
    pub br: Option<Device>,
    /// Those of this VLAN.
    pub vlan: Option<u16>,
    /// Those in this state (`permanent`, `static`, `stale`, `reachable`), by its bits.
    pub state: Option<u16>,
    /// All but permanent ones.
    pub dynamic: bool,
}

/// How [`write()`] treats what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `EEXIST` if there is an entry of that address.
    Add,
    /// One more destination for that address (vxlan).
    Append,
    /// In the place of what is there.
    Replace,
}

/// Makes an entry for the address `mac`.
pub fn write(device: &Device, mac: [u8; 6], settings: &Settings, way: Way) -> Result<()> {
    let flags = match way {
        Way::Add => NLM_F_EXCL,
        Way::Append => NLM_F_APPEND,
        Way::Replace => NLM_F_REPLACE,
    };
    check_stay(settings)?;
    send(device, mac, settings, (SORT.new, NLM_F_CREATE | flags)).map(drop)
}

/// Deletes the entry for the address `mac`; `ENOENT` if there is none.
pub fn delete(device: &Device, mac: [u8; 6], settings: &Settings) -> Result<()> {
    send(device, mac, settings, (SORT.delete(), 0)).map(drop)
}

/// The entry for the address `mac` in the table that `settings` say: the link's own, that of its bridge, or without a word
/// of the two that of the bridge if it has one. `ENOENT` if there is none.
pub fn get(device: &Device, mac: [u8; 6], settings: &Settings) -> Result<Settings> {
    let told = ["self", "master"].iter().any(|whose| words::find(settings, whose).is_some());
    let ask = |whose: &'static str| {
        let mut settings = settings.clone();
        if !told {
            settings.push((whose.into(), Setting::Switch(true)));
        }
        send(device, mac, &settings, (SORT.get(), 0))
    };
    let found = match ask("master") {
        // It is no port of a bridge.
        Err(error) if !told && error.as_errno() == Some(Errno::EINVAL) => ask("self")?,
        found => found?,
    };
    found.ok_or_else(|| Error::system(Errno::ENOENT).object(device))
}

/// `EINVAL` where an entry is to stay in two ways at once.
fn check_stay(settings: &Settings) -> Result<()> {
    const WAYS: [&[&str]; 3] = [&["permanent", "local"], &["static", "temp"], &["dynamic"]];
    let mut said = WAYS.iter().filter_map(|way| way.iter().find(|word| words::flag(settings, word)));
    match (said.next(), said.next()) {
        (Some(one), Some(two)) => Err(Error::clash(one, two)),
        _ => Ok(()),
    }
}

/// Sends a request about one entry; what came back, if an answer did.
fn send(device: &Device, mac: [u8; 6], settings: &Settings, (kind, flags): (u16, u16)) -> Result<Option<Settings>> {
    let settings = of_table(device, settings);
    let reads = kind == SORT.get();
    let sent = device.namespace.with_socket(|socket| {
        let mut header = [0; LENGTH];
        header[0] = libc::AF_BRIDGE as u8;
        header[4..8].copy_from_slice(&device.index_in(socket)?.to_ne_bytes());
        if !reads {
            words::fill_header(&mut header, STAYS, &settings, &mut words::no_links)?;
            if header[8..10] == [0, 0] {
                header[8..10].copy_from_slice(&(PERMANENT | FIXED).to_ne_bytes());
            }
        }
        let message = SORT.message(kind, &header, &settings, &mut Links::of(&device.namespace, socket))?;
        let message = message.with(LLADDR, &mac);
        let refused = |error, socket: &mut Socket| device.or_missing(refusal(error, device, mac), socket);
        if reads {
            let answers = socket.query(message, 0).map_err(|error| refused(error, socket))?;
            let names = super::device::index_names(socket)?;
            return Ok(answers.first().and_then(|answer| record(&answer.bytes, &|index| names.get(&index).cloned())));
        }
        socket.execute(message, flags).map_err(|error| refused(of_vlan(error, &settings), socket))?;
        Ok(None)
    });
    sent.map_err(|error| error.object(device))
}

/// Whose table it is: `master` may be the name of the bridge, as reading gives it, and the bridge's own addresses are in
/// its own table. The link's own unless told.
fn of_table(device: &Device, settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let mut whose = None;
    if let Some((_, value)) = settings.iter_mut().find(|(key, _)| key == "master")
        && let Setting::Text(bridge) = value
    {
        let own = *bridge == device.name;
        *value = Setting::Switch(!own);
        whose = own.then_some("self");
    }
    if !["self", "master"].iter().any(|table| words::flag(&settings, table)) {
        whose = Some("self");
    }
    if let Some(whose) = whose {
        settings.retain(|(key, _)| key != whose);
        settings.push((whose.into(), Setting::Switch(true)));
    }
    settings
}

/// Words that a VLAN is said of a link which keeps none, or is in none of that number: the kernel gives no text.
fn of_vlan(error: Error, settings: &Settings) -> Error {
    let Some(vlan) = words::find(settings, "vlan").filter(|_| error.kernel_text().is_none()) else { return error };
    error.explain(&[(Errno::EINVAL, &explain::FDB_VLAN)]).with("vlan", vlan)
}

fn refusal(error: Error, device: &Device, mac: [u8; 6]) -> Error {
    let what = format!("forwarding entry {} of \"{device}\"", format_mac(&mac));
    let error = error.explain(&[(Errno::EOPNOTSUPP, &explain::FDB_NOT_KEPT)]).with("link", device);
    entry::refused(error, what, "changing forwarding entries")
}

/// The entries of a namespace, each with its `mac` and `dev` and its options.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let mut header = [0; LENGTH];
        header[0] = libc::AF_BRIDGE as u8;
        let dev = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        header[4..8].copy_from_slice(&dev.unwrap_or(0).to_ne_bytes());
        let mut request = Message::new(SORT.get(), &header);
        if let Some(bridge) = &filter.br {
            attr::put_u32(&mut request.bytes, MASTER, bridge.index_in(socket)?);
        }
        let names = super::device::index_names(socket)?;
        socket.dump_with(&request, |_, bytes| {
            let state = attr::number(bytes.get(8..10)?)?;
            let vlan = attr::find(bytes.get(LENGTH..)?, 5).and_then(attr::number);
            let wanted = dev.is_none_or(|dev| attr::u32_of(&bytes[4..]) == Some(dev))
                && filter.state.is_none_or(|wanted| state & u64::from(wanted) != 0)
                && filter.vlan.is_none_or(|wanted| vlan.unwrap_or(0) == u64::from(wanted))
                && !(filter.dynamic && state & u64::from(PERMANENT) != 0);
            wanted.then(|| record(bytes, &|index| names.get(&index).cloned())).flatten()
        })
    })
}

/// What an answer or an event of `RTM_NEWNEIGH` says; none for what is no forwarding entry.
pub fn record(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    if i32::from(*bytes.first()?) != libc::AF_BRIDGE {
        return None;
    }
    let attributes = bytes.get(LENGTH..)?;
    let mut settings = words::decode(&[option("mac", LLADDR, Mac)], &[], attributes, name);
    settings.extend(name(attr::u32_of(&bytes[4..])?).map(|name| ("dev".into(), Setting::Text(name))));
    settings.extend(SORT.read(bytes, name)?);
    // An answer names the bridge; only requests have a switch of that name.
    settings.retain(|(key, _)| key != "master");
    settings.extend(words::decode(&[option("master", MASTER, Link)], &[], attributes, name));
    let state = attr::number(&bytes[8..10]).and_then(|state| u16::try_from(state).ok())?;
    let stays = match state {
        state if state & PERMANENT != 0 => "permanent",
        state if state & FIXED != 0 => "static",
        _ => "dynamic",
    };
    settings.push((stays.into(), Setting::Switch(true)));
    if stays == "dynamic" && state & STALE != 0 {
        settings.push(("stale".into(), Setting::Switch(true)));
    }
    Some(settings)
}

/// The bits of a state by its word, as `bridge fdb show state` has them; none for what is no state.
pub fn state(word: &str) -> Option<u16> {
    Some(match word {
        "permanent" => PERMANENT,
        "static" | "temp" => FIXED,
        "stale" => STALE,
        "reachable" | "dynamic" => AGES,
        "all" => u16::MAX,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(state: u16) -> Settings {
        let mut header = [0; LENGTH];
        header[0] = libc::AF_BRIDGE as u8;
        header[4] = 3;
        header[8..10].copy_from_slice(&state.to_ne_bytes());
        let bytes = Message::new(SORT.new, &header).with(LLADDR, &[2, 0, 0, 0, 0, 1]).with(MASTER, &4u32.to_ne_bytes());
        record(&bytes.bytes, &|index| Some(format!("link{index}"))).expect("an entry")
    }

    #[test]
    fn how_long_an_entry_stays_is_one_word() {
        for (state, word) in
            [(0x80, "permanent"), (0xc0, "permanent"), (0x40, "static"), (0x02, "dynamic"), (0, "dynamic")]
        {
            let entry = entry(state);
            let found: Vec<&str> = words::names(STAYS).filter(|word| words::flag(&entry, word)).collect();
            assert_eq!(found, [word], "{state:#x}");
            assert_eq!((words::text(&entry, "dev"), words::text(&entry, "master")), (Some("link3"), Some("link4")));
        }
        assert!(words::flag(&entry(STALE), "stale"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![Just(7u8), any::<u8>()], 0..90)) {
            let _ = record(&bytes, &|_| None);
        }
    }
}
