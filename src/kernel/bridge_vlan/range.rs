//! VLANs by their numbers: one, or a range such as `10-20`.

use std::fmt;

use crate::error::{Error, Result, explain};
use crate::kernel::words::Setting;

/// The last number that a VLAN can have.
const LAST: u16 = 4094;

/// VLANs that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The lowest.
    pub first: u16,
    /// The highest, which may be the same.
    pub last: u16,
}

impl Range {
    /// `"10-20"` or `"10"`; `EINVAL` for what is neither.
    pub fn parse(text: &str) -> Result<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = first.parse().ok().zip(last.parse().ok()).and_then(|(first, last)| Self::of(first, last));
        range.ok_or_else(|| Error::new(&explain::VLAN_RANGE).with("text", text))
    }

    /// From the one number to the other; none if they are none of VLANs.
    pub(super) fn of(first: u64, last: u64) -> Option<Self> {
        let number = |number| u16::try_from(number).ok().filter(|number| (1..=LAST).contains(number));
        let range = Self { first: number(first)?, last: number(last)? };
        (range.first <= range.last).then_some(range)
    }

    /// Whether they have one in common.
    pub(super) fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// As a script has it: a number if it is one.
    pub(super) fn setting(self) -> Setting {
        if self.first == self.last { Setting::Integer(self.first.into()) } else { Setting::Text(self.to_string()) }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several() {
        let range = |first, last| Range { first, last };
        assert_eq!(Range::parse("10").expect("one"), range(10, 10));
        assert_eq!(Range::parse("10-20").expect("several"), range(10, 20));
        assert_eq!(Range::parse("10-20").expect("several").to_string(), "10-20");
        for wrong in ["", "0", "4095", "20-10", "1-4095", "-5", "5-", "a", "1-2-3"] {
            assert_eq!(Range::parse(wrong).expect_err(wrong).code(), "EINVAL");
        }
        assert!(range(1, 5).meets(range(5, 9)) && !range(1, 5).meets(range(6, 6)));
    }
}
