//! ICMP messages of both families as bytes: the echo requests that are sent, and what comes back.
//!
//! Pure functions. What comes back was written by others, so nothing here trusts a length or a field. The formats are
//! those of RFC 792 and RFC 4443, the errno of a refusal is the one Linux gives (`icmp_err_convert` in
//! net/ipv4/icmp.c, `icmpv6_err_convert` in net/ipv6/icmp.c).

use std::fmt;

use nix::errno::Errno;

/// Which of the two protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// ICMP over IPv4.
    V4,
    /// ICMPv6.
    V6,
}

impl Family {
    /// The message type of an echo request.
    pub const fn request(self) -> u8 {
        match self {
            Self::V4 => 8,
            Self::V6 => 128,
        }
    }

    /// The message type of an echo reply.
    pub const fn reply(self) -> u8 {
        match self {
            Self::V4 => 0,
            Self::V6 => 129,
        }
    }

    /// The message types that report what became of a packet: unreachable, too big (IPv6), time exceeded, bad header.
    pub const fn errors(self) -> &'static [u8] {
        match self {
            Self::V4 => &[3, 11, 12],
            Self::V6 => &[1, 2, 3, 4],
        }
    }
}

/// Why a router or host did not take a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is no way to the destination, or it is closed.
    Unreachable,
    /// The packet's time to live ran out on the way.
    TimeExceeded,
    /// It does not fit into a link on the way and may not be cut.
    TooBig,
    /// The header was not understood.
    BadHeader,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "destination unreachable",
            Self::TimeExceeded => "time to live exceeded",
            Self::TooBig => "packet too big",
            Self::BadHeader => "parameter problem",
        })
    }
}

/// What identifies an echo: the same fields in the request, its reply, and an error that quotes the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo<'a> {
    /// Which program's.
    pub ident: u16,
    /// Which of its requests, modulo 65,536.
    pub seq: u16,
    /// The data behind the header; in an error as much of it as was quoted, often none.
    pub payload: &'a [u8],
}

/// A message that concerns an echo request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// The answer.
    Reply(Echo<'a>),
    /// An error about the request, which it quotes.
    Refused {
        /// The request, as far as it was quoted.
        echo: Echo<'a>,
        /// What happened to it.
        reason: Reason,
        /// The same as an errno.
        errno: Errno,
    },
}

/// Bytes of an ICMP header, and of the quote's.
pub const HEADER: usize = 8;
const IPV6_HEADER: usize = 40;

/// An echo request. The checksum of ICMPv6 is left to the kernel, which knows the source address.
pub fn echo_request(family: Family, echo: &Echo<'_>) -> Vec<u8> {
    let mut message = Vec::with_capacity(HEADER + echo.payload.len());
    message.extend([family.request(), 0, 0, 0]);
    message.extend(echo.ident.to_be_bytes());
    message.extend(echo.seq.to_be_bytes());
    message.extend(echo.payload);
    if family == Family::V4 {
        let sum = checksum(&message);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    message
}

/// The Internet checksum (RFC 1071); 0 over a message that carries its own.
pub fn checksum(message: &[u8]) -> u16 {
    let mut sum: u64 =
        message.chunks(2).map(|pair| u64::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Reads an ICMP message; `None` for one that concerns no echo request, is damaged or cut off.
pub fn parse(family: Family, message: &[u8]) -> Option<Message<'_>> {
    let (&kind, &code) = (message.first()?, message.get(1)?);
    // The kernel gives raw sockets IPv4's messages unchecked, ICMPv6's checked.
    if family == Family::V4 && checksum(message) != 0 {
        return None;
    }
    if kind == family.reply() {
        return Some(Message::Reply(read_echo(message)?));
    }
    let (reason, errno) = refusal(family, kind, code)?;
    let quoted = match family {
        Family::V4 => ipv4_payload(message.get(HEADER..)?)?,
        Family::V6 => ipv6_payload(message.get(HEADER..)?)?,
    };
    if *quoted.first()? != family.request() {
        return None;
    }
    Some(Message::Refused { echo: read_echo(quoted)?, reason, errno })
}

fn read_echo(message: &[u8]) -> Option<Echo<'_>> {
    let field = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
    Some(Echo { ident: field(4)?, seq: field(6)?, payload: message.get(HEADER..)? })
}

/// What is behind the header of an IPv4 packet that carries ICMP.
pub fn ipv4_payload(packet: &[u8]) -> Option<&[u8]> {
    let (&first, &protocol) = (packet.first()?, packet.get(9)?);
    let header = usize::from(first & 0xf) * 4;
    (first >> 4 == 4 && header >= 20 && protocol == 1).then(|| packet.get(header..))?
}

/// The same for ICMPv6. Extension headers are not looked through: no echo request is sent with any.
fn ipv6_payload(packet: &[u8]) -> Option<&[u8]> {
    let (&first, &next) = (packet.first()?, packet.get(6)?);
    (first >> 4 == 6 && next == 58).then(|| packet.get(IPV6_HEADER..))?
}

fn refusal(family: Family, kind: u8, code: u8) -> Option<(Reason, Errno)> {
    let unreachable = |errno| Some((Reason::Unreachable, errno));
    match (family, kind, code) {
        (Family::V4, 3, 4) | (Family::V6, 2, _) => Some((Reason::TooBig, Errno::EMSGSIZE)),
        (Family::V4, 3, 0 | 6 | 9 | 11) | (Family::V6, 1, 0) => unreachable(Errno::ENETUNREACH),
        (Family::V4, 3, 2) => unreachable(Errno::ENOPROTOOPT),
        (Family::V4, 3, 3) | (Family::V6, 1, 4) => unreachable(Errno::ECONNREFUSED),
        (Family::V6, 1, 1 | 5 | 6) => unreachable(Errno::EACCES),
        (Family::V4, 3, _) | (Family::V6, 1, _) => unreachable(Errno::EHOSTUNREACH),
        (Family::V4, 11, _) | (Family::V6, 3, _) => Some((Reason::TimeExceeded, Errno::EHOSTUNREACH)),
        (Family::V4, 12, _) | (Family::V6, 4, _) => Some((Reason::BadHeader, Errno::EPROTO)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An error of this type and code that quotes `request` as a router would.
    fn error(family: Family, kind: u8, code: u8, request: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, code, 0, 0, 0, 0, 0, 0];
        let (length, mut header) = match family {
            Family::V4 => (24, vec![0x46, 0, 0, 0, 0, 0, 0, 0, 64, 1]),
            Family::V6 => (40, vec![0x60, 0, 0, 0, 0, 0, 58, 64]),
        };
        header.resize(length, 0);
        message.extend(header);
        message.extend(request);
        let sum = checksum(&message);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
        message
    }

    #[test]
    fn a_request_has_the_bytes_that_ping_sends() {
        let echo = Echo { ident: 0x1234, seq: 1, payload: b"abc" };
        // Type 8, code 0, checksum, identifier, sequence, data.
        let request = echo_request(Family::V4, &echo);
        assert_eq!(request, [8, 0, 0x21, 0x68, 0x12, 0x34, 0, 1, b'a', b'b', b'c']);
        assert_eq!(checksum(&request), 0);
        let request = echo_request(Family::V6, &echo);
        assert_eq!(request, [128, 0, 0, 0, 0x12, 0x34, 0, 1, b'a', b'b', b'c']);
    }

    #[test]
    fn an_error_belongs_to_the_request_it_quotes() {
        let cases = [
            (Family::V4, 3, 0, Reason::Unreachable, Errno::ENETUNREACH),
            (Family::V4, 3, 1, Reason::Unreachable, Errno::EHOSTUNREACH),
            (Family::V4, 3, 4, Reason::TooBig, Errno::EMSGSIZE),
            (Family::V4, 11, 0, Reason::TimeExceeded, Errno::EHOSTUNREACH),
            (Family::V6, 1, 0, Reason::Unreachable, Errno::ENETUNREACH),
            (Family::V6, 1, 3, Reason::Unreachable, Errno::EHOSTUNREACH),
            (Family::V6, 2, 0, Reason::TooBig, Errno::EMSGSIZE),
            (Family::V6, 3, 0, Reason::TimeExceeded, Errno::EHOSTUNREACH),
            (Family::V6, 4, 1, Reason::BadHeader, Errno::EPROTO),
        ];
        for (family, kind, code, reason, errno) in cases {
            let echo = Echo { ident: 7, seq: 9, payload: b"token" };
            let message = error(family, kind, code, &echo_request(family, &echo));
            assert_eq!(parse(family, &message), Some(Message::Refused { echo, reason, errno }));
            // An answer that could not be delivered is none of ours.
            let mut reply = echo_request(family, &echo);
            reply[0] = family.reply();
            assert_eq!(parse(family, &error(family, kind, code, &reply)), None);
        }
    }

    #[test]
    fn requests_and_damaged_replies_are_no_replies() {
        let request = echo_request(Family::V4, &Echo { ident: 1, seq: 2, payload: b"x" });
        assert_eq!(parse(Family::V4, &request), None);
        let mut reply = request;
        reply[0] = 0;
        assert_eq!(parse(Family::V4, &reply), None, "the checksum is still the request's");
    }

    fn family() -> impl Strategy<Value = Family> {
        prop_oneof![Just(Family::V4), Just(Family::V6)]
    }

    proptest! {
        #[test]
        fn a_reply_brings_back_what_was_sent(
            family in family(), ident: u16, seq: u16, payload in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let echo = Echo { ident, seq, payload: &payload };
            let mut reply = echo_request(family, &echo);
            reply[0] = family.reply();
            reply[2..4].fill(0);
            let sum = checksum(&reply);
            reply[2..4].copy_from_slice(&sum.to_be_bytes());
            prop_assert_eq!(parse(family, &reply), Some(Message::Reply(echo)));
        }

        #[test]
        fn nothing_that_arrives_makes_it_panic(family in family(), bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = parse(family, &bytes);
            let _ = ipv4_payload(&bytes);
        }

        #[test]
        fn an_error_may_be_cut_anywhere(family in family(), cut in 0usize..80, kind in 0usize..3, code in 0u8..16) {
            let request = echo_request(family, &Echo { ident: 7, seq: 9, payload: &[0; 16] });
            let mut message = error(family, family.errors()[kind], code, &request);
            message.truncate(cut);
            if message.len() > 4 {
                message[2..4].fill(0);
                let sum = checksum(&message);
                message[2..4].copy_from_slice(&sum.to_be_bytes());
            }
            let quoted = HEADER + if family == Family::V4 { 24 } else { 40 } + HEADER;
            prop_assert_eq!(parse(family, &message).is_some(), message.len() >= quoted);
        }
    }
}
