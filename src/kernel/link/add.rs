//! Making a link of any kind but a veth pair across namespaces (`kind::veth`).

use std::os::fd::OwnedFd;
use std::sync::Arc;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkMessage};
use nix::errno::Errno;

use super::{LinkSpec, Master, Settings, delete, kind, message, refused, set};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, propose_index};
use crate::kernel::namespace::{Namespace, id};
use crate::netlink::Socket;

const NEW: u16 = NLM_F_CREATE | NLM_F_EXCL;
/// How many indexes are tried.
const TRIES: usize = 10;

/// Makes the link `device` as `spec` says. All or nothing: what cannot be had in the kernel's first message follows, and
/// if that fails the link is deleted again.
///
/// `EEXIST` if the name is taken, `EINVAL` for a misspelt kind, `EOPNOTSUPP` for a kind this kernel lacks.
pub fn add(device: &Device, spec: &LinkSpec) -> Result<Device> {
    add_as(device, spec, spec.index)
}

/// As [`add`], under this interface index where one is given; `EBUSY` if it is another's.
pub fn add_as(device: &Device, spec: &LinkSpec, index: Option<u32>) -> Result<Device> {
    let Some(kind) = &spec.kind else {
        return Err(Error::new(&explain::LINK_NEEDS_TYPE).object(device));
    };
    kind::check_kind(kind).map_err(|error| error.object(device))?;
    if kind::stands(kind) && spec.link.is_none() {
        return Err(Error::new(&explain::LINK_NEEDS_LINK).with("type", kind).object(device));
    }
    let (mut first, mut rest) = spec.split_for_new();
    if first.master.is_some() {
        // A bond takes no port that is up.
        rest.up = first.up.take().or(rest.up);
    }
    let own: Settings;
    (own, rest.options) = kind::split_off(kind, std::mem::take(&mut first.options));
    kind::need(kind, &own).map_err(|error| error.object(device))?;
    let mut request = message::named(&device.name);
    if !kind::has_queues(kind) {
        message::one_queue(&mut request);
    }
    if let Some(made) = kind::make(kind, device, &own, index) {
        made.map_err(|error| error.object(device))?;
        // All but its kind follows.
        rest = LinkSpec { kind: None, options: rest.options, link: None, link_netns: None, ..spec.clone() };
        return complete(&Device::known(&device.namespace, &device.name, device.index()?), kind, &own, &rest);
    }
    let from = origin(device, spec)?;
    let index = device.namespace.with_socket(|socket| {
        let master = set::master_index(socket, device, first.master.as_ref())?;
        message::apply(&mut request, &first, master)?;
        let under = from.stand(socket, &mut request, spec)?;
        let told = kind::fresh(kind, &own);
        let info = match &under {
            None => kind::own_info(kind, &told, &mut set::indexes(socket, device)),
            Some(under) => kind::own_info(kind, &told, &mut |name| Device::new(under, name)?.index()),
        };
        message::inform(&mut request, info.map_err(|error| error.object(device))?);
        let made = match &from {
            Origin::Elsewhere(there, fd) => {
                message::place(&mut request, fd.as_ref());
                create_from(there, device, request, index)
            }
            _ => create(socket, device, request, index),
        };
        made.map_err(|error| word(error, device, kind, spec, socket))
    })?;
    complete(&Device::known(&device.namespace, &device.name, index), kind, &own, &rest)
}

/// Makes a link that is there what it should be, or deletes it.
fn complete(device: &Device, kind: &str, own: &Settings, rest: &LinkSpec) -> Result<Device> {
    let finished = finish(device, kind, own, rest);
    if finished.is_err() {
        // The first error is the one to tell; a link that is gone already needs no deleting.
        let _ = delete(device);
    }
    finished.map(|()| device.clone())
}

/// From where a link is made.
enum Origin {
    /// From its own namespace.
    Here,
    /// From the namespace of the link that it stands on, as the kernel wants it: it finds that by its index there.
    Elsewhere(Namespace, Arc<OwnedFd>),
    /// In its own namespace, as one that works with the links and addresses of this one, known there by this id.
    Under(Namespace, i32),
}

fn origin(device: &Device, spec: &LinkSpec) -> Result<Origin> {
    if let Some(link) = &spec.link
        && !link.namespace.same(&device.namespace)?
    {
        return Ok(Origin::Elsewhere(link.namespace.clone(), device.namespace.open()?));
    }
    match &spec.link_netns {
        Some(under) if !under.same(&device.namespace)? => {
            Ok(Origin::Under(under.clone(), id::give_in(&device.namespace, under)?))
        }
        _ => Ok(Origin::Here),
    }
}

impl Origin {
    /// Tells on what the link stands; gives the namespace in which its options name links, where that is not its own.
    fn stand(&self, socket: &mut Socket, request: &mut LinkMessage, spec: &LinkSpec) -> Result<Option<Namespace>> {
        let index = match (&spec.link, self) {
            (Some(link), Self::Here) => Some(link.index_in(socket)?),
            (Some(link), _) => Some(link.index()?),
            (None, _) => None,
        };
        request.attributes.extend(index.map(LinkAttribute::Link));
        Ok(match self {
            Self::Here => None,
            Self::Elsewhere(there, _) => Some(there.clone()),
            Self::Under(there, id) => {
                request.attributes.push(LinkAttribute::LinkNetNsId(*id));
                Some(there.clone())
            }
        })
    }
}

/// Makes a link under an index that nsl proposes, which saves looking it up; where that is taken, under the kernel's.
fn create(socket: &mut Socket, device: &Device, mut request: LinkMessage, index: Option<u32>) -> Result<u32> {
    let proposed = index.unwrap_or_else(propose_index);
    request.header.index = proposed;
    match socket.execute(RouteNetlinkMessage::NewLink(request.clone()), NEW) {
        Ok(()) => Ok(proposed),
        Err(error) if index.is_none() && index_is_taken(&error) && device.look_up(socket).is_err() => {
            request.header.index = 0;
            socket.execute(RouteNetlinkMessage::NewLink(request), NEW)?;
            device.look_up(socket)
        }
        Err(error) => Err(error),
    }
}

/// As [`create`], from the namespace `there`. Always under an index of nsl's: without one the kernel would look whether
/// the name is free there and not where the link goes (Linux `__rtnl_newlink`).
fn create_from(there: &Namespace, device: &Device, mut request: LinkMessage, index: Option<u32>) -> Result<u32> {
    for _ in 1..TRIES {
        request.header.index = index.unwrap_or_else(propose_index);
        let message = RouteNetlinkMessage::NewLink(request.clone());
        match there.with_socket(|socket| socket.execute(message, NEW)) {
            Ok(()) => return Ok(request.header.index),
            Err(error) if index.is_none() && index_is_taken(&error) && !device.is_there() => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::system(Errno::EBUSY))
}

/// Whether a refusal may mean that the index is another link's (Linux `dev_index_reserve`): a name that is taken is
/// refused in the same way.
pub(super) fn index_is_taken(error: &Error) -> bool {
    matches!(error.as_errno(), Some(Errno::EEXIST | Errno::EBUSY))
}

/// What has to follow the message that makes a link, and the proof that the kernel took the options of its kind.
fn finish(device: &Device, kind: &str, own: &Settings, rest: &LinkSpec) -> Result<()> {
    if let Some(aside) = kind::aside(Some(kind)).filter(|_| !own.is_empty()) {
        (aside.tell)(device, own)?;
    }
    if !rest.is_empty() {
        set::set(device, rest)?;
    }
    set::check_taken(device, kind, own)
}

/// Words that the index which a new link is to have is another's, where its name is not.
pub(super) fn word_index(error: Error, index: Option<u32>, is_there: bool) -> Error {
    match index {
        Some(index) if !is_there => {
            let rows = [(Errno::EEXIST, &explain::OBJECT_EXISTS), (Errno::EBUSY, &explain::OBJECT_EXISTS)];
            error.explain(&rows).with("what", format!("a link with the index {index}"))
        }
        _ => error,
    }
}

/// Words a refusal to make a link.
fn word(error: Error, device: &Device, kind: &str, spec: &LinkSpec, socket: &mut Socket) -> Error {
    let unknown_kind = error.as_errno() == Some(Errno::EOPNOTSUPP)
        && error.kernel_text().map_or(spec.options.is_empty(), |text| text.contains("Unknown device type"));
    if unknown_kind {
        let text = error.kernel_text();
        let error = kind::missing(kind).errno(Errno::EOPNOTSUPP).object(device);
        return text.into_iter().fold(error, Error::kernel);
    }
    let error = word_index(set::word_options(error, &spec.options), spec.index, device.look_up(socket).is_ok());
    let error = match &spec.link {
        Some(beneath) if kind::stands(kind) && error.kernel_text().is_none() => {
            let error = error.explain(&[(Errno::EBUSY, &explain::LINK_BENEATH_BUSY)]);
            error.with("beneath", beneath).with("type", kind)
        }
        _ => error,
    };
    let error = match &spec.master {
        Some(Master::Link(master)) => set::refused_master(error, master),
        _ => error,
    };
    refused(error, device, "creating a link", socket).with("what", format!("\"{kind}\" link \"{device}\""))
}
