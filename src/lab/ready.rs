//! The moment at which a lab's links all carry packets: seen, not slept for.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::assign::Assigned;
use super::live::Live;
use super::plan::Plan;
use crate::error::{Place, Result};
use crate::kernel::device::Device;
use crate::kernel::link::{self, Condition, Wait};
use crate::kernel::namespace::Namespace;
use crate::netlink::Socket;
use crate::wait::{Operation, Step};

/// What the kernel may take for the last carrier, and for a spanning tree.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until every link of a lab carries packets, and every port of a switch with spanning tree forwards them or is
/// blocked for good.
///
/// Errors: `ETIMEDOUT`, with the link and its line.
#[derive(Debug)]
pub struct Ready {
    links: Vec<Pending>,
    /// The nodes' own, where they were kept.
    sockets: Vec<Option<Socket>>,
    deadline: Instant,
    /// Those before this place carry packets.
    carried: usize,
    /// Those before this place have settled too.
    settled: usize,
    /// Whether a port had to be waited for since the first was looked at.
    waited: bool,
    waiting: Option<Wait>,
}

/// An interface that is looked at.
#[derive(Debug)]
struct Pending {
    node: usize,
    namespace: Namespace,
    name: String,
    index: u32,
    place: Option<Place>,
    spanning: bool,
}

impl Ready {
    /// Looks at everything that `live` was built with; `sockets` are in its nodes, in their order.
    pub(super) fn new(plan: &Plan, assigned: &Assigned, live: &Live, sockets: Vec<Option<Socket>>) -> Self {
        Self::of(plan, assigned, live, sockets, |_| true)
    }

    /// Looks at some links only: their places in the plan.
    pub(super) fn some(plan: &Plan, assigned: &Assigned, live: &Live, links: &BTreeSet<usize>) -> Self {
        let sockets = live.nodes().iter().map(|_| None).collect();
        Self::of(plan, assigned, live, sockets, |link| links.contains(&link))
    }

    fn of(
        plan: &Plan,
        assigned: &Assigned,
        live: &Live,
        sockets: Vec<Option<Socket>>,
        wanted: impl Fn(usize) -> bool,
    ) -> Self {
        let wanted = &wanted;
        let nodes = assigned.nodes.iter().zip(live.nodes()).enumerate();
        let links = nodes.flat_map(|(node, (assigned, live))| {
            let spanning = assigned.bridge.as_ref().is_some_and(|bridge| bridge.stp);
            let interfaces = assigned.interfaces.iter().zip(&live.interfaces);
            interfaces.filter(|(interface, _)| wanted(interface.link)).map(move |(interface, made)| Pending {
                node,
                namespace: live.namespace.clone(),
                name: interface.name.clone(),
                index: made.index,
                place: plan.links[interface.link].place.clone(),
                spanning,
            })
        });
        Self {
            links: links.collect(),
            sockets,
            deadline: Instant::now() + PATIENCE,
            carried: 0,
            settled: 0,
            waited: false,
            waiting: None,
        }
    }

    /// Gives up at another moment.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = deadline;
        self
    }

    /// Steps the wait for `links[place]` to meet `condition`; whether it does now.
    fn wait(&mut self, place: usize, condition: Condition) -> Result<Step<()>> {
        let Pending { namespace, name, index, place, .. } = &self.links[place];
        let wait = || Wait::new(Device::known(namespace, name, *index), condition, Some(self.deadline));
        let step = self.waiting.get_or_insert_with(wait).step().map_err(|error| error.place(place.clone()))?;
        Ok(match step {
            Step::Wait(needs) => Step::Wait(needs),
            Step::Done(_) => {
                self.waiting = None;
                Step::Done(())
            }
        })
    }

    /// Whether a link carries packets, asked in the cheapest way.
    fn carries(&self, link: &Pending) -> Result<bool> {
        match &self.sockets[link.node] {
            Some(socket) => link::is_running(socket, &link.name),
            None => link.namespace.with_socket(|socket| link::is_running(socket, &link.name)),
        }
    }

    /// Goes on to the first link that does not carry packets yet.
    fn look_for_carriers(&mut self) -> Result<Step<()>> {
        while self.carried < self.links.len() {
            let is_waited_for = self.waiting.is_some();
            if !is_waited_for && self.carries(&self.links[self.carried])? {
                self.carried += 1;
                continue;
            }
            let up = Condition { up: Some(true), ..Condition::default() };
            match self.wait(self.carried, up)? {
                Step::Done(()) => self.carried += 1,
                wait => return Ok(wait),
            }
        }
        // A link says that it runs a moment before its queue takes packets, and its bridge learns of it; the kernel's lock
        // is held until then, and a request has to wait for it.
        Namespace::home().with_socket(link::wait_for_changes)?;
        Ok(Step::Done(()))
    }

    /// Goes on to the first port that still listens or learns; begins anew until all have settled at the same time.
    fn look_for_ports(&mut self) -> Result<Step<()>> {
        loop {
            while self.settled < self.links.len() {
                if self.links[self.settled].spanning {
                    let settled = Condition { settled: Some(true), ..Condition::default() };
                    if let wait @ Step::Wait(_) = self.wait(self.settled, settled)? {
                        self.waited = true;
                        return Ok(wait);
                    }
                }
                self.settled += 1;
            }
            if !std::mem::take(&mut self.waited) {
                return Ok(Step::Done(()));
            }
            self.settled = 0;
        }
    }
}

impl Operation for Ready {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        if let wait @ Step::Wait(_) = self.look_for_carriers()? {
            return Ok(wait);
        }
        self.look_for_ports()
    }
}
