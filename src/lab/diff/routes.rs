//! The routes of a node against those that are planned.

use std::collections::{HashMap, HashSet};

use super::change::Edit;
use super::list::List;
use crate::kernel::route::{Destination, RouteSpec};
use crate::lab::state::{HaveInterface, HaveRoute, WantedInterface, WantedRoute};

/// How the kernel marks the routes that addresses bring along (Linux `RTPROT_KERNEL`, `RT_SCOPE_LINK`,
/// `IP6_RT_PRIO_ADDRCONF`).
const KERNEL: u8 = 2;
const LINK: u8 = 253;
const METRIC6: u32 = 256;

/// Matches routes by what there can be only one for: destination, table and metric.
pub(super) fn compare(list: &mut List<'_>, wanted: &[WantedRoute], have: &[HaveRoute]) {
    let mut by_key: HashMap<&str, Vec<&HaveRoute>> = HashMap::new();
    for route in have {
        by_key.entry(&route.key).or_default().push(route);
    }
    for want in wanted {
        let there = by_key.get_mut(want.key.as_str());
        let Some(there) = there.filter(|there| !there.is_empty()) else {
            list.add("route", Some(&want.dst), &want.text, Edit::AddRoute(want.spec.clone()));
            continue;
        };
        let same = there.iter().position(|route| route.text == want.text);
        let now = there.remove(same.unwrap_or(0));
        if same.is_none() {
            let edit = Edit::ReplaceRoute(now.found.clone(), Box::new(want.spec.clone()));
            list.change("route", &want.dst, &now.text, &want.text, edit);
        }
    }
    let left = |route: &&HaveRoute| by_key[route.key.as_str()].iter().any(|left| std::ptr::eq(*left, *route));
    for route in have.iter().filter(left) {
        list.remove("route", Some(&route.dst), &route.text, Edit::RemoveRoute(route.found.clone()));
    }
}

/// The routes that addresses bring along, as far as the addresses are there: somebody may have deleted them.
pub(super) fn compare_connected(
    list: &mut List<'_>,
    wanted: &WantedInterface,
    have: &HaveInterface,
    connected: &HashSet<(String, String)>,
) {
    let mut missing = HashSet::new();
    let there = have.addresses.iter().map(|one| one.spec.address).chain(have.own.iter().copied());
    let there: Vec<_> = there.collect();
    let planned = wanted.addresses.iter().chain(&wanted.own);
    let networks = planned.filter(|net| there.contains(net) && net.prefix_len() < net.max_prefix_len());
    // What is on the loopback is not on a link.
    for net in networks.filter(|net| have.running && !net.addr().is_loopback()) {
        let dst = Destination::Net(net.trunc());
        let is_known = connected.contains(&(dst.to_string(), have.name.clone()));
        // Two addresses of one network have one route.
        if is_known || !missing.insert(dst.to_string()) {
            continue;
        }
        let mut spec = RouteSpec { dev: Some(have.name.clone()), proto: Some(KERNEL), ..RouteSpec::new(dst) };
        if net.addr().is_ipv4() {
            (spec.scope, spec.src) = (Some(LINK), Some(net.addr()));
        } else {
            spec.metric = Some(METRIC6);
        }
        list.add("route", Some(&dst.to_string()), &format!("dev {}", have.name), Edit::AddConnected(spec));
    }
}
