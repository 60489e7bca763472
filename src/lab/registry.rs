//! The labs of this process that are up, known here whatever becomes of their handles: the end of the run and the signal
//! thread take down what is left, without Lua.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::live::LiveNode;
use super::named::Claim;
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::publish::{self, Known};
use crate::kernel::namespace::{Group, Namespace, many};
use crate::process;

/// A lab that is up, or comes up, or was up.
#[derive(Debug)]
pub(super) struct Entry {
    group: Group,
    /// Once they are built.
    nodes: OnceLock<Vec<LiveNode>>,
    /// What others can see of it.
    named: Mutex<Option<Named>>,
    up: AtomicBool,
    /// Held while it is taken down: who comes second waits.
    ending: Mutex<()>,
}

/// The name of a lab, and which of its nodes have which names.
#[derive(Debug)]
struct Named {
    claim: Claim,
    nodes: Vec<(String, Known)>,
}

static LABS: Mutex<Vec<Arc<Entry>>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A lab that comes up.
pub(super) fn enter(group: Group, claim: Option<Claim>) -> Arc<Entry> {
    let named = Mutex::new(claim.map(|claim| Named { claim, nodes: Vec::new() }));
    let (nodes, up, ending) = (OnceLock::new(), AtomicBool::new(true), Mutex::new(()));
    let entry = Arc::new(Entry { group, nodes, named, up, ending });
    locked(&LABS).push(Arc::clone(&entry));
    entry
}

/// Takes down every lab that is up, the latest first. Gives what could not be taken away.
pub fn take_down_all() -> Vec<Error> {
    // A copy: the lock is not held while programs end.
    let labs: Vec<_> = locked(&LABS).iter().rev().cloned().collect();
    labs.iter().flat_map(|entry| entry.take_down()).collect()
}

/// Takes away the names that others can see, and waits for nothing: the hard stop, after the programs were killed. All
/// else ends with the process.
pub fn abandon_all() {
    // Whoever holds these locks is at it already.
    let Ok(labs) = LABS.try_lock() else { return };
    for entry in labs.iter() {
        if let Ok(mut named) = entry.named.try_lock()
            && let Some(named) = named.take()
        {
            // Nobody is left to be told; what stays is for `nsl clean`.
            let _ = named.take_away();
        }
    }
}

/// How many labs are up.
pub fn count() -> usize {
    locked(&LABS).len()
}

impl Entry {
    pub(super) fn nodes(&self) -> &[LiveNode] {
        self.nodes.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    /// Takes over the nodes once they are built; those of a lab with a name get theirs, all or none. On an error the
    /// place of the node.
    pub(super) fn settle(
        &self,
        mut nodes: Vec<LiveNode>,
        names: Vec<String>,
    ) -> std::result::Result<(), (usize, Error)> {
        if let Some(named) = &mut *locked(&self.named) {
            self.publish(named, &mut nodes, names)?;
        }
        // There are none yet.
        let _ = self.nodes.set(nodes);
        Ok(())
    }

    /// Says first what it will do: what is visible is known to the manifest and to `named` before it is.
    fn publish(
        &self,
        named: &mut Named,
        nodes: &mut [LiveNode],
        names: Vec<String>,
    ) -> std::result::Result<(), (usize, Error)> {
        let known = nodes.iter().zip(names).map(|(node, name)| {
            let cookie = node.namespace.cookie()?;
            Ok((node.name.clone(), (name, cookie)))
        });
        named.nodes = known.collect::<Result<_>>().map_err(|error| (0, error))?;
        named.claim.announce(&named.nodes, None).map_err(|error| (0, error))?;
        let pairs: Vec<_> = nodes.iter().zip(&named.nodes).map(|(node, (_, known))| (&node.namespace, known)).collect();
        let published = publish::publish(&pairs, self.group)?;
        for (node, namespace) in nodes.iter_mut().zip(published) {
            node.namespace = namespace;
        }
        Ok(())
    }

    pub(super) fn take_down(self: &Arc<Self>) -> Vec<Error> {
        let _ending = locked(&self.ending);
        if !self.up.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let mut left = process::end_group(self.group);
        let named = locked(&self.named).take();
        left.extend(named.into_iter().flat_map(Named::take_away));
        left.extend(many::close(self.namespaces()));
        self.forget();
        left
    }

    /// Lets the lab live without this process.
    ///
    /// Errors: it has no name (`EINVAL`); its first process cannot be started.
    pub(super) fn keep(self: &Arc<Self>) -> Result<()> {
        let _ending = locked(&self.ending);
        let mut slot = locked(&self.named);
        let Some(named) = &*slot else { return Err(Error::new(&explain::LAB_NAMELESS)) };
        let init = process::hold_group(self.group)?;
        named.claim.announce(&named.nodes, Some(init))?;
        process::release_group(self.group)?;
        self.up.store(false, Ordering::SeqCst);
        // With it the lock is let go.
        slot.take();
        self.forget();
        Ok(())
    }

    fn forget(self: &Arc<Self>) {
        locked(&LABS).retain(|other| !Arc::ptr_eq(other, self));
    }

    fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        self.nodes().iter().map(|node| &node.namespace)
    }
}

impl Named {
    /// Takes the names away, and the lab's directory. A name that somebody else has by now is no reason to keep that.
    fn take_away(self) -> Vec<Error> {
        let names: Vec<Known> = self.nodes.into_iter().map(|(_, known)| known).collect();
        let mut left = publish::withdraw(&names);
        if left.iter().all(|error| error.is(&explain::NAMESPACE_REPLACED)) {
            left.extend(self.claim.give_up().err());
        }
        left
    }
}
