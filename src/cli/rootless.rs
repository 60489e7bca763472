//! Rootless: without CAP_SYS_ADMIN the run moves into user, mount and network namespaces of its own.
//!
//! Must happen before any thread exists: the kernel moves only single-threaded processes into a user namespace. There
//! /run is a fresh tmpfs and /sys shows the new network namespace; the host's own network is out of reach.

#![allow(clippy::disallowed_methods, reason = "no thread exists yet, and this process moves as a whole")]

use std::fs;
use std::path::Path;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::args::Args;
use super::report;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::link::{self, LinkSpec};
use crate::kernel::namespace::Namespace;
use crate::kernel::privilege;
use crate::lab::named::room;
use crate::script;

/// Whether the privilege is missing, or the command line says to do without.
pub(super) fn is_wanted(args: &Args) -> bool {
    !args.no_rootless && (args.rootless || !is_privileged())
}

fn is_privileged() -> bool {
    !privilege::missing().contains(&"CAP_SYS_ADMIN")
}

/// Moves into the namespaces where the lab of a file is kept, if it is; gives whether that is so. The file was run before,
/// as only it says which lab it is.
///
/// Errors: it did more than to declare a lab (`EBUSY`).
pub(super) fn join_kept(file: &str, lab: Option<&str>) -> Result<bool> {
    let Some((name, holder)) = lab.and_then(|name| Some((name, room::holder(name)?))) else { return Ok(false) };
    check_declares(file)?;
    if let Some(directory) = room::join(name, holder)? {
        report::lost(&directory);
    }
    Ok(true)
}

/// Makes sure that this process can still move: a file that was run did no more than to declare a lab.
pub(super) fn check_declares(file: &str) -> Result<()> {
    let threads = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 || !crate::kernel::namespace::forget_home() {
        return Err(Error::new(&explain::LAB_FILE_ACTS).with("file", file).object(file));
    }
    Ok(())
}

/// Moves into namespaces of the user's own if the privilege is missing or the command line says so; says it in a line.
pub(super) fn enter_if_needed(args: &Args) -> Result<()> {
    if !is_wanted(args) {
        return Ok(());
    }
    let is_privileged = is_privileged();
    enter()?;
    if !args.quiet {
        let why = if is_privileged { "as asked" } else { "no CAP_SYS_ADMIN" };
        script::note(&format!("{why}: building in user, mount and network namespaces of its own (rootless)"));
    }
    Ok(())
}

fn enter() -> Result<()> {
    let (uid, gid) = (geteuid(), getegid());
    crate::lab::door::prepare();
    room::prepare();
    // Asked before: a user namespace shows limits of its own.
    let setting = forbidding_setting();
    let refused = |errno| refused(errno, setting.as_deref());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(refused)?;
    map("setgroups", "deny").map_err(refused)?;
    map("uid_map", &format!("0 {uid} 1")).map_err(refused)?;
    map("gid_map", &format!("0 {gid} 1")).map_err(refused)?;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).map_err(refused)?;
    let step = |what: &'static str, result: nix::Result<()>| {
        result.map_err(|errno| match (errno, &setting) {
            // Where AppArmor restricts user namespaces they are made, and give no capability.
            (Errno::EPERM | Errno::EACCES, Some(_)) => refused(errno),
            _ => Error::new(&explain::ROOTLESS_STEP).errno(errno).with("step", what),
        })
    };
    step("making mounts private", mount_at(None, "/", None, MsFlags::MS_REC | MsFlags::MS_SLAVE))?;
    step("mounting a tmpfs on /run", mount_at(Some("tmpfs"), "/run", Some("mode=0755"), MsFlags::empty()))?;
    // Container engines cover parts of /sys, and then a fresh one is refused: the old view stays, and children of nsl
    // see the wrong /sys/class/net.
    if mount_at(Some("sysfs"), "/sys", None, MsFlags::empty()).is_err() {
        script::note("a fresh /sys is refused here: /sys/class/net shows the host's interfaces");
    }
    // As on any machine, and unlike in a namespace that a script makes.
    let up = LinkSpec { up: Some(true), ..LinkSpec::default() };
    link::set(&Device::new(&Namespace::home(), "lo")?, &up)?;
    Ok(())
}

fn mount_at(kind: Option<&str>, target: &str, data: Option<&str>, flags: MsFlags) -> nix::Result<()> {
    mount(kind.or(Some("none")), Path::new(target), kind, flags, data)
}

fn map(file: &str, text: &str) -> nix::Result<()> {
    let path = format!("/proc/self/{file}");
    match fs::write(&path, text) {
        // Kernels before 3.19 have no setgroups file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file == "setgroups" => Ok(()),
        Err(error) => Err(Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO))),
        Ok(()) => Ok(()),
    }
}

/// Which setting forbids it, with its value: the first of those known to do so that stands in the way here.
fn forbidding_setting() -> Option<String> {
    [
        ("user.max_user_namespaces", "0"),
        ("user.max_net_namespaces", "0"),
        ("user.max_mnt_namespaces", "0"),
        ("kernel.unprivileged_userns_clone", "0"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1"),
    ]
    .into_iter()
    .find(|(name, forbidding)| {
        let value = fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/")));
        value.is_ok_and(|value| value.trim() == *forbidding)
    })
    .map(|(name, value)| format!("{name} = {value}"))
}

fn refused(errno: Errno, setting: Option<&str>) -> Error {
    match setting {
        Some(setting) => Error::new(&explain::ROOTLESS_FORBIDDEN).errno(errno).with("setting", setting),
        None => Error::new(&explain::ROOTLESS_REFUSED).errno(errno),
    }
}
