//! One NETLINK_ROUTE socket: send, receive, match answers to requests by sequence number.
//!
//! A socket stays in the network namespace of the thread that opened it, wherever it is used later.

use std::cell::Cell;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NLMSG_NOOP, NLMSG_OVERRUN,
    NetlinkDeserializable, NetlinkHeader, NetlinkSerializable,
};
use netlink_sys::{SocketAddr, protocols::NETLINK_ROUTE};
use nix::errno::Errno;

use super::frame::{self, Frame, Frames};
use super::{Message, ack};
use crate::error::{Error, Result, explain};
use crate::wait::interrupt;

/// The kernel fills datagrams of up to 32 KiB in dumps when the reader has room for them.
const BUFFER: usize = 64 * 1024;
/// How often a list that changed while it was read is read again.
const TRIES: usize = 10;

thread_local! {
    /// Lent to whichever socket of this thread reads answers: room of its own for each of a thousand sockets would cost
    /// as much time as what is asked of it.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A NETLINK_ROUTE socket, bound to the namespace of the thread that opened it.
#[derive(Debug)]
pub struct Socket {
    inner: netlink_sys::Socket,
    sequence: u32,
    buffer: Vec<u8>,
    /// An exchange was abandoned: what is left of its answer has to be read away first.
    unfinished: bool,
}

/// What came from the kernel in answer to one request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Whole,
    /// A part was lost, or what it lists changed meanwhile.
    Torn,
}

impl Socket {
    /// Opens a socket in the calling thread's network namespace, with extended ACKs and strict checks.
    pub fn open() -> Result<Self> {
        Self::open_protocol(NETLINK_ROUTE)
    }

    /// As [`Socket::open`], of another of netlink's protocols.
    pub fn open_protocol(protocol: isize) -> Result<Self> {
        let mut inner = netlink_sys::Socket::new(protocol)?;
        inner.bind(&SocketAddr::new(0, 0))?;
        Self::configure(inner)
    }

    /// Adopts a NETLINK_ROUTE socket that was made in another namespace.
    #[allow(unsafe_code)]
    pub fn from_fd(fd: OwnedFd) -> Result<Self> {
        // SAFETY: the descriptor is open and owned, and ownership passes to the socket.
        let mut inner = unsafe { netlink_sys::Socket::from_raw_fd(fd.into_raw_fd()) };
        match inner.bind(&SocketAddr::new(0, 0)) {
            // It is bound already.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {}
            bound => bound?,
        }
        Self::configure(inner)
    }

    fn configure(inner: netlink_sys::Socket) -> Result<Self> {
        inner.set_ext_ack(true)?;
        inner.set_cap_ack(true)?;
        inner.set_netlink_get_strict_chk(true)?;
        Ok(Self { inner, sequence: 0, buffer: Vec::new(), unfinished: false })
    }

    /// Sends one request and waits for its acknowledgement. `flags` are added to `NLM_F_REQUEST | NLM_F_ACK`.
    ///
    /// A refusal is [`Error::system`] of its errno, with the kernel's text if it gave one.
    pub fn execute<M: NetlinkSerializable>(&mut self, message: M, flags: u16) -> Result<()> {
        match self.exchange(&message, flags | NLM_F_ACK, &mut |_| Ok(()))? {
            Answer::Whole => Ok(()),
            Answer::Torn => Err(Error::system(Errno::ENOBUFS)),
        }
    }

    /// Sends one request and gives what came before its acknowledgement: `RTM_GET…` of one object.
    pub fn query<M: NetlinkSerializable + NetlinkDeserializable>(&mut self, message: M, flags: u16) -> Result<Vec<M>> {
        let mut answers = Vec::new();
        match self
            .exchange(&message, flags | NLM_F_ACK, &mut |frame| parse(frame).map(|answer| answers.push(answer)))?
        {
            Answer::Whole => Ok(answers),
            Answer::Torn => Err(Error::system(Errno::ENOBUFS)),
        }
    }

    /// Reads a whole list. Begun again when it changed while it was read, at most ten times.
    pub fn dump<M: NetlinkSerializable + NetlinkDeserializable>(&mut self, message: M) -> Result<Vec<M>> {
        let mut answers = Vec::new();
        for _ in 0..TRIES {
            answers.clear();
            if self.exchange(&message, NLM_F_DUMP, &mut |frame| parse(frame).map(|answer| answers.push(answer)))?
                == Answer::Whole
            {
                return Ok(answers);
            }
        }
        Err(Error::new(&explain::LIST_KEEPS_CHANGING))
    }

    /// Reads a whole list as [`Socket::dump`], each message of it as type and bytes by `read`: for long lists, of which no
    /// copy is made.
    pub fn dump_with<T>(
        &mut self,
        message: &impl NetlinkSerializable,
        mut read: impl FnMut(u16, &[u8]) -> Option<T>,
    ) -> Result<Vec<T>> {
        let mut list = Vec::new();
        for _ in 0..TRIES {
            list.clear();
            let mut each = |frame: &Frame<'_>| {
                list.extend(read(frame.kind, frame.payload));
                Ok(())
            };
            if self.exchange(message, NLM_F_DUMP, &mut each)? == Answer::Whole {
                return Ok(list);
            }
        }
        Err(Error::new(&explain::LIST_KEEPS_CHANGING))
    }

    /// Subscribes to a multicast group: an `RTNLGRP_…` number.
    pub fn join(&mut self, group: u32) -> Result<()> {
        self.inner.add_membership(group).map_err(Error::from)
    }

    /// The next event of the groups that were joined; none if there is nothing now.
    ///
    /// `ENOBUFS` when events were lost: what they would have said has to be read anew. On a socket used for this alone.
    pub fn receive_event(&mut self) -> Result<Option<Message>> {
        loop {
            if self.buffer.is_empty() && !self.receive()? {
                return Ok(None);
            }
            let (consumed, event) = match Frames::new(&self.buffer).next() {
                Some(frame) => (frame::align(frame::HEADER + frame.payload.len()), Some(parse(&frame))),
                None => (self.buffer.len(), None),
            };
            self.buffer.drain(..consumed.min(self.buffer.len()));
            if let Some(event) = event {
                return event.map(Some);
            }
        }
    }

    /// Sends one request and reads until its end; `each` gets what comes before that.
    fn exchange(
        &mut self,
        message: &impl NetlinkSerializable,
        flags: u16,
        each: &mut dyn FnMut(&Frame<'_>) -> Result<()>,
    ) -> Result<Answer> {
        let sequence = self.next_sequence();
        let mut bytes = Vec::with_capacity(frame::HEADER + message.buffer_len());
        frame::append(&mut bytes, message, flags | NLM_F_REQUEST, sequence);
        self.send(&bytes)?;
        let mut torn = false;
        loop {
            match self.receive() {
                Ok(true) => {}
                // The end was lost: the kernel has queued everything it has to say, and it is not there.
                Ok(false) => break,
                Err(error) if error.as_errno() == Some(Errno::ENOBUFS) => {
                    torn = true;
                    continue;
                }
                Err(error) => return Err(error),
            }
            for frame in Frames::new(&self.buffer).filter(|frame| frame.sequence == sequence) {
                torn |= frame.flags & NLM_F_DUMP_INTR != 0;
                match frame.kind {
                    NLMSG_NOOP => {}
                    NLMSG_OVERRUN => torn = true,
                    NLMSG_ERROR | NLMSG_DONE => {
                        let outcome = ack::outcome(&frame, frame.kind == NLMSG_DONE);
                        self.finished();
                        return outcome.map(|()| if torn { Answer::Torn } else { Answer::Whole });
                    }
                    _ => each(&frame)?,
                }
            }
            if flags & NLM_F_DUMP == NLM_F_DUMP {
                interrupt::check()?;
            }
        }
        self.finished();
        Ok(Answer::Torn)
    }

    /// The number of the next request.
    pub(super) fn next_sequence(&mut self) -> u32 {
        // 0 is what events carry.
        self.sequence = self.sequence.wrapping_add(1).max(1);
        self.sequence
    }

    /// Sends requests. From here until their answers are read the exchange is unfinished.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        if self.unfinished {
            self.read_away()?;
        }
        self.unfinished = true;
        loop {
            match self.inner.send(bytes, 0) {
                Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
                sent => return sent.map(drop).map_err(Error::from),
            }
        }
    }

    /// Says that all answers to what was sent have been read.
    pub(super) fn finished(&mut self) {
        self.unfinished = false;
        SPARE.set(std::mem::take(&mut self.buffer));
    }

    /// Reads away what an abandoned exchange left, a running dump too.
    fn read_away(&mut self) -> Result<()> {
        loop {
            match self.receive() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.as_errno() == Some(Errno::ENOBUFS) => {}
                Err(error) => return Err(error),
            }
        }
        self.finished();
        Ok(())
    }

    /// Reads the next datagram of the kernel's into the buffer; false if there is none.
    ///
    /// It never waits: the kernel answers inside `send`, and goes on with a dump inside `recv`. `ENOBUFS` if something
    /// was lost; a datagram larger than the buffer counts as that, and the buffer is larger for the next try.
    fn receive(&mut self) -> Result<bool> {
        if self.buffer.capacity() == 0 {
            self.buffer = SPARE.take();
        }
        loop {
            self.buffer.clear();
            self.buffer.reserve(BUFFER);
            match self.inner.recv_from(&mut self.buffer, libc::MSG_DONTWAIT | libc::MSG_TRUNC) {
                // Another program may send to this socket too.
                Ok((_, from)) if from.port_number() != 0 => {}
                Ok((length, _)) if length > self.buffer.len() => {
                    self.buffer.clear();
                    self.buffer.reserve(length.next_power_of_two());
                    return Err(Error::system(Errno::ENOBUFS));
                }
                Ok(_) => return Ok(true),
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => {}
                    Some(libc::EAGAIN) => return Ok(false),
                    _ => return Err(error.into()),
                },
            }
        }
    }

    /// Reads the next datagram for a batch: its frames, or none when there is nothing more.
    pub(super) fn receive_frames(&mut self) -> Result<Option<Frames<'_>>> {
        Ok(if self.receive()? { Some(Frames::new(&self.buffer)) } else { None })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.inner.as_raw_fd()
    }
}

fn parse<M: NetlinkDeserializable>(frame: &Frame<'_>) -> Result<M> {
    let mut header = NetlinkHeader::default();
    header.message_type = frame.kind;
    M::deserialize(&header, frame.payload).map_err(|error| Error::new(&explain::ANSWER_UNREADABLE).with("what", error))
}
