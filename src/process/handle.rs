//! A program that runs beside the script, and what can be done with it.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::child::Session;
use super::command::Command;
use super::descendants;
use super::exec::deadline;
use super::pty;
use super::registry::Child;
use super::spawner;
use super::stdio::Ends;
use super::stream::Stream;
use super::talk::{Expect, FindLine, Read, Wait, Write, line};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;

/// A program that runs. Letting go of it does not end it: [`Process::close`] does, and the end of nsl.
#[derive(Debug, Clone)]
pub struct Process(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) child: Arc<Child>,
    /// None once it is closed, or where it is not ours to write to.
    pub(super) stdin: Mutex<Option<Arc<OwnedFd>>>,
    pub(super) stdout: Option<Arc<Stream>>,
    pub(super) stderr: Option<Arc<Stream>>,
    pty: bool,
    warnings: Mutex<Vec<Error>>,
}

/// Starts a program in a namespace and goes on. With `pty` it gets a session and a terminal of its own for all three
/// streams; captured output is kept, the newest MiB of each stream.
///
/// Errors: the program cannot be run (`ENOENT`, `EACCES`, …); the namespace cannot be entered; limits.
pub fn spawn(namespace: &Namespace, command: &Command) -> Result<Process> {
    let (ends, session) = match command.pty {
        true => (pty::open()?, Session::OwnTerminal),
        false if command.daemon => (Ends::of(command)?, Session::Own),
        false => (Ends::of(command)?, Session::Shared),
    };
    start(namespace, command, ends, session)
}

/// As [`spawn`], but captured output is the caller's to read, in step with the program: the end of a pipe, which never
/// blocks. None if it is not captured.
///
/// Errors: as [`spawn`].
pub fn spawn_read(namespace: &Namespace, command: &Command) -> Result<(Process, Option<OwnedFd>)> {
    let mut ends = Ends::of(command)?;
    let output = ends.stdout.take();
    Ok((start(namespace, command, ends, Session::Shared)?, output))
}

fn start(namespace: &Namespace, command: &Command, ends: Ends, session: Session) -> Result<Process> {
    let kept = |fd: Option<OwnedFd>| fd.map(Stream::keep).transpose();
    let (stdout, stderr) = (kept(ends.stdout)?, kept(ends.stderr)?);
    let spawned = spawner::make(command.plan(namespace, ends.child, session)?)?;
    Ok(Process(Arc::new(Inner {
        child: spawned.child,
        stdin: Mutex::new(ends.stdin.map(Arc::new)),
        stdout,
        stderr,
        pty: command.pty,
        warnings: Mutex::new(spawned.warnings),
    })))
}

impl Process {
    /// Its pid, as nsl sees it.
    pub fn pid(&self) -> i32 {
        self.0.child.pid()
    }

    /// Whether it has not ended yet.
    pub fn running(&self) -> bool {
        self.0.child.end().is_none()
    }

    /// Sends it a signal (a number, see [`super::signal::parse`]). One that has ended already is no error.
    ///
    /// Errors: it runs as another user now (`EPERM`).
    pub fn kill(&self, signal: i32) -> Result<()> {
        self.0.child.signal(signal).map_err(|error| error.object(self.pid()))
    }

    /// Waits for its end. Of captured streams the result has what was kept and not read.
    ///
    /// Errors: it still runs after `timeout` (`ETIMEDOUT`); it goes on.
    pub fn wait(&self, timeout: Option<Duration>) -> Wait {
        Wait { process: Arc::clone(&self.0), timeout, deadline: deadline(timeout) }
    }

    /// Writes to its input; done when all has been taken.
    ///
    /// Errors: its input is closed, at either end (`EPIPE`).
    pub fn write(&self, bytes: Vec<u8>) -> Write {
        let fd = self.0.stdin.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Write { fd, bytes, written: 0, pid: self.pid() }
    }

    /// Ends its input. Its terminal, where it has one of its own, is sent the end-of-file character.
    pub fn close_stdin(&self) {
        let fd = self.0.stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(fd) = fd.filter(|_| self.0.pty) {
            // A full or dead terminal takes no more: then there is no reader to tell.
            let _ = nix::unistd::write(fd, &[pty::END_OF_FILE]);
        }
    }

    /// Reads a line of its output, without the line's end; what is left before the end of the output counts as a line,
    /// and after it there is none.
    ///
    /// Errors: none within `timeout` (`ETIMEDOUT`); its output is not kept (`EINVAL`).
    pub fn read_line(&self, timeout: Option<Duration>) -> Result<Read<FindLine>> {
        Ok(Read {
            stream: self.kept()?,
            find: line as FindLine,
            timeout,
            deadline: deadline(timeout),
            what: "a line".to_owned(),
        })
    }

    /// Waits until `find` finds in the unread output what it looks for: it is shown all of it, and whether the output has
    /// ended, and says how many bytes to take away and what it found. `what` is what it looks for, for the error.
    ///
    /// Errors: not within `timeout` (`ETIMEDOUT`); the output ended without it (`EPIPE`), each with the last of the output
    /// as a note; its output is not kept (`EINVAL`); those of `find`.
    pub fn expect<T, F>(&self, what: &str, timeout: Option<Duration>, find: F) -> Result<Expect<F>>
    where
        F: FnMut(&[u8], bool) -> Result<Option<(usize, T)>>,
    {
        let what = format!("\"{what}\"");
        Ok(Expect(Read { stream: self.kept()?, find, timeout, deadline: deadline(timeout), what }))
    }

    /// Ends it and its descendants: TERM, two seconds, KILL. Returns when they are gone; one that has ended is no error.
    pub fn close(&self) {
        self.0.stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(terminal) = self.0.stdout.as_ref().filter(|_| self.0.pty) {
            // A shell at its prompt may miss a signal, but not the end of its terminal.
            terminal.stop();
        }
        descendants::end(&self.0.child);
    }

    /// How many bytes of its output were dropped because nobody read them.
    pub fn dropped(&self) -> u64 {
        [&self.0.stdout, &self.0.stderr].into_iter().flatten().map(|stream| stream.dropped()).sum()
    }

    /// What could not be shown to it, each worded; they are given once.
    pub fn take_warnings(&self) -> Vec<Error> {
        std::mem::take(&mut *self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn kept(&self) -> Result<Arc<Stream>> {
        let missing = || Error::new(&explain::OUTPUT_NOT_KEPT).with("pid", self.pid()).object(self.pid());
        self.0.stdout.clone().ok_or_else(missing)
    }
}
