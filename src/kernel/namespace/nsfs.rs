//! Files that are network namespaces: opening one, making sure it is one, telling two apart.
//!
//! While a descriptor is held a namespace is known by (device, inode), which cannot be reused meanwhile. What is
//! remembered without a descriptor is known by its cookie, which is never used twice while the machine is up.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sched::CloneFlags;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::{FileStat, Mode, fstat};
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};

use super::enter;
use crate::error::{Error, Result, explain};

/// The namespace the calling thread is in. `/proc/self` would be the main thread's.
pub(super) const OWN: &str = "/proc/thread-self/ns/net";

// Linux include/uapi/linux/nsfs.h; NS_GET_ID since 6.18.
nix::ioctl_none_bad!(ns_get_nstype, nix::request_code_none!(0xb7, 3));
nix::ioctl_read!(ns_get_id, 0xb7, 13, u64);

/// What opening a file came to.
pub(super) enum Opened {
    Namespace(OwnedFd),
    /// It can be opened, and is something else.
    Other,
}

/// Opens the file at `name`, seen from `directory`; symbolic links are followed. It never waits (a FIFO would).
pub(super) fn open_at(directory: BorrowedFd<'_>, name: &OsStr) -> nix::Result<Opened> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let fd = openat(directory, name, flags, Mode::empty())?;
    Ok(if is_network(&fd)? { Opened::Namespace(fd) } else { Opened::Other })
}

/// Opens the file at `path`.
pub(super) fn open(path: &Path) -> nix::Result<Opened> {
    open_at(AT_FDCWD, path.as_os_str())
}

/// The namespace of the calling thread.
pub(super) fn open_own() -> nix::Result<OwnedFd> {
    openat(AT_FDCWD, OWN, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())
}

/// Whether an open file is a namespace of the network kind.
fn is_network(fd: &OwnedFd) -> nix::Result<bool> {
    if fstatfs(fd)?.filesystem_type() != NSFS_MAGIC {
        return Ok(false);
    }
    Ok(kind(fd)? == CloneFlags::CLONE_NEWNET.bits())
}

#[allow(unsafe_code)]
fn kind(fd: &OwnedFd) -> nix::Result<i32> {
    // SAFETY: the request has no argument, and the descriptor is an nsfs file.
    unsafe { ns_get_nstype(fd.as_raw_fd()) }
}

/// (device, inode): equal for two open descriptors exactly if they are the same namespace.
pub(super) type Key = (u64, u64);

/// The key of a file's status.
pub(super) fn key_of(status: &FileStat) -> Key {
    (status.st_dev, status.st_ino)
}

/// The key of an open file.
pub(super) fn key(fd: impl AsFd) -> nix::Result<Key> {
    fstat(fd).map(|status| key_of(&status))
}

/// The cookie of a namespace, asked of its file, or where the kernel is older than 6.18 of a socket made inside.
pub(super) fn cookie(fd: &Arc<OwnedFd>) -> Result<u64> {
    match id(fd) {
        Ok(id) => Ok(id),
        Err(Errno::ENOTTY) => enter::inside(fd, socket_cookie),
        Err(errno) => Err(Error::system(errno)),
    }
}

#[allow(unsafe_code)]
fn id(fd: &OwnedFd) -> nix::Result<u64> {
    let mut id = 0;
    // SAFETY: the request writes one u64, which `id` is.
    unsafe { ns_get_id(fd.as_raw_fd(), &raw mut id) }?;
    Ok(id)
}

/// The cookie of the namespace the calling thread is in (`SO_NETNS_COOKIE`, since Linux 5.14).
fn socket_cookie() -> Result<u64> {
    let probe = socket(AddressFamily::Unix, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    cookie_of(&probe).map_err(|errno| match errno {
        Errno::ENOPROTOOPT => Error::new(&explain::NAMESPACE_COOKIE_UNKNOWN),
        errno => Error::system(errno),
    })
}

#[allow(unsafe_code)]
fn cookie_of(socket: &OwnedFd) -> nix::Result<u64> {
    let (mut cookie, mut length) = (0u64, size_of::<u64>() as libc::socklen_t);
    let (value, fd) = ((&raw mut cookie).cast(), socket.as_raw_fd());
    // SAFETY: the option's value is a u64, `value` points to one, and `length` is its size.
    let result = unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_NETNS_COOKIE, value, &raw mut length) };
    Errno::result(result).map(|_| cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_the_cookie_agree() {
        let own = Arc::new(open_own().expect("our own namespace"));
        let from_socket = socket_cookie().expect("a cookie");
        assert!(from_socket > 0);
        assert_eq!(cookie(&own).expect("a cookie"), from_socket);
        // Entering needs privilege, which a unit test may lack.
        if let Ok(inside) = enter::inside(&own, socket_cookie) {
            assert_eq!(inside, from_socket);
        }
    }

    #[test]
    fn only_network_namespaces_are_taken() {
        assert!(matches!(open(Path::new(OWN)), Ok(Opened::Namespace(_))));
        assert!(matches!(open(Path::new("/proc/thread-self/ns/uts")), Ok(Opened::Other)));
        assert!(matches!(open(Path::new("/dev/null")), Ok(Opened::Other)));
        assert!(matches!(open(Path::new("/proc/none")), Err(Errno::ENOENT)));
    }
}
