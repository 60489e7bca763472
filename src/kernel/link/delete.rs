//! Deleting links, one or many at once: of a veth pair both ends.

use std::hash::{BuildHasher, Hasher, RandomState};

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::LinkAttribute;
use nix::errno::Errno;

use super::list::list_of_in;
use super::{Filter, message, refused};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;

/// Deletes a link. `ENODEV` if it is not there, `EOPNOTSUPP` for what is no one's to delete (lo, hardware).
pub fn delete(device: &Device) -> Result<()> {
    device.namespace.with_socket(|socket| {
        let request = RouteNetlinkMessage::DelLink(message::about(device));
        socket.execute(request, 0).map_err(|error| {
            refused(error, device, "deleting a link", socket)
                .explain(&[(Errno::EOPNOTSUPP, &explain::LINK_UNDELETABLE)])
                .with("link", device)
        })
    })
}

/// Deletes the links that the filter means, but for those that are no one's to delete (lo, hardware). Gives how many.
pub fn flush(namespace: &Namespace, filter: &Filter) -> Result<usize> {
    namespace.with_socket(|socket| {
        let links = list_of_in(socket, namespace, filter)?.into_iter();
        let indexes: Vec<u32> = links.filter(|link| link.kind.is_some()).map(|link| link.index).collect();
        if !indexes.is_empty() {
            delete_many(socket, &indexes).map_err(|error| {
                let error = error.explain(&[(Errno::EPERM, &explain::NEEDS_CAPABILITY)]);
                error.with("doing", "deleting links").with("capability", "CAP_NET_ADMIN").object(namespace.label())
            })?;
        }
        Ok(indexes.len())
    })
}

/// Deletes the links with these indexes in the socket's namespace; one that is gone already counts as done.
///
/// A request to delete takes the kernel about 20 ms however many links it names, so several go as one group.
pub fn delete_many(socket: &mut Socket, indexes: &[u32]) -> Result<()> {
    if let [index] = indexes {
        return gone_is_done(socket.execute(RouteNetlinkMessage::DelLink(message::indexed(*index)), 0));
    }
    // Nobody else's group, by chance of one in 2^31: deleting a group takes all that is in it.
    let group = (RandomState::new().build_hasher().finish() as u32) | 1 << 31;
    let of_group = |index| {
        let mut message = message::indexed(index);
        message.attributes.push(LinkAttribute::Group(group));
        message
    };
    for &index in indexes {
        gone_is_done(socket.execute(RouteNetlinkMessage::SetLink(of_group(index)), 0))?;
    }
    // Of no link at all there is no group.
    gone_is_done(socket.execute(RouteNetlinkMessage::DelLink(of_group(0)), 0))
}

fn gone_is_done(result: Result<()>) -> Result<()> {
    let gone = |error: &Error| error.as_errno() == Some(Errno::ENODEV);
    if result.as_ref().is_err_and(gone) { Ok(()) } else { result }
}
