//! How nsl ends: the exit codes, and dying by the signal that stopped it.

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use nix::sys::signal::{SigHandler, Signal, raise, signal};

use super::args::Args;
use super::report;
use crate::error::{Class, Error};
use crate::script::{Failure, kept_panic};
use crate::wait::interrupt::Stop;

/// How a run ended, before and after clean-up.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The failures, in the order in which they happened.
    pub(super) failures: Vec<Failure>,
    /// What clean-up could not take away.
    pub(super) leftovers: Vec<Error>,
    /// What stopped it before its end.
    pub(super) stop: Option<Stop>,
}

impl Ended {
    /// Whether nothing went wrong.
    pub(super) fn is_good(&self) -> bool {
        self.failures.is_empty() && self.leftovers.is_empty() && self.stop.is_none()
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self { failures: vec![failure], ..Self::default() }
    }
}

impl From<Box<Failure>> for Ended {
    fn from(failure: Box<Failure>) -> Self {
        (*failure).into()
    }
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

/// A run that ended in a panic.
pub(super) fn bug() -> Ended {
    kept_panic().map_or_else(Ended::default, Ended::from)
}

/// Reports the failures and returns the exit code; after a signal, dies by it.
pub(super) fn leave(ended: Ended, args: &Args) -> ExitCode {
    for failure in &ended.failures {
        report::failure(failure, args.json);
    }
    report::leftovers(&ended.leftovers, args.json);
    match ended.stop {
        Some(Stop::Signal(number)) => {
            stopped_by(number, args.json);
            die_by(number)
        }
        Some(Stop::Exit(code)) if ended.failures.is_empty() && ended.leftovers.is_empty() => {
            ExitCode::from(u8::try_from(code & 0xff).unwrap_or(1))
        }
        _ => ExitCode::from(code(&ended)),
    }
}

/// What a command that runs no script comes to.
pub(super) type Done = std::result::Result<ExitCode, Box<Failure>>;

/// An error in what the command line asks for: exit code 2.
pub(super) fn usage(error: Error) -> Box<Failure> {
    Box::new(Failure { syntax: true, ..Failure::from(error) })
}

/// Reports why a command could not do its work, and gives its exit code.
pub(super) fn refused(failure: Box<Failure>, as_json: bool) -> ExitCode {
    report::failure(&failure, as_json);
    ExitCode::from(code(&failure.into()))
}

/// Says which signal stopped the run: once, though the main thread and the signal thread may both be leaving. Whoever
/// comes second returns when it is said.
pub(super) fn stopped_by(number: i32, as_json: bool) {
    static SAID: Mutex<bool> = Mutex::new(false);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !std::mem::replace(&mut *said, true) {
        report::stopped_by(number, as_json);
    }
}

/// 0, 1 the script failed, 2 it did not compile, 3 clean-up is incomplete, 4 privilege or feature, 70 a bug.
fn code(ended: &Ended) -> u8 {
    match ended.failures.first() {
        None if ended.leftovers.is_empty() => 0,
        None => 3,
        Some(failure) if failure.syntax => 2,
        Some(failure) => match failure.class {
            Class::Script => 1,
            Class::Privilege | Class::Feature => 4,
            Class::Bug => 70,
        },
    }
}

/// Dies by a signal, so that a shell sees 130, 143, 129 or 141.
pub(super) fn die_by(number: i32) -> ExitCode {
    if let Ok(number) = Signal::try_from(number) {
        default_action(number);
        // Where the signal cannot be raised, its code is returned instead.
        let _ = raise(number);
    }
    ExitCode::from(u8::try_from(128 + number).unwrap_or(1))
}

#[allow(unsafe_code)]
fn default_action(number: Signal) {
    // SAFETY: the default action replaces whatever was there; no handler of ours is involved.
    let _ = unsafe { signal(number, SigHandler::SigDfl) };
    let mut set = nix::sys::signal::SigSet::empty();
    set.add(number);
    let _ = set.thread_unblock();
}
