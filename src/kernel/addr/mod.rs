//! Addresses of links: add, replace, change, delete, list, flush. As `ip addr`: a broadcast address only when asked for.

mod filter;
mod list;
mod refusal;
mod spec;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use netlink_packet_route::RouteNetlinkMessage;
use nix::errno::Errno;

pub use self::filter::{FLAGS, Filter};
pub use self::list::*;
use self::refusal::{REFUSALS, check, with_known, word};
pub use self::spec::{AddrSpec, Broadcast, Lifetime};
use super::device::Device;
use crate::error::Result;

/// Adds an address. `EEXIST` if the link has it, `ENODEV` if there is no such link.
pub fn add(device: &Device, spec: &AddrSpec) -> Result<()> {
    write(device, spec, NLM_F_CREATE | NLM_F_EXCL, "adding an address")
}

/// Adds an address, or gives one that the link has other lifetimes and flags.
pub fn replace(device: &Device, spec: &AddrSpec) -> Result<()> {
    write(device, spec, NLM_F_CREATE | NLM_F_REPLACE, "changing an address")
}

/// Adds all addresses or none.
pub fn add_all(device: &Device, specs: &[AddrSpec]) -> Result<()> {
    for (place, spec) in specs.iter().enumerate() {
        if let Err(error) = add(device, spec) {
            for added in &specs[..place] {
                // The error that is reported is the one that led here.
                let _ = delete(device, added);
            }
            return Err(error);
        }
    }
    Ok(())
}

/// Gives an address that the link has other lifetimes and flags. One that it has not the kernel adds, as for `ip`.
pub fn change(device: &Device, spec: &AddrSpec) -> Result<()> {
    write(device, spec, NLM_F_REPLACE, "changing an address")
}

fn write(device: &Device, spec: &AddrSpec, flags: u16, doing: &'static str) -> Result<()> {
    check(device, spec)?;
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        socket
            .execute(RouteNetlinkMessage::NewAddress(spec.message(index)), flags)
            .map_err(|error| word(device.or_missing(error, socket), device, spec, doing))
    })
}

/// Deletes an address. `EADDRNOTAVAIL` if the link does not have it.
pub fn delete(device: &Device, spec: &AddrSpec) -> Result<()> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        socket.execute(RouteNetlinkMessage::DelAddress(spec.identity(index)), 0).map_err(|error| {
            let missing = error.as_errno() == Some(Errno::EADDRNOTAVAIL);
            let error = word(device.or_missing(error, socket), device, spec, "deleting an address");
            if missing { with_known(error, spec, &list_in(socket, Some(index)).unwrap_or_default()) } else { error }
        })
    })
}

/// Deletes the addresses of a link that the filter takes, the link-local ones too; how many there were.
pub fn flush(device: &Device, filter: &Filter) -> Result<usize> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        let mut addresses = list_of(socket, device, index)?;
        filter.keep(socket, &device.namespace, &mut addresses)?;
        let delete = |address: &Address| address.spec().removal(index);
        // With the first address of a network its other ones go too, so the last go first.
        for chunk in addresses.iter().rev().map(delete).collect::<Vec<_>>().chunks(100) {
            let outcomes = socket.batch_outcomes(chunk.to_vec());
            let refused = outcomes.into_iter().filter_map(Result::err);
            if let Some(error) = refused.into_iter().find(|error| error.as_errno() != Some(Errno::EADDRNOTAVAIL)) {
                return Err(error
                    .explain(REFUSALS)
                    .with("doing", "deleting addresses")
                    .with("capability", "CAP_NET_ADMIN")
                    .object(device));
            }
        }
        Ok(addresses.len())
    })
}
