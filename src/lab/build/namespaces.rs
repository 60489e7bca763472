//! First phase: the namespaces, each with its sysctls, its loopback up, and the bridge of a switch.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};

use super::settings::{Inherited, Settings, speaks_ipv6};
use super::{Phase, Progress, Report, Site};
use crate::error::{Error, Place, Result, explain};
use crate::kernel::link::{LinkSpec, Setting, request};
use crate::kernel::namespace::many::{self, Made};
use crate::kernel::namespace::{Group, Namespace};
use crate::kernel::sysctl::Here;
use crate::lab::assign::{Assigned, AssignedNode, Bridge};
use crate::lab::plan::{Existing, Node, Plan};
use crate::netlink::Socket;
use crate::process;
use crate::wait::interrupt;

/// How many are made in one visit, between two looks at the interrupt.
const CHUNK: usize = 64;
/// Descriptors that are left for everything but the namespaces and their sockets.
const RESERVE: usize = 512;
/// The index of the loopback in every namespace (Linux `LOOPBACK_IFINDEX`).
pub(in crate::lab) const LOOPBACK: u32 = 1;

/// `bridge`'s option that keeps VLANs apart.
const FILTERING: &str = "vlan_filtering";

/// What is done in a namespace while it is made.
struct Order {
    label: String,
    place: Option<Place>,
    settings: Settings,
    bridge: Option<Bridge>,
}

/// Makes the nodes at these places of the plan.
pub(in crate::lab) fn make<'a>(
    plan: &'a Plan,
    assigned: &'a Assigned,
    numbers: &[usize],
    group: Group,
    report: Report<'_>,
) -> Result<Vec<Site<'a>>> {
    let total = numbers.len();
    let keep_sockets = 2 * total + RESERVE <= descriptors_left();
    process::make_room(if keep_sockets { 2 * total } else { total });
    let inherited = Arc::new(OnceLock::new());
    let nodes: Vec<_> = numbers.iter().map(|&number| (&plan.nodes[number], &assigned.nodes[number])).collect();
    let is_new = |(node, _): &(&Node, &AssignedNode)| node.existing.is_none();
    let fresh: Vec<_> = nodes.iter().copied().filter(is_new).collect();
    let mut made = Vec::with_capacity(total);
    for chunk in fresh.chunks(CHUNK) {
        interrupt::check()?;
        report(Progress { phase: Phase::Namespaces, done: made.len(), total });
        let chunk = visit(chunk, group, &inherited).map_err(|error| error.place(first_place(chunk)))?;
        // What is not kept is closed before the next are made.
        made.extend(chunk.into_iter().map(|Made { namespace, socket }| (namespace, keep_sockets.then_some(socket))));
    }
    let mut made = made.into_iter();
    let mut site = |(&number, (node, assigned)): (&usize, (&'a Node, &'a AssignedNode))| {
        let (namespace, socket) = match &node.existing {
            Some(existing) => (borrow(node, existing, group)?, None),
            None => {
                let gone = || Error::new(&explain::BUG).with("what", "a node without a namespace");
                made.next().ok_or_else(gone)?
            }
        };
        Ok(Site {
            number,
            node,
            assigned,
            fd: namespace.open()?,
            namespace,
            socket,
            // There it is not the lab's to say.
            ipv6: speaks_ipv6(node, assigned) || (node.existing.is_some() && has_ipv6()),
            up: vec![false; assigned.interfaces.len()],
            joined: None,
        })
    };
    numbers.iter().zip(nodes).map(&mut site).collect()
}

/// A namespace that is there already, held by a descriptor of the lab's own: its programs are the lab's.
fn borrow(node: &Node, existing: &Existing, group: Group) -> Result<Namespace> {
    let fd = existing.namespace.open().map_err(|error| error.place(node.place.clone()))?;
    Ok(many::lent(fd.try_clone()?, node.name.clone(), group))
}

/// Makes the namespaces of some nodes, and inside each writes its sysctls and makes what it begins with.
fn visit(nodes: &[(&Node, &AssignedNode)], group: Group, inherited: &Arc<OnceLock<Inherited>>) -> Result<Vec<Made>> {
    let order = |&(node, assigned): &(&Node, &AssignedNode)| Order {
        label: node.name.clone(),
        place: node.place.clone(),
        settings: Settings::of(node, assigned),
        bridge: assigned.bridge.clone(),
    };
    let orders: Vec<Order> = nodes.iter().map(order).collect();
    let (inherited, mut here) = (Arc::clone(inherited), None);
    let labels = orders.iter().map(|order| order.label.clone()).collect();
    many::add(labels, group, move |number, socket| {
        let here = match &mut here {
            Some(here) => here,
            none => none.insert(Here::open()?),
        };
        let inherited = match inherited.get() {
            Some(inherited) => inherited,
            None => {
                let read = Inherited::read(here)?;
                inherited.get_or_init(|| read)
            }
        };
        let order = &orders[number];
        let done = order.settings.apply(here, inherited).and_then(|()| furnish(socket, order.bridge.as_ref()));
        done.map_err(|error| error.object(&order.label).place(order.place.clone()))
    })
}

/// Sets the loopback up and makes a switch's bridge.
fn furnish(socket: &mut Socket, bridge: Option<&Bridge>) -> Result<()> {
    let up = LinkSpec { up: Some(true), ..LinkSpec::default() };
    let mut requests = vec![request::change(LOOPBACK, &up, None)?];
    if let Some(bridge) = bridge {
        requests.push(bridge_request(bridge)?);
    }
    socket.batch(requests).map_err(|(_, error)| {
        if error.kernel_text().is_some() {
            return error;
        }
        // Refused without a word only by a kernel that was built without it.
        let error = error.explain(&[(Errno::EOPNOTSUPP, &explain::LINK_OPTION_MISSING)]);
        error.with("key", FILTERING).with("type", "bridge").with("config", "CONFIG_BRIDGE_VLAN_FILTERING")
    })
}

/// The request for a switch's bridge.
pub(in crate::lab) fn bridge_request(bridge: &Bridge) -> Result<request::Request> {
    request::new("bridge", &bridge.name, bridge.index, &options(bridge))
}

/// Filtering by VLAN, and the spanning tree with the shortest times that Linux allows (`BR_MIN_FORWARD_DELAY`, `BR_MIN_MAX_AGE`).
fn options(bridge: &Bridge) -> Vec<(Cow<'static, str>, Setting)> {
    let on = |name: &'static str| (Cow::Borrowed(name), Setting::Switch(true));
    let seconds = |name: &'static str, seconds| (Cow::Borrowed(name), Setting::Integer(seconds));
    let mut options = Vec::new();
    if bridge.filters {
        options.push(on(FILTERING));
    }
    if bridge.stp {
        options.extend([seconds("forward_delay", 2), seconds("hello_time", 1), seconds("max_age", 6), on("stp_state")]);
    }
    options
}

/// A limit that is met says nothing about one node: the first of those that were to be made stands for them.
fn first_place(nodes: &[(&Node, &AssignedNode)]) -> Option<Place> {
    nodes.first().and_then(|(node, _)| node.place.clone())
}

/// Whether the kernel has IPv6 at all.
fn has_ipv6() -> bool {
    std::path::Path::new("/proc/sys/net/ipv6").exists()
}

/// How many descriptors this process may still open.
fn descriptors_left() -> usize {
    let soft = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    usize::try_from(soft).unwrap_or(usize::MAX).saturating_sub(open)
}
