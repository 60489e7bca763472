//! What was made of nodes and links, to be taken away again when the rest fails.

use super::removal;
use super::session::Session;
use crate::kernel::link;
use crate::kernel::namespace::Namespace;
use crate::lab::live::{Live, LiveNode};

/// What was made.
#[derive(Debug, Default)]
pub(super) struct Undo {
    /// Links: an end each, by its namespace and index, in a node that was there before.
    pub(super) links: Vec<(Namespace, u32)>,
    pub(super) nodes: Vec<LiveNode>,
}

impl Undo {
    /// Takes it away. The error to tell is the one that led here.
    pub(super) fn carry_out(&self, live: &mut Live, session: &Session) {
        for (namespace, index) in &self.links {
            let _ = namespace.with_socket(|socket| link::delete_many(socket, &[*index]));
        }
        let is_new = |node: &LiveNode| self.nodes.iter().any(|new| new.name == node.name);
        let others = live.nodes().iter().filter(|node| !is_new(node)).cloned().collect();
        let _ = removal::remove_nodes(session, &self.nodes, &[]);
        live.hold(others);
    }
}
