//! Which processes are in a namespace, and which names a process's namespace has (`ip netns pids`, `identify`).
//!
//! Reads /proc. Like iproute2 it sees the first thread of each process only: one that moved alone is not seen.

use std::ffi::OsString;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::stat::stat;

use super::directory::Directory;
use super::{Namespace, nsfs, refusal};
use crate::error::{Error, Result, explain};

/// The processes whose first thread is in `namespace`, in the order of their ids. Those that may not be looked at are
/// left out, as are those that end meanwhile.
pub fn pids(namespace: &Namespace) -> Result<Vec<i32>> {
    // Held while it is compared.
    let fd = namespace.open()?;
    let wanted = nsfs::key(&fd)?;
    Ok(all()?.into_iter().filter(|pid| key_of(*pid) == Ok(wanted)).collect())
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

/// Every process, in the order of the ids.
pub(super) fn all() -> Result<Vec<i32>> {
    let mut pids = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        pids.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    pids.sort_unstable();
    Ok(pids)
}

/// The key of the namespace that a process is in.
pub(super) fn key_of(pid: i32) -> nix::Result<nsfs::Key> {
    stat(&PathBuf::from(format!("/proc/{pid}/ns/net"))).map(|status| nsfs::key_of(&status))
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
