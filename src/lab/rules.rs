//! The rulesets of a lab's nodes, loaded one after another.

use super::live::Live;
use super::plan::Plan;
use crate::error::{Error, Place, Result};
use crate::kernel::namespace::Namespace;
use crate::process;
use crate::wait::{Operation, Step};

/// Loads the rulesets of all nodes, in the order of the plan.
///
/// Errors: what nft refuses, with the node and its line; there is no nft.
#[derive(Debug)]
pub struct Rules {
    /// The next one last.
    todo: Vec<Task>,
    loading: Option<(process::Rules, Task)>,
}

#[derive(Debug)]
struct Task {
    node: String,
    place: Option<Place>,
    namespace: Namespace,
    ruleset: String,
}

impl Rules {
    /// What is to be loaded into the nodes of `plan`, which are up as `live`.
    pub fn new(plan: &Plan, live: &Live) -> Self {
        let mut todo = Vec::new();
        for (node, live) in plan.nodes.iter().zip(live.nodes()).rev() {
            todo.extend(node.nft.clone().map(|ruleset| Task {
                node: node.name.clone(),
                place: node.place.clone(),
                namespace: live.namespace.clone(),
                ruleset,
            }));
        }
        Self { todo, loading: None }
    }
}

impl Task {
    fn word(&self, error: Error) -> Error {
        error.object(&self.node).place(self.place.clone())
    }
}

impl Operation for Rules {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        loop {
            if let Some((rules, task)) = &mut self.loading {
                if let Step::Wait(needs) = rules.step().map_err(|error| task.word(error))? {
                    return Ok(Step::Wait(needs));
                }
                self.loading = None;
            }
            let Some(task) = self.todo.pop() else { return Ok(Step::Done(())) };
            let rules = process::load_rules(&task.namespace, &task.ruleset).map_err(|error| task.word(error))?;
            self.loading = Some((rules, task));
        }
    }
}
