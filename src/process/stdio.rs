//! A child's three streams: the ends it gets, the ends that nsl keeps.

use std::os::fd::OwnedFd;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;

use super::command::{Command, Input, Output, input_file, output_file};
use crate::error::Result;

/// The ends of a child's streams.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The child's, by descriptor number; none: nsl's own.
    pub(super) child: Vec<Option<OwnedFd>>,
    /// What nsl writes to, without blocking.
    pub(super) stdin: Option<OwnedFd>,
    /// What nsl reads from, without blocking.
    pub(super) stdout: Option<OwnedFd>,
    /// As `stdout`.
    pub(super) stderr: Option<OwnedFd>,
}

impl Ends {
    pub(super) fn of(command: &Command) -> Result<Self> {
        let (stdin, our_stdin) = match &command.stdin {
            Input::Inherit => (None, None),
            Input::Null => (Some(input_file(None)?), None),
            Input::Bytes(bytes) => (Some(input_file(Some(bytes))?), None),
            Input::Pipe => {
                let (theirs, ours) = pipe()?;
                (Some(theirs), Some(unblocked(ours)?))
            }
        };
        let (stdout, our_stdout) = output(&command.stdout)?;
        let (stderr, our_stderr) = match (&command.stderr, &command.stdout, &stdout) {
            // One file for both is opened once, so that neither writes over the other.
            (Output::Path(one), Output::Path(other), Some(file)) if one == other => (Some(file.try_clone()?), None),
            (stderr, ..) => output(stderr)?,
        };
        Ok(Self { child: vec![stdin, stdout, stderr], stdin: our_stdin, stdout: our_stdout, stderr: our_stderr })
    }
}

fn output(output: &Output) -> Result<(Option<OwnedFd>, Option<OwnedFd>)> {
    Ok(match output {
        Output::Inherit => (None, None),
        Output::Null => (Some(output_file(Path::new("/dev/null"))?), None),
        Output::Path(path) => (Some(output_file(path)?), None),
        Output::Capture => {
            let (ours, theirs) = pipe()?;
            (Some(theirs), Some(unblocked(ours)?))
        }
    })
}

/// Reading end, writing end.
fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    Ok(pipe2(OFlag::O_CLOEXEC)?)
}

/// Makes reads and writes refuse instead of waiting; only for ends whose open file is nsl's alone.
pub(super) fn unblocked(fd: OwnedFd) -> Result<OwnedFd> {
    fcntl(&fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(fd)
}

/// What one look at a stream gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drained {
    /// There is nothing more now, or enough was read for one look.
    Open,
    /// It has ended.
    Ended,
}

/// The most that one look reads: as much as a pipe can hold, so that a writer that never pauses cannot keep it here.
const ONE_LOOK: usize = 1 << 20;

/// Reads what is there, without waiting, in pieces.
pub(super) fn drain(fd: &OwnedFd, mut keep: impl FnMut(&[u8])) -> Drained {
    let mut piece = vec![0; 64 << 10];
    let mut total = 0;
    while total < ONE_LOOK {
        match nix::unistd::read(fd, &mut piece) {
            Ok(0) => return Drained::Ended,
            Ok(length) => {
                keep(&piece[..length]);
                total += length;
            }
            Err(nix::errno::Errno::EINTR) => {}
            Err(nix::errno::Errno::EAGAIN) => return Drained::Open,
            // EIO: the last process on the other side of a terminal is gone (pty(7)).
            Err(_) => return Drained::Ended,
        }
    }
    Drained::Open
}
