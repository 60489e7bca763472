//! The first process of the run's PID namespace: nsl again, under another name, which only reaps.
//!
//! It dies with nsl, by its parent-death signal and because it holds one end of a socket pair whose other end nsl has; and
//! with it the kernel kills everything in the PID namespace, daemons too. Told to stay, it outlives nsl until it is killed.

use std::os::fd::{AsFd, BorrowedFd};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

/// `argv[0]` of the first process: `cli::main` calls [`main`] when it sees it, before anything else.
pub const NAME: &str = "nsl-init";

/// What nsl writes to the first process that is to outlive it, and what that answers once it will.
pub(super) const STAY: u8 = b's';

/// Whether this process was started to be the first of a PID namespace.
pub fn is_wanted() -> bool {
    std::process::id() == 1 && std::env::args_os().next().is_some_and(|name| name == NAME)
}

/// Reaps whatever ends in the PID namespace, until nsl is gone.
pub fn main() -> ExitCode {
    // Only for who looks at it with ps(1).
    let _ = nix::sys::prctl::set_name(c"nsl-init");
    // It returns when nsl is gone, or cannot do its work: either way its end is the end of the namespace.
    let _ = reap_until_orphaned(std::io::stdin().as_fd());
    ExitCode::SUCCESS
}

fn reap_until_orphaned(lease: BorrowedFd<'_>) -> nix::Result<()> {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGCHLD);
    mask.thread_block()?;
    let children = SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    let mut stays = false;
    loop {
        while children.read_signal()?.is_some() {}
        while !matches!(waitpid(None, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD)) {}
        let mut fds = [PollFd::new(children.as_fd(), PollFlags::POLLIN), PollFd::new(lease, PollFlags::POLLIN)];
        let watched = if stays { 1 } else { 2 };
        poll(&mut fds[..watched], PollTimeout::NONE)?;
        if !stays && fds[1].any().unwrap_or(true) {
            if !is_to_stay(lease)? {
                return Ok(());
            }
            stays = true;
        }
    }
}

/// What came from nsl: its end, or that this process is to go on without it, which is then made so and said.
fn is_to_stay(lease: BorrowedFd<'_>) -> nix::Result<bool> {
    let mut word = [0];
    if nix::unistd::read(lease, &mut word)? == 0 || word[0] != STAY {
        return Ok(false);
    }
    nix::sys::prctl::set_pdeathsig(None)?;
    // Out of reach of nsl's terminal. Refused only to who leads a group already, and then it is so.
    let _ = nix::unistd::setsid();
    nix::unistd::write(lease, &word)?;
    Ok(true)
}
