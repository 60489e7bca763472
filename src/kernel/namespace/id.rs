//! Namespace ids (`ip netns set`, `list-id`): numbers by which one namespace knows another in netlink messages.
//!
//! An id is relative to the namespace it is seen from, which is nsl's own unless a target says otherwise; once given it
//! stays. Source: Linux net/core/net_namespace.c.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::nsid::{NsidAttribute, NsidMessage};
use nix::errno::Errno;

use super::directory::Directory;
use super::{Namespace, refusal};
use crate::error::{Error, Result, explain};
use crate::kernel::words::{self, Form, Settings, fact};
use crate::netlink::Socket;

/// An id and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedId {
    /// As seen from the target, or from nsl's own namespace.
    pub id: i32,
    /// As seen from nsl's own namespace, where there is a target.
    pub current_id: Option<i32>,
    /// The first of its names in /run/netns.
    pub name: Option<OsString>,
}

/// The id of `namespace` as seen from nsl's own; none if it has none.
pub fn get(namespace: &Namespace) -> Result<Option<i32>> {
    let fd = namespace.open()?;
    Namespace::home().with_socket(|socket| seen_from(socket, &fd)).map_err(|error| error.object(namespace.label()))
}

/// The id of `namespace` as seen from `observer`; none if it has none there.
pub fn seen_in(observer: &Namespace, namespace: &Namespace) -> Result<Option<i32>> {
    let fd = namespace.open()?;
    observer.with_socket(|socket| seen_from(socket, &fd))
}

/// The id of `namespace` as seen from `observer`, which gives it one if it has none.
pub fn give_in(observer: &Namespace, namespace: &Namespace) -> Result<i32> {
    let fd = namespace.open()?;
    observer.with_socket(|socket| {
        if let Some(id) = seen_from(socket, &fd)? {
            return Ok(id);
        }
        let attributes = vec![NsidAttribute::Fd(fd.as_raw_fd() as u32), NsidAttribute::Id(-1)];
        let given = socket.execute(RouteNetlinkMessage::NewNsId(message(attributes)), 0);
        // Another may have given it one meanwhile.
        seen_from(socket, &fd)?.map_or_else(|| given.and(Err(Error::system(Errno::EAGAIN))), Ok)
    })
}

/// The id of the namespace `fd` as seen from the socket's.
pub(super) fn seen_from(socket: &mut Socket, fd: &Arc<OwnedFd>) -> Result<Option<i32>> {
    ask(socket, fd.as_raw_fd())
}

/// The ids of many namespaces, in their order.
pub(super) fn of_each<'a>(fds: impl Iterator<Item = &'a OwnedFd>) -> Result<Vec<Option<i32>>> {
    of_each_in(&Namespace::home(), fds)
}

fn of_each_in<'a>(observer: &Namespace, fds: impl Iterator<Item = &'a OwnedFd>) -> Result<Vec<Option<i32>>> {
    observer.with_socket(|socket| fds.map(|fd| ask(socket, fd.as_raw_fd())).collect())
}

/// Whether nsl's own namespace knows any by an id.
pub(super) fn are_any() -> Result<bool> {
    let request = RouteNetlinkMessage::GetNsId(message(Vec::new()));
    let answers = Namespace::home().with_socket(|socket| socket.dump(request))?;
    Ok(answers.into_iter().filter_map(listed).any(|listed| listed.id >= 0))
}

fn ask(socket: &mut Socket, fd: i32) -> Result<Option<i32>> {
    let answers = socket.query(RouteNetlinkMessage::GetNsId(message(vec![NsidAttribute::Fd(fd as u32)])), 0)?;
    Ok(answers.into_iter().find_map(listed).map(|listed| listed.id).filter(|id| *id >= 0))
}

/// Gives `namespace` the id `id`, or one the kernel chooses, and says which.
///
/// Errors: a negative id (`EINVAL`); it has one already, or the id is another's (`EEXIST`).
pub fn set(namespace: &Namespace, id: Option<i32>) -> Result<i32> {
    set_in(&Namespace::home(), namespace, id)
}

/// As [`set`], the id by which `observer` knows it.
pub fn set_in(observer: &Namespace, namespace: &Namespace, id: Option<i32>) -> Result<i32> {
    let set = || {
        if let Some(negative @ ..0) = id {
            return Err(Error::new(&explain::NSID_RANGE).with("id", negative));
        }
        let fd = namespace.open()?;
        let attributes = vec![NsidAttribute::Fd(fd.as_raw_fd() as u32), NsidAttribute::Id(id.unwrap_or(-1))];
        observer.with_socket(|socket| {
            let given = socket.execute(RouteNetlinkMessage::NewNsId(message(attributes)), 0);
            match (given, seen_from(socket, &fd)?) {
                (Ok(()), Some(id)) => Ok(id),
                (Ok(()), None) => Err(Error::system(Errno::EAGAIN)),
                (Err(error), known) => Err(refused(&error, namespace, id, known)),
            }
        })
    };
    set().map_err(|error| error.object(namespace.label()))
}

/// Words a refusal of [`set`]: `known` is the id that the namespace has.
fn refused(error: &Error, namespace: &Namespace, wanted: Option<i32>, known: Option<i32>) -> Error {
    match (error.as_errno(), known, wanted) {
        (Some(Errno::EEXIST), Some(known), _) => {
            Error::new(&explain::NSID_GIVEN).with("what", namespace.label()).with("id", known)
        }
        (Some(Errno::EEXIST | Errno::ENOSPC), None, Some(wanted)) => {
            Error::new(&explain::NSID_TAKEN).with("id", wanted)
        }
        (Some(Errno::EPERM), ..) => refusal::needs("setting the id of a network namespace", "CAP_NET_ADMIN"),
        _ => error.clone(),
    }
}

/// The ids known in nsl's own namespace, or in the one that has the id `target` there; of all, or only of the one that
/// has the id `nsid` in nsl's own. In the order of the ids.
///
/// Errors: no namespace has the id `nsid` or `target` (`ENOENT`).
pub fn list(target: Option<i32>, nsid: Option<i32>) -> Result<Vec<ListedId>> {
    list_in(&Namespace::home(), target, nsid)
}

/// As [`list`], for `observer` in the place of nsl's own.
pub fn list_in(observer: &Namespace, target: Option<i32>, nsid: Option<i32>) -> Result<Vec<ListedId>> {
    if let Some(id) = [target, nsid].into_iter().flatten().find(|id| *id < 0) {
        return Err(Error::new(&explain::NSID_RANGE).with("id", id));
    }
    let mut attributes: Vec<_> = target.map(NsidAttribute::TargetNsid).into_iter().collect();
    attributes.extend(nsid.map(NsidAttribute::Id));
    let answers = observer.with_socket(|socket| {
        // The kernel answers EINVAL to a target it does not know, and to much else.
        if let Some(target) = target
            && !is_known(socket, target)?
        {
            return Err(unknown(target));
        }
        let request = RouteNetlinkMessage::GetNsId(message(attributes));
        match nsid {
            None => socket.dump(request),
            Some(id) => socket.query(request, 0).map_err(|error| match error.as_errno() {
                Some(Errno::ENOENT) => unknown(id),
                _ => error,
            }),
        }
    })?;
    let names = names_by_id(observer)?;
    let mut ids: Vec<ListedId> = answers.into_iter().filter_map(listed).filter(|listed| listed.id >= 0).collect();
    for listed in &mut ids {
        let here = if target.is_some() { listed.current_id } else { Some(listed.id) };
        listed.name = here.and_then(|id| names.get(&id).cloned());
    }
    ids.sort_by_key(|listed| listed.id);
    Ok(ids)
}

fn is_known(socket: &mut Socket, id: i32) -> Result<bool> {
    match socket.query(RouteNetlinkMessage::GetNsId(message(vec![NsidAttribute::Id(id)])), 0) {
        Ok(_) => Ok(true),
        Err(error) if error.as_errno() == Some(Errno::ENOENT) => Ok(false),
        Err(error) => Err(error),
    }
}

fn unknown(id: i32) -> Error {
    Error::new(&explain::NSID_MISSING).with("id", id)
}

fn names_by_id(observer: &Namespace) -> Result<HashMap<i32, OsString>> {
    let Some(directory) = Directory::open()? else { return Ok(HashMap::new()) };
    let named = directory.namespaces()?;
    let ids = of_each_in(observer, named.iter().map(|(_, fd)| fd))?;
    let mut names = HashMap::new();
    for ((name, _), id) in named.into_iter().zip(ids) {
        if let Some(id) = id {
            names.entry(id).or_insert(name);
        }
    }
    Ok(names)
}

fn listed(answer: RouteNetlinkMessage) -> Option<ListedId> {
    let RouteNetlinkMessage::NewNsId(message) = answer else { return None };
    let (mut id, mut current_id) = (None, None);
    for attribute in message.attributes {
        match attribute {
            NsidAttribute::Id(seen) => id = Some(seen),
            NsidAttribute::CurrentNsid(seen) => current_id = Some(seen).filter(|id| *id >= 0),
            _ => {}
        }
    }
    id.map(|id| ListedId { id, current_id, name: None })
}

/// What an event of `RTM_NEWNSID` says: the `id`.
pub fn record(bytes: &[u8]) -> Option<Settings> {
    // Behind a `struct rtgenmsg`; `NETNSA_NSID`.
    let id = words::decode(&[fact("id", 1, Form::I32)], &[], bytes.get(4..)?, &|_| None);
    (words::integer(&id, "id")? >= 0).then_some(id)
}

fn message(attributes: Vec<NsidAttribute>) -> NsidMessage {
    let mut message = NsidMessage::default();
    message.attributes = attributes;
    message
}
