//! Making a lab that is up what its plan is by now: only what differs is touched, all else goes on.
//!
//! New nodes are built first, beside the lab; then goes what is not planned, and comes what is. What the kernel drops
//! along the way (routes over a link that was down) shows at the next look, until nothing differs. When something fails
//! the new nodes are taken back; what was done to others stays, and another `apply` goes on.

mod edits;
mod numbers;
mod removal;
mod round;
mod session;
mod undo;

use std::collections::HashSet;

use super::assign::{Assigned, AssignedNode};
use super::build::{Report, surroundings};
use super::diff::{self, Change};
use super::live::{Live, LiveNode};
use super::plan::Plan;
use super::rules::Rules;
use super::start::Start;
use crate::error::{Error, Result, explain};
use crate::wait::{block, interrupt};
use round::Round;
use session::Session;
use undo::Undo;

/// How often the lab is looked at again for what the kernel dropped along the way.
const ROUNDS: usize = 5;

/// A lab whose network is what the plan says, and what is left to be done with its new nodes.
#[derive(Debug)]
pub struct Applied {
    /// What was changed.
    pub changes: Vec<Change>,
    /// The new nodes, as places in the plan.
    pub new: Vec<usize>,
    undo: Undo,
    session: Session,
}

/// A node that is there, and what is assigned to it.
struct Target<'a> {
    /// Its place in the plan.
    place: usize,
    node: &'a LiveNode,
    /// With the indexes that its interfaces really have.
    assigned: &'a AssignedNode,
}

/// Changes a lab that is up to what the plan says, waits until its links carry packets, and runs the commands of new
/// nodes. Waits in place. Gives what was changed.
///
/// Errors: what the kernel refuses, with the node or link and the line that declared it; a command that fails. New nodes
/// are gone then, other changes that were made stay.
pub fn apply(plan: &Plan, assigned: &Assigned, live: &mut Live, progress: Report<'_>) -> Result<Vec<Change>> {
    let applied = connect(plan, assigned, live, progress)?;
    let started = block(applied.start(plan, live));
    applied.finish(live, started)
}

/// As [`apply`], but runs no commands yet: [`Applied::start`] does, and [`Applied::finish`] ends it.
pub fn connect(plan: &Plan, assigned: &Assigned, live: &mut Live, progress: Report<'_>) -> Result<Applied> {
    let session = Session::begin(live)?;
    let mut applied = Applied { changes: Vec::new(), new: Vec::new(), undo: Undo::default(), session };
    match applied.go(plan, assigned, live, progress) {
        Ok(()) => Ok(applied),
        Err(error) => {
            applied.take_back(live);
            Err(error)
        }
    }
}

impl Applied {
    /// Round by round, until nothing differs.
    fn go(&mut self, plan: &Plan, assigned: &Assigned, live: &mut Live, progress: Report<'_>) -> Result<()> {
        // The first time all is looked at, then only what was touched.
        let mut touched: Option<HashSet<String>> = None;
        for _ in 0..ROUNDS {
            interrupt::check()?;
            let round = Round::look(plan, assigned, live, touched.as_ref())?;
            let new = round.new_nodes();
            self.new.extend(&new);
            let ready = round.carry_out(live, &self.session, &mut self.undo, progress)?;
            surroundings::give(plan, live, new.iter().copied(), |namespace| self.session.place(namespace))?;
            block(Rules::of(plan, assigned, live, &new)?)?;
            block(ready)?;
            touched.get_or_insert_default().extend(round.touched());
            let changes = round.into_changes();
            if changes.is_empty() {
                return Ok(());
            }
            if self.changes.is_empty() {
                self.changes = changes;
            }
        }
        let left = diff::diff(plan, assigned, Some(live))?;
        let Some(change) = left.first() else { return Ok(()) };
        let error = Error::new(&explain::LAB_UNSETTLED).with("change", change).object(&change.node);
        Err(error.place(change.place.clone()))
    }

    /// The commands of the new nodes.
    pub fn start(&self, plan: &Plan, live: &Live) -> Start {
        let start = Start::of(plan, live, &self.new, |namespace| self.session.place(namespace));
        start.kept(self.session.init().is_some())
    }

    /// Gives what was changed; where the new nodes could not be started they are taken back.
    ///
    /// Errors: that of `started`.
    pub fn finish(self, live: &mut Live, started: Result<()>) -> Result<Vec<Change>> {
        if let Err(error) = started {
            self.take_back(live);
            return Err(error);
        }
        Ok(self.changes)
    }

    /// Takes the new nodes and links away again.
    pub fn take_back(&self, live: &mut Live) {
        self.undo.carry_out(live, &self.session);
    }
}
