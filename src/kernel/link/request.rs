//! Requests about links whose places and indexes are known beforehand, to be sent in batches: nothing is looked up, and
//! no refusal is undone.

use std::os::fd::OwnedFd;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::link::{AfSpecBridge, BridgeVlanInfo, BridgeVlanInfoFlags, LinkAttribute, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::{LinkSpec, Settings, kind, message};
use crate::error::Result;
use crate::kernel::words;

/// A message and its flags, for [`crate::netlink::Socket::batch`].
pub type Request = (RouteNetlinkMessage, u16);

const NEW: u16 = NLM_F_CREATE | NLM_F_EXCL;

/// One end of a veth pair to be made.
#[derive(Debug)]
pub struct NewEnd<'a> {
    /// Where it is made: open until the request was sent.
    pub namespace: &'a OwnedFd,
    /// Its name.
    pub name: &'a str,
    /// Its interface index; that of the other end must be another (`device`).
    pub index: u32,
    /// What the kernel takes in the message that makes it: all but alias, addrgenmode, master. Only the first end of a
    /// pair can be made `up`.
    pub spec: &'a LinkSpec,
}

/// Makes a pair of this kind, with options of its own (encoded), straight where its ends belong. Sent from any namespace.
/// `EINVAL` for a value that an option cannot have.
pub fn pair((kind, own): (&str, &[u8]), a: &NewEnd<'_>, b: &NewEnd<'_>) -> Result<Request> {
    let mut first = end(a)?;
    message::inform(&mut first, kind::veth::pair_info((kind, own), &end(b)?));
    Ok((RouteNetlinkMessage::NewLink(first), NEW))
}

fn end(end: &NewEnd<'_>) -> Result<LinkMessage> {
    let mut message = message::named(end.name);
    message.header.index = end.index;
    // What is asked for wins: the kernel takes the last.
    message::one_queue(&mut message);
    message::apply(&mut message, end.spec, None)?;
    message::place(&mut message, end.namespace);
    Ok(message)
}

/// Makes a link of this kind with the kind's options. Sent from the namespace where it belongs: a bridge cannot move.
///
/// `EINVAL` for an option that the kind lacks.
pub fn new(kind: &str, name: &str, index: u32, options: &Settings) -> Result<Request> {
    let mut message = message::named(name);
    message.header.index = index;
    message::one_queue(&mut message);
    message::inform(&mut message, kind::own_info(kind, &kind::fresh(kind, options), &mut words::no_links)?);
    Ok((RouteNetlinkMessage::NewLink(message), NEW))
}

/// Deletes the link with this index in the socket's namespace: of a veth pair both ends.
pub fn delete(index: u32) -> Request {
    (RouteNetlinkMessage::DelLink(message::indexed(index)), 0)
}

/// Puts a port of a bridge into a VLAN, or takes it out: `untagged` is for frames that do not tell theirs.
pub fn port_vlan(index: u32, vlan: u16, untagged: bool, is_in: bool) -> Request {
    let mut message = message::indexed(index);
    message.header.interface_family = AddressFamily::Bridge;
    let flags =
        if untagged { BridgeVlanInfoFlags::Pvid | BridgeVlanInfoFlags::Untagged } else { BridgeVlanInfoFlags::empty() };
    let info = AfSpecBridge::VlanInfo(BridgeVlanInfo { flags, vid: vlan });
    message.attributes.push(LinkAttribute::AfSpecBridge(vec![info]));
    let message = if is_in { RouteNetlinkMessage::SetLink(message) } else { RouteNetlinkMessage::DelLink(message) };
    (message, 0)
}

/// Changes a link in the socket's namespace; `master` is the index of the link that it becomes a port of. Name,
/// namespace and options of its kind are not for this. `EINVAL` for a value that an option cannot have.
pub fn change(index: u32, spec: &LinkSpec, master: Option<u32>) -> Result<Request> {
    let mut message = message::indexed(index);
    message::apply(&mut message, spec, master)?;
    Ok((RouteNetlinkMessage::NewLink(message), 0))
}
