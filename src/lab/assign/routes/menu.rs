//! What the routes of a source can choose from, and what they choose where several would do. Pure.
//!
//! Without ECMP a choice is a single way, and of the ways of equal cost any would do. With ECMP it is a whole set.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::aggregate::{ANY, Choices};
use super::paths::{HERE, Ways, is_alone, places};

/// How many sets can be told apart with ECMP; a destination with a rarer one has a route of its own.
const MOST_SETS: usize = 126;

/// The choices of one source.
pub(super) struct Menu {
    ecmp: bool,
    /// With ECMP: the sets, the most common first, and for how many destinations each is.
    sets: Vec<Ways>,
    counts: HashMap<Ways, u32>,
    /// Without: for how many destinations each way would do.
    wanted: Vec<u32>,
}

impl Menu {
    pub(super) fn new(ecmp: bool) -> Self {
        Self { ecmp, sets: Vec::new(), counts: HashMap::new(), wanted: Vec::new() }
    }

    /// Reads the ways of all destinations of a source that has `count` ways.
    pub(super) fn read(&mut self, ways: &[Ways], count: usize) {
        if self.ecmp {
            return self.read_sets(ways);
        }
        self.wanted.clear();
        self.wanted.resize(count, 0);
        for place in ways.iter().flat_map(|&ways| places(ways)) {
            self.wanted[place] += 1;
        }
    }

    fn read_sets(&mut self, ways: &[Ways]) {
        self.counts.clear();
        for &ways in ways.iter().filter(|&&ways| ways != HERE) {
            *self.counts.entry(ways).or_default() += 1;
        }
        self.sets.clear();
        self.sets.extend(self.counts.keys());
        self.sets.sort_unstable_by_key(|ways| (Reverse(self.counts[ways]), *ways));
        self.sets.truncate(MOST_SETS);
    }

    /// What would do for a destination with these ways; nothing: it cannot share a route with others.
    pub(super) fn choices(&self, ways: Ways) -> Choices {
        match ways {
            HERE => ANY,
            ways if self.ecmp => self.sets.iter().position(|&set| set == ways).map_or(0, |place| 1 << place),
            ways if is_alone(ways) => 0,
            ways => ways,
        }
    }

    /// The choice of several that most destinations could share, the first of equal ones.
    pub(super) fn best(&self, choices: Choices) -> u8 {
        let wanted = |place: usize| self.wanted.get(place).copied().unwrap_or(0);
        let best = places(choices).min_by_key(|&place| (Reverse(wanted(place)), place));
        // A set that is not empty has places below 128.
        best.unwrap_or(0) as u8
    }

    /// The ways of a choice.
    pub(super) fn ways(&self, choice: u8) -> Ways {
        if self.ecmp { self.sets[usize::from(choice)] } else { 1 << choice }
    }

    /// The ways of a route that no other destination shares.
    pub(super) fn alone(&self, ways: Ways) -> Ways {
        if self.ecmp || is_alone(ways) { ways } else { self.ways(self.best(ways)) }
    }
}
