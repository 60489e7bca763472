//! Changing a link: read first, write, and on a refusal write back what changed.
//!
//! A message with several options can fail half done (Linux sets the mtu before it refuses the master). A new name and a
//! new namespace go last, in a message of their own; what a move would undo (up, master) follows it.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkMessage};
use nix::errno::Errno;

use super::kind::{self, Side};
use super::xdp::Xdp;
use super::{Link, LinkSpec, Master, Settings, format_mac, list, message, more, refused, undo, vf};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, check_name};
use crate::kernel::{privilege, words};
use crate::netlink::Socket;

/// A new name, a new namespace, or both.
struct Relocation {
    to: Device,
    fd: Option<Arc<OwnedFd>>,
}

/// Changes `device` to what `spec` says, all or nothing, and gives the device under its new name and place.
///
/// `ENODEV` if it is not there. If what had been changed cannot be changed back, the error's notes say what stayed.
pub fn set(device: &Device, spec: &LinkSpec) -> Result<Device> {
    let relocation = relocation(device, spec).map_err(|error| error.object(device))?;
    let xdp =
        spec.xdp.as_ref().map(|xdp| xdp.for_hardware(device)).transpose().map_err(|error| error.object(device))?;
    let spec = &LinkSpec { xdp: xdp.flatten().or_else(|| spec.xdp.clone()), ..spec.clone() };
    let mut here = LinkSpec { name: None, netns: None, more: more::for_change(&spec.more), ..spec.clone() };
    let mut there = LinkSpec::default();
    if relocation.as_ref().is_some_and(|relocation| relocation.fd.is_some()) {
        // A move takes a link down and out of its bridge: these follow it.
        there.up = here.up.take();
        there.master = here.master.take();
        (there.options, here.options) = here.options.into_iter().partition(|(key, _)| kind::is_of_ports(key));
    }
    let index = device.namespace.with_socket(|socket| change(socket, device, &here, relocation.as_ref()))?;
    let place = match relocation {
        None => Device::known(&device.namespace, &device.name, index),
        // In another namespace it may have another index.
        Some(Relocation { to, fd }) => Device::relocated(&to.namespace, &to.name, fd.is_none().then_some(index)),
    };
    if there.is_empty() {
        return Ok(place);
    }
    place.namespace.with_socket(|socket| change(socket, &place, &there, None)).map_err(|error| {
        if place.to_string() != device.to_string() {
            error.note(format!("the link was moved, and is now \"{place}\""))
        } else {
            error
        }
    })?;
    Ok(place)
}

/// Where the link is to go, if it is to go anywhere.
fn relocation(device: &Device, spec: &LinkSpec) -> Result<Option<Relocation>> {
    // A device known by its index may be called otherwise by now.
    let same = |name: &str| device.known_index().is_none() && name == device.name;
    let name = spec.name.as_ref().filter(|name| !same(name));
    name.map_or(Ok(()), |name| check_name(name))?;
    let namespace = match &spec.netns {
        Some(target) if !target.same(&device.namespace)? => Some(target),
        _ => None,
    };
    if name.is_none() && namespace.is_none() {
        return Ok(None);
    }
    let current = match (name, device.known_index()) {
        (Some(name), _) => name.clone(),
        // The move tells the kernel a name, which must not be one the link had before.
        (None, Some(index)) => list::resolve(&device.namespace, index, &device.name)?.name,
        (None, None) => device.name.clone(),
    };
    let to = Device::relocated(namespace.unwrap_or(&device.namespace), &current, None);
    let fd = namespace.map(|namespace| namespace.open()).transpose()?;
    Ok(Some(Relocation { to, fd }))
}

/// Makes the changes of `spec`, then the relocation; if one is refused, undoes those that took effect. Gives the index
/// that the link has here.
fn change(socket: &mut Socket, device: &Device, spec: &LinkSpec, relocation: Option<&Relocation>) -> Result<u32> {
    let relocated = |socket: &mut Socket, device: &Device| match relocation {
        Some(relocation) => relocate(socket, device, relocation),
        None => Ok(()),
    };
    // One thing is done or not: there is nothing to undo, and nothing to read first.
    let one = spec.count() == 1 && spec.options.is_empty() && spec.more.is_empty() && relocation.is_none();
    if one || spec.is_empty() {
        let index = device.index_in(socket)?;
        let device = &Device::known(&device.namespace, &device.name, index);
        let done = if one { write_plain(socket, device, spec, message::indexed(index)) } else { Ok(()) };
        return done.and_then(|()| relocated(socket, device)).map(|()| index);
    }
    let before = list::get_in(socket, device)?;
    let mut spec = spec.clone();
    spec.broadcast = spec.broadcast.filter(|mac| before.broadcast.as_deref() != Some(&format_mac(mac)));
    spec.more.retain(|option| !before.more.contains(option));
    vf::keep_news(&mut spec.more, &before.more);
    let (spec, device) = (&spec, &Device::known(&device.namespace, &device.name, before.index));
    // A program that gives way is gone, unless it is held for the way back.
    let _held = spec.xdp.as_ref().map(|_| Xdp::again(before.xdp.as_ref()));
    let done = write(socket, device, spec, &before).and_then(|()| relocated(socket, device));
    done.map(|()| before.index).map_err(|error| match undo::undo(socket, device, spec, &before) {
        None => error,
        Some(stayed) => error.note(stayed),
    })
}

/// Writes all of `spec`: first what is the link's own, then what it has as a port of what may be a new master.
///
/// An option that has its value already is not written: a kernel may show one that it refuses to be told.
fn write(socket: &mut Socket, device: &Device, spec: &LinkSpec, before: &Link) -> Result<()> {
    let kind = before.kind.as_deref().unwrap_or(&before.link_type);
    let (own, mut port) = kind::split(kind, spec.options.clone());
    let news = kind::changes(kind, &before.data, &own);
    let mut request = message::indexed(before.index);
    let aside = kind::aside(Some(kind)).filter(|_| !news.is_empty());
    if let Some(aside) = aside {
        (aside.tell)(device, &news)?;
    }
    let news = if aside.is_some() { Settings::new() } else { news };
    if !news.is_empty() {
        let info = kind::own_info(kind, &news, &mut indexes(socket, device));
        message::inform(&mut request, info.map_err(|error| error.object(device))?);
        // Some (vxlan) take no mtu beside the options of their kind.
        if spec.mtu.is_some() {
            send(socket, device, spec, std::mem::replace(&mut request, message::indexed(before.index)))?;
        }
    }
    if spec.count() > 0 || !news.is_empty() {
        let done = write_plain(socket, device, spec, request.clone())
            .map_err(|error| if news.is_empty() { error } else { word_kept(error, kind, &news) });
        let is_refused = |error: &Error| matches!(error.as_errno(), Some(Errno::EOPNOTSUPP | Errno::EADDRNOTAVAIL));
        // Some (ifb; lo, in older kernels) refuse even the address that they have.
        if spec.address.is_some_and(|address| before.has_address(address)) && done.as_ref().is_err_and(is_refused) {
            write_plain(socket, device, &LinkSpec { address: None, ..spec.clone() }, request)?;
        } else {
            done?;
        }
    }
    check_taken_in(socket, device, kind, &own)?;
    more::rename(socket, before.index, &spec.more, &before.more)
        .map_err(|error| word_altname(error, device, &spec.more, &before.more, socket))?;
    let Some((key, _)) = port.first().cloned() else { return Ok(()) };
    let now = list::get_in(socket, device)?;
    let Some(master_kind) = now.port_kind.filter(|kind| kind::has(kind, Side::Port, &key)) else {
        let error = Error::new(&explain::LINK_OPTION_NEEDS_MASTER).with("key", key).with("link", device);
        return Err(error.object(device));
    };
    port.retain(|option| !now.port.contains(option));
    if port.is_empty() {
        return Ok(());
    }
    let mut request = message::indexed(before.index);
    let info = kind::port_info(&master_kind, &port, &mut indexes(socket, device));
    message::inform(&mut request, info.map_err(|error| error.object(device))?);
    let queue = words::integer(&port, "queue_id").filter(|_| master_kind == "bond");
    socket.execute(RouteNetlinkMessage::NewLink(request), 0).map_err(|error| {
        word(word_queue(error, queue), device, &LinkSpec { options: port, ..LinkSpec::default() }, socket)
    })
}

/// Finds the links that options name, in the device's namespace.
pub(super) fn indexes(socket: &mut Socket, device: &Device) -> impl FnMut(&str) -> Result<u32> {
    move |name| Device::new(&device.namespace, name)?.index_in(socket)
}

/// Writes what a link of any kind can be asked to be.
fn write_plain(socket: &mut Socket, device: &Device, spec: &LinkSpec, mut request: LinkMessage) -> Result<()> {
    let master = master_index(socket, device, spec.master.as_ref())?;
    // A bond takes no port that is up, which a kernel may make it first (Linux before 6.2).
    let up = spec.up.filter(|up| *up && master.is_some_and(|master| master != 0));
    let index = request.header.index;
    message::apply(&mut request, &LinkSpec { up: spec.up.xor(up), ..spec.clone() }, master)?;
    send(socket, device, spec, request)?;
    if up.is_some() {
        let mut request = message::indexed(index);
        message::apply(&mut request, &LinkSpec { up, ..LinkSpec::default() }, None)?;
        send(socket, device, &LinkSpec { up, ..LinkSpec::default() }, request)?;
    }
    Ok(())
}

fn relocate(socket: &mut Socket, device: &Device, relocation: &Relocation) -> Result<()> {
    let Relocation { to, fd } = relocation;
    let index = device.index_in(socket)?;
    // Linux moves a link first and looks at a new name then, which would leave it there under its old one.
    if fd.is_some() && to.name != device.name && to.is_there() {
        return Err(Error::new(&explain::LINK_EXISTS).errno(Errno::EEXIST).with("link", to).object(device));
    }
    let mut request = message::indexed(index);
    request.attributes.push(LinkAttribute::IfName(to.name.clone()));
    if let Some(fd) = fd {
        message::place(&mut request, fd.as_ref());
    }
    socket.execute(RouteNetlinkMessage::NewLink(request), 0).map_err(|error| {
        let row = match error.as_errno() {
            Some(Errno::EEXIST) => Some((Errno::EEXIST, &explain::LINK_EXISTS, to)),
            Some(Errno::EBUSY) => Some((Errno::EBUSY, &explain::LINK_RENAME_BUSY, device)),
            Some(errno @ (Errno::EINVAL | Errno::EOPNOTSUPP)) if fd.is_some() => {
                Some((errno, &explain::LINK_STAYS, device))
            }
            _ => None,
        };
        let error = match row {
            Some((errno, row, link)) => error.explain(&[(errno, row)]).with("link", link),
            None => error,
        };
        let left = list::query(socket, message::indexed(index)).is_err();
        let error = refused(error, device, "moving a link", socket);
        if left { error.note("the link was moved all the same, under its old name") } else { error }
    })
}

/// Sends a change and words its refusal.
fn send(socket: &mut Socket, device: &Device, spec: &LinkSpec, request: LinkMessage) -> Result<()> {
    socket.execute(RouteNetlinkMessage::NewLink(request), 0).map_err(|error| word(error, device, spec, socket))
}

/// Words the refusal of a change.
fn word(error: Error, device: &Device, spec: &LinkSpec, socket: &mut Socket) -> Error {
    let says_mtu = error.kernel_text().is_some_and(|text| text.contains("mtu"));
    let error = match spec.mtu {
        Some(mtu) if says_mtu => word_mtu(error, device, mtu, socket),
        _ => word_options(error, &spec.options),
    };
    let carrier = [(Errno::EOPNOTSUPP, &explain::LINK_CARRIER_FIXED)];
    let error = if spec.carrier.is_some() { error.explain(&carrier) } else { error };
    let error = word_functions(error, device, spec, socket);
    let error = match &spec.master {
        Some(Master::Link(master)) => refused_master(error, master),
        _ => error,
    };
    let keys: Vec<String> = spec.asked().map(|key| format!("\"{key}\"")).collect();
    let options = if keys.len() == 1 { "option" } else { "options" };
    refused(error, device, "changing a link", socket).with("what", format!("{options} {}", keys.join(", ")))
}

/// Words that a bond is told of a queue that it has not, which Linux says as if it were not permitted
/// (`bond_option_queue_id_set`).
fn word_queue(error: Error, queue: Option<i64>) -> Error {
    let is_permitted = !privilege::missing().contains(&"CAP_NET_ADMIN");
    let Some(queue) = queue.filter(|_| is_permitted && error.kernel_text().is_none()) else { return error };
    error.explain(&[(Errno::EPERM, &explain::BOND_QUEUE_MISSING)]).with("queue", queue).with("enough", queue + 1)
}

/// Words the refusal of a kind whose links take no change of options (Linux `rtnl_changelink`).
fn word_kept(error: Error, kind: &str, options: &Settings) -> Error {
    let keys = options.iter().map(|(key, _)| format!("\"{key}\"")).collect::<Vec<_>>().join(", ");
    let rows = [(Errno::EOPNOTSUPP, &explain::LINK_OPTION_KEPT)];
    let rows = if error.kernel_text().is_some() { &rows[..0] } else { &rows[..] };
    error.explain(rows).with("type", kind).with("keys", keys)
}

/// Words a refusal of further names: the kernel does not say which of them another link has.
fn word_altname(error: Error, device: &Device, wanted: &Settings, before: &Settings, socket: &mut Socket) -> Error {
    let taken = more::new_names(wanted, before).into_iter().find_map(|name| {
        let other = Device::new(&device.namespace, &name).ok()?;
        other.look_up(socket).is_ok().then_some(other)
    });
    let error = match taken {
        Some(other) => error.explain(&[(Errno::EEXIST, &explain::LINK_EXISTS)]).with("link", other),
        None => error,
    };
    refused(error, device, "naming a link", socket).with("what", "option \"altnames\"")
}

/// Words that a link whose hardware has no virtual functions is told some.
fn word_functions(error: Error, device: &Device, spec: &LinkSpec, socket: &mut Socket) -> Error {
    let has_some = |link: Link| words::find(&link.more, vf::VF).is_some();
    if words::find(&spec.more, vf::VF).is_none() || list::query(socket, message::about(device)).map_or(true, has_some) {
        return error;
    }
    error.explain(&[(Errno::EOPNOTSUPP, &explain::LINK_NO_FUNCTIONS)]).with("name", &device.name)
}

/// Words a refusal of options: the kernel says neither whose value is out of its range, nor which it was built without.
pub(super) fn word_options(error: Error, options: &Settings) -> Error {
    let keys = || options.iter().map(|(key, _)| key.as_ref());
    match error.as_errno() {
        Some(Errno::ERANGE) => {
            let keys = keys().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ");
            error.explain(&[(Errno::ERANGE, &explain::LINK_OPTION_RANGE)]).with("keys", keys)
        }
        Some(Errno::EOPNOTSUPP) if error.kernel_text().is_none() => match kind::option_missing(keys()) {
            Some(missing) => missing.errno(Errno::EOPNOTSUPP),
            None => error,
        },
        _ => error,
    }
}

fn word_mtu(error: Error, device: &Device, mtu: u32, socket: &mut Socket) -> Error {
    let Ok(link) = list::query(socket, message::about(device)) else { return error };
    let (least, most) = link.mtu_range;
    let most = if most == 0 { u32::MAX } else { most };
    let error = error.explain(&[(Errno::EINVAL, &explain::LINK_MTU_RANGE)]);
    error.with("mtu", mtu).with("least", least).with("most", most)
}

/// Words a refusal to make a port of `master`.
pub fn refused_master(error: Error, master: &Device) -> Error {
    let rows = [(Errno::EXFULL, &explain::BRIDGE_FULL), (Errno::EOPNOTSUPP, &explain::LINK_TAKES_NO_PORTS)];
    // With a text the kernel says more than that.
    let rows = if error.kernel_text().is_some() { &rows[..1] } else { &rows[..] };
    error.explain(rows).with("bridge", master).with("master", master)
}

/// The index of the master that is asked for, 0 for none; `EINVAL` if it is in another namespace.
pub(super) fn master_index(socket: &mut Socket, device: &Device, master: Option<&Master>) -> Result<Option<u32>> {
    match master {
        None => Ok(None),
        Some(Master::None) => Ok(Some(0)),
        Some(Master::Link(master)) if master.namespace.same(&device.namespace)? => master.index_in(socket).map(Some),
        Some(Master::Link(master)) => {
            let error = Error::new(&explain::LINK_MASTER_ELSEWHERE).with("master", master).with("link", device);
            Err(error.object(device))
        }
    }
}

/// Whether the kernel took each of the options: one that it was built without is passed over in silence.
pub(super) fn check_taken(device: &Device, kind: &str, asked: &Settings) -> Result<()> {
    device.namespace.with_socket(|socket| check_taken_in(socket, device, kind, asked))
}

fn check_taken_in(socket: &mut Socket, device: &Device, kind: &str, asked: &Settings) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let now = list::get_in(socket, device)?;
    let Some(key) = kind::ignored(kind, asked, &now.data) else { return Ok(()) };
    let plain = || Error::new(&explain::LINK_OPTION_MISSING).with("key", key).with("type", kind);
    Err(kind::option_missing(std::iter::once(key)).unwrap_or_else(plain).object(device))
}
