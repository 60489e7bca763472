//! Between namespaces and links: the devices that nodes have beside the ends of their links, so that ends find them as
//! masters.

use super::Site;
use crate::error::{Error, Result};
use crate::kernel::addr::{self, AddrSpec};
use crate::kernel::link::{self, LinkSpec, Master};
use crate::lab::assign::device_index;
use crate::lab::plan::{NodeDevice, Wants};
use crate::wait::interrupt;

pub(in crate::lab) fn make(sites: &[Site<'_>]) -> Result<()> {
    for site in sites {
        for (place, device) in site.node.devices.iter().enumerate() {
            interrupt::check()?;
            one(site, place, device).map_err(|error: Error| error.place(site.node.place.clone()))?;
        }
    }
    Ok(())
}

/// Up unless it is told to be down: what a lab makes is there to be used.
pub(in crate::lab) fn one(site: &Site<'_>, place: usize, planned: &NodeDevice) -> Result<()> {
    let master = planned.wants.master.as_ref().and_then(|name| Some((name, index(site, name)?)));
    let spec = LinkSpec {
        up: planned.wants.spec.up.or(Some(true)),
        master: master.map(|(name, index)| Master::Link(site.device(name, index))),
        ..planned.wants.spec.clone()
    };
    let device = link::add_as(&site.device(&planned.name, device_index(place)), &spec, Some(device_index(place)))?;
    let address = |net: &ipnet::IpNet| AddrSpec { nodad: net.addr().is_ipv6(), ..AddrSpec::new(*net) };
    addr::add_all(&device, &planned.addresses.iter().map(address).collect::<Vec<_>>())
}

/// The index of a device of the node, or of a switch's bridge.
pub(super) fn index(site: &Site<'_>, name: &str) -> Option<u32> {
    let place = site.node.devices.iter().position(|device| device.name == name).map(device_index);
    let bridge = site.assigned.bridge.as_ref().filter(|bridge| bridge.name == name);
    place.or(bridge.map(|bridge| bridge.index))
}

impl Wants {
    /// Whether some of it has to be done before the link is up, and cannot be by the message that makes it.
    pub(super) fn follows(&self) -> bool {
        self.master.is_some() || self.spec.addrgenmode.is_some() || self.spec.carrier.is_some()
    }
}
