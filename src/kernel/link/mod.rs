//! Links: what a namespace's interfaces are, and making, changing, waiting for and deleting them. One verb a file.
//!
//! A link is found by its name in its namespace at each call; what remembers one keeps (namespace, index) and asks
//! [`resolve`] for the name it has now.

mod add;
mod borrowed;
mod delete;
mod filter;
pub mod kind;
mod list;
mod mac;
mod message;
pub mod more;
mod parse;
pub mod request;
mod running;
mod set;
mod show;
mod spec;
mod undo;
mod vf;
mod wait;
pub mod xdp;

pub use add::{add, add_as};
pub use borrowed::Borrowed;
pub use delete::{delete, delete_many, flush};
pub use filter::Filter;
pub use kind::veth::{End, pair, veth};
pub(super) use list::heard;
pub use list::{Link, Stats, get, list, list_in, list_of, peer, read_asides, resolve, underlay};
pub use mac::{format_mac, parse_mac};
pub use running::{is_running, wait_for_changes};
pub use set::{refused_master, set};
pub use show::{Shown, show, show_one};
pub use spec::{AddrGenMode, LinkSpec, Master};
pub use wait::{Condition, Wait};

use nix::errno::Errno;

use super::device::Device;
pub use super::words::{Setting, Settings};
use crate::error::{Error, explain};
use crate::netlink::Socket;

/// Words a refusal about `device` that any verb may meet.
pub fn refused(error: Error, device: &Device, doing: &'static str, socket: &mut Socket) -> Error {
    let error = device.or_missing(error, socket);
    let rows = [(Errno::EPERM, &explain::NEEDS_CAPABILITY), (Errno::EEXIST, &explain::LINK_EXISTS)];
    // With a text the kernel says what else it does not permit, or what else exists.
    let rows = if error.kernel_text().is_some() { &rows[..0] } else { &rows[..] };
    error.explain(rows).with("doing", doing).with("capability", "CAP_NET_ADMIN").with("link", device)
}
