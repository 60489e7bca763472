//! /run/netns: the directory that iproute2 and nsl share, what its entries are, and its preparation for new ones.
//!
//! It is prepared exactly as `ip netns add` does it (a shared mount of its own, made under an exclusive flock), so that
//! both can add at once. Nothing here makes or removes an entry but the remains of a program that was killed.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};
use nix::unistd::mkdir;

use super::nsfs::{self, Opened};
use super::refusal;
use crate::error::{Error, Result, explain};
use crate::wait::interrupt;

/// Where named namespaces are (iproute2 `NETNS_RUN_DIR`).
pub const PATH: &str = "/run/netns";

/// How old the remains of an `ip netns add` must be before they are taken for remains: it makes the file first, and
/// does not hold the lock meanwhile.
const STALE: Duration = Duration::from_secs(5);

/// The mode of the files that nsl makes: no permissions, as iproute2 has it, but the sticky bit, which says nothing about
/// a file. They have a namespace mounted on them before the lock is let go, so that one without is certainly of a killed
/// nsl, and not of an `ip` that is about to.
pub(super) const MARK: Mode = Mode::S_ISVTX;

/// The mount that this process has seen to be in order. Mount ids are never 0.
static PREPARED: AtomicU64 = AtomicU64::new(0);

/// What an entry is.
pub(super) enum Entry {
    Missing,
    /// A network namespace, or a symbolic link to one.
    Namespace(OwnedFd),
    /// A symbolic link to something else.
    ForeignLink,
    /// A symbolic link to nothing.
    DeadLink,
    /// What a program leaves that is killed while it adds: an empty file without permissions, root's, and not new unless
    /// it has nsl's [`MARK`].
    Stale,
    /// The same, but so new that the program may be alive.
    Unfinished,
    /// Any other file.
    Other,
}

/// The open directory, seen through the topmost mount of it.
pub(super) struct Directory {
    fd: OwnedFd,
}

impl Directory {
    /// Opens the directory; `None` if there is none.
    pub(super) fn open() -> Result<Option<Self>> {
        match openat(AT_FDCWD, PATH, OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd })),
            Err(Errno::ENOENT) => Ok(None),
            Err(errno) => Err(refusal::file(errno, Path::new(PATH))),
        }
    }

    /// What `name` is.
    pub(super) fn entry(&self, name: &OsStr) -> Result<Entry> {
        match nsfs::open_at(self.fd.as_fd(), name) {
            Ok(Opened::Namespace(fd)) => return Ok(Entry::Namespace(fd)),
            Err(errno @ (Errno::EMFILE | Errno::ENFILE)) => return Err(refusal::file(errno, &path_of(name))),
            // What cannot be opened is told apart by its status.
            Ok(Opened::Other) | Err(_) => {}
        }
        let status = match fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(status) => status,
            Err(Errno::ENOENT) => return Ok(Entry::Missing),
            Err(errno) => return Err(refusal::file(errno, &path_of(name))),
        };
        if file_type(&status) == SFlag::S_IFLNK {
            let dead = fstatat(&self.fd, name, AtFlags::empty()).is_err();
            return Ok(if dead { Entry::DeadLink } else { Entry::ForeignLink });
        }
        Ok(remains(&status, SystemTime::now()))
    }

    /// The names of all entries, whatever they are, in order.
    pub(super) fn names(&self) -> Result<Vec<OsString>> {
        let entries = std::fs::read_dir(format!("/proc/self/fd/{}", self.fd.as_raw_fd()))?;
        let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    /// The names that are network namespaces, in order, each opened.
    pub(super) fn namespaces(&self) -> Result<Vec<(OsString, OwnedFd)>> {
        let mut namespaces = Vec::new();
        for name in self.names()? {
            if let Entry::Namespace(fd) = self.entry(&name)? {
                namespaces.push((name, fd));
            }
        }
        Ok(namespaces)
    }

    pub(super) fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    /// A path of `name` that leads through this very directory, for calls that take no descriptor.
    pub(super) fn path_through(&self, name: &OsStr) -> PathBuf {
        Path::new("/proc/self/fd").join(self.fd.as_raw_fd().to_string()).join(name)
    }
}

/// `/run/netns/NAME`.
pub(super) fn path_of(name: &OsStr) -> PathBuf {
    Path::new(PATH).join(name)
}

fn file_type(status: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(status.st_mode & SFlag::S_IFMT.bits())
}

/// Whether a file that is no namespace looks like one that was never finished.
fn remains(status: &FileStat, now: SystemTime) -> Entry {
    let mode = status.st_mode & 0o7777;
    let is_ours = mode == MARK.bits();
    let empty = file_type(status) == SFlag::S_IFREG && status.st_size == 0 && status.st_uid == 0;
    if !empty || (mode != 0 && !is_ours) {
        return Entry::Other;
    }
    if is_ours {
        return Entry::Stale;
    }
    let made = UNIX_EPOCH + Duration::from_secs(u64::try_from(status.st_mtime).unwrap_or(0));
    let old = now.duration_since(made).is_ok_and(|age| age > STALE);
    if old { Entry::Stale } else { Entry::Unfinished }
}

/// The directory, prepared, with its lock, which is held until this is dropped.
pub(super) struct Locked {
    pub(super) directory: Directory,
    _lock: File,
}

/// Takes the lock of the directory if there is one, without preparing it: for removals.
pub(super) fn lock() -> Result<Option<Locked>> {
    let Some(first) = Directory::open()? else { return Ok(None) };
    let lock = exclusive(first.fd)?;
    // A mount may have been made over what was opened, or the directory be gone, before the lock was ours.
    Ok(Directory::open()?.map(|directory| Locked { directory, _lock: lock }))
}

/// Makes the directory where it is missing, as `ip netns` does. What it can become, a mount, it becomes in [`prepare`].
pub(super) fn make() -> Result<()> {
    match mkdir(PATH, Mode::from_bits_truncate(0o755)) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(refusal::file(errno, Path::new(PATH))),
    }
}

/// Makes the directory ready for a new entry: it exists, belongs to root alone, and is a shared mount, so that what is
/// mounted in it appears in every mount namespace; and locks it.
pub(super) fn prepare() -> Result<Locked> {
    make()?;
    let gone = || refusal::file(Errno::ENOENT, Path::new(PATH));
    let Some(locked) = lock()? else { return Err(gone()) };
    let id = mount_id(&locked.directory.fd)?;
    if id == PREPARED.load(Ordering::Relaxed) {
        return Ok(locked);
    }
    check_owner(&locked.directory.fd)?;
    if is_slave(id)? {
        return Err(Error::new(&explain::NAMESPACE_DIRECTORY_SLAVE).with("path", PATH));
    }
    share().map_err(|errno| refusal::word(errno, "sharing the mount of /run/netns"))?;
    let Some(directory) = Directory::open()? else { return Err(gone()) };
    PREPARED.store(mount_id(&directory.fd)?, Ordering::Relaxed);
    Ok(Locked { directory, _lock: locked._lock })
}

/// Whoever could write there could make nsl mount and unlink what they like.
fn check_owner(directory: &OwnedFd) -> Result<()> {
    let link = fstatat(AT_FDCWD, PATH, AtFlags::AT_SYMLINK_NOFOLLOW).map(|status| file_type(&status) == SFlag::S_IFLNK);
    let status = fstat(directory)?;
    if link? || status.st_uid != 0 || status.st_mode & 0o022 != 0 {
        return Err(Error::new(&explain::NAMESPACE_DIRECTORY_OPEN).with("path", PATH));
    }
    Ok(())
}

fn exclusive(fd: OwnedFd) -> Result<File> {
    let file = File::from(fd);
    loop {
        match file.lock() {
            Ok(()) => return Ok(file),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => interrupt::check()?,
            Err(error) => {
                return Err(refusal::file(Error::from(error).as_errno().unwrap_or(Errno::EIO), Path::new(PATH)));
            }
        }
    }
}

/// Makes a shared mount of the directory: of what is mounted there, or else of a bind of it on itself. The bind leaves
/// the peer group of /run first, or else every namespace would be mounted twice.
fn share() -> nix::Result<()> {
    let change = |flags: MsFlags| mount(None::<&str>, PATH, None::<&str>, flags | MsFlags::MS_REC, None::<&str>);
    match change(MsFlags::MS_SHARED) {
        Err(Errno::EINVAL) => {}
        done => return done,
    }
    mount(Some(PATH), PATH, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)?;
    let changed = change(MsFlags::MS_PRIVATE).and_then(|()| change(MsFlags::MS_SHARED));
    if changed.is_err() {
        // Undoes the bind; what the caller hears is why it was of no use.
        let _ = umount2(PATH, MntFlags::MNT_DETACH);
    }
    changed
}

/// The id of the mount through which `fd` was opened (`man 5 proc_pid_fdinfo`).
fn mount_id(fd: &OwnedFd) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", fd.as_raw_fd()))?;
    let id = text.lines().find_map(|line| line.strip_prefix("mnt_id:")?.trim().parse().ok());
    id.ok_or_else(|| Error::system(Errno::EIO))
}

/// Whether mounts below mount `id` stay invisible where it came from: inside `ip netns exec`.
fn is_slave(id: u64) -> Result<bool> {
    let mounts = std::fs::read("/proc/thread-self/mountinfo")?;
    Ok(mounts.split(|byte| *byte == b'\n').any(|row| is_slave_row(row, id)))
}

/// Reads a row of `/proc/PID/mountinfo` (`man 5 proc_pid_mountinfo`): the optional fields stand from the seventh to `-`.
fn is_slave_row(row: &[u8], id: u64) -> bool {
    let row = OsStr::from_bytes(row).to_string_lossy();
    let mut fields = row.split(' ');
    if fields.next().and_then(|first| first.parse().ok()) != Some(id) {
        return false;
    }
    fields.skip(5).take_while(|field| *field != "-").any(|field| field.starts_with("master:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slaves_are_told_by_their_optional_fields() {
        let row = b"36 35 98:0 / /run/netns rw,noatime shared:5 master:1 - ext3 master:9 rw";
        assert!(is_slave_row(row, 36));
        assert!(!is_slave_row(row, 35));
        assert!(!is_slave_row(b"36 35 98:0 / /run/netns rw shared:5 - ext3 master:9 rw,master:1", 36));
        assert!(!is_slave_row(b"36 35 98:0 / /run/netns rw - tmpfs none rw", 36));
        assert!(!is_slave_row(b"", 36));
    }
}
