//! Routes: add, replace, delete, list, get, flush, and many at once.

mod bulk;
mod filter;
mod list;
mod lookup;
mod message;
mod more;
mod raw;
mod read;
mod spec;
mod vrf;

pub use bulk::{add_many, flush};
pub use filter::{Filter, TableFilter};
pub use list::{Found, find_in, list, list_each};
pub use lookup::{Lookup, get};
pub use more::{MORE, MORE_OF_A_WAY};
pub use netlink_packet_route::route::{RoutePreference, RouteType};
pub(super) use read::Reader;
pub use read::{Route, Way};
pub use spec::{Destination, Family, NextHop, RouteSpec, TYPES, parse_pref, parse_type};
pub use vrf::vrf_table;

use std::net::IpAddr;

use netlink_packet_core::{NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use netlink_packet_route::RouteNetlinkMessage;
use nix::errno::Errno;

use super::device::Device;
use super::namespace::Namespace;
use super::words::{self, Settings};
use super::{address_text, encap, mpls};
use crate::error::{Error, Result, explain};
use crate::netlink::Socket;
use message::Verb;

/// Reads a label of MPLS.
pub fn parse_label(text: &str) -> Result<Destination> {
    let label = mpls::label(text);
    label.map(Destination::Label).ok_or_else(|| {
        let error = Error::new(&explain::ROUTE_OPTION).with("key", "dst").with("got", text);
        error.with("expected", "a label from 0 to 1048575")
    })
}

/// Reads where a route goes: `"default"`, an address or a network.
pub fn parse_destination(text: &str) -> Result<Destination> {
    match text {
        "default" => Ok(Destination::Default),
        text => address_text::network(text).map(Destination::Net),
    }
}

/// Adds a route. `EEXIST` if there is one with the same destination, metric and table; `ENETUNREACH` if no link leads to
/// its gateway.
pub fn add(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    write(namespace, spec, NLM_F_CREATE | NLM_F_EXCL)
}

/// Adds a route, in place of one with the same destination, metric and table.
pub fn replace(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    write(namespace, spec, NLM_F_CREATE | NLM_F_REPLACE)
}

/// Changes the route with that destination, metric and table. `ENOENT` if there is none.
pub fn change(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    let missing = [(Errno::ENOENT, &explain::ROUTE_MISSING)];
    write(namespace, spec, NLM_F_REPLACE).map_err(|error| error.explain(&missing))
}

/// Adds a route behind those with the same destination, metric and table; of IPv6 they become one with several ways.
pub fn append(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    write(namespace, spec, NLM_F_CREATE | NLM_F_APPEND)
}

/// Adds a route before those with the same destination, metric and table.
pub fn prepend(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    write(namespace, spec, NLM_F_CREATE)
}

fn write(namespace: &Namespace, spec: &RouteSpec, flags: u16) -> Result<()> {
    namespace.with_socket(|socket| {
        let request = spec.request_bytes(Verb::Add, &mut |name| index(socket, namespace, name))?;
        socket.execute(request, flags).map_err(|error| word(error, namespace, spec, "adding a route"))
    })
}

/// Deletes the first route that is as `spec` says. `ESRCH` if there is none.
pub fn delete(namespace: &Namespace, spec: &RouteSpec) -> Result<()> {
    namespace.with_socket(|socket| {
        let request = spec.request_bytes(Verb::Delete, &mut |name| index(socket, namespace, name))?;
        socket.execute(request, 0).map_err(|error| word(error, namespace, spec, "deleting a route"))
    })
}

impl RouteSpec {
    /// The request to add it, for a batch; `index` gives the interface index of a link. [`RouteSpec::refused`] words a
    /// refusal.
    pub fn request(&self, index: &mut dyn FnMut(&str) -> Result<u32>) -> Result<(RouteNetlinkMessage, u16)> {
        Ok((RouteNetlinkMessage::NewRoute(self.message(Verb::Add, index)?), NLM_F_CREATE | NLM_F_EXCL))
    }

    /// What packets that go this way are wrapped in, if they are.
    fn wrapped(&self) -> Option<&Settings> {
        let mut ways = self.nexthops.iter().map(|way| &way.more);
        words::table(&self.more, "encap").or_else(|| ways.find_map(|more| words::table(more, "encap")))
    }

    /// Words a refusal of [`RouteSpec::request`].
    pub fn refused(&self, error: Error, namespace: &Namespace) -> Error {
        word(error, namespace, self, "adding a route")
    }
}

fn index(socket: &mut Socket, namespace: &Namespace, name: &str) -> Result<u32> {
    Device::new(namespace, name)?.index_in(socket)
}

/// ` in "ns0"`, or nothing at home.
fn place(namespace: &Namespace) -> String {
    let label = namespace.label();
    if label.is_empty() { String::new() } else { format!(" in \"{label}\"") }
}

fn word(error: Error, namespace: &Namespace, spec: &RouteSpec, doing: &'static str) -> Error {
    let via = spec.via.or_else(|| spec.nexthops.iter().find_map(|nexthop| nexthop.via));
    let unreachable = [
        (Errno::ENETUNREACH, &explain::ROUTE_UNREACHABLE),
        // What IPv6 says.
        (Errno::EHOSTUNREACH, &explain::ROUTE_UNREACHABLE),
    ];
    let rows = [
        (Errno::EPERM, &explain::NEEDS_CAPABILITY),
        (Errno::EEXIST, &explain::ROUTE_EXISTS),
        (Errno::ESRCH, &explain::ROUTE_MISSING),
        (Errno::ENETDOWN, &explain::ROUTE_LINK_DOWN),
    ];
    let error = error.explain(&rows);
    let error = if via.is_some() { error.explain(&unreachable) } else { error };
    let error = via.into_iter().fold(error, |error, via| error.with("via", via));
    let dev = spec.dev.as_deref().or_else(|| spec.nexthops.iter().find_map(|nexthop| nexthop.dev.as_deref()));
    // The kernel's text is all that tells it from other values it does not take.
    let missing = spec.nhid.filter(|_| error.kernel_text().is_some_and(|text| text.contains("does not exist")));
    let error = match missing {
        Some(id) => error.explain(&[(Errno::EINVAL, &explain::ROUTE_NEXTHOP_MISSING)]).with("id", id),
        None => error,
    };
    let error = if spec.family() == Family::Mpls { without_mpls(error) } else { error };
    let error = spec.wrapped().into_iter().fold(error, encap::refused);
    let link_local = via.is_some_and(|via| matches!(via, IpAddr::V6(via) if via.is_unicast_link_local()));
    let needs_device = [(Errno::EINVAL, &explain::ROUTE_NEEDS_DEVICE)];
    let error = if link_local && dev.is_none() { error.explain(&needs_device) } else { error };
    let aimless = via.is_none() && dev.is_none();
    let error = if aimless { error.explain(&[(Errno::ENODEV, &explain::ROUTE_NEEDS_WAY)]) } else { error };
    error
        .with("what", format!("route \"{}\"", spec.dst))
        .with("doing", doing)
        .with("capability", "CAP_NET_ADMIN")
        .with("route", spec.dst)
        .with("where", place(namespace))
        .with("link", dev.unwrap_or("?"))
        .object(object(namespace, spec))
}

/// Says which module is not there.
fn without_mpls(error: Error) -> Error {
    let lacking = error.explain(&[(Errno::EOPNOTSUPP, &explain::OBJECT_NOT_SUPPORTED)]);
    lacking.with("what", "routes of MPLS").with("remedy", "load the module mpls_router")
}

fn object(namespace: &Namespace, spec: &RouteSpec) -> String {
    let label = namespace.label();
    if label.is_empty() { spec.dst.to_string() } else { label }
}
