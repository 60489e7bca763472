//! From what is asked for to the attributes of one `RTM_NEWLINK`.

use std::os::fd::AsRawFd;

use netlink_packet_core::{DefaultNla, Emitable};
use netlink_packet_route::link::{
    AfSpecInet6, AfSpecUnspec, In6AddrGenMode, LinkAttribute, LinkExtentMask, LinkFlags, LinkMessage,
};

use super::more;
use super::spec::{AddrGenMode, LinkSpec};
use super::xdp::Xdp;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::netlink::{Message, attr};

/// A message about the link called `name`.
pub(super) fn named(name: &str) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.attributes.push(LinkAttribute::IfName(name.to_owned()));
    message
}

/// A message about the link with this index.
pub(super) fn indexed(index: u32) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message
}

/// A message about a device: by its index where it is known by that, else by its name.
pub(super) fn about(device: &Device) -> LinkMessage {
    device.known_index().map_or_else(|| named(&device.name), indexed)
}

/// Adds what a link of any kind can be asked to be: all of `spec` but name, namespace, kind and options. `master` is
/// the index of the master that `spec` names, 0 for none. `EINVAL` for a value that an option cannot have.
pub(super) fn apply(message: &mut LinkMessage, spec: &LinkSpec, master: Option<u32>) -> Result<()> {
    let attributes = &mut message.attributes;
    attributes.extend(spec.mtu.map(LinkAttribute::Mtu));
    attributes.extend(spec.address.map(|mac| LinkAttribute::Address(mac.to_vec())));
    attributes.extend(spec.broadcast.map(|mac| LinkAttribute::Broadcast(mac.to_vec())));
    // Without a NUL at its end, which the kernel would count.
    let alias = |alias: &String| LinkAttribute::Other(DefaultNla::new(libc::IFLA_IFALIAS, alias.as_bytes().to_vec()));
    attributes.extend(spec.alias.as_ref().map(alias));
    attributes.extend(spec.group.map(LinkAttribute::Group));
    attributes.extend(spec.txqueuelen.map(LinkAttribute::TxQueueLen));
    attributes.extend(more::attributes(&spec.more)?);
    attributes.extend(spec.carrier.map(|on| LinkAttribute::Carrier(u8::from(on))));
    attributes.extend(master.map(LinkAttribute::Controller));
    let xdp = |xdp: &Xdp| LinkAttribute::Other(DefaultNla::new(libc::IFLA_XDP | attr::NESTED, xdp.bytes()));
    attributes.extend(spec.xdp.as_ref().map(xdp));
    attributes.extend(spec.addrgenmode.map(|mode| {
        let mode = AfSpecInet6::AddrGenMode(wire(mode));
        LinkAttribute::AfSpecUnspec(vec![AfSpecUnspec::Inet6(vec![mode])])
    }));
    let mut flag = |flag: LinkFlags, on: Option<bool>| {
        if let Some(on) = on {
            message.header.change_mask |= flag;
            message.header.flags.set(flag, on);
        }
    };
    flag(LinkFlags::Up, spec.up);
    flag(LinkFlags::Promisc, spec.promisc);
    flag(LinkFlags::Allmulti, spec.allmulticast);
    flag(LinkFlags::Multicast, spec.multicast);
    flag(LinkFlags::Dynamic, spec.dynamic);
    flag(LinkFlags::Notrailers, spec.trailers.map(|on| !on));
    flag(LinkFlags::Noarp, spec.arp.map(|on| !on));
    Ok(())
}

/// Adds the kind of the link, or of what it is a port of, with options (`kind::own_info`, `kind::port_info`).
pub(super) fn inform(message: &mut LinkMessage, info: Vec<u8>) {
    message.attributes.push(LinkAttribute::Other(DefaultNla::new(libc::IFLA_LINKINFO | attr::NESTED, info)));
}

/// A message as its bytes.
pub(super) fn bytes(message: &LinkMessage) -> Vec<u8> {
    let mut bytes = vec![0; message.buffer_len()];
    message.emit(&mut bytes);
    bytes
}

/// The request for what `message` names.
pub(super) fn get(mut message: LinkMessage) -> Message {
    // Virtual functions are told to those who ask for them.
    message.attributes.push(LinkAttribute::ExtMask(vec![LinkExtentMask::Vf]));
    Message { kind: libc::RTM_GETLINK, bytes: bytes(&message) }
}

/// Puts the link into the namespace behind `fd`.
pub(super) fn place(message: &mut LinkMessage, fd: &impl AsRawFd) {
    message.attributes.push(LinkAttribute::NetNsFd(fd.as_raw_fd()));
}

/// One queue each way: what a virtual link needs (measured for veth: 436 → 230 µs a pair).
pub(super) fn one_queue(message: &mut LinkMessage) {
    message.attributes.extend([LinkAttribute::NumTxQueues(1), LinkAttribute::NumRxQueues(1)]);
}

/// How the kernel numbers the mode.
pub(super) fn wire(mode: AddrGenMode) -> In6AddrGenMode {
    match mode {
        AddrGenMode::Eui64 => In6AddrGenMode::Eui64,
        AddrGenMode::None => In6AddrGenMode::None,
        AddrGenMode::StableSecret => In6AddrGenMode::StablePrivacy,
        AddrGenMode::Random => In6AddrGenMode::Random,
    }
}
