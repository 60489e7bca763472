//! Words for what the kernel refuses about namespaces whoever asks: privilege, limits, a full or read-only /run.

use std::path::Path;

use nix::errno::Errno;

use crate::error::{Error, explain};
use crate::kernel::privilege;

/// A refusal of `doing` ("entering a network namespace"), which takes CAP_SYS_ADMIN.
pub(super) fn word(errno: Errno, doing: &str) -> Error {
    match errno {
        Errno::EPERM | Errno::EACCES => needs(doing, "CAP_SYS_ADMIN"),
        errno => Error::system(errno),
    }
}

/// A refusal to make a namespace. ENOSPC is a limit here, not a disk (`man 7 namespaces`).
pub(super) fn creating(errno: Errno) -> Error {
    if errno != Errno::ENOSPC {
        return word(errno, "creating a network namespace");
    }
    let limit = std::fs::read_to_string("/proc/sys/user/max_net_namespaces").unwrap_or_default();
    Error::new(&explain::NAMESPACE_LIMIT).with("limit", limit.trim_end()).errno(errno)
}

/// A refusal to make or change the file at `path`.
pub(super) fn file(errno: Errno, path: &Path) -> Error {
    match errno {
        Errno::EPERM | Errno::EACCES | Errno::EMFILE => word(errno, "naming a network namespace"),
        errno => {
            let row = match errno {
                Errno::ENOSPC | Errno::EDQUOT => &explain::DIRECTORY_FULL,
                Errno::EROFS => &explain::DIRECTORY_READ_ONLY,
                _ => &explain::CANNOT_CREATE,
            };
            Error::new(row).with("path", path.display()).errno(errno)
        }
    }
}

/// A missing capability, with a note of what the process has.
pub(super) fn needs(doing: &str, capability: &str) -> Error {
    if privilege::missing().is_empty() {
        // They hold in this user namespace, and what was asked for is not its.
        let error = Error::new(&explain::OUT_OF_REACH).with("doing", doing).with("capability", capability);
        return error.errno(Errno::EPERM);
    }
    let error = Error::new(&explain::NEEDS_CAPABILITY).with("doing", doing).with("capability", capability);
    error.errno(Errno::EPERM).note(privilege::note())
}
