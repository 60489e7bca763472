//! What a ping came to, as figures and as the text that people read.

use std::fmt;
use std::net::IpAddr;

use nix::errno::Errno;

use super::icmp::Reason;

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Which request it answers, counted from 1.
    pub seq: u32,
    /// The round trip in seconds.
    pub time: f64,
    /// The time to live (IPv6: hop limit) that the answer arrived with.
    pub ttl: Option<u8>,
    /// Who answered: the target, unless that is a broadcast or multicast address.
    pub from: IpAddr,
    /// The length of the ICMP message in bytes: 8 more than the data.
    pub bytes: usize,
}

/// A request that the kernel did not send, or that somebody on the way reported undeliverable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which request, counted from 1.
    pub seq: u32,
    /// The router or host that reported it (this one's own address where its neighbour did not answer); `None`: this
    /// kernel, when it was to be sent.
    pub from: Option<IpAddr>,
    /// What was reported; `None` where `from` is.
    pub reason: Option<Reason>,
    /// The same as an errno.
    pub errno: Errno,
}

/// Statistics of the round trips, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundTrip {
    /// The shortest.
    pub min: f64,
    /// The mean.
    pub avg: f64,
    /// The longest.
    pub max: f64,
    /// The standard deviation (what `ping` calls mdev).
    pub mdev: f64,
}

impl RoundTrip {
    /// Over these times; `None` if there are none.
    pub fn over(times: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let count = times.clone().count() as f64;
        if count == 0.0 {
            return None;
        }
        let avg = times.clone().sum::<f64>() / count;
        Some(Self {
            min: times.clone().fold(f64::INFINITY, f64::min),
            avg,
            max: times.clone().fold(0.0, f64::max),
            mdev: (times.map(|time| (time - avg).powi(2)).sum::<f64>() / count).sqrt(),
        })
    }
}

/// What a ping came to. No answer is a result too.
#[derive(Debug, Clone, PartialEq)]
pub struct PingResult {
    /// What was asked.
    pub target: IpAddr,
    /// How many requests were made, including those that the kernel refused to send.
    pub sent: u32,
    /// How many of them were answered.
    pub received: u32,
    /// The share that was not, from 0 to 1.
    pub loss: f64,
    /// Round trips; `None` without an answer.
    pub rtt: Option<RoundTrip>,
    /// The answers in the order they came; a second answer to the same request is left out.
    pub replies: Vec<Reply>,
    /// The requests that were reported undeliverable.
    pub refusals: Vec<Refusal>,
    /// The errno of the last refusal: `ENETUNREACH` without a route, `EHOSTUNREACH` where no neighbour answers. A
    /// blackhole route is `EINVAL`, as the kernel has it.
    pub error: Option<Errno>,
}

impl PingResult {
    pub(super) fn new(target: IpAddr, sent: u32, replies: Vec<Reply>, refusals: Vec<Refusal>) -> Self {
        let received = replies.len() as u32;
        Self {
            target,
            sent,
            received,
            loss: 1.0 - f64::from(received) / f64::from(sent.max(1)),
            rtt: RoundTrip::over(replies.iter().map(|reply| reply.time)),
            error: refusals.last().map(|refusal| refusal.errno),
            replies,
            refusals,
        }
    }
}

impl fmt::Display for PingResult {
    /// `10.0.0.2: 3 sent, 3 received, 0% loss`, the last refusal, and a second line of round trips if there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Four digits: one loss in a million shows.
        let percent = (self.loss * 1e6).round() / 1e4;
        write!(f, "{}: {} sent, {} received, {percent}% loss", self.target, self.sent, self.received)?;
        if let Some(refusal) = self.refusals.last() {
            write!(f, ", {refusal}")?;
        }
        let ms = |seconds: f64| seconds * 1e3;
        match &self.rtt {
            Some(rtt) if self.received == 1 => write!(f, ", rtt {:.3} ms", ms(rtt.avg)),
            Some(RoundTrip { min, avg, max, mdev }) => write!(
                f,
                "\nrtt min/avg/max/mdev = {:.3}/{:.3}/{:.3}/{:.3} ms",
                ms(*min),
                ms(*avg),
                ms(*max),
                ms(*mdev)
            ),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Refusal {
    /// `time to live exceeded at 10.0.0.1 (EHOSTUNREACH)`, `network is unreachable (ENETUNREACH)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.reason, self.from) {
            (Some(reason), Some(from)) => write!(f, "{reason}, says {from} ({:?})", self.errno),
            _ => write!(f, "{} ({:?})", self.errno.desc().to_lowercase(), self.errno),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn reply(seq: u32, time: f64) -> Reply {
        Reply { seq, time, ttl: Some(64), from: TARGET, bytes: 64 }
    }

    #[test]
    fn statistics_are_those_of_ping() {
        let rtt = RoundTrip::over([0.001, 0.002, 0.003].into_iter()).expect("some");
        assert_eq!((rtt.min, rtt.avg, rtt.max), (0.001, 0.002, 0.003));
        // sqrt(2/3) ms
        assert!((rtt.mdev - 0.000_816_5).abs() < 1e-7, "{}", rtt.mdev);
        assert_eq!(RoundTrip::over(std::iter::empty()), None);
    }

    #[test]
    fn it_reads_like_the_end_of_a_ping() {
        let result = PingResult::new(TARGET, 3, vec![reply(1, 0.001), reply(3, 0.003)], vec![]);
        let expected = "10.0.0.2: 3 sent, 2 received, 33.3333% loss\nrtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms";
        assert_eq!(result.to_string(), expected);
        let result = PingResult::new(TARGET, 1, vec![reply(1, 0.000_031_4)], vec![]);
        assert_eq!(result.to_string(), "10.0.0.2: 1 sent, 1 received, 0% loss, rtt 0.031 ms");
    }

    #[test]
    fn a_refusal_says_who_and_why() {
        let refused = |from, reason, errno| {
            let refusal = Refusal { seq: 1, from, reason, errno };
            PingResult::new(TARGET, 1, vec![], vec![refusal]).to_string()
        };
        let router = "10.0.0.1".parse().ok();
        assert_eq!(
            refused(router, Some(Reason::TimeExceeded), Errno::EHOSTUNREACH),
            "10.0.0.2: 1 sent, 0 received, 100% loss, time to live exceeded, says 10.0.0.1 (EHOSTUNREACH)"
        );
        assert_eq!(
            refused(None, None, Errno::ENETUNREACH),
            "10.0.0.2: 1 sent, 0 received, 100% loss, network is unreachable (ENETUNREACH)"
        );
    }
}
