//! Broadcast domains: a link without a switch is one by itself, switches that links join are one with all their links, for
//! each VLAN.
//!
//! Pure.

use std::collections::{BTreeMap, HashMap};

use super::super::plan::{Kind, Link, Plan};
use super::draft::{EndId, end, ends};

/// The broadcast domains of a plan, in the order of their first links.
pub(super) struct Segments {
    pub(super) list: Vec<Segment>,
    /// Which one each link is of; of a trunk the first of its VLANs'.
    pub(super) of_link: Vec<usize>,
    lans: BTreeMap<Lan, usize>,
}

/// One broadcast domain.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// Its ends at hosts and routers.
    pub(super) ends: Vec<EndId>,
    pub(super) links: Vec<usize>,
    /// Its switches, as places in the plan's nodes; none: a single link.
    pub(super) switches: Vec<usize>,
    /// Those of them whose subnet is this one's: of a switch with several VLANs it is the lowest one's.
    pub(super) of_switches: Vec<usize>,
}

/// A VLAN of a switch.
type Lan = (usize, u16);

impl Segments {
    pub(super) fn of(plan: &Plan) -> Self {
        let (lans, mut joined) = joined(plan);
        let mut segments =
            Self { list: Vec::new(), of_link: Vec::with_capacity(plan.links.len()), lans: BTreeMap::new() };
        let mut of_root = HashMap::new();
        for (number, link) in plan.links.iter().enumerate() {
            let mut of_link: Vec<usize> = Vec::new();
            let switch = switches(plan, link).next();
            let keys =
                switch.map_or(vec![None], |node| link.vlans().into_iter().map(|vlan| Some((node, vlan))).collect());
            for lan in keys {
                let next = segments.list.len();
                let segment = lan.map_or(next, |lan| *of_root.entry(root(&mut joined, lans[&lan])).or_insert(next));
                if segment == next {
                    segments.list.push(Segment::default());
                }
                segments.list[segment].links.push(number);
                of_link.push(segment);
            }
            segments.of_link.push(of_link[0]);
        }
        for id in ends(plan).filter(|&id| !is_switch(plan, end(plan, id).node)) {
            segments.list[segments.of_link[id / 2]].ends.push(id);
        }
        let mut last = None;
        for (&(node, vlan), &place) in &lans {
            let segment = of_root[&root(&mut joined, place)];
            segments.list[segment].switches.push(node);
            if last != Some(node) {
                segments.list[segment].of_switches.push(node);
            }
            last = Some(node);
            segments.lans.insert((node, vlan), segment);
        }
        for segment in &mut segments.list {
            segment.switches.dedup();
        }
        segments
    }

    /// The VLANs of all switches, each with its broadcast domain.
    pub(super) fn lans(&self) -> &BTreeMap<Lan, usize> {
        &self.lans
    }

    /// Which one an end is of.
    pub(super) fn of_end(&self, id: EndId) -> usize {
        self.of_link[id / 2]
    }
}

/// The VLANs of each switch by places in a list of all, and in that list what each of them is joined with ([`root`]).
fn joined(plan: &Plan) -> (BTreeMap<Lan, usize>, Vec<usize>) {
    let mut lans: BTreeMap<Lan, usize> = BTreeMap::new();
    for link in &plan.links {
        for lan in switches(plan, link).flat_map(|node| link.vlans().into_iter().map(move |vlan| (node, vlan))) {
            let next = lans.len();
            lans.entry(lan).or_insert(next);
        }
    }
    let mut joined: Vec<usize> = (0..lans.len()).collect();
    for link in plan.links.iter().filter(|link| is_between(plan, link)) {
        for vlan in link.vlans() {
            let place = |node: usize| lans[&(node, vlan)];
            let (a, b) = (root(&mut joined, place(link.a.node)), root(&mut joined, place(link.b.node)));
            joined[a.max(b)] = a.min(b);
        }
    }
    (lans, joined)
}

/// The switches that are in a loop of switches, or between two loops: they are what is left when switches with one
/// neighbour are taken away until there is none.
pub(super) fn looped(plan: &Plan) -> Vec<bool> {
    let mut neighbours = vec![Vec::new(); plan.nodes.len()];
    for (a, b) in trunks(plan) {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let mut degree: Vec<usize> = neighbours.iter().map(Vec::len).collect();
    let mut ends: Vec<usize> = (0..degree.len()).filter(|&node| degree[node] == 1).collect();
    while let Some(node) = ends.pop() {
        degree[node] = 0;
        for &next in &neighbours[node] {
            degree[next] = degree[next].saturating_sub(1);
            if degree[next] == 1 {
                ends.push(next);
            }
        }
    }
    degree.into_iter().map(|degree| degree > 1).collect()
}

/// The links between two switches, as their nodes.
fn trunks(plan: &Plan) -> impl Iterator<Item = (usize, usize)> {
    let pairs = plan.links.iter().map(|link| (link.a.node, link.b.node));
    pairs.filter(|&(a, b)| is_switch(plan, a) && is_switch(plan, b))
}

/// The switches at a link's ends.
fn switches(plan: &Plan, link: &Link) -> impl Iterator<Item = usize> {
    [link.a.node, link.b.node].into_iter().filter(|&node| is_switch(plan, node))
}

fn is_between(plan: &Plan, link: &Link) -> bool {
    is_switch(plan, link.a.node) && is_switch(plan, link.b.node)
}

fn is_switch(plan: &Plan, node: usize) -> bool {
    plan.nodes[node].kind == Kind::Switch
}

/// The node that stands for all that `node` is joined with; the way to it is shortened.
fn root(joined: &mut [usize], mut node: usize) -> usize {
    while joined[node] != node {
        joined[node] = joined[joined[node]];
        node = joined[node];
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::plan::{Node, Options};

    fn plan(kinds: &str, links: &[(usize, usize)]) -> Plan {
        let kind = |c| if c == 's' { Kind::Switch } else { Kind::Host };
        let nodes = kinds.chars().enumerate().map(|(place, c)| Node::new(format!("{c}{place}"), kind(c))).collect();
        let links = links.iter().map(|&(a, b)| Link::new(a, b)).collect();
        Plan { name: None, options: Options::default(), nodes, links }
    }

    #[test]
    fn switches_that_links_join_are_one_segment() {
        // h0 - s1 - s2 - h3, h4 - h5, s6 alone, h0 - s7
        let plan = plan("hsshhhss", &[(0, 1), (4, 5), (2, 3), (2, 1), (7, 0)]);
        let segments = Segments::of(&plan);
        assert_eq!(segments.of_link, [0, 1, 0, 0, 2]);
        let lan = &segments.list[0];
        assert_eq!((&lan.ends[..], &lan.links[..], &lan.switches[..]), (&[0, 5][..], &[0, 2, 3][..], &[1, 2][..]));
        assert_eq!((&segments.list[1].ends[..], segments.list[1].switches.len()), (&[2, 3][..], 0));
        assert_eq!(segments.list[2].ends, [9]);
    }

    #[test]
    fn only_switches_in_loops_are_looped() {
        // A triangle with a tail, and two switches that two links join; a ring through a host is no loop.
        let plan = plan("sssssshs", &[(0, 1), (1, 2), (2, 0), (2, 3), (4, 5), (5, 4), (6, 3), (6, 7), (3, 7)]);
        assert_eq!(looped(&plan), [true, true, true, false, true, true, false, false]);
    }
}
