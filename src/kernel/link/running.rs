//! Whether a link can carry packets, asked without a message: for many links at once.

use std::os::fd::AsRawFd;

use nix::errno::Errno;

use super::{LinkSpec, request};
use crate::error::{Error, Result};
use crate::netlink::Socket;

/// The index of the loopback in every namespace (Linux `LOOPBACK_IFINDEX`).
const LOOPBACK: u32 = 1;

/// Whether the link called `name` in the socket's namespace is up and running (`IFF_UP`, `IFF_RUNNING`). The kernel says
/// so a moment before the link's queue takes packets, and holds its lock until then: whatever request follows, waits.
///
/// Source: `man 7 netdevice`; the call takes a socket of any family. `ENODEV` if there is no such link.
pub fn is_running(socket: &Socket, name: &str) -> Result<bool> {
    let flags = flags(socket, name).map_err(Error::system)?;
    let both = libc::IFF_UP | libc::IFF_RUNNING;
    Ok(i32::from(flags) & both == both)
}

/// Returns when the kernel has done what it was doing about links, in whatever namespace: by a request that changes
/// nothing, but has to have the lock that all changes have (Linux `rtnl_mutex`).
pub fn wait_for_changes(socket: &mut Socket) -> Result<()> {
    let (nothing, flags) = request::change(LOOPBACK, &LinkSpec::default(), None)?;
    socket.execute(nothing, flags)
}

#[allow(unsafe_code)]
fn flags(socket: &Socket, name: &str) -> nix::Result<i16> {
    // SAFETY: all bits zero are a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    let room = request.ifr_name.len() - 1;
    for (place, byte) in request.ifr_name[..room].iter_mut().zip(name.bytes()) {
        *place = byte as libc::c_char;
    }
    // SAFETY: SIOCGIFFLAGS reads the name, which ends with a NUL, and writes the flags.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut request) };
    Errno::result(result)?;
    // SAFETY: the kernel wrote this member.
    Ok(unsafe { request.ifr_ifru.ifru_flags })
}
