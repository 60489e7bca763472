//! Which pairs of hosts are asked, and in which waves: no more askers and neighbour entries at once than there is room
//! for.
//!
//! Pure. A sample depends on its seed alone.

use std::collections::BTreeSet;
use std::iter::Peekable;

/// One host that asks and one that is asked: places in the list of hosts.
pub(super) type Pair = (u32, u32);

/// Which pairs are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pairs {
    /// Each host asks each other one.
    All,
    /// That many of those pairs, chosen by the seed; all of them if there are no more.
    Sample {
        /// How many.
        count: usize,
        /// The same seed gives the same pairs.
        seed: u64,
    },
    /// These: who asks, who is asked. One that is listed twice is asked once.
    Listed(Vec<(usize, usize)>),
}

impl Pairs {
    /// How many pairs of `hosts` hosts these are.
    pub(super) fn count(&self, hosts: usize) -> usize {
        let all = hosts * hosts.saturating_sub(1);
        match self {
            Self::All => all,
            Self::Sample { count, .. } => all.min(*count),
            Self::Listed(pairs) => pairs.iter().collect::<BTreeSet<_>>().len(),
        }
    }

    /// The hosts that are asked by a pair that `counts`: all of them where the pairs are too many to list.
    pub(super) fn targets(&self, hosts: usize, counts: impl Fn(Pair) -> bool) -> BTreeSet<u32> {
        match self.list(hosts) {
            Some(list) => list.into_iter().filter(|&pair| counts(pair)).map(|(_, to)| to).collect(),
            None => (0..hosts as u32).collect(),
        }
    }

    /// Those pairs; none for [`Pairs::All`], which may be too many to list.
    fn list(&self, hosts: usize) -> Option<Vec<Pair>> {
        match self {
            Self::Sample { count, seed } if *count < Self::All.count(hosts) => {
                let chosen = sample(*count, Self::All.count(hosts) as u64, *seed);
                Some(chosen.into_iter().map(|number| pair(number, hosts as u64)).collect())
            }
            Self::All | Self::Sample { .. } => None,
            Self::Listed(pairs) => Some(pairs.iter().map(|&(from, to)| (from as u32, to as u32)).collect()),
        }
    }
}

/// The pair of this number among all of `hosts` hosts, in the order of who asks.
fn pair(number: u64, hosts: u64) -> Pair {
    let (from, to) = (number / (hosts - 1), number % (hosts - 1));
    (from as u32, (to + u64::from(to >= from)) as u32)
}

/// `count` different numbers below `limit` (Floyd's algorithm), in order.
fn sample(count: usize, limit: u64, seed: u64) -> BTreeSet<u64> {
    let mut state = seed;
    let mut chosen = BTreeSet::new();
    for last in limit - count as u64..limit {
        let number = next_random(&mut state) % (last + 1);
        if !chosen.insert(number) {
            chosen.insert(last);
        }
    }
    chosen
}

/// SplitMix64: a generator that any seed will do for.
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Hosts are taken in groups of so many: all pairs between two groups, both ways, are one block.
const GROUP: u32 = 256;
/// A wave has at most two groups' worth of askers, each with a socket, and of pairs, each with a neighbour entry.
const ASKERS: usize = 2 * GROUP as usize;
const PAIRS: usize = 2 * (GROUP * GROUP) as usize;

/// Waves of pairs, each in the order of who asks.
pub(super) struct Waves(Peekable<Box<dyn Iterator<Item = Vec<Pair>> + Send>>);

impl Waves {
    /// Those of `pairs` among `hosts` hosts.
    pub(super) fn new(pairs: &Pairs, hosts: usize) -> Self {
        match pairs.list(hosts) {
            Some(list) => Self::of(list),
            None => Self::over(Box::new(blocks(hosts as u32))),
        }
    }

    /// Those of a list.
    pub(super) fn of(mut list: Vec<Pair>) -> Self {
        list.sort_unstable_by_key(|&pair| (block(pair), pair));
        list.dedup();
        let blocks: Vec<Vec<Pair>> =
            list.chunk_by(|&one, &other| block(one) == block(other)).map(<[_]>::to_vec).collect();
        Self::over(Box::new(blocks.into_iter()))
    }

    fn over(blocks: Box<dyn Iterator<Item = Vec<Pair>> + Send>) -> Self {
        Self(blocks.peekable())
    }
}

impl Iterator for Waves {
    type Item = Vec<Pair>;

    fn next(&mut self) -> Option<Vec<Pair>> {
        let mut wave = self.0.next()?;
        let mut askers = askers_of(&wave);
        while let Some(block) = self.0.peek() {
            askers.extend(askers_of(block));
            if askers.len() > ASKERS || wave.len() + block.len() > PAIRS {
                break;
            }
            wave.extend(self.0.next().into_iter().flatten());
        }
        wave.sort_unstable();
        Some(wave)
    }
}

fn askers_of(pairs: &[Pair]) -> BTreeSet<u32> {
    // Most often many in a row are the same host's.
    pairs.chunk_by(|one, other| one.0 == other.0).map(|run| run[0].0).collect()
}

/// Which block a pair is in: the groups of its two hosts, the lower one first.
fn block((from, to): Pair) -> (u32, u32) {
    let (from, to) = (from / GROUP, to / GROUP);
    (from.min(to), from.max(to))
}

/// All pairs of `hosts` hosts, block by block.
fn blocks(hosts: u32) -> impl Iterator<Item = Vec<Pair>> + Send {
    let groups = hosts.div_ceil(GROUP);
    let members = move |group: u32| group * GROUP..((group + 1) * GROUP).min(hosts);
    let ask = move |from: u32, to: u32| {
        members(from).flat_map(move |from| members(to).filter(move |&to| to != from).map(move |to| (from, to)))
    };
    let block = move |low: u32, high: u32| {
        let back = (low != high).then(|| ask(high, low));
        ask(low, high).chain(back.into_iter().flatten()).collect()
    };
    (0..groups).flat_map(move |low| (low..groups).map(move |high| block(low, high)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(hosts: u32) -> Vec<Pair> {
        (0..hosts).flat_map(|from| (0..hosts).filter(move |&to| to != from).map(move |to| (from, to))).collect()
    }

    fn sorted(waves: &[Vec<Pair>]) -> Vec<Pair> {
        let mut pairs = waves.concat();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn a_small_network_is_one_wave_and_none_is_none() {
        for hosts in [2, 3, 50, 200, 256, 300] {
            let waves: Vec<_> = Waves::new(&Pairs::All, hosts).collect();
            assert_eq!((waves.len(), &waves[0]), (1, &all(hosts as u32)), "{hosts}");
        }
        assert_eq!(Waves::new(&Pairs::All, 0).count() + Waves::new(&Pairs::All, 1).flatten().count(), 0);
        assert_eq!((Pairs::All.count(0), Pairs::All.count(1), Pairs::All.count(3)), (0, 0, 6));
    }

    #[test]
    fn a_large_one_is_waves_within_the_limits_and_every_pair_once() {
        let waves: Vec<_> = Waves::new(&Pairs::All, 900).collect();
        assert!(waves.iter().all(|wave| wave.len() <= PAIRS && askers_of(wave).len() <= ASKERS));
        assert!(waves.len() < 12, "{}", waves.len());
        assert!(sorted(&waves) == all(900));
    }

    #[test]
    fn both_directions_of_a_pair_are_in_one_wave() {
        for wave in Waves::new(&Pairs::All, 700) {
            let pairs: std::collections::HashSet<_> = wave.iter().collect();
            assert!(wave.iter().all(|&(from, to)| pairs.contains(&(to, from))));
        }
    }

    #[test]
    fn a_thin_sample_of_many_hosts_is_few_waves() {
        let pairs = Pairs::Sample { count: 2000, seed: 1 };
        let waves: Vec<_> = Waves::new(&pairs, 10_000).collect();
        assert!(waves.len() <= 5, "{}", waves.len());
        assert!(waves.iter().all(|wave| askers_of(wave).len() <= ASKERS));
    }

    proptest! {
        #[test]
        fn a_sample_is_so_many_different_pairs_and_the_same_again(hosts in 2usize..60, count in 0usize..4000, seed: u64) {
            let pairs = Pairs::Sample { count, seed };
            let waves = || Waves::new(&pairs, hosts).collect::<Vec<_>>();
            let list = sorted(&waves());
            prop_assert_eq!(list.len(), pairs.count(hosts));
            prop_assert_eq!(list.iter().collect::<BTreeSet<_>>().len(), list.len());
            prop_assert!(list.iter().all(|&(from, to)| from != to && from.max(to) < hosts as u32));
            prop_assert_eq!(waves(), waves());
        }

        #[test]
        fn what_is_listed_is_asked_once(list in prop::collection::vec((0usize..1000, 0usize..1000), 0..600)) {
            let pairs = Pairs::Listed(list.clone());
            let wanted: BTreeSet<Pair> = list.into_iter().map(|(from, to)| (from as u32, to as u32)).collect();
            let waves: Vec<_> = Waves::new(&pairs, 1000).collect();
            prop_assert_eq!(sorted(&waves), wanted.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(pairs.count(1000), waves.concat().len());
        }
    }
}
