//! One namespace that is followed: its socket and what is known of it.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::object::{LINK_GROUPS, Object};
use super::state::{Sink, State};
use super::{Event, What};
use crate::error::Result;
use crate::kernel::entry;
use crate::kernel::namespace::Namespace;
use crate::kernel::xfrm;
use crate::netlink::Socket;

/// How many datagrams are read before what they said is given on.
const MOST: usize = 1_000;
/// Reading again takes at most the eleventh part of the time, so that events do not wait for it: it waits so many times as
/// long as it took last.
const REST: u32 = 10;

/// A namespace that is followed.
pub(super) struct Listener {
    namespace: Namespace,
    socket: Socket,
    /// That which tells of IPsec, if that is followed.
    ipsec: Option<Socket>,
    state: State,
    /// Something was lost, and was not told yet.
    lost: bool,
    /// When what is doubtful may be read again.
    not_before: Instant,
}

impl Listener {
    /// Listens from now on. Tells what is there if `tell` says so.
    pub(super) fn new(
        namespace: &Namespace,
        objects: &[Object],
        buffer: usize,
        told: Option<&mut VecDeque<Event>>,
    ) -> Result<Self> {
        let mut socket = namespace.event_socket()?;
        socket.set_receive_buffer(buffer)?;
        let state = State::new(objects);
        let (of_ipsec, others): (Vec<_>, Vec<_>) = state.sorts().partition(|sort| sort.object.is_ipsec());
        let mut ipsec = if of_ipsec.is_empty() { None } else { Some(xfrm::open(namespace)?) };
        if let Some(ipsec) = &mut ipsec {
            ipsec.set_receive_buffer(buffer)?;
            let joined = of_ipsec.iter().flat_map(|sort| sort.groups).try_for_each(|group| ipsec.join(*group));
            joined.map_err(|error| entry::refused(error, "IPsec", "following IPsec"))?;
        }
        for group in LINK_GROUPS.iter().chain(others.iter().flat_map(|sort| sort.groups)) {
            match socket.join(*group) {
                // An older kernel has no such group: it does not tell of these.
                Err(error) if error.as_errno() == Some(Errno::EINVAL) => {}
                joined => joined?,
            }
        }
        let mut listener =
            Self { namespace: namespace.clone(), socket, ipsec, state, lost: false, not_before: Instant::now() };
        let (open, mut nobody) = (told.is_some(), VecDeque::new());
        listener.settle(told.unwrap_or(&mut nobody), open)?;
        Ok(listener)
    }

    pub(super) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// It has another name.
    pub(super) fn set_namespace(&mut self, namespace: Namespace) {
        self.namespace = namespace;
    }

    /// Those of its sockets.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [Some(&self.socket), self.ipsec.as_ref()].into_iter().flatten().map(Socket::as_fd)
    }

    /// Takes in what has come; `at_once` if what is doubtful has to be read now. Gives when it wants to be called again,
    /// whether anything comes or not.
    pub(super) fn read(&mut self, events: &mut VecDeque<Event>, at_once: bool) -> Result<Option<Instant>> {
        loop {
            let mut sink = Sink { namespace: &self.namespace, events, open: true };
            let state = &mut self.state;
            match self.socket.receive_events(MOST, |kind, flags, bytes| state.hear(kind, flags, bytes, &mut sink)) {
                Ok(true) => break,
                // The rest stays where it is meanwhile; but after a loss it is taken, to come to an end of it.
                Ok(false) if !self.lost => return Ok(None),
                Ok(false) => {}
                Err(error) if error.as_errno() == Some(Errno::ENOBUFS) => self.lost = true,
                Err(error) => return Err(error),
            }
        }
        self.read_ipsec()?;
        if std::mem::take(&mut self.lost) {
            self.state.doubt_all();
            Sink { namespace: &self.namespace, events, open: true }.put(What::Overrun);
            self.not_before = Instant::now();
        }
        if !self.state.is_doubtful() {
            return Ok(None);
        }
        if !at_once && Instant::now() < self.not_before {
            return Ok(Some(self.not_before));
        }
        self.settle(events, true)?;
        Ok(None)
    }

    /// Takes in whether anything is told of IPsec.
    fn read_ipsec(&mut self) -> Result<()> {
        let Some(ipsec) = &mut self.ipsec else { return Ok(()) };
        let mut heard = false;
        loop {
            match ipsec.receive_events(MOST, |_, _, _| heard = true) {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) if error.as_errno() == Some(Errno::ENOBUFS) => self.lost = true,
                Err(error) => return Err(error),
            }
        }
        if heard {
            self.state.hear_of_ipsec();
        }
        Ok(())
    }

    fn settle(&mut self, events: &mut VecDeque<Event>, open: bool) -> Result<()> {
        let begun = Instant::now();
        let (state, namespace) = (&mut self.state, &self.namespace);
        let mut sink = Sink { namespace, events, open };
        namespace.with_socket(|socket| state.settle(socket, &mut sink))?;
        if state.is_ipsec_doubtful() {
            state.settle_ipsec(&mut xfrm::open(namespace)?, &mut sink)?;
        }
        self.not_before = Instant::now() + begun.elapsed().min(Duration::from_secs(1)) * REST;
        Ok(())
    }
}
