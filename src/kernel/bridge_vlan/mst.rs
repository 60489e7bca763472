//! Multiple spanning trees of a bridge's ports: in which state a port is in each, in the words of `bridge mst` (Linux
//! `net/bridge/br_mst.c`). Which VLANs are in which tree says `msti` of [`GLOBAL`](super::GLOBAL).

use nix::errno::Errno;

use super::execute;
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, index_names};
use crate::kernel::link;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{U16, Words8};
use crate::kernel::words::{self, Setting, Settings, Word, option};
use crate::netlink::{Message, attr};

/// `IFLA_AF_SPEC`, `IFLA_BRIDGE_MST` in it, and `IFLA_BRIDGE_MST_ENTRY` in that.
const OF_FAMILY: u16 = 26;
const TREES: u16 = 6;
const ENTRY: u16 = 1;
/// `IFLA_EXT_MASK`, and its bit `RTEXT_FILTER_MST`.
const WANTED: u16 = 29;
const MST: u32 = 1 << 7;
/// Length of `struct ifinfomsg`.
const LENGTH: usize = 16;

/// A port's state in a tree (`IFLA_BRIDGE_MST_ENTRY_*`).
pub const TREE: &[Word] = &[
    option("msti", 1, U16),
    option("state", 2, Words8(&["disabled", "listening", "learning", "forwarding", "blocking"])),
];

/// Sets a port's state in a tree. `EBUSY` where its bridge has no `mst_enabled`, `EINVAL` for tree 0, whose state is the
/// port's own `state`.
pub fn set(device: &Device, settings: &Settings) -> Result<()> {
    words::need(settings, &["msti", "state"]).map_err(|error| error.object(device))?;
    let entry = words::encode(TREE, settings, &mut words::no_links)?;
    let set = execute(device, &format!("spanning tree of \"{device}\""), |index| {
        let mut message = Message::new(libc::RTM_SETLINK, &header(index));
        attr::nest(&mut message.bytes, OF_FAMILY, |family| {
            attr::nest(family, TREES, |trees| attr::nest(trees, ENTRY, |inner| *inner = entry));
        });
        message
    });
    set.map_err(|error| match error.as_errno() {
        // So says the kernel of every link that is in no bridge.
        Some(Errno::EOPNOTSUPP) if link::get(device).is_ok_and(|link| link.master.is_none()) => {
            Error::new(&explain::VLAN_NO_BRIDGE).with("link", device).object(device)
        }
        Some(Errno::EBUSY) => error.note("mst_enabled of its bridge is off"),
        _ => error,
    })
}

/// The ports' states in the trees of their bridges, or those of one port: each with its `dev`.
pub fn list(namespace: &Namespace, device: Option<&Device>) -> Result<Vec<Settings>> {
    let listed = namespace.with_socket(|socket| {
        let only = device.map(|device| device.index_in(socket)).transpose()?;
        let names = index_names(socket)?;
        let mut request = Message::new(libc::RTM_GETLINK, &header(0));
        attr::put_u32(&mut request.bytes, WANTED, MST);
        socket.dump_with(&request, |_, bytes| {
            let index = attr::u32_of(bytes.get(4..)?)?;
            let dev = names.get(&index).filter(|_| only.is_none_or(|only| only == index))?;
            let trees = attr::find(attr::find(bytes.get(LENGTH..)?, OF_FAMILY)?, TREES)?;
            let at = |(_, entry)| {
                let mut record: Settings = vec![("dev".into(), Setting::Text(dev.clone()))];
                record.extend(words::decode(TREE, &[], entry, &|_| None));
                record
            };
            Some(attr::Attributes::new(trees).map(at).collect::<Vec<_>>())
        })
    })?;
    Ok(listed.into_iter().flatten().collect())
}

fn header(index: u32) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_BRIDGE as u8;
    header[4..8].copy_from_slice(&index.to_ne_bytes());
    header
}
