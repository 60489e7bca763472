//! Shortest paths from one node to all others, and the ways that they begin with. Pure.
//!
//! Breadth first where all links cost the same, else Dijkstra's algorithm. All arrays are kept from one source to the
//! next, so that a source costs no allocation.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{Edge, Graph};

/// The distance of what cannot be reached.
pub(super) const FAR: u64 = u64::MAX;

/// A set of ways out, one bit each, by their places in [`Paths::outs`]; what is beyond [`MOST_WAYS`] can only stand
/// alone, and gives way to others. Nodes with so many ways that are equal for one destination are not of this world.
pub(super) type Ways = u128;

/// No way: it is the source itself.
pub(super) const HERE: Ways = 0;

/// How many ways have bits. The two bits behind them are marks, so that no set is all ones.
const MOST_WAYS: usize = 126;

/// Marks a single way that has no bit: the rest is its place.
const ALONE: Ways = 1 << 127;

/// Marks a switch that the source is linked with: the rest is the end it leaves by. The way is not known before the
/// path meets a node that has addresses.
const ON_LINK: Ways = 1 << 126;

/// A way out: the end of the source it leaves by and the end of the neighbour it arrives at.
pub(super) type Out = (u32, u32);

/// The shortest paths from the last source.
pub(super) struct Paths {
    pub(super) distance: Vec<u64>,
    /// For each node that is reached the ways that its shortest paths begin with.
    pub(super) ways: Vec<Ways>,
    /// All ways out that paths met, in that order.
    pub(super) outs: Vec<Out>,
    /// Nodes to visit, nearest first: breadth first.
    line: Vec<u32>,
    /// Nodes to visit, nearest on top: where costs differ.
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Paths {
    pub(super) fn new(nodes: usize) -> Self {
        let (distance, ways) = (vec![FAR; nodes], vec![HERE; nodes]);
        Self { distance, ways, outs: Vec::new(), line: Vec::new(), heap: BinaryHeap::new() }
    }

    /// Finds the shortest paths from `source`. Only routers and switches are passed through.
    pub(super) fn find(&mut self, graph: &Graph, source: usize) {
        self.distance.fill(FAR);
        self.outs.clear();
        (self.distance[source], self.ways[source]) = (0, HERE);
        if graph.even { self.breadth_first(graph, source) } else { self.nearest_first(graph, source) }
    }

    fn breadth_first(&mut self, graph: &Graph, source: usize) {
        self.line.clear();
        self.line.push(source as u32);
        let mut next = 0;
        while let Some(&node) = self.line.get(next) {
            next += 1;
            let node = node as usize;
            if node != source && !graph.forwards(node) {
                continue;
            }
            for edge in graph.edges(node) {
                if self.relax(graph, node, edge) {
                    self.line.push(edge.to);
                }
            }
        }
    }

    fn nearest_first(&mut self, graph: &Graph, source: usize) {
        self.heap.push(Reverse((0, source as u32)));
        while let Some(Reverse((distance, node))) = self.heap.pop() {
            let node = node as usize;
            let passed = distance > self.distance[node];
            if passed || (node != source && !graph.forwards(node)) {
                continue;
            }
            for edge in graph.edges(node) {
                if self.relax(graph, node, edge) {
                    self.heap.push(Reverse((self.distance[edge.to as usize], edge.to)));
                }
            }
        }
    }

    /// Looks at a step from a node whose path is settled; says whether its end is nearer now than it was.
    fn relax(&mut self, graph: &Graph, node: usize, edge: &Edge) -> bool {
        let to = edge.to as usize;
        let (distance, known) = (self.distance[node] + u64::from(edge.cost), self.distance[to]);
        if distance > known {
            return false;
        }
        let ways = match self.ways[node] {
            HERE if graph.is_switch(to) => ON_LINK | Ways::from(edge.end ^ 1),
            HERE => self.single((edge.end ^ 1, edge.end)),
            // Ends are numbers of 32 bits.
            on_link if is_on_link(on_link) && !graph.is_switch(to) => self.single((on_link as u32, edge.end)),
            ways => ways,
        };
        if distance < known {
            (self.distance[to], self.ways[to]) = (distance, ways);
            return true;
        }
        self.ways[to] = join(self.ways[to], ways);
        false
    }

    /// A set of one way, which none had before: each step is looked at once.
    pub(super) fn single(&mut self, out: Out) -> Ways {
        self.outs.push(out);
        match self.outs.len() - 1 {
            place if place < MOST_WAYS => 1 << place,
            place => ALONE | place as Ways,
        }
    }
}

/// The places of the ways in a set.
pub(super) fn places(ways: Ways) -> impl Iterator<Item = usize> {
    let alone = (ways & ALONE != 0).then_some((ways & !ALONE) as usize);
    let mut rest = if alone.is_some() { 0 } else { ways };
    let bits = std::iter::from_fn(move || {
        let place = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        Some(place)
    });
    alone.into_iter().chain(bits)
}

/// Whether a set is a single way without a bit.
pub(super) fn is_alone(ways: Ways) -> bool {
    ways & ALONE != 0
}

fn is_on_link(ways: Ways) -> bool {
    ways & (ALONE | ON_LINK) == ON_LINK
}

/// The ways of two paths of equal cost.
pub(super) fn join(one: Ways, other: Ways) -> Ways {
    match (is_on_link(one), is_on_link(other)) {
        // Where a switch is on the link there is nothing to choose: of two ends on it the first one is used.
        (true, true) => one.min(other),
        (true, false) => one,
        (false, true) => other,
        (false, false) => match (is_alone(one), is_alone(other)) {
            (true, true) => one.min(other),
            (true, false) => other,
            (false, true) => one,
            (false, false) => one | other,
        },
    }
}
