//! Reading links: one, all of a namespace, and who is at the other end of a veth pair.

use std::os::fd::AsRawFd;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{
    AfSpecInet6, AfSpecUnspec, LinkAttribute, LinkFlags, LinkLayerType, LinkMessage, Stats64,
};
use netlink_packet_route::nsid::{NsidAttribute, NsidMessage};
use nix::errno::Errno;

use super::{AddrGenMode, Settings, format_mac, kind, message};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

/// A link as the kernel has it.
#[derive(Debug, Clone, Default)]
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
    /// The id of the namespace in which [`Link::link_index`] counts; none: its own.
    pub link_netnsid: Option<i32>,
    /// Counters.
    pub stats: Stats,
    /// Options of its kind, in `ip link`'s words.
    pub data: Settings,
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
}

/// All links of a namespace, by index.
pub fn list(namespace: &Namespace) -> Result<Vec<Link>> {
    namespace.with_socket(list_in)
}

/// [`list`] over a socket in the namespace.
pub fn list_in(socket: &mut Socket) -> Result<Vec<Link>> {
    let groups = Names::groups();
    let answers = socket.dump(RouteNetlinkMessage::GetLink(LinkMessage::default()))?;
    let mut links: Vec<Link> = answers.iter().filter_map(|answer| read_answer(answer, &groups)).collect();
    links.sort_by_key(|link| link.index);
    let names: Vec<(u32, String)> = links.iter().map(|link| (link.index, link.name.clone())).collect();
    for link in &mut links {
        let master = names.iter().find(|(index, _)| Some(*index) == link.master_index);
        link.master = master.map(|(_, name)| name.clone());
    }
    Ok(links)
}

/// One link, by its name.
pub fn get(device: &Device) -> Result<Link> {
    device.namespace.with_socket(|socket| get_in(socket, device))
}

/// [`get`] over a socket in the device's namespace.
pub(super) fn get_in(socket: &mut Socket, device: &Device) -> Result<Link> {
    let link = query(socket, message::about(device)).map_err(|error| device.or_missing(error, socket))?;
    let master = link.master_index.map(|index| query(socket, message::indexed(index))).transpose();
    // A master that went away meanwhile is none.
    Ok(Link { master: master.ok().flatten().map(|master| master.name), ..link })
}

/// The link a request names; its master by index alone.
pub(super) fn query(socket: &mut Socket, request: LinkMessage) -> Result<Link> {
    let answers = socket.query(RouteNetlinkMessage::GetLink(request), 0)?;
    let groups = Names::groups();
    answers.iter().find_map(|answer| read_answer(answer, &groups)).ok_or_else(|| Error::system(Errno::ENODEV))
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

/// The other end of a veth pair, or what a link stands on: looked for in its own namespace and in `candidates`.
///
/// None if it has no other end, or if that is in none of them.
pub fn peer(namespace: &Namespace, link: &Link, candidates: &[Namespace]) -> Result<Option<Device>> {
    let Some(index) = link.link_index else { return Ok(None) };
    let Some(id) = link.link_netnsid else { return Ok(named_in(namespace, index)) };
    for candidate in candidates {
        let Ok(fd) = candidate.open() else { continue };
        if namespace.with_socket(|socket| nsid(socket, &fd))? == Some(id) {
            return Ok(named_in(candidate, index));
        }
    }
    Ok(None)
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

/// The link an answer or an event is about.
pub(super) fn read_answer(answer: &RouteNetlinkMessage, groups: &Names) -> Option<Link> {
    match answer {
        RouteNetlinkMessage::NewLink(message) | RouteNetlinkMessage::DelLink(message) => Some(read(message, groups)),
        _ => None,
    }
}

fn read(message: &LinkMessage, groups: &Names) -> Link {
    let flags = message.header.flags;
    let layer = message.header.link_layer_type;
    let mut link = Link {
        index: message.header.index,
        up: flags.contains(LinkFlags::Up),
        running: flags.contains(LinkFlags::Running),
        flags: flag_names(flags),
        promisc: flags.contains(LinkFlags::Promisc),
        allmulticast: flags.contains(LinkFlags::Allmulti),
        multicast: flags.contains(LinkFlags::Multicast),
        arp: !flags.contains(LinkFlags::Noarp),
        link_type: layer_name(layer),
        ..Link::default()
    };
    let address = |bytes: &[u8]| (!bytes.is_empty()).then(|| hardware_address(bytes, layer));
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(name) => link.name.clone_from(name),
            LinkAttribute::Address(bytes) => link.address = address(bytes),
            LinkAttribute::Broadcast(bytes) => link.broadcast = address(bytes),
            LinkAttribute::Mtu(mtu) => link.mtu = *mtu,
            LinkAttribute::MinMtu(least) => link.mtu_range.0 = *least,
            LinkAttribute::MaxMtu(most) => link.mtu_range.1 = *most,
            LinkAttribute::OperState(state) => link.operstate = state.to_string(),
            LinkAttribute::Carrier(carrier) => link.carrier = *carrier != 0,
            LinkAttribute::Controller(index) => link.master_index = Some(*index),
            LinkAttribute::IfAlias(alias) => link.alias = Some(alias.clone()),
            LinkAttribute::Group(group) => link.group = *group,
            LinkAttribute::TxQueueLen(length) => link.txqueuelen = *length,
            LinkAttribute::Qdisc(qdisc) => link.qdisc = Some(qdisc.clone()),
            // 0: a link that stands on one which is in no namespace that can be named.
            LinkAttribute::Link(index) => link.link_index = Some(*index).filter(|&index| index != 0),
            LinkAttribute::LinkNetNsId(id) => link.link_netnsid = Some(*id),
            LinkAttribute::Stats64(stats) => link.stats = counters(stats),
            LinkAttribute::AfSpecUnspec(families) => link.addrgenmode = addrgenmode(families),
            LinkAttribute::LinkInfo(info) => {
                let info = kind::read(info);
                (link.kind, link.data, link.port_kind, link.port) = (info.kind, info.data, info.port_kind, info.port);
            }
            _ => {}
        }
    }
    link.group_name = groups.name(link.group);
    link
}

fn counters(stats: &Stats64) -> Stats {
    Stats {
        rx_bytes: stats.rx_bytes,
        rx_packets: stats.rx_packets,
        rx_errors: stats.rx_errors,
        rx_dropped: stats.rx_dropped,
        tx_bytes: stats.tx_bytes,
        tx_packets: stats.tx_packets,
        tx_errors: stats.tx_errors,
        tx_dropped: stats.tx_dropped,
        multicast: stats.multicast,
        collisions: stats.collisions,
    }
}

fn addrgenmode(families: &[AfSpecUnspec]) -> Option<AddrGenMode> {
    let inet6 = families.iter().find_map(|family| match family {
        AfSpecUnspec::Inet6(attributes) => Some(attributes),
        _ => None,
    })?;
    inet6.iter().find_map(|attribute| match attribute {
        AfSpecInet6::AddrGenMode(wire) => message::mode(*wire),
        _ => None,
    })
}

/// The flags in the order and the words of `ip link`.
fn flag_names(flags: LinkFlags) -> Vec<&'static str> {
    const NAMES: [(LinkFlags, &str); 18] = [
        (LinkFlags::Loopback, "LOOPBACK"),
        (LinkFlags::Broadcast, "BROADCAST"),
        (LinkFlags::Pointopoint, "POINTOPOINT"),
        (LinkFlags::Multicast, "MULTICAST"),
        (LinkFlags::Noarp, "NOARP"),
        (LinkFlags::Allmulti, "ALLMULTI"),
        (LinkFlags::Promisc, "PROMISC"),
        (LinkFlags::Controller, "MASTER"),
        (LinkFlags::Port, "SLAVE"),
        (LinkFlags::Debug, "DEBUG"),
        (LinkFlags::Dynamic, "DYNAMIC"),
        (LinkFlags::Automedia, "AUTOMEDIA"),
        (LinkFlags::Portsel, "PORTSEL"),
        (LinkFlags::Notrailers, "NOTRAILERS"),
        (LinkFlags::Up, "UP"),
        (LinkFlags::LowerUp, "LOWER_UP"),
        (LinkFlags::Dormant, "DORMANT"),
        (LinkFlags::Echo, "ECHO"),
    ];
    let no_carrier = flags.contains(LinkFlags::Up) && !flags.contains(LinkFlags::Running);
    let set = NAMES.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name);
    no_carrier.then_some("NO-CARRIER").into_iter().chain(set).collect()
}

/// `ip`'s word for a link layer.
fn layer_name(layer: LinkLayerType) -> String {
    match layer {
        LinkLayerType::Ether => "ether",
        LinkLayerType::Loopback => "loopback",
        LinkLayerType::None => "none",
        LinkLayerType::Ppp => "ppp",
        LinkLayerType::Tunnel => "ipip",
        LinkLayerType::Tunnel6 => "tunnel6",
        LinkLayerType::Sit => "sit",
        LinkLayerType::Ipgre => "gre",
        LinkLayerType::Ip6gre => "gre6",
        LinkLayerType::Netlink => "netlink",
        LinkLayerType::Can => "can",
        LinkLayerType::Infiniband => "infiniband",
        other => return format!("{other:?}").to_lowercase(),
    }
    .to_owned()
}

/// The ends of a tunnel are shown as IP addresses, everything else in hexadecimal.
fn hardware_address(bytes: &[u8], layer: LinkLayerType) -> String {
    let tunnel = matches!(layer, LinkLayerType::Tunnel | LinkLayerType::Sit | LinkLayerType::Ipgre);
    if let (true, Ok(v4)) = (tunnel, <[u8; 4]>::try_from(bytes)) {
        return std::net::Ipv4Addr::from(v4).to_string();
    }
    let tunnel = matches!(layer, LinkLayerType::Tunnel6 | LinkLayerType::Ip6gre);
    if let (true, Ok(v6)) = (tunnel, <[u8; 16]>::try_from(bytes)) {
        return std::net::Ipv6Addr::from(v6).to_string();
    }
    format_mac(bytes)
}
