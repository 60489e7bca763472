//! Which links are meant: the filters of `ip link show` and `ip addr show`.

use std::collections::BTreeSet;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkExtentMask, LinkMessage};

use super::{kind, parse};
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::netlink::{Socket, attr};

/// Which links are meant; what is empty means all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that are up.
    pub up: bool,
    /// Those that are down.
    pub down: bool,
    /// Those of this group.
    pub group: Option<u32>,
    /// Ports of this link: of a bridge, of a VRF.
    pub master: Option<Device>,
    /// Those that are ports of none.
    pub nomaster: bool,
    /// Those of this kind, or (`"bridge_slave"`) ports of links of this kind.
    pub kind: Option<String>,
}

impl Filter {
    /// Whether all links are meant.
    pub fn is_all(&self) -> bool {
        let Self { up, down, group, master, nomaster, kind } = self;
        !up && !down && !nomaster && group.is_none() && master.is_none() && kind.is_none()
    }

    /// The indexes of the links that are meant, over a socket in their namespace.
    pub fn indexes(&self, socket: &mut Socket, namespace: &Namespace) -> Result<BTreeSet<u32>> {
        let means = self.test(socket, namespace)?;
        let mut request = LinkMessage::default();
        request.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats]));
        let links = socket.dump_with(&RouteNetlinkMessage::GetLink(request), |_, bytes| {
            if means(bytes) { attr::u32_of(bytes.get(4..)?) } else { None }
        })?;
        Ok(links.into_iter().collect())
    }

    /// Tells of the kernel's message about a link of that namespace whether the link is meant.
    pub(super) fn test<'f>(
        &'f self,
        socket: &mut Socket,
        namespace: &Namespace,
    ) -> Result<impl Fn(&[u8]) -> bool + use<'f>> {
        let master =
            self.master.as_ref().map(|master| Device::new(namespace, &master.name)?.index_in(socket)).transpose()?;
        Ok(move |bytes: &[u8]| self.means(bytes, master).unwrap_or(false))
    }

    /// None where the message is damaged.
    fn means(&self, bytes: &[u8], master: Option<u32>) -> Option<bool> {
        let is_up = attr::u32_of(bytes.get(8..)?)? & libc::IFF_UP.cast_unsigned() != 0;
        let attributes = bytes.get(parse::HEADER..)?;
        let of = attr::find(attributes, libc::IFLA_MASTER).and_then(attr::u32_of);
        let group = attr::find(attributes, libc::IFLA_GROUP).and_then(attr::u32_of).unwrap_or_default();
        Some(
            (!self.up || is_up)
                && (!self.down || !is_up)
                && self.group.is_none_or(|wanted| group == wanted)
                && (!self.nomaster || of.is_none())
                && master.is_none_or(|master| of == Some(master))
                && self.kind.as_ref().is_none_or(|wanted| is_of_kind(attributes, wanted)),
        )
    }
}

/// Whether the link with these attributes is of this kind, or a port of one.
fn is_of_kind(attributes: &[u8], wanted: &str) -> bool {
    let info = attr::find(attributes, libc::IFLA_LINKINFO).map(kind::read).unwrap_or_default();
    match wanted.strip_suffix("_slave") {
        Some(wanted) => info.port_kind.as_deref() == Some(wanted),
        None => info.kind.as_deref() == Some(wanted),
    }
}
