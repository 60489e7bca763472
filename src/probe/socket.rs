//! The socket of a probe: ICMP in and out, never waiting.
//!
//! A raw socket, which hears errors about its requests too; where that is forbidden (no CAP_NET_RAW in the namespace)
//! a ping socket, which hears only replies. It belongs to the network namespace of the thread that opens it.

use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, getsockname,
    getsockopt, recvmsg, sendto, setsockopt, socket, sockopt,
};

use super::icmp::{self, Family};
use super::ping::PingSpec;
use crate::error::{Error, Result, explain};

/// An ICMP socket for one program's echo requests.
#[derive(Debug)]
pub(super) struct EchoSocket {
    fd: OwnedFd,
    pub(super) family: Family,
    raw: bool,
    /// What the requests are to carry as their identifier.
    pub(super) ident: u16,
}

/// What a read gave: an ICMP message at the start of the buffer, and who sent it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival<'a> {
    pub(super) message: &'a [u8],
    pub(super) from: IpAddr,
    pub(super) ttl: Option<u8>,
}

/// The room to leave in a buffer for what precedes the echoed data: the longest IPv4 header and the ICMP header.
pub(super) const OVERHEAD: usize = 60 + icmp::HEADER;

impl EchoSocket {
    /// Opens it in the network namespace of the calling thread, with the source, device and time to live of `spec`.
    ///
    /// Errors: the source is not an address of this namespace, the device is not in it, or neither kind of socket is
    /// allowed.
    pub(super) fn open(spec: &PingSpec) -> Result<Self> {
        let family = spec.family();
        let (fd, raw) = open(family)?;
        let mut socket = Self { fd, family, raw, ident: next_ident() };
        socket.configure(spec)?;
        if raw {
            socket.filter()?;
        } else {
            // A ping socket's identifier is its port: whatever the kernel gave it.
            let name: SockaddrStorage = getsockname(socket.fd.as_raw_fd())?;
            socket.ident = to_std(&name).map_or(socket.ident, |address| address.port());
        }
        Ok(socket)
    }

    fn configure(&self, spec: &PingSpec) -> Result<()> {
        let fd = &self.fd;
        if let Some(device) = &spec.device {
            setsockopt(fd, sockopt::BindToDevice, &OsString::from(device)).map_err(|errno| {
                let rows = [(Errno::ENODEV, &explain::PING_DEVICE_MISSING), (Errno::EPERM, &explain::NEEDS_CAPABILITY)];
                forbidden(Error::system(errno).explain(&rows).with("device", device))
            })?;
        }
        match self.family {
            Family::V4 => {
                setsockopt(fd, sockopt::Broadcast, &true)?;
                setsockopt(fd, sockopt::Ipv4RecvTtl, &true)?;
                if let Some(ttl) = spec.ttl {
                    setsockopt(fd, sockopt::Ipv4Ttl, &i32::from(ttl))?;
                    setsockopt(fd, sockopt::IpMulticastTtl, &ttl)?;
                }
            }
            Family::V6 => {
                setsockopt(fd, sockopt::Ipv6RecvHopLimit, &true)?;
                if let Some(ttl) = spec.ttl {
                    setsockopt(fd, sockopt::Ipv6Ttl, &i32::from(ttl))?;
                    setsockopt(fd, sockopt::Ipv6MulticastHops, &i32::from(ttl))?;
                }
            }
        }
        let any = match self.family {
            Family::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Family::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        bind(fd.as_raw_fd(), &sockaddr(spec.source.unwrap_or(any))).map_err(|errno| {
            Error::system(errno)
                .explain(&[(Errno::EADDRNOTAVAIL, &explain::PING_SOURCE_MISSING)])
                .with("source", spec.source.unwrap_or(any))
        })
    }

    /// Lets only echo replies and errors through, so that other programs' pings (and the copies of its own requests,
    /// where the target is this machine) do not fill its buffer.
    fn filter(&self) -> Result<()> {
        let mut blocked = [u32::MAX; 8];
        for &kind in self.family.errors().iter().chain(&[self.family.reply()]) {
            blocked[usize::from(kind) / 32] &= !(1 << (kind % 32));
        }
        match self.family {
            // ICMP_FILTER of linux/icmp.h knows the first 32 types.
            Family::V4 => set_filter(&self.fd, libc::SOL_RAW, &blocked[..1]),
            // ICMPV6_FILTER of linux/icmpv6.h.
            Family::V6 => set_filter(&self.fd, libc::IPPROTO_ICMPV6, &blocked),
        }
    }

    /// Sends an ICMP message. `EAGAIN`: not now.
    pub(super) fn send(&self, message: &[u8], target: IpAddr) -> nix::Result<()> {
        loop {
            match sendto(self.fd.as_raw_fd(), message, &sockaddr(target), MsgFlags::MSG_DONTWAIT) {
                Err(Errno::EINTR) => {}
                sent => return sent.map(drop),
            }
        }
    }

    /// The same, and says too what the kernel only tells who asks for it (`IP_RECVERR`): `ENOBUFS` where it threw the
    /// message away.
    ///
    /// Asked for only as long as this takes: who asks is told about earlier messages as well, at any later call.
    pub(super) fn send_told(&self, message: &[u8], target: IpAddr) -> nix::Result<()> {
        self.ask_for_errors(true)?;
        let sent = self.send(message, target);
        // Takes what has come since with it.
        self.ask_for_errors(false)?;
        getsockopt(&self.fd, sockopt::SocketError)?;
        match sent {
            Ok(()) | Err(Errno::EAGAIN | Errno::ENOBUFS) => sent,
            // Of this message, or of an earlier one and this was not sent: then there is none now.
            Err(_) => self.send(message, target),
        }
    }

    fn ask_for_errors(&self, ask: bool) -> nix::Result<()> {
        match self.family {
            Family::V4 => setsockopt(&self.fd, sockopt::Ipv4RecvErr, &ask),
            Family::V6 => setsockopt(&self.fd, sockopt::Ipv6RecvErr, &ask),
        }
    }

    /// Takes one message off the socket; `None` if there is none now.
    pub(super) fn receive<'a>(&self, buffer: &'a mut [u8]) -> Result<Option<Arrival<'a>>> {
        let Some((length, from, ttl)) = self.read(buffer)? else { return Ok(None) };
        let packet = &buffer[..length];
        let message = if self.raw && self.family == Family::V4 {
            // An IPv4 raw socket gives the packet whole. One that cannot be read is nobody's answer.
            icmp::ipv4_payload(packet).unwrap_or_default()
        } else {
            packet
        };
        Ok(Some(Arrival { message, from, ttl }))
    }

    fn read(&self, buffer: &mut [u8]) -> Result<Option<(usize, IpAddr, Option<u8>)>> {
        let mut control = nix::cmsg_space!(libc::c_int, libc::c_int);
        let mut parts = [IoSliceMut::new(buffer)];
        let flags = MsgFlags::MSG_DONTWAIT;
        let read = match recvmsg::<SockaddrStorage>(self.fd.as_raw_fd(), &mut parts, Some(&mut control), flags) {
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
            read => read?,
        };
        let ttl = read.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::Ipv4Ttl(ttl) | ControlMessageOwned::Ipv6HopLimit(ttl) => u8::try_from(ttl).ok(),
            _ => None,
        });
        let from = read.address.as_ref().and_then(to_std).map(|address| address.ip());
        Ok(from.map(|from| (read.bytes, from, ttl)))
    }
}

impl AsFd for EchoSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl AsRawFd for EchoSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// A raw socket, or else a ping socket; says which.
fn open(family: Family) -> Result<(OwnedFd, bool)> {
    let (domain, protocol) = match family {
        Family::V4 => (AddressFamily::Inet, SockProtocol::Icmp),
        Family::V6 => (AddressFamily::Inet6, SockProtocol::IcmpV6),
    };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    match socket(domain, SockType::Raw, flags, protocol) {
        Ok(fd) => Ok((fd, true)),
        Err(Errno::EPERM) => socket(domain, SockType::Datagram, flags, protocol)
            .map(|fd| (fd, false))
            .map_err(|errno| forbidden(Error::system(errno).explain(&[(Errno::EACCES, &explain::NEEDS_CAPABILITY)]))),
        Err(errno) => Err(Error::system(errno)),
    }
}

fn forbidden(error: Error) -> Error {
    error.with("doing", "sending ICMP").with("capability", "CAP_NET_RAW")
}

/// An identifier that no other ping of this process has; where it starts is left to chance, for the other processes.
fn next_ident() -> u16 {
    // The keys of a RandomState are the system's randomness.
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(RandomState::new().hash_one(()) as u16));
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn sockaddr(ip: IpAddr) -> SockaddrStorage {
    // A link-local address needs no scope here: the socket is bound to its device.
    SocketAddr::new(ip, 0).into()
}

fn to_std(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(SocketAddr::new(v4.ip().into(), v4.port()));
    }
    address.as_sockaddr_in6().map(|v6| SocketAddr::new(v6.ip().into(), v6.port()))
}

#[allow(unsafe_code)]
fn set_filter(fd: &OwnedFd, level: libc::c_int, blocked: &[u32]) -> Result<()> {
    // Both families' filters are option 1 of their level.
    const FILTER: libc::c_int = 1;
    let length = size_of_val(blocked) as libc::socklen_t;
    // SAFETY: the pointer and length are those of a live slice, which the kernel only reads.
    let code = unsafe { libc::setsockopt(fd.as_raw_fd(), level, FILTER, blocked.as_ptr().cast(), length) };
    Errno::result(code).map(drop).map_err(Error::system)
}
