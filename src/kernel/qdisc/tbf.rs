//! `tbf`, a token bucket: sends at a rate, and drops what would have to wait too long (tc-tbf(8)).

use super::{attribute, byte_rate};

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
}
