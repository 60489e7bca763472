//! Rates as the kernel has them: a `struct tc_ratespec` and 64 bits beside it, times in ticks, and the table of times that
//! some actions still ask for.
//!
//! What is rounded is rounded as iproute2 does (`tc/tc_core.c`), so that `tc` reads the same of what nsl made as of what it
//! made itself: a time is first cut to microseconds, then to ticks.

use std::sync::OnceLock;

use super::given::Given;
use crate::error::Result;
use crate::kernel::units::whole;

/// Nanoseconds of a tick: `PSCHED_SHIFT` is 6 (Linux `include/net/pkt_sched.h`), which /proc/net/psched says as 15.625 ticks
/// a microsecond.
pub const TICK: u64 = 64;
/// `TC_LINKLAYER_ETHERNET`.
pub const ETHERNET: u8 = 1;
/// An ATM cell, and what it carries.
const CELL: (u64, u64) = (53, 48);

/// So many microseconds as ticks.
pub fn ticks(microseconds: u64) -> u32 {
    u32::try_from(microseconds * 1000 / TICK).unwrap_or(u32::MAX)
}

/// How long so many bytes take at a rate of bytes a second, in ticks.
#[allow(clippy::cast_precision_loss)]
pub fn time_of(bytes: u64, rate: u64) -> u32 {
    ticks(whole(1e6 * (bytes as f64 / rate as f64)).unwrap_or(u64::from(u32::MAX)))
}

/// The least number of bytes that take so many ticks at that rate: [`time_of`] it is `ticks` again.
pub fn bytes_of(ticks: u32, rate: u64) -> u64 {
    let microseconds = u128::from(u64::from(ticks) * TICK).div_ceil(1000);
    u64::try_from((microseconds * u128::from(rate)).div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// The least number of bytes that take so many ticks where they were no microseconds before: the kernel's own reckoning.
pub fn exact_bytes_of(ticks: u32, rate: u64) -> u64 {
    let nanoseconds = u128::from(u64::from(ticks) * TICK);
    u64::try_from((nanoseconds * u128::from(rate)).div_ceil(1_000_000_000)).unwrap_or(u64::MAX)
}

/// A rate with what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Bytes a second.
    pub rate: u64,
    /// The least that a packet counts, in bytes.
    pub mpu: u16,
    /// What each packet counts more, in bytes.
    pub overhead: u16,
    /// `TC_LINKLAYER_…`: without one the kernel wants a table.
    pub linklayer: u8,
    /// The longest packet that the table has.
    pub mtu: u64,
}

impl Spec {
    /// A rate on Ethernet.
    pub fn new(rate: u64) -> Self {
        Self { rate, mpu: 0, overhead: 0, linklayer: ETHERNET, mtu: 2047 }
    }

    /// A rate with the `mpu`, `overhead` and `linklayer` that were given with it.
    pub fn given(given: &Given<'_>, rate: u64, mtu: u64) -> Result<Self> {
        Ok(Self {
            rate,
            mpu: u16::try_from(given.or("mpu", 0)?).unwrap_or(u16::MAX),
            overhead: u16::try_from(given.or("overhead", 0)?).unwrap_or(u16::MAX),
            linklayer: u8::try_from(given.or("linklayer", u64::from(ETHERNET))?).unwrap_or(ETHERNET),
            mtu,
        })
    }

    /// A `struct tc_ratespec`: cell_log, linklayer, overhead, cell_align, mpu, rate.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.cell_log(), self.linklayer];
        bytes.extend(self.overhead.to_ne_bytes());
        bytes.extend((-1i16).to_ne_bytes());
        bytes.extend(self.mpu.to_ne_bytes());
        bytes.extend(u32::try_from(self.rate).unwrap_or(u32::MAX).to_ne_bytes());
        bytes
    }

    /// The rate in 64 bits, where 32 do not hold it.
    pub fn wide(&self) -> Option<[u8; 8]> {
        (self.rate >= u64::from(u32::MAX)).then(|| self.rate.to_ne_bytes())
    }

    /// What the kernel has: 12 bytes, and the rate in 64 bits where it gave one.
    pub fn read(bytes: &[u8], wide: Option<u64>) -> Option<Self> {
        let half = |at: usize| Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let rate = u64::from(u32::from_ne_bytes(bytes.get(8..12)?.try_into().ok()?));
        let linklayer = bytes.get(1)? & 0x0f;
        Some(Self { rate: wide.unwrap_or(rate), mpu: half(6)?, overhead: half(2)?, linklayer, mtu: 2047 })
    }

    /// How long packets take, by their length in steps of two to the power of `cell_log`, in ticks.
    pub fn table(&self) -> Vec<u8> {
        let length = |cell: u64| {
            let length = ((cell + 1) << self.cell_log()).max(u64::from(self.mpu));
            if self.linklayer == 2 { length.div_ceil(CELL.1) * CELL.0 } else { length }
        };
        // As in the struct: its rate has 32 bits.
        let rate = self.rate.min(u64::from(u32::MAX));
        (0..256).flat_map(|cell| time_of(length(cell), rate).to_ne_bytes()).collect()
    }

    /// The longest packet that is so many bytes on the wire: without the overhead, in whole cells.
    pub fn length(&self, on_the_wire: u64) -> u64 {
        let bytes = match self.linklayer {
            2 => (on_the_wire + CELL.0 / 2) / CELL.0 * CELL.1,
            _ => on_the_wire,
        };
        bytes.saturating_sub(u64::from(self.overhead))
    }

    fn cell_log(&self) -> u8 {
        let mtu = if self.mtu == 0 { 2047 } else { self.mtu };
        (0..32).find(|log| mtu >> log <= 255).unwrap_or(31)
    }
}

/// How often a second the kernel's timers can go off; what `htb` adds to a burst is what its rate comes to in that.
pub fn hertz() -> u64 {
    static HERTZ: OnceLock<u64> = OnceLock::new();
    *HERTZ.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/net/psched").unwrap_or_default();
        let mut words = text.split_whitespace().skip(2).map(|word| u64::from_str_radix(word, 16).unwrap_or(0));
        match (words.next(), words.next()) {
            (Some(1_000_000), Some(hertz)) if hertz > 0 => hertz,
            _ => 1_000_000_000,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_cut_as_tc_cuts_them() {
        // 1,600 bytes at 1 Gbit/s: 12.8 µs, 12 µs, 187.5 ticks, 187 ticks.
        assert_eq!((time_of(1600, 125_000_000), ticks(1_000_000)), (187, 15_625_000));
        assert_eq!((bytes_of(187, 125_000_000), bytes_of(15_625_000, 1_250_000)), (1500, 1_250_000));
        assert_eq!(exact_bytes_of(15_625_000, 1_250_000), 1_250_000);
    }

    #[test]
    fn a_table_has_a_time_for_each_length() {
        let table = Spec { mtu: 1600, ..Spec::new(125_000) }.table();
        let time = |cell: usize| u32::from_ne_bytes(table[4 * cell..][..4].try_into().expect("four bytes"));
        // Cells of 8 bytes, 64 µs each.
        assert_eq!((table.len(), time(0), time(255)), (1024, 1000, 256_000));
        assert_eq!(Spec { mtu: 1600, ..Spec::new(125_000) }.bytes()[0], 3);
        let atm = Spec { linklayer: 2, ..Spec::new(125_000) }.table();
        assert_eq!(atm[..4], time_of(53, 125_000).to_ne_bytes());
    }

    #[test]
    fn a_rate_comes_back() {
        for rate in [1, 1_250_000, u64::from(u32::MAX), 12_500_000_000] {
            let spec = Spec { overhead: 4, mpu: 64, ..Spec::new(rate) };
            assert_eq!(Spec::read(&spec.bytes(), spec.wide().map(u64::from_ne_bytes)), Some(spec));
        }
        assert_eq!(Spec::read(&[0; 11], None), None);
        let atm = Spec { linklayer: 2, overhead: 14, ..Spec::new(125_000) };
        assert_eq!((atm.length(107 * 53), Spec::new(1).length(9)), (107 * 48 - 14, 9));
    }

    proptest! {
        #[test]
        fn what_is_read_writes_the_same_ticks(bytes in 1u64..10_000_000, rate in 1u64..10_000_000_000) {
            let ticks = time_of(bytes, rate);
            prop_assume!(ticks < u32::MAX / 2);
            prop_assert_eq!(time_of(bytes_of(ticks, rate), rate), ticks);
        }
    }
}
