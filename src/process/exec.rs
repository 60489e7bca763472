//! Running a program to its end.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::child::Session;
use super::command::{CAPTURE_LIMIT, Command};
use super::descendants::{Ending, Family, GRACE};
use super::registry::{Child, End};
use super::signal;
use super::spawner::{self, Plan};
use super::stdio::{Drained, Ends, drain};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Operation, Ready, Step};

/// How a program ended, and what it printed where that was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// What it exited with; none if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it: `SIGKILL`.
    pub signal: Option<String>,
    /// Its output; none if it was not captured.
    pub stdout: Option<Vec<u8>>,
    /// Its errors; none if they were not captured.
    pub stderr: Option<Vec<u8>>,
    /// From its start until its end was seen.
    pub elapsed: Duration,
}

impl Exit {
    pub(super) fn new(child: &Child, end: End, stdout: Option<Vec<u8>>, stderr: Option<Vec<u8>>) -> Self {
        let elapsed = end.at.duration_since(child.started);
        Self { code: end.code, signal: end.signal.map(signal::name), stdout, stderr, elapsed }
    }

    /// Whether it exited with 0.
    pub fn ok(&self) -> bool {
        self.code == Some(0)
    }
}

/// A program that was ended before its time, and what it came to until then.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `ETIMEDOUT` or `EMSGSIZE`.
    pub error: Error,
    /// What was captured, and how it ended.
    pub exit: Exit,
}

/// A program that runs: an operation that comes to its end. Dropped before, it ends the program and its descendants
/// (TERM, two seconds, KILL).
#[derive(Debug)]
pub struct Exec {
    child: Arc<Child>,
    /// What one would type, for errors.
    command: String,
    stdout: Option<Capture>,
    stderr: Option<Capture>,
    limit: usize,
    timeout: Option<Duration>,
    /// Why it is being ended.
    cause: Option<Error>,
    ending: Option<Ending>,
    done: bool,
    warnings: Vec<Error>,
}

/// What was read of a stream; the descriptor is gone once the stream has ended.
#[derive(Debug)]
struct Capture {
    fd: Option<OwnedFd>,
    bytes: Vec<u8>,
    over: bool,
}

/// Starts a program in a namespace, to be waited for to its end. A terminal of its own (`pty`) is not for this.
///
/// Errors: the program cannot be run (`ENOENT`, `EACCES`, …); the namespace cannot be entered; limits.
pub fn exec(namespace: &Namespace, command: &Command) -> Result<Exec> {
    let ends = Ends::of(command)?;
    Exec::start(command.plan(namespace, ends.child, Session::Shared)?, ends.stdout, ends.stderr, command)
}

impl Exec {
    /// Makes the child, whose captured streams come out of the two descriptors.
    pub(super) fn start(plan: Plan, out: Option<OwnedFd>, err: Option<OwnedFd>, command: &Command) -> Result<Self> {
        let spawned = spawner::make(plan)?;
        let capture = |fd: Option<OwnedFd>| fd.map(|fd| Capture { fd: Some(fd), bytes: Vec::new(), over: false });
        Ok(Self {
            child: spawned.child,
            command: command.shown(),
            stdout: capture(out),
            stderr: capture(err),
            limit: command.limit.unwrap_or(CAPTURE_LIMIT),
            timeout: command.timeout,
            cause: None,
            ending: None,
            done: false,
            warnings: spawned.warnings,
        })
    }

    /// The program's pid.
    pub fn pid(&self) -> i32 {
        self.child.pid()
    }

    /// Sends it a signal (its number). One that has ended already is no error.
    pub fn signal(&self, signal: i32) -> Result<()> {
        self.child.signal(signal)
    }

    /// What could not be shown to it, each worded; they are given once.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.warnings)
    }

    /// Reads what is there.
    fn read(&mut self) {
        for capture in [&mut self.stdout, &mut self.stderr].into_iter().flatten() {
            capture.read(self.limit);
        }
    }

    /// Says why the program has to be ended, if it has.
    fn overdue(&self) -> Option<Error> {
        for (capture, stream) in [(&self.stdout, "standard output"), (&self.stderr, "standard error")] {
            if capture.as_ref().is_some_and(|capture| capture.over) {
                let error = Error::new(&explain::OUTPUT_TOO_LONG).with("stream", stream).with("limit", self.limit);
                return Some(error.with("command", &self.command).object(&self.command));
            }
        }
        let timeout = self.timeout.filter(|timeout| self.child.started.elapsed() >= *timeout)?;
        let error = Error::new(&explain::COMMAND_TIMED_OUT).with("timeout", seconds(timeout));
        Some(error.with("command", &self.command).object(&self.command))
    }

    fn finish(&mut self, end: End) -> std::result::Result<Exit, Failure> {
        self.done = true;
        if let Some(ending) = self.ending.take() {
            ending.kill();
            super::registry::reap_orphans();
        }
        self.read();
        if self.cause.is_none() {
            self.cause = self.overdue().filter(|error| error.is(&explain::OUTPUT_TOO_LONG));
        }
        let bytes = |capture: &mut Option<Capture>| capture.as_mut().map(|capture| std::mem::take(&mut capture.bytes));
        let exit = Exit::new(&self.child, end, bytes(&mut self.stdout), bytes(&mut self.stderr));
        match self.cause.take() {
            Some(error) => Err(Failure { error, exit }),
            None => Ok(exit),
        }
    }
}

impl Operation for Exec {
    type Output = std::result::Result<Exit, Failure>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        // Asked before the last look at the streams: what it wrote before its end is there by then.
        let end = self.child.end();
        if let Some(end) = end {
            return Ok(Step::Done(self.finish(end)));
        }
        self.read();
        if self.cause.is_none() {
            self.cause = self.overdue();
            if self.cause.is_some() {
                self.ending = Some(Ending::new(Family::of(&self.child), self.child.on_terminal, GRACE));
            }
        }
        let mut needs = match &mut self.ending {
            Some(ending) => ending.step().unwrap_or_default(),
            None => Needs { fds: Vec::new(), deadline: self.timeout.map(|timeout| self.child.started + timeout) },
        };
        needs.fds.push((self.child.pidfd().as_raw_fd(), Ready::Read));
        let captures = [&self.stdout, &self.stderr].into_iter().flatten();
        needs.fds.extend(captures.filter_map(|capture| Some((capture.fd.as_ref()?.as_raw_fd(), Ready::Read))));
        Ok(Step::Wait(needs))
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        if !self.done {
            super::descendants::end(&self.child);
        }
    }
}

impl Capture {
    /// Reads what is there; beyond the limit it is thrown away, so that the program can end.
    fn read(&mut self, limit: usize) {
        let Some(fd) = &self.fd else { return };
        let drained = drain(fd, |piece| {
            let room = limit - self.bytes.len();
            self.over |= piece.len() > room;
            self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        });
        if drained == Drained::Ended {
            self.fd = None;
        }
    }
}

/// A duration as a user would write it: `1.5`.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// The moment after which a wait of `timeout` is over.
pub(super) fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}
