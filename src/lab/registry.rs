//! The labs of this process that are up, known here whatever becomes of their handles: the end of the run and the signal
//! thread take down what is left, without Lua.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::door;
use super::hosts::Loan;
use super::live::LiveNode;
use super::named::Claim;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::link;
use crate::kernel::namespace::publish::{self, Known};
use crate::kernel::namespace::{Group, Namespace, many};
use crate::process::{self, Identity};

/// A lab that is up, or comes up, or was up.
#[derive(Debug)]
pub(super) struct Entry {
    group: Group,
    /// Its name, and who keeps its programs once it is kept.
    name: Option<String>,
    kept: OnceLock<Identity>,
    /// Those of its nodes, once they are built.
    namespaces: Mutex<Vec<Namespace>>,
    /// The interfaces that it has in namespaces that it did not make.
    attached: Mutex<Vec<(Namespace, Vec<u32>)>>,
    /// The interfaces that were lent to its nodes. Locked after `named`.
    loans: Mutex<Vec<Loan>>,
    /// What others can see of it, while its directory is ours.
    named: Mutex<Option<Named>>,
    /// Whether it is up, and this process's to take down.
    up: AtomicBool,
    /// Held while it is taken down: who comes second waits.
    ending: Mutex<()>,
}

/// The name of a lab, and which of its nodes have which names.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) claim: Claim,
    pub(super) nodes: Vec<(String, Known)>,
    /// The first process of its PID namespace, if it lives without who made it.
    pub(super) kept: Option<Identity>,
    /// Of a lab that is taken over: the interfaces that were lent to its nodes.
    pub(super) loans: Vec<Loan>,
}

static LABS: Mutex<Vec<Arc<Entry>>> = Mutex::new(Vec::new());
/// What could not be taken away when there was another error to tell first.
static LEFTOVERS: Mutex<Vec<Error>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A lab that comes up.
pub(super) fn enter(group: Group, claim: Option<Claim>) -> Arc<Entry> {
    let named = claim.map(|claim| Named { claim, nodes: Vec::new(), kept: None, loans: Vec::new() });
    let entry = Arc::new(Entry::new(group, named, true));
    locked(&LABS).push(Arc::clone(&entry));
    entry
}

/// A lab that was kept: it does not end with this process.
pub(super) fn adopt(group: Group, named: Named) -> Arc<Entry> {
    let loans = named.loans.clone();
    let entry = Entry::new(group, Some(named), false);
    *locked(&entry.loans) = loans;
    Arc::new(entry)
}

/// Takes down every lab that is up, the latest first. Gives what could not be taken away, now and before.
pub fn take_down_all() -> Vec<Error> {
    // A copy: the lock is not held while programs end.
    let labs: Vec<_> = locked(&LABS).iter().rev().cloned().collect();
    let mut leftovers = std::mem::take(&mut *locked(&LEFTOVERS));
    leftovers.extend(labs.iter().flat_map(|entry| entry.take_down()));
    leftovers
}

/// Keeps what could not be taken away for the end of the run to tell.
pub fn tell_at_the_end(leftovers: Vec<Error>) {
    locked(&LEFTOVERS).extend(leftovers);
}

/// Takes away the names that others can see, and waits for nothing: the hard stop, after the programs were killed. All
/// else ends with the process.
pub fn abandon_all() {
    // Whoever holds these locks is at it already.
    let Ok(labs) = LABS.try_lock() else { return };
    for entry in labs.iter() {
        // What is lent is for `nsl clean` to give back, as long as its namespace has a name.
        if let Ok(mut named) = entry.named.try_lock()
            && entry.loans.try_lock().is_ok_and(|loans| loans.is_empty())
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
    fn new(group: Group, named: Option<Named>, up: bool) -> Self {
        let kept = OnceLock::new();
        if let Some(init) = named.as_ref().and_then(|named| named.kept) {
            // It is empty.
            let _ = kept.set(init);
        }
        Self {
            group,
            name: named.as_ref().map(|named| named.claim.name().to_owned()),
            kept,
            namespaces: Mutex::default(),
            attached: Mutex::default(),
            loans: Mutex::default(),
            named: Mutex::new(named),
            up: AtomicBool::new(up),
            ending: Mutex::default(),
        }
    }

    pub(super) fn group(&self) -> Group {
        self.group
    }

    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    /// Who keeps its programs, if it lives without who made it.
    pub(super) fn kept(&self) -> Option<Identity> {
        self.kept.get().copied()
    }

    /// Remembers which interfaces it makes in namespaces that stay, before it does.
    pub(super) fn attach(&self, interfaces: Vec<(Namespace, Vec<u32>)>) {
        locked(&self.attached).extend(interfaces);
    }

    /// Takes its interfaces out of the namespaces that stay.
    fn detach(&self) -> Vec<Error> {
        let attached = std::mem::take(&mut *locked(&self.attached));
        let detach = |(namespace, indexes): &(Namespace, Vec<u32>)| {
            let there = link::list(namespace)?.into_iter().map(|link| link.index);
            let there: Vec<u32> = there.filter(|index| indexes.contains(index)).collect();
            if there.is_empty() { Ok(()) } else { namespace.with_socket(|socket| link::delete_many(socket, &there)) }
        };
        // A node that was removed meanwhile has let go of it.
        let failed = attached.iter().filter_map(|one| detach(one).err());
        failed.filter(|error| !error.is(&explain::NAMESPACE_CLOSED)).collect()
    }

    /// Moves an interface into a node, after it has said so.
    ///
    /// Errors: it cannot be moved.
    pub(super) fn lend(&self, loan: Loan) -> Result<Device> {
        let named = locked(&self.named);
        let mut loans = locked(&self.loans);
        let tell = |loans: &[Loan]| named.as_ref().map_or(Ok(()), |named| named.announce(loans));
        loans.push(loan);
        tell(&loans)?;
        let moved = loans.last_mut().map_or_else(|| Err(Error::new(&explain::LAB_DOWN)), Loan::move_in);
        if moved.is_err() {
            // What was not moved is not to be given back.
            loans.pop();
        }
        tell(&loans)?;
        moved
    }

    /// Whether an interface of this name was lent to a node.
    pub(super) fn has_lent(&self, device: &str) -> bool {
        locked(&self.loans).iter().any(|loan| loan.device() == device)
    }

    /// Gives back what was lent to some nodes, or of one node the interface with this index; whether there was any, and what
    /// could not be given back.
    pub(super) fn give_back(&self, namespaces: &[&Namespace], index: Option<u32>) -> (bool, Vec<Error>) {
        let named = locked(&self.named);
        let mut loans = locked(&self.loans);
        let is_meant = |loan: &mut Loan| namespaces.iter().any(|namespace| loan.is(namespace, index));
        let ended: Vec<Loan> = loans.extract_if(.., is_meant).collect();
        let mut failed: Vec<Error> = ended.iter().filter_map(|loan| loan.end().err()).collect();
        if !ended.is_empty() {
            failed.extend(named.as_ref().and_then(|named| named.announce(&loans).err()));
        }
        (!ended.is_empty(), failed)
    }

    /// Remembers which namespaces have to be closed when it is taken down.
    pub(super) fn hold(&self, namespaces: Vec<Namespace>) {
        *locked(&self.namespaces) = namespaces;
    }

    /// Takes the directory of a lab that this process kept, for a change; false if it is ours anyway.
    ///
    /// Errors: it was taken down meanwhile (`ENOENT`); somebody has it (`EEXIST`).
    pub(super) fn reclaim(&self) -> Result<bool> {
        let mut slot = locked(&self.named);
        let Some(name) = self.name.as_ref().filter(|_| slot.is_none()) else { return Ok(false) };
        let named = super::named::claim_kept(name)?.filter(|named| named.kept == self.kept());
        let named = named.ok_or_else(|| Error::new(&explain::LAB_DOWN).object(name))?;
        locked(&self.loans).clone_from(&named.loans);
        *slot = Some(named);
        Ok(true)
    }

    /// Lets go of what [`Entry::reclaim`] took.
    pub(super) fn let_go(&self) {
        locked(&self.named).take();
    }

    /// Gives the nodes of a lab with a name theirs, beside those that it has, all or none. On an error the place of the
    /// node.
    ///
    /// It says first what it will do: what is visible is known to the manifest and to `named` before it is.
    pub(super) fn publish(&self, nodes: &mut [LiveNode], names: &[String]) -> std::result::Result<(), (usize, Error)> {
        let mut slot = locked(&self.named);
        let Some(named) = &mut *slot else { return Ok(()) };
        let own: Vec<usize> = (0..nodes.len()).filter(|&place| !nodes[place].existing).collect();
        let known = own.iter().map(|&place| (&nodes[place], names[place].clone())).map(|(node, name)| {
            let cookie = node.namespace.cookie()?;
            Ok((node.name.clone(), (name, cookie)))
        });
        let known: Vec<_> = known.collect::<Result<_>>().map_err(|error| (0, error))?;
        let before = named.nodes.len();
        named.nodes.extend(known);
        named.announce(&locked(&self.loans)).map_err(|error| (0, error))?;
        let pairs: Vec<_> = own
            .iter()
            .zip(&named.nodes[before..])
            .map(|(&place, (_, known))| (&nodes[place].namespace, known))
            .collect();
        let published = publish::publish(&pairs, self.group).map_err(|(place, error)| (own[place], error))?;
        for (place, namespace) in own.into_iter().zip(published) {
            nodes[place].namespace = namespace;
        }
        Ok(())
    }

    /// Takes the names of some nodes away. Gives what could not be taken away.
    pub(super) fn withdraw(&self, nodes: &[&str]) -> Vec<Error> {
        let mut slot = locked(&self.named);
        let Some(named) = &mut *slot else { return Vec::new() };
        let (gone, stay) =
            std::mem::take(&mut named.nodes).into_iter().partition(|(name, _)| nodes.contains(&name.as_str()));
        let names: Vec<Known> = Vec::into_iter(gone).map(|(_, known)| known).collect();
        named.nodes = stay;
        let mut left = publish::withdraw(&names);
        left.extend(named.announce(&locked(&self.loans)).err());
        left
    }

    pub(super) fn take_down(self: &Arc<Self>) -> Vec<Error> {
        let _ending = locked(&self.ending);
        if !self.up.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        let mut left = process::end_group(self.group);
        // The first that came is the last to go, which finds its name free.
        let loans = std::mem::take(&mut *locked(&self.loans));
        left.extend(loans.iter().rev().filter_map(|loan| loan.end().err()));
        left.extend(self.detach());
        let named = locked(&self.named).take();
        left.extend(named.into_iter().flat_map(Named::take_away));
        left.extend(many::close(&std::mem::take(&mut *locked(&self.namespaces))));
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
        super::named::room::tell(named.claim.name(), init)?;
        named.claim.announce(&named.nodes, Some(init), &locked(&self.loans))?;
        // Kept once only.
        let _ = self.kept.set(init);
        process::release_group(self.group)?;
        self.up.store(false, Ordering::SeqCst);
        // With it the lock is let go.
        slot.take();
        self.forget();
        Ok(())
    }

    /// Lets others know of it.
    pub(super) fn post(&self, nodes: &[LiveNode]) {
        let nodes = nodes.iter().map(|node| (node.name.clone(), node.namespace.clone())).collect();
        door::post(self.group, self.name.as_deref(), nodes);
    }

    fn forget(self: &Arc<Self>) {
        door::take_off(self.group);
        locked(&LABS).retain(|other| !Arc::ptr_eq(other, self));
    }
}

impl Named {
    fn announce(&self, loans: &[Loan]) -> Result<()> {
        self.claim.announce(&self.nodes, self.kept, loans)
    }

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
