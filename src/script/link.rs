//! `netns`: links.

use std::time::Instant;

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::{Waiting, values};
use super::handle::LinkHandle;
use super::link_options::{LINK, Wanted, kind_settings, link_options, link_table, more_names, namespace, read};
use super::link_record::{self, COLUMNS};
use super::options::Options;
use super::records;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Result};
use crate::kernel::addr;
use crate::kernel::device::Device;
use crate::kernel::link::{self, Condition, LinkSpec, kind};
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;

/// Which links are meant.
const FILTER: &[&str] = &["up", "down", "group", "master", "vrf", "nomaster", "type"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.veth", Acts::OnDevices(2), 3, veth).options(&["mtu", "up", "a", "b"]),
    Function::new("netns.link_add", Acts::OnDevices(1), 2, add).options(LINK).words(&[link::more::WORDS]),
    Function::new("netns.link_set", Acts::OnDevices(1), 2, set).options(LINK).words(&[link::more::WORDS]),
    Function::new("netns.link_delete", Acts::OnDevices(1), 1, delete),
    Function::new("netns.link_list", Acts::OnNamespace, 2, list).options(FILTER),
    Function::new("netns.link_flush", Acts::OnNamespace, 2, flush).options(FILTER),
    Function::new("netns.link_get", Acts::OnDevices(1), 1, get),
    Function {
        name: "netns.link_wait",
        acts: Acts::OnDevices(1),
        most: 3,
        options: &["up", "carrier", "operstate", "present"],
        words: &[],
        call: Call::Waits(wait),
    },
    Function::new("netns.link", Acts::OnDevices(1), 1, reference),
    Function::new("netns.wg_key", Acts::Alone, 1, wg_key),
    Function::new("netns.show", Acts::OnEither, 1, show),
];

/// `netns.veth(dev_a, dev_b, opts?)`.
fn veth(args: &mut Args) -> mlua::Result<MultiValue> {
    let options = args.options(3)?;
    let ends = [veth_end(args, 1, &options, "a")?, veth_end(args, 2, &options, "b")?];
    let [(one, one_wanted), (two, two_wanted)] = &ends;
    let end = |(namespace, name): &'_ (Namespace, Option<String>), wanted: &Wanted| {
        (namespace.clone(), name.clone(), wanted.spec.clone())
    };
    let (a, b) = (end(one, one_wanted), end(two, two_wanted));
    let (device_a, device_b) = link::veth(
        &link::End { namespace: &a.0, name: a.1.as_deref(), spec: &a.2 },
        &link::End { namespace: &b.0, name: b.1.as_deref(), spec: &b.2 },
    )?;
    let addressed = addr::add_all(&device_a, &one_wanted.ip).and_then(|()| addr::add_all(&device_b, &two_wanted.ip));
    if let Err(error) = addressed {
        // One end takes the other along.
        let _ = link::delete(&device_a);
        return Err(error.into());
    }
    values(&args.lua, (LinkHandle::made(&device_a)?, LinkHandle::made(&device_b)?))
}

/// One end of a pair: where, how it is called (nil: as the kernel likes), and what it should be.
fn veth_end(
    args: &Args,
    position: usize,
    options: &Options,
    key: &'static str,
) -> mlua::Result<((Namespace, Option<String>), Wanted)> {
    let place = match args.value(position) {
        Value::Nil => (Namespace::home(), None),
        _ => {
            let device = args.device(position)?;
            (device.namespace, Some(device.name))
        }
    };
    let own = match options.table(key)? {
        Some(table) => Options::read(&table, "veth", &[LINK, &more_names()], &[])?,
        None => Options::empty(),
    };
    let mut wanted = read(&own, &place.0, Some("veth"))?;
    wanted.spec.mtu = wanted.spec.mtu.or(options.number("mtu", "a number of bytes")?);
    wanted.spec.up = wanted.spec.up.or(options.switch("up")?);
    Ok((place, wanted))
}

/// `netns.link_add(dev, {type=, …})`.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let options = link_options(args, 2)?;
    let kind = options.string("type")?;
    // Its options name links of the namespace that it works with.
    let under = namespace(&options, "link_netns")?.filter(|_| !kind.as_deref().is_some_and(kind::is_pair));
    let mut wanted = read(&options, &device.namespace, kind.as_deref())?;
    wanted.spec.link = options.device("link", under.as_ref().unwrap_or(&device.namespace))?;
    let beneath = wanted.spec.link.as_ref().map(|link| &link.namespace).or(under.as_ref());
    if let Some(beneath) = beneath {
        wanted.spec.options = kind_settings(&options, beneath, kind.as_deref())?;
    }
    wanted.spec.link_netns = under;
    let device = match wanted.spec.kind.as_deref() {
        Some(kind) if kind::is_pair(kind) => pair(kind, &device, &options, &wanted.spec)?,
        _ => link::add(&device, &wanted.spec)?,
    };
    if let Err(error) = addr::add_all(&device, &wanted.ip) {
        // The error that is reported is the one that led here.
        let _ = link::delete(&device);
        return Err(error.into());
    }
    values(&args.lua, LinkHandle::made(&device)?)
}

/// A pair by `link_add`: its other end is `peer=` (a device, or a table with its `name` and what it should be), or has a free name beside it (the kernel would try `veth0` for both).
fn pair(kind: &str, device: &Device, options: &Options, spec: &LinkSpec) -> mlua::Result<Device> {
    let own = match options.value("peer") {
        Some(Value::Table(table)) => Some(link_table(table, "peer")?),
        _ => None,
    };
    let peer = match &own {
        Some(own) => own.device("name", &device.namespace)?,
        None => options.device("peer", &device.namespace)?,
    };
    let there = peer.as_ref().map_or(&device.namespace, |peer| &peer.namespace);
    let wanted = own.as_ref().map(|own| read(own, there, Some(kind))).transpose()?.unwrap_or_default();
    let spec_there = LinkSpec { name: None, ..wanted.spec };
    let name = peer.as_ref().map(|peer| peer.name.as_str());
    let other = link::End { namespace: there, name, spec: &spec_there };
    let end = link::End { namespace: &device.namespace, name: Some(&device.name), spec };
    let (made, peer) = link::pair(kind, &end, &other)?;
    if let Err(error) = addr::add_all(&peer, &wanted.ip) {
        let _ = link::delete(&made);
        return Err(error.into());
    }
    Ok(made)
}

/// `netns.link_set(dev, opts)`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let options = link_options(args, 2)?;
    let kind = match options.string("type")? {
        // Which of two options of that name is meant depends on what the link is.
        None if options.has("group") => link::get(&device)?.kind,
        given => given,
    };
    let wanted = read(&options, &device.namespace, kind.as_deref())?;
    addr::add_all(&device, &wanted.ip)?;
    let device = link::set(&device, &wanted.spec).inspect_err(|_| {
        for address in &wanted.ip {
            // The error that is reported is the one that led here.
            let _ = addr::delete(&device, address);
        }
    })?;
    values(&args.lua, LinkHandle::found(&device)?)
}

/// `netns.link_delete(dev)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    link::delete(&args.device(1)?)?;
    args.nothing()
}

/// The links that these options mean.
pub(super) fn filter(options: &Options, namespace: &Namespace) -> Result<link::Filter> {
    Ok(link::Filter {
        up: options.is_on("up")?,
        down: options.is_on("down")?,
        group: options.named_number("group", "a group's name or number", &Names::groups())?,
        master: options.device("master", namespace)?.or(options.device("vrf", namespace)?),
        nomaster: options.is_on("nomaster")?,
        kind: options.string("type")?,
    })
}

/// `netns.link_flush(ns, {group=, …})`.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let filter = filter(&args.options(2)?, &namespace)?;
    if filter.is_all() {
        // Of all links one asks the namespace.
        return Err(Error::missing("group").into());
    }
    values(&args.lua, link::flush(&namespace, &filter)?)
}

/// `netns.link_list(ns?, {type=, …})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let links = link::list_of(&namespace, &filter(&args.options(2)?, &namespace)?)?;
    let lua = &args.lua;
    let peers = link_record::Peers::default();
    let records = links.iter().map(|link| link_record::table(lua, &namespace, link, &peers));
    values(lua, records::list(lua, COLUMNS, records.collect::<Vec<_>>())?)
}

/// `netns.link_get(dev)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let link = link::get(&device)?;
    let record = link_record::table(&args.lua, &device.namespace, &link, &link_record::Peers::default())?;
    values(&args.lua, records::one(&args.lua, record)?)
}

/// `netns.link(dev)`, `ns:link "eth0"`: a reference to what may be made a moment later.
fn reference(args: &mut Args) -> mlua::Result<MultiValue> {
    if let value @ Value::UserData(_) = args.value(1) {
        args.device(1)?;
        return values(&args.lua, value);
    }
    let device = args.device(1)?;
    values(&args.lua, LinkHandle::reference(&device.namespace, &device.name)?)
}

/// `netns.link_wait(dev, {up=true}, timeout?)`.
fn wait(args: &mut Args) -> mlua::Result<Waiting> {
    let device = match args.value(1) {
        // A link may be waited for before it is there.
        Value::UserData(handle) if handle.is::<LinkHandle>() => handle.borrow::<LinkHandle>()?.device()?,
        _ => args.device(1)?,
    };
    let options = args.options(2)?;
    let mut condition = Condition {
        present: options.switch("present")?,
        up: options.switch("up")?,
        carrier: options.switch("carrier")?,
        operstate: options.string("operstate")?,
        settled: None,
    };
    if [condition.present, condition.up, condition.carrier] == [None; 3] && condition.operstate.is_none() {
        condition.up = Some(true);
    }
    let deadline = if args.absent(3) { None } else { Instant::now().checked_add(args.duration(3)?) };
    let namespace = device.namespace.clone();
    Ok(Waiting::new(link::Wait::new(device, condition, deadline), move |lua, link| match link {
        Some(link) => {
            let record = link_record::table(lua, &namespace, &link, &link_record::Peers::default())?;
            values(lua, records::one(lua, record)?)
        }
        None => values(lua, Value::Nil),
    }))
}

/// `netns.wg_key(private?)`: private, public.
fn wg_key(args: &mut Args) -> mlua::Result<MultiValue> {
    let private = if args.absent(1) { None } else { Some(args.string(1)?) };
    values(&args.lua, kind::wireguard::keys(private.as_deref())?)
}

/// `netns.show(dev_or_ns?)`.
fn show(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let shown = match device {
        None => link::show(&namespace)?,
        Some(device) => vec![link::show_one(&device)?],
    };
    values(&args.lua, link_record::shown(&args.lua, &namespace, &shown)?)
}
