//! The differences of one node, as they are found.

use std::borrow::Cow;

use super::change::{Action, Change, Edit};
use crate::error::Place;

/// Where the differences of a node are put.
pub(super) struct List<'a> {
    changes: &'a mut Vec<Change>,
    node: &'a str,
    /// The line that declared the node.
    declared: &'a Option<Place>,
    /// The line that declared what is compared now.
    place: Option<Place>,
}

impl<'a> List<'a> {
    pub(super) fn new(changes: &'a mut Vec<Change>, node: &'a str, declared: &'a Option<Place>) -> Self {
        Self { changes, node, declared, place: None }
    }

    pub(super) fn node(&self) -> &str {
        self.node
    }

    /// What comes next is about what this line declared, until [`List::at`] says otherwise.
    pub(super) fn at(&mut self, place: &Option<Place>) -> &mut Self {
        self.place.clone_from(place);
        self
    }

    pub(super) fn add(&mut self, what: &'static str, name: Option<&str>, want: &str, edit: Edit) {
        self.push(Action::Add, what.into(), name, (None, Some(want.to_owned())), edit);
    }

    pub(super) fn remove(&mut self, what: &'static str, name: Option<&str>, have: &str, edit: Edit) {
        let have = Some(have.to_owned()).filter(|have| !have.is_empty());
        self.push(Action::Remove, what.into(), name, (have, None), edit);
    }

    pub(super) fn change(
        &mut self,
        what: impl Into<Cow<'static, str>>,
        name: &str,
        have: &str,
        want: &str,
        edit: Edit,
    ) {
        let values = (Some(have.to_owned()), Some(want.to_owned()));
        self.push(Action::Change, what.into(), Some(name), values, edit);
    }

    fn push(
        &mut self,
        action: Action,
        what: Cow<'static, str>,
        name: Option<&str>,
        (have, want): (Option<String>, Option<String>),
        edit: Edit,
    ) {
        let place = self.place.clone().or_else(|| self.declared.clone());
        let (node, name) = (self.node.to_owned(), name.map(str::to_owned));
        self.changes.push(Change { action, what, node, name, have, want, edit, place });
    }
}
