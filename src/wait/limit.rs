//! A limit of time over a longer job: whatever waits in it, and whatever looks for an interrupt, ends with an error once it
//! has passed. It holds for the thread that does the job.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::interrupt;
use crate::error::{Error, Result, explain};

/// The moment at which the job has to be done, and how long it had.
type Limit = Option<(Instant, Duration)>;

thread_local! {
    static LIMIT: Cell<Limit> = const { Cell::new(None) };
}

/// Puts the limit back that held before, however the job ends.
struct Restore(Limit);

impl Drop for Restore {
    fn drop(&mut self) {
        LIMIT.set(self.0);
    }
}

/// Does `work`, which fails with `ETIMEDOUT` at its next wait or look for an interrupt when `time` is over.
pub fn within<T>(time: Option<Duration>, work: impl FnOnce() -> T) -> T {
    let limit = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
    let _restore = Restore(LIMIT.replace(limit));
    work()
}

/// The limit, but while clean-up runs.
fn current() -> Limit {
    if interrupt::hidden() { None } else { LIMIT.get() }
}

/// When the job has to be done, if it has a limit.
pub(super) fn deadline() -> Option<Instant> {
    current().map(|(deadline, _)| deadline)
}

/// The error if the time is over.
pub(super) fn check() -> Result<()> {
    match current() {
        Some((deadline, time)) if Instant::now() >= deadline => {
            Err(Error::new(&explain::LAB_LATE).with("time", time.as_secs_f64()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_for_the_job_alone() {
        let late = within(Some(Duration::ZERO), interrupt::check).expect_err("no time at all");
        assert_eq!(late.code(), "ETIMEDOUT");
        assert!(interrupt::check().is_ok());
        assert!(within(Some(Duration::MAX), interrupt::check).is_ok(), "a time beyond the clock is no limit");
    }
}
