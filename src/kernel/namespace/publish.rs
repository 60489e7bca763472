//! Many names in /run/netns at once, for a lab: given together or not at all, and taken away together, under one lock.

use std::ffi::OsStr;
use std::sync::Arc;

use super::directory::{self, Directory, Entry, Locked};
use super::{Group, Namespace, named, names};
use crate::error::{Error, Result, explain};
use crate::wait::interrupt;

/// How many names are given between two looks at the interrupt.
const STRIDE: usize = 64;

/// A name and the cookie of the namespace that has it, or had it.
pub type Known = (String, u64);

/// The first of `names` that cannot be given now, with its place: unfit, or taken already.
pub fn first_unfit(names: &[String]) -> Option<(usize, Error)> {
    let directory = match Directory::open() {
        Ok(directory) => directory,
        Err(error) => return Some((0, error)),
    };
    names.iter().enumerate().find_map(|(place, name)| {
        let unfit = names::check_new(name.as_ref()).and_then(|()| match &directory {
            Some(directory) => check_free(directory, name),
            None => Ok(()),
        });
        unfit.err().map(|error| (place, error.object(name)))
    })
}

fn check_free(directory: &Directory, name: &str) -> Result<()> {
    match directory.entry(OsStr::new(name))? {
        // What a killed program left goes when the name is given.
        Entry::Missing | Entry::Stale => Ok(()),
        _ => Err(Error::new(&explain::NAMESPACE_EXISTS).with("name", name)),
    }
}

/// A handle on what has a name of a lab, and on no other that may get the name; it ends with `group`.
pub fn known(known: &Known, group: Group) -> Namespace {
    Namespace::known_in(OsStr::new(&known.0), known.1, group)
}

/// Gives each namespace its name, all or none, and gives handles under the new names that end with `group`.
///
/// Errors, with the place of the namespace: as `named::add`; an interrupt.
pub fn publish(
    namespaces: &[(&Namespace, &Known)],
    group: Group,
) -> std::result::Result<Vec<Namespace>, (usize, Error)> {
    let locked = directory::prepare().map_err(|error| (0, error))?;
    let mut published = Vec::with_capacity(namespaces.len());
    for (place, (namespace, known)) in namespaces.iter().enumerate() {
        let (name, cookie) = known;
        let stop = if place % STRIDE == 0 { interrupt::check() } else { Ok(()) };
        if let Err(error) = stop.and_then(|()| bind(&locked, name, namespace)) {
            for (_, (name, cookie)) in &namespaces[..place] {
                // The first error is the one to tell.
                let _ = remove(&locked, name, *cookie);
            }
            return Err((place, error.object(name)));
        }
        published.push(Namespace::known_in(OsStr::new(name), *cookie, group));
    }
    Ok(published)
}

fn bind(locked: &Locked, name: &str, namespace: &Namespace) -> Result<()> {
    let (name, fd) = (OsStr::new(name), namespace.open()?);
    let bound = named::bind(locked, name, &fd);
    match bound {
        Err(error) if error.is(&explain::NAMESPACE_EXISTS) => {
            if !matches!(locked.directory.entry(name)?, Entry::Stale) {
                return Err(error);
            }
            named::unlink(locked, name)?;
            named::bind(locked, name, &fd)
        }
        bound => bound,
    }
}

/// Takes the names away from the namespaces that are known by their cookies. One that is gone already counts as done;
/// one that another namespace has by now stays, and is an error. What fails does not keep the rest from going.
pub fn withdraw(names: &[Known]) -> Vec<Error> {
    let locked = match directory::lock() {
        Ok(Some(locked)) => locked,
        Ok(None) => return Vec::new(),
        Err(error) => return vec![error],
    };
    let failed =
        names.iter().filter_map(|(name, cookie)| remove(&locked, name, *cookie).err().map(|error| error.object(name)));
    failed.collect()
}

fn remove(locked: &Locked, name: &str, cookie: u64) -> Result<()> {
    let name = OsStr::new(name);
    match locked.directory.entry(name)? {
        Entry::Missing => Ok(()),
        Entry::Namespace(fd) => {
            named::check_same(name, &Arc::new(fd), Some(cookie))?;
            named::remove(locked, name)
        }
        Entry::Stale => named::unlink(locked, name),
        _ => Err(named::replaced(name)),
    }
}

/// Takes away what is left of names from before the machine was started anew: files on which nothing is mounted.
pub fn sweep(names: &[Known]) -> Vec<Error> {
    let locked = match directory::lock() {
        Ok(Some(locked)) => locked,
        Ok(None) => return Vec::new(),
        Err(error) => return vec![error],
    };
    let sweep = |name: &str| match locked.directory.entry(OsStr::new(name))? {
        Entry::Stale => named::unlink(&locked, OsStr::new(name)),
        // Somebody's who came later.
        _ => Ok(()),
    };
    names.iter().filter_map(|(name, _)| sweep(name).err().map(|error| error.object(name))).collect()
}
