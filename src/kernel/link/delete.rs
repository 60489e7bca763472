//! Deleting a link: for a veth, both ends.

use netlink_packet_route::RouteNetlinkMessage;
use nix::errno::Errno;

use super::{message, refused};
use crate::error::{Result, explain};
use crate::kernel::device::Device;

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
