//! What the programs of a lab's nodes see of their own: host name, files, directories.

use crate::error::Result;
use crate::kernel::namespace::Namespace;
use crate::lab::live::Live;
use crate::lab::plan::Plan;
use crate::process::{self, Surroundings};
use crate::wait::interrupt;

/// Says it of some nodes (places in the plan); where there are files or directories it is tried at once. `place` says where
/// a node's programs are started.
pub(in crate::lab) fn give(
    plan: &Plan,
    live: &Live,
    nodes: impl IntoIterator<Item = usize>,
    place: impl Fn(&Namespace) -> Namespace,
) -> Result<()> {
    for number in nodes {
        let (node, Some(live)) = (&plan.nodes[number], live.nodes().get(number)) else { continue };
        let surroundings = Surroundings {
            host: node.name.clone(),
            files: node.files.iter().map(|(path, text)| (path.into(), text.clone())).collect(),
            private: node.private.iter().map(Into::into).collect(),
        };
        let namespace = place(&live.namespace);
        process::surround(&namespace, surroundings);
        if !node.files.is_empty() || !node.private.is_empty() {
            interrupt::check()?;
            let furnished = process::furnish(&namespace);
            furnished.map_err(|error| error.object(&node.name).place(node.place.clone()))?;
        }
    }
    Ok(())
}
