//! What differs between a plan and what is up: a pure comparison of what is wanted with what was read.

mod change;
mod interface;
mod list;
mod routes;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::assign::Assigned;
use super::build::settings::NO_IPV6;
use super::live::Live;
use super::plan::{Node, Plan};
use super::state::{self, At, Have, HaveInterface, Role, Seen, Wanted, WantedInterface};
use crate::error::Result;
use list::List;

pub(super) use change::Edit;
pub use change::{Action, Change, Changes};

/// What differs between a plan and the lab that is up, node by node in the order of the plan; against nothing all that a
/// build would make, for which no privilege is needed.
///
/// Errors: no privilege to look; an interrupt.
pub fn diff(plan: &Plan, assigned: &Assigned, live: Option<&Live>) -> Result<Vec<Change>> {
    let Some(live) = live else { return Ok(compare(plan, assigned, &[], &[])) };
    let have = state::read(live.nodes(), &state::sysctl_keys(plan, assigned), |_| true)?;
    let names: Vec<&str> = live.nodes().iter().map(|node| node.name.as_str()).collect();
    Ok(compare(plan, assigned, &names, &have))
}

/// Compares a plan with what was seen of the nodes with these names.
pub(super) fn compare(plan: &Plan, assigned: &Assigned, names: &[&str], have: &[Seen]) -> Vec<Change> {
    let known = Known::new(plan, assigned, names, have);
    let mut changes = Vec::new();
    for (node, planned) in plan.nodes.iter().enumerate() {
        let wanted = state::wanted(plan, assigned, node);
        let list = &mut List::new(&mut changes, &planned.name, &planned.place);
        match known.live_of[node].map(|live| (live, &have[live])) {
            None | Some((_, Seen::Gone)) => known.new_node(list, planned, &wanted),
            Some((_, Seen::Unread)) => {}
            Some((live, Seen::There(have))) => known.known_node(list, (node, live), &wanted, have),
        }
    }
    for (live, name) in names.iter().enumerate() {
        if known.plan_of[live].is_none() && !have[live].is_gone() {
            List::new(&mut changes, name, &None).remove("node", None, "", Edit::RemoveNode);
        }
    }
    changes
}

/// A plan and what there is, matched node by node and link by link.
struct Known<'a> {
    plan: &'a Plan,
    assigned: &'a Assigned,
    names: &'a [&'a str],
    have: &'a [Seen],
    /// Where each node of the plan is among those that are up.
    live_of: Vec<Option<usize>>,
    /// Where each node that is up stands in the plan.
    plan_of: Vec<Option<usize>>,
    /// For each link whether it is there.
    linked: Vec<bool>,
}

impl<'a> Known<'a> {
    fn new(plan: &'a Plan, assigned: &'a Assigned, names: &'a [&'a str], have: &'a [Seen]) -> Self {
        let there = names.iter().enumerate().filter(|(live, _)| !have[*live].is_gone());
        let at: HashMap<&str, usize> = there.map(|(live, name)| (*name, live)).collect();
        let live_of: Vec<Option<usize>> = plan.nodes.iter().map(|node| at.get(node.name.as_str()).copied()).collect();
        let mut plan_of = vec![None; names.len()];
        for (node, live) in live_of.iter().enumerate() {
            if let Some(live) = live {
                plan_of[*live] = Some(node);
            }
        }
        let mut known = Self { plan, assigned, names, have, live_of, plan_of, linked: Vec::new() };
        known.linked = known.match_links();
        known
    }

    /// A link is there if two interfaces have the names of its ends and are the ends of one pair.
    fn match_links(&self) -> Vec<bool> {
        let by_name = self.have.iter().map(|have| -> HashMap<&str, usize> {
            let all = have.have().into_iter().flat_map(|have| &have.interfaces).enumerate();
            all.map(|(place, interface)| (interface.name.as_str(), place)).collect()
        });
        let by_name: Vec<_> = by_name.collect();
        let find = |(node, place): At| -> Option<At> {
            let live = self.live_of[node]?;
            let name = self.assigned.nodes[node].interfaces[place].name.as_str();
            Some((live, *by_name[live].get(name)?))
        };
        let is_unread = |(node, _): At| self.live_of[node].is_some_and(|live| matches!(self.have[live], Seen::Unread));
        let is_there = |link: usize| {
            let ends = [0, 1].map(|side| state::end_of(self.plan, self.assigned, link, side));
            if ends.into_iter().any(is_unread) {
                return true;
            }
            let [a, b] = ends.map(find);
            let pair = a.zip(b).and_then(|(a, b)| Some((self.interface(a)?, b)));
            pair.is_some_and(|(a, b)| a.kind == "veth" && a.peer == Some(b))
        };
        (0..self.plan.links.len()).map(is_there).collect()
    }

    fn interface(&self, at: At) -> Option<&'a HaveInterface> {
        self.have[at.0].have()?.interfaces.get(at.1)
    }

    /// What belongs to a node that is to be made, as far as the script says it.
    fn new_node(&self, list: &mut List<'_>, node: &Node, wanted: &Wanted) {
        list.add("node", None, node.kind.name(), Edit::AddNode);
        for (key, value) in &node.sysctl {
            list.add("sysctl", Some(key), value, Edit::Part);
        }
        for interface in &wanted.interfaces {
            self.new_interface(list, interface);
        }
        for route in &wanted.routes {
            list.add("route", Some(&route.dst), &route.text, Edit::Part);
        }
        for (what, commands) in [("run", &node.run), ("daemon", &node.daemons)] {
            for words in commands {
                list.add(what, None, &command(words), Edit::Part);
            }
        }
    }

    fn new_interface(&self, list: &mut List<'_>, interface: &WantedInterface) {
        match interface.role {
            Role::End(link) => self.new_link(list, link, interface),
            Role::Device(place) => list.add("link", Some(&interface.name), &interface.kind, Edit::AddDevice(place)),
            Role::Host(place) => {
                list.at(&interface.place).add("link", Some(&interface.name), &interface.kind, Edit::AddHost(place));
            }
            Role::Loopback | Role::Bridge => {}
        }
        for address in &interface.addresses {
            list.add("address", Some(&interface.name), &address.to_string(), Edit::Part);
        }
    }

    /// A link is listed at the node that was named first.
    fn new_link(&self, list: &mut List<'_>, link: usize, interface: &WantedInterface) {
        let [a, b] = [0, 1].map(|side| state::end_of(self.plan, self.assigned, link, side));
        let name = |(node, place): At| {
            format!("{}/{}", self.plan.nodes[node].name, self.assigned.nodes[node].interfaces[place].name)
        };
        if format!("{}/{}", list.node(), interface.name) == name(a) {
            list.at(&interface.place).add("link", Some(&interface.name), &name(b), Edit::AddLink(link));
        }
    }

    /// What differs in a node that is there: `at` are its places in the plan and among those that are up.
    fn known_node(&self, list: &mut List<'_>, at: (usize, usize), wanted: &Wanted, have: &Have) {
        // What is in a namespace of somebody else's is not the lab's to change.
        if self.plan.nodes[at.0].existing.is_some() {
            return;
        }
        let own = &self.plan.nodes[at.0].sysctl;
        for (key, value) in &wanted.sysctls {
            match have.sysctls.get(key) {
                // What can only be written.
                Some(None) => {}
                Some(Some(now)) if same_words(now, value) => {}
                Some(Some(now)) => list.change("sysctl", key, now, value, Edit::Sysctl(value.clone())),
                None if own.contains_key(key) => list.add("sysctl", Some(key), value, Edit::Sysctl(value.clone())),
                // The kernel was built without it.
                None => {}
            }
        }
        self.unwanted(list, at, wanted, have);
        let there: HashMap<&str, &HaveInterface> = have.interfaces.iter().map(|one| (one.name.as_str(), one)).collect();
        let has_ipv6 = have.sysctls.contains_key(NO_IPV6);
        for interface in &wanted.interfaces {
            let of_kind = |there: &&HaveInterface| there.kind == interface.kind;
            let there = match interface.role {
                Role::Loopback => have.interfaces.iter().find(of_kind),
                Role::Host(_) => there.get(interface.name.as_str()).copied(),
                Role::End(link) if !self.linked[link] => None,
                _ => there.get(interface.name.as_str()).copied().filter(of_kind),
            };
            match (there, interface.role) {
                (Some(there), _) => {
                    interface::compare(list.at(&interface.place), interface, there, has_ipv6);
                    routes::compare_connected(list, interface, there, &have.connected);
                }
                (None, Role::Bridge) => list.add("link", Some(&interface.name), &interface.kind, Edit::AddBridge),
                (None, _) => self.new_interface(list, interface),
            }
        }
        routes::compare(list, &wanted.routes, &have.routes);
    }

    /// Whether an interface came with a device that is planned: the other end of a pair.
    fn is_of_device(&self, live: usize, planned: &HashMap<&str, &WantedInterface>, interface: &HaveInterface) -> bool {
        let peer = interface.peer.filter(|peer| peer.0 == live).and_then(|peer| self.interface(peer));
        let peer = peer.and_then(|peer| planned.get(peer.name.as_str()));
        peer.is_some_and(|peer| matches!(peer.role, Role::Device(_)))
    }

    /// Interfaces that nobody planned. One that is the end of a pair is listed once.
    fn unwanted(&self, list: &mut List<'_>, at: (usize, usize), wanted: &Wanted, have: &Have) {
        let planned: HashMap<&str, &WantedInterface> =
            wanted.interfaces.iter().map(|one| (one.name.as_str(), one)).collect();
        let is_wanted = |interface: &HaveInterface| match planned.get(interface.name.as_str()) {
            _ if interface.kind == "loopback" => true,
            Some(WantedInterface { role: Role::End(link), .. }) => self.linked[*link],
            Some(WantedInterface { role: Role::Host(_), .. }) => true,
            Some(planned) => planned.kind == interface.kind,
            None => self.is_of_device(at.1, &planned, interface),
        };
        let all = have.interfaces.iter().enumerate();
        for (place, interface) in all.filter(|(_, interface)| !is_wanted(interface)) {
            let listed_there = |(live, other): At| self.plan_of[live].is_some_and(|node| (node, other) < (at.0, place));
            if interface.peer.is_some_and(listed_there) {
                continue;
            }
            let peer = interface.peer.and_then(|peer| Some((peer.0, self.interface(peer)?)));
            let text = match peer {
                Some((live, peer)) => format!("{}/{}", self.names[live], peer.name),
                None => interface.kind.clone(),
            };
            let (index, peer) = (interface.index, peer.map(|(live, peer)| (live, peer.index)));
            list.remove("link", Some(&interface.name), &text, Edit::RemoveLink { index, peer });
        }
    }
}

/// Whether two values of a sysctl are the same, however they are spaced.
fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// A command as the script has it: a line for the shell, or words.
fn command(words: &[String]) -> String {
    match words {
        [shell, flag, line] if shell == "/bin/sh" && flag == "-c" => line.clone(),
        words => words.join(" "),
    }
}
