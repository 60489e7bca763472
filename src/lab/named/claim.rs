//! The directory of one lab: taking it, its lock, writing its manifest, giving it up.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, fstat, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};

use super::DIRECTORY;
use super::manifest::Manifest;
use crate::error::{Error, Result, explain};
use crate::kernel::privilege;
use crate::process::Identity;
use crate::wait::{Sleep, block};

const LOCK: &str = "lock";
const MANIFEST: &str = "lab.json";
const UNFINISHED: &str = "lab.json.tmp";
/// How long the lock of an owner that is gone may take to be free.
const REMAINS: Duration = Duration::from_secs(2);

/// The directory of a lab whose lock is ours.
#[derive(Debug)]
pub(in crate::lab) struct Claim {
    name: String,
    root: OwnedFd,
    directory: OwnedFd,
    _lock: File,
}

/// What asking for the lock of a lab came to.
pub(super) enum Asked {
    Ours(Claim),
    /// Its owner lives: the pid, as far as it has said so.
    Held(Option<i32>),
    Missing,
}

impl Claim {
    /// Takes the directory of `name`, made if it is missing.
    pub(super) fn make(name: &str) -> Result<Asked> {
        loop {
            let root = open_root(true)?.ok_or_else(|| refused(&PathBuf::from(DIRECTORY), Errno::ENOENT))?;
            match mkdirat(&root, name, Mode::from_bits_truncate(0o700)) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(refused(&path_of(name), errno)),
            }
            match Self::ask_in(root, name, true)? {
                // Given up by its owner in this very moment.
                Asked::Missing => {}
                asked => return Ok(asked),
            }
        }
    }

    /// Takes the directory of `name` if it is there.
    pub(super) fn ask(name: &str) -> Result<Asked> {
        match open_root(false)? {
            Some(root) => Self::ask_in(root, name, false),
            None => Ok(Asked::Missing),
        }
    }

    fn ask_in(root: OwnedFd, name: &str, ours: bool) -> Result<Asked> {
        let path = || path_of(name);
        let Some(directory) = open_directory(&root, name, &path())? else { return Ok(Asked::Missing) };
        let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let lock = match openat(&directory, LOCK, flags, Mode::from_bits_truncate(0o600)) {
            Ok(lock) => File::from(lock),
            // The directory was removed.
            Err(Errno::ENOENT) => return Ok(Asked::Missing),
            Err(errno) => return Err(refused(&path().join(LOCK), errno)),
        };
        let mut lock = lock;
        if let Some(holder) = lock_or_holder(&mut lock, &path().join(LOCK))? {
            return Ok(Asked::Held(holder));
        }
        // Somebody else may have given it up before the lock was ours.
        let there = fstatat(&root, name, AtFlags::AT_SYMLINK_NOFOLLOW).map(|status| status.st_ino);
        if there != fstat(&directory).map(|status| status.st_ino) {
            return Ok(Asked::Missing);
        }
        if ours {
            lock.set_len(0)?;
            lock.rewind()?;
            write!(lock, "{}", std::process::id())?;
        }
        Ok(Asked::Ours(Self { name: name.to_owned(), root, directory, _lock: lock }))
    }

    pub(in crate::lab) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn path(&self) -> PathBuf {
        path_of(&self.name)
    }

    /// The manifest; none if there is none yet.
    ///
    /// `EBADMSG` if it cannot be read, `EPERM` if another user wrote it.
    pub(super) fn read(&self) -> Result<Option<Manifest>> {
        read(&self.directory, &self.path())
    }

    /// Writes the manifest in one piece: what is there is the old one or the new one.
    pub(super) fn write(&self, manifest: &Manifest) -> Result<()> {
        let path = self.path().join(UNFINISHED);
        let refused = |errno| refused(&path, errno);
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let file = openat(&self.directory, UNFINISHED, flags, Mode::from_bits_truncate(0o600)).map_err(refused)?;
        let written = File::from(file).write_all(manifest.to_json().as_bytes());
        written.map_err(|error| refused(Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))))?;
        renameat(&self.directory, UNFINISHED, &self.directory, MANIFEST).map_err(refused)
    }

    /// Gives the directory up: it is gone, and the name is free.
    pub(super) fn release(self) -> Result<()> {
        let gone = |removed| match removed {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(errno) => Err(Error::new(&explain::CANNOT_DELETE).with("path", self.path().display()).errno(errno)),
        };
        for file in [UNFINISHED, MANIFEST, LOCK] {
            gone(unlinkat(&self.directory, file, UnlinkatFlags::NoRemoveDir))?;
        }
        gone(unlinkat(&self.root, self.name.as_str(), UnlinkatFlags::RemoveDir))
    }
}

/// Takes the lock; if somebody else holds it gives the pid, as far as that is known. The lock lasts as long as the file is
/// open.
///
/// A child that its owner was just starting has the lock too, until it has gone on to its program. So for a moment it may
/// outlive an owner that was killed: what is waited for here. Who has taken it just now has yet to write its pid.
fn lock_or_holder(file: &mut File, path: &Path) -> Result<Option<Option<i32>>> {
    let end = Instant::now() + REMAINS;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(refused(path, Error::from(error).as_errno().unwrap_or(Errno::EIO)));
            }
        }
        let mut text = String::new();
        file.rewind()?;
        file.read_to_string(&mut text)?;
        let holder = text.trim().parse().ok();
        let now = Instant::now();
        if holder.is_some_and(|pid| Identity::of(pid).is_some()) || now >= end {
            return Ok(Some(holder));
        }
        block(Sleep::until(now + Duration::from_millis(5)))?;
    }
}

/// Reads the manifest in an open directory.
fn read(directory: &OwnedFd, path: &Path) -> Result<Option<Manifest>> {
    let path = path.join(MANIFEST);
    let bad = |what: &str| Error::new(&explain::LAB_MANIFEST).with("path", path.display()).with("what", what);
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
    let file = match openat(directory, MANIFEST, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::ENOENT) => return Ok(None),
        Err(errno) => return Err(bad(errno.desc())),
    };
    let mut text = String::new();
    File::from(file).read_to_string(&mut text).map_err(|error| bad(&error.to_string()))?;
    Manifest::from_json(&text).map(Some).map_err(|what| bad(&what))
}

/// What the directory of a lab says, whoever holds it: the manifest, and the pid of who took the lock last.
pub(super) fn look(name: &str) -> Result<Option<(Option<Manifest>, Option<i32>)>> {
    let Some(root) = open_root(false)? else { return Ok(None) };
    let path = path_of(name);
    let Some(directory) = open_directory(&root, name, &path)? else { return Ok(None) };
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
    let mut locker = String::new();
    if let Ok(lock) = openat(&directory, LOCK, flags, Mode::empty()) {
        // Unreadable is as good as not written yet.
        let _ = File::from(lock).read_to_string(&mut locker);
    }
    Ok(Some((read(&directory, &path)?, locker.trim().parse().ok())))
}

/// The names of all directories there are, in order.
pub(super) fn names() -> Result<Vec<String>> {
    if open_root(false)?.is_none() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(DIRECTORY)?.filter_map(std::result::Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn open_root(make: bool) -> Result<Option<OwnedFd>> {
    let path = PathBuf::from(DIRECTORY);
    if make {
        match mkdirat(AT_FDCWD, DIRECTORY, Mode::from_bits_truncate(0o700)) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(refused(&path, errno)),
        }
    }
    let root = open_directory(AT_FDCWD, DIRECTORY, &path)?;
    if let Some(root) = &root {
        let status = fstat(root)?;
        if status.st_uid != geteuid().as_raw() || status.st_mode & 0o077 != 0 {
            return Err(Error::new(&explain::LAB_DIRECTORY).with("path", DIRECTORY).with("uid", geteuid()));
        }
    }
    Ok(root)
}

/// Opens a directory, and nothing that a symbolic link leads to; none if it is missing.
fn open_directory(at: impl std::os::fd::AsFd, name: &str, path: &Path) -> Result<Option<OwnedFd>> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    match openat(at, name, flags, Mode::empty()) {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::ENOENT) => Ok(None),
        Err(Errno::ELOOP | Errno::ENOTDIR) => {
            Err(Error::new(&explain::LAB_DIRECTORY).with("path", path.display()).with("uid", geteuid()))
        }
        Err(errno) => Err(refused(path, errno)),
    }
}

fn path_of(name: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name)
}

/// Words a refusal to make or open what is at `path`.
fn refused(path: &Path, errno: Errno) -> Error {
    let row = match errno {
        Errno::EMFILE => return Error::system(errno),
        // The directory of names is root's.
        Errno::EACCES | Errno::EPERM if !privilege::missing().is_empty() => {
            let error = Error::new(&explain::NEEDS_CAPABILITY).with("doing", "giving a lab a name");
            return error.with("capability", "CAP_SYS_ADMIN").errno(Errno::EPERM).note(privilege::note());
        }
        Errno::ENOSPC | Errno::EDQUOT => &explain::DIRECTORY_FULL,
        Errno::EROFS => &explain::DIRECTORY_READ_ONLY,
        _ => &explain::CANNOT_CREATE,
    };
    Error::new(row).with("path", path.display()).errno(errno)
}
