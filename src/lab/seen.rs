//! The labs that are up, whoever has them: those of running programs, with and without a name, and those that were kept.

use std::path::PathBuf;

use super::door::{self, Open, Visitor};
use super::named::{self, Found, State, room};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::kernel::privilege;

/// A lab, seen from outside the program that made it.
#[derive(Debug)]
pub struct Seen {
    /// How it is addressed: its name, or the pid of its program (`1234`, the program's second lab `1234.2`).
    pub label: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The process it ends with, as far as that is known: its program's, or of a kept one the first of its own.
    pub owner: Option<i32>,
    /// When it came up: seconds since 1970.
    pub since: Option<u64>,
    /// Who has it.
    pub state: State,
    /// The names of its nodes.
    pub nodes: Vec<String>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Door(Open),
    Manifest(Found),
    /// In namespaces of nsl's own.
    Room(Found),
}

/// Where a program for a node is to run. Dropped, it is forgotten.
#[derive(Debug)]
pub enum Inside {
    /// In this namespace.
    Here(Namespace),
    /// Once this process has moved.
    Elsewhere(Visitor),
    /// In a node of this kept lab, once this process has moved.
    Room(Found, String),
}

/// All labs that this user can see, in the order of their names; and those whose manifests cannot be read.
pub fn list() -> Result<(Vec<Seen>, Vec<Error>)> {
    let mut seen: Vec<Seen> = door::labs().into_iter().map(Seen::behind_a_door).collect();
    let (found, unreadable) = if is_privileged() { named::list()? } else { (Vec::new(), Vec::new()) };
    for lab in found {
        let told = |known: &Seen| known.name.as_ref() == Some(&lab.name) && matches!(lab.state, State::Held(_));
        if !seen.iter().any(told) {
            seen.push(Seen::by_manifest(lab, Way::Manifest));
        }
    }
    seen.extend(room::list().into_iter().map(|lab| Seen::by_manifest(lab, Way::Room)));
    seen.sort_by(|a, b| (a.name.is_none(), &a.name).cmp(&(b.name.is_none(), &b.name)));
    Ok((seen, unreadable))
}

/// Without the privilege nsl works in namespaces of its own, where /run is another.
fn is_privileged() -> bool {
    !privilege::missing().contains(&"CAP_SYS_ADMIN")
}

/// The lab that is addressed so.
///
/// Errors: there is none (`ENOENT`), with the nearest.
pub fn find(label: &str) -> Result<Seen> {
    let (seen, unreadable) = list()?;
    let known: Vec<String> = seen.iter().map(|lab| lab.label.clone()).collect();
    // Names first, and of two labs of one name this user's own.
    let named = seen.iter().position(|lab| lab.label == label);
    let place = named.or_else(|| seen.iter().position(|lab| lab.is_called(label)));
    if let Some(lab) = place.and_then(|place| seen.into_iter().nth(place)) {
        return Ok(lab);
    }
    if let Some(error) = unreadable.into_iter().find(|error| error.object_name() == Some(label)) {
        return Err(error);
    }
    Err(unknown(label, &known))
}

/// No lab is addressed so: with those that are, for an error.
pub fn missing(label: &str) -> Error {
    let (seen, _) = list().unwrap_or_default();
    unknown(label, &seen.iter().map(|lab| lab.label.clone()).collect::<Vec<_>>())
}

fn unknown(label: &str, known: &[String]) -> Error {
    Error::new(&explain::LAB_MISSING).with("name", label).object(label).among(label, known)
}

impl Seen {
    fn behind_a_door(lab: Open) -> Self {
        Self {
            label: lab.name.clone().unwrap_or_else(|| lab.by_pid()),
            name: lab.name.clone(),
            owner: Some(lab.owner),
            since: Some(lab.since),
            state: State::Held(Some(lab.owner)),
            nodes: lab.nodes.clone(),
            way: Way::Door(lab),
        }
    }

    fn by_manifest(lab: Found, way: fn(Found) -> Way) -> Self {
        let owner = match lab.state {
            State::Held(pid) => pid,
            State::Kept => lab.init.map(|init| init.pid),
            State::Left => None,
        };
        Self {
            label: lab.name.clone(),
            name: Some(lab.name.clone()),
            owner,
            since: lab.init.filter(|_| lab.state == State::Kept).and_then(|init| init.since()),
            state: lab.state,
            nodes: lab.nodes.iter().map(|(node, _)| node.clone()).collect(),
            way: way(lab),
        }
    }

    /// One with a name can be addressed by the pid too: other users may have one of the same name.
    fn is_called(&self, label: &str) -> bool {
        let by_pid = match &self.way {
            Way::Door(lab) => lab.by_pid(),
            Way::Manifest(_) | Way::Room(_) => return self.label == label,
        };
        self.label == label || by_pid == label || label.strip_suffix(".1") == Some(&by_pid)
    }

    /// A node of it.
    ///
    /// Errors: there is none of this name (`ENOENT`); the lab is gone.
    pub fn enter(&self, node: &str) -> Result<Inside> {
        match &self.way {
            Way::Door(lab) => lab.enter(node).map(Inside::Elsewhere),
            Way::Manifest(lab) => lab.enter(node).map(Inside::Here),
            Way::Room(lab) if !self.nodes.iter().any(|name| name == node) => lab.enter(node).map(Inside::Here),
            Way::Room(lab) => Ok(Inside::Room(lab.clone(), node.to_owned())),
        }
    }
}

impl Inside {
    /// The namespace where the program is to run, once this process is where it has to be: no other thread may exist. Gives
    /// the directory too if it is not to be found there.
    pub fn go(self) -> Result<(Namespace, Option<PathBuf>)> {
        match self {
            Self::Here(namespace) => Ok((namespace, None)),
            Self::Elsewhere(visitor) => {
                let lost = visitor.join()?;
                Ok((visitor.namespace, lost))
            }
            Self::Room(lab, node) => {
                let lost = match lab.init {
                    Some(holder) => room::join(&lab.name, holder)?,
                    None => None,
                };
                Ok((lab.enter(&node)?, lost))
            }
        }
    }
}
