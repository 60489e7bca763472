//! A plan while it is being assigned: its ends as numbers, their names, and which of them share a broadcast domain.
//!
//! Pure. What the other files of this folder read.

use super::super::plan::{End, Kind, Link, Node, Plan};
use super::realms::Realms;
use super::segments::Segments;
use crate::error::{Error, Place, Row};

/// An end of a link as a number: twice the link's place in the plan, and one more for its `b`. The other end is
/// `id ^ 1`.
pub(super) type EndId = usize;

/// What is known of a plan once its names are checked.
pub(super) struct Draft<'a> {
    pub(super) plan: &'a Plan,
    /// The interface's name of each end.
    pub(super) names: Vec<String>,
    pub(super) segments: Segments,
    pub(super) realms: Realms,
    /// Whether the whole lab has IPv6.
    pub(super) ipv6: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn end(&self, id: EndId) -> &'a End {
        end(self.plan, id)
    }

    pub(super) fn node(&self, id: EndId) -> &'a Node {
        &self.plan.nodes[self.end(id).node]
    }

    pub(super) fn link(&self, id: EndId) -> &'a Link {
        &self.plan.links[id / 2]
    }

    /// What one would type: `h1/eth0`.
    pub(super) fn label(&self, id: EndId) -> String {
        format!("{}/{}", self.node(id).name, self.names[id])
    }

    /// Whether what is behind the end is not routed across its link.
    pub(super) fn is_border(&self, id: EndId) -> bool {
        self.end(id).border.is_some()
    }

    /// The realm that an end's addresses are of.
    pub(super) fn realm_of_end(&self, id: EndId) -> usize {
        self.realms.of_segment(self.segments.of_end(id))
    }

    /// Whether the end is a port of a switch.
    pub(super) fn is_port(&self, id: EndId) -> bool {
        self.node(id).kind == Kind::Switch
    }
}

pub(super) fn end(plan: &Plan, id: EndId) -> &End {
    let link = &plan.links[id / 2];
    if id.is_multiple_of(2) { &link.a } else { &link.b }
}

/// All ends of a plan, in the order of declaration.
pub(super) fn ends(plan: &Plan) -> std::ops::Range<EndId> {
    0..2 * plan.links.len()
}

/// A line as it is written in a sentence: `lab.lua:3`.
pub(super) fn line(place: &Option<Place>) -> String {
    place.as_ref().map_or_else(|| "an unknown line".to_owned(), |place| format!("{}:{}", place.file, place.line))
}

/// An error about what the line `here` declared.
pub(super) fn refusal(row: &'static Row, here: &Option<Place>) -> Error {
    Error::new(row).with("here", line(here)).place(here.clone())
}

/// An error about what the line `here` declared and that does not go with what the line `there` did.
///
/// It points at the later of the two, where the script can be at last known to be wrong.
pub(super) fn clash(row: &'static Row, there: &Option<Place>, here: &Option<Place>) -> Error {
    let later = if is_later(there, here) { there } else { here };
    Error::new(row).with("here", line(here)).with("there", line(there)).place(later.clone())
}

/// Whether `one` stands after `other` in the same file.
pub(super) fn is_later(one: &Option<Place>, other: &Option<Place>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.file == other.file && one.line > other.line)
}
