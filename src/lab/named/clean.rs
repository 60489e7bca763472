//! Labs that are there: whose they are, what dead owners left and its removal, and the end of a kept one.

use std::collections::HashMap;

use super::claim::{self, Asked, Claim};
use super::manifest::{Manifest, Published};
use crate::error::{Error, Result, explain};
use crate::kernel::link::Borrowed;
use crate::kernel::namespace::Namespace;
use crate::kernel::namespace::publish::{self, Known};
use crate::lab::hosts::{self, Loan};
use crate::process::{self, Identity};

/// Whether somebody has a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A running process: its pid, as far as that is known.
    Held(Option<i32>),
    /// It was kept, and lives without the program that made it.
    Kept,
    /// Nobody: what is there was left by a process that was killed, or by another run of the machine.
    Left,
}

/// A lab with a name that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The lab's name.
    pub name: String,
    /// Who has it.
    pub state: State,
    /// Its nodes, and what they are called in /run/netns.
    pub nodes: Vec<(String, Known)>,
    /// The first process of its PID namespace, if it is kept.
    pub(in crate::lab) init: Option<Identity>,
    /// For each node the inode of its programs' mount namespace, if it has something of its own there.
    pub(super) views: Vec<Option<u64>>,
}

impl Found {
    pub(super) fn new(name: &str, state: State, init: Option<Identity>, nodes: Vec<Published>) -> Self {
        let views = nodes.iter().map(|node| node.view).collect();
        let nodes = nodes.into_iter().map(|node| (node.node, node.known)).collect();
        Self { name: name.to_owned(), state, nodes, init, views }
    }
}

/// What [`clean`] came to.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// The labs whose remains are gone.
    pub removed: Vec<String>,
    /// Those that were left alone because it could not be told whose they are.
    pub skipped: Vec<Error>,
    /// What could not be taken away.
    pub failed: Vec<Error>,
}

impl Claim {
    /// Takes the name of a new lab. What a dead owner of the same name left is taken away first.
    ///
    /// Errors: somebody has it (`EEXIST`); what is there cannot be read, or cannot be removed.
    pub(in crate::lab) fn take(name: &str) -> Result<Self> {
        let take = || loop {
            let claim = match Self::make(name)? {
                Asked::Ours(claim) => claim,
                Asked::Held(pid) => return Err(exists(name, pid)),
                Asked::Missing => continue,
            };
            let Some(manifest) = claim.read()? else { return Ok(claim) };
            match state(&manifest) {
                State::Held(pid) => return Err(exists(name, pid)),
                State::Kept => return Err(Error::new(&explain::LAB_KEPT).with("name", name)),
                State::Left => match remove(&manifest).into_iter().next() {
                    None => return Ok(claim),
                    Some(error) => return Err(error),
                },
            }
        };
        take().map_err(|error: Error| error.object(name))
    }

    /// Says, before any of it is done, what of the lab can be seen: its nodes with the names of their namespaces.
    pub(in crate::lab) fn announce(
        &self,
        nodes: &[(String, Known)],
        kept: Option<Identity>,
        loans: &[Loan],
    ) -> Result<()> {
        let gone = || Error::new(&explain::PROCESS_MISSING).with("pid", std::process::id());
        // What another process held by then is held on.
        let before = match kept {
            Some(_) => self.read()?.map(|manifest| manifest.nodes).unwrap_or_default(),
            None => Vec::new(),
        };
        let before: HashMap<Known, u64> =
            before.into_iter().filter_map(|node| node.view.map(|view| (node.known, view))).collect();
        let published = |(node, known): &(String, Known)| Published {
            node: node.clone(),
            known: known.clone(),
            view: process::own_view(&known.0).or_else(|| before.get(known).copied()),
        };
        self.write(&Manifest {
            boot: boot()?,
            uid: nix::unistd::geteuid().as_raw(),
            owner: Identity::own().ok_or_else(gone)?,
            kept,
            nodes: nodes.iter().map(published).collect(),
            home: Namespace::home().cookie()?,
            lent: loans.iter().filter_map(Loan::to_tell).collect(),
        })
    }

    /// Gives the name up.
    pub(in crate::lab) fn give_up(self) -> Result<()> {
        self.release()
    }
}

pub(super) fn exists(name: &str, pid: Option<i32>) -> Error {
    Error::new(&explain::LAB_EXISTS).with("name", name).with("pid", shown(pid))
}

fn shown(pid: Option<i32>) -> String {
    pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string())
}

/// Whose a lab is whose lock nobody holds. Its owner may have lost the lock: only if it is dead too is the lab left.
pub(super) fn state(manifest: &Manifest) -> State {
    if boot().is_ok_and(|boot| boot != manifest.boot) {
        return State::Left;
    }
    match &manifest.kept {
        Some(init) if init.is_alive() => State::Kept,
        Some(_) => State::Left,
        None if manifest.owner.is_alive() => State::Held(Some(manifest.owner.pid)),
        None => State::Left,
    }
}

/// Takes away what a manifest names, as far as it is what is there. A name that somebody else has by now stays.
fn remove(manifest: &Manifest) -> Vec<Error> {
    let names: Vec<Known> = manifest.nodes.iter().map(|node| node.known.clone()).collect();
    if boot().is_ok_and(|boot| boot != manifest.boot) {
        return publish::sweep(&names);
    }
    let mut failed: Vec<Error> = manifest.kept.map(process::end_container).unwrap_or_default();
    let kept = failed.len();
    failed.extend(manifest.lent.iter().rev().filter_map(|lent| give_back(manifest, lent).err()));
    if failed.len() > kept {
        // With its namespace it would be gone.
        return failed;
    }
    failed.extend(publish::withdraw(&names));
    failed
}

/// Gives an interface back that was lent to a node.
fn give_back(manifest: &Manifest, (known, link): &(Known, Borrowed)) -> Result<()> {
    if Namespace::home().cookie()? != manifest.home {
        return Err(hosts::elsewhere(link));
    }
    Loan::new(known.clone(), link.clone()).end()
}

/// Refuses what another user made.
pub(super) fn check_user(name: &str, manifest: &Manifest) -> Result<()> {
    if manifest.uid == nix::unistd::geteuid().as_raw() {
        return Ok(());
    }
    Err(Error::new(&explain::LAB_FOREIGN).with("name", name).with("uid", manifest.uid).object(name))
}

/// Every lab with a name, in the order of the names; and those whose manifests cannot be read.
pub fn list() -> Result<(Vec<Found>, Vec<Error>)> {
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    for name in claim::names()? {
        match find_one(&name) {
            Ok(one) => found.extend(one),
            Err(error) => unreadable.push(error.object(&name)),
        }
    }
    Ok((found, unreadable))
}

/// The lab of this name.
///
/// Errors: `ENOENT`, with the nearest name; what is there cannot be read (`EBADMSG`).
pub fn find(name: &str) -> Result<Found> {
    find_one(name)?.ok_or_else(|| missing(name)).map_err(|error| error.object(name))
}

/// Looks without asking for the lock: whoever makes a lab of this name at the moment must not find it taken.
fn find_one(name: &str) -> Result<Option<Found>> {
    check_name(name)?;
    let Some((manifest, locker)) = claim::look(name)? else { return Ok(None) };
    let state = match (&manifest, locker) {
        (Some(manifest), _) => state(manifest),
        // Not announced yet, or never.
        (None, Some(pid)) if Identity::of(pid).is_some() => State::Held(Some(pid)),
        (None, _) => State::Left,
    };
    let init = manifest.as_ref().and_then(|manifest| manifest.kept);
    let nodes = manifest.map(|manifest| manifest.nodes).unwrap_or_default();
    Ok(Some(Found::new(name, state, init, nodes)))
}

/// A lab's name is the name of its directory.
pub(super) fn check_name(name: &str) -> Result<()> {
    crate::kernel::namespace::names::check(name.as_ref())
}

pub(super) fn missing(name: &str) -> Error {
    Error::new(&explain::LAB_MISSING).with("name", name).among(name, &claim::names().unwrap_or_default())
}

/// Takes away what dead owners left, and nothing else: only names that still are the namespaces that the manifest
/// knows by their cookies, only in labs whose lock is free and whose owner is dead.
pub fn clean() -> Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    for name in claim::names()? {
        match clean_one(&name) {
            Ok(None) => {}
            Ok(Some(failed)) if failed.is_empty() => cleaned.removed.push(name),
            Ok(Some(failed)) => cleaned.failed.extend(failed),
            Err(error) if error.is(&explain::LAB_FOREIGN) => cleaned.failed.push(error),
            Err(error) => cleaned.skipped.push(error.object(&name)),
        }
    }
    Ok(cleaned)
}

/// Removes the remains of a lab; none if it is somebody's. What could not be removed is given.
fn clean_one(name: &str) -> Result<Option<Vec<Error>>> {
    check_name(name)?;
    let Asked::Ours(claim) = Claim::ask(name)? else { return Ok(None) };
    let Some(manifest) = claim.read()? else {
        // Killed before it had done anything.
        return claim.release().map(|()| Some(Vec::new()));
    };
    check_user(name, &manifest)?;
    if state(&manifest) != State::Left {
        return Ok(None);
    }
    Ok(Some(finish(claim, &manifest)))
}

/// Removes what the manifest names, then the lab's directory. A name that is somebody else's by now is no reason to keep
/// that; what cannot be removed is.
fn finish(claim: Claim, manifest: &Manifest) -> Vec<Error> {
    let mut failed = remove(manifest);
    if failed.iter().all(|error| error.is(&explain::NAMESPACE_REPLACED)) {
        super::room::forget_if_moved(claim.name());
        failed.extend(claim.release().err());
    }
    failed
}

/// A lab that cannot be taken down, because its owner runs.
pub fn held(name: &str, owner: Option<i32>) -> Error {
    Error::new(&explain::LAB_HELD).with("name", name).with("pid", shown(owner)).object(name)
}

/// Takes a kept lab down, or what a dead owner left of one. Gives what could not be taken away.
///
/// Errors: there is none of that name (`ENOENT`); its owner runs (`EBUSY`).
pub fn down(name: &str) -> Result<Vec<Error>> {
    let down = || {
        check_name(name)?;
        let held = |pid| held(name, pid);
        let claim = match Claim::ask(name)? {
            Asked::Missing => return Err(missing(name)),
            Asked::Held(pid) => return Err(held(pid)),
            Asked::Ours(claim) => claim,
        };
        let Some(manifest) = claim.read()? else { return claim.release().map(|()| Vec::new()) };
        check_user(name, &manifest)?;
        match state(&manifest) {
            State::Held(pid) => Err(held(pid)),
            State::Kept | State::Left => Ok(finish(claim, &manifest)),
        }
    };
    down().map_err(|error: Error| error.object(name))
}

/// Which run of the machine this is.
pub(super) fn boot() -> Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim_end().to_owned())
}
