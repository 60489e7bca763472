//! UDP: numbered datagrams at a rate, and which of them arrive when.

use std::hash::{BuildHasher, RandomState};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, SockType, SockaddrStorage, bind, recv, send};

use super::{Detail, Next, ThroughputSpec};
use crate::error::Result;
use crate::wait::{Needs, Ready};

/// A measurement over UDP.
#[derive(Debug)]
pub(super) struct Udp {
    server: UdpSocket,
    client: UdpSocket,
    datagram: Vec<u8>,
    buffer: Vec<u8>,
    begun: Option<Instant>,
    sent: u64,
    arrivals: Arrivals,
}

/// What a datagram begins with: its number, when it was sent (nanoseconds since the first), and a token.
pub(super) const HEADER: usize = 24;
/// As much as fits into an Ethernet frame, whatever the family.
const SIZE: usize = 1400;
/// At most so many are sent before what has arrived is read …
const BURST: u64 = 32;
/// … and not more than fits into half of their buffer (of 212,992 bytes), where the kernel counts its own part of each.
const ROOM: usize = 100_000;

impl Udp {
    /// Makes both sockets.
    pub(super) fn start(spec: &ThroughputSpec) -> Result<Self> {
        let address = spec.address;
        let server = spec.to.enter(move || {
            let fd = super::open(address, SockType::Datagram)?;
            bind(fd.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(address, 0)))?;
            Ok(UdpSocket::from(fd))
        });
        let server = server.map_err(|error| super::listening(spec, error))?;
        let target = server.local_addr()?;
        let client = spec.from.enter(move || {
            let fd = super::open(address, SockType::Datagram)?;
            super::begin_connecting(&fd, target)?;
            Ok(UdpSocket::from(fd))
        });
        let client = client.map_err(|error| match error.as_errno() {
            Some(errno) => spec.failed("sending to", errno),
            None => error,
        })?;
        let size = spec.size.unwrap_or(SIZE);
        let mut datagram = vec![0; size];
        // The keys of a RandomState are the system's randomness.
        datagram[16..HEADER].copy_from_slice(&RandomState::new().hash_one(size).to_be_bytes());
        let arrivals = Arrivals::default();
        Ok(Self { server, client, datagram, buffer: vec![0; size], begun: None, sent: 0, arrivals })
    }

    /// Does a piece of it.
    pub(super) fn advance(&mut self, spec: &ThroughputSpec) -> Result<Next> {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        let end = begun + spec.duration;
        self.receive(begun)?;
        if now >= end {
            return Ok(self.finish(now, begun, spec));
        }
        let due = match spec.rate {
            Some(rate) => due(rate, self.datagram.len(), now - begun),
            None => u64::MAX,
        };
        let read: (RawFd, Ready) = (self.server.as_raw_fd(), Ready::Read);
        if self.sent < due {
            if self.send(due.min(self.sent + burst(self.datagram.len())), begun) {
                return Ok(Next::Go);
            }
            let write = (self.client.as_raw_fd(), Ready::Write);
            return Ok(Next::Wait(Needs { fds: vec![read, write], deadline: Some(end) }));
        }
        let next = spec.rate.map_or(end, |rate| begun + moment(rate, self.datagram.len(), self.sent));
        Ok(Next::Wait(Needs { fds: vec![read], deadline: Some(next.min(end)) }))
    }

    /// Sends until so many have been sent; false when the socket takes no more.
    fn send(&mut self, until: u64, begun: Instant) -> bool {
        while self.sent < until {
            let at = begun.elapsed().as_nanos() as u64;
            self.datagram[..8].copy_from_slice(&self.sent.to_be_bytes());
            self.datagram[8..16].copy_from_slice(&at.to_be_bytes());
            match send(self.client.as_raw_fd(), &self.datagram, MsgFlags::MSG_DONTWAIT) {
                Err(Errno::EAGAIN) => return false,
                Err(Errno::EINTR) => {}
                // What is refused on the way, or before it, is lost.
                _ => self.sent += 1,
            }
        }
        true
    }

    /// Takes in what has arrived.
    fn receive(&mut self, begun: Instant) -> Result<()> {
        for _ in 0..4 * BURST {
            let length = match recv(self.server.as_raw_fd(), &mut self.buffer, MsgFlags::MSG_DONTWAIT) {
                Err(Errno::EAGAIN | Errno::EINTR) => break,
                length => length?,
            };
            let datagram = &self.buffer[..length];
            if datagram.len() == self.datagram.len() && datagram[16..HEADER] == self.datagram[16..HEADER] {
                let sent = u64::from_be_bytes(datagram[8..16].try_into().unwrap_or_default());
                self.arrivals.add(sent, begun.elapsed().as_nanos() as u64);
            }
        }
        Ok(())
    }

    /// After the last was sent: waits for those on the way, until there have been none for a while.
    fn finish(&self, now: Instant, begun: Instant, spec: &ThroughputSpec) -> Next {
        let since = spec.duration.max(Duration::from_nanos(self.arrivals.last));
        let late = begun + since + self.arrivals.quiet();
        if self.arrivals.count < self.sent && now < late {
            return Next::Wait(Needs { fds: vec![(self.server.as_raw_fd(), Ready::Read)], deadline: Some(late) });
        }
        let received = self.arrivals.count.min(self.sent);
        let loss = (self.sent - received) as f64 / self.sent.max(1) as f64;
        let jitter = self.arrivals.jitter / 1e9;
        let detail = Detail::Udp { sent: self.sent, received, loss, jitter };
        // A queue on the way goes on after the last was sent.
        let span = Duration::from_nanos(self.arrivals.last - self.arrivals.first);
        Next::Over(received * self.datagram.len() as u64, span.max(spec.duration).as_secs_f64(), detail)
    }
}

/// How many datagrams of so many bytes are sent at once. Each frame of one costs the buffer about twice its data.
fn burst(size: usize) -> u64 {
    BURST.min((ROOM / (2 * size + 1000)) as u64).max(1)
}

/// How many datagrams of so many bytes are due after `elapsed` at `rate` bits a second: the first at once.
fn due(rate: u64, size: usize, elapsed: Duration) -> u64 {
    (elapsed.as_secs_f64() * rate as f64 / (size as f64 * 8.0)) as u64 + 1
}

/// When the datagram of this number is due.
fn moment(rate: u64, size: usize, number: u64) -> Duration {
    let seconds = number as f64 * size as f64 * 8.0 / rate as f64;
    // A nanosecond more, so that it is due when the wait for it ends.
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 2) + Duration::from_nanos(1)
}

/// How many arrived, and how evenly.
#[derive(Debug, Default)]
struct Arrivals {
    count: u64,
    /// When the first and the last did, in nanoseconds since the first was sent.
    first: u64,
    last: u64,
    /// How long it was on the way, in nanoseconds.
    transit: Option<f64>,
    /// In nanoseconds.
    jitter: f64,
}

impl Arrivals {
    /// One that was sent and arrived at these nanoseconds. The jitter is that of RFC 3550, 6.4.1.
    fn add(&mut self, sent: u64, arrived: u64) {
        let transit = arrived as f64 - sent as f64;
        if let Some(before) = self.transit.replace(transit) {
            self.jitter += ((transit - before).abs() - self.jitter) / 16.0;
        }
        if self.count == 0 {
            self.first = arrived;
        }
        self.count += 1;
        self.last = arrived;
    }

    /// How long nothing has to arrive for the rest to be lost: twice what the last took, and some.
    fn quiet(&self) -> Duration {
        match self.transit {
            Some(transit) => Duration::from_nanos(2 * transit.max(0.0) as u64) + Duration::from_millis(100),
            None => Duration::from_secs(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn jitter_is_how_much_the_transit_changes() {
        let mut arrivals = Arrivals::default();
        (0..100).for_each(|number| arrivals.add(number * 1000, number * 1000 + 500));
        assert_eq!((arrivals.count, arrivals.jitter), (100, 0.0));
        // Every second one comes 1,600 ns later: the jitter tends to that.
        (100..300).for_each(|number| arrivals.add(number * 1000, number * 1000 + 500 + number % 2 * 1600));
        assert!((arrivals.jitter - 1600.0).abs() < 1.0, "{}", arrivals.jitter);
        assert_eq!((arrivals.first, arrivals.last), (500, 299_000 + 500 + 1600));
    }

    proptest! {
        #[test]
        fn what_is_waited_for_is_then_due(rate in 1_000u64..10_000_000_000, size in 24usize..65_507, number in 0u64..100_000) {
            let wait = moment(rate, size, number);
            prop_assume!(wait < Duration::from_secs(3600));
            prop_assert!(due(rate, size, wait) > number);
        }
    }
}
