//! One look at a lab, and making right what differs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::numbers::renumber;
use super::session::Session;
use super::undo::Undo;
use super::{Target, edits, removal};
use crate::error::Result;
use crate::kernel::namespace::{Namespace, publish};
use crate::lab::assign::Assigned;
use crate::lab::build::{Report, Site, devices, links, namespaces, nodes};
use crate::lab::diff::{self, Change, Edit};
use crate::lab::hosts;
use crate::lab::live::{Live, LiveInterface, LiveNode};
use crate::lab::plan::Plan;
use crate::lab::ready::Ready;
use crate::lab::state;
use crate::wait::interrupt;

/// What differs, and all that is needed to make it right.
pub(super) struct Round<'a> {
    plan: &'a Plan,
    /// With the indexes that are there or will be.
    assigned: Assigned,
    changes: Vec<Change>,
    /// Where each node of the plan is among those that were up; none of a new one.
    lives: Vec<Option<usize>>,
    /// The nodes that were up, and whether each is still there.
    before: Vec<LiveNode>,
    there: Vec<bool>,
}

impl<'a> Round<'a> {
    /// Looks at all nodes, or only at those with these names.
    pub(super) fn look(
        plan: &'a Plan,
        assigned: &Assigned,
        live: &Live,
        only: Option<&HashSet<String>>,
    ) -> Result<Self> {
        let is_wanted = |place: usize| only.is_none_or(|only| only.contains(&live.nodes()[place].name));
        let have = state::read(live.nodes(), &state::sysctl_keys(plan, assigned), is_wanted)?;
        let names: Vec<&str> = live.nodes().iter().map(|node| node.name.as_str()).collect();
        let changes = diff::compare(plan, assigned, &names, &have);
        let there: Vec<bool> = have.iter().map(|seen| !seen.is_gone()).collect();
        let at: HashMap<&str, usize> =
            names.iter().enumerate().filter(|(place, _)| there[*place]).map(|(place, name)| (*name, place)).collect();
        let lives: Vec<Option<usize>> = plan.nodes.iter().map(|node| at.get(node.name.as_str()).copied()).collect();
        let assigned = renumber(plan, assigned, &changes, &lives, live.nodes(), &have);
        Ok(Self { plan, assigned, changes, lives, before: live.nodes().to_vec(), there })
    }

    /// The nodes in which something changes: those that are named, and those at the other ends of links.
    pub(super) fn touched(&self) -> HashSet<String> {
        let mut touched: HashSet<String> = HashSet::new();
        for change in &self.changes {
            touched.insert(change.node.clone());
            match change.edit {
                Edit::AddLink(link) => {
                    let planned = &self.plan.links[link];
                    touched.extend([planned.a.node, planned.b.node].map(|node| self.plan.nodes[node].name.clone()));
                }
                Edit::RemoveLink { peer: Some((live, _)), .. } => _ = touched.insert(self.before[live].name.clone()),
                _ => {}
            }
        }
        for link in self.stirred() {
            let planned = &self.plan.links[link];
            touched.extend([planned.a.node, planned.b.node].map(|node| self.plan.nodes[node].name.clone()));
        }
        touched
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// The nodes that are to be made, as places in the plan.
    pub(super) fn new_nodes(&self) -> Vec<usize> {
        (0..self.lives.len()).filter(|&node| self.lives[node].is_none()).collect()
    }

    /// Makes all right; what it gives waits until the links carry packets. From each step on `live` has those nodes that
    /// are there, and `undo` what was made.
    pub(super) fn carry_out(
        &self,
        live: &mut Live,
        session: &Session,
        undo: &mut Undo,
        progress: Report<'_>,
    ) -> Result<Ready> {
        let new = self.new_nodes();
        self.check_names(&new)?;
        let device = |(node, place): &(usize, usize)| self.plan.nodes[*node].hosts[*place].device.as_str();
        let (lent, there): (Vec<_>, Vec<_>) =
            self.arriving(&new).into_iter().partition(|at| session.entry().has_lent(device(at)));
        let mut arrivals = hosts::look(self.plan, there)?;
        // Before anything that is there is touched: a limit is met here, if it is met.
        let mut sites = namespaces::make(self.plan, &self.assigned, &new, session.entry().group(), progress)?;
        undo.nodes.extend(sites.iter().map(|site| unfinished(&site.node.name, &site.namespace)));
        self.take_away(live, session)?;
        // What another node had, or the same under another name, is back by now.
        arrivals.extend(hosts::look(self.plan, lent)?);
        let targets = self.targets();
        for (target, changes) in &targets {
            edits::write_sysctls(target, changes, false)?;
            edits::add_bridge(target, changes)?;
            if changes.iter().any(|change| matches!(change.edit, Edit::AddDevice(_))) {
                let site = Site::joined(self.plan, &self.assigned, target.place, &target.node.namespace, Vec::new())?;
                edits::add_devices(&site, changes, false)?;
            }
        }
        devices::make(&sites)?;
        let made = self.made_links();
        sites.extend(self.joined(&made)?);
        sites.sort_by_key(|site| site.number);
        undo.links.extend(self.ends_to_undo(&made));
        session.entry().attach(sites.iter().filter_map(Site::attached).collect());
        links::make(self.plan, &self.assigned, &made, &mut sites, progress)?;
        for (target, changes) in &targets {
            interrupt::check()?;
            edits::write_sysctls(target, changes, true)?;
        }
        nodes::configure(self.plan, &self.assigned, &mut sites, progress)?;
        for arrival in arrivals.extract_if(.., |arrival| self.lives[arrival.node].is_some()) {
            if let Some(live) = self.lives[arrival.node] {
                hosts::admit(self.plan, &self.assigned, arrival, &self.before[live], session.entry())?;
            }
        }
        for (target, changes) in &targets {
            interrupt::check()?;
            if changes.iter().any(|change| matches!(change.edit, Edit::AddDevice(_))) {
                let site = Site::joined(self.plan, &self.assigned, target.place, &target.node.namespace, Vec::new())?;
                edits::add_devices(&site, changes, true)?;
            }
            edits::put_right(target, changes)?;
        }
        self.settle(sites, &new, live, session)?;
        for arrival in arrivals {
            let node = &live.nodes()[arrival.node];
            hosts::admit(self.plan, &self.assigned, arrival, node, session.entry())?;
        }
        for node in new {
            hosts::finish(self.plan, &self.assigned, node, &live.nodes()[node].namespace)?;
        }
        Ok(Ready::some(self.plan, &self.assigned, live, &self.stirred()))
    }

    /// The interfaces that are to be moved in: those of new nodes, and those that others lack.
    fn arriving(&self, new: &[usize]) -> Vec<(usize, usize)> {
        let mut arriving = hosts::of_nodes(self.plan, new.iter().copied());
        for (target, changes) in self.targets() {
            arriving.extend(changes.iter().filter_map(|change| match change.edit {
                Edit::AddHost(place) => Some((target.place, place)),
                _ => None,
            }));
        }
        arriving
    }

    /// Refuses names of new nodes that cannot be given.
    fn check_names(&self, new: &[usize]) -> Result<()> {
        if self.plan.name.is_none() {
            return Ok(());
        }
        let names: Vec<String> = new.iter().map(|&node| self.plan.public_name(&self.plan.nodes[node])).collect();
        match publish::first_unfit(&names) {
            Some((place, error)) => Err(error.place(self.plan.nodes[new[place]].place.clone())),
            None => Ok(()),
        }
    }

    /// Takes away what nobody planned: routes and addresses, links, nodes.
    fn take_away(&self, live: &mut Live, session: &Session) -> Result<()> {
        for (target, changes) in self.targets() {
            interrupt::check()?;
            edits::take_away(&target, &changes)?;
        }
        removal::remove_links(session, &self.before, &self.changes)?;
        let stays: HashSet<usize> = self.lives.iter().flatten().copied().collect();
        let (mut removed, mut gone, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for (place, node) in self.before.iter().enumerate() {
            match (stays.contains(&place), self.there[place]) {
                (true, _) => left.push(node.clone()),
                (false, true) => removed.push(node.clone()),
                (false, false) => gone.push(node.name.as_str()),
            }
        }
        let failed = removal::remove_nodes(session, &removed, &gone);
        live.hold(left);
        failed.into_iter().next().map_or(Ok(()), Err)
    }

    /// The nodes that were there and in which something differs, each with what does.
    fn targets(&self) -> Vec<(Target<'_>, Vec<&Change>)> {
        let mut by_name: HashMap<&str, Vec<&Change>> = HashMap::new();
        for change in &self.changes {
            by_name.entry(&change.node).or_default().push(change);
        }
        let target = |(node, live): (usize, &Option<usize>)| {
            let changes = by_name.remove(self.plan.nodes[node].name.as_str())?;
            let target = Target { place: node, node: &self.before[(*live)?], assigned: &self.assigned.nodes[node] };
            Some((target, changes))
        };
        self.lives.iter().enumerate().filter_map(target).collect()
    }

    /// The links that are to be made.
    fn made_links(&self) -> Vec<usize> {
        let link = |change: &Change| match change.edit {
            Edit::AddLink(link) => Some(link),
            _ => None,
        };
        let mut links: Vec<usize> = self.changes.iter().filter_map(link).collect();
        // Indexes and MACs are assigned in this order.
        links.sort_unstable();
        links
    }

    /// The nodes that were there before and get new interfaces.
    fn joined(&self, made: &[usize]) -> Result<Vec<Site<'_>>> {
        let mut of_node: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&link, side) in made.iter().flat_map(|link| [(link, 0), (link, 1)]) {
            let (node, interface) = state::end_of(self.plan, &self.assigned, link, side);
            of_node.entry(node).or_default().push(interface);
        }
        let old = of_node.into_iter().filter_map(|(node, interfaces)| Some((node, self.lives[node]?, interfaces)));
        let site = |(node, live, interfaces): (usize, usize, Vec<usize>)| {
            Site::joined(self.plan, &self.assigned, node, &self.before[live].namespace, interfaces)
        };
        old.map(site).collect()
    }

    /// For each link that is to be made an end in a node that was there before, where it has one.
    fn ends_to_undo(&self, made: &[usize]) -> Vec<(Namespace, u32)> {
        let end = |link: usize, side: usize| {
            let (node, interface) = state::end_of(self.plan, &self.assigned, link, side);
            let namespace = &self.before[self.lives[node]?].namespace;
            Some((namespace.clone(), self.assigned.nodes[node].interfaces[interface].index))
        };
        made.iter().filter_map(|&link| end(link, 0).or_else(|| end(link, 1))).collect()
    }

    /// Gives the new nodes their names, and has all nodes in the order of the plan.
    fn settle(&self, sites: Vec<Site<'_>>, new: &[usize], live: &mut Live, session: &Session) -> Result<()> {
        let sites = sites.into_iter().filter(|site| site.joined.is_none());
        let mut made: Vec<LiveNode> = sites.map(|site| site.finished().0).collect();
        let names: Vec<String> = new.iter().map(|&node| self.plan.public_name(&self.plan.nodes[node])).collect();
        let published = session.entry().publish(&mut made, &names);
        published.map_err(|(place, error)| error.place(self.plan.nodes[new[place]].place.clone()))?;
        let mut made = made.into_iter();
        let node = |(node, at): (usize, &Option<usize>)| match at {
            Some(at) => Some(self.known(node, &self.before[*at])),
            None => made.next(),
        };
        live.hold(self.lives.iter().enumerate().filter_map(node).collect());
        Ok(())
    }

    /// A node that was there before, with the interfaces that it has by now.
    fn known(&self, node: usize, before: &LiveNode) -> LiveNode {
        let of = &self.assigned.nodes[node];
        let interface = |name: &String, index| LiveInterface { name: name.clone(), index };
        LiveNode {
            interfaces: of.interfaces.iter().map(|one| interface(&one.name, one.index)).collect(),
            bridge: of.bridge.as_ref().map(|bridge| interface(&bridge.name, bridge.index)),
            ..before.clone()
        }
    }

    /// The links that may need a while until they carry packets again.
    fn stirred(&self) -> BTreeSet<usize> {
        let mut stirred: BTreeSet<usize> = self.made_links().into_iter().collect();
        for (target, changes) in self.targets() {
            let set = changes.iter().filter_map(|change| match change.edit {
                Edit::Set { index, .. } => Some(index),
                _ => None,
            });
            let indexes: HashSet<u32> = set.collect();
            let is_set = |index: u32| indexes.contains(&index);
            let all = target.assigned.bridge.as_ref().is_some_and(|bridge| is_set(bridge.index));
            let interfaces = target.assigned.interfaces.iter();
            stirred.extend(interfaces.filter(|one| all || is_set(one.index)).map(|one| one.link));
        }
        stirred
    }
}

/// A new node as far as it has to be known to be taken away.
fn unfinished(name: &str, namespace: &Namespace) -> LiveNode {
    LiveNode {
        name: name.to_owned(),
        namespace: namespace.clone(),
        interfaces: Vec::new(),
        bridge: None,
        existing: false,
    }
}
