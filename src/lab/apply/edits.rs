//! What is changed inside nodes that are there: first what goes away, later what comes and what is set otherwise.

use netlink_packet_core::{NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE};
use nix::errno::Errno;

use super::Target;
use crate::error::Result;
use crate::kernel::addr::AddrSpec;
use crate::kernel::device::Device;
use crate::kernel::link::request::{self, Request};
use crate::kernel::link::{self, AddrGenMode, LinkSpec, Master, Setting, parse_mac};
use crate::kernel::route::RouteSpec;
use crate::kernel::sysctl;
use crate::kernel::tc;
use crate::kernel::words;
use crate::lab::build::namespaces::bridge_request;
use crate::lab::build::{Site, devices, settings};
use crate::lab::diff::{Change, Edit};

/// What a request of a batch is about, for the words of its refusal.
enum About<'a> {
    Address(&'a str, &'a AddrSpec),
    Route(&'a RouteSpec),
    /// Something that goes away.
    Removal,
}

/// Takes away the routes and addresses that nobody planned.
pub(super) fn take_away(target: &Target<'_>, changes: &[&Change]) -> Result<()> {
    let removals = changes.iter().filter_map(|change| {
        let request = match &change.edit {
            Edit::RemoveRoute(found) => found.removal(),
            Edit::RemoveAddress { index, spec } => spec.removal(*index),
            _ => return None,
        };
        Some((request, About::Removal, *change))
    });
    send(target, removals.collect())
}

/// Writes the sysctls that differ: those of the node before its links are made, those of an interface (`own`) afterwards.
pub(super) fn write_sysctls(target: &Target<'_>, changes: &[&Change], own: bool) -> Result<()> {
    for change in changes {
        let (Edit::Sysctl(value), Some(key)) = (&change.edit, &change.name) else { continue };
        if settings::needs_interface(key, target.assigned) == own {
            let written = sysctl::write(&target.node.namespace, key, value);
            written.map_err(|error| error.object(&change.node).place(change.place.clone()))?;
        }
    }
    Ok(())
}

/// Makes the bridge of a switch that has lost it.
pub(super) fn add_bridge(target: &Target<'_>, changes: &[&Change]) -> Result<()> {
    let Some(change) = changes.iter().find(|change| matches!(change.edit, Edit::AddBridge)) else { return Ok(()) };
    let Some(bridge) = &target.assigned.bridge else { return Ok(()) };
    let up = LinkSpec { up: Some(true), ..LinkSpec::default() };
    let requests = vec![bridge_request(bridge)?, request::change(bridge.index, &up, None)?];
    let made = target.node.namespace.with_socket(|socket| socket.batch(requests).map_err(|(_, error)| error));
    made.map_err(|error| error.object(&change.node).place(change.place.clone()))
}

/// Makes the devices that a node lacks: those that stand on its links, or the others.
pub(super) fn add_devices(site: &Site<'_>, changes: &[&Change], late: bool) -> Result<()> {
    for change in changes {
        if let Edit::AddDevice(place) = change.edit
            && devices::is_late(site, place) == late
        {
            let made = devices::one(site, place, &site.node.devices[place]);
            made.map_err(|error| error.place(change.place.clone()))?;
        }
    }
    Ok(())
}

/// Sets links otherwise, then adds addresses and routes.
pub(super) fn put_right(target: &Target<'_>, changes: &[&Change]) -> Result<()> {
    set_links(target, changes)?;
    shape_links(target, changes)?;
    let additions = changes.iter().filter_map(|change| {
        let name = change.name.as_deref().unwrap_or_default();
        match &change.edit {
            Edit::AddAddress { index, spec } => Some(vec![(spec.request(*index), About::Address(name, spec), *change)]),
            _ => None,
        }
    });
    let mut all: Vec<_> = additions.flatten().collect();
    for change in changes {
        all.extend(route_requests(target, change)?);
    }
    send(target, all)
}

type Order<'a> = (Request, About<'a>, &'a Change);

fn route_requests<'a>(target: &Target<'_>, change: &'a Change) -> Result<Vec<Order<'a>>> {
    let request = |spec: &RouteSpec| spec.request(&mut |name| target.index(name));
    Ok(match &change.edit {
        Edit::AddRoute(spec) => vec![(request(spec)?, About::Route(spec), change)],
        Edit::AddConnected(spec) => {
            let (message, _) = request(spec)?;
            vec![((message, NLM_F_CREATE | NLM_F_APPEND), About::Route(spec), change)]
        }
        Edit::ReplaceRoute(_, spec) if spec.is_ipv4() => {
            // In one step: packets have a way all the time.
            let (message, _) = request(spec)?;
            vec![((message, NLM_F_CREATE | NLM_F_REPLACE), About::Route(spec), change)]
        }
        Edit::ReplaceRoute(found, spec) => {
            vec![(found.removal(), About::Removal, change), (request(spec)?, About::Route(spec), change)]
        }
        _ => Vec::new(),
    })
}

/// Sends requests. What is so already is no error: the next look tells what is left to do.
fn send(target: &Target<'_>, orders: Vec<Order<'_>>) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let (requests, about): (Vec<_>, Vec<_>) =
        orders.into_iter().map(|(request, of, change)| (request, (of, change))).unzip();
    let refusals = target.node.namespace.with_socket(|socket| socket.batch_refusals(&requests))?;
    let gone = [Errno::ESRCH, Errno::ENODEV, Errno::ENOENT, Errno::EADDRNOTAVAIL];
    for (place, error) in refusals {
        let (of, change) = &about[place];
        let errno = error.as_errno();
        let error = match of {
            About::Removal if errno.is_some_and(|errno| gone.contains(&errno)) => continue,
            About::Address(..) | About::Route(_) if errno == Some(Errno::EEXIST) => continue,
            About::Removal => error.object(&change.node),
            About::Address(name, spec) => spec.refused(error, &Device::new(&target.node.namespace, name)?),
            About::Route(spec) => spec.refused(error, &target.node.namespace),
        };
        return Err(error.place(change.place.clone()));
    }
    Ok(())
}

/// Sets links otherwise: all that is to be set of one link together.
fn set_links(target: &Target<'_>, changes: &[&Change]) -> Result<()> {
    let mut specs: Vec<(u32, &Change, LinkSpec)> = Vec::new();
    for change in changes {
        let Edit::Set { index, key, value } = &change.edit else { continue };
        let known = specs.iter().position(|(other, ..)| other == index);
        let place = known.unwrap_or_else(|| {
            specs.push((*index, change, LinkSpec::default()));
            specs.len() - 1
        });
        put(target, &mut specs[place].2, key, value)?;
    }
    for (index, change, spec) in specs {
        let name = change.name.as_deref().unwrap_or_default();
        let set = link::set(&Device::known(&target.node.namespace, name, index), &spec);
        set.map_err(|error| error.place(change.place.clone()))?;
    }
    Ok(())
}

/// Has links send otherwise.
fn shape_links(target: &Target<'_>, changes: &[&Change]) -> Result<()> {
    for change in changes {
        let Edit::Shape { index, shape } = &change.edit else { continue };
        let name = change.name.as_deref().unwrap_or_default();
        let set = tc::set(&Device::known(&target.node.namespace, name, *index), shape);
        set.map_err(|error| error.place(change.place.clone()))?;
    }
    Ok(())
}

/// Puts a setting, in the words of `link_set`, into what is asked for.
fn put(target: &Target<'_>, spec: &mut LinkSpec, key: &str, value: &Setting) -> Result<()> {
    let on = matches!(value, Setting::Switch(true));
    let number = match value {
        Setting::Integer(number) => u32::try_from(*number).unwrap_or_default(),
        _ => 0,
    };
    let text = match value {
        Setting::Text(text) => text.as_str(),
        _ => "",
    };
    match key {
        "up" => spec.up = Some(on),
        "promisc" => spec.promisc = Some(on),
        "allmulticast" => spec.allmulticast = Some(on),
        "multicast" => spec.multicast = Some(on),
        "arp" => spec.arp = Some(on),
        "group" => spec.group = Some(number),
        "mtu" => spec.mtu = Some(number),
        "txqueuelen" => spec.txqueuelen = Some(number),
        "name" => spec.name = Some(text.to_owned()),
        "alias" => spec.alias = Some(text.to_owned()),
        "address" => spec.address = Some(parse_mac(text)?),
        "addrgenmode" => spec.addrgenmode = Some(AddrGenMode::parse(text)?),
        "master" if text.is_empty() => spec.master = Some(Master::None),
        "master" => {
            let index = target.index(text)?;
            spec.master = Some(Master::Link(Device::known(&target.node.namespace, text, index)));
        }
        key if words::has(link::more::WORDS, key) => spec.more.push((key.to_owned().into(), value.clone())),
        key => {
            if key == "peers" {
                // Those that are planned, and no others.
                spec.options.push(("replace_peers".into(), Setting::Switch(true)));
            }
            spec.options.push((key.to_owned().into(), value.clone()));
        }
    }
    Ok(())
}

impl Target<'_> {
    /// The index of one of the node's interfaces.
    fn index(&self, name: &str) -> Result<u32> {
        let bridge = self.assigned.bridge.iter().map(|bridge| (&bridge.name, bridge.index));
        let interfaces = self.assigned.interfaces.iter().map(|interface| (&interface.name, interface.index));
        match interfaces.chain(bridge).find(|(known, _)| *known == name) {
            Some((_, index)) => Ok(index),
            None => Device::new(&self.node.namespace, name)?.index(),
        }
    }
}
