//! The first process of the run's PID namespace: nsl again, under another name, which only reaps.
//!
//! It dies with nsl, by its parent-death signal and because it holds one end of a socket pair whose other end nsl has; and
//! with it the kernel kills everything in the PID namespace, daemons too. Told to stay, it outlives nsl until it is killed.

use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

/// `argv[0]` of the first process: `cli::main` calls [`main`] when it sees it, before anything else.
pub const NAME: &str = "nsl-init";

/// What nsl writes to the first process that is to outlive it, and what that answers once it will.
pub(super) const STAY: u8 = b's';
/// What nsl writes beside descriptors that the first process is to hold open, and what that answers once it does.
pub(super) const HOLD: u8 = b'h';
/// The most descriptors of one such message: the kernel's SCM_MAX_FD is 253.
pub(super) const HOLD_MOST: usize = 200;

/// Whether this process was started to be the first of a PID namespace.
pub fn is_wanted() -> bool {
    std::process::id() == 1 && std::env::args_os().next().is_some_and(|name| name == NAME)
}

/// Reaps whatever ends in the PID namespace, until nsl is gone.
pub fn main() -> ExitCode {
    // Only for who looks at it with ps(1).
    let _ = nix::sys::prctl::set_name(c"nsl-init");
    // For what it may be given to hold. Without it as much as there is room for.
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
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
    let mut held = Vec::new();
    loop {
        while children.read_signal()?.is_some() {}
        while !matches!(waitpid(None, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD)) {}
        let mut fds = [PollFd::new(children.as_fd(), PollFlags::POLLIN), PollFd::new(lease, PollFlags::POLLIN)];
        let watched = if stays { 1 } else { 2 };
        poll(&mut fds[..watched], PollTimeout::NONE)?;
        if !stays && fds[1].any().unwrap_or(true) {
            let (word, fds) = hear(lease)?;
            held.extend(fds);
            match word {
                Some(HOLD) => drop(nix::unistd::write(lease, &[HOLD])?),
                Some(STAY) => {
                    stay(lease)?;
                    stays = true;
                }
                _ => return Ok(()),
            }
        }
    }
}

/// What came from nsl, with descriptors; none at its end, or where one was lost on its way.
fn hear(lease: BorrowedFd<'_>) -> nix::Result<(Option<u8>, Vec<OwnedFd>)> {
    let mut word = [0];
    let mut space = nix::cmsg_space!([RawFd; HOLD_MOST]);
    let mut buffer = [IoSliceMut::new(&mut word)];
    let message = recvmsg::<()>(lease.as_raw_fd(), &mut buffer, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    let fds = message.cmsgs()?.filter_map(|control| match control {
        ControlMessageOwned::ScmRights(fds) => Some(fds),
        _ => None,
    });
    let fds = fds.flatten().map(own).collect();
    let is_whole = message.bytes > 0 && !message.flags.contains(MsgFlags::MSG_CTRUNC);
    Ok((is_whole.then_some(word[0]), fds))
}

#[allow(unsafe_code)]
fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel made this descriptor for us with the message.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Makes it so that this process goes on without nsl, and says so.
fn stay(lease: BorrowedFd<'_>) -> nix::Result<()> {
    nix::sys::prctl::set_pdeathsig(None)?;
    // Out of reach of nsl's terminal. Refused only to who leads a group already, and then it is so.
    let _ = nix::unistd::setsid();
    nix::unistd::write(lease, &[STAY])?;
    Ok(())
}
