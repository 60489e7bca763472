//! Between namespaces and links: the devices that nodes have beside the ends of their links, so that ends find them as
//! masters. Those that stand on ends come once these are up.

use super::Site;
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::addr::{self, AddrSpec};
use crate::kernel::device::Device;
use crate::kernel::link::{self, LinkSpec, Master, kind};
use crate::lab::assign::device_index;
use crate::lab::plan::{NodeDevice, Wants};
use crate::wait::interrupt;

pub(in crate::lab) fn make(sites: &[Site<'_>]) -> Result<()> {
    for site in sites {
        make_those(site, |place| !is_late(site, place))?;
    }
    Ok(())
}

/// Makes the devices of a node that stand on its links.
pub(super) fn make_late(site: &Site<'_>) -> Result<()> {
    make_those(site, |place| is_late(site, place))
}

fn make_those(site: &Site<'_>, which: impl Fn(usize) -> bool) -> Result<()> {
    for (place, device) in site.node.devices.iter().enumerate().filter(|(place, _)| which(*place)) {
        interrupt::check()?;
        one(site, place, device).map_err(|error: Error| error.place(site.node.place.clone()))?;
    }
    Ok(())
}

/// Whether a device stands on a link of its node, or has to do with another device that does.
pub(in crate::lab) fn is_late(site: &Site<'_>, place: usize) -> bool {
    let (earlier, rest) = site.node.devices.split_at(place);
    let Some(device) = rest.first() else { return false };
    let wants = &device.wants;
    let kind = wants.spec.kind.as_deref().unwrap_or_default();
    let under = wants.link.as_deref().into_iter().chain(kind::named_links(kind, &wants.spec.options));
    let is_link = |name: &str| {
        site.assigned.interfaces.iter().any(|interface| interface.name == name)
            || site.assigned.bridge.as_ref().is_some_and(|bridge| bridge.name == name)
    };
    let with_late =
        |name: &str| earlier.iter().position(|other| other.name == name).is_some_and(|place| is_late(site, place));
    under.clone().any(is_link) || under.chain(wants.master.as_deref()).any(with_late)
}

/// Up unless it is told to be down: what a lab makes is there to be used.
pub(in crate::lab) fn one(site: &Site<'_>, place: usize, planned: &NodeDevice) -> Result<()> {
    let master = planned.wants.master.as_ref().and_then(|name| Some((name, index(site, name)?)));
    let link = planned.wants.link.as_ref().map(|name| beneath(site, name, &planned.name)).transpose()?;
    let spec = LinkSpec {
        link,
        up: planned.wants.spec.up.or(Some(true)),
        master: master.map(|(name, index)| Master::Link(site.device(name, index))),
        ..planned.wants.spec.clone()
    };
    let device = link::add_as(&site.device(&planned.name, device_index(place)), &spec, Some(device_index(place)))?;
    let address = |net: &ipnet::IpNet| AddrSpec { nodad: net.addr().is_ipv6(), ..AddrSpec::new(*net) };
    addr::add_all(&device, &planned.addresses.iter().map(address).collect::<Vec<_>>())
}

/// The link called `name` of the node, for its device `device` to stand on.
fn beneath(site: &Site<'_>, name: &str, device: &str) -> Result<Device> {
    let interfaces = || site.assigned.interfaces.iter();
    let end = interfaces().find(|interface| interface.name == name).map(|interface| interface.index);
    if let Some(index) = end.or_else(|| index(site, name)) {
        return Ok(site.device(name, index));
    }
    let error = Error::new(&explain::LAB_DEVICE_LINK).with("node", &site.node.name).with("link", name);
    let known = interfaces().map(|one| one.name.as_str()).chain(site.node.devices.iter().map(|one| one.name.as_str()));
    let near = nearest(name, known.filter(|other| *other != device));
    Err(error.with("name", device).near(near).object(&site.node.name))
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
