//! Realms: what is behind an end with `nat` or `private` is not routed across its link, and may use addresses that others
//! use too.
//!
//! Pure. A realm is what routers join without such ends; the world is all that is behind none. From a realm one sees the
//! realms that its border ends lead to, and so on; from there nobody looks back.

use super::super::plan::{Kind, Plan};
use super::draft::{EndId, end, ends};
use super::segments::Segments;

/// What is behind no border.
const WORLD: usize = 0;

/// The realms of a plan.
pub(super) struct Realms {
    of_segment: Vec<usize>,
    of_node: Vec<usize>,
    /// For each realm those that are seen from it, itself first, then the nearer ones.
    seen: Vec<Vec<usize>>,
}

/// What is seen from a node: realms, the nearest first. Of addresses that several have the nearest one's are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct View(Vec<usize>);

impl View {
    /// Whether a realm is seen.
    pub(super) fn has(&self, realm: usize) -> bool {
        self.0.contains(&realm)
    }
}

impl Realms {
    pub(super) fn of(plan: &Plan, segments: &Segments) -> Self {
        let nodes = plan.nodes.len();
        if ends(plan).all(|id| end(plan, id).border.is_none()) {
            return Self {
                of_segment: vec![WORLD; segments.list.len()],
                of_node: vec![WORLD; nodes],
                seen: vec![vec![WORLD]],
            };
        }
        // Nodes, and behind them the segments.
        let mut joined: Vec<usize> = (0..nodes + segments.list.len()).collect();
        let at_router = |id: &EndId| plan.nodes[end(plan, *id).node].kind == Kind::Router;
        for id in ends(plan).filter(at_router).filter(|&id| end(plan, id).border.is_none()) {
            let (one, other) = (root(&mut joined, end(plan, id).node), root(&mut joined, nodes + segments.of_end(id)));
            joined[one.max(other)] = one.min(other);
        }
        let borders: Vec<EndId> = ends(plan).filter(|&id| end(plan, id).border.is_some()).collect();
        let mut realm_of_root = vec![WORLD; joined.len()];
        let mut count = 1;
        for &id in &borders {
            let root = root(&mut joined, end(plan, id).node);
            if realm_of_root[root] == WORLD {
                realm_of_root[root] = count;
                count += 1;
            }
        }
        let mut realm = |place: usize| realm_of_root[root(&mut joined, place)];
        let of_segment: Vec<usize> = (0..segments.list.len()).map(|segment| realm(nodes + segment)).collect();
        let mut of_node: Vec<usize> = (0..nodes).map(&mut realm).collect();
        // A host is where its first link is.
        for id in ends(plan).rev().filter(|id| !at_router(id)) {
            of_node[end(plan, id).node] = of_segment[segments.of_end(id)];
        }
        let mut leads = vec![Vec::new(); count];
        for &id in &borders {
            leads[of_node[end(plan, id).node]].push(of_segment[segments.of_end(id)]);
        }
        let seen = (0..count).map(|from| reached(&leads, &[from])).collect();
        Self { of_segment, of_node, seen }
    }

    /// The realm of an end.
    pub(super) fn of_segment(&self, segment: usize) -> usize {
        self.of_segment[segment]
    }

    /// The realm of what a node has by itself.
    pub(super) fn of_node(&self, node: usize) -> usize {
        self.of_node[node]
    }

    /// Whether one realm is seen from another.
    pub(super) fn sees(&self, from: usize, realm: usize) -> bool {
        self.seen[from].contains(&realm)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.seen.len()
    }

    /// What is seen from a node that does not forward, from one of `segments` or the other; from a router at once.
    pub(super) fn view(&self, node: usize, is_router: bool, segments: impl Iterator<Item = usize>) -> View {
        if is_router {
            return View(self.seen[self.of_node[node]].clone());
        }
        let mut all = Vec::new();
        for realm in segments.flat_map(|segment| &self.seen[self.of_segment[segment]]) {
            if !all.contains(realm) {
                all.push(*realm);
            }
        }
        View(all)
    }

    /// How near a broadcast domain is in a view; none: it is not seen.
    pub(super) fn rank_of_segment(&self, view: &View, segment: usize) -> Option<usize> {
        view.0.iter().position(|&realm| realm == self.of_segment[segment])
    }

    /// How near what a node has by itself is.
    pub(super) fn rank_of_node(&self, view: &View, node: usize) -> Option<usize> {
        view.0.iter().position(|&realm| realm == self.of_node[node])
    }
}

/// What is reached from `from`, in the order of nearness.
fn reached(leads: &[Vec<usize>], from: &[usize]) -> Vec<usize> {
    let mut line = from.to_vec();
    let mut next = 0;
    while let Some(&realm) = line.get(next) {
        next += 1;
        for &to in &leads[realm] {
            if !line.contains(&to) {
                line.push(to);
            }
        }
    }
    line
}

/// What stands for all that `place` is joined with; the way to it is shortened.
fn root(joined: &mut [usize], mut place: usize) -> usize {
    while joined[place] != place {
        joined[place] = joined[joined[place]];
        place = joined[place];
    }
    place
}
