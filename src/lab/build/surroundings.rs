//! What the programs of a lab's nodes see of their own: host name, files, directories.

use crate::error::Result;
use crate::lab::live::Live;
use crate::lab::plan::Plan;
use crate::process::{self, Surroundings};
use crate::wait::interrupt;

/// Says it of every node; where there are files or directories it is tried at once.
pub(super) fn give(plan: &Plan, live: &Live) -> Result<()> {
    for (node, live) in plan.nodes.iter().zip(live.nodes()) {
        let surroundings = Surroundings {
            host: node.name.clone(),
            files: node.files.iter().map(|(path, text)| (path.into(), text.clone())).collect(),
            private: node.private.iter().map(Into::into).collect(),
        };
        process::surround(&live.namespace, surroundings);
        if !node.files.is_empty() || !node.private.is_empty() {
            interrupt::check()?;
            let furnished = process::furnish(&live.namespace);
            furnished.map_err(|error| error.object(&node.name).place(node.place.clone()))?;
        }
    }
    Ok(())
}
