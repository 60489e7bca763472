//! The fewest routes that send every destination its way: a binary tree over all destinations, built once.
//!
//! Pure. This is the known optimal aggregation in two passes (Draves et al., "Constructing Optimal IP Routing Tables",
//! 1999): from the leaves up, which ways would do for a block; from the root down, a route only where the one above
//! would be wrong. Addresses that nobody has may go any way, so that blocks grow over the gaps between subnets.

/// A set of ranks, one bit each; a leaf has the rank of its way.
type Ranks = u64;

/// What nobody minds: a range without destinations, or one that the source has on a link.
const ANY: Ranks = u64::MAX;

/// No route above.
const NONE: u8 = u8::MAX;

/// The rank of what keeps a route of its own. The last bit is never used: all bits together mean [`ANY`].
pub(super) const MOST_RANKS: u8 = 63;

/// A block of the tree: a destination, or what two blocks have in common.
struct Block {
    start: u128,
    length: u8,
    /// The block above; the root is its own.
    parent: u32,
    /// The upper half of what it has; the lower half follows the block itself. 0: it is not divided.
    upper: u32,
    /// The destination, if it is one.
    leaf: Option<u32>,
}

/// The destinations as a tree, parents before their children, lower addresses first.
pub(super) struct Tree {
    blocks: Vec<Block>,
    /// The ways that would do for each block.
    ranks: Vec<Ranks>,
    /// The way that holds in each block: that of its own route, or of the one above.
    holds: Vec<u8>,
}

impl Tree {
    /// A tree over networks that do not overlap, sorted by their numbers; `bits` is the length of an address.
    pub(super) fn new(nets: &[(u128, u8)], bits: u8) -> Self {
        let mut blocks = vec![Block { start: 0, length: 0, parent: 0, upper: 0, leaf: None }];
        let mut open = vec![(0, nets.len(), 0)];
        while let Some((first, end, parent)) = open.pop() {
            let Some(&(start, length)) = nets[..end].get(first) else { continue };
            let place = blocks.len() as u32;
            // The lower half is next to its parent: what comes later is the upper one.
            if place > parent + 1 && parent > 0 {
                blocks[parent as usize].upper = place;
            }
            if end - first == 1 {
                blocks.push(Block { start, length, parent, upper: 0, leaf: Some(first as u32) });
                continue;
            }
            // Sorted: what the first and the last have in common, all have.
            let free = 128 - (start ^ nets[end - 1].0).leading_zeros() as u8;
            let bit = 1u128 << (free - 1);
            let middle = first + nets[first..end].partition_point(|&(net, _)| net & bit == 0);
            let start = start & !(bit | (bit - 1));
            blocks.push(Block { start, length: bits - free, parent, upper: 0, leaf: None });
            open.extend([(middle, end, place), (first, middle, place)]);
        }
        let count = blocks.len();
        Self { blocks, ranks: vec![ANY; count], holds: vec![NONE; count] }
    }

    /// Calls `emit` with each route that is needed: start, length, rank. `rank` tells the rank of a destination's way;
    /// none if it goes any way. Rank 0 is preferred. Without `default` no route covers everything.
    pub(super) fn routes(
        &mut self,
        default: bool,
        rank: impl Fn(u32) -> Option<u8>,
        mut emit: impl FnMut(u128, u8, u8),
    ) {
        for place in (0..self.blocks.len()).rev() {
            let block = &self.blocks[place];
            if let Some(leaf) = block.leaf {
                self.ranks[place] = rank(leaf).map_or(ANY, |rank| 1 << rank);
            }
            let (ranks, parent) = (self.ranks[place], block.parent as usize);
            if place > 0 {
                let both = self.ranks[parent] & ranks;
                self.ranks[parent] = if both == 0 { self.ranks[parent] | ranks } else { both };
            }
        }
        for place in 0..self.blocks.len() {
            let block = &self.blocks[place];
            let above = if place == 0 { NONE } else { self.holds[block.parent as usize] };
            let right = |ranks: Ranks| ranks == ANY || (above != NONE && ranks >> above & 1 == 1);
            // Where only one half matters, the route is for that half.
            let half = block.upper > 0 && (self.ranks[place + 1] == ANY || self.ranks[block.upper as usize] == ANY);
            // Read for the last time: the next source begins anew.
            let ranks = std::mem::replace(&mut self.ranks[place], ANY);
            let pass = right(ranks) || half || (block.length == 0 && !default);
            self.holds[place] = if pass { above } else { ranks.trailing_zeros() as u8 };
            if !pass {
                emit(block.start, block.length, self.holds[place]);
            }
        }
    }
}
