//! An address as a script asks for it, and the requests that it makes.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage, AddressScope, CacheInfo};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::refusal::word;
use crate::error::Error;
use crate::kernel::device::Device;

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
    /// The first one (`-`), as old systems had it.
    Lowest,
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
    /// Who made it (`names::Names::address_protocols`).
    pub proto: Option<u8>,
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
            proto: None,
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

    pub(super) fn message(&self, index: u32) -> AddressMessage {
        let mut message = self.identity(index);
        let loopback = matches!(self.address.addr(), IpAddr::V4(address) if address.is_loopback());
        let usual = if loopback { AddressScope::Host } else { AddressScope::Universe };
        message.header.scope = self.scope.map_or(usual, AddressScope::from);
        let attributes = &mut message.attributes;
        let last = match (self.broadcast, self.address) {
            (Some(Broadcast::Address(address)), _) => Some(address),
            (Some(Broadcast::Computed), IpNet::V4(net)) if net.prefix_len() < 31 => Some(net.broadcast()),
            (Some(Broadcast::Lowest), IpNet::V4(net)) if net.prefix_len() < 31 => Some(net.network()),
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
        attributes.extend(self.proto.map(|proto| AddressAttribute::Protocol(proto.into())));
        message
    }

    /// What tells the address from the link's others.
    pub(super) fn identity(&self, index: u32) -> AddressMessage {
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
pub(super) const FOREVER: u32 = u32::MAX;

fn family(address: IpAddr) -> AddressFamily {
    if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 }
}
