//! `tbf`, a token bucket: sends at a rate, and drops what would have to wait too long (tc-tbf(8)).

use super::kept::Kept;
use super::{attribute, attributes, byte_rate, bytes_a_second, long, word};

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tbf {
    /// Bits a second.
    pub(super) rate: u64,
    /// Bytes that go at once after a silence.
    pub(super) burst: u32,
    /// Bytes that may wait.
    pub(super) limit: u32,
}

const PARAMETERS: u16 = 1;
const RATE64: u16 = 4;
const BURST: u16 = 6;
/// `TC_LINKLAYER_ETHERNET`: without it the kernel wants a table of times.
const ETHERNET: u8 = 1;

impl Tbf {
    /// A `tc_tbf_qopt` and what it is too small for, as attributes.
    pub(super) fn options(&self) -> Vec<u8> {
        let (rate, rate64) = byte_rate(self.rate);
        // A `tc_ratespec`: cell_log, linklayer, overhead, cell_align, mpu, rate.
        let mut spec = vec![0, ETHERNET, 0, 0, 0, 0, 0, 0];
        spec.extend(rate.to_ne_bytes());
        let no_peak = [0; 12];
        // limit, buffer (which `BURST` says in bytes), mtu
        let rest = super::words(&[self.limit, 0, 0]);
        let mut options = Vec::new();
        attribute(&mut options, PARAMETERS, &[&spec, &no_peak[..], &rest].concat());
        if let Some(rate) = rate64 {
            attribute(&mut options, RATE64, &rate.to_ne_bytes());
        }
        attribute(&mut options, BURST, &self.burst.to_ne_bytes());
        options
    }

    pub(super) fn kept(&self) -> Kept {
        Kept { kind: "tbf", rate: bytes_a_second(self.rate), limit: self.limit, ..Kept::default() }
    }
}

/// What the kernel has of it.
pub(super) fn read(options: &[u8]) -> Option<Kept> {
    let found = attributes(options);
    let parameters = found.get(&PARAMETERS)?;
    let rate = u64::from(word(parameters, 8)?);
    let rate = found.get(&RATE64).and_then(|value| long(value, 0)).unwrap_or(rate);
    Some(Kept { kind: "tbf", rate, limit: word(parameters, 24)?, ..Kept::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_kept() {
        for rate in [8_000, 100_000_000_000] {
            let tbf = Tbf { rate, burst: 3000, limit: 70_000 };
            assert_eq!(read(&tbf.options()), Some(tbf.kept()));
        }
        assert_eq!(read(&[36, 0, 1, 0, 9]), None);
    }
}
