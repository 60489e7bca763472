//! Reading links: one, all of a namespace, and who is at the other end of a veth pair.

use std::os::fd::AsRawFd;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::LinkMessage;
use netlink_packet_route::nsid::{NsidAttribute, NsidMessage};
use nix::errno::Errno;

use super::{AddrGenMode, Filter, Settings, format_mac, kind, message, parse};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::words;
use crate::netlink::Socket;

/// A link as the kernel has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// Interface index, unique in its namespace.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// `"veth"`, `"bridge"` …; none for lo and for hardware.
    pub kind: Option<String>,
    /// Hardware address as text, if it has one.
    pub address: Option<String>,
    /// Hardware broadcast address as text, if it has one.
    pub broadcast: Option<String>,
    /// In bytes.
    pub mtu: u32,
    /// The least and the greatest mtu it takes; 0 where there is no limit.
    pub mtu_range: (u32, u32),
    /// Administratively up.
    pub up: bool,
    /// Administratively up and able to carry packets, as far as the kernel knows (`IFF_RUNNING`).
    pub running: bool,
    /// Flags as `ip` shows them: `"BROADCAST"`, `"LOWER_UP"`, `"NO-CARRIER"` …
    pub flags: Vec<&'static str>,
    /// `"UP"`, `"DOWN"`, `"UNKNOWN"`, `"LOWERLAYERDOWN"`, `"DORMANT"`, `"TESTING"`, `"NOTPRESENT"`.
    pub operstate: String,
    /// Whether there is a carrier.
    pub carrier: bool,
    /// The index of what it is a port of.
    pub master_index: Option<u32>,
    /// The name of what it is a port of, where that could be read.
    pub master: Option<String>,
    /// The kind of what it is a port of: `"bridge"`.
    pub port_kind: Option<String>,
    /// Free text.
    pub alias: Option<String>,
    /// The number of its group.
    pub group: u32,
    /// The name of its group: `"default"`.
    pub group_name: String,
    /// Packets in its transmit queue.
    pub txqueuelen: u32,
    /// Takes every packet.
    pub promisc: bool,
    /// Takes every multicast packet.
    pub allmulticast: bool,
    /// Can do multicast.
    pub multicast: bool,
    /// Changes its address as it comes and goes.
    pub dynamic: bool,
    /// Trailers are used.
    pub trailers: bool,
    /// Uses ARP.
    pub arp: bool,
    /// How it makes its IPv6 link-local address; none where IPv6 is off.
    pub addrgenmode: Option<AddrGenMode>,
    /// `"ether"`, `"loopback"`, `"none"` …
    pub link_type: String,
    /// Its root queueing discipline: `"noqueue"`.
    pub qdisc: Option<String>,
    /// The index of the link it stands on or is paired with.
    pub link_index: Option<u32>,
    /// The name of that link, where it is in the same namespace and could be read.
    pub link: Option<String>,
    /// The id of the namespace in which [`Link::link_index`] counts; none: its own.
    pub link_netnsid: Option<i32>,
    /// The program that sees first what it receives: `mode`, `prog` with its id, and what is `attached` in which mode.
    pub xdp: Option<Settings>,
    /// Counters.
    pub stats: Stats,
    /// Options of its kind, in `ip link`'s words.
    pub data: Settings,
    /// What else links of every kind have (`more::WORDS`).
    pub more: Settings,
    /// Options it has as a port, in `ip link`'s words.
    pub port: Settings,
}

impl Link {
    /// Whether this is its hardware address.
    pub(super) fn has_address(&self, address: [u8; 6]) -> bool {
        self.address.as_deref() == Some(&format_mac(&address))
    }
}

/// A link's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Stats {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub rx_errors: u64,
    pub rx_dropped: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
    pub tx_errors: u64,
    pub tx_dropped: u64,
    pub multicast: u64,
    pub collisions: u64,
    pub rx_over_errors: u64,
    pub rx_missed_errors: u64,
    pub tx_carrier_errors: u64,
    pub carrier_changes: u32,
}

/// All links of a namespace, by index.
pub fn list(namespace: &Namespace) -> Result<Vec<Link>> {
    let mut links = namespace.with_socket(list_in)?;
    read_asides(namespace, &mut links);
    Ok(links)
}

/// Those links of a namespace that the filter means, by index.
pub fn list_of(namespace: &Namespace, filter: &Filter) -> Result<Vec<Link>> {
    let mut links = namespace.with_socket(|socket| list_of_in(socket, namespace, filter))?;
    read_asides(namespace, &mut links);
    Ok(links)
}

/// [`list_of`] over a socket in the namespace.
pub(super) fn list_of_in(socket: &mut Socket, namespace: &Namespace, filter: &Filter) -> Result<Vec<Link>> {
    let means = filter.test(socket, namespace)?;
    list_those(socket, means)
}

/// Reads what no message about these links of a namespace tells of their own options, which [`list_in`] leaves out; nothing
/// where that is not permitted.
pub fn read_asides(namespace: &Namespace, links: &mut [Link]) {
    for link in links {
        read_aside(&Device::known(namespace, &link.name, link.index), link);
    }
}

fn read_aside(device: &Device, link: &mut Link) {
    if let Some(aside) = kind::aside(link.kind.as_deref()) {
        link.data = (aside.read)(device).unwrap_or_default();
    }
}

/// [`list`] over a socket in the namespace.
pub fn list_in(socket: &mut Socket) -> Result<Vec<Link>> {
    list_those(socket, |_| true)
}

/// The links whose messages are `meant`. All are read: any may be one that they name.
fn list_those(socket: &mut Socket, meant: impl Fn(&[u8]) -> bool) -> Result<Vec<Link>> {
    let groups = Names::groups();
    let request = message::get(LinkMessage::default());
    let mut links =
        socket.dump_with(&request, |kind, bytes| Some((parse::link(kind, bytes, &groups)?, meant(bytes))))?;
    links.sort_by_key(|(link, _)| link.index);
    let names: Vec<(u32, String)> = links.iter().map(|(link, _)| (link.index, link.name.clone())).collect();
    let name = |index| names.binary_search_by_key(&index, |(index, _)| *index).ok().map(|place| names[place].1.clone());
    let mut links: Vec<Link> = links.into_iter().filter_map(|(link, is_meant)| is_meant.then_some(link)).collect();
    links.iter_mut().for_each(|link| name_others(link, &name));
    Ok(links)
}

/// The indexes of the links of its own namespace that `link` names.
fn others(link: &Link) -> Vec<u32> {
    let seen = std::cell::RefCell::new(Vec::new());
    let note = |index| {
        seen.borrow_mut().push(index);
        None
    };
    name_others(&mut link.clone(), &note);
    seen.into_inner()
}

/// The link that an answer or an event is about; `name` has the names of the others in its namespace.
pub(in crate::kernel) fn heard(kind: u16, bytes: &[u8], groups: &Names, name: words::NameOf<'_>) -> Option<Link> {
    let mut link = parse::link(kind, bytes, groups)?;
    name_others(&mut link, name);
    Some(link)
}

/// Gives the links of its own namespace that `link` names by their indexes their names.
fn name_others(link: &mut Link, name: words::NameOf<'_>) {
    link.master = link.master_index.and_then(name);
    if let Some(kind) = &link.port_kind {
        kind::name_links(kind, kind::Side::Port, &mut link.port, name);
    }
    let Some(kind) = link.kind.as_ref().filter(|_| link.link_netnsid.is_none()) else { return };
    // Of a pair it is the other end.
    if !kind::is_pair(kind) {
        link.link = link.link_index.and_then(name);
    }
    kind::name_links(kind, kind::Side::Own, &mut link.data, name);
}

/// One link, by its name.
pub fn get(device: &Device) -> Result<Link> {
    device.namespace.with_socket(|socket| get_in(socket, device))
}

/// [`get`] over a socket in the device's namespace.
pub(super) fn get_in(socket: &mut Socket, device: &Device) -> Result<Link> {
    let mut link = query(socket, message::about(device)).map_err(|error| device.or_missing(error, socket))?;
    // What went away meanwhile has no name.
    let named = |index| Some((index, query(socket, message::indexed(index)).ok()?.name));
    let names: Vec<(u32, String)> = others(&link).into_iter().filter_map(named).collect();
    name_others(&mut link, &|asked| names.iter().find(|(index, _)| *index == asked).map(|(_, name)| name.clone()));
    read_aside(&Device::known(&device.namespace, &link.name, link.index), &mut link);
    Ok(link)
}

/// The link a request names; other links that it names are known by their indexes alone.
pub(super) fn query(socket: &mut Socket, request: LinkMessage) -> Result<Link> {
    let answers = socket.query(message::get(request), 0)?;
    let groups = Names::groups();
    let mut links = answers.iter().filter_map(|answer| parse::link(answer.kind, &answer.bytes, &groups));
    links.next().ok_or_else(|| Error::system(Errno::ENODEV))
}

/// The device that has `index` in `namespace` now, under whatever name. `last` is its last known name, for the error
/// when it is gone.
pub fn resolve(namespace: &Namespace, index: u32, last: &str) -> Result<Device> {
    let found = namespace.with_socket(|socket| query(socket, message::indexed(index)));
    let device = |name: &str| Device::known(namespace, name, index);
    found.map(|link| device(&link.name)).map_err(|error| {
        let device = device(last);
        error.explain(&[(Errno::ENODEV, &explain::LINK_GONE)]).with("link", &device).object(&device)
    })
}

/// The namespace whose links and addresses a link works with, where that is another: one of `candidates`.
///
/// None if it is its own, or is none of them.
pub fn underlay(namespace: &Namespace, link: &Link, candidates: &[Namespace]) -> Result<Option<Namespace>> {
    let Some(id) = link.link_netnsid else { return Ok(None) };
    for candidate in candidates {
        let Ok(fd) = candidate.open() else { continue };
        if namespace.with_socket(|socket| nsid(socket, &fd))? == Some(id) {
            return Ok(Some(candidate.clone()));
        }
    }
    Ok(None)
}

/// The other end of a veth pair, or what a link stands on: looked for in its own namespace, or in `there` where it is in
/// another ([`underlay`]).
pub fn peer(namespace: &Namespace, link: &Link, there: Option<&Namespace>) -> Option<Device> {
    let index = link.link_index?;
    match (link.link_netnsid, there) {
        (None, _) => named_in(namespace, index),
        (Some(_), there) => named_in(there?, index),
    }
}

fn named_in(namespace: &Namespace, index: u32) -> Option<Device> {
    let link = namespace.with_socket(|socket| query(socket, message::indexed(index))).ok()?;
    Some(Device::known(namespace, &link.name, index))
}

/// The id that the socket's namespace has given to the one behind `fd`, if any.
fn nsid(socket: &mut Socket, fd: &impl AsRawFd) -> Result<Option<i32>> {
    let mut request = NsidMessage::default();
    request.attributes.push(NsidAttribute::Fd(fd.as_raw_fd() as u32));
    let answers = socket.query(RouteNetlinkMessage::GetNsId(request), 0)?;
    let id = answers.iter().find_map(|answer| match answer {
        RouteNetlinkMessage::NewNsId(message) => message.attributes.iter().find_map(|attribute| match attribute {
            NsidAttribute::Id(id) => Some(*id),
            _ => None,
        }),
        _ => None,
    });
    // -1: none was given (Linux NETNSA_NSID_NOT_ASSIGNED).
    Ok(id.filter(|&id| id >= 0))
}
