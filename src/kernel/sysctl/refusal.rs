//! What is said when a sysctl cannot be read or written: its key, its namespace, the value.

use std::fs;
use std::io;
use std::path::Path;

use nix::errno::Errno;

use super::name::{Name, names};
use crate::error::{Error, explain};
use crate::kernel::namespace::Namespace;

/// What a reading or writing is about.
#[derive(Debug)]
pub(super) struct About<'a> {
    pub(super) root: &'a Path,
    pub(super) name: &'a Name,
    pub(super) key: &'a str,
    /// Where it is meant for, as part of a sentence.
    pub(super) place: &'a str,
    /// What was to be written.
    pub(super) value: Option<&'a str>,
}

impl About<'_> {
    pub(super) fn word(&self, error: &io::Error) -> Error {
        let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
        let row = match errno {
            Errno::EACCES if self.value.is_some() && self.lacks(0o222) => &explain::SYSCTL_READ_ONLY,
            Errno::EACCES if self.value.is_none() && self.lacks(0o444) => &explain::SYSCTL_WRITE_ONLY,
            // There is no such value, as of `tcp_congestion_control`.
            Errno::ENOENT if self.value.is_some() && self.mode().is_some() => &explain::SYSCTL_REFUSED,
            Errno::ENOENT | Errno::ENOTDIR => return self.missing(),
            Errno::EISDIR => return self.directory(),
            // Of this process, and no fault of the sysctl.
            Errno::EMFILE | Errno::ENFILE => return Error::system(errno),
            Errno::EACCES | Errno::EPERM | Errno::EROFS => &explain::SYSCTL_DENIED,
            _ if self.value.is_some() => &explain::SYSCTL_REFUSED,
            _ => &explain::SYSCTL_UNREADABLE,
        };
        let done = if self.value.is_some() { "written" } else { "read" };
        self.error(row).errno(errno).with("value", self.value.unwrap_or_default()).with("done", done)
    }

    /// There is none of that name.
    pub(super) fn missing(&self) -> Error {
        self.error(&explain::SYSCTL_MISSING).errno(Errno::ENOENT).near(self.name.near(self.root))
    }

    /// It is a group, and no value.
    pub(super) fn directory(&self) -> Error {
        let known = self.name.find(self.root).first().map(|path| names(&self.root.join(path))).unwrap_or_default();
        let shown = known.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
        self.error(&explain::SYSCTL_DIRECTORY).errno(Errno::EISDIR).with("known", shown)
    }

    fn error(&self, row: &'static explain::Row) -> Error {
        Error::new(row).with("key", self.key).with("place", self.place)
    }

    /// Whether nobody has any of these permissions for it.
    fn lacks(&self, permissions: u32) -> bool {
        self.mode().is_some_and(|mode| mode & permissions == 0)
    }

    /// Who may do what with it; none if it is not there.
    fn mode(&self) -> Option<u32> {
        use std::os::unix::fs::MetadataExt;
        let status = self.name.act(self.root, |path| fs::metadata(self.root.join(path)));
        status.ok().map(|status| status.mode())
    }
}

/// ` in "ns0"`; nothing for nsl's own namespace.
pub(super) fn place(namespace: &Namespace) -> String {
    let label = namespace.label();
    if label.is_empty() { label } else { format!(" in \"{label}\"") }
}
