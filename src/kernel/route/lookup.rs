//! Asking the kernel which way it would choose.

use std::net::IpAddr;

use nix::errno::Errno;

use super::read::{Reader, Route};
use super::spec::{Destination, Family};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::mpls;
use crate::kernel::namespace::Namespace;
use crate::netlink::{Message, attr};

/// Says which table the route is in (`RTM_F_LOOKUP_TABLE`).
const LOOKUP_TABLE: u32 = 0x1000;
/// Tells the route as it is in the table, not what becomes of it for this packet (`RTM_F_FIB_MATCH`).
const FIB_MATCH: u32 = 0x2000;

/// Tells those who follow routes, too (`RTM_F_NOTIFY`).
const NOTIFY: u32 = 0x100;

/// What of a packet counts for its way.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// From this source address.
    pub from: Option<IpAddr>,
    /// As if it came in here (by name).
    pub iif: Option<String>,
    /// Out here, or in this VRF (by name).
    pub oif: Option<String>,
    /// With this firewall mark.
    pub mark: Option<u32>,
    /// Of this type of service.
    pub tos: Option<u8>,
    /// Of this protocol over IP.
    pub ipproto: Option<u8>,
    /// From this port.
    pub sport: Option<u16>,
    /// To this port.
    pub dport: Option<u16>,
    /// Of this user.
    pub uid: Option<u32>,
    /// With this flow label (IPv6).
    pub flowlabel: Option<u32>,
    /// The route as it is in the table.
    pub fibmatch: bool,
    /// Those who follow routes are told, too.
    pub notify: bool,
    /// From the source address that a first answer suggests.
    pub connected: bool,
}

/// The route that the kernel takes to an address, or for a label. `ENETUNREACH` if there is none.
pub fn get(namespace: &Namespace, destination: Destination, lookup: &Lookup) -> Result<Route> {
    if let (Destination::Net(net), Some(from)) = (destination, lookup.from)
        && net.addr().is_ipv4() != from.is_ipv4()
    {
        let error = Error::new(&explain::ROUTE_FAMILY).with("key", "from").with("address", from);
        return Err(error.with("route", net.addr()).object(namespace.label()));
    }
    let route = ask(namespace, destination, lookup)?;
    match route.src {
        Some(from) if lookup.connected && lookup.from.is_none() => {
            ask(namespace, destination, &Lookup { from: Some(from), ..lookup.clone() })
        }
        _ => Ok(route),
    }
}

fn ask(namespace: &Namespace, destination: Destination, lookup: &Lookup) -> Result<Route> {
    namespace.with_socket(|socket| {
        let mut request = request(destination, lookup);
        for (kind, name) in [(3, &lookup.iif), (4, &lookup.oif)] {
            if let Some(name) = name {
                attr::put_u32(&mut request.bytes, kind, Device::new(namespace, name)?.index_in(socket)?);
            }
        }
        let answers = socket.query(request, 0).map_err(|error| {
            let error = refused(error, destination, lookup).with("what", format!("route \"{destination}\""));
            error.with("destination", destination).with("where", super::place(namespace)).object(namespace.label())
        })?;
        let reader = Reader::new(socket)?;
        let route = answers.iter().find_map(|answer: &Message| reader.read(&answer.bytes));
        route.ok_or_else(|| Error::system(Errno::ENODATA).object(namespace.label()))
    })
}

fn refused(error: Error, destination: Destination, lookup: &Lookup) -> Error {
    if matches!(destination, Destination::Label(_)) {
        return super::without_mpls(error);
    }
    // Without a text EINVAL is the answer of a blackhole, and what IPv4 says of a packet from nowhere.
    let errnos = [Errno::ENETUNREACH, Errno::EHOSTUNREACH, Errno::EACCES, Errno::EINVAL];
    let errnos = if error.kernel_text().is_some() { &errnos[..3] } else { &errnos[..] };
    let rows: Vec<_> = errnos.iter().map(|&errno| (errno, &explain::ROUTE_NO_WAY)).collect();
    let is_ipv4 = matches!(destination, Destination::Net(net) if net.addr().is_ipv4());
    match &lookup.iif {
        Some(iif) if lookup.from.is_none() && is_ipv4 => {
            error.explain(&[(Errno::EINVAL, &explain::ROUTE_FROM_NOWHERE)]).explain(&rows).with("link", iif)
        }
        _ => error.explain(&rows),
    }
}

fn request(destination: Destination, lookup: &Lookup) -> Message {
    let (family, bits, address) = match destination {
        Destination::Net(net) => (Family::of(net.addr()), net.max_prefix_len(), bytes(net.addr())),
        Destination::Label(label) => (Family::Mpls, 20, mpls::stack(label).to_vec()),
        Destination::Default => (Family::Inet, 0, Vec::new()),
    };
    // IPv6 refuses the flag, and names the table without it.
    let table = if family == Family::Inet { LOOKUP_TABLE } else { 0 };
    let flag = |on, flag| if on { flag } else { 0 };
    let flags = table | flag(lookup.fibmatch, FIB_MATCH) | flag(lookup.notify, NOTIFY);
    let from_bits = if lookup.from.is_some() { bits } else { 0 };
    let family = u8::from(family.wire());
    let header = [&[family, bits, from_bits, lookup.tos.unwrap_or(0), 0, 0, 0, 0][..], &flags.to_ne_bytes()].concat();
    let mut message = Message::new(libc::RTM_GETROUTE, &header);
    let mut put = |kind: u16, value: Option<Vec<u8>>| {
        if let Some(value) = value {
            attr::put(&mut message.bytes, kind, &value);
        }
    };
    put(1, (!address.is_empty()).then_some(address));
    put(2, lookup.from.map(bytes));
    put(16, lookup.mark.map(|mark| mark.to_ne_bytes().to_vec()));
    put(25, lookup.uid.map(|uid| uid.to_ne_bytes().to_vec()));
    put(27, lookup.ipproto.map(|protocol| vec![protocol]));
    put(28, lookup.sport.map(|port| port.to_be_bytes().to_vec()));
    put(31, lookup.flowlabel.map(|label| label.to_be_bytes().to_vec()));
    put(29, lookup.dport.map(|port| port.to_be_bytes().to_vec()));
    message
}

fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}
