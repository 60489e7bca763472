//! The graph that paths of one family are looked for in, as flat arrays: nodes, and over which ends they reach others.
//!
//! Pure. Switches are nodes of it too: a path pays for each link it runs over, also for those between switches. Hosts
//! are in it only where something of theirs has to be found: most of them hang off a router's subnet.

use super::super::super::plan::Kind;
use super::super::addresses::Addresses;
use super::super::draft::{Draft, EndId, ends};
use super::super::family::Family;

/// A step from one node to a neighbour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: u32,
    /// The end it arrives at; it left by the link's other one.
    pub(super) end: u32,
    pub(super) cost: u32,
}

/// All steps that can be taken.
pub(super) struct Graph {
    pub(super) kinds: Vec<Kind>,
    /// For each node where its steps begin; one more at the end.
    offsets: Vec<u32>,
    edges: Vec<Edge>,
    /// Whether all links cost the same.
    pub(super) even: bool,
}

impl Graph {
    /// The steps between nodes that have addresses of `family`, to routers, switches and the hosts that are `wanted`.
    pub(super) fn new(draft: &Draft, addresses: &Addresses, family: Family, wanted: &[bool]) -> Self {
        let plan = draft.plan;
        let kinds: Vec<Kind> = plan.nodes.iter().map(|node| node.kind).collect();
        let speaks = |id: EndId| draft.is_port(id) || addresses.in_subnet[family as usize][id].is_some();
        let reached = |node: usize| wanted[node] || forwards(kinds[node]);
        let steps = || {
            // Nothing is forwarded that comes in over a border.
            let usable = ends(plan).filter(|&id| speaks(id) && speaks(id ^ 1) && !draft.is_border(id));
            // An end is arrived at from its link's other one.
            usable.map(|id| (draft.end(id ^ 1).node, draft.end(id).node, id)).filter(|&(_, to, _)| reached(to))
        };
        let mut offsets = vec![0; plan.nodes.len() + 1];
        steps().for_each(|(from, ..)| offsets[from + 1] += 1);
        for node in 0..plan.nodes.len() {
            offsets[node + 1] += offsets[node];
        }
        let mut edges = vec![Edge { to: 0, end: 0, cost: 0 }; offsets[plan.nodes.len()] as usize];
        let mut next = offsets.clone();
        for (from, to, id) in steps() {
            edges[next[from] as usize] = Edge { to: to as u32, end: id as u32, cost: plan.links[id / 2].cost };
            next[from] += 1;
        }
        let even = edges.windows(2).all(|pair| pair[0].cost == pair[1].cost);
        Self { kinds, offsets, edges, even }
    }

    /// The steps from a node, in the order of its links.
    pub(super) fn edges(&self, node: usize) -> &[Edge] {
        &self.edges[self.offsets[node] as usize..self.offsets[node + 1] as usize]
    }

    pub(super) fn forwards(&self, node: usize) -> bool {
        forwards(self.kinds[node])
    }

    pub(super) fn is_switch(&self, node: usize) -> bool {
        self.kinds[node] == Kind::Switch
    }
}

/// Whether paths run through a node. A `Node` may be made to forward by its script, but the lab does not count on it.
pub(super) fn forwards(kind: Kind) -> bool {
    matches!(kind, Kind::Router | Kind::Switch)
}
