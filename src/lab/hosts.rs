//! Interfaces of nsl's own namespace that nodes have while a lab is up: moved in, and given back with all that they had.

use super::assign::Assigned;
use super::live::LiveNode;
use super::plan::Plan;
use super::registry::Entry;
use super::state::is_gone;
use crate::error::{Error, Place, Result, explain};
use crate::kernel::addr::{self, AddrSpec};
use crate::kernel::device::Device;
use crate::kernel::link::{self, Borrowed, LinkSpec, Master};
use crate::kernel::namespace::publish::Known;
use crate::kernel::namespace::{Group, Namespace, publish};
use crate::kernel::{route, sysctl};
use crate::lab::build::settings;
use crate::wait::interrupt;

/// An interface that is lent to a node.
#[derive(Debug, Clone)]
pub(super) struct Loan {
    namespace: Namespace,
    /// How others find the namespace, where it has a name.
    known: Option<Known>,
    link: Borrowed,
}

/// An interface that is to be lent: the places of its node and of itself in the plan.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) node: usize,
    place: usize,
    link: Borrowed,
}

impl Loan {
    /// As a manifest has it.
    pub(super) fn new(known: Known, link: Borrowed) -> Self {
        Self { namespace: publish::known(&known, Group::another()), known: Some(known), link }
    }

    /// What another process needs to give it back.
    pub(super) fn to_tell(&self) -> Option<(Known, Borrowed)> {
        Some((self.known.clone()?, self.link.clone()))
    }

    /// Whether it is the interface with this index of that namespace.
    pub(super) fn is(&self, namespace: &Namespace, index: Option<u32>) -> bool {
        let same = self.namespace.same(namespace).unwrap_or(false);
        same && index.is_none_or(|index| self.link.index() == Some(index))
    }

    /// Its name at home.
    pub(super) fn device(&self) -> &str {
        &self.link.name
    }

    pub(super) fn move_in(&mut self) -> Result<Device> {
        self.link.move_to(&self.namespace)
    }

    /// Gives it back; where its namespace is gone the kernel has done with it what it does.
    pub(super) fn end(&self) -> Result<()> {
        match self.link.give_back(&self.namespace) {
            Err(error) if is_gone(&error) => Ok(()),
            ended => ended,
        }
    }
}

/// The interfaces of some nodes, by the places of these in the plan.
pub(super) fn of_nodes(plan: &Plan, nodes: impl IntoIterator<Item = usize>) -> Vec<(usize, usize)> {
    let all = |node: usize| (0..plan.nodes[node].hosts.len()).map(move |place| (node, place));
    nodes.into_iter().flat_map(all).collect()
}

/// Looks at interfaces (places of their nodes and of themselves) before anything is changed.
///
/// Errors: there is none of this name (`ENODEV`), with the line.
pub(super) fn look(plan: &Plan, wanted: Vec<(usize, usize)>) -> Result<Vec<Arrival>> {
    let look = |(node, place): (usize, usize)| {
        let host = &plan.nodes[node].hosts[place];
        let link = Borrowed::look(&host.device, host.name()).map_err(|error| error.place(host.place.clone()))?;
        Ok(Arrival { node, place, link })
    };
    wanted.into_iter().map(look).collect()
}

/// Moves an interface into its node, and makes it there what the plan says.
///
/// Errors: it cannot be moved, or the kernel refuses what is asked for, with the line.
pub(super) fn admit(plan: &Plan, assigned: &Assigned, arrival: Arrival, live: &LiveNode, entry: &Entry) -> Result<()> {
    interrupt::check()?;
    let Arrival { node, place, link } = arrival;
    let planned = &plan.nodes[node];
    let host = &planned.hosts[place];
    let outside = planned.existing.as_ref().map_or(&live.namespace, |existing| &existing.namespace);
    let known = outside.name().map(|name| Ok::<_, Error>((name.to_owned(), outside.cookie()?))).transpose()?;
    let declared = |error: Error| error.place(host.place.clone());
    let loan = Loan { namespace: live.namespace.clone(), known, link };
    let device = entry.lend(loan).map_err(declared)?;
    let bridge = assigned.nodes[node].bridge.as_ref();
    let bridge = bridge.map(|bridge| Device::new(&live.namespace, &bridge.name)).transpose()?;
    let spec = LinkSpec {
        up: Some(true),
        mtu: host.mtu,
        address: host.mac,
        master: bridge.map(Master::Link),
        ..LinkSpec::default()
    };
    let address = |net: &ipnet::IpNet| AddrSpec { nodad: net.addr().is_ipv6(), ..AddrSpec::new(*net) };
    let addresses: Vec<AddrSpec> = host.addresses.iter().map(address).collect();
    link::set(&device, &spec).and_then(|_| addr::add_all(&device, &addresses)).map_err(declared)?;
    Ok(())
}

/// What of a new node has to wait for its interfaces from outside: their sysctls, and routes over them.
pub(super) fn finish(plan: &Plan, assigned: &Assigned, node: usize, namespace: &Namespace) -> Result<()> {
    let (planned, of) = (&plan.nodes[node], &assigned.nodes[node]);
    if of.hosts.is_empty() {
        return Ok(());
    }
    let place = || -> Option<Place> { planned.place.clone() };
    for (key, value) in planned.sysctl.iter().filter(|(key, _)| settings::needs_host(key, of)) {
        sysctl::write(namespace, key, value).map_err(|error| error.place(place()))?;
    }
    for route in of.routes.iter().filter(|route| of.goes_outside(route)) {
        route::replace(namespace, &route.spec(of)).map_err(|error| error.place(place()))?;
    }
    Ok(())
}

/// A lab's interface that is to be given back in another namespace than it was taken from.
pub(super) fn elsewhere(link: &Borrowed) -> Error {
    Error::new(&explain::LAB_HOST_ELSEWHERE).with("device", &link.name).object(&link.name)
}
