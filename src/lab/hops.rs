//! How many hops apart nodes are, as traceroute counts: routers on the way count, switches do not. Pure.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::plan::{Kind, Plan};

/// What a packet's time to live begins with where nothing else is said (Linux `IPDEFTTL`, `IPV6_DEFAULT_HOPLIMIT`).
const USUAL: u8 = 64;
/// The most that it can begin with.
const MOST: u8 = 255;

/// A plan as a graph.
pub(super) struct Hops {
    kinds: Vec<Kind>,
    /// For each node its neighbours, and what the way to them costs.
    neighbours: Vec<Vec<(u32, u32)>>,
}

impl Hops {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut neighbours = vec![Vec::new(); plan.nodes.len()];
        for link in &plan.links {
            neighbours[link.a.node].push((link.b.node as u32, link.cost));
            neighbours[link.b.node].push((link.a.node as u32, link.cost));
        }
        Self { kinds: plan.nodes.iter().map(|node| node.kind).collect(), neighbours }
    }

    /// How far each node is from one of them, by the paths that cost least; none where there is no path.
    pub(super) fn from(&self, node: usize) -> Vec<Option<u32>> {
        let mut nearest = vec![None; self.kinds.len()];
        let mut next = BinaryHeap::from([Reverse((0_u64, 0_u32, node as u32))]);
        while let Some(Reverse((cost, hops, at))) = next.pop() {
            let at = at as usize;
            if nearest[at].is_some() {
                continue;
            }
            nearest[at] = Some(hops);
            // Hosts do not forward.
            if at != node && self.kinds[at] == Kind::Host {
                continue;
            }
            for &(to, more) in self.neighbours[at].iter().filter(|(to, _)| nearest[*to as usize].is_none()) {
                let hop = u32::from(self.kinds[to as usize] != Kind::Switch);
                next.push(Reverse((cost + u64::from(more), hops + hop, to)));
            }
        }
        nearest
    }
}

/// What packets' time to live has to begin with, so that as many nodes as can be reach each other; none where nobody is too
/// far away for the usual one.
pub(super) fn hop_limit(plan: &Plan) -> Option<u8> {
    let usual = usize::from(USUAL);
    let pass = |kind| matches!(kind, Kind::Router | Kind::Node);
    if plan.nodes.iter().filter(|node| pass(node.kind)).count() < usual {
        return None;
    }
    // Where costs differ the cheapest path may run through any number of nodes.
    if plan.links.windows(2).any(|pair| pair[0].cost != pair[1].cost) {
        return Some(MOST);
    }
    // Nobody is further from somebody than by way of a third.
    let hops = Hops::new(plan);
    let mut known = vec![false; plan.nodes.len()];
    for node in 0..plan.nodes.len() {
        if known[node] || !pass(plan.nodes[node].kind) {
            continue;
        }
        for (place, far) in hops.from(node).into_iter().enumerate() {
            known[place] |= far.is_some();
            if far.is_some_and(|far| 2 * far > u32::from(USUAL)) {
                return Some(MOST);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::plan::{Link, Node, Options};

    fn plan(kinds: &[Kind], links: &[(usize, usize, u32)]) -> Plan {
        Plan {
            name: None,
            options: Options::default(),
            nodes: kinds.iter().enumerate().map(|(place, kind)| Node::new(format!("n{place}"), *kind)).collect(),
            links: links.iter().map(|&(a, b, cost)| Link { cost, ..Link::new(a, b) }).collect(),
        }
    }

    fn line(routers: usize) -> Plan {
        let links: Vec<_> = (1..routers).map(|at| (at - 1, at, 1)).collect();
        plan(&vec![Kind::Router; routers], &links)
    }

    #[test]
    fn routers_on_the_cheapest_way_count() {
        use Kind::{Host, Router, Switch};
        let kinds = [Host, Switch, Router, Router, Host, Host, Router];
        let links = [(0, 1, 1), (1, 2, 1), (2, 3, 5), (3, 4, 1), (2, 6, 1), (6, 3, 1)];
        let hops = Hops::new(&plan(&kinds, &links));
        assert_eq!(hops.from(0), [Some(0), Some(0), Some(1), Some(3), Some(4), None, Some(2)]);
        assert_eq!(hops.from(5), [None, None, None, None, None, Some(0), None]);
        // A host is no way to anywhere.
        assert_eq!(
            Hops::new(&plan(&[Router, Host, Router], &[(0, 1, 1), (1, 2, 1)])).from(0),
            [Some(0), Some(1), None]
        );
    }

    #[test]
    fn packets_live_longer_only_where_they_must() {
        assert_eq!([1, 63, 66, 70].map(|routers| hop_limit(&line(routers))), [None, None, Some(255), Some(255)]);
        // Many routers, all near to one.
        let star: Vec<_> = (1..300).map(|at| (0, at, 1)).collect();
        assert_eq!(hop_limit(&plan(&vec![Kind::Router; 300], &star)), None);
        // By cost the way round may be the shorter one.
        let mut dear = star.clone();
        dear[7].2 = 9;
        assert_eq!(hop_limit(&plan(&vec![Kind::Router; 300], &dear)), Some(255));
        // The far part is not where the first node is.
        let mut apart: Vec<_> = (1..50).map(|at| (0, at, 1)).collect();
        apart.extend((51..120).map(|at| (at - 1, at, 1)));
        assert_eq!(hop_limit(&plan(&[Kind::Router; 120], &apart)), Some(255));
        assert_eq!(hop_limit(&plan(&[], &[])), None);
    }
}
