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

/// Bit 21 of the capability sets (include/uapi/linux/capability.h).
const CAP_SYS_ADMIN: u64 = 1 << 21;

/// Moves into namespaces of the user's own if the privilege is missing or the command line says so; says it in a line.
pub(super) fn enter_if_needed(args: &Args) -> Result<()> {
    let privileged = effective_capabilities() & CAP_SYS_ADMIN != 0;
    if args.no_rootless || (privileged && !args.rootless) {
        return Ok(());
    }
    enter()?;
    if !args.quiet {
        report::note("no CAP_SYS_ADMIN: building in user, mount and network namespaces of its own (rootless)");
    }
    Ok(())
}

/// The effective capabilities of this process; none if /proc does not say.
fn effective_capabilities() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or("0");
    u64::from_str_radix(line.trim(), 16).unwrap_or(0)
}

fn enter() -> Result<()> {
    let (uid, gid) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(refused)?;
    map("setgroups", "deny")?;
    map("uid_map", &format!("0 {uid} 1"))?;
    map("gid_map", &format!("0 {gid} 1"))?;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).map_err(refused)?;
    let step = |what: &'static str, result: nix::Result<()>| {
        result.map_err(|errno| Error::new(&explain::ROOTLESS_STEP).errno(errno).with("step", what))
    };
    step("making mounts private", mount_at(None, "/", None, MsFlags::MS_REC | MsFlags::MS_SLAVE))?;
    step("mounting a tmpfs on /run", mount_at(Some("tmpfs"), "/run", Some("mode=0755"), MsFlags::empty()))?;
    // Container engines cover parts of /sys, and then a fresh one is refused: the old view stays, and children of nsl
    // see the wrong /sys/class/net.
    if mount_at(Some("sysfs"), "/sys", None, MsFlags::empty()).is_err() {
        report::note("a fresh /sys is refused here: /sys/class/net shows the host's interfaces");
    }
    Ok(())
}

fn mount_at(kind: Option<&str>, target: &str, data: Option<&str>, flags: MsFlags) -> nix::Result<()> {
    mount(kind.or(Some("none")), Path::new(target), kind, flags, data)
}

fn map(file: &str, text: &str) -> Result<()> {
    let path = format!("/proc/self/{file}");
    match fs::write(&path, text) {
        // Kernels before 3.19 have no setgroups file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file == "setgroups" => Ok(()),
        Err(error) => Err(refused(Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO)))),
        Ok(()) => Ok(()),
    }
}

/// Which setting forbids it: the first of those known to do so that stands in the way here.
fn refused(errno: Errno) -> Error {
    let setting = [
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces"),
        ("/proc/sys/user/max_net_namespaces", "0", "user.max_net_namespaces"),
        ("/proc/sys/user/max_mnt_namespaces", "0", "user.max_mnt_namespaces"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns"),
    ]
    .into_iter()
    .find(|(path, forbidding, _)| fs::read_to_string(path).is_ok_and(|value| value.trim() == *forbidding));
    match setting {
        Some((_, value, name)) => {
            Error::new(&explain::ROOTLESS_FORBIDDEN).errno(errno).with("setting", format!("{name} = {value}"))
        }
        None => Error::new(&explain::ROOTLESS_REFUSED).errno(errno),
    }
}
