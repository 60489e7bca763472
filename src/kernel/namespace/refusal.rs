//! Words for what the kernel refuses about namespaces whoever asks: privilege, limits, a full or read-only /run.

use std::path::Path;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::geteuid;

use crate::error::{Error, explain};

/// The capabilities nsl needs, with their bits (Linux include/uapi/linux/capability.h).
const CAPABILITIES: [(&str, u32); 3] = [("CAP_SYS_ADMIN", 21), ("CAP_NET_ADMIN", 12), ("CAP_SYS_PTRACE", 19)];

/// A refusal of `doing` ("entering a network namespace"), which takes CAP_SYS_ADMIN.
pub(super) fn word(errno: Errno, doing: &str) -> Error {
    match errno {
        Errno::EPERM | Errno::EACCES => needs(doing, "CAP_SYS_ADMIN"),
        errno => limits(Error::system(errno)),
    }
}

/// Words the limit of open files, which any step of a call can meet.
pub(super) fn limits(error: Error) -> Error {
    if error.as_errno() != Some(Errno::EMFILE) {
        return error;
    }
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    error.explain(&[(Errno::EMFILE, &explain::TOO_MANY_FILES)]).with("limit", limit)
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
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let missing = missing_in(&status);
    if missing.is_empty() {
        // They hold in this user namespace, and what was asked for is not its.
        let error = Error::new(&explain::OUT_OF_REACH).with("doing", doing).with("capability", capability);
        return error.errno(Errno::EPERM);
    }
    let error = Error::new(&explain::NEEDS_CAPABILITY).with("doing", doing).with("capability", capability);
    error.errno(Errno::EPERM).note(format!("running as uid {}; missing {}", geteuid(), missing.join(", ")))
}

/// The capabilities that a `/proc/PID/status` lacks.
fn missing_in(status: &str) -> Vec<&'static str> {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    CAPABILITIES.iter().filter(|(_, bit)| effective & (1 << bit) == 0).map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_capabilities_are_read_from_the_status() {
        let all = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE"];
        assert_eq!(missing_in("CapPrm:\tffff\nCapEff:\t0000000000000000\n"), all);
        assert_eq!(missing_in("CapEff:\t0000000000081000\n"), ["CAP_SYS_ADMIN"]);
        assert!(missing_in("CapEff:\t000001ffffffffff\n").is_empty());
    }
}
