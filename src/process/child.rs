//! What a child does between its birth and its program: the only code that runs in it.
//!
//! The child shares nsl's memory (`CLONE_VM`) while the spawner thread stands still, so this file makes system calls on
//! values that were prepared before, and nothing else: no allocation, no lock, no panic. What fails is written into
//! [`Orders::report`], where the spawner reads it.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::os::fd::RawFd;
use std::ptr;

/// What the child was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing failed.
    None,
    /// `setns` into the network namespace.
    Network,
    /// `unshare` of the mount namespace.
    Mounts,
    /// Making / a slave, so that no mount of the child's gets out.
    Propagation,
    /// Setting the host name.
    Host,
    /// `chdir`.
    Directory,
    /// Making the session or the process group.
    Session,
    /// Putting descriptors 0 to 2 in place.
    Stdio,
    /// `execve`.
    Program,
}

/// What the child reports: read by the spawner after the child's `execve` or end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) stage: Stage,
    pub(super) errno: c_int,
    /// The errno of mounting /sys and /proc, 0 if that went well: the child goes on with the inherited ones.
    pub(super) sys: c_int,
    pub(super) proc: c_int,
}

/// One file of /etc/netns/NAME over its namesake in /etc; `errno` is set where that failed.
#[derive(Debug)]
pub(super) struct Bind<'a> {
    pub(super) source: &'a CStr,
    pub(super) target: &'a CStr,
    pub(super) errno: c_int,
}

/// Which session and process group the child gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// nsl's own.
    Shared,
    /// A session of its own, without a terminal.
    Own,
    /// A session of its own, whose terminal is its stdin.
    OwnTerminal,
    /// A process group of its own, in the foreground of the terminal that is its stdin.
    Foreground,
}

/// Everything the child needs, prepared.
pub(super) struct Orders<'a> {
    /// nsl's pid as the child sees its parent, 0 where it cannot see it (another PID namespace).
    pub(super) parent: libc::pid_t,
    /// Whether it dies with nsl by itself, and not only with the first process of its PID namespace.
    pub(super) mortal: bool,
    pub(super) network: Option<RawFd>,
    /// The name the new /sys is mounted under; none: no view of its own.
    pub(super) view: Option<&'a CStr>,
    /// The mount namespace to enter in the place of a view of its own.
    pub(super) mounts: Option<RawFd>,
    /// Its host name; none: nsl's.
    pub(super) host: Option<&'a CStr>,
    /// Whether the child needs a /proc of its own.
    pub(super) proc: bool,
    pub(super) binds: Vec<Bind<'a>>,
    pub(super) directory: Option<&'a CStr>,
    pub(super) session: Session,
    /// What becomes of descriptors 0, 1, 2 and up; none: inherited. All numbers are above those that they become.
    pub(super) stdio: &'a [Option<RawFd>],
    pub(super) open_files: Option<libc::rlimit>,
    pub(super) program: &'a CStr,
    /// NULL-terminated.
    pub(super) argv: &'a [*const c_char],
    /// `/bin/sh`, the program, its arguments: for a script without `#!`, as execvp(3) does. NULL-terminated.
    pub(super) shell_argv: &'a [*const c_char],
    /// NULL-terminated.
    pub(super) env: &'a [*const c_char],
    pub(super) report: Report,
}

/// The child's main function, for clone(2). `orders` points to [`Orders`].
pub(super) extern "C" fn main(orders: *mut c_void) -> c_int {
    // SAFETY: the spawner passes its `Orders` and does not touch them until this process has gone on to its program.
    let orders = unsafe { &mut *orders.cast::<Orders<'_>>() };
    let stage = run(orders);
    orders.report.errno = errno();
    orders.report.stage = stage;
    // SAFETY: ends this process without running anything of nsl's.
    unsafe { libc::_exit(127) }
}

/// Goes on until the program runs; returns the stage that failed, with errno set.
fn run(orders: &mut Orders<'_>) -> Stage {
    // SAFETY: plain system calls on values that live until this process has its own memory.
    unsafe {
        if orders.mortal {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as c_ulong);
        }
        if orders.parent != 0 && libc::getppid() != orders.parent {
            // nsl died before the line above: nobody is left to read a report.
            libc::_exit(127);
        }
        if orders.network.is_some_and(|fd| libc::setns(fd, libc::CLONE_NEWNET) != 0) {
            return Stage::Network;
        }
        if let Some(name) = orders.view {
            if libc::unshare(libc::CLONE_NEWNS) != 0 {
                return Stage::Mounts;
            }
            let slave = libc::MS_SLAVE | libc::MS_REC;
            if libc::mount(c"".as_ptr(), c"/".as_ptr(), c"none".as_ptr(), slave, ptr::null()) != 0 {
                return Stage::Propagation;
            }
            look(orders, name);
        }
        if orders.mounts.is_some_and(|fd| libc::setns(fd, libc::CLONE_NEWNS) != 0) {
            return Stage::Mounts;
        }
        if let Some(host) = orders.host {
            let length = host.to_bytes().len();
            if libc::unshare(libc::CLONE_NEWUTS) != 0 || libc::sethostname(host.as_ptr(), length) != 0 {
                return Stage::Host;
            }
        }
        if orders.directory.is_some_and(|path| libc::chdir(path.as_ptr()) != 0) {
            return Stage::Directory;
        }
        if !enter_session(orders.session) {
            return Stage::Session;
        }
        if !place_stdio(orders.stdio) {
            return Stage::Stdio;
        }
        if !take_terminal(orders.session) {
            return Stage::Session;
        }
        if let Some(limit) = &orders.open_files {
            libc::setrlimit(libc::RLIMIT_NOFILE, limit);
        }
        // 5.9 and later; all of nsl's descriptors are close-on-exec, this is for those of libraries.
        libc::syscall(libc::SYS_close_range, orders.stdio.len() as libc::c_uint, libc::c_uint::MAX, 0);
        reset_signals();
        libc::execve(orders.program.as_ptr(), orders.argv.as_ptr(), orders.env.as_ptr());
        if errno() == libc::ENOEXEC {
            libc::execve(c"/bin/sh".as_ptr(), orders.shell_argv.as_ptr(), orders.env.as_ptr());
        }
    }
    Stage::Program
}

/// Mounts what shows the child's own namespace: /sys, /proc where it has a PID namespace, and the files of
/// /etc/netns/NAME. As `ip netns exec` does, but over the inherited /sys rather than in its place, so that the child
/// keeps that one where the kernel refuses a new one (containers that hide a part of it).
///
/// # Safety
/// Only in the child, in a mount namespace of its own.
unsafe fn look(orders: &mut Orders<'_>, name: &CStr) {
    // SAFETY: plain system calls on valid strings.
    unsafe {
        // In a user namespace a read-only /sys cannot be covered by a writable one (EPERM).
        let sys = |flags| libc::mount(name.as_ptr(), c"/sys".as_ptr(), c"sysfs".as_ptr(), flags, ptr::null());
        if sys(0) != 0 && sys(libc::MS_RDONLY) != 0 {
            orders.report.sys = errno();
        }
        if orders.proc && libc::mount(c"proc".as_ptr(), c"/proc".as_ptr(), c"proc".as_ptr(), 0, ptr::null()) != 0 {
            orders.report.proc = errno();
        }
        for bind in orders.binds.iter_mut() {
            let (source, target) = (bind.source.as_ptr(), bind.target.as_ptr());
            if libc::mount(source, target, c"none".as_ptr(), libc::MS_BIND, ptr::null()) != 0 {
                bind.errno = errno();
            }
        }
    }
}

/// # Safety
/// Only in the child.
unsafe fn enter_session(session: Session) -> bool {
    // SAFETY: plain system calls.
    unsafe {
        match session {
            Session::Shared => true,
            Session::Own | Session::OwnTerminal => libc::setsid() != -1,
            Session::Foreground => libc::setpgid(0, 0) == 0,
        }
    }
}

/// # Safety
/// Only in the child, after stdio is in place. All signals are blocked, SIGTTOU too, so that it is not stopped.
unsafe fn take_terminal(session: Session) -> bool {
    // SAFETY: plain system calls.
    unsafe {
        match session {
            Session::Shared | Session::Own => true,
            Session::OwnTerminal => libc::ioctl(0, libc::TIOCSCTTY, 0) == 0,
            Session::Foreground => libc::tcsetpgrp(0, libc::getpid()) == 0,
        }
    }
}

/// # Safety
/// Only in the child.
unsafe fn place_stdio(stdio: &[Option<RawFd>]) -> bool {
    for (target, source) in stdio.iter().enumerate() {
        // SAFETY: plain system calls.
        if source.is_some_and(|source| unsafe { libc::dup2(source, target as c_int) == -1 }) {
            return false;
        }
    }
    true
}

/// Gives every signal its default disposition and blocks none. Dispositions first: a handler of nsl's must not run here.
///
/// # Safety
/// Only in the child.
unsafe fn reset_signals() {
    // SAFETY: zeros are the kernel's sigaction for SIG_DFL, which is no larger than this, and an empty mask of 64 signals.
    // By the bare system calls, because the library's leave out the signals that it uses itself.
    unsafe {
        let zeros = [0_u64; 8];
        for signal in 1..=64 {
            libc::syscall(libc::SYS_rt_sigaction, signal, &raw const zeros, ptr::null_mut::<c_void>(), 8_usize);
        }
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const zeros,
            ptr::null_mut::<c_void>(),
            8_usize,
        );
    }
}

fn errno() -> c_int {
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() }
}
