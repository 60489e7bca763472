//! Shortest paths from one node to all others, and the way each of them begins with. Pure.
//!
//! Breadth first where all links cost the same, else Dijkstra's algorithm. All arrays are kept from one source to the
//! next, so that a source costs no allocation.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::graph::{Edge, Graph};

/// The distance of what cannot be reached.
pub(super) const FAR: u64 = u64::MAX;

/// The label of the source itself.
pub(super) const HERE: u32 = u32::MAX;

/// Marks the label of a switch that the source is linked with: the rest is the end it leaves by. Its way is not known
/// before the path meets a node that has addresses.
const ON_LINK: u32 = 1 << 31;

/// A way out: the end of the source it leaves by and the end of the neighbour it arrives at.
pub(super) type Out = (u32, u32);

/// The shortest paths from the last source.
pub(super) struct Paths {
    pub(super) distance: Vec<u64>,
    /// For each node that is reached the [`Labels`] entry of its path's first step.
    pub(super) label: Vec<u32>,
    pub(super) labels: Labels,
    /// Nodes to visit, nearest first: breadth first.
    line: Vec<u32>,
    /// Nodes to visit, nearest on top: where costs differ.
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Paths {
    pub(super) fn new(nodes: usize, ecmp: bool) -> Self {
        let (distance, label, labels) = (vec![FAR; nodes], vec![HERE; nodes], Labels::new(ecmp));
        Self { distance, label, labels, line: Vec::new(), heap: BinaryHeap::new() }
    }

    /// Finds the shortest paths from `source`. Only routers and switches are passed through.
    pub(super) fn find(&mut self, graph: &Graph, source: usize) {
        self.distance.fill(FAR);
        self.labels.clear();
        (self.distance[source], self.label[source]) = (0, HERE);
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
        let label = match self.label[node] {
            HERE if graph.is_switch(to) => ON_LINK | (edge.end ^ 1),
            HERE => self.labels.single((edge.end ^ 1, edge.end)),
            on_link if on_link & ON_LINK != 0 && !graph.is_switch(to) => {
                self.labels.single((on_link & !ON_LINK, edge.end))
            }
            label => label,
        };
        if distance < known {
            (self.distance[to], self.label[to]) = (distance, label);
            return true;
        }
        self.label[to] = self.join(self.label[to], label);
        false
    }

    /// The label for two paths of equal cost.
    pub(super) fn join(&mut self, one: u32, other: u32) -> u32 {
        // Where a switch is on the link there is nothing to choose: of two ends on it the first one is used.
        match (one & ON_LINK, other & ON_LINK) {
            (0, 0) => self.labels.join(one, other),
            (0, _) => other,
            (_, 0) => one,
            _ => one.min(other),
        }
    }
}

/// Sets of ways out, each known by a number, its label.
pub(super) struct Labels {
    ecmp: bool,
    outs: Vec<Out>,
    sets: Vec<Range<u32>>,
    /// The label of each joined set, and that of two labels joined.
    of_set: HashMap<Vec<Out>, u32>,
    joined: HashMap<(u32, u32), u32>,
}

impl Labels {
    fn new(ecmp: bool) -> Self {
        Self { ecmp, outs: Vec::new(), sets: Vec::new(), of_set: HashMap::new(), joined: HashMap::new() }
    }

    fn clear(&mut self) {
        self.outs.clear();
        self.sets.clear();
        self.of_set.clear();
        self.joined.clear();
    }

    /// How many labels there are: they are counted from 0.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// The ways out of a label.
    pub(super) fn outs(&self, label: u32) -> &[Out] {
        let set = &self.sets[label as usize];
        &self.outs[set.start as usize..set.end as usize]
    }

    /// A label for one way, which has none yet: each step is looked at once.
    fn single(&mut self, out: Out) -> u32 {
        self.add(&[out])
    }

    fn add(&mut self, outs: &[Out]) -> u32 {
        let start = self.outs.len() as u32;
        self.outs.extend_from_slice(outs);
        self.sets.push(start..self.outs.len() as u32);
        self.sets.len() as u32 - 1
    }

    /// The label of both together with ECMP, else the one that leaves by the earlier link.
    fn join(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        if !self.ecmp {
            return if self.outs(other) < self.outs(one) { other } else { one };
        }
        let pair = (one.min(other), one.max(other));
        if let Some(&label) = self.joined.get(&pair) {
            return label;
        }
        let mut outs = [self.outs(one), self.outs(other)].concat();
        outs.sort_unstable();
        outs.dedup();
        let same = |label: &u32| self.outs(*label) == outs;
        let known = [one, other].into_iter().find(same).or_else(|| self.of_set.get(&outs).copied());
        let label = known.unwrap_or_else(|| self.add(&outs));
        self.of_set.insert(outs, label);
        self.joined.insert(pair, label);
        label
    }
}
