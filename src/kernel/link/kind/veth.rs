//! Veth pairs, made straight in both namespaces by one message.
//!
//! The message goes out at home and names both namespaces, so that neither end is ever anywhere else.

use std::os::fd::OwnedFd;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{InfoData, InfoKind, InfoVeth, LinkInfo, LinkMessage};
use nix::errno::Errno;

use crate::error::{Error, Result, explain};
use crate::kernel::device::{self, Device, propose_index};
use crate::kernel::link::add::index_is_taken;
use crate::kernel::link::{LinkSpec, delete, kind, message, set};
use crate::kernel::namespace::{Namespace, are_same};

/// How often names are chosen anew when others take them meanwhile.
const TRIES: usize = 10;

/// The mtu that an end can have, in bytes (Linux `ETH_MIN_MTU`, `ETH_MAX_MTU`).
pub const MTU: std::ops::RangeInclusive<u32> = 68..=65535;

/// One end of a pair to be made.
#[derive(Debug)]
pub struct End<'a> {
    /// Where it is made.
    pub namespace: &'a Namespace,
    /// Its name; none: the first `veth0`, `veth1` … that is free there.
    pub name: Option<&'a str>,
    /// What it should be.
    pub spec: &'a LinkSpec,
}

/// Makes a pair and gives its ends' devices. All or nothing: if an end cannot be had as asked, neither is left.
///
/// `EEXIST` names the end whose name is taken.
pub fn veth(a: &End<'_>, b: &End<'_>) -> Result<(Device, Device)> {
    let chosen = a.name.is_none() || b.name.is_none();
    for _ in 1..TRIES {
        match make(a, b) {
            Err(error) if chosen && error.is(&explain::LINK_EXISTS) => {}
            made => return made,
        }
    }
    make(a, b)
}

fn make(a: &End<'_>, b: &End<'_>) -> Result<(Device, Device)> {
    // Open until the message is sent: it names them by number.
    let (fd_a, fd_b) = (a.namespace.open()?, b.namespace.open()?);
    let together = are_same(&fd_a, &fd_b)?;
    let end_a = device(a, b.name.filter(|_| together))?;
    let end_b = device(b, Some(end_a.name.as_str()).filter(|_| together))?;
    if together && end_a.name == end_b.name {
        return Err(Error::new(&explain::VETH_SAME_END).with("link", &end_a).object(&end_a));
    }
    let (first_a, rest_a) = without_options(a.spec);
    let (mut first_b, mut rest_b) = without_options(b.spec);
    // The kernel refuses to bring up a peer whose other end is not there yet (ENOTCONN).
    rest_b.up = first_b.up.take().or(rest_b.up);
    let (end_a, end_b) = create((&end_a, &first_a, &fd_a), (&end_b, &first_b, &fd_b))?;
    for (end, rest) in [(&end_a, &rest_a), (&end_b, &rest_b)] {
        if rest.is_empty() {
            continue;
        }
        if let Err(error) = set(end, rest) {
            // The first error is the one to tell.
            let _ = delete(&end_a);
            return Err(error);
        }
    }
    for (inside, outside) in [(&end_a, &end_b), (&end_b, &end_a)] {
        // A pair that leads out of an anonymous namespace ends with it, at once.
        if inside.namespace.is_anonymous() && !outside.namespace.is_anonymous() {
            inside.namespace.remember_outside_link(&outside.namespace, outside.index()?);
        }
    }
    Ok((end_a, end_b))
}

/// What the message says of one end: where it is to be, what, and the open namespace of that.
type Half<'a> = (&'a Device, &'a LinkSpec, &'a OwnedFd);

/// What the message that makes an end can hold, and the rest: an end has no options of its own, but a port's.
fn without_options(spec: &LinkSpec) -> (LinkSpec, LinkSpec) {
    let (mut first, mut rest) = spec.split_for_new();
    rest.options = std::mem::take(&mut first.options);
    rest.master = first.master.take();
    (first, rest)
}

/// Makes the pair in one message, under indexes that nsl proposes; where one is taken, under the kernel's.
fn create(a: Half<'_>, b: Half<'_>) -> Result<(Device, Device)> {
    let pair = |index_a, index_b| {
        let mut message = request(a, index_a);
        let peer = InfoData::Veth(InfoVeth::Peer(request(b, index_b)));
        message::inform(&mut message, vec![LinkInfo::Kind(InfoKind::Veth), LinkInfo::Data(peer)]);
        let flags = NLM_F_CREATE | NLM_F_EXCL;
        Namespace::home().with_socket(|socket| socket.execute(RouteNetlinkMessage::NewLink(message), flags))
    };
    let known = |end: &Device, index| Device::known(&end.namespace, &end.name, index);
    let (index_a, index_b) = (propose_index(), propose_index());
    match pair(index_a, index_b) {
        Ok(()) => Ok((known(a.0, index_a), known(b.0, index_b))),
        Err(error) if index_is_taken(&error) && !a.0.is_there() && !b.0.is_there() => {
            pair(0, 0).map_err(|error| refused(error, a.0, b.0))?;
            Ok((known(a.0, a.0.index()?), known(b.0, b.0.index()?)))
        }
        Err(error) => Err(refused(error, a.0, b.0)),
    }
}

/// The message about one end.
fn request((end, spec, namespace): Half<'_>, index: u32) -> LinkMessage {
    let mut request = message::named(&end.name);
    request.header.index = index;
    message::apply(&mut request, spec, None);
    message::one_queue(&mut request);
    message::place(&mut request, namespace);
    request
}

/// The device of an end; if its name is left to choose, one that is free and not `taken` by the other end.
fn device(end: &End<'_>, taken: Option<&str>) -> Result<Device> {
    if let Some(name) = end.name {
        return Device::new(end.namespace, name);
    }
    let names = end.namespace.with_socket(device::names)?;
    let is_free = |name: &String| !names.contains(name) && taken != Some(name);
    let free = (0u32..).map(|number| format!("veth{number}")).find(is_free);
    Device::new(end.namespace, &free.unwrap_or_default())
}

/// Words a refusal to make a pair: a taken name is looked up, because the kernel does not say whose it is.
pub fn refused(error: Error, a: &Device, b: &Device) -> Error {
    let (object, error) = match error.as_errno() {
        Some(Errno::EEXIST) => {
            let taken = if a.index().is_err() && b.index().is_ok() { b } else { a };
            (taken, error.explain(&[(Errno::EEXIST, &explain::LINK_EXISTS)]).with("link", taken))
        }
        Some(Errno::EOPNOTSUPP) => {
            let missing = kind::missing("veth").errno(Errno::EOPNOTSUPP);
            (a, error.kernel_text().into_iter().fold(missing, Error::kernel))
        }
        _ => (a, error.explain(&[(Errno::EPERM, &explain::NEEDS_CAPABILITY)])),
    };
    error.with("doing", "creating a veth pair").with("capability", "CAP_NET_ADMIN").object(object)
}
