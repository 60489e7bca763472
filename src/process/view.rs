//! What a child in a namespace sees besides its network: which files of /etc/netns/NAME go over those of /etc.
//!
//! The list is read here, before the child exists; `child` does the mounts.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;

use crate::error::{Error, explain};

/// Files to bind: from, onto.
pub(super) type Binds = Vec<(CString, CString)>;

/// Words that a file could not be bound.
pub(super) fn unbound(source: &CStr, target: &CStr, errno: Errno) -> Error {
    let (source, target) = (source.to_string_lossy(), target.to_string_lossy());
    Error::new(&explain::BIND_REFUSED).with("source", source).with("target", &target).object(target).errno(errno)
}

/// The entries of /etc/netns/NAME and their places in /etc; nothing where there is no such directory (ip-netns(8)).
pub(super) fn binds(name: Option<&OsStr>) -> Binds {
    let Some(name) = name else { return Vec::new() };
    let directory = Path::new("/etc/netns").join(name);
    let Ok(entries) = std::fs::read_dir(&directory) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name());
    let pair = |name: std::ffi::OsString| {
        let path = |directory: &Path| CString::new(directory.join(&name).as_os_str().as_bytes()).ok();
        Some((path(&directory)?, path(Path::new("/etc"))?))
    };
    names.filter_map(pair).collect()
}
