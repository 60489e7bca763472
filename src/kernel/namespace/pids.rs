//! Which processes are in a namespace, and which names a process's namespace has (`ip netns pids`, `identify`).
//!
//! Reads /proc. Like iproute2 it sees the first thread of each process only: one that moved alone is not seen.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat, readlinkat};
use nix::sys::stat::{Mode, stat};

use super::directory::Directory;
use super::{Namespace, nsfs, refusal};
use crate::error::{Error, Result, explain};

/// The processes whose first thread is in `namespace`, in the order of their ids. Those that may not be looked at are
/// left out, as are those that end meanwhile.
pub fn pids(namespace: &Namespace) -> Result<Vec<i32>> {
    // Held while it is compared.
    let fd = namespace.open()?;
    let (_, wanted) = nsfs::key(&fd)?;
    Ok(inodes()?.into_iter().filter(|(_, inode)| *inode == wanted).map(|(pid, _)| pid).collect())
}

/// The names in /run/netns of the namespace that a process is in, in order; nsl's own where no process is given.
///
/// Errors: no such process (`ESRCH`); no privilege to look.
pub fn identify(pid: Option<i32>) -> Result<Vec<OsString>> {
    let namespace = match pid {
        None => Namespace::home(),
        Some(pid) => Namespace::get_pid(pid)?,
    };
    let fd = namespace.open()?;
    let wanted = nsfs::key(&fd)?;
    let Some(directory) = Directory::open()? else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for (name, fd) in directory.namespaces()? {
        if nsfs::key(&fd)? == wanted {
            names.push(name);
        }
    }
    Ok(names)
}

/// Every process that may be looked at, in the order of the ids, with the inode of its namespace.
///
/// Read from the text of the link (`net:[4026531840]`): following it would make the kernel find the file itself.
pub(super) fn inodes() -> Result<Vec<(i32, u64)>> {
    let proc = openat(AT_FDCWD, "/proc", OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let Ok(text) = readlinkat(&proc, format!("{pid}/ns/net").as_str()) else { continue };
        found.extend(inode_of(text.as_bytes()).map(|inode| (pid, inode)));
    }
    found.sort_unstable();
    Ok(found)
}

/// The number in `net:[4026531840]`.
fn inode_of(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"net:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The file of a process's namespace.
pub(super) fn path_of(pid: i32) -> Result<PathBuf> {
    if pid <= 0 {
        return Err(Error::new(&explain::PID_RANGE).with("pid", pid));
    }
    let path = PathBuf::from(format!("/proc/{pid}/ns/net"));
    match stat(&path) {
        Ok(_) => Ok(path),
        Err(Errno::ENOENT | Errno::ESRCH) => Err(missing(pid)),
        Err(Errno::EACCES | Errno::EPERM) => {
            Err(refusal::needs(&format!("looking at process {pid}"), "CAP_SYS_PTRACE").object(pid))
        }
        Err(errno) => Err(Error::system(errno).object(pid)),
    }
}

/// No such process.
pub(super) fn missing(pid: i32) -> Error {
    Error::new(&explain::PROCESS_MISSING).with("pid", pid).object(pid)
}
