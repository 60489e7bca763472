//! One wave of requests: a socket for each host that asks, a bounded number on the way, and who was answered.
//!
//! An answer is known by its socket's identifier, the request's number and a token that all of a run's requests carry.

use std::hash::{BuildHasher, RandomState};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::Station;
use super::pairs::Pair;
use crate::error::Result;
use crate::probe::icmp::{self, Echo, Family, Message};
use crate::probe::ping::PingSpec;
use crate::probe::socket::{EchoSocket, OVERHEAD};

/// How requests are sent, and how long their answers are waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Since the last request was sent.
    pub(super) timeout: Duration,
    pub(super) hop_limit: u8,
    /// So many may be on the way. Most are answered before the system call that sends them returns; where they are not,
    /// a queue on the way must hold them: the kernel's between two interfaces has room for 1,000.
    pub(super) window: usize,
    /// What was not answered within this is no longer held to be on the way.
    pub(super) patience: Duration,
}

/// What to do after a piece of the wave.
pub(super) enum Next {
    /// There is more to do at once.
    Go,
    /// Something is to be read from the descriptor, or the moment has come.
    Wait(RawFd, Instant),
    /// The wave is over.
    Over,
}

/// A wave under way.
pub(super) struct Wave {
    stations: Arc<[Station]>,
    manner: Manner,
    token: [u8; 8],
    askers: Vec<Asker>,
    /// Whose turn it is to send.
    current: usize,
    epoll: Epoll,
    buffer: Vec<u8>,
    /// Sent and neither answered nor refused.
    waiting: usize,
    on_the_way: usize,
    last_sent: Instant,
    last_arrival: Instant,
}

struct Asker {
    host: u32,
    socket: Option<EchoSocket>,
    asks: Vec<Ask>,
    sent: usize,
}

struct Ask {
    target: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Answered,
    Refused,
}

/// So many requests of one host are sent before what has arrived is read: their answers fit into its socket's buffer
/// (of 212,992 bytes; each takes some 770).
const BURST: usize = 64;
/// So many sockets are read in one piece, and so many messages from each.
const SOCKETS: usize = 64;
const MESSAGES: usize = 1024;

impl Wave {
    /// Prepares to ask `pairs`, which are in the order of who asks.
    pub(super) fn new(stations: &Arc<[Station]>, pairs: &[Pair], manner: Manner) -> Result<Self> {
        let ask = |&(_, target): &Pair| Ask { target, state: State::Waiting };
        let askers = pairs.chunk_by(|one, other| one.0 == other.0).map(|pairs| {
            let asks = pairs.iter().map(ask).collect();
            Asker { host: pairs[0].0, socket: None, asks, sent: 0 }
        });
        let now = Instant::now();
        Ok(Self {
            stations: Arc::clone(stations),
            manner,
            // The keys of a RandomState are the system's randomness.
            token: RandomState::new().hash_one(pairs.len()).to_be_bytes(),
            askers: askers.collect(),
            current: 0,
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            // Errors quote as much of a packet as their sender likes, up to an Ethernet frame.
            buffer: vec![0; OVERHEAD + 1500],
            waiting: 0,
            on_the_way: 0,
            last_sent: now,
            last_arrival: now,
        })
    }

    /// Does a piece of it.
    pub(super) fn advance(&mut self) -> Result<Next> {
        self.receive()?;
        let now = Instant::now();
        if self.current == self.askers.len() {
            let end = self.last_sent + self.manner.timeout;
            let over = self.waiting == 0 || end <= now;
            return Ok(if over { Next::Over } else { self.wait(end) });
        }
        if self.on_the_way >= self.manner.window {
            let end = self.last_sent.max(self.last_arrival) + self.manner.patience;
            if now < end {
                return Ok(self.wait(end));
            }
            self.on_the_way = 0;
        }
        self.send(now)?;
        Ok(Next::Go)
    }

    fn wait(&self, end: Instant) -> Next {
        Next::Wait(self.epoll.0.as_raw_fd(), end)
    }

    /// How many requests have been sent.
    pub(super) fn sent(&self) -> usize {
        self.askers.iter().take(self.current + 1).map(|asker| asker.sent).sum()
    }

    /// For each pair in the order they were given, whether it was answered.
    pub(super) fn answered(&self) -> Vec<bool> {
        self.askers.iter().flat_map(|asker| &asker.asks).map(|ask| ask.state == State::Answered).collect()
    }

    /// Sends a burst of the current asker's requests.
    fn send(&mut self, now: Instant) -> Result<()> {
        let asker = &mut self.askers[self.current];
        let socket = match &mut asker.socket {
            Some(socket) => socket,
            none => {
                let socket = open(&self.stations[asker.host as usize], self.manner.hop_limit)?;
                self.epoll.add(&socket, EpollEvent::new(EpollFlags::EPOLLIN, self.current as u64))?;
                none.insert(socket)
            }
        };
        let burst = BURST.min(self.manner.window - self.on_the_way);
        for (number, ask) in asker.asks.iter_mut().enumerate().skip(asker.sent).take(burst) {
            let target = self.stations[ask.target as usize].address.addr();
            // No host asks so many in one wave that the number begins again.
            let echo = Echo { ident: socket.ident, seq: number as u16, payload: &self.token };
            match socket.send(&icmp::echo_request(family(target), &echo), target) {
                Ok(()) => {
                    self.waiting += 1;
                    self.on_the_way += 1;
                }
                // Full too: what fills it has not been answered either.
                Err(_) => ask.state = State::Refused,
            }
            asker.sent = number + 1;
        }
        self.last_sent = now;
        if asker.sent == asker.asks.len() {
            self.current += 1;
        }
        Ok(())
    }

    /// Takes in what has arrived.
    fn receive(&mut self) -> Result<()> {
        let mut ready = [EpollEvent::empty(); SOCKETS];
        let count = match self.epoll.wait(&mut ready, EpollTimeout::ZERO) {
            Err(Errno::EINTR) => 0,
            count => count?,
        };
        for event in &ready[..count] {
            let asker = &mut self.askers[event.data() as usize];
            let Some(socket) = &asker.socket else { continue };
            for _ in 0..MESSAGES {
                let Some(arrival) = socket.receive(&mut self.buffer)? else { break };
                let Some((ident, seq, state)) = read(arrival.message, arrival.from.is_ipv4(), &self.token) else {
                    continue;
                };
                let Some(ask) = asker.asks.get_mut(usize::from(seq)).filter(|_| ident == socket.ident) else {
                    continue;
                };
                if ask.state == State::Waiting {
                    ask.state = state;
                    self.waiting = self.waiting.saturating_sub(1);
                    self.on_the_way = self.on_the_way.saturating_sub(1);
                    self.last_arrival = Instant::now();
                }
            }
        }
        Ok(())
    }
}

fn open(station: &Station, hop_limit: u8) -> Result<EchoSocket> {
    let spec = PingSpec { ttl: Some(hop_limit), ..PingSpec::new(station.address.addr()) };
    station.namespace.enter(move || EchoSocket::open(&spec)).map_err(|error| error.object(station.namespace.label()))
}

fn family(address: std::net::IpAddr) -> Family {
    if address.is_ipv4() { Family::V4 } else { Family::V6 }
}

/// What a message says about one of the run's requests: identifier, number, and what became of it.
fn read(message: &[u8], v4: bool, token: &[u8; 8]) -> Option<(u16, u16, State)> {
    let (echo, state) = match icmp::parse(if v4 { Family::V4 } else { Family::V6 }, message)? {
        Message::Reply(echo) if echo.payload == token => (echo, State::Answered),
        Message::Reply(_) => return None,
        Message::Refused { echo, .. } => (echo, State::Refused),
    };
    // A quote may be cut short, or go on with what is not the request's.
    let own = echo.payload.iter().zip(token).all(|(quoted, own)| quoted == own);
    own.then_some((echo.ident, echo.seq, state))
}
