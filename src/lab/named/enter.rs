//! Going into a node of a lab that another process left up: its namespace, and the PID namespace of the lab's programs.

use super::Found;
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::namespace::{Group, Namespace, publish};
use crate::process::{self, Surroundings};

impl Found {
    /// The namespace of a node; programs that are run in it live beside those of the lab, and end with this process.
    ///
    /// Errors: the lab has no such node (`ENOENT`); the lab ended meanwhile (`ENOENT`).
    pub fn enter(&self, node: &str) -> Result<Namespace> {
        let place = self.nodes.iter().position(|(name, _)| name == node);
        let place = place.ok_or_else(|| node_missing(node, self.nodes.iter().map(|(name, _)| name.as_str())))?;
        let (_, known) = &self.nodes[place];
        let group = Group::another();
        if let Some(init) = self.init {
            let pidfd = init.pidfd().ok_or_else(|| super::clean::missing(&self.name).object(&self.name))?;
            process::adopt_group(group, init.pid, pidfd);
        }
        let namespace = publish::known(known, group);
        let held = self.init.zip(self.views[place]).and_then(|(init, view)| process::view_held_by(init.pid, view));
        match held {
            Some(view) => process::adopt_view(&namespace, view, node),
            None => process::surround(&namespace, Surroundings { host: node.to_owned(), ..Surroundings::default() }),
        }
        Ok(namespace)
    }
}

/// A lab without that node.
pub(in crate::lab) fn node_missing<'a>(node: &str, known: impl Iterator<Item = &'a str>) -> Error {
    Error::new(&explain::LAB_NODE_MISSING).with("node", node).object(node).near(nearest(node, known))
}
