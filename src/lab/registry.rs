//! The labs of this process that are up, known here whatever becomes of their handles: the end of the run and the signal
//! thread take down what is left, without Lua.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::live::LiveNode;
use crate::error::Error;
use crate::kernel::namespace::many;
use crate::process;

/// A lab that is up, or was.
#[derive(Debug)]
pub(super) struct Entry {
    nodes: Vec<LiveNode>,
    up: AtomicBool,
    /// Held while it is taken down: who comes second waits.
    ending: Mutex<()>,
}

static LABS: Mutex<Vec<Arc<Entry>>> = Mutex::new(Vec::new());

fn labs() -> MutexGuard<'static, Vec<Arc<Entry>>> {
    LABS.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn enter(nodes: Vec<LiveNode>) -> Arc<Entry> {
    let entry = Arc::new(Entry { nodes, up: AtomicBool::new(true), ending: Mutex::new(()) });
    labs().push(Arc::clone(&entry));
    entry
}

/// Takes down every lab that is up, the latest first. Gives what could not be taken away.
pub fn take_down_all() -> Vec<Error> {
    // A copy: the lock is not held while programs end.
    let labs: Vec<_> = labs().iter().rev().cloned().collect();
    labs.iter().flat_map(|entry| entry.take_down()).collect()
}

/// How many labs are up.
pub fn count() -> usize {
    labs().len()
}

impl Entry {
    pub(super) fn nodes(&self) -> &[LiveNode] {
        &self.nodes
    }

    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    pub(super) fn take_down(self: &Arc<Self>) -> Vec<Error> {
        let _ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.up.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let mut left = process::end_in_all(self.namespaces());
        left.extend(many::close(self.namespaces()));
        labs().retain(|other| !Arc::ptr_eq(other, self));
        left
    }

    fn namespaces(&self) -> impl Iterator<Item = &crate::kernel::namespace::Namespace> {
        self.nodes.iter().map(|node| &node.namespace)
    }
}
