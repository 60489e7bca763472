//! `netem`: delays, loses, doubles, damages and reorders packets, at a rate (tc-netem(8)).

use std::time::Duration;

use super::kept::Kept;
use super::{attribute, attributes, byte_rate, bytes_a_second, word, words};

/// What is done to packets. Shares are from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Netem {
    pub(super) delay: Duration,
    /// The delay varies by so much, in either direction.
    pub(super) jitter: Duration,
    pub(super) loss: f64,
    pub(super) duplicate: f64,
    pub(super) corrupt: f64,
    /// This share is sent at once, before what was delayed.
    pub(super) reorder: f64,
    /// Bits a second.
    pub(super) rate: Option<u64>,
    /// How many packets may wait.
    pub(super) limit: u32,
}

const REORDER: u16 = 3;
const CORRUPT: u16 = 4;
const RATE: u16 = 6;
const RATE64: u16 = 8;
const LATENCY64: u16 = 10;
const JITTER64: u16 = 11;

impl Netem {
    /// A `tc_netem_qopt`, then all attributes: one that is left out would keep its value where it is changed.
    pub(super) fn options(&self) -> Vec<u8> {
        // latency, limit, loss, gap, duplicate, jitter; the times stand in attributes. One in `gap` packets may be reordered.
        let gap = u32::from(self.reorder > 0.0);
        let mut options = words(&[0, self.limit, share(self.loss), gap, share(self.duplicate), 0]);
        // Each a share and how much it depends on the last one.
        attribute(&mut options, REORDER, &words(&[share(self.reorder), 0]));
        attribute(&mut options, CORRUPT, &words(&[share(self.corrupt), 0]));
        let (rate, rate64) = self.rate.map_or((0, None), byte_rate);
        // A `tc_netem_rate`: rate, packet_overhead, cell_size, cell_overhead.
        attribute(&mut options, RATE, &words(&[rate, 0, 0, 0]));
        if let Some(rate) = rate64 {
            attribute(&mut options, RATE64, &rate.to_ne_bytes());
        }
        attribute(&mut options, LATENCY64, &nanoseconds(self.delay));
        attribute(&mut options, JITTER64, &nanoseconds(self.jitter));
        options
    }

    pub(super) fn kept(&self) -> Kept {
        Kept {
            kind: "netem",
            rate: self.rate.map_or(0, bytes_a_second),
            delay: i64::from_ne_bytes(nanoseconds(self.delay)),
            jitter: i64::from_ne_bytes(nanoseconds(self.jitter)),
            shares: [self.loss, self.duplicate, self.corrupt, self.reorder].map(share),
            limit: self.limit,
        }
    }
}

/// What the kernel has of it.
pub(super) fn read(options: &[u8]) -> Option<Kept> {
    const STRUCTURE: usize = 24;
    let word = |place: usize| word(options, 4 * place);
    let (limit, loss, gap, duplicate) = (word(1)?, word(2)?, word(3)?, word(4)?);
    let found = attributes(options.get(STRUCTURE..)?);
    let first = |kind| found.get(&kind).and_then(|value| super::word(value, 0));
    let long = |kind| found.get(&kind).and_then(|value| super::long(value, 0));
    let rate = first(RATE).unwrap_or_default();
    Some(Kept {
        kind: "netem",
        rate: long(RATE64).unwrap_or(u64::from(rate)),
        delay: long(LATENCY64)?.cast_signed(),
        jitter: long(JITTER64)?.cast_signed(),
        // Without a gap nothing overtakes.
        shares: [loss, duplicate, first(CORRUPT).unwrap_or_default(), if gap == 0 { 0 } else { first(REORDER)? }],
        limit,
    })
}

/// A share as part of all that 32 bits hold.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn share(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * f64::from(u32::MAX)).round() as u32
}

fn nanoseconds(time: Duration) -> [u8; 8] {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX).to_ne_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_fills_its_bits() {
        assert_eq!([0.0, 0.5, 1.0].map(share), [0, 1 << 31, u32::MAX]);
    }

    #[test]
    fn all_is_said_each_time() {
        let netem = Netem {
            delay: Duration::from_millis(20),
            jitter: Duration::ZERO,
            loss: 1.0,
            duplicate: 0.0,
            corrupt: 0.0,
            reorder: 0.0,
            rate: None,
            limit: 1000,
        };
        let options = netem.options();
        assert_eq!(options[..24], words(&[0, 1000, u32::MAX, 0, 0, 0]));
        assert_eq!(options.len(), 24 + 12 + 12 + 20 + 12 + 12);
        let latency = &options[24 + 12 + 12 + 20..][..12];
        assert_eq!((&latency[2..4], &latency[4..]), (&10u16.to_ne_bytes()[..], &20_000_000i64.to_ne_bytes()[..]));
        let fast = Netem { rate: Some(100_000_000_000), reorder: 0.25, ..netem };
        assert_eq!(fast.options().len(), options.len() + 12);
        assert_eq!(fast.options()[12..16], 1u32.to_ne_bytes());
        // And that is what is kept.
        assert_eq!([read(&options), read(&fast.options())], [netem, fast].map(|netem| Some(netem.kept())));
        assert_eq!(read(&options[..20]), None);
    }
}
