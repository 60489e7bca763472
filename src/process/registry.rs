//! Every child that nsl made and has not reaped yet; reaping; and the end of all of them.
//!
//! Plain Rust with a lock of its own that is never held during a wait, so that the signal thread can end everything
//! while Lua is stuck.

use std::collections::{HashMap, HashSet};
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

use super::child::Session;
use super::descendants::{Ending, Family, GRACE, Identity, wait_readable};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Group;

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// What it exited with; none if a signal ended it.
    pub(super) code: Option<i32>,
    /// The number of the signal that ended it.
    pub(super) signal: Option<i32>,
    /// When nsl learnt of it.
    pub(super) at: Instant,
}

/// A child of nsl's, known by its pidfd: its pid is its own until it was reaped here.
#[derive(Debug)]
pub(super) struct Child {
    pid: i32,
    pidfd: OwnedFd,
    /// When it was started.
    pub(super) started: Instant,
    /// Whether it has a terminal for itself, and so wants SIGHUP at its end.
    pub(super) on_terminal: bool,
    /// In whose PID namespace it lives; none: in nsl's own.
    group: Option<Group>,
    end: Mutex<Option<End>>,
}

impl Child {
    fn new(pid: i32, pidfd: OwnedFd, session: Session, group: Option<Group>) -> Arc<Self> {
        let on_terminal = matches!(session, Session::OwnTerminal | Session::Foreground);
        Arc::new(Self { pid, pidfd, started: Instant::now(), on_terminal, group, end: Mutex::new(None) })
    }

    /// Its pid, as nsl sees it.
    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// Readable once it has ended.
    pub(super) fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// How it ended, if it has; reaps it.
    pub(super) fn end(self: &Arc<Self>) -> Option<End> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if end.is_none() {
            *end = reap(libc::P_PIDFD, self.pidfd.as_raw_fd() as libc::id_t);
            if end.is_some() {
                forget(self);
            }
        }
        *end
    }

    /// Whether it has ended, for one that another process reaps too.
    pub(super) fn has_ended(&self) -> bool {
        super::descendants::is_readable(self.pidfd())
    }

    /// Sends it a signal (its number). One that has ended already is no error.
    pub(super) fn signal(&self, signal: i32) -> Result<()> {
        match send(self.pidfd(), signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(Error::system(errno)),
        }
    }
}

#[derive(Default)]
struct Registry {
    children: HashMap<i32, Arc<Child>>,
    /// The first process of each group's PID namespace, and the socket whose end tells it that nsl is gone; without that
    /// it is another's, and not ours to end.
    inits: HashMap<Group, (Arc<Child>, Option<OwnedFd>)>,
    /// Whether there ever was a child.
    used: bool,
    /// Children that this process had before it became nsl (`sleep 9 & exec nsl …`): not ours to end.
    foreign: HashSet<i32>,
}

impl Registry {
    /// The first processes that are ours to end.
    fn inits(&self) -> Vec<Arc<Child>> {
        self.inits.values().filter(|(_, lease)| lease.is_some()).map(|(init, _)| Arc::clone(init)).collect()
    }
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn add(pid: i32, pidfd: OwnedFd, session: Session, group: Option<Group>) -> Arc<Child> {
    let child = Child::new(pid, pidfd, session, group);
    let mut registry = registry();
    registry.used = true;
    registry.children.insert(pid, Arc::clone(&child));
    child
}

pub(super) fn add_init(group: Group, pid: i32, pidfd: OwnedFd, lease: OwnedFd) -> Arc<Child> {
    let init = Child::new(pid, pidfd, Session::Shared, Some(group));
    registry().inits.insert(group, (Arc::clone(&init), Some(lease)));
    init
}

/// Makes a PID namespace that another process holds that of a group, by a pidfd of its first process: programs of the
/// group run there from here on, and those that are no daemons end with this process. It is not ended by this process.
pub fn adopt_group(group: Group, pid: i32, init: OwnedFd) {
    registry().inits.insert(group, (Child::new(pid, init, Session::Shared, Some(group)), None));
}

/// Whether the PID namespace of a group is another process's.
pub(super) fn is_adopted(group: Group) -> bool {
    registry().inits.get(&group).is_some_and(|(_, lease)| lease.is_none())
}

/// The first process of a group's PID namespace, if it has one.
pub(super) fn init(group: Group) -> Option<Arc<Child>> {
    registry().inits.get(&group).map(|(init, _)| Arc::clone(init))
}

/// A reaped child's pid may be another's by now.
fn forget(child: &Arc<Child>) {
    let children = &mut registry().children;
    if children.get(&child.pid).is_some_and(|known| Arc::ptr_eq(known, child)) {
        children.remove(&child.pid);
    }
}

/// Makes this process the one that orphans of its children come to, and remembers which children it has already.
/// Called once, at the start of a run and before the first child.
pub fn prepare() -> Result<()> {
    nix::sys::prctl::set_child_subreaper(true)?;
    default_sigchld()?;
    registry().foreign = adopted().into_iter().collect();
    Ok(())
}

/// Ignored (it may be inherited so), the kernel would reap in nsl's place, and exit codes would be lost.
#[allow(unsafe_code)]
fn default_sigchld() -> Result<()> {
    // SAFETY: no handler is installed.
    unsafe { nix::sys::signal::signal(Signal::SIGCHLD, SigHandler::SigDfl) }?;
    Ok(())
}

/// Reaps every child and every adopted orphan that has ended. Cheap; called at SIGCHLD.
pub fn reap_orphans() {
    let known: Vec<_> = registry().children.values().cloned().collect();
    for child in &known {
        child.end();
    }
    for pid in adopted() {
        reap(libc::P_PID, pid as libc::id_t);
    }
}

/// Children of the main thread, to which the kernel gives orphans; those that nsl made hang on the spawner thread.
/// Nothing where the kernel lacks CONFIG_PROC_CHILDREN: orphans are then zombies until nsl ends.
fn adopted() -> Vec<i32> {
    let path = format!("/proc/self/task/{}/children", std::process::id());
    let list = std::fs::read_to_string(path).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Ends every child and every descendant: TERM, KILL to what is left after [`GRACE`], and then the PID namespaces of all
/// groups. Gives an error for each process that could not be ended.
pub fn end_all() -> Vec<Error> {
    let (inits, foreign) = {
        let registry = registry();
        if !registry.used {
            // Nothing to look for in /proc, which takes its time.
            return Vec::new();
        }
        for shell in registry.children.values().filter(|child| child.on_terminal) {
            // Interactive shells ignore TERM. Refused only if it is gone.
            let _ = shell.signal(libc::SIGHUP);
        }
        (registry.inits(), registry.foreign.clone())
    };
    let family = Family::own(inits.iter().map(|init| init.pid).collect(), foreign);
    let left = Ending::new(family, false, GRACE).finish();
    end_inits(&inits);
    reap_orphans();
    left.into_iter().map(left_over).collect()
}

/// Ends every program of a group, and its PID namespace with whatever hides in it: as [`end_all`].
pub fn end_group(group: Group) -> Vec<Error> {
    super::views::forget(group);
    let (init, children) = {
        let registry = registry();
        // Without a first process there never was another.
        let Some((init, _)) = registry.inits.get(&group) else { return Vec::new() };
        let children = registry.children.values().filter(|child| child.group == Some(group));
        (Arc::clone(init), children.cloned().collect::<Vec<_>>())
    };
    for shell in children.iter().filter(|child| child.on_terminal) {
        let _ = shell.signal(libc::SIGHUP);
    }
    let family = Family::contained(init.pid, children.iter().map(|child| child.pid));
    let left = Ending::new(family, false, GRACE).finish();
    end_inits(&[init]);
    registry().inits.remove(&group);
    left.into_iter().map(left_over).collect()
}

/// Starts the first process of a group's PID namespace if it is not there, and says which it is.
pub fn hold_group(group: Group) -> Result<Identity> {
    let init = super::spawner::make_init(group)?;
    Identity::of(init.pid).ok_or_else(|| Error::new(&explain::CONTAINER_GONE))
}

/// Lets a group's programs outlive nsl: they end when the first process of their PID namespace is killed, which
/// [`hold_group`] has named.
pub fn release_group(group: Group) -> Result<()> {
    let views = super::views::own(group);
    super::views::forget(group);
    let Some((init, lease)) = registry().inits.remove(&group) else { return Ok(()) };
    if let Some(lease) = lease {
        for views in views.chunks(super::init::HOLD_MOST) {
            let views: Vec<_> = views.iter().map(AsRawFd::as_raw_fd).collect();
            tell(&lease, super::init::HOLD, &views)?;
        }
        tell(&lease, super::init::STAY, &[])?;
    }
    let mut registry = registry();
    let kept: Vec<i32> = registry.children.values().filter(|child| child.group == Some(group)).map(|c| c.pid).collect();
    registry.children.retain(|_, child| child.group != Some(group));
    registry.foreign.extend(kept.into_iter().chain([init.pid]));
    Ok(())
}

/// Tells the first process of a PID namespace something, with descriptors that it is to have, and waits until it has heard.
fn tell(lease: &OwnedFd, word: u8, fds: &[RawFd]) -> Result<()> {
    let (rights, text) = ([ControlMessage::ScmRights(fds)], [word]);
    let rights = if fds.is_empty() { &rights[..0] } else { &rights[..] };
    sendmsg::<()>(lease.as_raw_fd(), &[IoSlice::new(&text)], rights, MsgFlags::MSG_NOSIGNAL, None)?;
    let mut answer = [0];
    // It answers at once, or is dead and its end of the pair is closed.
    match nix::unistd::read(lease, &mut answer)? {
        0 => Err(Error::new(&explain::CONTAINER_GONE)),
        _ => Ok(()),
    }
}

/// Kills the first processes of PID namespaces, with which all others there go.
fn end_inits(inits: &[Arc<Child>]) {
    for init in inits {
        // Refused only if it is gone.
        let _ = init.signal(libc::SIGKILL);
    }
    for init in inits {
        // It can only end when no zombie of its namespace is left.
        reap_orphans();
        wait_readable(&[init.pidfd()], Duration::from_secs(1));
        init.end();
    }
}

/// Words that a process could not be ended.
pub(super) fn left_over(pid: i32) -> Error {
    Error::new(&explain::PROCESS_LEFT).with("pid", pid).object(pid)
}

/// Kills every child and every descendant at once and waits for nothing: the hard stop.
pub fn kill_all() {
    let (inits, children, foreign) = {
        let registry = registry();
        (registry.inits(), registry.children.values().cloned().collect::<Vec<_>>(), registry.foreign.clone())
    };
    for child in inits.iter().chain(&children) {
        // Refused only if it is gone.
        let _ = child.signal(libc::SIGKILL);
    }
    let mut family = Family::own(inits.iter().map(|init| init.pid).collect(), foreign);
    // A second time for what was forked meanwhile.
    for _ in 0..2 {
        family.grow();
        family.signal(libc::SIGKILL);
    }
}

/// The pid of the process behind a pidfd, as it is seen from here; none if it has ended, or is out of sight.
pub fn pid_behind(pidfd: &OwnedFd) -> Option<i32> {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()));
    let info = info.ok()?;
    let pid = info.lines().find_map(|line| line.strip_prefix("Pid:"))?.trim().parse().ok()?;
    (pid > 0).then_some(pid)
}

/// Opens a pidfd: close-on-exec, readable once the process has ended.
#[allow(unsafe_code)]
pub(super) fn pidfd_of(pid: i32) -> nix::Result<OwnedFd> {
    // SAFETY: pidfd_open(2) takes two integers and gives a new descriptor, owned from here on.
    unsafe {
        let fd = Errno::result(libc::syscall(libc::SYS_pidfd_open, pid, 0))?;
        Ok(OwnedFd::from_raw_fd(fd as i32))
    }
}

/// Sends a signal to the process behind a pidfd, never to another.
#[allow(unsafe_code)]
pub(super) fn send(pidfd: BorrowedFd<'_>, signal: i32) -> nix::Result<()> {
    let fd = pidfd.as_raw_fd();
    // SAFETY: pidfd_send_signal(2) without siginfo takes integers only.
    let sent =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, std::ptr::null::<libc::siginfo_t>(), 0) };
    Errno::result(sent).map(drop)
}

/// Reaps one child if it has ended. By the C call, because nix knows no real-time signals and would lose the status.
#[allow(unsafe_code)]
fn reap(kind: libc::idtype_t, id: libc::id_t) -> Option<End> {
    // SAFETY: zeroed is a valid siginfo_t, waitid(2) writes it, and si_status is set for all that it reports.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let result = libc::waitid(kind, id, &mut info, libc::WEXITED | libc::WNOHANG);
        if result == 0 && info.si_pid() == 0 {
            return None;
        }
        // Not ours to wait for any more (ECHILD): ended, nobody knows how.
        let status = (result == 0).then(|| info.si_status());
        let exited = info.si_code == libc::CLD_EXITED;
        Some(End { code: status.filter(|_| exited), signal: status.filter(|_| !exited), at: Instant::now() })
    }
}
