//! Addresses of links: add, replace, delete, list, flush. As `ip addr`: a broadcast address only when asked for.

mod refusal;

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use netlink_packet_core::Parseable;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage, AddressScope, CacheInfo};
use netlink_packet_route::link::{LinkAttribute, LinkExtentMask, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::errno::Errno;

use self::refusal::{REFUSALS, check, with_known, word};
use super::device::Device;
use super::link;
use super::names::Names;
use super::namespace::Namespace;
use crate::error::{Error, Result};
use crate::netlink::Socket;

/// How long an address is good for, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// For ever.
    Forever,
    /// So many seconds from now.
    Seconds(u32),
}

/// The broadcast address to go with an IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broadcast {
    /// The last address of its network (`+`).
    Computed,
    /// This one.
    Address(Ipv4Addr),
}

/// An address to be added, or the one to be deleted.
#[derive(Debug, Clone)]
pub struct AddrSpec {
    /// The address, host bits and all, with the prefix length of its network.
    pub address: IpNet,
    /// The address at the other end of a point-to-point link; the prefix is then its.
    pub peer: Option<IpAddr>,
    /// IPv4 only.
    pub broadcast: Option<Broadcast>,
    /// How far it reaches (`names::Names::scopes`); none: `host` for 127.0.0.0/8, else `global`.
    pub scope: Option<u8>,
    /// A name for it, which begins with the link's (IPv4).
    pub label: Option<String>,
    /// Until it is removed.
    pub valid_lft: Option<Lifetime>,
    /// Until it is no longer chosen as a source.
    pub preferred_lft: Option<Lifetime>,
    /// No duplicate address detection (IPv6).
    pub nodad: bool,
    /// No route to its network.
    pub noprefixroute: bool,
    /// A mobile node's home address (IPv6).
    pub home: bool,
    /// Temporary addresses are made from it (IPv6).
    pub mngtmpaddr: bool,
    /// It is used before duplicate address detection is done (IPv6).
    pub optimistic: bool,
    /// The link joins the multicast group that it is.
    pub autojoin: bool,
    /// The metric of the route to its network.
    pub metric: Option<u32>,
}

impl AddrSpec {
    /// The address alone, all else as the kernel makes it.
    pub fn new(address: IpNet) -> Self {
        Self {
            address,
            peer: None,
            broadcast: None,
            scope: None,
            label: None,
            valid_lft: None,
            preferred_lft: None,
            nodad: false,
            noprefixroute: false,
            home: false,
            mngtmpaddr: false,
            optimistic: false,
            autojoin: false,
            metric: None,
        }
    }

    /// The request to add it to the link with this index, for a batch; [`AddrSpec::refused`] words a refusal.
    pub fn request(&self, index: u32) -> (RouteNetlinkMessage, u16) {
        (RouteNetlinkMessage::NewAddress(self.message(index)), NLM_F_CREATE | NLM_F_EXCL)
    }

    /// The request to delete it from the link with this index, for a batch.
    pub fn removal(&self, index: u32) -> (RouteNetlinkMessage, u16) {
        (RouteNetlinkMessage::DelAddress(self.identity(index)), 0)
    }

    /// Words a refusal of [`AddrSpec::request`].
    pub fn refused(&self, error: Error, device: &Device) -> Error {
        word(error, device, self, "adding an address")
    }

    fn flags(&self) -> AddressFlags {
        let mut flags = AddressFlags::empty();
        flags.set(AddressFlags::Nodad, self.nodad);
        flags.set(AddressFlags::Noprefixroute, self.noprefixroute);
        flags.set(AddressFlags::Homeaddress, self.home);
        flags.set(AddressFlags::Managetempaddr, self.mngtmpaddr);
        flags.set(AddressFlags::Optimistic, self.optimistic);
        flags.set(AddressFlags::Mcautojoin, self.autojoin);
        flags
    }

    fn message(&self, index: u32) -> AddressMessage {
        let mut message = self.identity(index);
        let loopback = matches!(self.address.addr(), IpAddr::V4(address) if address.is_loopback());
        let usual = if loopback { AddressScope::Host } else { AddressScope::Universe };
        message.header.scope = self.scope.map_or(usual, AddressScope::from);
        let attributes = &mut message.attributes;
        let last = match (self.broadcast, self.address) {
            (Some(Broadcast::Address(address)), _) => Some(address),
            (Some(Broadcast::Computed), IpNet::V4(net)) if net.prefix_len() < 31 => Some(net.broadcast()),
            _ => None,
        };
        attributes.extend(last.map(AddressAttribute::Broadcast));
        if !self.flags().is_empty() {
            attributes.push(AddressAttribute::Flags(self.flags()));
        }
        if self.valid_lft.is_some() || self.preferred_lft.is_some() {
            let wire = |lifetime: Option<Lifetime>| match lifetime {
                Some(Lifetime::Seconds(seconds)) => seconds,
                Some(Lifetime::Forever) | None => FOREVER,
            };
            let mut lifetimes = CacheInfo::default();
            lifetimes.ifa_valid = wire(self.valid_lft);
            lifetimes.ifa_preferred = wire(self.preferred_lft.or(self.valid_lft));
            attributes.push(AddressAttribute::CacheInfo(lifetimes));
        }
        attributes.extend(self.metric.map(AddressAttribute::RoutePriority));
        message
    }

    /// What tells the address from the link's others.
    fn identity(&self, index: u32) -> AddressMessage {
        let mut message = AddressMessage::default();
        let address = self.address.addr();
        message.header.family = family(address);
        message.header.prefix_len = self.address.prefix_len();
        message.header.index = index;
        message.attributes.push(AddressAttribute::Local(address));
        message.attributes.push(AddressAttribute::Address(self.peer.unwrap_or(address)));
        message.attributes.extend(self.label.clone().map(AddressAttribute::Label));
        message
    }
}

/// Linux `INFINITY_LIFE_TIME`.
const FOREVER: u32 = u32::MAX;

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
    /// Flags in `ip`'s words: `"secondary"`, `"tentative"`, `"noprefixroute"` …
    pub flags: Vec<&'static str>,
}

impl Address {
    /// What tells it from the link's others, to delete it by.
    pub fn spec(&self) -> AddrSpec {
        AddrSpec { peer: self.peer, label: self.label.clone(), ..AddrSpec::new(self.address) }
    }
}

/// Adds an address. `EEXIST` if the link has it, `ENODEV` if there is no such link.
pub fn add(device: &Device, spec: &AddrSpec) -> Result<()> {
    write(device, spec, NLM_F_CREATE | NLM_F_EXCL, "adding an address")
}

/// Adds an address, or gives one that the link has other lifetimes and flags.
pub fn replace(device: &Device, spec: &AddrSpec) -> Result<()> {
    write(device, spec, NLM_F_CREATE | NLM_F_REPLACE, "changing an address")
}

/// Adds all addresses or none.
pub fn add_all(device: &Device, specs: &[AddrSpec]) -> Result<()> {
    for (place, spec) in specs.iter().enumerate() {
        if let Err(error) = add(device, spec) {
            for added in &specs[..place] {
                // The error that is reported is the one that led here.
                let _ = delete(device, added);
            }
            return Err(error);
        }
    }
    Ok(())
}

fn write(device: &Device, spec: &AddrSpec, flags: u16, doing: &'static str) -> Result<()> {
    check(device, spec)?;
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        socket
            .execute(RouteNetlinkMessage::NewAddress(spec.message(index)), flags)
            .map_err(|error| word(device.or_missing(error, socket), device, spec, doing))
    })
}

/// Deletes an address. `EADDRNOTAVAIL` if the link does not have it.
pub fn delete(device: &Device, spec: &AddrSpec) -> Result<()> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        socket.execute(RouteNetlinkMessage::DelAddress(spec.identity(index)), 0).map_err(|error| {
            let missing = error.as_errno() == Some(Errno::EADDRNOTAVAIL);
            let error = word(device.or_missing(error, socket), device, spec, "deleting an address");
            if missing { with_known(error, spec, &list_in(socket, Some(index)).unwrap_or_default()) } else { error }
        })
    })
}

/// All addresses of a namespace: by link, IPv4 first, each in the kernel's order.
pub fn list(namespace: &Namespace) -> Result<Vec<Address>> {
    namespace.with_socket(|socket| {
        let mut addresses = list_in(socket, None)?;
        let names = link_names(socket)?;
        for address in &mut addresses {
            let name = names.iter().find(|(index, _)| *index == address.index);
            address.dev = name.map(|(_, name)| name.clone()).unwrap_or_default();
        }
        Ok(addresses)
    })
}

/// The addresses of one link.
pub fn list_device(device: &Device) -> Result<Vec<Address>> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let mut addresses = list_of(socket, device, index)?;
        for address in &mut addresses {
            address.dev.clone_from(&device.name);
        }
        Ok(addresses)
    })
}

/// Deletes all addresses of a link, the link-local ones too; how many there were.
pub fn flush(device: &Device) -> Result<usize> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let addresses = list_of(socket, device, index)?;
        let delete = |address: &Address| address.spec().removal(index);
        // With the first address of a network its other ones go too, so the last go first.
        for chunk in addresses.iter().rev().map(delete).collect::<Vec<_>>().chunks(100) {
            let outcomes = socket.batch_outcomes(chunk.to_vec());
            let refused = outcomes.into_iter().filter_map(Result::err);
            if let Some(error) = refused.into_iter().find(|error| error.as_errno() != Some(Errno::EADDRNOTAVAIL)) {
                return Err(error
                    .explain(REFUSALS)
                    .with("doing", "deleting addresses")
                    .with("capability", "CAP_NET_ADMIN")
                    .object(device));
            }
        }
        Ok(addresses.len())
    })
}

/// The addresses of `device`; `ENODEV` if it is gone, which the kernel's list does not tell from having none.
fn list_of(socket: &mut Socket, device: &Device, index: u32) -> Result<Vec<Address>> {
    let addresses = list_in(socket, Some(index)).map_err(|error| device.or_missing(error, socket))?;
    if addresses.is_empty() && device.known_index().is_some() {
        link::resolve(&device.namespace, index, &device.name)?;
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

pub(super) fn link_names(socket: &mut Socket) -> Result<Vec<(u32, String)>> {
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
pub(super) fn read_bytes(bytes: &[u8], scopes: &Names) -> Option<Address> {
    AddressMessage::parse(bytes).ok().and_then(|message| read(&message, scopes))
}

fn read(message: &AddressMessage, scopes: &Names) -> Option<Address> {
    let (mut local, mut other, mut broadcast, mut label, mut metric) = (None, None, None, None, None);
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

fn family(address: IpAddr) -> AddressFamily {
    if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 }
}
