//! The request to stop: by a signal, by `os.exit`, or because nobody reads the output any more.
//!
//! One flag for the process. It is tested by the Lua hook, at the entry of every binding, between the netlink messages
//! of a longer job, and by every wait (its eventfd is in every poll). It stays set until [`clear`]: what was asked to
//! stop must not be able to go on by catching an error. While `<close>` values run it is hidden ([`hide`]), so that
//! they are not interrupted by what caused them to run.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::{Error, Result, explain};

/// Why the run has to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A signal asked for it: its number.
    Signal(i32),
    /// The script called `os.exit`: the code.
    Exit(i32),
    /// A bug in nsl was caught.
    Bug,
}

const NONE: i64 = 0;
const SIGNAL: i64 = 1 << 32;
const EXIT: i64 = 2 << 32;
const BUG: i64 = 3 << 32;

static STOP: AtomicI64 = AtomicI64::new(NONE);
static HIDDEN: AtomicBool = AtomicBool::new(false);
static WAKE: OnceLock<EventFd> = OnceLock::new();

/// Makes the descriptor that wakes waits. Called once, before the first signal can arrive; without it (unit tests, short
/// commands) waits are not woken, only refused.
pub fn prepare() -> Result<()> {
    let wake = EventFd::from_value_and_flags(0, EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
    // A second call finds the first one's descriptor and drops its own.
    let _ = WAKE.set(wake);
    Ok(())
}

/// Asks the run to stop. The first reason stays. Async-signal-safe.
pub fn request(stop: Stop) {
    let value = match stop {
        Stop::Signal(number) => SIGNAL | i64::from(number as u32),
        Stop::Exit(code) => EXIT | i64::from(code as u32),
        Stop::Bug => BUG,
    };
    // Another reason may stand already: then this one adds nothing.
    let _ = STOP.compare_exchange(NONE, value, Ordering::SeqCst, Ordering::SeqCst);
    if let Some(wake) = WAKE.get() {
        // A full counter is as good as a raised one.
        let _ = wake.write(1);
    }
}

/// The reason to stop, also while it is hidden.
pub fn requested() -> Option<Stop> {
    let value = STOP.load(Ordering::SeqCst);
    let low = (value & 0xffff_ffff) as u32 as i32;
    match value & !0xffff_ffff {
        SIGNAL => Some(Stop::Signal(low)),
        EXIT => Some(Stop::Exit(low)),
        BUG => Some(Stop::Bug),
        _ => None,
    }
}

/// Whether the run should stop now: asked for, and not hidden by clean-up.
pub fn pending() -> bool {
    STOP.load(Ordering::Relaxed) != NONE && !HIDDEN.load(Ordering::Relaxed)
}

/// An `EINTR` error if the run should stop now, `ETIMEDOUT` if the time of the job is over.
pub fn check() -> Result<()> {
    if pending() { Err(Error::new(&explain::INTERRUPTED)) } else { super::limit::check() }
}

/// Waits for a request that is on its way: Ctrl-C goes to nsl and to its programs, and the end of one of these may be seen
/// first. Returns as soon as there is one, or after so many milliseconds. Async-signal-safe.
pub fn await_signal(most: u16) {
    if let Some(fd) = fd() {
        // Whoever asks goes on either way.
        let _ = poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], PollTimeout::from(most));
    }
}

/// Forgets the request: the prompt goes on after Ctrl-C.
pub fn clear() {
    STOP.store(NONE, Ordering::SeqCst);
    if let Some(wake) = WAKE.get() {
        // EAGAIN: nothing was raised.
        let _ = wake.read();
    }
}

/// Hides (or shows again) the request while clean-up runs.
pub fn hide(hidden: bool) {
    HIDDEN.store(hidden, Ordering::SeqCst);
}

/// Whether the request is hidden.
pub fn hidden() -> bool {
    HIDDEN.load(Ordering::Relaxed)
}

/// The descriptor to have in every poll: readable when there is a request; none while it is hidden.
pub fn fd<'a>() -> Option<BorrowedFd<'a>> {
    if HIDDEN.load(Ordering::Relaxed) { None } else { WAKE.get().map(AsFd::as_fd) }
}
