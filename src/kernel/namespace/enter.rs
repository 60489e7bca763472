//! Going into a network namespace: the only file that may call `setns` and `unshare(CLONE_NEWNET)`.
//!
//! One helper thread goes in, runs a closure and comes home again; no thread that runs Lua, tokio or the prompt ever
//! leaves. A socket stays in the namespace where it was made, so a visit just long enough to make one is all it takes.

#![allow(clippy::disallowed_methods, reason = "this is the one place that leaves home")]

use std::cell::Cell;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::{SigSet, SigmaskHow};

use super::{nsfs, refusal};
use crate::error::{Error, Result, explain};

/// How long a channel is looked at before a thread goes to sleep over it: longer than a namespace takes to be made, and
/// than what a script does between two visits of one loop, because waking a thread costs more than the visit.
const PATIENCE: Duration = Duration::from_micros(500);

const ENTERING: &str = "entering a network namespace";
const NESTED: &str = "a namespace was entered from within a visit";

/// Where a visit goes.
enum Place {
    Inside(Arc<OwnedFd>),
    New,
}

/// One errand of the helper. `work` keeps its result itself and gives the text of a panic; it is not called when the
/// place cannot be entered.
struct Visit {
    place: Place,
    work: Box<dyn FnOnce() -> std::result::Result<(), String> + Send>,
}

/// What a visit came to, but for the closure's own result.
struct Return {
    entered: nix::Result<()>,
    panic: Option<String>,
    /// The thread is where it belongs; if not it must not be used again.
    home: bool,
}

struct Helper {
    visits: SyncSender<Visit>,
    returns: Receiver<Return>,
}

/// The helper, between two visits; one visit at a time.
static HELPER: Mutex<Option<Helper>> = Mutex::new(None);
static HOME: OnceLock<Arc<OwnedFd>> = OnceLock::new();

thread_local! {
    static IS_HELPER: Cell<bool> = const { Cell::new(false) };
}

/// The namespace nsl runs in, kept open from the first use.
pub(super) fn home() -> Result<Arc<OwnedFd>> {
    if let Some(home) = HOME.get() {
        return Ok(Arc::clone(home));
    }
    let own = Arc::new(nsfs::open_own()?);
    Ok(Arc::clone(HOME.get_or_init(|| own)))
}

/// Whether nobody has asked for it yet.
pub(super) fn is_home_unknown() -> bool {
    HOME.get().is_none()
}

/// Runs `work` on the helper thread inside the namespace. A panic in it is a `BUG` error.
pub(super) fn inside<T: Send + 'static>(
    namespace: &Arc<OwnedFd>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    visit(Place::Inside(Arc::clone(namespace)), work)
}

/// Runs `work` inside each of several namespaces in one visit, with its number.
pub(super) fn inside_each<T: Send + 'static>(
    namespaces: Vec<Arc<OwnedFd>>,
    mut work: impl FnMut(usize) -> Result<T> + Send + 'static,
) -> Result<Vec<T>> {
    let Some(first) = namespaces.first().map(Arc::clone) else { return Ok(Vec::new()) };
    let each = move |(number, fd): (usize, Arc<OwnedFd>)| {
        if number > 0 {
            // From one straight into the next.
            setns(&fd, CloneFlags::CLONE_NEWNET).map_err(|errno| refusal::word(errno, ENTERING))?;
        }
        work(number)
    };
    visit(Place::Inside(first), move || namespaces.into_iter().enumerate().map(each).collect())
}

/// Runs `work` where the calling thread is, which is home.
pub(super) fn here<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    if IS_HELPER.get() {
        return Err(bug(NESTED));
    }
    work()
}

/// Makes a new network namespace, which lives as long as the descriptor.
pub(super) fn create() -> Result<OwnedFd> {
    visit(Place::New, || Ok(nsfs::open_own()?))
}

/// Makes `count` new network namespaces in one visit, and calls `work` in each with its number and its descriptor. At the
/// first failure those that were made end, as far as nothing else holds them.
pub(super) fn create_each<T: Send + 'static>(
    count: usize,
    mut work: impl FnMut(usize, OwnedFd) -> Result<T> + Send + 'static,
) -> Result<Vec<T>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let each = move |number| {
        if number > 0 {
            // From one new namespace straight into the next.
            unshare(CloneFlags::CLONE_NEWNET).map_err(refusal::creating)?;
        }
        work(number, nsfs::open_own()?)
    };
    visit(Place::New, move || (0..count).map(each).collect())
}

fn visit<T: Send + 'static>(place: Place, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let refused: fn(Errno) -> Error = match place {
        Place::Inside(_) => |errno| refusal::word(errno, ENTERING),
        Place::New => refusal::creating,
    };
    if IS_HELPER.get() {
        return Err(bug(NESTED));
    }
    let (keep, kept): (Sender<Result<T>>, _) = channel();
    let work = Box::new(move || {
        let result = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| text_of(&*panic))?;
        // The receiver waits below until the visit is over.
        let _ = keep.send(result);
        Ok(())
    });
    let back = send(Visit { place, work })?;
    debug_assert!(at_home(), "the calling thread left its namespace");
    back.entered.map_err(refused)?;
    if let Some(panic) = back.panic {
        return Err(bug(&panic));
    }
    kept.try_recv().map_err(|_| bug("a visit ended without a result"))?
}

/// Gives the helper its errand, and waits until it is home again. A helper that is not is replaced at the next visit.
fn send(visit: Visit) -> Result<Return> {
    let mut slot = HELPER.lock().unwrap_or_else(PoisonError::into_inner);
    let helper = match slot.take() {
        Some(helper) => helper,
        None => start()?,
    };
    let lost = || bug("the thread that enters namespaces is gone");
    helper.visits.send(visit).map_err(|_| lost())?;
    let back = soon(&helper.returns).ok_or_else(lost)?;
    if back.home {
        *slot = Some(helper);
    }
    Ok(back)
}

/// What comes next through a channel; none if the other side is gone. A visit takes less time than putting a thread to
/// sleep and waking it up (measured: 8 µs against 45), so a while is spent looking first.
fn soon<T>(receiver: &Receiver<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match receiver.try_recv() {
            Ok(value) => return Some(value),
            Err(TryRecvError::Disconnected) => return None,
            // Where there is one processor only, the other side gets it.
            Err(TryRecvError::Empty) => std::thread::yield_now(),
        }
    }
    receiver.recv().ok()
}

/// Starts a helper. It inherits a mask that blocks every signal, so that none is ever handled in a foreign namespace.
fn start() -> Result<Helper> {
    // The helper starts where its maker is, which is home: that must be known before it first leaves.
    let home = home()?;
    let (visits, errands) = sync_channel::<Visit>(1);
    let (done, returns) = sync_channel(1);
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let started = std::thread::Builder::new().name("nsl-enter".to_owned()).spawn(move || {
        IS_HELPER.set(true);
        while let Some(errand) = soon(&errands) {
            let back = run(errand, &home);
            let stay = back.home;
            if done.send(back).is_err() || !stay {
                return;
            }
        }
    });
    before.thread_set_mask()?;
    started?;
    Ok(Helper { visits, returns })
}

/// One visit. Nothing between leaving and coming home may return early.
fn run(errand: Visit, home: &Arc<OwnedFd>) -> Return {
    let Visit { place, work } = errand;
    let entered = match &place {
        Place::Inside(namespace) => setns(namespace, CloneFlags::CLONE_NEWNET),
        Place::New => unshare(CloneFlags::CLONE_NEWNET),
    };
    if entered.is_err() {
        return Return { entered, panic: None, home: true };
    }
    let panic = work().err();
    let home = setns(home, CloneFlags::CLONE_NEWNET).is_ok();
    Return { entered, panic, home }
}

/// Whether the calling thread is in the namespace where nsl started.
pub fn at_home() -> bool {
    match (home().ok().map(nsfs::key), nix::sys::stat::stat(nsfs::OWN)) {
        (Some(Ok(home)), Ok(own)) => home == nsfs::key_of(&own),
        // Without /proc there is nothing to compare.
        _ => true,
    }
}

fn bug(what: &str) -> Error {
    Error::new(&explain::BUG).with("what", what)
}

/// The text of a panic.
fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without text").to_owned()
}
