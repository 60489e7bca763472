//! Second phase: the veth pairs, each made by one message straight where its ends belong.

use nix::errno::Errno;

use super::{Phase, Progress, Report, Site};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{self, Device};
use crate::kernel::link::LinkSpec;
use crate::kernel::link::kind::veth;
use crate::kernel::link::request::{NewEnd, Request, pair};
use crate::kernel::namespace::{Namespace, anonymous};
use crate::lab::assign::{Assigned, FIRST_INDEX, Interface};
use crate::lab::plan::{End, Plan};

/// How many are asked for at a time, between two looks at the interrupt.
const CHUNK: usize = 64;

/// Makes the links at these places of the plan; `sites` are all nodes at their ends, in the order of the plan.
pub(in crate::lab) fn make(
    plan: &Plan,
    assigned: &Assigned,
    links: &[usize],
    sites: &mut [Site<'_>],
    report: Report<'_>,
) -> Result<()> {
    // Linux before 6.15 takes an index that a link has where it is asked for a new one for that link, wherever the new one is to
    // be (`rtnl_newlink`): where there are any like those of labs, another namespace asks.
    let taken = Namespace::home().with_socket(device::index_names)?;
    if taken.keys().all(|&index| index < FIRST_INDEX) {
        return make_from(&Namespace::home(), plan, assigned, links, sites, report);
    }
    let empty = anonymous::add()?;
    let made = make_from(&empty, plan, assigned, links, sites, report);
    empty.close().and(made)
}

fn make_from(
    asking: &Namespace,
    plan: &Plan,
    assigned: &Assigned,
    links: &[usize],
    sites: &mut [Site<'_>],
    report: Report<'_>,
) -> Result<()> {
    for (chunk, some) in links.chunks(CHUNK).enumerate() {
        report(Progress { phase: Phase::Links, done: chunk * CHUNK, total: links.len() });
        let requests = some.iter().map(|&link| request(plan, assigned, sites, link)).collect::<Result<_>>()?;
        let mut refused = None;
        asking.with_socket(|socket| {
            refused = socket.batch(requests).err();
            Ok(())
        })?;
        if let Some((place, error)) = refused {
            let link = some[place];
            return Err(word(error, &sides(plan, assigned, sites, link)).place(plan.links[link].place.clone()));
        }
    }
    Ok(())
}

/// An end of a link with everything about it.
struct Side<'a> {
    site: &'a Site<'a>,
    interface: &'a Interface,
    end: &'a End,
}

/// Where the node at this place of the plan is among the sites.
fn site_of(sites: &[Site<'_>], number: usize) -> usize {
    sites.binary_search_by_key(&number, |site| site.number).unwrap_or_else(|place| place)
}

fn sides<'a>(plan: &'a Plan, assigned: &Assigned, sites: &'a [Site<'a>], link: usize) -> [Side<'a>; 2] {
    let planned = &plan.links[link];
    let [a, b] = assigned.links[link];
    [(&planned.a, a), (&planned.b, b)].map(|(end, interface)| {
        let site = &sites[site_of(sites, end.node)];
        Side { site, interface: &site.assigned.interfaces[interface], end }
    })
}

/// The request for a pair. The kernel makes its first end up if asked to, which saves a message.
fn request(plan: &Plan, assigned: &Assigned, sites: &mut [Site<'_>], link: usize) -> Result<Request> {
    let planned = &plan.links[link];
    let comes_up = [&planned.a, &planned.b].into_iter().zip(assigned.links[link]).position(|(end, interface)| {
        let place = site_of(sites, end.node);
        let site = &mut sites[place];
        site.up[interface] = !site.must_prepare(interface) && !end.wants.follows();
        site.up[interface]
    });
    let mut sides = sides(plan, assigned, sites, link);
    if comes_up == Some(1) {
        sides.swap(0, 1);
    }
    let specs = [spec(&sides[0], comes_up.map(|_| true)), spec(&sides[1], None)];
    pair(("veth", &[]), &sides[0].wanted(&specs[0]), &sides[1].wanted(&specs[1]))
}

impl<'a> Side<'a> {
    fn wanted(&self, spec: &'a LinkSpec) -> NewEnd<'a> {
        let Self { site, interface, .. } = *self;
        NewEnd { namespace: &site.fd, name: &interface.name, index: interface.index, spec }
    }

    fn device(&self) -> Result<Device> {
        Device::new(&self.site.namespace, &self.interface.name)
    }
}

/// Words a refusal to make a pair.
fn word(error: Error, sides: &[Side<'_>; 2]) -> Error {
    let (a, b) = match (sides[0].device(), sides[1].device()) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return error,
    };
    let out_of_range = |side: &&Side<'_>| side.interface.mtu.is_some_and(|mtu| !veth::MTU.contains(&mtu));
    if let Some(side) = sides.iter().find(out_of_range) {
        let error = error.explain(&[(Errno::EINVAL, &explain::LINK_MTU_RANGE)]);
        let error = error.with("link", side.site.device(&side.interface.name, side.interface.index));
        let error = error.with("least", veth::MTU.start()).with("most", veth::MTU.end());
        return error.with("mtu", side.interface.mtu.unwrap_or_default()).object(&a);
    }
    veth::refused(error, &a, &b)
}

fn spec(side: &Side<'_>, up: Option<bool>) -> LinkSpec {
    let (first, _) = side.end.wants.spec.split_for_new();
    LinkSpec { up, mtu: side.interface.mtu, address: Some(side.interface.mac), ..first }
}
