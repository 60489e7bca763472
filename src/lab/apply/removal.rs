//! What goes away of a lab that is up: links, and nodes with their programs.

use std::collections::BTreeMap;

use super::session::Session;
use crate::error::{Error, Result};
use crate::kernel::link;
use crate::kernel::namespace::{Namespace, many};
use crate::lab::diff::{Change, Edit};
use crate::lab::live::LiveNode;
use crate::process;

/// Deletes the links that nobody planned. Those of one node go together, because deleting takes the kernel its time.
pub(super) fn remove_links(session: &Session, nodes: &[LiveNode], changes: &[Change]) -> Result<()> {
    let at: BTreeMap<&str, usize> = nodes.iter().enumerate().map(|(place, node)| (node.name.as_str(), place)).collect();
    let ends = changes.iter().filter_map(|change| match change.edit {
        Edit::RemoveLink { index, peer } => Some(((*at.get(change.node.as_str())?, index), peer)),
        _ => None,
    });
    let mut ends: Vec<_> = ends.collect();
    let mut failed = Vec::new();
    ends.retain(|((node, index), _)| {
        let (was_lent, errors) = session.entry().give_back(&[&nodes[*node].namespace], Some(*index));
        failed.extend(errors);
        !was_lent
    });
    failed.into_iter().next().map_or(Ok(()), Err)?;
    let mut counts = vec![0; nodes.len()];
    for ((node, _), peer) in &ends {
        counts[*node] += 1;
        peer.iter().for_each(|(node, _)| counts[*node] += 1);
    }
    let mut of_node: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (end, peer) in ends {
        let (node, index) = peer.filter(|peer| counts[peer.0] > counts[end.0]).unwrap_or(end);
        of_node.entry(node).or_default().push(index);
    }
    for (node, indexes) in of_node {
        let deleted = nodes[node].namespace.with_socket(|socket| link::delete_many(socket, &indexes));
        deleted.map_err(|error| error.object(&nodes[node].name))?;
    }
    Ok(())
}

/// Ends the programs of some nodes, takes their names away and lets them go. `gone` are names of nodes that have no
/// namespace any more. Gives what could not be taken away.
pub(super) fn remove_nodes(session: &Session, nodes: &[LiveNode], gone: &[&str]) -> Vec<Error> {
    if nodes.is_empty() && gone.is_empty() {
        return Vec::new();
    }
    let namespaces: Vec<&Namespace> = nodes.iter().map(|node| &node.namespace).collect();
    let mut left = process::end_in_all(&namespaces, session.init()).unwrap_or_else(|error| vec![error]);
    left.extend(session.entry().give_back(&namespaces, None).1);
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).chain(gone.iter().copied()).collect();
    left.extend(session.entry().withdraw(&names));
    left.extend(many::close(namespaces));
    left
}
