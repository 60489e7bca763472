//! The graph that paths of one family are looked for in, as flat arrays: nodes, and over which ends they reach others.
//!
//! Pure. Switches are nodes of it too: a path pays for each link it runs over, also for those between switches. Hosts
//! are in it only where something of theirs has to be found: most of them hang off a router's subnet.

use std::collections::HashMap;

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
        let vertices = Vertices::of(draft);
        let mut kinds: Vec<Kind> = plan.nodes.iter().map(|node| node.kind).collect();
        kinds.resize(vertices.count, Kind::Switch);
        let speaks = |id: EndId| draft.is_port(id) || addresses.in_subnet[family as usize][id].is_some();
        let reached = |node: usize| forwards(kinds[node]) || wanted[node];
        let steps = || {
            // Nothing is forwarded that comes in over a border.
            let usable = ends(plan).filter(|&id| speaks(id) && speaks(id ^ 1) && !draft.is_border(id));
            // An end is arrived at from its link's other one.
            let pairs = usable.flat_map(|id| vertices.steps(draft, id).map(move |(from, to)| (from, to, id)));
            pairs.filter(|&(_, to, _)| reached(to))
        };
        let mut offsets = vec![0; vertices.count + 1];
        steps().for_each(|(from, ..)| offsets[from + 1] += 1);
        for node in 0..vertices.count {
            offsets[node + 1] += offsets[node];
        }
        let mut edges = vec![Edge { to: 0, end: 0, cost: 0 }; offsets[vertices.count] as usize];
        let mut next = offsets.clone();
        for (from, to, id) in steps() {
            edges[next[from] as usize] = Edge { to: to as u32, end: id as u32, cost: plan.links[id / 2].cost };
            next[from] += 1;
        }
        let even = edges.windows(2).all(|pair| pair[0].cost == pair[1].cost);
        Self { kinds, offsets, edges, even }
    }

    /// How many nodes it has: those of the plan, and further VLANs of switches.
    pub(super) fn count(&self) -> usize {
        self.kinds.len()
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

/// The nodes of the graph: a switch with several VLANs is as many.
struct Vertices {
    /// For VLANs of a switch beyond its first.
    more: HashMap<(usize, u16), usize>,
    count: usize,
}

impl Vertices {
    fn of(draft: &Draft) -> Self {
        let mut vertices = Self { more: HashMap::new(), count: draft.plan.nodes.len() };
        let mut last = None;
        for &(node, vlan) in draft.segments.lans().keys() {
            if last == Some(node) {
                vertices.more.insert((node, vlan), vertices.count);
                vertices.count += 1;
            }
            last = Some(node);
        }
        vertices
    }

    fn at(&self, node: usize, vlan: u16) -> usize {
        self.more.get(&(node, vlan)).copied().unwrap_or(node)
    }

    /// From where to where one steps by arriving at an end: over a trunk in each VLAN.
    fn steps<'a>(&'a self, draft: &Draft, id: EndId) -> impl Iterator<Item = (usize, usize)> + use<'a> {
        let (from, to) = (draft.end(id ^ 1).node, draft.end(id).node);
        let vlans = if self.more.is_empty() { vec![0] } else { draft.link(id).vlans() };
        vlans.into_iter().map(move |vlan| (self.at(from, vlan), self.at(to, vlan)))
    }
}

/// Whether paths run through a node. A `Node` may be made to forward by its script, but the lab does not count on it.
pub(super) fn forwards(kind: Kind) -> bool {
    matches!(kind, Kind::Router | Kind::Switch)
}
