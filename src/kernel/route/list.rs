//! Reading routes: a table or several.

use std::ops::Range;

use netlink_packet_core::Parseable;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::route::{RouteAttribute, RouteFlags, RouteMessage};
use nix::errno::Errno;

use super::filter::{CLONED, Filter, Meant};
use super::read::{Reader, Route};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

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
    let meant = Meant::new(filter, socket, namespace)?;
    let mut found = Messages::default();
    for family in meant.families() {
        let mut request = RouteMessage::default();
        request.header.address_family = family.wire();
        if filter.cached {
            request.header.flags = RouteFlags::from_bits_retain(CLONED);
        } else {
            request.attributes.extend(meant.table.map(RouteAttribute::Table));
        }
        let bytes = &mut found.bytes;
        let number = u8::from(family.wire());
        // What a dump that was begun again had read stays in the bytes, and has no place. Where the kernel lacks a family,
        // it lists those that it has.
        let dump = socket.dump_with(&RouteNetlinkMessage::GetRoute(request), |kind, message| {
            let wanted = kind == libc::RTM_NEWROUTE && message.first() == Some(&number) && meant.takes(message);
            wanted.then(|| {
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
