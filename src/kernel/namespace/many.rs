//! Many namespaces without a name at once: made in one visit, and closed together.
//!
//! Whoever makes them keeps them: [`super::anonymous::close_all`] does not know them.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::anonymous::{Held, Origin};
use super::{Group, Kind, Namespace, enter, outside};
use crate::error::{Error, Result};
use crate::netlink::Socket;

/// A namespace that was just made.
#[derive(Debug)]
pub struct Made {
    /// Held by a descriptor, until it is closed.
    pub namespace: Namespace,
    /// A route socket inside it.
    pub socket: Socket,
}

/// Makes a namespace for each label, which is what it is called in messages; they end with `group`. `prepare` is called
/// inside each as soon as it is there, with its number and its socket: also for sysctls, which are files that show the
/// namespace of whoever opens them.
///
/// Errors: no privilege; a limit (`ENOSPC`, `EMFILE`); those of `prepare`. Then none is left.
pub fn add(
    labels: Vec<String>,
    group: Group,
    mut prepare: impl FnMut(usize, &mut Socket) -> Result<()> + Send + 'static,
) -> Result<Vec<Made>> {
    enter::create_each(labels.len(), move |number, fd| {
        let mut socket = Socket::open()?;
        prepare(number, &mut socket)?;
        let held = Held::new(fd, Origin::Node { label: labels[number].clone(), group });
        Ok(Made { namespace: Namespace(Arc::new(Kind::Held(held))), socket })
    })
}

/// A namespace whose descriptor came from another process: what it is called in messages, and with what it ends.
pub fn lent(fd: OwnedFd, label: String, group: Group) -> Namespace {
    Namespace(Arc::new(Kind::Held(Held::new(fd, Origin::Node { label, group }))))
}

/// Runs `work` inside each of several namespaces, which are open, one after another in one visit; as [`Namespace::enter`].
///
/// Errors: no privilege to enter; those of `work`.
pub fn enter<T: Send + 'static>(
    namespaces: Vec<Arc<OwnedFd>>,
    work: impl FnMut(usize) -> Result<T> + Send + 'static,
) -> Result<Vec<T>> {
    enter::inside_each(namespaces, work)
}

/// Closes all of them: as [`Namespace::close`], but links to the outside go in one request for all. What fails is given
/// and does not keep the rest from closing.
pub fn close<'a>(namespaces: impl IntoIterator<Item = &'a Namespace>) -> Vec<Error> {
    let held = namespaces.into_iter().filter_map(Namespace::held);
    outside::delete(held.flat_map(Held::let_go).collect())
}
