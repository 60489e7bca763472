//! Host-side ends of veths into anonymous namespaces: deleted before the namespace is let go.
//!
//! Dropping a namespace deletes its veths some time later, and until then a second run meets their names (EEXIST).
//! A request to delete takes the kernel about 20 ms however many links it names, so several go as one group.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{InfoKind, LinkAttribute, LinkInfo, LinkMessage};
use nix::errno::Errno;

use super::{Namespace, id};
use crate::error::{Error, Result, explain};
use crate::netlink::Socket;

/// One end: an interface by its index.
pub(super) struct End {
    pub(super) namespace: Namespace,
    pub(super) index: u32,
}

/// Deletes those of `ends` whose other side is in `inner`. What is gone already counts as done.
pub(super) fn delete(mut ends: Vec<End>, inner: &Arc<OwnedFd>) -> Result<()> {
    let mut outcome = Ok(());
    while let Some(end) = ends.pop() {
        let outer = end.namespace;
        let (same, others): (Vec<End>, _) = ends.into_iter().partition(|other| same_or_gone(&other.namespace, &outer));
        ends = others;
        let indexes: Vec<u32> = same.iter().map(|end| end.index).chain([end.index]).collect();
        let deleted = match outer.with_socket(|socket| delete_in(socket, &indexes, inner)) {
            // With the namespace its links went too.
            Err(error) if error.is(&explain::NAMESPACE_GONE) || error.is(&explain::NAMESPACE_REPLACED) => Ok(()),
            Err(error) if error.is(&explain::NAMESPACE_MISSING) || error.is(&explain::NAMESPACE_CLOSED) => Ok(()),
            deleted => deleted,
        };
        outcome = outcome.and(deleted);
    }
    outcome
}

/// Namespaces that cannot be told apart any more have no links either.
fn same_or_gone(one: &Namespace, other: &Namespace) -> bool {
    one.same(other).unwrap_or(false)
}

fn delete_in(socket: &mut Socket, indexes: &[u32], inner: &Arc<OwnedFd>) -> Result<()> {
    // A link's other side is named by the id that its namespace has here; without an id there is no such link.
    let Some(inner_id) = id::seen_from(socket, inner)? else { return Ok(()) };
    let mut ours = Vec::new();
    for index in indexes {
        if leads_to(socket, *index, inner_id)? {
            ours.push(*index);
        }
    }
    match ours[..] {
        [] => Ok(()),
        [index] => gone_is_done(socket.execute(RouteNetlinkMessage::DelLink(link(index, vec![])), 0)),
        _ => delete_group(socket, &ours),
    }
}

/// Whether the interface is, still, a veth with its other side in the namespace that is called `inner_id` here.
fn leads_to(socket: &mut Socket, index: u32, inner_id: i32) -> Result<bool> {
    let answers = match socket.query(RouteNetlinkMessage::GetLink(link(index, vec![])), 0) {
        Err(error) if error.as_errno() == Some(Errno::ENODEV) => return Ok(false),
        answers => answers?,
    };
    let attributes = answers.into_iter().flat_map(|answer| match answer {
        RouteNetlinkMessage::NewLink(link) => link.attributes,
        _ => Vec::new(),
    });
    let (mut veth, mut leads) = (false, false);
    for attribute in attributes {
        match attribute {
            LinkAttribute::LinkNetNsId(id) => leads = id == inner_id,
            LinkAttribute::LinkInfo(infos) => veth = infos.contains(&LinkInfo::Kind(InfoKind::Veth)),
            _ => {}
        }
    }
    Ok(veth && leads)
}

fn delete_group(socket: &mut Socket, indexes: &[u32]) -> Result<()> {
    // Nobody else's group, by chance of one in 2^31: deleting a group takes all that is in it.
    let group = (RandomState::new().build_hasher().finish() as u32) | 1 << 31;
    for index in indexes {
        let message = RouteNetlinkMessage::SetLink(link(*index, vec![LinkAttribute::Group(group)]));
        gone_is_done(socket.execute(message, 0))?;
    }
    gone_is_done(socket.execute(RouteNetlinkMessage::DelLink(link(0, vec![LinkAttribute::Group(group)])), 0))
}

fn gone_is_done(result: Result<()>) -> Result<()> {
    let gone = |error: &Error| error.as_errno() == Some(Errno::ENODEV);
    if result.as_ref().is_err_and(gone) { Ok(()) } else { result }
}

fn link(index: u32, attributes: Vec<LinkAttribute>) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message.attributes = attributes;
    message
}
