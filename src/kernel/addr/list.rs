//! The addresses that there are.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use netlink_packet_core::Parseable;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use netlink_packet_route::link::{LinkAttribute, LinkExtentMask, LinkMessage};

use super::filter::Filter;
use super::spec::{AddrSpec, FOREVER, Lifetime};
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::link;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

/// An address as the kernel has it.
#[derive(Debug, Clone)]
pub struct Address {
    /// The index of its link.
    pub index: u32,
    /// The name of its link; empty where only one link was asked for.
    pub dev: String,
    /// The address with the prefix length of its network.
    pub address: IpNet,
    /// The address at the other end, if it is another.
    pub peer: Option<IpAddr>,
    /// IPv4 only.
    pub broadcast: Option<Ipv4Addr>,
    /// `"global"`, `"link"`, `"host"` …
    pub scope: String,
    /// Its name (IPv4).
    pub label: Option<String>,
    /// Until it is removed.
    pub valid_lft: Lifetime,
    /// Until it is no longer chosen as a source.
    pub preferred_lft: Lifetime,
    /// The metric of the route to its network.
    pub metric: Option<u32>,
    /// Who made it, if that is known: `"kernel_ll"` …
    pub proto: Option<String>,
    /// Flags in `ip`'s words: `"secondary"`, `"tentative"`, `"noprefixroute"` …
    pub flags: Vec<&'static str>,
}

impl Address {
    /// What tells it from the link's others, to delete it by.
    pub fn spec(&self) -> AddrSpec {
        AddrSpec { peer: self.peer, label: self.label.clone(), ..AddrSpec::new(self.address) }
    }
}

/// All addresses of a namespace: by link, IPv4 first, each in the kernel's order.
pub fn list(namespace: &Namespace) -> Result<Vec<Address>> {
    list_some(namespace, &Filter::default())
}

/// The addresses of a namespace that the filter takes.
pub fn list_some(namespace: &Namespace, filter: &Filter) -> Result<Vec<Address>> {
    namespace.with_socket(|socket| {
        let mut addresses = list_in(socket, None)?;
        let names = link_names(socket)?;
        for address in &mut addresses {
            let name = names.iter().find(|(index, _)| *index == address.index);
            address.dev = name.map(|(_, name)| name.clone()).unwrap_or_default();
        }
        filter.keep(socket, namespace, &mut addresses)?;
        Ok(addresses)
    })
}

/// The addresses of one link that the filter takes.
pub fn list_some_of(device: &Device, filter: &Filter) -> Result<Vec<Address>> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let mut addresses = list_of(socket, device, index)?;
        filter.keep(socket, &device.namespace, &mut addresses)?;
        Ok(addresses)
    })
}

/// The addresses of `device`; `ENODEV` if it is gone, which the kernel's list does not tell from having none.
pub(super) fn list_of(socket: &mut Socket, device: &Device, index: u32) -> Result<Vec<Address>> {
    let mut addresses = list_in(socket, Some(index)).map_err(|error| device.or_missing(error, socket))?;
    if addresses.is_empty() && device.known_index().is_some() {
        link::resolve(&device.namespace, index, &device.name)?;
    }
    for address in &mut addresses {
        address.dev.clone_from(&device.name);
    }
    Ok(addresses)
}

/// The addresses of all links, or of one, over a socket in their namespace; without the links' names.
pub fn list_in(socket: &mut Socket, index: Option<u32>) -> Result<Vec<Address>> {
    let mut request = AddressMessage::default();
    request.header.index = index.unwrap_or(0);
    let scopes = Names::scopes();
    let answers = socket.dump(RouteNetlinkMessage::GetAddress(request))?;
    let mut addresses: Vec<Address> = answers
        .iter()
        .filter_map(|answer| match answer {
            RouteNetlinkMessage::NewAddress(message) => read(message, &scopes),
            _ => None,
        })
        .filter(|address| index.is_none_or(|index| index == address.index))
        .collect();
    addresses.sort_by_key(|address| (address.index, address.address.addr().is_ipv6()));
    Ok(addresses)
}

pub(in crate::kernel) fn link_names(socket: &mut Socket) -> Result<Vec<(u32, String)>> {
    let mut request = LinkMessage::default();
    request.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
    let name = |answer: RouteNetlinkMessage| {
        let RouteNetlinkMessage::NewLink(link) = answer else { return None };
        link.attributes.into_iter().find_map(|attribute| match attribute {
            LinkAttribute::IfName(name) => Some((link.header.index, name)),
            _ => None,
        })
    };
    Ok(socket.dump(RouteNetlinkMessage::GetLink(request))?.into_iter().filter_map(name).collect())
}

/// The address that the bytes of a message or of an event are about, without its link's name.
pub(in crate::kernel) fn read_bytes(bytes: &[u8], scopes: &Names) -> Option<Address> {
    AddressMessage::parse(bytes).ok().and_then(|message| read(&message, scopes))
}

fn read(message: &AddressMessage, scopes: &Names) -> Option<Address> {
    let (mut local, mut other, mut broadcast, mut label, mut metric, mut proto) = (None, None, None, None, None, None);
    let mut flags = AddressFlags::from_bits_retain(u32::from(message.header.flags.bits()));
    let (mut valid_lft, mut preferred_lft) = (Lifetime::Forever, Lifetime::Forever);
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(address) => local = Some(*address),
            AddressAttribute::Address(address) => other = Some(*address),
            AddressAttribute::Broadcast(address) => broadcast = Some(*address),
            AddressAttribute::Label(text) => label = Some(text.clone()),
            AddressAttribute::Flags(all) => flags = *all,
            AddressAttribute::RoutePriority(number) => metric = Some(*number).filter(|&number| number != 0),
            AddressAttribute::Protocol(number) => {
                proto = Some(Names::address_protocols().name(u32::from(u8::from(*number))));
            }
            AddressAttribute::CacheInfo(lifetimes) => {
                valid_lft = lifetime(lifetimes.ifa_valid);
                preferred_lft = lifetime(lifetimes.ifa_preferred);
            }
            _ => {}
        }
    }
    let address = local.or(other)?;
    Some(Address {
        index: message.header.index,
        dev: String::new(),
        address: IpNet::new(address, message.header.prefix_len).ok()?,
        peer: other.filter(|&other| other != address),
        broadcast,
        scope: scopes.name(u32::from(u8::from(message.header.scope))),
        label,
        valid_lft,
        preferred_lft,
        metric,
        proto,
        flags: flag_names(flags, address.is_ipv6()),
    })
}

fn lifetime(seconds: u32) -> Lifetime {
    if seconds == FOREVER { Lifetime::Forever } else { Lifetime::Seconds(seconds) }
}

/// The flags in the words and the order of `ip addr`.
fn flag_names(flags: AddressFlags, is_ipv6: bool) -> Vec<&'static str> {
    let secondary = if is_ipv6 { "temporary" } else { "secondary" };
    let names = [
        (AddressFlags::Secondary, secondary),
        (AddressFlags::Tentative, "tentative"),
        (AddressFlags::Deprecated, "deprecated"),
        (AddressFlags::Homeaddress, "home"),
        (AddressFlags::Nodad, "nodad"),
        (AddressFlags::Optimistic, "optimistic"),
        (AddressFlags::Dadfailed, "dadfailed"),
        (AddressFlags::Managetempaddr, "mngtmpaddr"),
        (AddressFlags::Noprefixroute, "noprefixroute"),
        (AddressFlags::Mcautojoin, "autojoin"),
        (AddressFlags::StablePrivacy, "stable-privacy"),
    ];
    let mut words: Vec<_> = names.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name).collect();
    if !flags.contains(AddressFlags::Permanent) {
        words.push("dynamic");
    }
    words
}
