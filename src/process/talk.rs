//! What waits for a running program: its end, its output, room in its input. Operations of [`super::Process`].

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::exec::{Exit, seconds};
use super::handle::Inner;
use super::stream::Stream;
use crate::error::{Error, Result, explain};
use crate::wait::{Needs, Operation, Ready, Step, needs};

/// Waits for a program's end.
#[derive(Debug)]
pub struct Wait {
    pub(super) process: Arc<Inner>,
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Instant>,
}

impl Operation for Wait {
    type Output = Exit;

    fn step(&mut self) -> Result<Step<Exit>> {
        let child = &self.process.child;
        let Some(end) = child.end() else {
            if is_past(self.deadline) {
                let timeout = seconds(self.timeout.unwrap_or_default());
                let error = Error::new(&explain::PROCESS_RUNS).with("pid", child.pid()).with("timeout", timeout);
                return Err(error.object(child.pid()));
            }
            let fds = vec![(child.pidfd().as_raw_fd(), Ready::Read)];
            return Ok(Step::Wait(Needs { fds, deadline: self.deadline }));
        };
        let unread =
            |stream: &Option<Arc<Stream>>| stream.as_ref().map(|stream| stream.look(|kept, _| (0, kept.to_vec())));
        Ok(Step::Done(Exit::new(child, end, unread(&self.process.stdout), unread(&self.process.stderr))))
    }
}

/// Writes to a program's input.
#[derive(Debug)]
pub struct Write {
    pub(super) fd: Option<Arc<OwnedFd>>,
    pub(super) bytes: Vec<u8>,
    pub(super) written: usize,
    pub(super) pid: i32,
}

impl Operation for Write {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        let closed = || Error::new(&explain::INPUT_CLOSED).with("pid", self.pid).object(self.pid);
        let fd = self.fd.as_ref().ok_or_else(closed)?;
        while self.written < self.bytes.len() {
            match nix::unistd::write(fd, &self.bytes[self.written..]) {
                Ok(length) => self.written += length,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(Step::Wait(needs(fd, Ready::Write, None))),
                // EIO: the last process on its terminal is gone.
                Err(Errno::EPIPE | Errno::EIO) => return Err(closed()),
                Err(errno) => return Err(Error::system(errno).object(self.pid)),
            }
        }
        Ok(Step::Done(()))
    }
}

/// Reads from a program's output what `find` finds there; nothing once the output has ended without it.
#[derive(Debug)]
pub struct Read<F> {
    pub(super) stream: Arc<Stream>,
    pub(super) find: F,
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Instant>,
    pub(super) what: String,
}

impl<T, F: FnMut(&[u8], bool) -> Result<Option<(usize, T)>>> Operation for Read<F> {
    type Output = Option<T>;

    fn step(&mut self) -> Result<Step<Option<T>>> {
        let Self { stream, find, .. } = self;
        let (found, ended) = stream.look(|kept, ended| match find(kept, ended) {
            Ok(Some((used, found))) => (used.min(kept.len()), (Ok(Some(found)), ended)),
            Ok(None) => (0, (Ok(None), ended)),
            Err(error) => (0, (Err(error), ended)),
        });
        let found = found?;
        if found.is_some() || ended {
            return Ok(Step::Done(found));
        }
        if is_past(self.deadline) {
            let timeout = seconds(self.timeout.unwrap_or_default());
            return Err(self.noted(Error::new(&explain::OUTPUT_LATE).with("timeout", timeout)));
        }
        Ok(Step::Wait(needs(self.stream.news(), Ready::Read, self.deadline)))
    }
}

impl<F> Read<F> {
    /// Says what was looked for and what came instead.
    fn noted(&self, error: Error) -> Error {
        const SHOWN: usize = 200;
        let last = self
            .stream
            .look(|kept, _| (0, String::from_utf8_lossy(&kept[kept.len().saturating_sub(SHOWN)..]).into_owned()));
        let error = error.with("what", &self.what);
        if last.is_empty() {
            error
        } else {
            error.note(format!("the unread output ends in \"{}\"", crate::error::escape(&last)))
        }
    }
}

/// As [`Read`], where an end of the output without the thing is an error.
#[derive(Debug)]
pub struct Expect<F>(pub(super) Read<F>);

impl<T, F: FnMut(&[u8], bool) -> Result<Option<(usize, T)>>> Operation for Expect<F> {
    type Output = T;

    fn step(&mut self) -> Result<Step<T>> {
        match self.0.step()? {
            Step::Done(Some(found)) => Ok(Step::Done(found)),
            Step::Done(None) => Err(self.0.noted(Error::new(&explain::OUTPUT_ENDED))),
            Step::Wait(needs) => Ok(Step::Wait(needs)),
        }
    }
}

/// What [`super::Process::read_line`] looks for.
pub type FindLine = fn(&[u8], bool) -> Result<Option<(usize, Vec<u8>)>>;

/// Finds a line, for [`Read`]: without its end, `\r` of a terminal's lines included.
pub(super) fn line(kept: &[u8], ended: bool) -> Result<Option<(usize, Vec<u8>)>> {
    let (used, text) = match kept.iter().position(|byte| *byte == b'\n') {
        Some(end) => (end + 1, kept[..end].strip_suffix(b"\r").unwrap_or(&kept[..end])),
        None if ended && !kept.is_empty() => (kept.len(), kept),
        None => return Ok(None),
    };
    Ok(Some((used, text.to_vec())))
}

fn is_past(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}
