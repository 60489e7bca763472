//! Making a link of any kind but a veth pair across namespaces (`kind::veth`).

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::LinkMessage;
use nix::errno::Errno;

use super::{LinkSpec, Master, delete, kind, message, refused, set};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, propose_index};
use crate::netlink::Socket;

/// Makes the link `device` as `spec` says. All or nothing: what cannot be had in the kernel's first message follows, and
/// if that fails the link is deleted again.
///
/// `EEXIST` if the name is taken, `EINVAL` for a misspelt kind, `EOPNOTSUPP` for a kind this kernel lacks.
pub fn add(device: &Device, spec: &LinkSpec) -> Result<Device> {
    add_as(device, spec, None)
}

/// As [`add`], under this interface index where one is given; `EBUSY` if it is another's.
pub fn add_as(device: &Device, spec: &LinkSpec, index: Option<u32>) -> Result<Device> {
    let Some(kind) = &spec.kind else {
        return Err(Error::new(&explain::LINK_NEEDS_TYPE).object(device));
    };
    kind::check_kind(kind).map_err(|error| error.object(device))?;
    let (first, mut rest) = spec.split_for_new();
    let mut request = message::named(&device.name);
    if kind != "tun" {
        message::one_queue(&mut request);
    }
    let (own, port) = first.options.iter().cloned().partition(|(key, _)| is_own(kind, key));
    rest.options = port;
    let own: super::Settings = own;
    message::inform(&mut request, kind::own_info(kind, &own).map_err(|error| error.object(device))?);
    let index = device.namespace.with_socket(|socket| {
        let master = set::master_index(socket, device, first.master.as_ref())?;
        message::apply(&mut request, &first, master);
        create(socket, device, request, index).map_err(|error| word(error, device, kind, spec, socket))
    })?;
    let device = &Device::known(&device.namespace, &device.name, index);
    let finished = finish(device, kind, &own, &rest);
    if finished.is_err() {
        // The first error is the one to tell; a link that is gone already needs no deleting.
        let _ = delete(device);
    }
    finished.map(|()| device.clone())
}

/// Makes a link under an index that nsl proposes, which saves looking it up; where that is taken, under the kernel's.
fn create(socket: &mut Socket, device: &Device, mut request: LinkMessage, index: Option<u32>) -> Result<u32> {
    let proposed = index.unwrap_or_else(propose_index);
    request.header.index = proposed;
    let flags = NLM_F_CREATE | NLM_F_EXCL;
    match socket.execute(RouteNetlinkMessage::NewLink(request.clone()), flags) {
        Ok(()) => Ok(proposed),
        Err(error) if index.is_none() && index_is_taken(&error) && device.look_up(socket).is_err() => {
            request.header.index = 0;
            socket.execute(RouteNetlinkMessage::NewLink(request), flags)?;
            device.look_up(socket)
        }
        Err(error) => Err(error),
    }
}

/// Whether a refusal may mean that the index is another link's (Linux `dev_index_reserve`): a name that is taken is
/// refused in the same way.
pub(super) fn index_is_taken(error: &Error) -> bool {
    matches!(error.as_errno(), Some(Errno::EEXIST | Errno::EBUSY))
}

/// An option that only a port has is one of the master's kind; all others are the kind's own to judge.
fn is_own(kind: &str, key: &str) -> bool {
    kind::has(kind, kind::Side::Own, key) || !kind::has("bridge", kind::Side::Port, key)
}

/// What has to follow the message that makes a link, and the proof that the kernel took the options of its kind.
fn finish(device: &Device, kind: &str, own: &super::Settings, rest: &LinkSpec) -> Result<()> {
    if !rest.is_empty() {
        set::set(device, rest)?;
    }
    set::check_taken(device, kind, own)
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
    let error = set::word_options(error, &spec.options, kind);
    let error = match &spec.master {
        Some(Master::Link(master)) => set::refused_master(error, master),
        _ => error,
    };
    refused(error, device, "creating a link", socket)
}
