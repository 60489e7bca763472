//! What is wrong with an address: found before the kernel is asked, or in what it says.

use nix::errno::Errno;

use super::{AddrSpec, Address, Broadcast};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::device::Device;

/// What the kernel would take without a word, or refuse without one.
pub(super) fn check(device: &Device, spec: &AddrSpec) -> Result<()> {
    let wrong = |key: &str, expected: &str, got: String| {
        let error = Error::new(&explain::ADDRESS_OPTION).with("key", key).with("expected", expected);
        Err(error.with("got", got).object(device))
    };
    let is_ipv4 = spec.address.addr().is_ipv4();
    match (spec.peer, spec.broadcast, &spec.label) {
        (Some(peer), ..) if peer.is_ipv4() != is_ipv4 => wrong("peer", "of the address's family", peer.to_string()),
        (_, Some(Broadcast::Address(address)), _) if !is_ipv4 => {
            wrong("broadcast", "left out for IPv6", address.to_string())
        }
        (_, _, Some(label)) if label.len() > 15 => wrong("label", "at most 15 bytes long", label.clone()),
        (_, _, Some(label)) if !label.starts_with(&device.name) => {
            wrong("label", &format!("the link's name or begin with it (\"{}:1\")", device.name), label.clone())
        }
        _ => Ok(()),
    }
}

pub(super) const REFUSALS: &[(Errno, &crate::error::Row)] = &[
    (Errno::EPERM, &explain::NEEDS_CAPABILITY),
    (Errno::EEXIST, &explain::ADDRESS_EXISTS),
    (Errno::EADDRNOTAVAIL, &explain::ADDRESS_MISSING),
];

/// Words a refusal of the kernel's.
pub(super) fn word(error: Error, device: &Device, spec: &AddrSpec, doing: &'static str) -> Error {
    let no_ipv6 = [(Errno::EACCES, &explain::ADDRESS_NO_IPV6)];
    let error = if spec.address.addr().is_ipv6() { error.explain(&no_ipv6) } else { error };
    let label = device.namespace.label();
    error
        .explain(REFUSALS)
        .with("what", format!("address \"{}\"", spec.address))
        .with("doing", doing)
        .with("capability", "CAP_NET_ADMIN")
        .with("link", device)
        .with("address", spec.address)
        .with("ns", if label.is_empty() { "nil".to_owned() } else { format!("\"{label}\"") })
        .with("name", &device.name)
        .object(device)
}

/// Adds which addresses the link has.
pub(super) fn with_known(error: Error, spec: &AddrSpec, addresses: &[Address]) -> Error {
    let known: Vec<String> = addresses.iter().map(|address| address.address.to_string()).collect();
    let same = known.iter().zip(addresses).find(|(_, there)| there.address.addr() == spec.address.addr());
    let wanted = spec.address.to_string();
    let near = same.map(|(text, _)| text.as_str()).or_else(|| nearest(&wanted, known.iter().map(String::as_str)));
    match near {
        Some(near) => error.with("near", near).with("known", known.join(", ")),
        None if known.is_empty() => error.note("it has none"),
        None => error.note(format!("it has {}", known.join(", "))),
    }
}
