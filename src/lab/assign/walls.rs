//! Who cannot be asked by plan: what is behind a border (`nat`, `private`) is not seen from outside, and where nothing is
//! translated no answer finds back.
//!
//! Pure. Of several ways any will do: who might answer is not walled off.

use super::super::plan::{Border, Kind, Plan};
use super::draft::{end, ends};
use super::realms::{Realms, View};
use super::segments::Segments;

/// The walls of a plan.
pub(in crate::lab) struct Walls {
    realms: Realms,
    /// What is seen from each node.
    views: Vec<View>,
    /// The realms in which each node has an end.
    own: Vec<Vec<usize>>,
    /// The ends that translate: the realm of their node, and that which they lead to.
    translated: Vec<(usize, usize)>,
}

impl Walls {
    /// None where there is no border.
    pub(in crate::lab) fn of(plan: &Plan) -> Option<Self> {
        if ends(plan).all(|id| end(plan, id).border.is_none()) {
            return None;
        }
        let segments = Segments::of(plan);
        let realms = Realms::of(plan, &segments);
        let mut segments_of = vec![Vec::new(); plan.nodes.len()];
        let mut translated = Vec::new();
        for id in ends(plan) {
            let (of, segment) = (end(plan, id), segments.of_end(id));
            segments_of[of.node].push(segment);
            if of.border == Some(Border::Translated) {
                translated.push((realms.of_node(of.node), realms.of_segment(segment)));
            }
        }
        let view = |(node, segments): (usize, &Vec<usize>)| {
            realms.view(node, plan.nodes[node].kind == Kind::Router, segments.iter().copied())
        };
        let views = segments_of.iter().enumerate().map(view).collect();
        let own = |segments: &Vec<usize>| segments.iter().map(|&segment| realms.of_segment(segment)).collect();
        let own = segments_of.iter().map(own).collect();
        Some(Self { realms, views, own, translated })
    }

    /// Whether a node gets no answer from another, which is asked at its address in `segment`.
    pub(in crate::lab) fn are_between(&self, from: usize, to: usize, segment: usize) -> bool {
        let (there, back) = (&self.views[from], &self.views[to]);
        let target = self.realms.of_segment(segment);
        let knows_the_way_back = || self.own[from].iter().any(|&realm| back.has(realm));
        let answers_the_border = |&(inside, outside): &(usize, usize)| {
            there.has(inside) && back.has(outside) && self.realms.sees(outside, target)
        };
        !there.has(target) || !(knows_the_way_back() || self.translated.iter().any(answers_the_border))
    }
}
