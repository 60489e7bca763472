//! Reading routes: a table, several, or the one that the kernel would take.

use std::net::IpAddr;

use ipnet::IpNet;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteMessage, RouteMetric, RouteNextHop, RouteNextHopFlags, RouteVia,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::errno::Errno;

use super::spec::{Destination, Family, pref_name, type_name};
use crate::error::{Error, Result, explain};
use crate::kernel::addr::link_names;
use crate::kernel::device::Device;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

/// Linux `RT_TABLE_MAIN`.
const MAIN: u32 = 254;

/// A route as the kernel has it.
#[derive(Debug, Clone)]
pub struct Route {
    /// `"default"`, `"10.0.0.0/8"`, or an address alone.
    pub dst: String,
    /// IPv4 or IPv6.
    pub family: Family,
    /// The gateway.
    pub via: Option<IpAddr>,
    /// The name of the link.
    pub dev: Option<String>,
    /// The source address for packets that go this way.
    pub src: Option<IpAddr>,
    /// Less is better.
    pub metric: Option<u32>,
    /// The name of its table, or its digits.
    pub table: String,
    /// The number of its table.
    pub table_id: u32,
    /// `"global"`, `"link"`, `"host"` …
    pub scope: String,
    /// `"kernel"`, `"boot"`, `"static"` …
    pub proto: String,
    /// `"unicast"`, `"blackhole"` …
    pub kind: String,
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
}

/// One of several ways a route goes.
#[derive(Debug, Clone)]
pub struct Way {
    /// The gateway.
    pub via: Option<IpAddr>,
    /// The name of the link.
    pub dev: Option<String>,
    /// Its share, from 1.
    pub weight: u16,
    /// The gateway is on the link, whatever its addresses say.
    pub onlink: bool,
    /// `"dead"`, `"linkdown"` …
    pub flags: Vec<&'static str>,
}

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
}

/// What the kernel is asked when it is to choose a route.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// From this source address.
    pub from: Option<IpAddr>,
    /// As if it came in here (by name).
    pub iif: Option<String>,
    /// Out here (by name).
    pub oif: Option<String>,
    /// With this firewall mark.
    pub mark: Option<u32>,
}

/// The routes that `filter` means: IPv4 first, each family in the kernel's order.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Route>> {
    namespace.with_socket(|socket| {
        let messages = messages(socket, namespace, filter)?;
        let reader = Reader::new(socket)?;
        Ok(messages.iter().filter_map(|message| reader.read(message)).collect())
    })
}

/// A route as the kernel has it, with what it takes to delete that very one.
#[derive(Debug, Clone)]
pub struct Found {
    /// The route.
    pub route: Route,
    message: RouteMessage,
}

impl Found {
    /// The request to delete it, for a batch.
    pub fn removal(&self) -> (RouteNetlinkMessage, u16) {
        (RouteNetlinkMessage::DelRoute(self.message.clone()), 0)
    }
}

/// The routes that `filter` means, over a socket in their namespace, whose links are known by index and name.
pub fn find_in(
    socket: &mut Socket,
    namespace: &Namespace,
    links: Vec<(u32, String)>,
    filter: &Filter,
) -> Result<Vec<Found>> {
    let messages = messages(socket, namespace, filter)?;
    let reader = Reader::of(links);
    Ok(messages.into_iter().filter_map(|message| Some(Found { route: reader.read(&message)?, message })).collect())
}

/// The messages of the routes that `filter` means.
pub(super) fn messages(socket: &mut Socket, namespace: &Namespace, filter: &Filter) -> Result<Vec<RouteMessage>> {
    let dev = filter.dev.as_ref().map(|name| Device::new(namespace, name)?.index_in(socket)).transpose()?;
    let families =
        [Family::Inet, Family::Inet6].into_iter().filter(|family| filter.family.is_none_or(|f| f == *family));
    let mut found = Vec::new();
    for family in families {
        let mut request = RouteMessage::default();
        request.header.address_family = family.wire();
        let table = match filter.table {
            TableFilter::Main => Some(MAIN),
            TableFilter::Number(number) => Some(number),
            TableFilter::All => None,
        };
        request.attributes.extend(table.map(RouteAttribute::Table));
        let answers = match socket.dump(RouteNetlinkMessage::GetRoute(request)) {
            // A table without a route is no table (IPv4: ENOENT), and a kernel may lack IPv6.
            Err(error) if matches!(error.as_errno(), Some(Errno::ENOENT | Errno::EAFNOSUPPORT | Errno::EOPNOTSUPP)) => {
                continue;
            }
            answers => answers?,
        };
        found.extend(answers.into_iter().filter_map(|answer| match answer {
            RouteNetlinkMessage::NewRoute(message) => Some(message),
            _ => None,
        }));
        found.retain(|message: &RouteMessage| table.is_none_or(|table| table_of(message) == table));
    }
    // The kernel filters some of this itself, depending on its version and the family.
    found.retain(|message| !message.header.flags.contains(RouteFlags::Cloned));
    found.retain(|message| filter.proto.is_none_or(|proto| u8::from(message.header.protocol) == proto));
    found.retain(|message| dev.is_none_or(|dev| goes_over(message, dev)));
    Ok(found)
}

/// The route that the kernel takes to `destination`.
pub fn get(namespace: &Namespace, destination: IpAddr, lookup: &Lookup) -> Result<Route> {
    namespace.with_socket(|socket| {
        let mut request = RouteMessage::default();
        let bits = if destination.is_ipv4() { 32 } else { 128 };
        request.header.address_family = Family::of(destination).wire();
        request.header.destination_prefix_length = bits;
        // IPv6 refuses the flag, and names the table without it.
        request.header.flags.set(RouteFlags::LookupTable, destination.is_ipv4());
        request.attributes.push(RouteAttribute::Destination(destination.into()));
        if let Some(from) = lookup.from {
            request.header.source_prefix_length = bits;
            request.attributes.push(RouteAttribute::Source(from.into()));
        }
        let mut index = |name: &String| Device::new(namespace, name)?.index_in(socket);
        request.attributes.extend(lookup.iif.as_ref().map(&mut index).transpose()?.map(RouteAttribute::Iif));
        request.attributes.extend(lookup.oif.as_ref().map(&mut index).transpose()?.map(RouteAttribute::Oif));
        request.attributes.extend(lookup.mark.map(RouteAttribute::Mark));
        let answers = socket.query(RouteNetlinkMessage::GetRoute(request), 0).map_err(|error| {
            // Without a text EINVAL is the answer of a blackhole.
            let errnos = [Errno::ENETUNREACH, Errno::EHOSTUNREACH, Errno::EACCES, Errno::EINVAL];
            let errnos = if error.kernel_text().is_some() { &errnos[..3] } else { &errnos[..] };
            let rows: Vec<_> = errnos.iter().map(|&errno| (errno, &explain::ROUTE_NO_WAY)).collect();
            let error = error.explain(&rows);
            error.with("destination", destination).with("where", super::place(namespace)).object(namespace.label())
        })?;
        let reader = Reader::new(socket)?;
        let route = answers.iter().find_map(|answer| match answer {
            RouteNetlinkMessage::NewRoute(message) => reader.read(message),
            _ => None,
        });
        route.ok_or_else(|| Error::system(Errno::ENODATA).object(namespace.label()))
    })
}

fn table_of(message: &RouteMessage) -> u32 {
    let attribute = message.attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Table(table) => Some(*table),
        _ => None,
    });
    attribute.unwrap_or(u32::from(message.header.table))
}

fn goes_over(message: &RouteMessage, device: u32) -> bool {
    message.attributes.iter().any(|attribute| match attribute {
        RouteAttribute::Oif(index) => *index == device,
        RouteAttribute::MultiPath(ways) => ways.iter().any(|way| way.interface_index == device),
        _ => false,
    })
}

/// Reads messages, with the names that numbers have in a namespace.
struct Reader {
    links: Vec<(u32, String)>,
    tables: Names,
    protocols: Names,
    scopes: Names,
}

impl Reader {
    fn new(socket: &mut Socket) -> Result<Self> {
        Ok(Self::of(link_names(socket)?))
    }

    fn of(links: Vec<(u32, String)>) -> Self {
        Self { links, tables: Names::tables(), protocols: Names::protocols(), scopes: Names::scopes() }
    }

    fn dev(&self, index: u32) -> Option<String> {
        self.links.iter().find(|(known, _)| *known == index).map(|(_, name)| name.clone())
    }

    fn read(&self, message: &RouteMessage) -> Option<Route> {
        let header = &message.header;
        let family = match header.address_family {
            AddressFamily::Inet => Family::Inet,
            AddressFamily::Inet6 => Family::Inet6,
            _ => return None,
        };
        let table_id = table_of(message);
        let mut route = Route {
            dst: destination(message).to_string(),
            family,
            via: gateway(&message.attributes),
            dev: None,
            src: None,
            metric: None,
            table: self.tables.name(table_id),
            table_id,
            scope: self.scopes.name(u32::from(u8::from(header.scope))),
            proto: self.protocols.name(u32::from(u8::from(header.protocol))),
            kind: type_name(header.kind),
            mtu: None,
            advmss: None,
            onlink: header.flags.contains(RouteFlags::Onlink),
            // The low bits are those of a next hop (Linux `RTNH_F_*`).
            flags: flag_names(RouteNextHopFlags::from_bits_retain((header.flags.bits() & 0xff) as u8)),
            tos: Some(header.tos).filter(|&tos| tos != 0),
            pref: None,
            nexthops: Vec::new(),
            nhid: None,
        };
        for attribute in &message.attributes {
            match attribute {
                RouteAttribute::Oif(index) => route.dev = self.dev(*index),
                RouteAttribute::PrefSource(address) => route.src = ip(address),
                RouteAttribute::Priority(metric) => route.metric = Some(*metric),
                RouteAttribute::Preference(pref) => route.pref = pref_name(*pref),
                RouteAttribute::NhId(id) => route.nhid = Some(*id),
                RouteAttribute::MultiPath(ways) => route.nexthops = ways.iter().map(|way| self.way(way)).collect(),
                RouteAttribute::Metrics(metrics) => {
                    for metric in metrics {
                        match metric {
                            RouteMetric::Mtu(mtu) => route.mtu = Some(*mtu),
                            RouteMetric::Advmss(size) => route.advmss = Some(*size),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Some(route)
    }

    fn way(&self, way: &RouteNextHop) -> Way {
        Way {
            via: gateway(&way.attributes),
            dev: self.dev(way.interface_index),
            weight: u16::from(way.hops) + 1,
            onlink: way.flags.contains(RouteNextHopFlags::Onlink),
            flags: flag_names(way.flags),
        }
    }
}

pub(super) fn destination(message: &RouteMessage) -> Destination {
    let prefix = message.header.destination_prefix_length;
    let address = message.attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Destination(address) => ip(address),
        _ => None,
    });
    match address.and_then(|address| IpNet::new(address, prefix).ok()) {
        Some(net) if prefix > 0 => Destination::Net(net),
        _ => Destination::Default,
    }
}

fn gateway(attributes: &[RouteAttribute]) -> Option<IpAddr> {
    attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Gateway(address) => ip(address),
        RouteAttribute::Via(RouteVia::Inet(address)) => Some((*address).into()),
        RouteAttribute::Via(RouteVia::Inet6(address)) => Some((*address).into()),
        _ => None,
    })
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}

fn flag_names(flags: RouteNextHopFlags) -> Vec<&'static str> {
    let names = [
        (RouteNextHopFlags::Dead, "dead"),
        (RouteNextHopFlags::Onlink, "onlink"),
        (RouteNextHopFlags::Pervasive, "pervasive"),
        (RouteNextHopFlags::Offload, "offload"),
        (RouteNextHopFlags::Trap, "trap"),
        (RouteNextHopFlags::Linkdown, "linkdown"),
        (RouteNextHopFlags::Unresolved, "unresolved"),
    ];
    names.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_tables_number_is_in_an_attribute() {
        let mut message = RouteMessage::default();
        message.header.table = 254;
        assert_eq!(table_of(&message), MAIN);
        message.attributes.push(RouteAttribute::Table(1000));
        assert_eq!(table_of(&message), 1000);
    }
}
