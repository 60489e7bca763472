//! Making a mount namespace that children enter: a process that makes it, opens it and ends.
//!
//! As in `child`, the process shares nsl's memory while the spawner thread stands still: system calls on values that were
//! prepared before, and nothing else. It shares nsl's table of descriptors too, so that what it opens is nsl's.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_int, c_void};
use std::os::fd::RawFd;
use std::ptr;

/// One thing to do in the new mount namespace.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// No mount gets out of it.
    Slave,
    /// Takes away what is mounted there, if anything is.
    Uncover(CString),
    /// Shows the network namespace's /sys, mounted under this name.
    Sys(CString),
    /// Shows the PID namespace's /proc.
    Proc,
    /// Puts a file over another.
    Bind(CString, CString),
    /// An empty directory in memory over another, with these options of tmpfs(5).
    Memory(CString, CString),
    /// A directory under one in memory that takes what is written, with these options of overlayfs.
    Overlay(CString, CString),
    /// A directory.
    Directory(CString),
    /// A file with this text, mode and owner.
    File(CString, Vec<u8>, libc::mode_t, (libc::uid_t, libc::gid_t)),
}

/// What to make, and what came of it.
pub(super) struct Furnishing<'a> {
    /// The mount namespace to begin with; none: nsl's own.
    pub(super) base: Option<RawFd>,
    pub(super) network: Option<RawFd>,
    pub(super) steps: &'a [Step],
    /// The errno of each step, 0 where it went well.
    pub(super) errnos: Vec<c_int>,
    /// The errno of what is no step.
    pub(super) errno: c_int,
    /// The mount namespace; -1: it could not be made.
    pub(super) made: c_int,
}

/// The process's main function, for clone(2). `furnishing` points to [`Furnishing`].
pub(super) extern "C" fn main(furnishing: *mut c_void) -> c_int {
    // SAFETY: the spawner passes its `Furnishing` and does not touch it until this process has ended.
    let furnishing = unsafe { &mut *furnishing.cast::<Furnishing<'_>>() };
    furnishing.made = run(furnishing);
    furnishing.errno = errno();
    // SAFETY: ends this process without running anything of nsl's.
    unsafe { libc::_exit(0) }
}

fn run(furnishing: &mut Furnishing<'_>) -> c_int {
    // SAFETY: plain system calls on values that live until this process has ended.
    unsafe {
        if furnishing.base.is_some_and(|fd| libc::setns(fd, libc::CLONE_NEWNS) != 0)
            || furnishing.network.is_some_and(|fd| libc::setns(fd, libc::CLONE_NEWNET) != 0)
            || libc::unshare(libc::CLONE_NEWNS) != 0
        {
            return -1;
        }
        for (step, errno_of) in furnishing.steps.iter().zip(&mut furnishing.errnos) {
            *errno_of = if take(step) { 0 } else { errno() };
        }
        libc::open(c"/proc/self/ns/mnt".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC)
    }
}

/// # Safety
/// Only in the process that makes a mount namespace, and in that.
unsafe fn take(step: &Step) -> bool {
    // SAFETY: plain system calls on valid strings.
    unsafe {
        match step {
            Step::Slave => mount(c"", c"/", c"none", libc::MS_SLAVE | libc::MS_REC, None),
            Step::Uncover(at) => {
                while libc::umount2(at.as_ptr(), libc::MNT_DETACH) == 0 {}
                true
            }
            // In a user namespace a read-only /sys cannot be covered by a writable one (EPERM).
            Step::Sys(name) => {
                [0, libc::MS_RDONLY].into_iter().any(|flags| mount(name, c"/sys", c"sysfs", flags, None))
            }
            Step::Proc => mount(c"proc", c"/proc", c"proc", 0, None),
            Step::Bind(from, onto) => mount(from, onto, c"none", libc::MS_BIND, None),
            Step::Memory(at, options) => mount(c"nsl", at, c"tmpfs", 0, Some(options)),
            Step::Overlay(at, options) => mount(c"nsl", at, c"overlay", 0, Some(options)),
            Step::Directory(at) => libc::mkdir(at.as_ptr(), 0o755) == 0 || errno() == libc::EEXIST,
            Step::File(at, text, mode, owner) => write(at, text, *mode, *owner),
        }
    }
}

/// # Safety
/// As [`take`].
unsafe fn mount(from: &CStr, onto: &CStr, kind: &CStr, flags: libc::c_ulong, options: Option<&CString>) -> bool {
    let options = options.map_or(ptr::null(), |options| options.as_ptr().cast());
    // SAFETY: a plain system call on valid strings.
    unsafe { libc::mount(from.as_ptr(), onto.as_ptr(), kind.as_ptr(), flags, options) == 0 }
}

/// # Safety
/// As [`take`].
unsafe fn write(at: &CStr, text: &[u8], mode: libc::mode_t, (user, group): (libc::uid_t, libc::gid_t)) -> bool {
    // SAFETY: plain system calls; the text is as long as is said.
    unsafe {
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC | libc::O_CLOEXEC;
        let fd = libc::open(at.as_ptr(), flags, 0o600);
        if fd < 0 {
            return false;
        }
        let mut rest = text;
        let mut well = true;
        while well && !rest.is_empty() {
            let written = libc::write(fd, rest.as_ptr().cast(), rest.len());
            well = written > 0;
            if let Some(left) = usize::try_from(written).ok().and_then(|written| rest.get(written..)) {
                rest = left;
            }
        }
        // An owner that this user namespace does not know cannot be given.
        libc::fchown(fd, user, group);
        let well = well && libc::fchmod(fd, mode) == 0;
        let errno = errno();
        libc::close(fd);
        *libc::__errno_location() = errno;
        well
    }
}

fn errno() -> c_int {
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() }
}
