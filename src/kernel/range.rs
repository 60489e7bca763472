//! Numbers that follow each other, such as VLANs: one, or a range like `10-20`.

use std::fmt;
use std::str::FromStr;

use super::words::Setting;

/// Numbers that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<T> {
    /// The lowest.
    pub first: T,
    /// The highest, which may be the same.
    pub last: T,
}

impl<T: Copy + Ord + FromStr + fmt::Display + Into<i64>> Range<T> {
    /// `"10-20"` or `"10"`; none for what is neither, or not from `least` to `most`.
    pub(super) fn parse(text: &str, least: T, most: T) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = Self { first: first.parse().ok()?, last: last.parse().ok()? };
        (least <= range.first && range.first <= range.last && range.last <= most).then_some(range)
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

impl<T: PartialEq + fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several() {
        let range = |first, last| Range::<u16> { first, last };
        let parse = |text| Range::parse(text, 1, 4094);
        assert_eq!((parse("10"), parse("10-20")), (Some(range(10, 10)), Some(range(10, 20))));
        assert_eq!((range(10, 20).to_string(), range(7, 7).setting()), ("10-20".to_owned(), Setting::Integer(7)));
        for wrong in ["", "0", "4095", "20-10", "1-4095", "-5", "5-", "a", "1-2-3"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert!(range(1, 5).meets(range(5, 9)) && !range(1, 5).meets(range(6, 6)));
    }
}
