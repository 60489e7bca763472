//! Kept labs of a user without privileges: each lives in user, mount and network namespaces of nsl's own, which the first
//! process of its PID namespace holds. A file in `$XDG_RUNTIME_DIR/nsl` says which process that is.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat, renameat};
use nix::sched::{CloneFlags, setns};
use nix::sys::stat::{Mode, fstat, mkdirat};
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};
use serde_json::{Value, json};

use super::clean::{State, boot, check_name};
use super::manifest::Manifest;
use super::{DIRECTORY, Found};
use crate::error::{Error, Result, explain};
use crate::process::Identity;

/// The user's directory, opened before nsl moved; of the result the reason why there is none. Unset: nsl did not move.
static ROOM: OnceLock<Result<OwnedFd>> = OnceLock::new();

/// Opens the user's directory, before nsl moves into namespaces of its own, where it may be out of sight.
pub fn prepare() {
    ROOM.get_or_init(|| open(true));
}

/// Whether nsl works in namespaces of its own.
fn is_moved() -> bool {
    ROOM.get().is_some()
}

/// Opens the user's directory; it is made where something is to be put there.
fn open(make: bool) -> Result<OwnedFd> {
    let path = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
    let path = path.filter(|path| path.is_absolute()).ok_or_else(|| Error::new(&explain::ROOM_UNSET))?;
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let bad = |errno| Error::new(&explain::ROOM_BAD).with("path", path.display()).errno(errno);
    let above = openat(AT_FDCWD, &path, flags, Mode::empty()).map_err(bad)?;
    if make {
        match mkdirat(&above, "nsl", Mode::from_bits_truncate(0o700)) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(bad(errno)),
        }
    }
    let room = openat(&above, "nsl", flags | OFlag::O_NOFOLLOW, Mode::empty()).map_err(bad)?;
    let status = fstat(&room)?;
    if status.st_uid != geteuid().as_raw() || status.st_mode & 0o077 != 0 {
        return Err(bad(Errno::EPERM));
    }
    Ok(room)
}

/// Calls `work` with the directory, whether nsl moved or not.
fn with_room<T>(work: impl FnOnce(&OwnedFd) -> Result<T>) -> Result<T> {
    match ROOM.get() {
        Some(Ok(room)) => work(room),
        Some(Err(error)) => Err(error.clone()),
        None => work(&open(false)?),
    }
}

/// The process that holds the kept lab of this name, if there is one.
pub fn holder(name: &str) -> Option<Identity> {
    check_name(name).ok()?;
    with_room(|room| Ok(read(room, name))).ok().flatten().filter(Identity::is_alive)
}

fn read(room: &OwnedFd, name: &str) -> Option<Identity> {
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
    let mut text = String::new();
    File::from(openat(room, name, flags, Mode::empty()).ok()?).read_to_string(&mut text).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    if value["boot"] != boot().ok()?.as_str() {
        return None;
    }
    let pid = value["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 0)?;
    Some(Identity { pid, start: value["start"].as_u64()? })
}

/// Whether a lab of this name can be kept: before anything of it is built.
///
/// Errors: without privileges there is no directory to say so in (`ENOENT`), or a lab of this name is kept (`EEXIST`).
pub fn check_keep(name: &str) -> Result<()> {
    if !is_moved() {
        return Ok(());
    }
    with_room(|_| Ok(()))?;
    // One that is in these very namespaces is found where it is taken up.
    match holder(name) {
        Some(holder) if !is_beside(&holder) => Err(Error::new(&explain::LAB_KEPT).with("name", name).object(name)),
        _ => Ok(()),
    }
}

/// Whether a process is in the user namespace of this one.
fn is_beside(holder: &Identity) -> bool {
    let user = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/user")).ok();
    user("self").is_some() && user("self") == user(&holder.pid.to_string())
}

/// Says who holds a lab from now on, if nsl moved.
pub(in crate::lab) fn tell(name: &str, holder: Identity) -> Result<()> {
    if !is_moved() {
        return Ok(());
    }
    let text = json!({ "boot": boot()?, "pid": holder.pid, "start": holder.start }).to_string();
    with_room(|room| {
        let refused = |errno| Error::new(&explain::CANNOT_CREATE).with("path", format!("nsl/{name}")).errno(errno);
        let unfinished = format!(".{name}.tmp");
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let file = openat(room, unfinished.as_str(), flags, Mode::from_bits_truncate(0o600)).map_err(refused)?;
        File::from(file).write_all(text.as_bytes())?;
        renameat(room, unfinished.as_str(), room, name).map_err(refused)
    })
}

/// Forgets who held a lab, whose end was seen to, if nsl moved.
pub(super) fn forget_if_moved(name: &str) {
    if is_moved() {
        forget(name);
    }
}

fn forget(name: &str) {
    // What stays names a process that has ended: it counts for nothing.
    let _ = with_room(|room| Ok(unlinkat(room, name, UnlinkatFlags::NoRemoveDir)?));
}

/// The kept labs of this user that are in namespaces of nsl's own; files of those that have ended are removed.
pub fn list() -> Vec<Found> {
    let Ok(names) = with_room(|room| {
        let mut directory = nix::dir::Dir::from_fd(room.try_clone()?)?;
        let names = directory.iter().flatten().filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
        Ok(names.filter(|name| !name.starts_with('.')).collect::<Vec<_>>())
    }) else {
        return Vec::new();
    };
    let mut found: Vec<Found> = names.iter().filter_map(|name| look(name)).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn look(name: &str) -> Option<Found> {
    let Some(holder) = holder(name) else {
        forget(name);
        return None;
    };
    let path = format!("/proc/{}/root{DIRECTORY}/{name}/lab.json", holder.pid);
    let manifest = Manifest::from_json(&std::fs::read_to_string(path).ok()?).ok()?;
    Some(Found::new(name, State::Kept, Some(holder), manifest.nodes))
}

/// Moves this process into the user, mount and network namespaces of a kept lab: no other thread may exist. Gives the
/// directory if it is not to be found there.
///
/// Errors: the lab ended meanwhile (`ENOENT`); the kernel refuses.
#[allow(clippy::disallowed_methods, reason = "no thread exists yet, and this process moves as a whole")]
pub fn join(name: &str, holder: Identity) -> Result<Option<PathBuf>> {
    prepare();
    let directory = std::env::current_dir();
    let pidfd = holder.pidfd().ok_or_else(|| super::clean::missing(name).object(name))?;
    let all = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET;
    setns(pidfd, all).map_err(|errno| Error::new(&explain::DOOR_JOIN).errno(errno))?;
    // A mount namespace is entered at its root.
    Ok(directory.ok().filter(|path| std::env::set_current_dir(path).is_err()))
}
