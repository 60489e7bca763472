//! Which routes are meant by a list or a flush, in the words of `ip route list`.

use std::net::IpAddr;

use ipnet::IpNet;

use super::read::{
    HEADER, RTA_DST, RTA_GATEWAY, RTA_MULTIPATH, RTA_NH_ID, RTA_OIF, RTA_PREFSRC, RTA_PRIORITY, RTA_VIA, Ways,
    destination, ip, table_of, via,
};
use super::spec::{Destination, Family};
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::shared_forms::realms;
use crate::kernel::words::Setting;
use crate::netlink::Socket;
use crate::netlink::attr::{self, Attributes};

/// Linux `RT_TABLE_MAIN`.
const MAIN: u32 = 254;
/// A route that the kernel made from another for one destination (`RTM_F_CLONED`).
pub(super) const CLONED: u32 = 0x200;
/// `RTA_SRC`.
const RTA_SRC: u16 = 2;
/// `RTA_FLOW`.
const RTA_FLOW: u16 = 11;

/// Which tables are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableFilter {
    /// The main table.
    #[default]
    Main,
    /// The one with this number.
    Number(u32),
    /// All.
    All,
}

/// Which routes are meant: all that meet everything asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these tables.
    pub table: TableFilter,
    /// Of this family; none: IPv4 and IPv6.
    pub family: Option<Family>,
    /// Made by this protocol.
    pub proto: Option<u8>,
    /// Over this link (or one of several ways).
    pub dev: Option<String>,
    /// Of this type (Linux `RTN_…`).
    pub kind: Option<u8>,
    /// Of this scope.
    pub scope: Option<u8>,
    /// For this type of service.
    pub tos: Option<u8>,
    /// With this metric.
    pub metric: Option<u32>,
    /// Over a gateway in this network (or one of several ways).
    pub via: Option<IpNet>,
    /// That suggest a source address in this network.
    pub src: Option<IpNet>,
    /// For packets from this very network.
    pub from: Option<IpNet>,
    /// To this very destination.
    pub exact: Option<Destination>,
    /// To this destination and what is inside.
    pub root: Option<Destination>,
    /// To all of this destination: to it, and to what it is inside of.
    pub matching: Option<Destination>,
    /// Over this nexthop object.
    pub nhid: Option<u32>,
    /// Of these realms, as text says them.
    pub realms: Option<Setting>,
    /// What the kernel keeps for single destinations, instead of routes.
    pub cached: bool,
}

/// A filter, with what it takes to look at messages.
pub(super) struct Meant<'a> {
    filter: &'a Filter,
    pub(super) table: Option<u32>,
    dev: Option<u32>,
    realms: Option<u32>,
    /// Whether the header and the table are all that is asked for.
    plain: bool,
}

impl<'a> Meant<'a> {
    pub(super) fn new(filter: &'a Filter, socket: &mut Socket, namespace: &Namespace) -> Result<Self> {
        let dev = filter.dev.as_ref().map(|name| Device::new(namespace, name)?.index_in(socket)).transpose()?;
        let table = match filter.table {
            TableFilter::Main => Some(MAIN),
            TableFilter::Number(number) => Some(number),
            TableFilter::All => None,
        };
        let Filter { metric, via, src, from, exact, root, matching, nhid, .. } = filter;
        let plain = [metric, nhid].iter().all(|number| number.is_none())
            && [via, src, from].iter().all(|net| net.is_none())
            && [exact, root, matching].iter().all(|destination| destination.is_none());
        let realms = filter.realms.as_ref().and_then(realms);
        Ok(Self { filter, table, dev, realms, plain: plain && dev.is_none() && realms.is_none() })
    }

    /// The families that are asked for.
    pub(super) fn families(&self) -> impl Iterator<Item = Family> {
        let to = [self.filter.exact, self.filter.root, self.filter.matching];
        let of = to.into_iter().flatten().find_map(|destination| match destination {
            Destination::Net(net) => Some(Family::of(net.addr())),
            Destination::Label(_) => Some(Family::Mpls),
            Destination::Default => None,
        });
        let both = [Family::Inet, Family::Inet6];
        match self.filter.family.or(of) {
            Some(family) => vec![family],
            None => both.to_vec(),
        }
        .into_iter()
    }

    /// Whether a message is about a route that is meant. The kernel filters some of this itself, depending on its version
    /// and the family.
    pub(super) fn takes(&self, message: &[u8]) -> bool {
        let Some(header) = message.first_chunk::<HEADER>() else { return false };
        let filter = self.filter;
        let cloned = attr::u32_of(&header[8..]).unwrap_or_default() & CLONED != 0;
        let is = |wanted: Option<u8>, place: usize| wanted.is_none_or(|wanted| header[place] == wanted);
        cloned == filter.cached
            // What is kept for single destinations is of no table that could be asked for.
            && (filter.cached || self.table.is_none_or(|table| table_of(message) == table))
            && is(filter.proto, 5)
            && is(filter.kind, 7)
            && is(filter.scope, 6)
            && is(filter.tos, 3)
            && (self.plain || self.takes_attributes(header, &message[HEADER..]))
    }

    fn takes_attributes(&self, header: &[u8], attributes: &[u8]) -> bool {
        let filter = self.filter;
        let number = |kind: u16| attr::find(attributes, kind).and_then(attr::u32_of);
        let is = |wanted: Option<u32>, kind: u16| wanted.is_none_or(|wanted| number(kind) == Some(wanted));
        let inside = |wanted: Option<IpNet>, address: Option<IpAddr>| {
            wanted.is_none_or(|wanted| address.is_some_and(|address| wanted.contains(&address)))
        };
        let dst = match (i32::from(header[0]), attr::find(attributes, RTA_DST)) {
            (libc::AF_MPLS, Some(stack)) => {
                crate::kernel::mpls::first(stack).map_or(Destination::Default, Destination::Label)
            }
            (_, Some(address)) => destination(address, header[1]),
            _ => Destination::Default,
        };
        is(filter.metric, RTA_PRIORITY)
            && is(filter.nhid, RTA_NH_ID)
            && is(self.realms, RTA_FLOW)
            && inside(filter.src, attr::find(attributes, RTA_PREFSRC).and_then(ip))
            && filter.from.is_none_or(|from| {
                let address = attr::find(attributes, RTA_SRC).and_then(ip);
                address.is_some_and(|address| IpNet::new(address, header[2]).is_ok_and(|net| net == from))
            })
            && filter.exact.is_none_or(|exact| exact == dst)
            && filter.root.is_none_or(|root| contains(root, dst))
            && filter.matching.is_none_or(|inner| contains(dst, inner))
            && self.dev.is_none_or(|dev| goes_over(attributes, dev))
            && filter.via.is_none_or(|_| gateways(attributes).any(|gateway| inside(filter.via, Some(gateway))))
    }
}

fn contains(outer: Destination, inner: Destination) -> bool {
    match (outer, inner) {
        (Destination::Default, _) => true,
        (Destination::Net(outer), Destination::Net(inner)) => outer.contains(&inner),
        (outer, inner) => outer == inner,
    }
}

fn goes_over(attributes: &[u8], device: u32) -> bool {
    Attributes::new(attributes).any(|(kind, value)| match kind {
        RTA_OIF => attr::u32_of(value) == Some(device),
        RTA_MULTIPATH => Ways(value).any(|way| way.index == device),
        _ => false,
    })
}

fn gateways(attributes: &[u8]) -> impl Iterator<Item = IpAddr> {
    let one = |(kind, value): (u16, &[u8])| match kind {
        RTA_GATEWAY => ip(value),
        RTA_VIA => via(value),
        _ => None,
    };
    let ways = attr::find(attributes, RTA_MULTIPATH).map(Ways).into_iter().flatten();
    let of_ways = ways.flat_map(|way| Attributes::new(way.attributes));
    Attributes::new(attributes).chain(of_ways).filter_map(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn to(text: &str) -> Destination {
        super::super::parse_destination(text).expect("a destination")
    }

    #[test]
    fn what_is_inside_of_what() {
        assert!(contains(Destination::Default, to("10.0.0.0/8")) && !contains(to("10.0.0.0/8"), Destination::Default));
        assert!(contains(to("10.0.0.0/8"), to("10.1.0.1")) && !contains(to("10.1.0.0/16"), to("10.0.0.0/8")));
        assert!(contains(Destination::Label(7), Destination::Label(7)) && !contains(Destination::Label(7), to("::1")));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(family in prop::sample::select(vec![2u8, 10, 28]), bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let (root, via) = (Some(to("10.0.0.0/8")), Some("10.0.0.0/8".parse().expect("a network")));
            let filter = Filter { root, via, nhid: Some(7), ..Filter::default() };
            let meant = Meant { filter: &filter, table: None, dev: Some(3), realms: Some(4), plain: false };
            let _ = meant.takes(&[&[family][..], &bytes].concat());
            let _ = meant.takes_attributes(&[family, 24], &bytes);
        }
    }
}
