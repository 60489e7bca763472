//! Waiting: an operation is one state machine over descriptors and a deadline, and every wait ends at an interrupt.
//!
//! The same [`Operation`] is driven by [`drive`] inside a task (tokio, so that other tasks go on) or by [`block`] in
//! place (poll(2), where Lua cannot yield). Which of the two is decided by whoever calls, not by the operation.

pub mod interrupt;
pub mod limit;

use std::future::poll_fn;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::task::Poll;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::error::{Error, Result};

/// What has to happen on a descriptor before an operation can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// There is something to read (or the other side is gone).
    Read,
    /// Something can be written (or the other side is gone).
    Write,
}

/// What an operation waits for: any of the descriptors, or the deadline.
#[derive(Debug, Default)]
pub struct Needs {
    /// Descriptors, which stay open until the operation's next step.
    pub fds: Vec<(RawFd, Ready)>,
    /// The moment at which the operation wants to go on by itself.
    pub deadline: Option<Instant>,
}

/// What a step of an operation came to.
#[derive(Debug)]
pub enum Step<T> {
    /// It is done.
    Done(T),
    /// It has to wait.
    Wait(Needs),
}

/// Something that takes time: it is stepped whenever what it needs may have happened, and must bear being stepped early.
pub trait Operation {
    /// What it comes to.
    type Output;
    /// Goes on as far as it can without waiting.
    fn step(&mut self) -> Result<Step<Self::Output>>;
}

/// Runs `operation` to its end in place. An interrupt ends the wait with an `EINTR` error.
pub fn block<O: Operation>(mut operation: O) -> Result<O::Output> {
    loop {
        interrupt::check()?;
        match operation.step()? {
            Step::Done(output) => return Ok(output),
            Step::Wait(needs) => poll_needs(&needs)?,
        }
    }
}

/// Waits with poll(2) for `needs` or an interrupt, whichever is first.
fn poll_needs(needs: &Needs) -> Result<()> {
    let mut fds: Vec<PollFd<'_>> = needs.fds.iter().map(|&(fd, ready)| PollFd::new(borrow(fd), flags(ready))).collect();
    if let Some(fd) = interrupt::fd() {
        fds.push(PollFd::new(fd, PollFlags::POLLIN));
    }
    let timeout = match needs.deadline.into_iter().chain(limit::deadline()).min() {
        None => PollTimeout::NONE,
        // Rounded up, so that a wait does not end just before its deadline and spin.
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            let millis = left.as_millis() + u128::from(left.subsec_nanos() % 1_000_000 != 0);
            PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX)
        }
    };
    match poll(&mut fds, timeout) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(errno) => Err(Error::system(errno)),
    }
}

/// Runs `operation` to its end inside a task of tokio's. Dropping the future abandons the operation.
pub async fn drive<O: Operation>(mut operation: O) -> Result<O::Output> {
    loop {
        match operation.step()? {
            Step::Done(output) => return Ok(output),
            Step::Wait(needs) => wait_for(needs).await?,
        }
    }
}

/// Ends when an interrupt is pending. Without [`interrupt::prepare`] it never ends.
pub async fn interrupted() -> Result<()> {
    let Some(fd) = interrupt::fd() else { return std::future::pending().await };
    wait_for(Needs { fds: vec![(fd.as_raw_fd(), Ready::Read)], deadline: None }).await
}

async fn wait_for(needs: Needs) -> Result<()> {
    let mut watched = Vec::with_capacity(needs.fds.len());
    for &(fd, ready) in &needs.fds {
        let interest = match ready {
            Ready::Read => Interest::READABLE,
            Ready::Write => Interest::WRITABLE,
        };
        // A duplicate, because two tasks may wait on one descriptor and epoll knows each only once.
        let own = borrow(fd).try_clone_to_owned()?;
        watched.push((register(own, interest)?, ready));
    }
    let any_ready = poll_fn(|context| {
        for (fd, ready) in &watched {
            let polled = match ready {
                Ready::Read => fd.poll_read_ready(context),
                Ready::Write => fd.poll_write_ready(context),
            };
            if polled.is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    });
    match needs.deadline {
        Some(deadline) => tokio::select! {
            () = any_ready => {}
            () = tokio::time::sleep_until(deadline.into()) => {}
        },
        None => any_ready.await,
    }
    Ok(())
}

#[allow(unsafe_code)]
fn register(fd: OwnedFd, interest: Interest) -> Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` gives the same open descriptor for as long as it lives, and the `AsyncFd` owns it.
    unsafe { AsyncFd::register_with_interest(fd, interest) }.map_err(|error| Error::from(std::io::Error::from(error)))
}

fn flags(ready: Ready) -> PollFlags {
    match ready {
        Ready::Read => PollFlags::POLLIN,
        Ready::Write => PollFlags::POLLOUT,
    }
}

#[allow(unsafe_code)]
fn borrow<'a>(fd: RawFd) -> BorrowedFd<'a> {
    // SAFETY: `Needs` promises that its descriptors stay open until the operation's next step.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

/// Waits until a moment.
#[derive(Debug)]
pub struct Sleep(Instant);

impl Sleep {
    /// Ends at `deadline`.
    pub fn until(deadline: Instant) -> Self {
        Self(deadline)
    }
}

impl Operation for Sleep {
    type Output = ();
    fn step(&mut self) -> Result<Step<()>> {
        if Instant::now() >= self.0 {
            return Ok(Step::Done(()));
        }
        Ok(Step::Wait(Needs { fds: Vec::new(), deadline: Some(self.0) }))
    }
}

/// Needs of one descriptor, with an optional deadline.
pub fn needs(fd: &impl AsRawFd, ready: Ready, deadline: Option<Instant>) -> Needs {
    Needs { fds: vec![(fd.as_raw_fd(), ready)], deadline }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    struct ReadByte(std::io::PipeReader);
    impl Operation for ReadByte {
        type Output = u8;
        fn step(&mut self) -> Result<Step<u8>> {
            let mut fds = [PollFd::new(borrow(self.0.as_raw_fd()), PollFlags::POLLIN)];
            if poll(&mut fds, PollTimeout::ZERO)? == 0 {
                return Ok(Step::Wait(needs(&self.0, Ready::Read, None)));
            }
            let mut byte = [0];
            std::io::Read::read_exact(&mut self.0, &mut byte)?;
            Ok(Step::Done(byte[0]))
        }
    }

    #[test]
    fn both_drivers_end_when_the_descriptor_is_ready() {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let late = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            writer.write_all(b"xy").expect("a write");
        });
        assert_eq!(block(ReadByte(reader.try_clone().expect("a copy"))).expect("a byte"), b'x');
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert_eq!(runtime.block_on(drive(ReadByte(reader))).expect("a byte"), b'y');
        late.join().expect("the writer");
    }

    #[test]
    fn a_deadline_is_not_missed_nor_early() {
        let start = Instant::now();
        block(Sleep::until(start + Duration::from_micros(20_300))).expect("a sleep");
        assert!(start.elapsed() >= Duration::from_micros(20_300));
    }
}
