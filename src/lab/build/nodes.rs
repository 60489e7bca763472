//! Third phase: what is inside each node — addresses, ports, links up, routes — in one batch a node; then what stands on
//! its links.

use super::namespaces::LOOPBACK;
use super::{Phase, Progress, Report, Site, devices, settings};
use crate::error::{Error, Place, Result};
use crate::kernel::addr::AddrSpec;
use crate::kernel::device::Device;
use crate::kernel::link::request::{self, Request};
use crate::kernel::link::{self, AddrGenMode, LinkSpec};
use crate::kernel::sysctl;
use crate::kernel::tc::Shape;
use crate::lab::assign::{Assigned, Route};
use crate::lab::plan::{DEFAULT_VLAN, End, Link, Plan, Wants};
use crate::wait::interrupt;

/// How many nodes are done between two reports.
const STRIDE: usize = 16;

/// What is being built.
struct Lab<'a> {
    plan: &'a Plan,
    assigned: &'a Assigned,
}

/// Configures what is new of each node.
pub(in crate::lab) fn configure(
    plan: &Plan,
    assigned: &Assigned,
    sites: &mut [Site<'_>],
    report: Report<'_>,
) -> Result<()> {
    let lab = Lab { plan, assigned };
    let total = sites.len();
    for (done, site) in sites.iter_mut().enumerate() {
        if done % STRIDE == 0 {
            interrupt::check()?;
            report(Progress { phase: Phase::Nodes, done, total });
        }
        let place = || site.node.place.clone();
        for (key, value) in settings::of_interfaces(site.node, site.assigned).filter(|_| site.joined.is_none()) {
            if settings::needs_host(key, site.assigned) {
                continue;
            }
            sysctl::write(&site.namespace, key, value).map_err(|error| error.place(place()))?;
        }
        let orders = orders(&lab, site).map_err(|error| error.object(&site.node.name).place(place()))?;
        carry_out(plan, site, orders)?;
        other_options(&lab, site)?;
        if site.joined.is_none() {
            devices::make_late(site)?;
        }
    }
    Ok(())
}

/// What a request of the batch is about, for the words of its refusal.
enum About<'a> {
    Loopback(AddrSpec),
    Interface(usize),
    Address(usize, AddrSpec),
    Shape(usize, Shape),
    Bridge,
    Route(&'a Route),
}

/// The requests for one node, in the order in which they are made.
struct Orders<'a> {
    requests: Vec<Request>,
    about: Vec<About<'a>>,
}

impl<'a> Orders<'a> {
    fn push(&mut self, request: Request, about: About<'a>) {
        self.requests.push(request);
        self.about.push(about);
    }
}

fn orders<'a>(lab: &Lab<'_>, site: &Site<'a>) -> Result<Orders<'a>> {
    let mut orders = Orders { requests: Vec::new(), about: Vec::new() };
    if let Some(interfaces) = &site.joined {
        for &place in interfaces {
            interface_orders(lab, site, place, &mut orders)?;
        }
        return Ok(orders);
    }
    for address in &site.node.addresses {
        let spec = address_spec(*address);
        orders.push(spec.request(LOOPBACK), About::Loopback(spec));
    }
    for place in 0..site.assigned.interfaces.len() {
        interface_orders(lab, site, place, &mut orders)?;
    }
    if let Some(bridge) = &site.assigned.bridge {
        // Last, so that its ports all begin at once.
        orders.push(request::change(bridge.index, &up(), None)?, About::Bridge);
    }
    for route in site.assigned.routes.iter().filter(|route| !site.assigned.goes_outside(route)) {
        let request = route.spec(site.assigned).request(&mut |name| index(site, name))?;
        orders.push(request, About::Route(route));
    }
    Ok(orders)
}

fn interface_orders(lab: &Lab<'_>, site: &Site<'_>, place: usize, orders: &mut Orders<'_>) -> Result<()> {
    let interface = &site.assigned.interfaces[place];
    for address in &interface.addresses {
        let spec = address_spec(*address);
        orders.push(spec.request(interface.index), About::Address(place, spec));
    }
    bring_up(lab, site, place, orders)
}

fn address_spec(address: ipnet::IpNet) -> AddrSpec {
    // It is known that nobody else has it.
    AddrSpec { nodad: address.addr().is_ipv6(), ..AddrSpec::new(address) }
}

fn up() -> LinkSpec {
    LinkSpec { up: Some(true), ..LinkSpec::default() }
}

/// Sets an interface up that is not, as a port where it is one; and what the message that made it could not hold.
fn bring_up(lab: &Lab<'_>, site: &Site<'_>, place: usize, orders: &mut Orders<'_>) -> Result<()> {
    let interface = &site.assigned.interfaces[place];
    let mut order = |spec: &LinkSpec, master| -> Result<()> {
        orders.push(request::change(interface.index, spec, master)?, About::Interface(place));
        Ok(())
    };
    if site.ipv6 && !interface.ipv6 {
        // The kernel sets a link up before it reads this of the same message.
        order(&LinkSpec { addrgenmode: Some(AddrGenMode::None), ..LinkSpec::default() }, None)?;
    }
    let wants = wants(lab, site, place);
    let (_, rest) = wants.spec.split_for_new();
    if rest.addrgenmode.is_some() || rest.carrier.is_some() {
        order(&LinkSpec { alias: None, ..rest.clone() }, None)?;
    }
    // Whoever finds it there is told whose it is.
    let mark = site.node.existing.is_some().then(|| lab.plan.mark());
    let spec = LinkSpec { up: (!site.up[place]).then_some(true), alias: rest.alias.or(mark), ..LinkSpec::default() };
    let bridge = site.assigned.bridge.as_ref().map(|bridge| bridge.index);
    let master = wants.master.as_ref().and_then(|name| devices::index(site, name));
    if spec.up.is_some() || spec.alias.is_some() {
        order(&spec, master.or(bridge))?;
    }
    if site.assigned.bridge.as_ref().is_some_and(|bridge| bridge.filters) {
        for request in vlans(&lab.plan.links[interface.link], interface.index) {
            orders.push(request, About::Interface(place));
        }
    }
    let shape = shape(lab, site, place);
    if let Some(request) = shape.request(interface.index, interface.mtu) {
        orders.push(request, About::Shape(place, shape));
    }
    Ok(())
}

/// Sets what interfaces have as ports, once they are, and what the messages that made them and set them up do not hold.
fn other_options(lab: &Lab<'_>, site: &Site<'_>) -> Result<()> {
    let made = |place: &usize| site.joined.as_ref().is_none_or(|joined| joined.contains(place));
    for (place, interface) in site.assigned.interfaces.iter().enumerate().filter(|(place, _)| made(place)) {
        let wanted = &wants(lab, site, place).spec;
        let (_, rest) = wanted.split_for_new();
        let spec = LinkSpec { options: wanted.options.clone(), more: rest.more, xdp: rest.xdp, ..LinkSpec::default() };
        if !spec.is_empty() {
            let place = &lab.plan.links[interface.link].place;
            let set = link::set(&site.device(&interface.name, interface.index), &spec);
            set.map_err(|error| error.place(place.clone()))?;
        }
    }
    Ok(())
}

/// Puts a port into its VLANs, and out of the one that it begins in.
fn vlans(link: &Link, index: u32) -> Vec<Request> {
    let (vlans, tagged) = (link.vlans(), link.is_trunk());
    let mut requests = Vec::new();
    if vlans.contains(&DEFAULT_VLAN) && !tagged {
        return requests;
    }
    requests.push(request::port_vlan(index, DEFAULT_VLAN, false, false));
    requests.extend(vlans.into_iter().map(|vlan| request::port_vlan(index, vlan, !tagged, true)));
    requests
}

/// What the script wants of an interface.
fn wants<'a>(lab: &Lab<'a>, site: &Site<'_>, place: usize) -> &'a Wants {
    &end(lab, site, place).1.wants
}

/// How an interface sends.
fn shape(lab: &Lab<'_>, site: &Site<'_>, place: usize) -> Shape {
    let (link, end) = end(lab, site, place);
    link.shape_of(end)
}

/// The link of an interface, and which end of it that is.
fn end<'a>(lab: &Lab<'a>, site: &Site<'_>, place: usize) -> (&'a Link, &'a End) {
    let number = site.assigned.interfaces[place].link;
    let link = &lab.plan.links[number];
    let is_first = link.a.node == site.number && lab.assigned.links[number][0] == place;
    (link, if is_first { &link.a } else { &link.b })
}

fn index(site: &Site<'_>, name: &str) -> Result<u32> {
    let known = site.assigned.interfaces.iter().find(|interface| interface.name == name);
    known.map_or_else(|| Device::new(&site.namespace, name)?.index(), |interface| Ok(interface.index))
}

fn carry_out(plan: &Plan, site: &mut Site<'_>, orders: Orders<'_>) -> Result<()> {
    let Orders { requests, about } = orders;
    let mut refused = None;
    site.with_socket(|socket| {
        refused = socket.batch(requests).err();
        Ok(())
    })?;
    match refused {
        None => Ok(()),
        Some((place, error)) => Err(match about.get(place) {
            Some(about) => word(error, plan, site, about),
            None => error,
        }),
    }
}

fn word(error: Error, plan: &Plan, site: &mut Site<'_>, about: &About<'_>) -> Error {
    let of_link = |interface: usize| plan.links[site.assigned.interfaces[interface].link].place.clone();
    let of_node = site.node.place.clone();
    let interface = |interface: usize| {
        let interface = &site.assigned.interfaces[interface];
        site.device(&interface.name, interface.index)
    };
    let (error, place): (Error, Option<Place>) = match about {
        About::Loopback(spec) => (spec.refused(error, &site.device("lo", LOOPBACK)), of_node),
        About::Address(at, spec) => (spec.refused(error, &interface(*at)), of_link(*at)),
        About::Route(route) => (route.spec(site.assigned).refused(error, &site.namespace), of_node),
        About::Shape(at, shape) => (shape.refused(error, &interface(*at)), of_link(*at)),
        About::Bridge => (error.object(format!("{}/br0", site.node.name)), of_node),
        About::Interface(at) => {
            let (device, place) = (interface(*at), of_link(*at));
            let bridge = site.assigned.bridge.as_ref().map(|bridge| site.device(&bridge.name, bridge.index));
            let error = bridge.iter().fold(error, link::refused_master);
            let refused = site
                .namespace
                .with_socket(|socket| Ok(link::refused(error.clone(), &device, "setting a link up", socket)));
            (refused.unwrap_or(error), place)
        }
    };
    error.place(place)
}
