//! The right to change a lab: its own process has it, and whoever holds the directory of a kept one.

use std::sync::Arc;

use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Group, Namespace};
use crate::lab::live::Live;
use crate::lab::registry::Entry;
use crate::process::{self, Identity};

/// Held while a lab is changed, and its new nodes' commands run.
#[derive(Debug)]
pub(super) struct Session {
    entry: Arc<Entry>,
    /// Of a lab that this process kept: its directory is let go of again.
    reclaimed: bool,
    /// Of a kept lab: whose PID namespace its programs are in, and how they are started there.
    kept: Option<(Identity, Group)>,
}

impl Session {
    /// Errors: the lab is not up any more (`ENOENT`); somebody else holds a kept one (`EEXIST`).
    pub(super) fn begin(live: &Live) -> Result<Self> {
        let entry = live.entry();
        let mut session = Self { entry: Arc::clone(entry), reclaimed: false, kept: None };
        if entry.is_up() {
            return Ok(session);
        }
        let init = entry.kept().ok_or_else(|| Error::new(&explain::LAB_DOWN))?;
        session.reclaimed = entry.reclaim()?;
        let group = Group::another();
        let pidfd = init.pidfd().ok_or_else(|| Error::new(&explain::LAB_DOWN))?;
        process::adopt_group(group, init.pid, pidfd);
        session.kept = Some((init, group));
        Ok(session)
    }

    pub(super) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The first process of a kept lab.
    pub(super) fn init(&self) -> Option<Identity> {
        self.kept.map(|(init, _)| init)
    }

    /// A node of the lab, so that programs started there live as long as the lab.
    pub(super) fn place(&self, namespace: &Namespace) -> Namespace {
        self.kept.map_or_else(|| namespace.clone(), |(_, group)| namespace.in_group(group))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some((_, group)) = self.kept {
            // There is nobody who has to be told first.
            let _ = process::release_group(group);
        }
        if self.reclaimed {
            self.entry.let_go();
        }
    }
}
