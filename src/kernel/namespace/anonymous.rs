//! Anonymous namespaces: held by one descriptor of this process and by nothing else, until they are closed.
//!
//! All that are open are known here, so that the end of a run closes them whatever became of their handles. If nsl is
//! killed the kernel takes them back.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Group, Kind, Namespace, enter, nsfs, outside, sockets};
use crate::error::{Error, Result, explain};

/// A namespace held by a descriptor.
pub(super) struct Held {
    /// This process's own number for it, under which its socket is kept.
    id: u64,
    origin: Origin,
    /// None once it is closed.
    fd: Mutex<Option<Arc<OwnedFd>>>,
    /// Veths that nsl made between it and namespaces that nsl does not own: their other ends.
    outside: Mutex<Vec<outside::End>>,
}

/// Where a held namespace came from, which is what it is called.
pub(super) enum Origin {
    /// The inode, for its label.
    Anonymous(u64),
    Path(PathBuf),
    /// Made with many others (`many`): what it is called among them.
    Node {
        label: String,
        group: Group,
    },
}

/// The number of nsl's own namespace among the sockets.
pub(super) const HOME_ID: u64 = 0;
static NEXT: AtomicU64 = AtomicU64::new(HOME_ID + 1);

/// The open anonymous namespaces, in the order in which they were made.
static OPEN: Mutex<BTreeMap<u64, Namespace>> = Mutex::new(BTreeMap::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    pub(super) fn new(fd: OwnedFd, origin: Origin) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { id, origin, fd: Mutex::new(Some(Arc::new(fd))), outside: Mutex::default() }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn fd(&self) -> Option<Arc<OwnedFd>> {
        locked(&self.fd).clone()
    }

    /// Lets go of the namespace, and gives what has to be deleted outside; nothing the second time.
    pub(super) fn let_go(&self) -> Vec<outside::Pair> {
        let ends = std::mem::take(&mut *locked(&self.outside));
        let Some(fd) = locked(&self.fd).take() else { return Vec::new() };
        sockets::forget(self.id);
        ends.into_iter().map(|end| (end, Arc::clone(&fd))).collect()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        sockets::forget(self.id);
    }
}

/// Makes a namespace without a name. It lives until [`Namespace::close`] or [`close_all`], or until nsl dies.
///
/// Errors: no privilege (class `Privilege`); a limit (`ENOSPC`, `EMFILE`).
pub fn add() -> Result<Namespace> {
    let fd = enter::create()?;
    let (_, inode) = nsfs::key(&fd)?;
    let held = Held::new(fd, Origin::Anonymous(inode));
    let id = held.id;
    let namespace = Namespace(Arc::new(Kind::Held(held)));
    locked(&OPEN).insert(id, namespace.clone());
    Ok(namespace)
}

/// The anonymous namespaces that are open, the oldest first.
pub fn list() -> Vec<Namespace> {
    locked(&OPEN).values().cloned().collect()
}

/// Closes every anonymous namespace. What fails is given and does not keep the rest from closing.
pub fn close_all() -> Vec<Error> {
    let open = std::mem::take(&mut *locked(&OPEN));
    // All links to the outside in one go: each request takes the kernel its time.
    outside::delete(open.values().filter_map(Namespace::held).flat_map(Held::let_go).collect())
}

impl Namespace {
    /// Lets go of a namespace held by a descriptor; anonymous ones end, once nothing inside them runs any more
    /// (processes inside must be ended before). Veths that nsl made to the outside are gone when this returns: with
    /// their namespace they would go some time later, and until then their names would be taken. What is closed
    /// already stays so; nsl's own namespace and named ones are not held.
    ///
    /// Errors: a veth to the outside that could not be deleted; the namespace is closed all the same.
    pub fn close(&self) -> Result<()> {
        let Some(held) = self.held() else { return Ok(()) };
        locked(&OPEN).remove(&held.id);
        let failed = outside::delete(held.let_go()).into_iter().next();
        failed.map_or(Ok(()), |error| Err(error.object(self.label())))
    }

    /// Remembers that interface `index` of `outside` is the other end of a veth that nsl made into this anonymous
    /// namespace, for [`Namespace::close`] to delete. Does nothing where that is not needed: if this one is not
    /// anonymous, or the other is too.
    pub fn remember_outside_link(&self, outside: &Namespace, index: u32) {
        if let Some(held) = self.held()
            && self.is_anonymous()
            && !outside.is_anonymous()
        {
            locked(&held.outside).push(outside::End { namespace: outside.clone(), index });
        }
    }

    pub(super) fn held(&self) -> Option<&Held> {
        match &*self.0 {
            Kind::Held(held) => Some(held),
            _ => None,
        }
    }
}

/// What using a closed one raises.
pub(super) fn closed(namespace: &Namespace) -> Error {
    Error::new(&explain::NAMESPACE_CLOSED).with("what", namespace.label())
}
