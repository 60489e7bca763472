//! The routing table of a VRF.

use nix::errno::Errno;

use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::netlink::{Message, attr};

/// `IFLA_LINKINFO`
const LINKINFO: u16 = 18;
/// `IFLA_INFO_KIND`
const KIND: u16 = 1;
/// `IFLA_INFO_DATA`
const DATA: u16 = 2;
/// `IFLA_VRF_TABLE`
const TABLE: u16 = 1;

/// The number of the table of the VRF called `name`. `EINVAL` if it is none.
pub fn vrf_table(namespace: &Namespace, name: &str) -> Result<u32> {
    namespace.with_socket(|socket| {
        let index = Device::new(namespace, name)?.index_in(socket)?;
        let mut header = [0; 16];
        header[4..8].copy_from_slice(&index.to_ne_bytes());
        let answers = socket.query(Message::new(libc::RTM_GETLINK, &header), 0)?;
        let table = answers.iter().find_map(|answer| {
            let info = attr::find(answer.split(header.len())?.1, LINKINFO)?;
            let is_vrf = attr::find(info, KIND).is_some_and(|kind| attr::text(kind) == "vrf");
            attr::find(info, DATA).filter(|_| is_vrf).and_then(|data| attr::u32_of(attr::find(data, TABLE)?))
        });
        table.ok_or_else(|| Error::new(&explain::ROUTE_NO_VRF).errno(Errno::EINVAL).with("link", name).object(name))
    })
}
