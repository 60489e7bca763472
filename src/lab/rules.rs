//! The rulesets of a lab's nodes, loaded one after another: the script's, and what translates addresses.

use std::collections::BTreeMap;

use super::assign::Assigned;
use super::live::Live;
use super::plan::{Border, Plan};
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
    own: String,
}

impl Rules {
    /// What is to be loaded into the nodes of `plan`, which are up as `live`.
    pub fn new(plan: &Plan, assigned: &Assigned, live: &Live) -> Result<Self> {
        let all: Vec<usize> = (0..plan.nodes.len()).collect();
        Self::of(plan, assigned, live, &all)
    }

    /// What is to be loaded into some of them (places in the plan).
    pub(super) fn of(plan: &Plan, assigned: &Assigned, live: &Live, nodes: &[usize]) -> Result<Self> {
        let masqueraded = masqueraded(plan, assigned);
        let mut todo = Vec::new();
        for &number in nodes.iter().rev() {
            let (node, Some(live)) = (&plan.nodes[number], live.nodes().get(number)) else { continue };
            let own = masqueraded.get(&number).map(|names| process::masquerading(names.iter().copied()));
            let own = own.transpose().map_err(|error| error.object(&node.name).place(node.place.clone()))?;
            if node.nft.is_some() || own.is_some() {
                todo.push(Task {
                    node: node.name.clone(),
                    place: node.place.clone(),
                    namespace: live.namespace.clone(),
                    // The script's own comes first: it may begin with `flush ruleset`.
                    ruleset: node.nft.clone().unwrap_or_default(),
                    own: own.unwrap_or_default(),
                });
            }
        }
        Ok(Self { todo, loading: None })
    }
}

/// The interfaces of each node (its place in the plan) whose address what leaves there gets.
fn masqueraded<'a>(plan: &Plan, assigned: &'a Assigned) -> BTreeMap<usize, Vec<&'a str>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (link, places) in plan.links.iter().zip(&assigned.links) {
        for (end, &place) in [&link.a, &link.b].into_iter().zip(places) {
            if end.border == Some(Border::Translated) {
                found.entry(end.node).or_default().push(&assigned.nodes[end.node].interfaces[place].name);
            }
        }
    }
    found
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
            let rules =
                process::load_rules(&task.namespace, &task.ruleset, &task.own).map_err(|error| task.word(error))?;
            self.loading = Some((rules, task));
        }
    }
}
