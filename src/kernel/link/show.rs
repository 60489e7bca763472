//! What `ip addr` shows: links with their addresses.

use super::{Link, list};
use crate::error::Result;
use crate::kernel::addr::{self, Address};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;

/// A link with its addresses, in the kernel's order.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The link.
    pub link: Link,
    /// Its addresses.
    pub addresses: Vec<Address>,
}

/// All links of a namespace with their addresses.
pub fn show(namespace: &Namespace) -> Result<Vec<Shown>> {
    let (links, mut addresses) =
        namespace.with_socket(|socket| Ok((list::list_in(socket)?, addr::list_in(socket, None)?)))?;
    let shown = links.into_iter().map(|link| {
        let own;
        (own, addresses) = std::mem::take(&mut addresses).into_iter().partition(|address| address.index == link.index);
        Shown { link, addresses: own }
    });
    Ok(shown.collect())
}

/// One link with its addresses.
pub fn show_one(device: &Device) -> Result<Shown> {
    device.namespace.with_socket(|socket| {
        let link = list::get_in(socket, device)?;
        let addresses = addr::list_in(socket, Some(link.index))?;
        Ok(Shown { link, addresses })
    })
}
