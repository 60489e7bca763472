//! Output that is kept for whoever may read it: bounded buffers, filled by one thread for all of them.
//!
//! A child must never wait because its script is busy elsewhere, so a thread reads what comes, and of what is not fetched
//! the oldest is dropped. Whoever waits is woken by an eventfd, and reads for itself too.

use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::stdio::{Drained, drain};
use crate::error::Result;

/// How much is kept of each stream.
pub(super) const KEPT: usize = 1 << 20;

/// One stream of a child's.
#[derive(Debug)]
pub(super) struct Stream {
    id: u64,
    inner: Mutex<Inner>,
    /// Readable when something came since the last look.
    news: EventFd,
}

#[derive(Debug)]
struct Inner {
    /// None once it has ended.
    fd: Option<OwnedFd>,
    kept: VecDeque<u8>,
    dropped: u64,
}

impl Stream {
    /// Keeps what comes from `fd`, which must not block, from now on.
    pub(super) fn keep(fd: OwnedFd) -> Result<Arc<Self>> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let news = EventFd::from_value_and_flags(0, flags)?;
        let inner = Mutex::new(Inner { fd: Some(fd), kept: VecDeque::new(), dropped: 0 });
        let stream = Arc::new(Self { id, inner, news });
        Drainer::get()?.watch(&stream)?;
        Ok(stream)
    }

    /// Readable when something came since the last [`Stream::look`].
    pub(super) fn news(&self) -> &EventFd {
        &self.news
    }

    /// How many bytes were dropped because nobody fetched them.
    pub(super) fn dropped(&self) -> u64 {
        self.locked().dropped
    }

    /// Reads what is there, then shows what is kept to `find`, and whether the stream has ended. What `find` returns with
    /// a count takes so many bytes away.
    pub(super) fn look<T>(&self, find: impl FnOnce(&[u8], bool) -> (usize, T)) -> T {
        // EAGAIN: there was no news. Taken before the look, so that what comes after it is news again.
        let _ = self.news.read();
        let mut inner = self.locked();
        self.read(&mut inner);
        let ended = inner.fd.is_none();
        let (used, found) = find(inner.kept.make_contiguous(), ended);
        inner.kept.drain(..used);
        found
    }

    /// Keeps what is there and reads no more: for a terminal, it hangs up. Whoever waits finds the end.
    pub(super) fn stop(&self) {
        let mut inner = self.locked();
        self.read(&mut inner);
        if let Some(fd) = inner.fd.take() {
            Drainer::forget(self.id, &fd);
        }
        // A full counter is as good as a raised one.
        let _ = self.news.write(1);
    }

    fn read(&self, inner: &mut Inner) {
        let Some(fd) = &inner.fd else { return };
        let (kept, dropped) = (&mut inner.kept, &mut inner.dropped);
        let drained = drain(fd, |piece| {
            kept.extend(piece);
            let excess = kept.len().saturating_sub(KEPT);
            kept.drain(..excess);
            *dropped += excess as u64;
        });
        if drained == Drained::Ended {
            Drainer::forget(self.id, fd);
            inner.fd = None;
        }
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that reads, and what it reads.
struct Drainer {
    epoll: Epoll,
    streams: Mutex<HashMap<u64, Arc<Stream>>>,
}

static DRAINER: OnceLock<Drainer> = OnceLock::new();

impl Drainer {
    fn get() -> Result<&'static Self> {
        if let Some(drainer) = DRAINER.get() {
            return Ok(drainer);
        }
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let mut new = false;
        let drainer = DRAINER.get_or_init(|| {
            new = true;
            Self { epoll, streams: Mutex::default() }
        });
        if new {
            std::thread::Builder::new().name("nsl-output".to_owned()).spawn(|| drainer.serve())?;
        }
        Ok(drainer)
    }

    fn watch(&self, stream: &Arc<Stream>) -> Result<()> {
        self.locked().insert(stream.id, Arc::clone(stream));
        let inner = stream.locked();
        let event = EpollEvent::new(EpollFlags::EPOLLIN, stream.id);
        let added = inner.fd.as_ref().map_or(Ok(()), |fd| self.epoll.add(fd, event));
        Ok(added.inspect_err(|_| drop(self.locked().remove(&stream.id)))?)
    }

    /// By its own call: closing a descriptor is not enough where another is open on the same terminal.
    fn forget(id: u64, fd: &OwnedFd) {
        if let Some(drainer) = DRAINER.get() {
            // Refused only if it was never added.
            let _ = drainer.epoll.delete(fd.as_fd());
            drainer.locked().remove(&id);
        }
    }

    fn serve(&self) {
        let mut events = [EpollEvent::empty(); 32];
        loop {
            // EINTR and the like: look again.
            let ready = self.epoll.wait(&mut events, EpollTimeout::NONE).unwrap_or(0);
            for event in &events[..ready] {
                let stream = self.locked().get(&event.data()).cloned();
                if let Some(stream) = stream {
                    stream.read(&mut stream.locked());
                    // A full counter is as good as a raised one.
                    let _ = stream.news.write(1);
                }
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<u64, Arc<Stream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
