//! Taking over a lab that was kept, in whatever process, to look at it and to change it.

use super::claim::{Asked, Claim};
use super::clean::{State, check_name, check_user, exists, state};
use crate::error::Result;
use crate::kernel::namespace::{Group, publish};
use crate::lab::hosts::Loan;
use crate::lab::live::{Live, LiveNode};
use crate::lab::registry::Named;

/// Takes over the kept lab of this name; none if there is none that is up. While it is held nobody else can change it or
/// take it down; dropped it goes on as before.
///
/// Errors: a running script holds it (`EEXIST`); it is another user's (`EPERM`); its manifest cannot be read.
pub fn adopt(name: &str) -> Result<Option<Live>> {
    let Some(named) = claim_kept(name)? else { return Ok(None) };
    let group = Group::another();
    let node = |(node, known): &(String, publish::Known)| LiveNode {
        name: node.clone(),
        namespace: publish::known(known, group),
        interfaces: Vec::new(),
        bridge: None,
        existing: false,
    };
    let nodes = named.nodes.iter().map(node).collect();
    Ok(Some(Live::adopted(group, named, nodes)))
}

/// Takes the directory of a kept lab that is up, with what its manifest says.
pub(in crate::lab) fn claim_kept(name: &str) -> Result<Option<Named>> {
    let take = || {
        check_name(name)?;
        let claim = match Claim::ask(name)? {
            Asked::Missing => return Ok(None),
            Asked::Held(pid) => return Err(exists(name, pid)),
            Asked::Ours(claim) => claim,
        };
        let Some(manifest) = claim.read()? else { return Ok(None) };
        check_user(name, &manifest)?;
        match state(&manifest) {
            State::Held(pid) => Err(exists(name, pid)),
            State::Left => Ok(None),
            State::Kept => {
                let loans = manifest.lent.into_iter().map(|(known, link)| Loan::new(known, link)).collect();
                let nodes = manifest.nodes.into_iter().map(|published| (published.node, published.known)).collect();
                Ok(Some(Named { claim, nodes, kept: manifest.kept, loans }))
            }
        }
    };
    take().map_err(|error: crate::error::Error| error.object(name))
}
