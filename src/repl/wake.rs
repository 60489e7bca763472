//! A signal at the prompt: rustyline's wait for a key ends only at a SIGINT of its own thread, so that a helper sends
//! one when the run is asked to stop (SIGTERM, SIGHUP, a SIGINT from elsewhere).

use std::io::PipeReader;
use std::os::fd::{AsFd, BorrowedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction};

use crate::error::Result;
use crate::wait::interrupt;

/// Runs `read`, which waits for keys with rustyline, and ends its wait when a stop is requested.
pub(super) fn reading<T>(read: impl FnOnce() -> T) -> Result<T> {
    let Some(stop) = interrupt::fd() else { return Ok(read()) };
    let (ended, end) = std::io::pipe()?;
    let reader = pthread_self();
    // The helper takes no signals: it inherits this mask.
    let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    std::thread::scope(|scope| {
        let helper = std::thread::Builder::new().name("prompt".to_owned());
        let helper = helper.spawn_scoped(scope, || tell(reader, stop, ended));
        let mut listening = mask;
        listening.remove(Signal::SIGINT);
        // Before and after rustyline listens, a SIGINT must not end the process.
        let before = set_action(&SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty()))?;
        let value = listening.thread_set_mask().map(|()| read());
        drop(end);
        helper?.join().ok();
        mask.thread_set_mask()?;
        set_action(&before)?;
        Ok(value?)
    })
}

#[allow(unsafe_code)]
fn set_action(action: &SigAction) -> nix::Result<SigAction> {
    // SAFETY: the action is to ignore the signal, or the one that was there before.
    unsafe { sigaction(Signal::SIGINT, action) }
}

/// Sends SIGINT to `reader` from the moment `stop` is readable until `ended` is.
fn tell(reader: Pthread, stop: BorrowedFd<'_>, ended: PipeReader) -> nix::Result<()> {
    // A stop may come before rustyline listens, or when the reader is about to end: it is told a little later, and again.
    const PAUSE: u8 = 20;
    let mut fds = [PollFd::new(ended.as_fd(), PollFlags::POLLIN), PollFd::new(stop, PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::NONE)?;
    while poll(&mut fds[..1], PollTimeout::from(PAUSE))? == 0 {
        pthread_kill(reader, Signal::SIGINT)?;
    }
    Ok(())
}
