//! Many routes at once, in batches: adding them all or none, and flushing.

use std::collections::HashMap;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use nix::errno::Errno;

use super::filter::Filter;
use super::list::messages;
use super::message::Verb;
use super::spec::RouteSpec;
use super::{index, word};
use crate::error::{Error, Result};
use crate::kernel::namespace::Namespace;
use crate::netlink::{Message, Socket};
use crate::wait::interrupt;

/// Adds all routes or none; on an error its place in `specs`, from 0. An interrupt takes away what was added, too.
pub fn add_many(namespace: &Namespace, specs: &[RouteSpec]) -> std::result::Result<(), (usize, Error)> {
    let mut refused = None;
    let done = namespace.with_socket(|socket| {
        refused = add_all(socket, namespace, specs).err();
        Ok(())
    });
    match (refused, done) {
        (Some(refused), _) => Err(refused),
        // The namespace itself could not be had.
        (None, Err(error)) => Err((0, error)),
        (None, Ok(())) => Ok(()),
    }
}

fn add_all(socket: &mut Socket, namespace: &Namespace, specs: &[RouteSpec]) -> std::result::Result<(), (usize, Error)> {
    let mut indexes: HashMap<String, u32> = HashMap::new();
    let mut requests = Vec::with_capacity(specs.len());
    for (place, spec) in specs.iter().enumerate() {
        let message = spec.request_bytes(Verb::Add, &mut |name| {
            if let Some(known) = indexes.get(name) {
                return Ok(*known);
            }
            let found = index(socket, namespace, name)?;
            indexes.insert(name.to_owned(), found);
            Ok(found)
        });
        let message = message.map_err(|error| (place, error))?;
        requests.push((message, NLM_F_CREATE | NLM_F_EXCL));
    }
    let outcomes = socket.batch_outcomes(requests.clone());
    let Some(first) = outcomes.iter().position(Result::is_err) else { return Ok(()) };
    let added = requests.into_iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
    let undo = added.map(|((request, _), _)| (Message { kind: libc::RTM_DELROUTE, ..request }, 0));
    take_away(socket, undo.collect());
    match outcomes.into_iter().nth(first) {
        Some(Err(error)) => Err((first, word(error, namespace, &specs[first], "adding a route"))),
        _ => Ok(()),
    }
}

/// Undoes what was added, also while an interrupt is pending. The first error is the one to tell.
fn take_away(socket: &mut Socket, requests: Vec<(Message, u16)>) {
    if interrupt::pending() {
        for (request, flags) in requests {
            let _ = socket.execute(request, flags);
        }
    } else {
        let _ = socket.batch_outcomes(requests);
    }
}

/// Deletes the routes that `filter` means; how many there were.
pub fn flush(namespace: &Namespace, filter: &Filter) -> Result<usize> {
    namespace.with_socket(|socket| {
        let messages = messages(socket, namespace, filter)?;
        let removal = |bytes: &[u8]| (Message { kind: libc::RTM_DELROUTE, bytes: bytes.to_vec() }, 0);
        let mut rest: Vec<_> = messages.iter().map(removal).collect();
        let count = rest.len();
        while !rest.is_empty() {
            let outcomes = socket.batch_outcomes(rest.clone());
            // One that went with another, or that somebody else deleted, is gone as well.
            let gone = |errno| matches!(errno, Some(Errno::ESRCH | Errno::ENOENT | Errno::ENODEV));
            let sent = outcomes.len();
            if let Some(error) = outcomes.into_iter().filter_map(Result::err).find(|error| !gone(error.as_errno())) {
                return Err(error.object(namespace.label()));
            }
            rest.drain(..sent);
        }
        Ok(count)
    })
}
