//! A range of addresses that subnets are taken from: the first place that is free and aligned. Pure.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::family::{Family, number};

/// What is left of a pool.
pub(super) struct Pool {
    family: Family,
    first: u128,
    last: u128,
    length: u8,
    /// What is taken, as first and last numbers, which neither overlap nor touch.
    taken: BTreeMap<u128, u128>,
    /// For each length where its next subnet may be at the earliest: nothing is ever given back.
    next: Vec<u128>,
}

impl Pool {
    /// All of this network but `taken`.
    pub(super) fn new(net: IpNet, taken: impl Iterator<Item = IpNet>) -> Self {
        let family = Family::of(net);
        let (first, last) = (number(net.network()), number(net.broadcast()));
        let next = vec![first; usize::from(family.bits()) + 1];
        let mut pool = Self { family, first, last, length: net.prefix_len(), taken: BTreeMap::new(), next };
        for net in taken.filter(|net| Family::of(*net) == family) {
            let (from, to) = (number(net.network()), number(net.broadcast()));
            if from <= pool.last && to >= pool.first {
                pool.take(from, to);
            }
        }
        pool
    }

    /// The first free subnet of this length; none if there is no room for it.
    pub(super) fn subnet(&mut self, length: u8) -> Option<IpNet> {
        if length < self.length {
            return None;
        }
        let span = self.family.span(length);
        let mut start = self.next[usize::from(length)];
        loop {
            let end = start.checked_add(span).filter(|&end| end <= self.last)?;
            match self.taken.range(..=end).next_back() {
                // The next aligned place behind what is taken: `span` is all ones.
                Some((_, &last)) if last >= start => start = (last | span).checked_add(1)?,
                _ => break,
            }
        }
        self.next[usize::from(length)] = start.saturating_add(span).saturating_add(1);
        self.take(start, start + span);
        Some(self.family.net(start, length))
    }

    /// Takes what is free of a range, and keeps what touches as one.
    fn take(&mut self, mut from: u128, mut to: u128) {
        while let Some((&first, &last)) = self.taken.range(..=to.saturating_add(1)).next_back() {
            if last.saturating_add(1) < from {
                break;
            }
            self.taken.remove(&first);
            (from, to) = (from.min(first), to.max(last));
        }
        self.taken.insert(from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn net(text: &str) -> IpNet {
        text.parse().expect("a network")
    }

    #[test]
    fn the_first_free_place_that_is_aligned_is_taken() {
        let mut pool = Pool::new(net("10.0.0.0/24"), [net("10.0.0.4/30"), net("192.168.0.0/16")].into_iter());
        let mut next = |length| pool.subnet(length).map(|net| net.to_string());
        for (length, expected) in [
            (31, "10.0.0.0/31"),
            (29, "10.0.0.8/29"),
            (31, "10.0.0.2/31"),
            (31, "10.0.0.16/31"),
            (26, "10.0.0.64/26"),
            (25, "10.0.0.128/25"),
            (28, "10.0.0.32/28"),
        ] {
            assert_eq!(next(length).as_deref(), Some(expected));
        }
        assert_eq!((next(27), next(23)), (None, None));
        assert_eq!(next(29).as_deref(), Some("10.0.0.24/29"));
    }

    #[test]
    fn the_whole_of_a_family_is_a_pool() {
        for (whole, length, half) in [("0.0.0.0/0", 1, "128.0.0.0/1"), ("::/0", 1, "8000::/1")] {
            let mut pool = Pool::new(net(whole), std::iter::empty());
            pool.subnet(length).expect("the first half");
            assert_eq!(pool.subnet(length), Some(net(half)));
            assert_eq!(pool.subnet(length), None);
            assert_eq!(Pool::new(net(whole), std::iter::empty()).subnet(0), Some(net(whole)));
        }
    }

    proptest! {
        #[test]
        fn it_is_first_fit(
            lengths in proptest::collection::vec(24u8..=31, 1..60),
            given in proptest::collection::vec((0u8..=255, 25u8..=32), 0..4),
        ) {
            let whole = net("10.0.0.0/24");
            let given: Vec<IpNet> = given
                .iter()
                .map(|&(byte, length)| net(&format!("10.0.0.{byte}/{length}")).trunc())
                .collect();
            let mut pool = Pool::new(whole, given.iter().copied());
            let mut used = [false; 256];
            let range = |net: IpNet| (number(net.network()) & 255) as usize..=(number(net.broadcast()) & 255) as usize;
            given.iter().for_each(|&net| used[range(net)].fill(true));
            for length in lengths {
                let size = 1usize << (32 - length);
                let naive = (0..256).step_by(size).find(|&at| !used[at..at + size].contains(&true));
                let found = pool.subnet(length);
                prop_assert_eq!(found.map(range), naive.map(|at| at..=at + size - 1));
                found.into_iter().for_each(|net| used[range(net)].fill(true));
            }
        }
    }
}
