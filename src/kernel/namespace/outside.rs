//! Host-side ends of veths into anonymous namespaces: deleted before the namespace is let go.
//!
//! Dropping a namespace deletes its veths some time later, and until then a second run meets their names (EEXIST).

use std::os::fd::OwnedFd;
use std::sync::Arc;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{InfoKind, LinkAttribute, LinkInfo, LinkMessage};
use nix::errno::Errno;

use super::{Namespace, id};
use crate::error::{Error, Result, explain};
use crate::kernel::link::delete_many;
use crate::netlink::Socket;

/// One end: an interface by its index.
pub(super) struct End {
    pub(super) namespace: Namespace,
    pub(super) index: u32,
}

/// An end and the namespace its other side was in.
pub(super) type Pair = (End, Arc<OwnedFd>);

/// Deletes those ends whose other side is where it was, and gives what failed. What is gone already counts as done.
pub(super) fn delete(mut pairs: Vec<Pair>) -> Vec<Error> {
    let mut failed = Vec::new();
    while let Some(first) = pairs.pop() {
        let outer = first.0.namespace.clone();
        // Namespaces that cannot be told apart any more have no links either.
        let here = |(end, _): &Pair| end.namespace.same(&outer).unwrap_or(false);
        let (mut same, others): (Vec<Pair>, _) = pairs.into_iter().partition(here);
        same.push(first);
        pairs = others;
        if let Err(error) = outer.with_socket(|socket| delete_in(socket, &same)) {
            let gone = [
                &explain::NAMESPACE_GONE,
                &explain::NAMESPACE_REPLACED,
                &explain::NAMESPACE_MISSING,
                &explain::NAMESPACE_CLOSED,
            ];
            // With the namespace its links went too.
            if !gone.iter().any(|row| error.is(row)) {
                failed.push(error);
            }
        }
    }
    failed
}

fn delete_in(socket: &mut Socket, pairs: &[Pair]) -> Result<()> {
    let mut ours = Vec::new();
    for (end, inner) in pairs {
        // A link's other side is named by the id that its namespace has here, which it may only get by being asked for.
        if let Some(other) = other_side(socket, end.index)?
            && id::seen_from(socket, inner)? == Some(other)
        {
            ours.push(end.index);
        }
    }
    if ours.is_empty() { Ok(()) } else { delete_many(socket, &ours) }
}

/// The id here of the namespace that the other side of a veth is in; none if the interface is no such link any more.
fn other_side(socket: &mut Socket, index: u32) -> Result<Option<i32>> {
    let answers = match socket.query(RouteNetlinkMessage::GetLink(link(index, vec![])), 0) {
        Err(error) if error.as_errno() == Some(Errno::ENODEV) => return Ok(None),
        answers => answers?,
    };
    let attributes = answers.into_iter().flat_map(|answer| match answer {
        RouteNetlinkMessage::NewLink(link) => link.attributes,
        _ => Vec::new(),
    });
    let (mut veth, mut other) = (false, None);
    for attribute in attributes {
        match attribute {
            LinkAttribute::LinkNetNsId(id) => other = Some(id),
            LinkAttribute::LinkInfo(infos) => veth = infos.contains(&LinkInfo::Kind(InfoKind::Veth)),
            _ => {}
        }
    }
    Ok(other.filter(|_| veth))
}

fn link(index: u32, attributes: Vec<LinkAttribute>) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message.attributes = attributes;
    message
}
