//! Sending a request where the kernel may have no room for one more neighbour.
//!
//! Its tables hold 1,024 entries of each family for all namespaces of the machine together
//! (`net.ipv4.neigh.default.gc_thresh3`, `net.ipv6…`); what needs one more is thrown away.

use std::net::IpAddr;

use netlink_packet_route::neighbour_table::{NeighbourTableAttribute, NeighbourTableMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::errno::Errno;

use crate::error::Result;
use crate::netlink::Socket;
use crate::probe::icmp::Family;
use crate::probe::socket::EchoSocket;

/// What became of a request.
pub(super) enum Sent {
    /// It is on its way, or its link had to drop it.
    Gone,
    /// There is no room for the neighbour it goes to.
    NoRoom,
    /// The kernel does not send it.
    Refused(Errno),
}

/// Sends a request.
pub(super) fn send(socket: &EchoSocket, message: &[u8], target: IpAddr) -> Result<Sent> {
    // IPv6 says EINVAL, as it does of a blackhole; a link whose queue is full says ENOBUFS too (Linux
    // ip_finish_output2, ip6_finish_output2). Only a table that was found full between two looks tells them apart.
    let is_vague = |errno| matches!(errno, Errno::ENOBUFS | Errno::EINVAL);
    match socket.send_told(message, target) {
        Ok(()) => return Ok(Sent::Gone),
        Err(errno) if !is_vague(errno) => return Ok(Sent::Refused(errno)),
        Err(_) => {}
    }
    let before = times_full(socket.family)?;
    let sent = socket.send_told(message, target);
    Ok(match sent {
        Ok(()) => Sent::Gone,
        Err(errno) if is_vague(errno) && times_full(socket.family)? != before => Sent::NoRoom,
        Err(Errno::ENOBUFS) => Sent::Gone,
        Err(errno) => Sent::Refused(errno),
    })
}

/// How often the kernel had no room for a neighbour of this family, in any namespace.
fn times_full(family: Family) -> Result<u64> {
    let mut request = NeighbourTableMessage::default();
    request.header.family = match family {
        Family::V4 => AddressFamily::Inet,
        Family::V6 => AddressFamily::Inet6,
    };
    let answers = Socket::open()?.dump(RouteNetlinkMessage::GetNeighbourTable(request))?;
    let full = |attribute: &NeighbourTableAttribute| match attribute {
        NeighbourTableAttribute::Stats(stats) => Some(stats.table_fulls),
        _ => None,
    };
    let tables = answers.iter().filter_map(|answer| match answer {
        RouteNetlinkMessage::NewNeighbourTable(table) => table.attributes.iter().find_map(full),
        _ => None,
    });
    Ok(tables.sum())
}
