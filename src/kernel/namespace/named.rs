//! Named namespaces: `ip netns add`, `attach`, `delete`, `list`, so that what one makes the other lists and deletes.
//!
//! A name is an empty file in /run/netns with the namespace mounted on it. File and mount are made under the
//! directory's lock; on failure only a file that is certainly the one just made is removed.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::{fstat, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::directory::{self, Directory, Entry, Locked, path_of};
use super::{Namespace, enter, id, names, nsfs, refusal};
use crate::error::{Error, Result, explain};

/// What [`add`] and [`attach`] came to.
#[derive(Debug)]
pub struct Added {
    /// The namespace under its name; the handle knows which one it is.
    pub namespace: Namespace,
    /// It was made; false if it was there and that was allowed.
    pub created: bool,
    /// What the user should hear: the remains of a killed program were removed first.
    pub warning: Option<Error>,
}

/// A network namespace with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name in /run/netns, which others may have made of any bytes.
    pub name: OsString,
    /// Its id as seen from nsl's own namespace, where it has one.
    pub id: Option<i32>,
    /// The inode of its nsfs file.
    pub inode: u64,
}

/// How [`delete`] goes about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delete {
    /// Remove whatever file has that name, as `ip netns delete` does.
    pub force: bool,
    /// A name that is not there is no error.
    pub missing_ok: bool,
}

/// Makes a namespace called `name`, which outlives nsl. With `exist_ok` one that is there already is taken.
///
/// Errors: an unfit name (`EINVAL`); `EEXIST`; no privilege; a limit or a full disk (`ENOSPC`, `EROFS`); /run/netns that
/// others would not see (`EINVAL`). None leaves a file behind.
pub fn add(name: impl AsRef<OsStr>, exist_ok: bool) -> Result<Added> {
    let name = name.as_ref();
    names::check_new(name)?;
    let make = || {
        // Asked first, because a namespace takes the kernel a while to make; decided under the lock.
        if let Some(directory) = Directory::open()?
            && let Entry::Namespace(fd) = directory.entry(name)?
        {
            return existing(name, fd, exist_ok);
        }
        install(name, enter::create()?, exist_ok)
    };
    make().map_err(|error| error.object(name.to_string_lossy()))
}

/// Gives `source`, a namespace known by process, path or handle, the name `name`.
///
/// Errors: as [`add`], and those of opening `source`.
pub fn attach(name: impl AsRef<OsStr>, source: &Namespace) -> Result<Added> {
    let name = name.as_ref();
    names::check_new(name)?;
    let attached = source.open().and_then(|fd| install(name, fd, false));
    attached.map_err(|error| error.object(name.to_string_lossy()))
}

fn existing(name: &OsStr, fd: OwnedFd, exist_ok: bool) -> Result<Added> {
    if !exist_ok {
        return Err(Error::new(&explain::NAMESPACE_EXISTS).with("name", name.to_string_lossy()));
    }
    let cookie = nsfs::cookie(&Arc::new(fd))?;
    Ok(Added { namespace: Namespace::known(name, cookie), created: false, warning: None })
}

/// Puts a namespace under a name.
fn install(name: &OsStr, namespace: impl Into<Arc<OwnedFd>>, exist_ok: bool) -> Result<Added> {
    let namespace = namespace.into();
    // Before there is anything to undo.
    let cookie = nsfs::cookie(&namespace)?;
    let locked = directory::prepare()?;
    let shown = || name.to_string_lossy();
    let warning = match locked.directory.entry(name)? {
        Entry::Missing => None,
        Entry::Namespace(fd) => return existing(name, fd, exist_ok),
        Entry::Stale => {
            unlink(&locked, name)?;
            Some(Error::new(&explain::NAMESPACE_STALE).with("path", path_of(name).display()))
        }
        Entry::Unfinished => return Err(Error::new(&explain::NAMESPACE_UNFINISHED).with("name", shown())),
        Entry::ForeignLink | Entry::DeadLink => return Err(foreign_link(name)),
        Entry::Other => return Err(not_a_namespace(name)),
    };
    bind(&locked, name, &namespace)?;
    Ok(Added { namespace: Namespace::known(name, cookie), created: true, warning })
}

/// Makes the file and mounts the namespace on it: two calls, between which only a kill leaves the file alone.
pub(super) fn bind(locked: &Locked, name: &OsStr, namespace: &OwnedFd) -> Result<()> {
    let flags = OFlag::O_RDONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let file = openat(locked.directory.fd(), name, flags, directory::MARK).map_err(|errno| match errno {
        Errno::EEXIST => Error::new(&explain::NAMESPACE_EXISTS).with("name", name.to_string_lossy()),
        errno => refusal::file(errno, &path_of(name)),
    })?;
    let source = Path::new("/proc/self/fd").join(namespace.as_raw_fd().to_string());
    let target = locked.directory.path_through(name);
    let mounted = mount(Some(&source), &target, None::<&str>, MsFlags::MS_BIND, None::<&str>);
    mounted.map_err(|errno| {
        remove_if_same(locked, name, &file);
        match errno {
            // Somebody deleted the file in between.
            Errno::ENOENT => Error::new(&explain::NAMESPACE_GONE).with("name", name.to_string_lossy()),
            errno => refusal::file(errno, &path_of(name)),
        }
    })
}

/// Removes the file that was just made, if it is still what has the name.
fn remove_if_same(locked: &Locked, name: &OsStr, file: &OwnedFd) {
    let there = fstatat(locked.directory.fd(), name, AtFlags::AT_SYMLINK_NOFOLLOW).map(|status| nsfs::key_of(&status));
    if let (Ok(there), Ok(ours)) = (there, fstat(file).map(|status| nsfs::key_of(&status)))
        && there == ours
    {
        // The error that is reported is the one that led here.
        let _ = unlinkat(locked.directory.fd(), name, UnlinkatFlags::NoRemoveDir);
    }
}

/// Takes a name away; the namespace ends when nothing else holds it. Of a symbolic link only the link is removed.
///
/// Errors: `ENOENT`; a file that is no namespace without `force` (`EINVAL`); no privilege.
pub fn delete(name: impl AsRef<OsStr>, how: Delete) -> Result<()> {
    let name = name.as_ref();
    names::check(name)?;
    delete_known(name, None, how).map_err(|error| error.object(name.to_string_lossy()))
}

/// [`delete`], but only of the namespace with this cookie if there is one.
pub(super) fn delete_known(name: &OsStr, cookie: Option<u64>, how: Delete) -> Result<()> {
    let missing = || if how.missing_ok { Ok(()) } else { Err(missing(name, cookie)) };
    let Some(locked) = directory::lock()? else { return missing() };
    match locked.directory.entry(name)? {
        Entry::Missing => return missing(),
        Entry::Namespace(fd) => check_same(name, &Arc::new(fd), cookie)?,
        _ if cookie.is_some() => return Err(replaced(name)),
        _ if how.force => {}
        Entry::Stale | Entry::DeadLink => {}
        Entry::ForeignLink => return Err(foreign_link(name)),
        Entry::Unfinished | Entry::Other => return Err(not_a_namespace(name)),
    }
    remove(&locked, name)
}

pub(super) fn remove(locked: &Locked, name: &OsStr) -> Result<()> {
    let path = locked.directory.path_through(name);
    loop {
        // Old programs mount twice on one name; EINVAL says that nothing is mounted here, as on a symbolic link.
        match umount2(&path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW) {
            Ok(()) => {}
            Err(Errno::EPERM) => return Err(refusal::word(Errno::EPERM, "deleting a named network namespace")),
            Err(_) => return unlink(locked, name),
        }
    }
}

pub(super) fn unlink(locked: &Locked, name: &OsStr) -> Result<()> {
    match unlinkat(locked.directory.fd(), name, UnlinkatFlags::NoRemoveDir) {
        // Somebody was faster: what was asked for is so.
        Ok(()) | Err(Errno::ENOENT) => Ok(()),
        Err(errno @ (Errno::EPERM | Errno::EACCES)) => Err(refusal::word(errno, "deleting a named network namespace")),
        Err(errno) => Err(Error::new(&explain::CANNOT_DELETE).with("path", path_of(name).display()).errno(errno)),
    }
}

/// Deletes every name that is, or was, a namespace, and says how many. Other files stay. One that fails does not keep
/// the rest from being deleted: the first error is given afterwards.
pub fn delete_all() -> Result<usize> {
    let Some(directory) = Directory::open()? else { return Ok(0) };
    let (mut deleted, mut failed) = (0, None);
    for name in directory.names()? {
        match directory.entry(&name)? {
            Entry::Missing | Entry::ForeignLink | Entry::Unfinished | Entry::Other => continue,
            Entry::Namespace(_) | Entry::DeadLink | Entry::Stale => {}
        }
        match delete(&name, Delete { force: false, missing_ok: true }) {
            Ok(()) => deleted += 1,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(deleted), Err)
}

/// Whether `name` is a network namespace (a symbolic link to one is).
pub fn exists(name: impl AsRef<OsStr>) -> Result<bool> {
    names::check(name.as_ref())?;
    let Some(directory) = Directory::open()? else { return Ok(false) };
    Ok(matches!(directory.entry(name.as_ref())?, Entry::Namespace(_)))
}

/// Every named namespace, in the order of the names' bytes. Files that are none are left out.
pub fn list() -> Result<Vec<Listed>> {
    let Some(directory) = Directory::open()? else { return Ok(Vec::new()) };
    let named = directory.namespaces()?;
    let ids = id::of_each(named.iter().map(|(_, fd)| fd))?;
    let listed = named.into_iter().zip(ids).map(|((name, fd), id)| {
        let (_, inode) = nsfs::key(&fd)?;
        Ok(Listed { name, id, inode })
    });
    listed.collect()
}

/// Opens `name`, and makes sure it is the namespace with this cookie if there is one.
pub(super) fn open(name: &OsStr, cookie: Option<u64>) -> Result<Arc<OwnedFd>> {
    let Some(directory) = Directory::open()? else { return Err(missing(name, cookie)) };
    match directory.entry(name)? {
        Entry::Namespace(fd) => {
            let fd = Arc::new(fd);
            check_same(name, &fd, cookie)?;
            Ok(fd)
        }
        Entry::Missing | Entry::DeadLink => Err(missing(name, cookie)),
        _ if cookie.is_some() => Err(replaced(name)),
        Entry::ForeignLink => Err(foreign_link(name)),
        Entry::Stale | Entry::Unfinished | Entry::Other => Err(not_a_namespace(name)),
    }
}

pub(super) fn check_same(name: &OsStr, fd: &Arc<OwnedFd>, cookie: Option<u64>) -> Result<()> {
    match cookie {
        Some(cookie) if nsfs::cookie(fd)? != cookie => Err(replaced(name)),
        _ => Ok(()),
    }
}

pub(super) fn replaced(name: &OsStr) -> Error {
    Error::new(&explain::NAMESPACE_REPLACED).with("name", name.to_string_lossy())
}

fn not_a_namespace(name: &OsStr) -> Error {
    Error::new(&explain::NOT_A_NAMESPACE).with("name", name.to_string_lossy())
}

fn foreign_link(name: &OsStr) -> Error {
    Error::new(&explain::NAMESPACE_FOREIGN_LINK).with("name", name.to_string_lossy())
}

/// A name that is not there: with the names that are, or if it was known to be there, that it was removed.
fn missing(name: &OsStr, cookie: Option<u64>) -> Error {
    let shown = name.to_string_lossy();
    if cookie.is_some() {
        return Error::new(&explain::NAMESPACE_GONE).with("name", shown);
    }
    let error = Error::new(&explain::NAMESPACE_MISSING).with("name", &shown);
    let known = Directory::open().ok().flatten().and_then(|directory| directory.namespaces().ok()).unwrap_or_default();
    let known: Vec<String> = known.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
    if known.is_empty() { error.note("there is none at all") } else { error.among(&shown, &known) }
}
