//! Throughput: how much one namespace can send to another, over TCP or UDP, with both ends in this process.
//!
//! The server's socket is made in one namespace, the client's in the other, and one state machine drives both. What is
//! counted is what arrives.

mod report;
mod tcp;
mod udp;

use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrStorage, connect, socket};

use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Operation, Step};
use tcp::Tcp;
use udp::Udp;

pub use report::{Detail, Throughput};

/// By which protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// As fast as its congestion control lets it.
    Tcp,
    /// At a rate, or as fast as it can be sent.
    Udp,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ThroughputSpec {
    /// Who sends.
    pub from: Namespace,
    /// Who receives.
    pub to: Namespace,
    /// What the two are called in the result.
    pub names: (String, String),
    /// The address of the receiver to send to.
    pub address: IpAddr,
    /// By which protocol.
    pub protocol: Protocol,
    /// How long is sent.
    pub duration: Duration,
    /// UDP: bits of data a second; as much as can be sent without it.
    pub rate: Option<u64>,
    /// TCP: how many connections share the work: 1 to 128.
    pub parallel: u32,
    /// Bytes a write or datagram: 1 to 16 MiB (TCP), 24 to 65,507 (UDP). 128 KiB and 1,400 without it.
    pub size: Option<usize>,
    /// TCP: how long a connection is waited for.
    pub timeout: Duration,
}

impl ThroughputSpec {
    /// One connection for a second, named as the namespaces are.
    pub fn new(from: Namespace, to: Namespace, address: IpAddr, protocol: Protocol) -> Self {
        Self {
            names: (from.label(), to.label()),
            from,
            to,
            address,
            protocol,
            duration: Duration::from_secs(1),
            rate: None,
            parallel: 1,
            size: None,
            timeout: Duration::from_secs(5),
        }
    }

    fn check(&self) -> Result<()> {
        let size = match self.protocol {
            Protocol::Tcp => 1..=16 << 20,
            Protocol::Udp => udp::HEADER..=65_507,
        };
        range("parallel", self.parallel as usize, 1..=128)?;
        range("size", self.size.unwrap_or(*size.start()), size)?;
        range("rate", self.rate.map_or(1, |rate| usize::try_from(rate).unwrap_or(usize::MAX)), 1..=usize::MAX)
    }

    /// The failure of what the sender did.
    fn failed(&self, doing: &str, errno: Errno) -> Error {
        self.refused(doing, errno).object(&self.names.0)
    }

    fn refused(&self, doing: &str, errno: Errno) -> Error {
        Error::new(&explain::THROUGHPUT_FAILED).errno(errno).with("doing", doing).with("address", self.address)
    }
}

fn range(key: &str, value: usize, range: std::ops::RangeInclusive<usize>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = match *range.end() {
        usize::MAX => format!("a number from {}", range.start()),
        most => format!("a number from {} to {most}", range.start()),
    };
    Err(Error::new(&explain::OPTION_VALUE).with("key", key).with("expected", expected).with("got", value))
}

/// A measurement under way.
#[derive(Debug)]
pub struct ThroughputRun {
    spec: ThroughputSpec,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Tcp(Tcp),
    Udp(Udp),
}

/// What a piece of the work came to.
enum Next {
    /// There is more to do at once.
    Go,
    Wait(Needs),
    /// Bytes that arrived, in so many seconds.
    Over(u64, f64, Detail),
}

/// A step does about this much before it lets others go on.
const SLICE: Duration = Duration::from_millis(5);

impl ThroughputRun {
    /// Makes the sockets. Nothing is sent before the first step.
    ///
    /// Errors: what is asked cannot be (`EINVAL`), a namespace is gone (`ENOENT`), the receiver does not have the address
    /// (`EADDRNOTAVAIL`); a run fails where no connection comes about (`ECONNREFUSED`, `ETIMEDOUT` …) or it breaks.
    pub fn start(spec: ThroughputSpec) -> Result<Self> {
        spec.check()?;
        let kind = match spec.protocol {
            Protocol::Tcp => Kind::Tcp(Tcp::start(&spec)?),
            Protocol::Udp => Kind::Udp(Udp::start(&spec)?),
        };
        Ok(Self { spec, kind })
    }
}

impl Operation for ThroughputRun {
    type Output = Throughput;

    fn step(&mut self) -> Result<Step<Throughput>> {
        let now = Instant::now();
        loop {
            let next = match &mut self.kind {
                Kind::Tcp(tcp) => tcp.advance(&self.spec)?,
                Kind::Udp(udp) => udp.advance(&self.spec)?,
            };
            match next {
                Next::Over(bytes, seconds, detail) => {
                    let (from, to) = self.spec.names.clone();
                    return Ok(Step::Done(Throughput::new(from, to, bytes, seconds, detail)));
                }
                Next::Wait(needs) => return Ok(Step::Wait(needs)),
                Next::Go if now.elapsed() < SLICE => {}
                // A moment that has passed: others go on, and so does this.
                Next::Go => return Ok(Step::Wait(Needs { fds: Vec::new(), deadline: Some(now) })),
            }
        }
    }
}

/// A socket on which nothing waits, of the family of `address`, in the network namespace of the calling thread.
fn open(address: IpAddr, kind: SockType) -> nix::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    socket(family, kind, SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK, None)
}

/// Has a socket connect to `address`; a connection may come about later.
fn begin_connecting(fd: &OwnedFd, address: SocketAddr) -> nix::Result<()> {
    match connect(fd.as_raw_fd(), &SockaddrStorage::from(address)) {
        Ok(()) | Err(Errno::EINPROGRESS | Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// The errno of an error of the standard library's.
fn errno(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// Words a refusal to listen.
fn listening(spec: &ThroughputSpec, error: Error) -> Error {
    match error.as_errno() {
        Some(errno @ (Errno::EADDRNOTAVAIL | Errno::EINVAL)) => {
            spec.refused("listening on", errno).object(&spec.names.1)
        }
        _ => error,
    }
}
