//! Ping: echo requests to one address, and what became of them.
//!
//! The socket is made inside the namespace; from then on nothing here depends on where it runs. A reply is known by
//! the identifier, the sequence number and a token in its data, so that pings side by side never take each other's.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::icmp::{self, Echo, Family, Message};
use super::report::{PingResult, Refusal, Reply};
use super::socket::{Arrival, EchoSocket, OVERHEAD};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Operation, Ready, Step};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct PingSpec {
    /// The address to ask.
    pub target: IpAddr,
    /// How many requests: 1 to 1,000,000.
    pub count: u32,
    /// From one request to the next.
    pub interval: Duration,
    /// How long an answer is waited for. One that comes later still counts if the ping is not over by then.
    pub timeout: Duration,
    /// Bytes of data in a request: up to 65,507 (IPv6: 65,527).
    pub size: usize,
    /// The address to ask from, one of the namespace's own.
    pub source: Option<IpAddr>,
    /// The time to live (IPv6: hop limit), from 1.
    pub ttl: Option<u8>,
    /// The interface to send and receive by; link-local addresses need it.
    pub device: Option<String>,
}

impl PingSpec {
    /// One request with 56 bytes of data and two seconds for its answer: a fresh IPv6 neighbour may take one to be found.
    pub fn new(target: IpAddr) -> Self {
        Self {
            target,
            count: 1,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            size: 56,
            source: None,
            ttl: None,
            device: None,
        }
    }

    pub(super) fn family(&self) -> Family {
        if self.target.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    /// Refuses what cannot be asked.
    fn check(&self) -> Result<()> {
        let largest = if self.target.is_ipv4() { 65_507 } else { 65_527 };
        range("count", self.count as usize, 1, 1_000_000)?;
        range("size", self.size, 0, largest)?;
        range("ttl", self.ttl.map_or(1, usize::from), 1, 255)?;
        if let Some(source) = self.source
            && source.is_ipv4() != self.target.is_ipv4()
        {
            return Err(Error::new(&explain::PING_FAMILIES).with("source", source).with("target", self.target));
        }
        let local = [Some(self.target), self.source].into_iter().flatten().find(is_link_local);
        match (&self.device, local) {
            (None, Some(address)) => Err(Error::new(&explain::PING_NEEDS_DEVICE).with("address", address)),
            // To the kernel an empty name is no name, and it cuts a longer one short.
            (Some(device), _) if device.is_empty() || device.len() >= libc::IFNAMSIZ => {
                Err(Error::new(&explain::PING_DEVICE_MISSING).with("device", device))
            }
            _ => Ok(()),
        }
    }
}

fn range(key: &str, value: usize, least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let expected = format!("a number from {least} to {most}");
    Err(Error::new(&explain::OPTION_VALUE).with("key", key).with("expected", expected).with("got", value))
}

/// Whether the address means something only together with an interface.
fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        // ff01:: and ff02:: are the multicast scopes of an interface and a link (RFC 4291).
        IpAddr::V6(v6) => v6.is_unicast_link_local() || matches!(v6.octets(), [0xff, scope, ..] if scope & 0xf <= 2),
    }
}

/// What is known of one request.
#[derive(Debug, Clone, Copy)]
struct Request {
    sent: Instant,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Answered,
    Refused,
}

/// A ping under way.
#[derive(Debug)]
pub struct Ping {
    socket: EchoSocket,
    buffer: Vec<u8>,
    record: Record,
}

/// How much is taken off the socket in one step, so that a flood cannot keep a step from ending.
const BURST: usize = 1024;

impl Ping {
    /// Prepares a ping in a namespace. Nothing is sent before its first step.
    ///
    /// Errors: the namespace is gone; what `spec` asks cannot be (`EINVAL`), its device (`ENODEV`) or source
    /// (`EADDRNOTAVAIL`) is not there, or ICMP is forbidden (`EPERM`).
    pub fn start(namespace: &Namespace, spec: PingSpec) -> Result<Self> {
        let device = spec.device.as_ref().map(|device| match namespace.label().as_str() {
            "" => device.clone(),
            label => format!("{label}/{device}"),
        });
        let target = spec.target;
        namespace.enter(move || Self::here(spec)).map_err(|error| match device {
            Some(device) if error.is(&explain::PING_DEVICE_MISSING) => error.object(device),
            _ => error.object(target),
        })
    }

    /// The same in the network namespace of the calling thread.
    pub fn here(spec: PingSpec) -> Result<Self> {
        spec.check()?;
        let socket = EchoSocket::open(&spec)?;
        // Errors quote as much of a packet as their sender likes, up to an Ethernet frame.
        let buffer = vec![0; OVERHEAD + spec.size.max(1500)];
        Ok(Self { buffer, record: Record::new(spec, socket.ident), socket })
    }

    /// Takes in what has arrived.
    fn receive(&mut self) -> Result<()> {
        for _ in 0..BURST {
            let Some(arrival) = self.socket.receive(&mut self.buffer)? else { break };
            self.record.arrived(&arrival, Instant::now());
        }
        Ok(())
    }

    /// Sends the next request. `false`: the socket's buffer is full.
    fn send(&mut self) -> bool {
        let message = self.record.next_request();
        let now = Instant::now();
        match self.socket.send(&message, self.record.spec.target) {
            Err(Errno::EAGAIN) => return false,
            sent => self.record.sent(now, sent.err()),
        }
        true
    }
}

impl Operation for Ping {
    type Output = PingResult;

    fn step(&mut self) -> Result<Step<PingResult>> {
        self.receive()?;
        let now = Instant::now();
        let mut needs = Needs { fds: vec![(self.socket.as_raw_fd(), Ready::Read)], deadline: None };
        if self.record.next_send(now).is_some_and(|due| due <= now) && !self.send() {
            needs.fds.push((self.socket.as_raw_fd(), Ready::Write));
            return Ok(Step::Wait(needs));
        }
        needs.deadline = self.record.next_send(now).or_else(|| self.record.waits_until(now));
        Ok(if needs.deadline.is_some() { Step::Wait(needs) } else { Step::Done(self.record.result()) })
    }
}

/// What was sent and what came back; knows nothing of sockets.
#[derive(Debug)]
struct Record {
    spec: PingSpec,
    ident: u16,
    payload: Vec<u8>,
    requests: Vec<Request>,
    replies: Vec<Reply>,
    refusals: Vec<Refusal>,
}

/// Bytes of the token at the start of the data. Shorter data is the beginning of it.
const TOKEN: usize = 8;

impl Record {
    fn new(spec: PingSpec, ident: u16) -> Self {
        // The keys of a RandomState are the system's randomness: no two pings have the same token.
        let token = RandomState::new().hash_one(ident).to_be_bytes();
        let pattern = TOKEN as u8..=u8::MAX;
        let payload = token.into_iter().chain(pattern.cycle()).take(spec.size).collect();
        Self { spec, ident, payload, requests: Vec::new(), replies: Vec::new(), refusals: Vec::new() }
    }

    fn next_request(&self) -> Vec<u8> {
        let echo = Echo { ident: self.ident, seq: wire_number(self.requests.len()), payload: &self.payload };
        icmp::echo_request(self.spec.family(), &echo)
    }

    /// Notes that the next request was sent, or that the kernel refused to.
    fn sent(&mut self, now: Instant, refused: Option<Errno>) {
        let state = if refused.is_some() { State::Refused } else { State::Waiting };
        self.requests.push(Request { sent: now, state });
        if let Some(errno) = refused {
            self.refusals.push(Refusal { seq: self.requests.len() as u32, from: None, reason: None, errno });
        }
    }

    /// Notes what arrived, if it is about one of the requests.
    fn arrived(&mut self, arrival: &Arrival<'_>, now: Instant) {
        let from = arrival.from;
        match icmp::parse(self.spec.family(), arrival.message) {
            Some(Message::Reply(echo)) => {
                let Some(index) = self.whose(&echo).filter(|_| echo.payload == self.payload) else { return };
                let request = &mut self.requests[index];
                // A second answer: a duplicate on the way, or another host's to a broadcast.
                if std::mem::replace(&mut request.state, State::Answered) == State::Answered {
                    return;
                }
                let time = (now - request.sent).as_secs_f64();
                let (ttl, bytes) = (arrival.ttl, arrival.message.len());
                self.replies.push(Reply { seq: index as u32 + 1, time, ttl, from, bytes });
            }
            Some(Message::Refused { echo, reason, errno }) => {
                // A quote ends where its sender likes, or goes on with what is not the request's (RFC 4884).
                let quoted = echo.payload.iter().zip(&self.payload).all(|(quoted, own)| quoted == own);
                let Some(index) = self.whose(&echo).filter(|_| quoted) else { return };
                let request = &mut self.requests[index];
                if request.state == State::Waiting {
                    request.state = State::Refused;
                    let (from, reason) = (Some(from), Some(reason));
                    self.refusals.push(Refusal { seq: index as u32 + 1, from, reason, errno });
                }
            }
            None => {}
        }
    }

    /// The index of the request that has an echo's numbers: the latest, since these begin again after 65,536.
    fn whose(&self, echo: &Echo<'_>) -> Option<usize> {
        let last = self.requests.len().checked_sub(1)?;
        let back = wire_number(last).wrapping_sub(echo.seq);
        last.checked_sub(usize::from(back)).filter(|_| echo.ident == self.ident)
    }

    /// When the next request is due; `None` if there is none.
    fn next_send(&self, now: Instant) -> Option<Instant> {
        let more = self.requests.len() < self.spec.count as usize;
        more.then(|| self.requests.last().map_or(now, |last| after(last.sent, self.spec.interval)))
    }

    /// Until when there is a request that still waits for its answer.
    fn waits_until(&self, now: Instant) -> Option<Instant> {
        let end = |request: &Request| after(request.sent, self.spec.timeout);
        let mut recent = self.requests.iter().rev().take_while(|request| end(request) > now);
        recent.find(|request| request.state == State::Waiting).map(end)
    }

    fn result(&mut self) -> PingResult {
        let (replies, refusals) = (std::mem::take(&mut self.replies), std::mem::take(&mut self.refusals));
        PingResult::new(self.spec.target, self.requests.len() as u32, replies, refusals)
    }
}

/// The moment `wait` after `start`; a year stands for any longer time.
fn after(start: Instant, wait: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    start + wait.min(YEAR)
}

/// The sequence number that the request of this index carries: the first is 1, and after 65,535 comes 0.
fn wire_number(index: usize) -> u16 {
    (index as u16).wrapping_add(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spec() -> PingSpec {
        PingSpec { count: 1_000_000, ..PingSpec::new("10.0.0.2".parse().expect("an address")) }
    }

    /// The reply to a request, as an echo responder makes it.
    fn answer(mut message: Vec<u8>) -> Vec<u8> {
        message[0] = Family::V4.reply();
        message[2..4].fill(0);
        let sum = icmp::checksum(&message);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
        message
    }

    fn arrive(record: &mut Record, message: &[u8]) {
        let from = record.spec.target;
        record.arrived(&Arrival { message, from, ttl: Some(64) }, Instant::now());
    }

    #[test]
    fn pings_side_by_side_do_not_take_each_others_replies() {
        // The same identifier and sequence number, by chance: only the token tells them apart.
        let (mut one, mut other) = (Record::new(spec(), 7), Record::new(spec(), 7));
        let reply = answer(one.next_request());
        one.sent(Instant::now(), None);
        other.sent(Instant::now(), None);
        arrive(&mut other, &reply);
        assert_eq!(other.result().received, 0);
        arrive(&mut one, &reply);
        arrive(&mut one, &reply);
        assert_eq!(one.result().received, 1);
    }

    #[test]
    fn sequence_numbers_begin_again() {
        let mut record = Record::new(spec(), 7);
        let now = Instant::now();
        (0..65_536).for_each(|_| record.sent(now, None));
        let reply = answer(record.next_request());
        record.sent(now, None);
        arrive(&mut record, &reply);
        assert_eq!(record.result().replies[0].seq, 65_537);
    }

    #[test]
    fn a_refused_request_is_not_waited_for() {
        let mut record = Record::new(PingSpec { count: 2, ..spec() }, 7);
        let start = Instant::now();
        record.sent(start, Some(Errno::ENETUNREACH));
        assert_eq!(record.next_send(start), Some(start + Duration::from_secs(1)));
        assert_eq!(record.waits_until(start), None);
        record.sent(start, None);
        assert_eq!(record.next_send(start), None);
        assert_eq!(record.waits_until(start), Some(start + Duration::from_secs(2)));
        assert_eq!(record.waits_until(start + Duration::from_secs(2)), None);
        assert_eq!(record.result().error, Some(Errno::ENETUNREACH));
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let refused = |change: &dyn Fn(&mut PingSpec)| {
            let mut spec = spec();
            change(&mut spec);
            spec.check().expect_err("refused").to_string()
        };
        assert_eq!(refused(&|s| s.count = 0), r#"option "count" must be a number from 1 to 1000000, got 0 (EINVAL)"#);
        assert_eq!(
            refused(&|s| s.size = 65_508),
            r#"option "size" must be a number from 0 to 65507, got 65508 (EINVAL)"#
        );
        assert_eq!(refused(&|s| s.ttl = Some(0)), r#"option "ttl" must be a number from 1 to 255, got 0 (EINVAL)"#);
        assert_eq!(
            refused(&|s| s.source = "::1".parse().ok()),
            r#"source "::1" and target "10.0.0.2" are of different families (EINVAL)"#
        );
        for address in ["fe80::1", "ff02::1"] {
            let expected = format!(r#"link-local address "{address}" says nothing without its device (EINVAL)"#);
            assert_eq!(refused(&|s| s.target = address.parse().expect("an address")), expected);
        }
        for device in ["", "abcdefghijklmnop"] {
            let expected = format!(r#"no device "{device}" to ping from (ENODEV)"#);
            assert_eq!(refused(&|s| s.device = Some(device.to_owned())), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_arrives_makes_it_panic(sent in 0usize..4, bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut record = Record::new(spec(), 7);
            (0..sent).for_each(|_| record.sent(Instant::now(), None));
            arrive(&mut record, &bytes);
            // The same with a checksum that holds.
            if bytes.len() >= 4 {
                arrive(&mut record, &answer(bytes));
            }
            prop_assert_eq!(record.result().received, 0);
        }
    }
}
