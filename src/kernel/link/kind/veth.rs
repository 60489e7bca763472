//! Kinds whose links come in pairs, veth before all: made straight in both namespaces by one message.
//!
//! The message goes out at home and names both namespaces, so that neither end is ever anywhere else.

use std::os::fd::OwnedFd;

use netlink_packet_route::link::LinkMessage;
use nix::errno::Errno;

use super::{INFO_DATA, INFO_KIND, Kind, Side, encode, info, missing, split_off};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{self, Device, propose_index};
use crate::kernel::link::add::{index_is_taken, word_index};
use crate::kernel::link::request::{self, NewEnd};
use crate::kernel::link::{LinkSpec, Settings, delete, message, set};
use crate::kernel::namespace::{Namespace, are_same};
use crate::kernel::words::Form::{Names32, Switch8, U16, Words32};
use crate::kernel::words::{self, Word, fact, option};
use crate::netlink::attr;

/// `VETH_INFO_PEER`; vxcan and netkit number theirs alike.
const PEER: u16 = 1;

pub(super) const KINDS: &[Kind] = &[
    Kind { own: NETKIT, pair: true, ..Kind::new("netkit", "netkit", "CONFIG_NETKIT") },
    Kind { pair: true, ..Kind::new("veth", "veth", "CONFIG_VETH") },
    Kind { pair: true, ..Kind::new("vxcan", "vxcan", "CONFIG_CAN_VXCAN") },
];

const POLICIES: &[(u32, &str)] = &[(0, "forward"), (2, "blackhole")];
const SCRUBS: &[&str] = &["none", "default"];

/// `IFLA_NETKIT_*`; what it does with packets where no program decides.
const NETKIT: &[Word] = &[
    fact("primary", 2, Switch8),
    option("policy", 3, Names32(POLICIES)),
    option("peer_policy", 4, Names32(POLICIES)),
    option("mode", 5, Words32(&["l2", "l3"])),
    option("scrub", 6, Words32(SCRUBS)),
    option("peer_scrub", 7, Words32(SCRUBS)),
    option("headroom", 8, U16),
    option("tailroom", 9, U16),
];

/// How often names are chosen anew when others take them meanwhile.
const TRIES: usize = 10;

/// The mtu that an end can have, in bytes (Linux `ETH_MIN_MTU`, `ETH_MAX_MTU`).
pub const MTU: std::ops::RangeInclusive<u32> = 68..=65535;

/// One end of a pair to be made.
#[derive(Debug)]
pub struct End<'a> {
    /// Where it is made.
    pub namespace: &'a Namespace,
    /// Its name; none: the first `veth0`, `veth1` … of its kind that is free there.
    pub name: Option<&'a str>,
    /// What it should be.
    pub spec: &'a LinkSpec,
}

/// Makes a pair and gives its ends' devices. All or nothing: if an end cannot be had as asked, neither is left.
///
/// `EEXIST` names the end whose name is taken.
pub fn veth(a: &End<'_>, b: &End<'_>) -> Result<(Device, Device)> {
    pair("veth", a, b)
}

/// As [`veth`], of any kind whose links come in pairs; the kind's options are those of the first end.
pub fn pair(kind: &str, a: &End<'_>, b: &End<'_>) -> Result<(Device, Device)> {
    let chosen = a.name.is_none() || b.name.is_none();
    for _ in 1..TRIES {
        match make(kind, a, b) {
            Err(error) if chosen && error.is(&explain::LINK_EXISTS) => {}
            made => return made,
        }
    }
    make(kind, a, b)
}

fn make(kind: &str, a: &End<'_>, b: &End<'_>) -> Result<(Device, Device)> {
    // Open until the message is sent: it names them by number.
    let (fd_a, fd_b) = (a.namespace.open()?, b.namespace.open()?);
    let together = are_same(&fd_a, &fd_b)?;
    let end_a = device(kind, a, b.name.filter(|_| together))?;
    let end_b = device(kind, b, Some(end_a.name.as_str()).filter(|_| together))?;
    if together && end_a.name == end_b.name {
        return Err(Error::new(&explain::VETH_SAME_END).with("link", &end_a).object(&end_a));
    }
    let (first_a, rest_a, own) = without_options(kind, a.spec);
    let (mut first_b, mut rest_b, own_b) = without_options(kind, b.spec);
    rest_b.options.extend(own_b);
    // The kernel refuses to bring up a peer whose other end is not there yet (ENOTCONN).
    rest_b.up = first_b.up.take().or(rest_b.up);
    let own = encode(kind, Side::Own, &own, &mut words::no_links).map_err(|error| error.object(&end_a))?;
    let (end_a, end_b) = create((kind, &own), (&end_a, &first_a, &fd_a), (&end_b, &first_b, &fd_b))?;
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

/// What the message that makes an end can hold, the rest, and the options of the pair.
fn without_options(kind: &str, spec: &LinkSpec) -> (LinkSpec, LinkSpec, Settings) {
    let (mut first, mut rest) = spec.split_for_new();
    let (own, port) = split_off(kind, std::mem::take(&mut first.options));
    rest.options = port;
    rest.master = first.master.take();
    (first, rest, own)
}

/// Makes the pair in one message, under indexes that nsl proposes; where one is taken, under the kernel's.
fn create<'a>((kind, own): (&str, &[u8]), a: Half<'a>, b: Half<'a>) -> Result<(Device, Device)> {
    let end = |(end, spec, namespace): Half<'a>, index| NewEnd { namespace, name: &end.name, index, spec };
    let pair = |index_a, index_b| {
        let (message, flags) = request::pair((kind, own), &end(a, index_a), &end(b, index_b))?;
        Namespace::home().with_socket(|socket| socket.execute(message, flags))
    };
    let known = |end: &Device, index| Device::known(&end.namespace, &end.name, index);
    let (asked_a, asked_b) = (a.1.index, b.1.index);
    let (index_a, index_b) = (asked_a.unwrap_or_else(propose_index), asked_b.unwrap_or_else(propose_index));
    match pair(index_a, index_b) {
        Ok(()) => Ok((known(a.0, index_a), known(b.0, index_b))),
        Err(error) if index_is_taken(&error) && !a.0.is_there() && !b.0.is_there() => {
            if let Some(index) = asked_a.or(asked_b) {
                return Err(word_index(error, Some(index), false).object(a.0));
            }
            pair(0, 0).map_err(|error| refused_pair(error, kind, a.0, b.0))?;
            Ok((known(a.0, a.0.index()?), known(b.0, b.0.index()?)))
        }
        Err(error) => Err(refused_pair(error, kind, a.0, b.0)),
    }
}

/// A pair with its options (encoded), for `IFLA_LINKINFO`; `peer` is the message about the other end.
pub(in crate::kernel::link) fn pair_info((kind, own): (&str, &[u8]), peer: &LinkMessage) -> Vec<u8> {
    let mut options = own.to_vec();
    attr::put(&mut options, PEER, &message::bytes(peer));
    info((INFO_KIND, kind), (INFO_DATA, &options))
}

/// The device of an end; if its name is left to choose, one that is free and not `taken` by the other end.
fn device(kind: &str, end: &End<'_>, taken: Option<&str>) -> Result<Device> {
    if let Some(name) = end.name {
        return Device::new(end.namespace, name);
    }
    let names = end.namespace.with_socket(device::names)?;
    let is_free = |name: &String| !names.contains(name) && taken != Some(name);
    let free = (0u32..).map(|number| format!("{kind}{number}")).find(is_free);
    Device::new(end.namespace, &free.unwrap_or_default())
}

/// Words a refusal to make a veth pair.
pub fn refused(error: Error, a: &Device, b: &Device) -> Error {
    refused_pair(error, "veth", a, b)
}

/// A taken name is looked up, because the kernel does not say whose it is.
fn refused_pair(error: Error, kind: &str, a: &Device, b: &Device) -> Error {
    let (object, error) = match error.as_errno() {
        Some(Errno::EEXIST) => {
            let taken = if a.index().is_err() && b.index().is_ok() { b } else { a };
            (taken, error.explain(&[(Errno::EEXIST, &explain::LINK_EXISTS)]).with("link", taken))
        }
        Some(Errno::EOPNOTSUPP) => {
            let missing = missing(kind).errno(Errno::EOPNOTSUPP);
            (a, error.kernel_text().into_iter().fold(missing, Error::kernel))
        }
        _ => (a, error.explain(&[(Errno::EPERM, &explain::NEEDS_CAPABILITY)])),
    };
    error.with("doing", format!("creating a {kind} pair")).with("capability", "CAP_NET_ADMIN").object(object)
}
