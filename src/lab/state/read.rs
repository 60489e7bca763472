//! What the kernel has of each node of a lab that is up: one visit a namespace, then dumps over a socket inside.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::wanted::{route_key, ways_text};
use super::{At, Have, HaveAddress, HaveInterface, HaveRoute, Seen};
use crate::error::{Error, Result, explain};
use crate::kernel::addr::{self, Address, Lifetime};
use crate::kernel::link::{self, Link, Setting, Settings, more};
use crate::kernel::namespace::{Namespace, id, many};
use crate::kernel::route::{self, Family, Filter, Found, Route, TableFilter};
use crate::kernel::sysctl::Here;
use crate::kernel::tc;
use crate::kernel::words::find;
use crate::lab::live::LiveNode;
use crate::netlink::Socket;
use crate::wait::interrupt;

/// How many namespaces are read through one /proc (`Here`).
const TOGETHER: usize = 16;

/// What each kernel makes by itself in a namespace when a module for tunnels is there, and lets nobody delete.
const FALLBACKS: [&str; 9] =
    ["tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0"];

/// The metric of an IPv6 route that is told none (Linux `IP6_RT_PRIO_USER`).
const USUAL_METRIC6: u32 = 1024;

/// Reads those nodes that `wanted` says, by their places. `keys` are the sysctls to read, by node.
///
/// Errors: no privilege; an interrupt.
pub(in crate::lab) fn read(
    nodes: &[LiveNode],
    keys: &BTreeMap<String, Vec<String>>,
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Seen>> {
    let mut links = Vec::with_capacity(nodes.len());
    let mut states = Vec::with_capacity(nodes.len());
    for (chunk, some) in nodes.chunks(TOGETHER).enumerate() {
        interrupt::check()?;
        let is_wanted = |place: usize| wanted(chunk * TOGETHER + place);
        let mut visited = visit(some, keys, is_wanted)?.into_iter();
        for (place, node) in some.iter().enumerate() {
            let read = match visited.next().flatten() {
                _ if !is_wanted(place) => Ok((Seen::Unread, Vec::new())),
                None => Ok((Seen::Gone, Vec::new())),
                Some(visit) => look(node, visit),
            };
            let (state, of) = read.map_err(|error: Error| error.object(&node.name))?;
            states.push(state);
            links.push(of);
        }
    }
    pair_up(nodes, &links, &mut states)?;
    Ok(states)
}

/// What a visit brings home: a socket that stays inside, and what sysctls say.
type Visit = (Socket, BTreeMap<String, Option<String>>);

/// Visits some nodes, one after another; none where the namespace is gone, and where nobody wants it.
fn visit(
    nodes: &[LiveNode],
    keys: &BTreeMap<String, Vec<String>>,
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Option<Visit>>> {
    let (mut fds, mut asked, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for (place, node) in nodes.iter().enumerate() {
        let fd = match wanted(place).then(|| node.namespace.open()) {
            None => None,
            Some(Err(error)) if is_gone(&error) => None,
            Some(fd) => Some(fd?),
        };
        open.push(fd.is_some());
        if let Some(fd) = fd {
            fds.push(fd);
            asked.push(keys.get(&node.name).cloned().unwrap_or_default());
        }
    }
    let mut here = None;
    let visits = many::enter(fds, move |number| {
        let here = match &mut here {
            Some(here) => here,
            none => none.insert(Here::open()?),
        };
        Ok((Socket::open()?, read_sysctls(here, &asked[number])?))
    })?;
    let mut visits = visits.into_iter();
    Ok(open.into_iter().map(|open| if open { visits.next() } else { None }).collect())
}

/// Reads sysctls where the thread is; what the kernel lacks is left out.
fn read_sysctls(here: &Here, keys: &[String]) -> Result<BTreeMap<String, Option<String>>> {
    let mut sysctls = BTreeMap::new();
    for key in keys {
        match here.read(key) {
            Ok(Some(value)) => _ = sysctls.insert(key.clone(), Some(value)),
            Ok(None) => {}
            Err(error) if error.is(&explain::SYSCTL_DENIED) => _ = sysctls.insert(key.clone(), None),
            Err(error) => return Err(error),
        }
    }
    Ok(sysctls)
}

fn look(node: &LiveNode, (mut socket, sysctls): Visit) -> Result<(Seen, Vec<Link>)> {
    let mut links = link::list_in(&mut socket)?;
    link::read_asides(&node.namespace, &mut links);
    Ok((Seen::There(fill(&mut socket, &node.namespace, &links, sysctls)?), links))
}

/// Whether an error says that a namespace is no more.
pub(in crate::lab) fn is_gone(error: &Error) -> bool {
    let rows = [
        &explain::NAMESPACE_GONE,
        &explain::NAMESPACE_REPLACED,
        &explain::NAMESPACE_MISSING,
        &explain::NAMESPACE_CLOSED,
    ];
    rows.iter().any(|row| error.is(row))
}

fn fill(
    socket: &mut Socket,
    namespace: &Namespace,
    links: &[Link],
    sysctls: BTreeMap<String, Option<String>>,
) -> Result<Have> {
    let mut interfaces: Vec<HaveInterface> = Vec::with_capacity(links.len());
    let mut at = HashMap::with_capacity(links.len());
    for link in links.iter().filter(|link| !FALLBACKS.contains(&link.name.as_str())) {
        at.insert(link.index, interfaces.len());
        interfaces.push(of_link(link));
    }
    if links.iter().any(|link| matches!(link.qdisc.as_deref(), Some("tbf" | "netem"))) {
        let mut kept = tc::list_in(socket)?;
        interfaces.iter_mut().for_each(|interface| interface.kept = kept.remove(&interface.index));
    }
    for address in addr::list_in(socket, None)? {
        let Some(interface) = at.get(&address.index).map(|&place| &mut interfaces[place]) else { continue };
        match whose(&address, &interface.kind) {
            Whose::Kernel => interface.own.push(address.address),
            Whose::Anybody => {
                interface.addresses.push(HaveAddress { text: address_text(&address), spec: address.spec() });
            }
            Whose::Program => {}
        }
    }
    let names = links.iter().map(|link| (link.index, link.name.clone())).collect();
    let all = Filter { table: TableFilter::All, ..Filter::default() };
    let routes = route::find_in(socket, namespace, names, &all)?;
    let (mut by_hand, mut connected) = (Vec::new(), HashSet::new());
    for found in routes {
        if is_by_hand(&found.route) {
            by_hand.push(of_route(found));
        } else if let ("kernel", true, Some(dev)) =
            // A port of a VRF has them in that one's table.
            (&*found.route.proto, &*found.route.table != "local", found.route.dev)
        {
            connected.insert((found.route.dst.to_string(), dev.to_string()));
        }
    }
    Ok(Have { interfaces, routes: by_hand, connected, sysctls })
}

fn of_link(link: &Link) -> HaveInterface {
    let switch = |key: &'static str, on: bool| (Cow::Borrowed(key), Setting::Switch(on));
    let integer = |key: &'static str, value: u32| (Cow::Borrowed(key), Setting::Integer(i64::from(value)));
    let text = |key: &'static str, value: Option<&str>| {
        (Cow::Borrowed(key), Setting::Text(value.unwrap_or_default().to_owned()))
    };
    let mut settings: Settings = vec![
        switch("up", link.up),
        switch("promisc", link.promisc),
        switch("allmulticast", link.allmulticast),
        switch("multicast", link.multicast),
        switch("arp", link.arp),
        integer("group", link.group),
        integer("mtu", link.mtu),
        text("address", link.address.as_deref()),
        integer("txqueuelen", link.txqueuelen),
        text("alias", link.alias.as_deref()),
        text("master", link.master.as_deref()),
        text("name", Some(&link.name)),
    ];
    settings.extend(link.addrgenmode.map(|mode| text("addrgenmode", Some(mode.name()))));
    settings.extend(link.data.iter().chain(&link.port).cloned());
    settings.extend(more::comparable_read(&link.more));
    // A key that is none is not shown.
    if find(&link.data, "public_key").is_none() && find(&link.data, "peers").is_some() {
        settings.push(text("private_key", None));
    }
    HaveInterface {
        name: link.name.clone(),
        index: link.index,
        running: link.running,
        kind: link.kind.clone().unwrap_or_else(|| link.link_type.clone()),
        settings,
        ..HaveInterface::default()
    }
}

/// Where an address comes from.
enum Whose {
    /// That of the loopback, or one that reaches its link alone (IPv6).
    Kernel,
    /// Learnt from a router or by DHCP: it ends by itself.
    Program,
    Anybody,
}

fn whose(address: &Address, kind: &str) -> Whose {
    let net = address.address;
    let loopback = kind == "loopback" && net.addr().is_loopback() && address.scope == "host";
    match address.valid_lft {
        _ if loopback || (net.addr().is_ipv6() && address.scope == "link") => Whose::Kernel,
        Lifetime::Seconds(_) => Whose::Program,
        Lifetime::Forever => Whose::Anybody,
    }
}

/// An address with all in which it differs from one that is only added.
fn address_text(address: &Address) -> String {
    let mut text = address.address.to_string();
    let mut add = |word: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    };
    add("peer", address.peer.map(|peer| peer.to_string()));
    add("broadcast", address.broadcast.map(|broadcast| broadcast.to_string()));
    add("metric", address.metric.map(|metric| metric.to_string()));
    if address.flags.contains(&"noprefixroute") {
        text.push_str(" noprefixroute");
    }
    text
}

/// Whether a person or a script made a route, as far as its protocol tells. Those of the kernel, of routers' messages, of
/// DHCP and of routing daemons are theirs.
fn is_by_hand(route: &Route) -> bool {
    matches!(&*route.proto, "unspec" | "boot" | "static") && &*route.table != "local"
}

fn of_route(found: Found) -> HaveRoute {
    let route = &found.route;
    let metric = match (route.family, route.metric) {
        (Family::Inet6, Some(USUAL_METRIC6)) => None,
        (_, metric) => metric,
    };
    let ways = if route.nexthops.is_empty() {
        ways_text(std::iter::once((route.via, route.dev.as_deref(), 1)))
    } else {
        ways_text(route.nexthops.iter().map(|way| (way.via, way.dev.as_deref(), way.weight)))
    };
    let mut text = if &*route.kind == "unicast" { ways } else { route.kind.to_string() };
    let mut add = |word: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    };
    add("metric", metric.map(|metric| metric.to_string()));
    add("table", (&*route.table != "main").then(|| route.table.to_string()));
    add("src", route.src.map(|src| src.to_string()));
    add("mtu", route.mtu.map(|mtu| mtu.to_string()));
    add("advmss", route.advmss.map(|size| size.to_string()));
    add("tos", route.tos.map(|tos| tos.to_string()));
    add("nhid", route.nhid.map(|id| id.to_string()));
    add("pref", route.pref.filter(|&pref| pref != "medium").map(str::to_owned));
    if route.onlink {
        text.push_str(" onlink");
    }
    let dst = route.dst.to_string();
    HaveRoute { key: route_key(route.family, &dst, &route.table, metric), dst, text, found }
}

/// One end of a pair.
struct End {
    at: At,
    /// The id of the namespace in which the other end is; none: the same.
    elsewhere: Option<i32>,
}

/// Finds out which interfaces are the two ends of one pair: each knows the index of the other.
fn pair_up(nodes: &[LiveNode], links: &[Vec<Link>], states: &mut [Seen]) -> Result<()> {
    let mut known: HashMap<(u32, u32), Vec<End>> = HashMap::new();
    for (node, state) in states.iter().enumerate() {
        let Some(state) = state.have() else { continue };
        let of: HashMap<u32, &Link> = links[node].iter().map(|link| (link.index, link)).collect();
        for (place, interface) in state.interfaces.iter().enumerate() {
            let Some(link) = of.get(&interface.index) else { continue };
            if let Some(other) = link.link_index {
                let end = End { at: (node, place), elsewhere: link.link_netnsid };
                known.entry((interface.index, other)).or_default().push(end);
            }
        }
    }
    let mut pairs = Vec::new();
    for (&(index, other), ends) in &known {
        let Some(candidates) = known.get(&(other, index)) else { continue };
        for end in ends {
            let node = end.at.0;
            let peer = match end.elsewhere {
                None => {
                    candidates.iter().find(|peer| peer.at.0 == node && peer.elsewhere.is_none()).map(|peer| peer.at)
                }
                // Indexes are the lab's own and hardly ever the same: only then is there more to ask.
                Some(_) if candidates.len() == 1 => Some(candidates[0].at),
                Some(id) => candidate(nodes, node, id, candidates)?,
            };
            pairs.extend(peer.filter(|&peer| peer != end.at).map(|peer| (end.at, peer)));
        }
    }
    for (at, peer) in pairs {
        if let Seen::There(state) = &mut states[at.0] {
            state.interfaces[at.1].peer = Some(peer);
        }
    }
    Ok(())
}

/// Which of several interfaces is in the namespace that `node` knows by this id.
fn candidate(nodes: &[LiveNode], node: usize, wanted: i32, candidates: &[End]) -> Result<Option<At>> {
    for &End { at, .. } in candidates {
        if id::seen_in(&nodes[node].namespace, &nodes[at.0].namespace)? == Some(wanted) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
