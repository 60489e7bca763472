//! The signal thread: turns signals into requests to stop, reaps what nobody waits for, and is the last resort.
//!
//! The first SIGINT, SIGTERM or SIGHUP asks the run to stop; Lua code and waits do so within a tenth of a second, and
//! clean up. Where Lua does not listen (inside one long call of C, in an error handler), the second signal, or two
//! seconds, is the hard stop: this thread ends the children and dies, without Lua's help.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, raise, sigaction};

use crate::error::Result;
use crate::wait::interrupt::{self, Stop};

/// What a run may take to listen.
const PATIENCE: Duration = Duration::from_secs(2);
/// timeout(1) signals its child and then the child's group: so soon after the first, a signal is no second thought.
const ECHO: Duration = Duration::from_millis(100);
/// What clean-up may take: TERM, two seconds, KILL, and the kernel's own time.
const CLEANUP: Duration = Duration::from_secs(10);

/// What the kernel sends to who reads or changes its terminal from the background.
const OF_THE_BACKGROUND: [Signal; 2] = [Signal::SIGTTIN, Signal::SIGTTOU];

static CLEANING: AtomicBool = AtomicBool::new(false);

/// Blocks the signals for every thread to come, handles those of the background and starts the thread that takes the
/// others. Call before any other thread.
pub(super) fn start(as_json: bool) -> Result<()> {
    interrupt::prepare()?;
    let mut signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD].into_iter().collect();
    // Ignored by nohup(1): it shall stay so. (SIGINT is ignored by every background job of a script, which means nothing.)
    if !is_ignored(Signal::SIGHUP)? {
        signals.add(Signal::SIGHUP);
    }
    signals.thread_block()?;
    // The handler waits for this thread, which therefore must not run it: the kernel tells whichever thread looks first.
    let background: SigSet = OF_THE_BACKGROUND.into_iter().collect();
    let before = background.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let thread = std::thread::Builder::new().name("nsl-signals".to_owned()).stack_size(128 << 10);
    thread.spawn(move || take(&signals, as_json))?;
    before.thread_set_mask()?;
    for signal in OF_THE_BACKGROUND {
        if !is_ignored(signal)? {
            handle(signal, SigHandler::Handler(stop_in_the_background))?;
        }
    }
    Ok(())
}

/// Stops nsl, which reads or changes its terminal from the background, as the signal does by itself; but not where a stop
/// of the run is on its way. A shell that is hung up tells nsl so, takes the terminal and ends, and its end lets only such
/// a process go on whose threads have all stopped already (`kill_orphaned_pgrp`, kernel/exit.c): nsl would stay for ever.
extern "C" fn stop_in_the_background(number: nix::libc::c_int) {
    // Long enough for a busy machine; nobody waits for what is in the background.
    const ON_ITS_WAY: u16 = 500;
    let errno = Errno::last();
    interrupt::await_signal(ON_ITS_WAY);
    // None of these fails: they are signals that can be sent and ignored.
    let _ = match interrupt::requested() {
        None | Some(Stop::Signal(nix::libc::SIGINT)) => raise(Signal::SIGTSTP),
        Some(_) => Signal::try_from(number).and_then(|signal| handle(signal, SigHandler::SigIgn)),
    };
    errno.set();
}

#[allow(unsafe_code)]
fn handle(signal: Signal, handler: SigHandler) -> nix::Result<()> {
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the one handler there is calls nothing but what signal-safety(7) names.
    unsafe { sigaction(signal, &action) }.map(drop)
}

/// Says that the script is over and clean-up has begun: it gets more time.
pub(super) fn cleaning() {
    CLEANING.store(true, Ordering::SeqCst);
}

/// Whether whoever started nsl had it ignore a signal.
#[allow(unsafe_code)]
pub(super) fn is_ignored(signal: Signal) -> Result<bool> {
    // SAFETY: zeroed is a valid sigaction, which the call fills in; a null new action changes nothing.
    let action = unsafe {
        let mut action: nix::libc::sigaction = std::mem::zeroed();
        nix::errno::Errno::result(nix::libc::sigaction(signal as i32, std::ptr::null(), &raw mut action))?;
        action
    };
    Ok(action.sa_sigaction == nix::libc::SIG_IGN)
}

fn take(signals: &SigSet, as_json: bool) {
    let mut asked: Option<(i32, Instant)> = None;
    loop {
        if interrupt::requested().is_none() {
            // The prompt went on after Ctrl-C.
            asked = None;
        }
        let limit = || if CLEANING.load(Ordering::SeqCst) { CLEANUP } else { PATIENCE };
        let left = asked.map(|(_, since)| limit().saturating_sub(since.elapsed()));
        match wait_for(signals, left) {
            None => {
                if let Some((number, since)) = asked
                    && interrupt::requested().is_some()
                    // The clean-up may have begun meanwhile.
                    && since.elapsed() >= limit()
                {
                    hard_stop(number, as_json);
                }
            }
            Some(Signal::SIGCHLD) => crate::process::reap_orphans(),
            Some(signal) => {
                let number = signal as i32;
                if let Some((_, since)) = asked
                    && interrupt::requested().is_some()
                {
                    if since.elapsed() < ECHO {
                        continue;
                    }
                    hard_stop(number, as_json);
                }
                asked = Some((number, Instant::now()));
                interrupt::request(Stop::Signal(number));
            }
        }
    }
}

/// The next signal of the set, or none when `limit` has passed.
#[allow(unsafe_code)]
fn wait_for(signals: &SigSet, limit: Option<Duration>) -> Option<Signal> {
    let timeout = limit.map(|limit| nix::libc::timespec {
        tv_sec: nix::libc::time_t::try_from(limit.as_secs()).unwrap_or(nix::libc::time_t::MAX),
        tv_nsec: nix::libc::c_long::from(limit.subsec_nanos()),
    });
    let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the set and the time outlive the call; a null time waits for ever, a null info is not filled in.
    let number = unsafe { nix::libc::sigtimedwait(signals.as_ref(), std::ptr::null_mut(), timeout) };
    Signal::try_from(number).ok()
}

/// Ends the children and the process, whatever the main thread is doing.
#[allow(clippy::disallowed_methods, reason = "the main thread does not listen: this is all the clean-up there is")]
fn hard_stop(number: i32, as_json: bool) -> ! {
    crate::process::kill_all();
    crate::lab::abandon_all();
    crate::process::restore_terminal();
    super::exit::stopped_by(number, as_json);
    super::exit::die_by(number);
    std::process::exit(128 + number)
}
