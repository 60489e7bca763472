//! One link of a lab that is up, down and up again: what the kernel drops with it comes back with it.

use std::time::{Duration, Instant};

use super::{Assigned, End, Link, Live, Plan};
use crate::error::{Error, Result, explain};
use crate::kernel::addr::{self, AddrSpec};
use crate::kernel::device::Device;
use crate::kernel::link::{self, Condition, LinkSpec, Wait};
use crate::kernel::namespace::Namespace;
use crate::kernel::route;
use crate::kernel::tc::{self, Shape};
use crate::wait::{Operation, Step};

/// What the kernel may take for a carrier, and for a spanning tree.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a link is made with where nothing is said.
const MTU: u32 = 1500;

/// Takes both ends of a link (its place in the plan) down, or up with their addresses and the routes over them.
pub fn set(plan: &Plan, assigned: &Assigned, live: &Live, cable: usize, up: bool) -> Result<()> {
    let planned = &plan.links[cable];
    let sides = [(planned.a.node, assigned.links[cable][0]), (planned.b.node, assigned.links[cable][1])];
    for (node, interface) in sides {
        let spec = LinkSpec { up: Some(up), ..LinkSpec::default() };
        link::set(&device(plan, assigned, live, node, interface)?, &spec)?;
    }
    if !up {
        return Ok(());
    }
    for (node, interface) in sides {
        let device = device(plan, assigned, live, node, interface)?;
        for address in &assigned.nodes[node].interfaces[interface].addresses {
            let spec = AddrSpec { nodad: address.addr().is_ipv6(), ..AddrSpec::new(*address) };
            match addr::add(&device, &spec) {
                Err(error) if error.code() == "EEXIST" => {}
                added => added?,
            }
        }
    }
    for (node, interface) in sides {
        let device = device(plan, assigned, live, node, interface)?;
        for planned in &assigned.nodes[node].routes {
            if planned.ways.iter().any(|way| way.interface == interface) {
                route::replace(&device.namespace, &planned.spec(&assigned.nodes[node]))?;
            }
        }
    }
    Ok(())
}

/// Changes how a link (its place in the plan) sends and its mtu to what `wanted` says, all or nothing.
pub fn change(plan: &Plan, assigned: &Assigned, live: &Live, cable: usize, wanted: &Link) -> Result<()> {
    let planned = &plan.links[cable];
    let sides = [(&planned.a, &wanted.a), (&planned.b, &wanted.b)];
    let mut done: Vec<(Device, Sending, Sending)> = Vec::new();
    for ((old, new), interface) in sides.into_iter().zip(assigned.links[cable]) {
        let device = device(plan, assigned, live, old.node, interface)?;
        let (old, new) = (Sending::of(plan, planned, old), Sending::of(plan, wanted, new));
        if let Err(error) = new.put(&device, &old) {
            for (device, old, new) in done {
                // What led here is what is told.
                let _ = old.put(&device, &new);
            }
            return Err(error);
        }
        done.push((device, old, new));
    }
    Ok(())
}

/// How an end sends.
#[derive(Debug, PartialEq)]
struct Sending {
    mtu: u32,
    shape: Shape,
}

impl Sending {
    fn of(plan: &Plan, link: &Link, end: &End) -> Self {
        let mtu = end.wants.spec.mtu.or(link.mtu).or(plan.options.mtu).unwrap_or(MTU);
        Self { mtu, shape: link.shape_of(end) }
    }

    /// Has a device that sends like `old` send like this; on an error it still sends like `old`.
    fn put(&self, device: &Device, old: &Self) -> Result<()> {
        let resize = |mtu| match self.mtu == old.mtu {
            true => Ok(()),
            false => link::set(device, &LinkSpec { mtu: Some(mtu), ..LinkSpec::default() }).map(drop),
        };
        resize(self.mtu)?;
        // What somebody put there by hand is no business of a link that is not shaped.
        if self == old || (self.shape.is_empty() && old.shape.is_empty()) {
            return Ok(());
        }
        tc::set(device, &self.shape).inspect_err(|_| drop(resize(old.mtu)))
    }
}

/// Waits until both ends of a link that was brought up carry packets, and ports of switches with spanning tree have
/// settled.
///
/// Errors: `ETIMEDOUT`, with the link.
#[derive(Debug)]
pub struct Carried(Vec<Wait>);

impl Carried {
    /// Looks at a link by its place in the plan.
    ///
    /// Errors: a node of it is not there any more.
    pub fn new(plan: &Plan, assigned: &Assigned, live: &Live, cable: usize) -> Result<Self> {
        let planned = &plan.links[cable];
        let deadline = Some(Instant::now() + PATIENCE);
        let up = Condition { up: Some(true), ..Condition::default() };
        let settled = Condition { settled: Some(true), ..Condition::default() };
        let mut waits = Vec::new();
        for (node, interface) in [planned.a.node, planned.b.node].into_iter().zip(assigned.links[cable]) {
            let device = device(plan, assigned, live, node, interface)?;
            let wait = |condition: &Condition| Wait::new(device.clone(), condition.clone(), deadline);
            if assigned.nodes[node].bridge.as_ref().is_some_and(|bridge| bridge.stp) {
                waits.insert(0, wait(&settled));
            }
            waits.push(wait(&up));
        }
        Ok(Self(waits))
    }
}

impl Operation for Carried {
    type Output = ();

    fn step(&mut self) -> Result<Step<()>> {
        // The last first: carriers, then ports.
        while let Some(wait) = self.0.last_mut() {
            if let Step::Wait(needs) = wait.step()? {
                return Ok(Step::Wait(needs));
            }
            self.0.pop();
        }
        // A link says that it runs a moment before its queue takes packets.
        Namespace::home().with_socket(link::wait_for_changes)?;
        Ok(Step::Done(()))
    }
}

/// One end of a link; one that is not there any more the kernel does not know by its name either.
fn device(plan: &Plan, assigned: &Assigned, live: &Live, node: usize, interface: usize) -> Result<Device> {
    let (name, planned) = (&plan.nodes[node].name, &assigned.nodes[node].interfaces[interface]);
    let live = live.node(name).ok_or_else(|| Error::new(&explain::LAB_NOT_UP).with("node", name).object(name))?;
    match live.index_of(interface, &planned.name) {
        Some(index) => Ok(Device::known(&live.namespace, &planned.name, index)),
        None => Device::new(&live.namespace, &planned.name),
    }
}
