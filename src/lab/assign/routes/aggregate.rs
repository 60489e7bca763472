//! The fewest routes that send every destination its way: a binary tree over all destinations, built once.
//!
//! Pure. This is the known optimal aggregation in two passes (Draves et al., "Constructing Optimal IP Routing Tables",
//! 1999): from the leaves up, which ways would do for a block; from the root down, a route only where the one above
//! would be wrong. Addresses that nobody has may go any way, so that blocks grow over the gaps between subnets; and
//! where several ways are as good, the one that saves a route is taken.

/// A set of choices, one bit each.
pub(super) type Choices = u128;

/// What nobody minds: a range without destinations, or one that the source has on a link. No other set is all ones.
pub(super) const ANY: Choices = Choices::MAX;

/// No route above.
const NONE: u8 = u8::MAX;

/// The destinations as a tree of blocks: each is a destination, or what two blocks have in common. A block comes before
/// what is in it, its lower half right behind it, so that the destinations among them are in their own order.
pub(super) struct Tree {
    /// The number and length of each block.
    nets: Vec<(u128, u8)>,
    /// Where the upper half of each block is; 0: it is a destination.
    upper: Vec<u32>,
    /// What would do for each block.
    choices: Vec<Choices>,
    /// The choice of the route above each block, and then that of its own.
    holds: Vec<u8>,
}

impl Tree {
    /// A tree over networks that do not overlap, sorted by their numbers; `bits` is the length of an address.
    pub(super) fn new(nets: &[(u128, u8)], bits: u8) -> Self {
        let mut tree = Self { nets: Vec::new(), upper: Vec::new(), choices: Vec::new(), holds: Vec::new() };
        // What is still to be divided, and the block that it is the upper half of.
        let mut open = vec![(nets, None)];
        while let Some((nets, lower)) = open.pop() {
            let (Some(&(first, length)), Some(&(last, _))) = (nets.first(), nets.last()) else { continue };
            let place = tree.nets.len();
            if let Some(above) = lower {
                tree.upper[above as usize] = place as u32;
            }
            tree.upper.push(0);
            if nets.len() == 1 {
                tree.nets.push((first, length));
                continue;
            }
            // Sorted: what the first and the last have in common, all have.
            let free = 128 - (first ^ last).leading_zeros() as u8;
            let bit = 1u128 << (free - 1);
            tree.nets.push((first & !(bit | (bit - 1)), bits - free));
            let (low, high) = nets.split_at(nets.partition_point(|&(net, _)| net & bit == 0));
            open.extend([(high, Some(place as u32)), (low, None)]);
        }
        tree.choices.resize(tree.nets.len(), ANY);
        tree.holds.resize(tree.nets.len(), NONE);
        tree
    }

    /// Calls `emit` with each route that is needed: start, length, choice. `of` are what would do for each destination,
    /// `best` chooses from a set that is not empty. Without `default` no route covers everything.
    pub(super) fn routes(
        &mut self,
        default: bool,
        of: impl DoubleEndedIterator<Item = Choices>,
        best: impl Fn(Choices) -> u8,
        mut emit: impl FnMut(u128, u8, u8),
    ) {
        let mut of = of.rev();
        for place in (0..self.nets.len()).rev() {
            self.choices[place] = match self.upper[place] as usize {
                0 => of.next().unwrap_or(ANY),
                upper => common(self.choices[place + 1], self.choices[upper]),
            };
        }
        let Some(&all) = self.choices.first() else { return };
        self.holds[0] = NONE;
        if default && all != ANY {
            self.holds[0] = best(all);
            emit(0, 0, self.holds[0]);
        }
        for place in 0..self.nets.len() {
            let (above, choices, upper) = (self.holds[place], self.choices[place], self.upper[place] as usize);
            let right = choices == ANY || (above != NONE && choices >> above & 1 == 1);
            let (start, length) = self.nets[place];
            // A block of everything is the default route's.
            let hold = if right || length == 0 || !self.shared(place) { above } else { best(choices) };
            if hold != above {
                emit(start, length, hold);
            }
            if upper > 0 {
                (self.holds[place + 1], self.holds[upper]) = (hold, hold);
            }
        }
    }

    /// Whether a route for the whole block does more than routes for its halves: both need one, and it can be the same.
    fn shared(&self, place: usize) -> bool {
        let upper = self.upper[place] as usize;
        let halves = || (self.choices[place + 1], self.choices[upper]);
        upper == 0 || matches!(halves(), (one, other) if one != ANY && other != ANY && one & other != 0)
    }
}

/// What would do for both of two blocks, or where nothing does, for one of them.
fn common(one: Choices, other: Choices) -> Choices {
    let both = one & other;
    if both == 0 { one | other } else { both }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The fewest routes for a block of 4-bit numbers below one that goes `above`, found by trying everything.
    fn fewest(of: &[Option<Choices>; 16], start: usize, length: usize, above: Option<u32>) -> usize {
        let halves = |way: Option<u32>| match (length, of[start]) {
            (4, Some(choices)) if way.is_none_or(|way| choices >> way & 1 == 0) => 100,
            (4, _) => 0,
            _ => fewest(of, start, length + 1, way) + fewest(of, start + (8 >> length), length + 1, way),
        };
        (0..4).map(|way| 1 + halves(Some(way))).min().unwrap_or(0).min(halves(above))
    }

    proptest! {
        #[test]
        fn the_routes_are_right_and_as_few_as_can_be(
            of in prop::array::uniform16(prop::option::of(1u128..16)),
            default: bool,
        ) {
            let nets: Vec<(u128, u8)> = (0..16).filter(|&at| of[at].is_some()).map(|at| (at as u128, 4)).collect();
            let mut tree = Tree::new(&nets, 4);
            for _ in 0..2 {
                let mut found = Vec::new();
                let best = |choices: Choices| choices.trailing_zeros() as u8;
                tree.routes(default, of.iter().copied().flatten(), best, |start, length, choice| {
                    found.push((start, length, choice));
                });
                for (at, choices) in of.iter().enumerate() {
                    let fits = |&&(start, length, _): &&(u128, u8, u8)| (at as u128 ^ start) >> (4 - length) == 0;
                    let longest = found.iter().filter(fits).max_by_key(|(_, length, _)| length);
                    let goes = |choices: Choices| longest.is_some_and(|&(_, _, way)| choices >> way & 1 == 1);
                    let right = choices.is_none_or(goes);
                    prop_assert!(right, "{at}: {longest:?} of {found:?}");
                }
                let least = fewest(&of, 0, 0, None);
                prop_assert!(found.len() == least || (!default && found.len() == least + 1), "{found:?}, not {least}");
                prop_assert!(default || found.iter().all(|&(_, length, _)| length > 0));
            }
        }
    }
}
