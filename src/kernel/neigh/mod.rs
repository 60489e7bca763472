//! Neighbours: which hardware address an IP address has on a link, in the words of `ip neigh` (Linux
//! `include/uapi/linux/neighbour.h`).

use std::net::IpAddr;

use ipnet::IpNet;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

use super::device::Device;
use super::entry::{self, Links, Sort};
use super::namespace::Namespace;
use super::words::Form::{Bit8, Bit32, Mac, Named8, Names16, Time32, U32};
use super::words::{self, HEADER, Setting, Settings, Word, fact, fact_field, field, option};
use crate::error::{Error, Result, explain};
use crate::kernel::names::Names;
use crate::netlink::{Message, Socket, attr};

/// Length of `struct ndmsg`.
const LENGTH: usize = 12;
/// `NDA_DST`.
const DST: u16 = 1;
/// `NDA_CACHEINFO`, a `struct nda_cacheinfo`.
const CACHE: u16 = 3;
/// `NDA_MASTER`.
const MASTER: u16 = 9;
/// `NTF_EXT_LEARNED`.
const LEARNED: u8 = 0x10;
/// `NUD_PERMANENT`, what `ip neigh add` makes unless told.
const PERMANENT: u16 = 0x80;
/// `NTF_PROXY`.
const PROXY: u8 = 8;

/// `NUD_*`: what the kernel knows of a neighbour.
const STATES: &[(u32, &str)] = &[
    (0, "none"),
    (0x01, "incomplete"),
    (0x02, "reachable"),
    (0x04, "stale"),
    (0x08, "delay"),
    (0x10, "probe"),
    (0x20, "failed"),
    (0x40, "noarp"),
    (0x80, "permanent"),
];

/// A neighbour's options.
pub const WORDS: &[Word] = &[
    option("lladdr", 2, Mac),
    field("nud", HEADER, LENGTH, 8, Names16(STATES)),
    field("router", HEADER, LENGTH, 10, Bit8(0x80)),
    field("proxy", HEADER, LENGTH, 10, Bit8(PROXY)),
    field("extern_learn", HEADER, LENGTH, 10, Bit8(0x10)),
    field("use", HEADER, LENGTH, 10, Bit8(0x01)),
    field("managed", 15, 4, 0, Bit32(1)),
    field("extern_valid", 15, 4, 0, Bit32(4)),
    option("protocol", 12, Named8(Names::protocols)),
    fact_field("offload", HEADER, LENGTH, 10, Bit8(0x20)),
    fact("probes", 4, U32),
    fact_field("confirmed", CACHE, 16, 0, Time32),
    fact_field("used", CACHE, 16, 4, Time32),
    fact_field("updated", CACHE, 16, 8, Time32),
    fact_field("refcnt", CACHE, 16, 12, U32),
];

static SORT: Sort = Sort { name: "neighbour", new: 28, header: LENGTH, words: WORDS };

/// Which neighbours are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// On this link.
    pub dev: Option<Device>,
    /// IPv4's (2) or IPv6's (10).
    pub family: Option<u8>,
    /// The proxy entries instead of the others.
    pub proxy: bool,
    /// In one of these states, by their bits ([`state`]); none: all but those that nobody uses, as `ip neigh` shows them.
    pub nud: Option<u16>,
    /// With an address in this network.
    pub to: Option<IpNet>,
    /// On ports of this link: of a bridge, of a VRF.
    pub master: Option<Device>,
    /// On links that are ports of none.
    pub nomaster: bool,
    /// That nobody uses.
    pub unused: bool,
    /// Made by this.
    pub protocol: Option<String>,
}

/// Adds a neighbour of `device`; `EEXIST` if there is one of that address.
pub fn add(device: &Device, address: IpAddr, settings: &Settings) -> Result<()> {
    write(device, address, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`], in the place of the one there is.
pub fn replace(device: &Device, address: IpAddr, settings: &Settings) -> Result<()> {
    write(device, address, settings, NLM_F_CREATE | NLM_F_REPLACE)
}

/// Changes the neighbour of that address; `ENOENT` if there is none.
pub fn change(device: &Device, address: IpAddr, settings: &Settings) -> Result<()> {
    write(device, address, settings, NLM_F_REPLACE)
}

/// Deletes the neighbour of that address; `ENOENT` if there is none.
pub fn delete(device: &Device, address: IpAddr, settings: &Settings) -> Result<()> {
    let keep = words::find(settings, "proxy").map(|proxy| ("proxy".into(), proxy.clone()));
    send(device, address, &keep.into_iter().collect(), (SORT.delete(), 0))
}

/// The neighbour of that address; `ENOENT` if there is none.
pub fn get(device: &Device, address: IpAddr, proxy: bool) -> Result<Settings> {
    let found = device.namespace.with_socket(|socket| {
        let mut header = [0; LENGTH];
        header[0] = family_of(address);
        header[4..8].copy_from_slice(&device.index_in(socket)?.to_ne_bytes());
        header[10] = if proxy { PROXY } else { 0 };
        let mut message = Message::new(SORT.get(), &header);
        put_address(&mut message, address);
        let answers = socket.query(message, 0).map_err(|error| {
            let error = entry::refused(error, what(device, address), "asking for a neighbour");
            device.or_missing(error, socket)
        })?;
        let names = super::device::index_names(socket)?;
        Ok(answers.first().and_then(|answer| record(&answer.bytes, &|index| names.get(&index).cloned())))
    });
    let found = found.map_err(|error| error.object(device))?;
    found.ok_or_else(|| Error::new(&explain::OBJECT_MISSING).errno(Errno::ENOENT).with("what", what(device, address)))
}

fn what(device: &Device, address: IpAddr) -> String {
    format!("neighbour {address} of \"{device}\"")
}

fn put_address(message: &mut Message, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => attr::put(&mut message.bytes, DST, &v4.octets()),
        IpAddr::V6(v6) => attr::put(&mut message.bytes, DST, &v6.octets()),
    }
}

fn write(device: &Device, address: IpAddr, settings: &Settings, flags: u16) -> Result<()> {
    let mut settings = settings.clone();
    let stateless = ["proxy", "managed"].iter().any(|word| words::flag(&settings, word));
    if words::find(&settings, "nud").is_none() && !stateless {
        settings.push(("nud".into(), Setting::Integer(i64::from(PERMANENT))));
    }
    send(device, address, &settings, (SORT.new, flags))
}

fn send(device: &Device, address: IpAddr, settings: &Settings, (kind, flags): (u16, u16)) -> Result<()> {
    let what = what(device, address);
    let sent = device.namespace.with_socket(|socket| {
        let mut header = [0; LENGTH];
        header[0] = family_of(address);
        header[4..8].copy_from_slice(&device.index_in(socket)?.to_ne_bytes());
        let mut message = SORT.message(kind, &header, settings, &mut Links::of(&device.namespace, socket))?;
        put_address(&mut message, address);
        socket.execute(message, flags).map_err(|error| {
            let error = if flags == 0 { error.explain(&[(Errno::EINVAL, &explain::OBJECT_MISSING)]) } else { error };
            device.or_missing(entry::refused(error, what, "changing neighbours"), socket)
        })
    });
    sent.map_err(|error| error.object(device))
}

fn family_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { libc::AF_INET as u8 } else { libc::AF_INET6 as u8 }
}

/// The neighbours of a namespace: each with its `dst`, `dev` and `family`, and its options.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let dev = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let mut header = [0; LENGTH];
        header[0] = filter.family.unwrap_or(0);
        header[10] = if filter.proxy { PROXY } else { 0 };
        let mut request = Message::new(SORT.get(), &header);
        match &filter.master {
            Some(master) => attr::put_u32(&mut request.bytes, MASTER, master.index_in(socket)?),
            None if filter.nomaster => attr::put_u32(&mut request.bytes, MASTER, u32::MAX),
            None => {}
        }
        let names = super::device::index_names(socket)?;
        let listed = socket.dump_with(&request, |_, bytes| {
            let index = attr::u32_of(bytes.get(4..)?)?;
            if dev.is_some_and(|dev| dev != index) || !filter.shows(bytes)? {
                return None;
            }
            record(bytes, &|index| names.get(&index).cloned()).filter(|record| filter.takes(record))
        })?;
        Ok(listed)
    })
}

/// Stands for the state `none` among the bits of the others.
const NONE: u16 = 0x100;

impl Filter {
    /// Whether an answer's state and flags are those that are meant.
    fn shows(&self, bytes: &[u8]) -> Option<bool> {
        let state = u16::try_from(attr::number(bytes.get(8..10)?)?).ok()?;
        let bits = if state == 0 { NONE } else { state };
        Some(match self.nud {
            Some(nud) => bits & nud != 0,
            // `NUD_NOARP` entries are the kernel's own for multicast and loopback, `NUD_NONE` ones are not in use.
            None => self.proxy || !matches!(state, 0 | 0x40) || bytes.get(10)? & LEARNED != 0,
        })
    }

    fn takes(&self, record: &Settings) -> bool {
        let address = words::text(record, "dst").and_then(|dst| dst.parse::<IpAddr>().ok());
        self.to.is_none_or(|network| address.is_some_and(|address| network.contains(&address)))
            && self.protocol.as_deref().is_none_or(|protocol| words::text(record, "protocol") == Some(protocol))
            && !(self.unused && words::integer(record, "refcnt").is_some_and(|count| count > 0))
    }
}

/// What an answer or an event of `RTM_NEWNEIGH` says; none for what is no neighbour of IPv4 or IPv6.
pub fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let family = match i32::from(*bytes.first()?) {
        libc::AF_INET => "inet",
        libc::AF_INET6 => "inet6",
        _ => return None,
    };
    let dst = words::decode(&[option("dst", DST, words::Form::Ip)], &[], bytes.get(LENGTH..)?, name);
    let index = attr::u32_of(bytes.get(4..)?)?;
    let mut settings = dst;
    settings.extend(name(index).map(|name| ("dev".into(), Setting::Text(name))));
    settings.push(("family".into(), Setting::Text(family.to_owned())));
    settings.extend(SORT.read(bytes, name)?);
    // Every answer has the field; an entry of a proxy has no state.
    settings.retain(|(key, value)| !(key == "nud" && *value == Setting::Text("none".to_owned())));
    Some(settings)
}

/// Deletes the neighbours that [`list`] gives, but for permanent ones unless they are asked for, as `ip neigh flush` does.
/// Gives how many there were.
pub fn flush(namespace: &Namespace, filter: &Filter) -> Result<usize> {
    let listed = list(namespace, filter)?;
    let all = filter.nud.is_some_and(|nud| nud & PERMANENT != 0);
    let meant = listed.iter().filter(|one| all || words::text(one, "nud") != Some("permanent"));
    let meant = meant.filter_map(|one| Some((words::text(one, "dev")?, words::text(one, "dst")?.parse().ok()?, one)));
    entry::delete_each(meant, |(dev, address, one)| delete(&Device::new(namespace, dev)?, address, one))
}

/// The bits that stand for a state in a filter, by its word or `all`; none for what is no state.
pub fn state(word: &str) -> Option<u16> {
    if word == "all" {
        return Some(u16::MAX);
    }
    let number = STATES.iter().find(|(_, name)| *name == word).and_then(|(number, _)| u16::try_from(*number).ok());
    number.map(|number| if number == 0 { NONE } else { number })
}

/// Reads over a socket what [`list`] lists: for those who follow events.
pub fn all(socket: &mut Socket) -> Result<Vec<Settings>> {
    let names = super::device::index_names(socket)?;
    socket.dump_with(&Message::new(SORT.get(), &[0; LENGTH]), |_, bytes| {
        record(bytes, &|index| names.get(&index).cloned())
    })
}
