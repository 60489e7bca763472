//! Ping: echo requests to one address, and what became of them.
//!
//! The socket is made inside the namespace; from then on nothing here depends on where it runs. A reply is known by
//! the identifier, the sequence number and a token in its data, so that pings side by side never take each other's.

mod neighbours;
mod spec;

use std::hash::{BuildHasher, RandomState};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::icmp::{self, Echo, Message};
use super::report::{PingResult, Refusal, Reply};
use super::socket::{Arrival, EchoSocket, OVERHEAD};
use crate::error::{Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Operation, Ready, Step};

use neighbours::Sent;
pub use spec::PingSpec;

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
    fn send(&mut self) -> Result<bool> {
        let message = self.record.next_request();
        let now = Instant::now();
        match neighbours::send(&self.socket, &message, self.record.spec.target)? {
            Sent::Refused(Errno::EAGAIN) => return Ok(false),
            Sent::Refused(errno) => self.record.sent(now, Some(errno)),
            Sent::Gone => self.record.sent(now, None),
            Sent::NoRoom => self.record.put_off(now),
        }
        Ok(true)
    }
}

impl Operation for Ping {
    type Output = PingResult;

    fn step(&mut self) -> Result<Step<PingResult>> {
        self.receive()?;
        let now = Instant::now();
        let mut needs = Needs { fds: vec![(self.socket.as_raw_fd(), Ready::Read)], deadline: None };
        if self.record.next_send(now).is_some_and(|due| due <= now) && !self.send()? {
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
    put_off: Option<PutOff>,
}

/// A request that could not be sent yet: for how long, and when it is tried again.
#[derive(Debug, Clone, Copy)]
struct PutOff {
    since: Instant,
    again: Instant,
}

/// How soon a request that was put off is tried again. The kernel makes room for neighbours when it wants one and finds
/// others that are five seconds old.
const AGAIN: Duration = Duration::from_millis(30);

/// Bytes of the token at the start of the data. Shorter data is the beginning of it.
const TOKEN: usize = 8;

impl Record {
    fn new(spec: PingSpec, ident: u16) -> Self {
        // The keys of a RandomState are the system's randomness: no two pings have the same token.
        let token = RandomState::new().hash_one(ident).to_be_bytes();
        let pattern = TOKEN as u8..=u8::MAX;
        let payload = token.into_iter().chain(pattern.cycle()).take(spec.size).collect();
        Self { spec, ident, payload, requests: Vec::new(), replies: Vec::new(), refusals: Vec::new(), put_off: None }
    }

    fn next_request(&self) -> Vec<u8> {
        let echo = Echo { ident: self.ident, seq: wire_number(self.requests.len()), payload: &self.payload };
        icmp::echo_request(self.spec.family(), &echo)
    }

    /// Notes that the next request was sent, or that the kernel refused to.
    fn sent(&mut self, now: Instant, refused: Option<Errno>) {
        self.put_off = None;
        let state = if refused.is_some() { State::Refused } else { State::Waiting };
        self.requests.push(Request { sent: now, state });
        if let Some(errno) = refused {
            self.refusals.push(Refusal { seq: self.requests.len() as u32, from: None, reason: None, errno });
        }
    }

    /// Notes that the next request could not be sent for want of room for a neighbour: it is tried again until its timeout,
    /// and then was refused.
    fn put_off(&mut self, now: Instant) {
        let since = self.put_off.map_or(now, |put_off| put_off.since);
        let end = after(since, self.spec.timeout);
        if now >= end {
            self.sent(now, Some(Errno::ENOBUFS));
        } else {
            self.put_off = Some(PutOff { since, again: end.min(now + AGAIN) });
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
        if let Some(put_off) = self.put_off {
            return Some(put_off.again);
        }
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
    use crate::probe::icmp::Family;

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
    fn what_was_put_off_is_tried_until_its_timeout() {
        let mut record = Record::new(PingSpec { count: 2, ..spec() }, 7);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        record.put_off(start);
        assert_eq!((record.next_send(start), record.requests.len()), (Some(at(30)), 0));
        record.put_off(at(1990));
        assert_eq!(record.next_send(start), Some(at(2000)));
        record.put_off(at(2000));
        assert_eq!((record.next_send(start), record.requests.len()), (Some(at(3000)), 1));
        record.put_off(at(3000));
        record.sent(at(3030), None);
        assert_eq!((record.next_send(start), record.waits_until(at(3030))), (None, Some(at(5030))));
        assert_eq!(record.result().error, Some(Errno::ENOBUFS));
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
