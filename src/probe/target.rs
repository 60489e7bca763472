//! Which of a namespace's addresses to ask: one on a subnet that is shared, else the first.

use std::net::IpAddr;

use super::icmp::Family;
use crate::error::{Error, Result, explain};
use crate::kernel::addr::{self, Address};
use crate::kernel::namespace::Namespace;

/// The address of `to` that `from` should ask: of `family` if that is given, never a loopback's or a link-local one.
///
/// Errors: `to` has no such address (`EADDRNOTAVAIL`).
pub fn address_of(to: &Namespace, from: &Namespace, family: Option<Family>) -> Result<IpAddr> {
    let theirs = usable(addr::list(to)?, family);
    let ours = usable(addr::list(from)?, family);
    let shared = theirs.iter().find(|address| ours.iter().any(|own| own.address.contains(&address.address.addr())));
    match shared.or(theirs.first()) {
        Some(address) => Ok(address.address.addr()),
        None => Err(Error::new(&explain::PING_NO_ADDRESS).with("namespace", to.label()).object(to.label())),
    }
}

fn usable(addresses: Vec<Address>, family: Option<Family>) -> Vec<Address> {
    let fits = |address: &Address| {
        let address = address.address.addr();
        let wanted = match family {
            None => true,
            Some(Family::V4) => address.is_ipv4(),
            Some(Family::V6) => address.is_ipv6(),
        };
        let local = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
        wanted && !address.is_loopback() && !local
    };
    addresses.into_iter().filter(fits).collect()
}
