//! A lab that is up: its nodes as namespaces, until it is taken down.

use std::collections::HashMap;
use std::sync::Arc;

use super::named::Claim;
use super::registry::{self, Entry, Named};
use crate::error::{Error, Result};
use crate::kernel::namespace::{Group, Namespace};

/// A lab that is up. Dropping it takes it down.
#[derive(Debug)]
pub struct Live {
    entry: Arc<Entry>,
    nodes: Vec<LiveNode>,
    places: HashMap<String, usize>,
}

/// A node that is up.
#[derive(Debug, Clone)]
pub struct LiveNode {
    /// As the plan has it.
    pub name: String,
    /// Where it is.
    pub namespace: Namespace,
    /// In the order of its links.
    pub interfaces: Vec<LiveInterface>,
    /// A switch's bridge.
    pub bridge: Option<LiveInterface>,
    /// Whether its namespace was there before the lab, and is there after it.
    pub existing: bool,
}

/// An interface of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveInterface {
    /// The name it was made with.
    pub name: String,
    /// Its index.
    pub index: u32,
}

impl LiveNode {
    /// The index of the interface called so; `place` is where it stands unless the lab was changed.
    pub(super) fn index_of(&self, place: usize, name: &str) -> Option<u32> {
        let usual = self.interfaces.get(place).filter(|interface| interface.name == name);
        let found = usual.or_else(|| self.interfaces.iter().find(|interface| interface.name == name));
        found.map(|interface| interface.index)
    }
}

impl Live {
    /// A lab of which nothing is there yet but its name, where it has one.
    ///
    /// Errors: somebody has a lab of this name (`EEXIST`).
    pub(super) fn begin(group: Group, name: Option<&str>) -> Result<Self> {
        let claim = name.map(Claim::take).transpose()?;
        Ok(Self::of(registry::enter(group, claim)))
    }

    /// A lab that was kept, by its nodes' names and namespaces; it is not this process's to take down.
    pub(super) fn adopted(group: Group, named: Named, nodes: Vec<LiveNode>) -> Self {
        let mut live = Self::of(registry::adopt(group, named));
        live.hold(nodes);
        live
    }

    fn of(entry: Arc<Entry>) -> Self {
        Self { entry, nodes: Vec::new(), places: HashMap::new() }
    }

    /// Takes over what was built. `names` are those that the namespaces of a lab with a name get; on an error the place
    /// of the node.
    pub(super) fn settle(
        &mut self,
        mut nodes: Vec<LiveNode>,
        names: Vec<String>,
    ) -> std::result::Result<(), (usize, Error)> {
        self.entry.publish(&mut nodes, &names)?;
        self.hold(nodes);
        Ok(())
    }

    pub(super) fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// Has these nodes from now on.
    pub(super) fn hold(&mut self, nodes: Vec<LiveNode>) {
        self.entry.hold(nodes.iter().map(|node| node.namespace.clone()).collect());
        if self.entry.is_up() {
            self.entry.post(&nodes);
        }
        self.places = nodes.iter().enumerate().map(|(place, node)| (node.name.clone(), place)).collect();
        self.nodes = nodes;
    }

    /// Its nodes, in the order of the plan that it was last made to follow.
    pub fn nodes(&self) -> &[LiveNode] {
        &self.nodes
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<&LiveNode> {
        self.places.get(name).map(|&place| &self.nodes()[place])
    }

    /// Ends its programs, then all its namespaces at once; nothing the second time. When it returns every name and every
    /// link that was seen outside is free again.
    ///
    /// Gives what could not be taken away, one error each.
    pub fn down(&mut self) -> Vec<Error> {
        self.entry.take_down()
    }

    /// Lets it live without this process, with all its programs, until [`super::named::down`]; from here on it is not this
    /// process's to take down.
    ///
    /// Errors: it has no name (`EINVAL`); the process that holds its programs cannot be started.
    pub fn keep(&mut self) -> Result<()> {
        self.entry.keep()
    }

    /// Whether it is up, and this process's to take down.
    pub fn is_up(&self) -> bool {
        self.entry.is_up()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        registry::tell_at_the_end(self.down());
    }
}
