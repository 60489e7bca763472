//! TCP: connections between the two ends, written to as they take it and read as it comes.

use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::socket::{Backlog, MsgFlags, SockType, SockaddrStorage, bind, listen, recv, setsockopt, sockopt};

use super::{Detail, Next, ThroughputSpec};
use crate::error::{Error, Result};
use crate::wait::{Needs, Ready};

/// A measurement over TCP.
#[derive(Debug)]
pub(super) struct Tcp {
    listener: TcpListener,
    clients: Vec<TcpStream>,
    servers: Vec<TcpStream>,
    data: Vec<u8>,
    begun: Option<Instant>,
    connected: Option<Instant>,
    bytes: u64,
}

/// What is written at once unless told: half of what a processor's nearer cache has.
const CHUNK: usize = 128 << 10;

impl Tcp {
    /// Listens in the one namespace and makes the clients' sockets in the other.
    pub(super) fn start(spec: &ThroughputSpec) -> Result<Self> {
        let (address, parallel) = (spec.address, spec.parallel);
        let listener = spec.to.enter(move || {
            let fd = super::open(address, SockType::Stream)?;
            bind(fd.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(address, 0)))?;
            listen(&fd, Backlog::new(parallel as i32)?)?;
            Ok(fd)
        });
        let listener = listener.map_err(|error| super::listening(spec, error))?;
        let clients = spec.from.enter(move || {
            let fds = (0..parallel).map(|_| super::open(address, SockType::Stream)).collect::<nix::Result<Vec<_>>>()?;
            Ok(fds.into_iter().map(TcpStream::from).collect())
        })?;
        Ok(Self {
            listener: TcpListener::from(listener),
            clients,
            servers: Vec::new(),
            data: vec![0; spec.size.unwrap_or(CHUNK)],
            begun: None,
            connected: None,
            bytes: 0,
        })
    }

    /// Does a piece of it.
    pub(super) fn advance(&mut self, spec: &ThroughputSpec) -> Result<Next> {
        let Some(connected) = self.connected else { return self.connect(spec) };
        let end = connected + spec.duration;
        let moved = self.transfer(spec)?;
        let now = Instant::now();
        if now >= end {
            let detail = Detail::Tcp { retransmits: self.end()? };
            return Ok(Next::Over(self.bytes, (now - connected).as_secs_f64(), detail));
        }
        if moved {
            return Ok(Next::Go);
        }
        let read = self.servers.iter().map(|server| (server.as_raw_fd(), Ready::Read));
        let write = self.clients.iter().map(|client| (client.as_raw_fd(), Ready::Write));
        Ok(Next::Wait(Needs { fds: read.chain(write).collect(), deadline: Some(end) }))
    }

    /// Waits until all connections are there.
    fn connect(&mut self, spec: &ThroughputSpec) -> Result<Next> {
        let failed = |errno| spec.failed("connecting to", errno);
        let now = Instant::now();
        if self.begun.is_none() {
            let address = self.listener.local_addr()?;
            for client in &self.clients {
                super::begin_connecting(&client.as_fd().try_clone_to_owned()?, address).map_err(failed)?;
            }
        }
        let end = *self.begun.get_or_insert(now) + spec.timeout;
        loop {
            match self.listener.accept() {
                Ok((server, _)) => {
                    server.set_nonblocking(true)?;
                    self.servers.push(server);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        // Only those that are not connected: a socket that can be written to would end every wait at once.
        let mut fds: Vec<(RawFd, Ready)> = vec![(self.listener.as_raw_fd(), Ready::Read)];
        for client in &self.clients {
            if let Some(error) = client.take_error()? {
                return Err(failed(super::errno(&error)));
            }
            if client.peer_addr().is_err() {
                fds.push((client.as_raw_fd(), Ready::Write));
            }
        }
        if fds.len() == 1 && self.servers.len() >= self.clients.len() {
            self.connected = Some(now);
            return Ok(Next::Go);
        }
        if now >= end {
            return Err(failed(Errno::ETIMEDOUT));
        }
        Ok(Next::Wait(Needs { fds, deadline: Some(end) }))
    }

    /// Writes once to each connection and reads what has arrived; says whether anything moved.
    fn transfer(&mut self, spec: &ThroughputSpec) -> Result<bool> {
        let mut moved = false;
        for client in &mut self.clients {
            match client.write(&self.data) {
                Ok(_) => moved = true,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Err(spec.failed("sending to", super::errno(&error))),
            }
        }
        for server in &self.servers {
            // With MSG_TRUNC the kernel drops what has arrived instead of copying it (tcp(7)).
            match recv(server.as_raw_fd(), &mut self.data, MsgFlags::MSG_TRUNC | MsgFlags::MSG_DONTWAIT) {
                Ok(0) => return Err(spec.failed("sending to", Errno::ECONNRESET)),
                Ok(count) => {
                    self.bytes += count as u64;
                    moved = true;
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(spec.failed("sending to", errno)),
            }
        }
        Ok(moved)
    }

    /// Ends all connections at once, with what is still on the way; how many segments were sent again.
    fn end(&mut self) -> Result<u32> {
        let mut retransmits = 0;
        for client in self.clients.drain(..) {
            retransmits += total_retransmits(&client)?;
            // Closed so, nothing is sent any more and nothing is remembered of the connection.
            setsockopt(&client, sockopt::Linger, &libc::linger { l_onoff: 1, l_linger: 0 })?;
        }
        self.servers.clear();
        Ok(retransmits)
    }
}

#[allow(unsafe_code)]
fn total_retransmits(client: &TcpStream) -> Result<u32> {
    // SAFETY: a `tcp_info` is plain numbers, for which zeros are values.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::tcp_info>() as libc::socklen_t;
    let place = (&raw mut info).cast();
    // SAFETY: the kernel writes at most `length` bytes, the size of what `place` points to.
    let code =
        unsafe { libc::getsockopt(client.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_INFO, place, &raw mut length) };
    Errno::result(code).map_err(Error::system)?;
    Ok(info.tcpi_total_retrans)
}
