//! What a build makes of a node, in the words in which the kernel is read. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use super::{Role, Wanted, WantedInterface, WantedRoute, end_of};
use crate::kernel::link::{Setting, Settings, format_mac, kind, more};
use crate::kernel::route::{Destination, Family};
use crate::kernel::tc::Shape;
use crate::lab::assign::{Assigned, Bridge, Interface};
use crate::lab::build::settings;
use crate::lab::plan::{End, HostLink, NodeDevice, Plan, Wants};

/// What a veth has that is told nothing else (Linux `ETH_DATA_LEN`, `DEFAULT_TX_QUEUE_LEN`).
const MTU: u32 = 1500;
const TXQUEUELEN: u32 = 1000;
/// The same of what it sends and puts together at once (Linux `GSO_LEGACY_MAX_SIZE`, `GSO_MAX_SEGS`).
const GSO_BYTES: u32 = 65_536;
const GSO_PACKETS: u32 = 65_535;

/// What the node at this place of the plan is to have.
pub(in crate::lab) fn wanted(plan: &Plan, assigned: &Assigned, node: usize) -> Wanted {
    let (planned, of) = (&plan.nodes[node], &assigned.nodes[node]);
    let ipv6 = settings::speaks_ipv6(planned, of);
    let loopback = WantedInterface {
        name: "lo".to_owned(),
        role: Role::Loopback,
        kind: "loopback".to_owned(),
        settings: of_loopback(),
        addresses: planned.addresses.clone(),
        own: loopbacks(),
        shape: Shape::default(),
        place: planned.place.clone(),
    };
    let bridge = of.bridge.as_ref().map(|bridge| WantedInterface {
        name: bridge.name.clone(),
        role: Role::Bridge,
        kind: "bridge".to_owned(),
        settings: of_bridge(bridge),
        addresses: Vec::new(),
        own: Vec::new(),
        shape: Shape::default(),
        place: planned.place.clone(),
    });
    let devices = planned.devices.iter().enumerate().map(|(place, device)| WantedInterface {
        name: device.name.clone(),
        role: Role::Device(place),
        kind: device.wants.spec.kind.clone().unwrap_or_default(),
        settings: of_device(device),
        addresses: device.addresses.clone(),
        own: Vec::new(),
        shape: Shape::default(),
        place: planned.place.clone(),
    });
    let ends = of.interfaces.iter().enumerate().map(|(place, interface)| WantedInterface {
        name: interface.name.clone(),
        role: Role::End(interface.link),
        kind: "veth".to_owned(),
        settings: of_end(interface, wants(plan, assigned, (node, place)), of.bridge.as_ref(), ipv6),
        addresses: interface.addresses.clone(),
        own: if ipv6 && interface.ipv6 && wants(plan, assigned, (node, place)).spec.addrgenmode.is_none() {
            vec![link_local(interface.mac)]
        } else {
            Vec::new()
        },
        shape: plan.links[interface.link].shape_of(end(plan, assigned, (node, place))),
        place: plan.links[interface.link].place.clone(),
    });
    let hosts = planned.hosts.iter().enumerate().map(|(place, host)| WantedInterface {
        name: host.name().to_owned(),
        role: Role::Host(place),
        kind: format!("host {}", host.device),
        settings: of_host(host, of.bridge.as_ref()),
        addresses: host.addresses.clone(),
        own: Vec::new(),
        shape: Shape::default(),
        place: host.place.clone(),
    });
    Wanted {
        interfaces: std::iter::once(loopback).chain(bridge).chain(devices).chain(ends).chain(hosts).collect(),
        routes: of.routes.iter().map(|route| of_route(assigned, node, route)).collect(),
        sysctls: settings::wanted(planned, of),
    }
}

/// What the script wants of an interface.
fn wants<'a>(plan: &'a Plan, assigned: &Assigned, at: super::At) -> &'a Wants {
    &end(plan, assigned, at).wants
}

/// The end of a link that an interface is.
fn end<'a>(plan: &'a Plan, assigned: &Assigned, at: super::At) -> &'a End {
    let link = assigned.nodes[at.0].interfaces[at.1].link;
    let planned = &plan.links[link];
    if end_of(plan, assigned, link, 0) == at { &planned.a } else { &planned.b }
}

fn switch(key: &'static str, on: bool) -> (Cow<'static, str>, Setting) {
    (Cow::Borrowed(key), Setting::Switch(on))
}

fn integer(key: &'static str, value: u32) -> (Cow<'static, str>, Setting) {
    (Cow::Borrowed(key), Setting::Integer(i64::from(value)))
}

fn text(key: &'static str, value: &str) -> (Cow<'static, str>, Setting) {
    (Cow::Borrowed(key), Setting::Text(value.to_owned()))
}

/// Linux `loopback_setup`, and up.
fn of_loopback() -> Settings {
    let mut settings = vec![switch("up", true), switch("promisc", false), switch("allmulticast", false)];
    settings.extend([integer("mtu", 65_536), integer("txqueuelen", TXQUEUELEN), text("alias", ""), text("name", "lo")]);
    settings
}

/// The flags of any link that nobody has changed.
fn usual() -> [(Cow<'static, str>, Setting); 6] {
    [
        switch("up", true),
        switch("promisc", false),
        switch("allmulticast", false),
        switch("multicast", true),
        switch("arp", true),
        integer("group", 0),
    ]
}

fn of_end(interface: &Interface, wants: &Wants, bridge: Option<&Bridge>, ipv6: bool) -> Settings {
    let mut settings: Settings = usual().into();
    settings.push(integer("mtu", interface.mtu.unwrap_or(MTU)));
    settings.push(text("address", &format_mac(&interface.mac)));
    settings.push(integer("txqueuelen", TXQUEUELEN));
    settings.push(text("alias", ""));
    settings.push(("altnames".into(), Setting::List(Vec::new())));
    settings.extend([integer("gso_max_size", GSO_BYTES), integer("gso_max_segs", GSO_PACKETS)]);
    settings.push(integer("gro_max_size", GSO_BYTES));
    settings.push(text("master", bridge.map_or("", |bridge| &bridge.name)));
    if ipv6 {
        settings.push(text("addrgenmode", if interface.ipv6 { "eui64" } else { "none" }));
    }
    if bridge.is_some() {
        // What a port of a bridge has that is told nothing else (Linux `br_add_if`).
        settings.extend(["learning", "flood", "mcast_flood", "bcast_flood"].map(|key| switch(key, true)));
        settings.extend(["hairpin", "guard", "isolated", "locked", "neigh_suppress"].map(|key| switch(key, false)));
    }
    overlay(&mut settings, wants);
    settings
}

/// Of a device of the script's kind only what it says: kinds differ in all else.
fn of_device(device: &NodeDevice) -> Settings {
    let mut settings = vec![switch("up", device.wants.spec.up.unwrap_or(true))];
    settings.push(text("master", ""));
    overlay(&mut settings, &device.wants);
    settings
}

/// Of an interface of somebody else's only what the lab makes of it.
fn of_host(host: &HostLink, bridge: Option<&Bridge>) -> Settings {
    let mut settings = vec![switch("up", true), text("master", bridge.map_or("", |bridge| &bridge.name))];
    settings.extend(host.mtu.map(|mtu| integer("mtu", mtu)));
    settings.extend(host.mac.map(|mac| text("address", &format_mac(&mac))));
    settings
}

/// Puts what the script wants in the place of what is usual.
fn overlay(settings: &mut Settings, wants: &Wants) {
    let spec = &wants.spec;
    let mut put = |given: Option<(Cow<'static, str>, Setting)>| {
        if let Some((key, value)) = given {
            settings.retain(|(known, _)| *known != key);
            settings.push((key, value));
        }
    };
    put(spec.mtu.map(|mtu| integer("mtu", mtu)));
    put(spec.address.map(|mac| text("address", &format_mac(&mac))));
    put(spec.group.map(|group| integer("group", group)));
    put(spec.txqueuelen.map(|length| integer("txqueuelen", length)));
    put(spec.alias.as_deref().map(|alias| text("alias", alias)));
    put(spec.promisc.map(|on| switch("promisc", on)));
    put(spec.allmulticast.map(|on| switch("allmulticast", on)));
    put(spec.multicast.map(|on| switch("multicast", on)));
    put(spec.arp.map(|on| switch("arp", on)));
    put(spec.addrgenmode.map(|mode| text("addrgenmode", mode.name())));
    put(wants.master.as_deref().map(|master| text("master", master)));
    let kind = spec.kind.as_deref().unwrap_or_default();
    kind::as_read(kind, &spec.options).into_iter().for_each(|option| put(Some(option)));
    more::comparable(&spec.more).into_iter().for_each(|option| put(Some(option)));
}

fn of_bridge(bridge: &Bridge) -> Settings {
    let mut settings: Settings = usual().into();
    // Linux `br_dev_setup`, and the shortest times for a spanning tree.
    let (forward_delay, hello_time, max_age) = if bridge.stp { (2, 1, 6) } else { (15, 2, 20) };
    settings.push(switch("stp_state", bridge.stp));
    settings.push(switch("vlan_filtering", bridge.filters));
    settings.push(integer("forward_delay", forward_delay));
    settings.push(integer("hello_time", hello_time));
    settings.push(integer("max_age", max_age));
    settings.push(integer("ageing_time", 300));
    settings
}

/// The addresses that the kernel gives a loopback that is up, where it has their families.
fn loopbacks() -> Vec<IpNet> {
    let four = IpNet::new_assert(IpAddr::from(Ipv4Addr::LOCALHOST), 8);
    vec![four, IpNet::new_assert(IpAddr::from(Ipv6Addr::LOCALHOST), 128)]
}

/// The address that the kernel makes of a MAC address (RFC 4291, appendix A).
pub(in crate::lab) fn link_local(mac: [u8; 6]) -> IpNet {
    let [a, b, c, d, e, f] = mac;
    let mut octets = [0; 16];
    octets[..2].copy_from_slice(&[0xfe, 0x80]);
    octets[8..].copy_from_slice(&[a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from(octets), 64))
}

fn of_route(assigned: &Assigned, node: usize, route: &crate::lab::assign::Route) -> WantedRoute {
    let of = &assigned.nodes[node];
    let ways = route.ways.iter().map(|way| (way.via, Some(of.at(way.interface).0), 1));
    let dst = if route.dst.prefix_len() == 0 { Destination::Default } else { Destination::Net(route.dst) };
    let family = if route.dst.addr().is_ipv4() { Family::Inet } else { Family::Inet6 };
    WantedRoute {
        key: route_key(family, &dst.to_string(), "main", None),
        dst: dst.to_string(),
        text: ways_text(ways),
        spec: route.spec(of),
    }
}

/// What there can be only one route for in a namespace.
pub(super) fn route_key(family: Family, dst: &str, table: &str, metric: Option<u32>) -> String {
    let metric = metric.map_or_else(String::new, |metric| format!(" metric {metric}"));
    format!("{family:?} {dst} table {table}{metric}")
}

/// Where a route goes, in `ip route`'s words; of several ways in one order, whatever order they were given in.
pub(super) fn ways_text<'a>(ways: impl Iterator<Item = (Option<IpAddr>, Option<&'a str>, u16)>) -> String {
    let way = |(via, dev, weight): (Option<IpAddr>, Option<&str>, u16)| {
        let via = via.map_or_else(String::new, |via| format!(" via {via}"));
        let dev = dev.map_or_else(String::new, |dev| format!(" dev {dev}"));
        let weight = if weight == 1 { String::new() } else { format!(" weight {weight}") };
        via + &dev + &weight
    };
    let mut texts: Vec<String> = ways.map(way).collect();
    if let [one] = &mut texts[..] {
        return std::mem::take(one).trim_start().to_owned();
    }
    texts.sort();
    texts.iter().map(|text| format!("nexthop{text}")).collect::<Vec<_>>().join(" ")
}

/// The keys of the sysctls that matter to some nodes, by the nodes' names.
pub(in crate::lab) fn sysctl_keys(plan: &Plan, assigned: &Assigned) -> BTreeMap<String, Vec<String>> {
    let nodes = plan.nodes.iter().zip(&assigned.nodes);
    nodes.map(|(node, of)| (node.name.clone(), settings::wanted(node, of).into_keys().collect())).collect()
}
