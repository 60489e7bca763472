//! Reading routes: a table, several, or the one that the kernel would take.

use std::net::IpAddr;
use std::ops::Range;

use netlink_packet_core::{Emitable, Parseable};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::route::{RouteAttribute, RouteFlags, RouteMessage};
use nix::errno::Errno;

use super::read::{HEADER, RTA_MULTIPATH, RTA_OIF, Reader, Route, Ways, table_of};
use super::spec::Family;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::netlink::attr::{self, Attributes};
use crate::netlink::{Message, Socket};

/// Linux `RT_TABLE_MAIN`.
const MAIN: u32 = 254;
/// A route that the kernel made from another for one destination (`RTM_F_CLONED`).
const RTM_F_CLONED: u32 = 0x200;

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
    let mut routes = Vec::new();
    list_each(namespace, filter, |route| routes.push(route))?;
    Ok(routes)
}

/// As [`list`], one at a time.
pub fn list_each(namespace: &Namespace, filter: &Filter, mut each: impl FnMut(Route)) -> Result<()> {
    namespace.with_socket(|socket| {
        let messages = messages(socket, namespace, filter)?;
        let reader = Reader::new(socket)?;
        messages.iter().filter_map(|message| reader.read(message)).for_each(&mut each);
        Ok(())
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
    let routes = messages.iter().filter_map(|bytes| Some((reader.read(bytes)?, bytes)));
    routes.map(|(route, bytes)| Ok(Found { route, message: parsed(bytes)? })).collect()
}

/// A message as the crate has it.
fn parsed(bytes: &[u8]) -> Result<RouteMessage> {
    RouteMessage::parse(bytes).map_err(|error| Error::new(&explain::ANSWER_UNREADABLE).with("what", error))
}

/// Messages about routes, behind their netlink headers, one after another.
#[derive(Default)]
pub(super) struct Messages {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Messages {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }
}

/// The messages of the routes that `filter` means.
pub(super) fn messages(socket: &mut Socket, namespace: &Namespace, filter: &Filter) -> Result<Messages> {
    let dev = filter.dev.as_ref().map(|name| Device::new(namespace, name)?.index_in(socket)).transpose()?;
    let table = match filter.table {
        TableFilter::Main => Some(MAIN),
        TableFilter::Number(number) => Some(number),
        TableFilter::All => None,
    };
    // The kernel filters some of this itself, depending on its version and the family.
    let is_meant = |message: &[u8]| {
        let Some(header) = message.first_chunk::<HEADER>() else { return false };
        let flags = attr::u32_of(&header[8..]).unwrap_or_default();
        flags & RTM_F_CLONED == 0
            && table.is_none_or(|table| table_of(message) == table)
            && filter.proto.is_none_or(|proto| header[5] == proto)
            && dev.is_none_or(|dev| goes_over(message, dev))
    };
    let mut found = Messages::default();
    let families =
        [Family::Inet, Family::Inet6].into_iter().filter(|family| filter.family.is_none_or(|f| f == *family));
    for family in families {
        let mut request = RouteMessage::default();
        request.header.address_family = family.wire();
        request.attributes.extend(table.map(RouteAttribute::Table));
        let bytes = &mut found.bytes;
        // What a dump that was begun again had read stays in the bytes, and has no place.
        let dump = socket.dump_with(&RouteNetlinkMessage::GetRoute(request), |kind, message| {
            (kind == libc::RTM_NEWROUTE && is_meant(message)).then(|| {
                let start = bytes.len();
                bytes.extend_from_slice(message);
                start..bytes.len()
            })
        });
        match dump {
            Ok(places) => found.places.extend(places),
            // A table without a route is no table (IPv4: ENOENT), and a kernel may lack IPv6.
            Err(error) if matches!(error.as_errno(), Some(Errno::ENOENT | Errno::EAFNOSUPPORT | Errno::EOPNOTSUPP)) => {
            }
            Err(error) => return Err(error),
        }
    }
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
        let answers = ask(socket, request).map_err(|error| {
            // Without a text EINVAL is the answer of a blackhole.
            let errnos = [Errno::ENETUNREACH, Errno::EHOSTUNREACH, Errno::EACCES, Errno::EINVAL];
            let errnos = if error.kernel_text().is_some() { &errnos[..3] } else { &errnos[..] };
            let rows: Vec<_> = errnos.iter().map(|&errno| (errno, &explain::ROUTE_NO_WAY)).collect();
            let error = error.explain(&rows);
            error.with("destination", destination).with("where", super::place(namespace)).object(namespace.label())
        })?;
        let reader = Reader::new(socket)?;
        let route = answers.iter().find_map(|answer| reader.read(&answer.bytes));
        route.ok_or_else(|| Error::system(Errno::ENODATA).object(namespace.label()))
    })
}

fn ask(socket: &mut Socket, request: RouteMessage) -> Result<Vec<Message>> {
    let mut bytes = vec![0; request.buffer_len()];
    request.emit(&mut bytes);
    socket.query(Message { kind: libc::RTM_GETROUTE, bytes }, 0)
}

fn goes_over(message: &[u8], device: u32) -> bool {
    let attributes = Attributes::new(message.get(HEADER..).unwrap_or_default());
    attributes.into_iter().any(|(kind, value)| match kind {
        RTA_OIF => attr::u32_of(value) == Some(device),
        RTA_MULTIPATH => Ways(value).any(|way| way.index == device),
        _ => false,
    })
}
