//! A route as the kernel tells it, read from the bytes of its message: a namespace may have a million of them.
//!
//! Layout: Linux `include/uapi/linux/rtnetlink.h`, `struct rtmsg` and `RTA_…`.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::more::{self, MORE, MORE_OF_A_WAY};
use super::spec::{Destination, Family, pref_name, type_name};
use crate::error::Result;
use crate::kernel::addr::link_names;
use crate::kernel::mpls;
use crate::kernel::names::Names;
use crate::kernel::words::Settings;
use crate::netlink::Socket;
use crate::netlink::attr::{self, Attributes};

/// Length of `struct rtmsg`.
pub(super) const HEADER: usize = 12;
/// Length of `struct rtnexthop`.
pub(super) const HOP: usize = 8;

pub(super) const RTA_DST: u16 = 1;
pub(super) const RTA_OIF: u16 = 4;
pub(super) const RTA_GATEWAY: u16 = 5;
pub(super) const RTA_PRIORITY: u16 = 6;
pub(super) const RTA_PREFSRC: u16 = 7;
const RTA_METRICS: u16 = 8;
pub(super) const RTA_MULTIPATH: u16 = 9;
pub(super) const RTA_TABLE: u16 = 15;
pub(super) const RTA_VIA: u16 = 18;
const RTA_PREF: u16 = 20;
pub(super) const RTA_NH_ID: u16 = 30;
const RTAX_MTU: u16 = 2;
const RTAX_ADVMSS: u16 = 8;

/// Flags of a way (`RTNH_F_…`), which are also the low bits of a route's, in the words of `ip route`.
const FLAGS: [(u32, &str); 7] = [
    (1, "dead"),
    (ONLINK, "onlink"),
    (2, "pervasive"),
    (8, "offload"),
    (64, "trap"),
    (16, "linkdown"),
    (32, "unresolved"),
];
const ONLINK: u32 = 4;

/// A route as the kernel has it.
#[derive(Debug, Clone)]
pub struct Route {
    /// Where it goes.
    pub dst: Destination,
    /// IPv4 or IPv6.
    pub family: Family,
    /// The gateway.
    pub via: Option<IpAddr>,
    /// The name of the link.
    pub dev: Option<Arc<str>>,
    /// The source address for packets that go this way.
    pub src: Option<IpAddr>,
    /// Less is better.
    pub metric: Option<u32>,
    /// The name of its table, or its digits.
    pub table: Arc<str>,
    /// The number of its table.
    pub table_id: u32,
    /// `"global"`, `"link"`, `"host"` …
    pub scope: Arc<str>,
    /// `"kernel"`, `"boot"`, `"static"` …
    pub proto: Arc<str>,
    /// `"unicast"`, `"blackhole"` …
    pub kind: Arc<str>,
    /// The path's mtu.
    pub mtu: Option<u32>,
    /// The maximal segment size for TCP.
    pub advmss: Option<u32>,
    /// The gateway is on the link, whatever its addresses say.
    pub onlink: bool,
    /// `"dead"`, `"linkdown"`, `"onlink"` …
    pub flags: Vec<&'static str>,
    /// Type of service.
    pub tos: Option<u8>,
    /// Preference among routers (IPv6).
    pub pref: Option<&'static str>,
    /// Several ways at once.
    pub nexthops: Vec<Way>,
    /// A nexthop object.
    pub nhid: Option<u32>,
    /// What is rarer ([`super::MORE`], `encap`).
    pub more: Settings,
}

/// One of several ways a route goes.
#[derive(Debug, Clone)]
pub struct Way {
    /// The gateway.
    pub via: Option<IpAddr>,
    /// The name of the link.
    pub dev: Option<Arc<str>>,
    /// Its share, from 1.
    pub weight: u16,
    /// The gateway is on the link, whatever its addresses say.
    pub onlink: bool,
    /// `"dead"`, `"linkdown"` …
    pub flags: Vec<&'static str>,
    /// What is rarer ([`super::MORE_OF_A_WAY`], `encap`).
    pub more: Settings,
}

/// Reads messages, with the names that numbers have in a namespace.
pub(in crate::kernel) struct Reader {
    /// By index.
    links: Vec<(u32, Arc<str>)>,
    tables: Names,
    protocols: Names,
    scopes: Names,
    types: Vec<Arc<str>>,
}

impl Reader {
    pub(super) fn new(socket: &mut Socket) -> Result<Self> {
        Ok(Self::of(link_names(socket)?))
    }

    pub(in crate::kernel) fn of(links: Vec<(u32, String)>) -> Self {
        let mut links: Vec<_> = links.into_iter().map(|(index, name)| (index, Arc::from(name))).collect();
        links.sort_unstable_by_key(|(index, _)| *index);
        let types = (0..=u8::MAX).map(|number| Arc::from(type_name(number.into()))).collect();
        Self { links, tables: Names::tables(), protocols: Names::protocols(), scopes: Names::scopes(), types }
    }

    /// A link has this name now.
    pub(in crate::kernel) fn set_link(&mut self, index: u32, name: &str) {
        match self.links.binary_search_by_key(&index, |(known, _)| *known) {
            Ok(place) => self.links[place].1 = name.into(),
            Err(place) => self.links.insert(place, (index, name.into())),
        }
    }

    fn dev(&self, index: u32) -> Option<Arc<str>> {
        let place = self.links.binary_search_by_key(&index, |(known, _)| *known).ok()?;
        Some(Arc::clone(&self.links[place].1))
    }

    fn name(&self, index: u32) -> Option<String> {
        self.dev(index).map(|name| name.to_string())
    }

    /// Reads what follows the header of an `RTM_NEWROUTE` or `RTM_DELROUTE`; none if it is of a family nobody asked for.
    pub(in crate::kernel) fn read(&self, message: &[u8]) -> Option<Route> {
        let (header, attributes) = message.split_at_checked(HEADER)?;
        let family = match i32::from(header[0]) {
            libc::AF_INET => Family::Inet,
            libc::AF_INET6 => Family::Inet6,
            libc::AF_MPLS => Family::Mpls,
            _ => return None,
        };
        let flags = attr::u32_of(&header[8..])?;
        let mut route = Route {
            dst: Destination::Default,
            family,
            via: None,
            dev: None,
            src: None,
            metric: None,
            table: Arc::clone(&self.types[0]),
            table_id: u32::from(header[4]),
            scope: self.scopes.shared(u32::from(header[6])),
            proto: self.protocols.shared(u32::from(header[5])),
            kind: Arc::clone(&self.types[usize::from(header[7])]),
            mtu: None,
            advmss: None,
            onlink: flags & ONLINK != 0,
            flags: flag_names(flags),
            tos: Some(header[3]).filter(|&tos| tos != 0),
            pref: None,
            nexthops: Vec::new(),
            nhid: None,
            more: Settings::new(),
        };
        let mut rare = false;
        for (kind, value) in Attributes::new(attributes) {
            match kind {
                RTA_DST if family == Family::Mpls => {
                    route.dst = mpls::first(value).map_or(Destination::Default, Destination::Label);
                }
                RTA_DST => route.dst = destination(value, header[1]),
                RTA_OIF => route.dev = attr::u32_of(value).and_then(|index| self.dev(index)),
                RTA_GATEWAY => route.via = ip(value),
                RTA_VIA => route.via = via(value),
                RTA_PRIORITY => route.metric = attr::u32_of(value),
                RTA_PREFSRC => route.src = ip(value),
                RTA_TABLE => route.table_id = attr::u32_of(value).unwrap_or(route.table_id),
                RTA_PREF => route.pref = value.first().and_then(|&pref| pref_name(pref.into())),
                RTA_NH_ID => route.nhid = attr::u32_of(value),
                RTA_MULTIPATH => route.nexthops = Ways(value).map(|way| self.way(&way)).collect(),
                RTA_METRICS => {
                    route.mtu = attr::find(value, RTAX_MTU).and_then(attr::u32_of);
                    route.advmss = attr::find(value, RTAX_ADVMSS).and_then(attr::u32_of);
                    rare |= more::is_rare(kind, value);
                }
                _ => rare |= more::is_rare(kind, value),
            }
        }
        if rare {
            route.more = more::read(MORE, attributes, header[2], &|index| self.name(index));
        }
        route.table = self.tables.shared(route.table_id);
        Some(route)
    }

    fn way(&self, way: &RawWay<'_>) -> Way {
        let mut read = Way {
            via: None,
            dev: self.dev(way.index),
            weight: u16::from(way.hops) + 1,
            onlink: u32::from(way.flags) & ONLINK != 0,
            flags: flag_names(u32::from(way.flags)),
            more: Settings::new(),
        };
        let mut rare = false;
        for (kind, value) in Attributes::new(way.attributes) {
            match kind {
                RTA_GATEWAY => read.via = ip(value),
                RTA_VIA => read.via = via(value),
                _ => rare |= more::is_rare(kind, value),
            }
        }
        if rare {
            read.more = more::read(MORE_OF_A_WAY, way.attributes, 0, &|index| self.name(index));
        }
        read
    }
}

/// One of the ways in an `RTA_MULTIPATH`.
pub(super) struct RawWay<'a> {
    flags: u8,
    /// The weight, less 1.
    hops: u8,
    pub(super) index: u32,
    pub(super) attributes: &'a [u8],
}

/// The ways in an `RTA_MULTIPATH`.
pub(super) struct Ways<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Ways<'a> {
    type Item = RawWay<'a>;

    fn next(&mut self) -> Option<RawWay<'a>> {
        let length = usize::from(u16::from_ne_bytes(self.0.get(..2)?.try_into().ok()?));
        let way = self.0.get(..length)?;
        let (header, attributes) = way.split_at_checked(HOP)?;
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(RawWay { flags: header[2], hops: header[3], index: attr::u32_of(&header[4..])?, attributes })
    }
}

/// The table that a message is about.
pub(super) fn table_of(message: &[u8]) -> u32 {
    let attribute = message.get(HEADER..).and_then(|attributes| attr::find(attributes, RTA_TABLE));
    attribute.and_then(attr::u32_of).unwrap_or_else(|| message.get(4).copied().unwrap_or_default().into())
}

pub(super) fn destination(address: &[u8], prefix: u8) -> Destination {
    match ip(address).and_then(|address| IpNet::new(address, prefix).ok()) {
        Some(net) if prefix > 0 => Destination::Net(net),
        _ => Destination::Default,
    }
}

pub(super) fn ip(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => <[u8; 4]>::try_from(value).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(value).ok().map(IpAddr::from),
        _ => None,
    }
}

/// A gateway of another family than the route's: `struct rtvia`, a family and an address.
pub(super) fn via(value: &[u8]) -> Option<IpAddr> {
    ip(value.get(2..)?)
}

fn flag_names(flags: u32) -> Vec<&'static str> {
    FLAGS.into_iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(family: i32, prefix: u8, kind: u8) -> Vec<u8> {
        vec![family as u8, prefix, 0, 0, 254, 4, 0, kind, ONLINK as u8, 0, 0, 0]
    }

    #[test]
    fn a_route_is_read() {
        let reader = Reader::of(vec![(7, "b".to_owned()), (3, "a".to_owned())]);
        let mut bytes = message(libc::AF_INET, 24, 1);
        attr::put(&mut bytes, RTA_DST, &[10, 0, 1, 0]);
        attr::put_u32(&mut bytes, RTA_TABLE, 1000);
        let way = |index: u32, hops: u8| {
            let mut way = vec![16, 0, 1, hops];
            way.extend(index.to_ne_bytes());
            attr::put(&mut way, RTA_GATEWAY, &[10, 0, 0, hops]);
            way
        };
        attr::put(&mut bytes, RTA_MULTIPATH, &[way(3, 0), way(7, 9)].concat());
        let route = reader.read(&bytes).expect("a route");
        assert_eq!((route.dst.to_string().as_str(), &*route.table, route.onlink), ("10.0.1.0/24", "1000", true));
        assert_eq!((&*route.proto, &*route.scope, &*route.kind), ("static", "global", "unicast"));
        let ways: Vec<_> = route.nexthops.iter().map(|way| (way.dev.as_deref(), way.weight, way.via)).collect();
        assert_eq!(ways[0], (Some("a"), 1, Some(IpAddr::from([10, 0, 0, 0]))));
        assert_eq!(ways[1], (Some("b"), 10, Some(IpAddr::from([10, 0, 0, 9]))));
        assert_eq!(route.nexthops[1].flags, ["dead"]);
    }

    #[test]
    fn a_large_tables_number_is_in_an_attribute() {
        let mut bytes = message(libc::AF_INET6, 0, 1);
        assert_eq!(table_of(&bytes), 254);
        attr::put_u32(&mut bytes, RTA_TABLE, 1000);
        assert_eq!(table_of(&bytes), 1000);
        assert_eq!(table_of(&[]), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(family in prop::sample::select(vec![2u8, 10, 28]), bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = Reader::of(Vec::new()).read(&[&[family][..], &bytes].concat());
        }
    }
}
