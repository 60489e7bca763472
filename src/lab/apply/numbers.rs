//! The interface indexes that a changed lab has: those that are there, and for what is made the assigned ones where they
//! are free. Pure.

use std::collections::{HashMap, HashSet};

use crate::lab::assign::{Assigned, AssignedNode};
use crate::lab::diff::{Change, Edit};
use crate::lab::live::LiveNode;
use crate::lab::plan::Plan;
use crate::lab::state::Seen;

/// What is assigned, with the indexes that are there or will be.
///
/// `lives` are the places of the plan's nodes among those that are up (`nodes`) and what was seen of them; none of a new
/// one.
pub(super) fn renumber(
    plan: &Plan,
    assigned: &Assigned,
    changes: &[Change],
    lives: &[Option<usize>],
    nodes: &[LiveNode],
    have: &[Seen],
) -> Assigned {
    let mut numbered = assigned.clone();
    let mut made = vec![false; plan.links.len()];
    let mut bridges = HashSet::new();
    for change in changes {
        match change.edit {
            Edit::AddLink(link) => made[link] = true,
            Edit::AddBridge => _ = bridges.insert(change.node.as_str()),
            _ => {}
        }
    }
    let there = |node: usize| lives[node].and_then(|live| have[live].have());
    let all = have.iter().filter_map(Seen::have).flat_map(|have| &have.interfaces).map(|interface| interface.index);
    let own = numbered.nodes.iter().flat_map(|node| node.interfaces.iter().map(|interface| interface.index));
    let bridge = numbered.nodes.iter().filter_map(|node| Some(node.bridge.as_ref()?.index));
    // Beyond all: what has to be another index gets one that nothing has.
    let mut next = all.chain(own).chain(bridge).max().unwrap_or(0) + 1;
    let mut taken: Vec<Option<HashSet<u32>>> = (0..plan.nodes.len())
        .map(|node| there(node).map(|have| have.interfaces.iter().map(|interface| interface.index).collect()))
        .collect();
    let mut free = |taken: &mut Option<HashSet<u32>>, index: u32| {
        if taken.as_mut().is_none_or(|taken| taken.insert(index)) {
            return index;
        }
        next += 1;
        next - 1
    };
    for (node, of) in numbered.nodes.iter_mut().enumerate() {
        if let Some(live) = lives[node].filter(|&live| matches!(have[live], Seen::Unread)) {
            keep(of, &nodes[live]);
            continue;
        }
        let interfaces = there(node).map(|have| have.interfaces.iter()).into_iter().flatten();
        let known: HashMap<&str, u32> = interfaces.map(|there| (there.name.as_str(), there.index)).collect();
        if let Some(bridge) = &mut of.bridge {
            let is_new = bridges.contains(plan.nodes[node].name.as_str());
            let index = known.get(bridge.name.as_str()).filter(|_| !is_new);
            bridge.index = index.copied().unwrap_or_else(|| free(&mut taken[node], bridge.index));
        }
        for interface in &mut of.interfaces {
            let index = known.get(interface.name.as_str()).filter(|_| !made[interface.link]);
            interface.index = index.copied().unwrap_or_else(|| free(&mut taken[node], interface.index));
        }
    }
    numbered
}

/// Gives a node that nobody looked at the indexes that it was last known to have.
fn keep(of: &mut AssignedNode, live: &LiveNode) {
    for (place, interface) in of.interfaces.iter_mut().enumerate() {
        interface.index = live.index_of(place, &interface.name).unwrap_or(interface.index);
    }
    if let (Some(bridge), Some(there)) = (&mut of.bridge, &live.bridge) {
        bridge.index = there.index;
    }
}
