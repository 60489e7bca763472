//! The one way to make a child: `clone(CLONE_VM | CLONE_VFORK)` on a thread that does nothing else.
//!
//! The thread starts with the first child and lives until nsl exits, because a child's parent-death signal fires when the
//! *thread* that made it ends. All signals are blocked on it, it starts no thread (it may have set its children's PID
//! namespace) and a panic on it is an error of one job.
//!
//! There are two: one for plain children and for first processes of PID namespaces, and one that goes from one such
//! namespace to the next. It could not go back: in a user namespace of its own nsl may not enter the PID namespace that
//! it lives in.

#![allow(clippy::disallowed_methods, reason = "the thread here decides where its children go, and stays itself")]
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::wait::{Id, WaitPidFlag, waitid};

use super::child::{self, Bind, Orders, Report, Session, Stage};
use super::furnish::{self, Furnishing, Step};
use super::registry::{self, Child};
use super::views::View;
use super::{init, limits, view};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Group;

/// A child to be made: every value owned, so that it can travel to the spawner.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) network: Option<Arc<OwnedFd>>,
    /// The name that /sys is mounted under and the files to bind; none: no view of its own.
    pub(super) view: Option<(CString, view::Binds)>,
    /// The view that is kept for it, in the place of one of its own, and what could not be shown there.
    pub(super) kept: Option<View>,
    pub(super) warnings: Vec<Error>,
    /// In whose PID namespace it lives; none: in nsl's own.
    pub(super) group: Option<Group>,
    pub(super) directory: Option<CString>,
    pub(super) session: Session,
    /// What becomes of its descriptors 0, 1, 2 and up; none: inherited.
    pub(super) stdio: Vec<Option<OwnedFd>>,
    pub(super) program: CString,
    pub(super) argv: Vec<CString>,
    pub(super) env: Vec<CString>,
}

/// A child that runs its program, and what could not be shown to it.
#[derive(Debug)]
pub(super) struct Spawned {
    pub(super) child: Arc<Child>,
    pub(super) warnings: Vec<Error>,
}

struct Job {
    order: Order,
    reply: SyncSender<Result<Done>>,
}

/// What came of an order.
enum Done {
    Child(Spawned),
    /// A mount namespace, and each step with its errno.
    Mounts(OwnedFd, Vec<(Step, c_int)>),
}

/// What the spawner is to make.
enum Order {
    Child(Plan),
    /// The first process of a group's PID namespace, if it is not there.
    Init(Group),
    /// A mount namespace, by a process of a group's PID namespace: what to begin with, whose network it shows, and what
    /// is done in it.
    Mounts(Group, Option<Arc<OwnedFd>>, Option<Arc<OwnedFd>>, Vec<Step>),
}

/// The thread for plain children, and the one for those in PID namespaces of their own.
static SPAWNERS: [Mutex<Option<Sender<Job>>>; 2] = [Mutex::new(None), Mutex::new(None)];

/// Makes a child, on a spawner thread; returns when its program runs.
pub(super) fn make(plan: Plan) -> Result<Spawned> {
    if let Some(group) = plan.group {
        make_init(group)?;
    }
    child(Order::Child(plan))
}

/// Makes a mount namespace for programs of a group; gives it, and each step with its errno, 0 where it went well.
pub(super) fn furnish(
    group: Group,
    base: Option<Arc<OwnedFd>>,
    network: Option<Arc<OwnedFd>>,
    steps: Vec<Step>,
) -> Result<(OwnedFd, Vec<(Step, c_int)>)> {
    make_init(group)?;
    match order(Order::Mounts(group, base, network, steps))? {
        Done::Mounts(made, steps) => Ok((made, steps)),
        Done::Child(_) => Err(gone()),
    }
}

fn child(of: Order) -> Result<Spawned> {
    match order(of)? {
        Done::Child(spawned) => Ok(spawned),
        Done::Mounts(..) => Err(gone()),
    }
}

fn gone() -> Error {
    Error::new(&explain::BUG).with("what", "the thread that starts programs is gone")
}

/// Makes the first process of a group's PID namespace, if it is not there.
pub(super) fn make_init(group: Group) -> Result<Arc<Child>> {
    child(Order::Init(group)).map(|spawned| spawned.child)
}

fn order(order: Order) -> Result<Done> {
    let (reply, answer) = sync_channel(1);
    let contained = match &order {
        Order::Child(plan) => plan.group.is_some(),
        Order::Init(_) => false,
        Order::Mounts(..) => true,
    };
    queue(contained)?.send(Job { order, reply }).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

fn queue(contained: bool) -> Result<Sender<Job>> {
    let mut spawner = SPAWNERS[usize::from(contained)].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(queue) = &*spawner {
        return Ok(queue.clone());
    }
    let (queue, jobs) = channel();
    let thread = std::thread::Builder::new().name("nsl-spawn".to_owned());
    thread.spawn(move || serve(&jobs)).map_err(|error| Error::from(error).explain(LIMITS))?;
    Ok(spawner.insert(queue).clone())
}

fn serve(jobs: &Receiver<Job>) {
    // With all signals blocked none is handled here, nor in a child before its dispositions are default.
    let blocked = nix::sys::signal::SigSet::all().thread_block();
    let mut spawner = Spawner { stack: vec![0; STACK_WORDS], group: None };
    for Job { order, reply } in jobs {
        let made = match blocked {
            Ok(()) => catch_unwind(AssertUnwindSafe(|| spawner.carry_out(&order)))
                .unwrap_or_else(|_| Err(Error::new(&explain::BUG).with("what", "starting a program panicked"))),
            Err(errno) => Err(Error::system(errno)),
        };
        // The child's ends of its streams must be closed here by the time that somebody waits for theirs to end.
        drop(order);
        // Nobody may be there to receive it: then the child is in the registry and ends with nsl.
        let _ = reply.send(made);
    }
}

/// 64 KiB, aligned as every ABI wants it.
const STACK_WORDS: usize = 4096;

/// Refusals that have words of their own wherever a child is made.
const LIMITS: &[(Errno, &explain::Row)] = &[(Errno::EAGAIN, &explain::TOO_MANY_PROCESSES)];

struct Spawner {
    stack: Vec<u128>,
    /// In whose PID namespace this thread's children are now.
    group: Option<Group>,
}

impl Spawner {
    fn carry_out(&mut self, order: &Order) -> Result<Done> {
        match order {
            Order::Child(plan) => self.spawn(plan).map(Done::Child),
            Order::Init(group) => Ok(Done::Child(Spawned { child: self.init(*group)?, warnings: Vec::new() })),
            Order::Mounts(group, base, network, steps) => {
                let init = self.direct(*group)?;
                let made = self.furnish(base.as_ref(), network.as_ref(), steps);
                made.map_err(|error| if init.has_ended() { Error::new(&explain::CONTAINER_GONE) } else { error })
            }
        }
    }

    fn spawn(&mut self, plan: &Plan) -> Result<Spawned> {
        let init = plan.group.map(|group| self.direct(group)).transpose()?;
        let (pid, pidfd, mut warnings) = self.clone_into(plan, 0).map_err(|error| match &init {
            // The kernel says ENOMEM for ever (pid_namespaces(7)).
            Some(init) if init.has_ended() => Error::new(&explain::CONTAINER_GONE),
            _ => error,
        })?;
        warnings.extend(plan.warnings.iter().cloned());
        Ok(Spawned { child: registry::add(pid, pidfd, plan.session, plan.group), warnings })
    }

    /// Makes a mount namespace by a process that ends at once.
    fn furnish(&mut self, base: Option<&Arc<OwnedFd>>, network: Option<&Arc<OwnedFd>>, steps: &[Step]) -> Result<Done> {
        let raw = |fd: Option<&Arc<OwnedFd>>| fd.map(|fd| fd.as_raw_fd());
        let errnos = vec![0; steps.len()];
        let mut furnishing = Furnishing { base: raw(base), network: raw(network), steps, errnos, errno: 0, made: -1 };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_FILES | libc::SIGCHLD;
        let orders: *mut c_void = ptr::from_mut(&mut furnishing).cast();
        // SAFETY: as in `clone_child`; `furnish::main` never returns, and allocates and locks nothing.
        let pid = unsafe {
            let top = self.stack.as_mut_ptr().add(self.stack.len()).cast();
            libc::clone(furnish::main, top, flags, orders)
        };
        Errno::result(pid).map_err(|errno| Error::system(errno).explain(LIMITS))?;
        // Its end is certain; this takes the zombie away.
        let _ = waitid(Id::Pid(nix::unistd::Pid::from_raw(pid)), WaitPidFlag::WEXITED);
        if furnishing.made < 0 {
            return Err(word_mounts(Errno::from_raw(furnishing.errno)));
        }
        // SAFETY: that process opened this descriptor in the table that it shared with nsl, and for nothing else.
        let made = unsafe { OwnedFd::from_raw_fd(furnishing.made) };
        Ok(Done::Mounts(made, steps.iter().cloned().zip(furnishing.errnos).collect()))
    }

    /// The first process of a group's PID namespace, started when it is first needed.
    fn init(&mut self, group: Group) -> Result<Arc<Child>> {
        if let Some(init) = registry::init(group) {
            return Ok(init);
        }
        let (theirs, ours) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC)?;
        let null = || std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").map(OwnedFd::from);
        let plan = Plan {
            network: None,
            view: None,
            kept: None,
            warnings: Vec::new(),
            group: Some(group),
            directory: None,
            session: Session::Shared,
            stdio: vec![Some(theirs), Some(null()?), Some(null()?)],
            program: CString::from(c"/proc/self/exe"),
            argv: vec![CString::new(init::NAME).unwrap_or_default()],
            env: Vec::new(),
        };
        let (pid, pidfd, _) = self.clone_into(&plan, libc::CLONE_NEWPID)?;
        Ok(registry::add_init(group, pid, pidfd, ours))
    }

    /// Sends this thread's next children into the PID namespace of a group; gives its first process.
    fn direct(&mut self, group: Group) -> Result<Arc<Child>> {
        let gone = || Error::new(&explain::CONTAINER_GONE);
        let init = registry::init(group).ok_or_else(gone)?;
        if self.group != Some(group) {
            setns(init.pidfd(), CloneFlags::CLONE_NEWPID)
                .map_err(|errno| Error::system(errno).explain(&[(Errno::ESRCH, &explain::CONTAINER_GONE)]))?;
            self.group = Some(group);
        }
        Ok(init)
    }

    fn clone_into(&mut self, plan: &Plan, flags: c_int) -> Result<(i32, OwnedFd, Vec<Error>)> {
        let argv = pointers(plan.argv.iter().map(CString::as_c_str));
        let shell = [c"/bin/sh", &plan.program].into_iter().chain(plan.argv.iter().skip(1).map(CString::as_c_str));
        let shell_argv = pointers(shell);
        let env = pointers(plan.env.iter().map(CString::as_c_str));
        let stdio: Vec<Option<RawFd>> = plan.stdio.iter().map(|fd| fd.as_ref().map(AsRawFd::as_raw_fd)).collect();
        let files = plan.view.as_ref().map_or(&[][..], |(_, binds)| binds);
        let binds: Vec<_> = files.iter().map(|(source, target)| Bind { source, target, errno: 0 }).collect();
        let mut orders = Orders {
            // In another PID namespace the parent cannot be seen: there the end of init ends the child.
            // What may be kept must not mind nsl's end; it lives in a PID namespace whose first process does.
            mortal: flags != 0
                || plan.group.is_none_or(|group| {
                    group == Group::RUN || (registry::is_adopted(group) && plan.session != Session::Own)
                }),
            parent: if plan.group.is_some() { 0 } else { std::process::id() as i32 },
            network: plan.network.as_ref().map(|fd| fd.as_raw_fd()),
            view: plan.view.as_ref().map(|(name, _)| name.as_c_str()),
            mounts: plan.kept.as_ref().map(|view| view.mounts.as_raw_fd()),
            host: plan.kept.as_ref().and_then(|view| view.host.as_deref()),
            proc: plan.group.is_some(),
            binds,
            directory: plan.directory.as_deref(),
            session: plan.session,
            stdio: &stdio,
            open_files: limits::original(),
            program: &plan.program,
            argv: &argv,
            shell_argv: &shell_argv,
            env: &env,
            report: Report { stage: Stage::None, errno: 0, sys: 0, proc: 0 },
        };
        let (pid, pidfd) = self.clone_child(&mut orders, flags)?;
        let report = orders.report;
        if report.stage != Stage::None {
            // Its end is certain; this takes the zombie away.
            let _ = waitid(Id::Pid(nix::unistd::Pid::from_raw(pid)), WaitPidFlag::WEXITED);
            return Err(worded(plan, &report));
        }
        Ok((pid, pidfd, warnings(&report, &orders.binds)))
    }

    /// Clones; returns when the child has gone on to its program, or ended.
    fn clone_child(&mut self, orders: &mut Orders<'_>, flags: c_int) -> Result<(i32, OwnedFd)> {
        let flags = flags | libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
        let mut pidfd: c_int = -1;
        let orders: *mut c_void = ptr::from_mut(orders).cast();
        // SAFETY: the stack is used by the child alone and `orders` is touched by it alone, because CLONE_VFORK stops
        // this thread until the child has its own memory or is gone; `child::main` never returns.
        let pid = unsafe {
            let top = self.stack.as_mut_ptr().add(self.stack.len()).cast();
            libc::clone(child::main, top, flags, orders, &raw mut pidfd)
        };
        Errno::result(pid).map_err(|errno| Error::system(errno).explain(LIMITS))?;
        // SAFETY: the kernel made this descriptor for us with the child (CLONE_PIDFD).
        Ok((pid, unsafe { OwnedFd::from_raw_fd(pidfd) }))
    }
}

fn pointers<'a>(strings: impl Iterator<Item = &'a CStr>) -> Vec<*const c_char> {
    strings.map(CStr::as_ptr).chain([ptr::null()]).collect()
}

fn refused(doing: &'static str, errno: Errno) -> Error {
    match errno {
        Errno::EPERM => Error::new(&explain::NEEDS_CAPABILITY).with("doing", doing).with("capability", "CAP_SYS_ADMIN"),
        errno => Error::new(&explain::CHILD_STAGE).with("doing", doing).errno(errno),
    }
}

/// Words that no mount namespace was to be had.
fn word_mounts(errno: Errno) -> Error {
    match errno {
        Errno::ENOSPC => Error::new(&explain::TOO_MANY_MOUNT_NAMESPACES),
        errno => refused("giving a program its own view of /sys and /etc", errno),
    }
}

/// Words what the child reports as its failure.
fn worded(plan: &Plan, report: &Report) -> Error {
    let errno = Errno::from_raw(report.errno);
    let refused = |doing| refused(doing, errno);
    let program = plan.program.to_string_lossy();
    match report.stage {
        Stage::None | Stage::Network => refused("running a program in another network namespace"),
        Stage::Mounts | Stage::Propagation => word_mounts(errno),
        Stage::Host => refused("giving a program its host name"),
        Stage::Session => refused("giving a program its terminal"),
        Stage::Stdio => refused("giving a program its input and output"),
        Stage::Directory => {
            let path = plan.directory.as_deref().unwrap_or_default().to_string_lossy();
            Error::new(&explain::DIRECTORY_REFUSED).with("path", path).errno(errno)
        }
        Stage::Program => super::command::refused_program(&program, errno),
    }
}

/// Words what could not be shown to the child, though it runs.
fn warnings(report: &Report, binds: &[Bind<'_>]) -> Vec<Error> {
    let inherited = |path: &'static str, errno: c_int| {
        (errno != 0)
            .then(|| Error::new(&explain::VIEW_INHERITED).with("path", path).object(path).errno(Errno::from_raw(errno)))
    };
    let failed = binds.iter().filter(|bind| bind.errno != 0);
    let unbound = failed.map(|bind| view::unbound(bind.source, bind.target, Errno::from_raw(bind.errno)));
    inherited("/sys", report.sys).into_iter().chain(inherited("/proc", report.proc)).chain(unbound).collect()
}
