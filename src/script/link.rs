//! `netns`: links.

use std::borrow::Cow;
use std::time::Instant;

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::{Waiting, values};
use super::device::DeviceOrNamespace;
use super::handle::LinkHandle;
use super::link_record::{self, COLUMNS};
use super::options::Options;
use super::records;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::link::{self, AddrGenMode, Condition, LinkSpec, Master, kind};
use crate::kernel::namespace::Namespace;
use crate::kernel::{addr, address_text, words};

/// The options of a link that is made or changed, whatever its kind; its kind's come on top.
#[rustfmt::skip]
const LINK: &[&str] = &[
    "type", "up", "down", "mtu", "address", "mac", "ip", "name", "netns", "master", "nomaster", "alias", "group",
    "link_group", "txqueuelen", "promisc", "allmulticast", "multicast", "arp", "addrgenmode", "carrier",
];

/// What only reading gives: accepted by writes, and ignored.
#[rustfmt::skip]
pub(super) const READ_ONLY: &[&str] = &[
    "index", "operstate", "peer", "stats", "flags", "broadcast", "link_type", "qdisc", "link_index", "link_netnsid",
    "link_netns", "min_mtu", "max_mtu", "addresses", "dev",
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.veth",
        acts: Acts::OnDevices(2),
        most: 3,
        options: &["mtu", "up", "a", "b"],
        words: &[],
        call: Call::Now(veth),
    },
    Function {
        name: "netns.link_add",
        acts: Acts::OnDevices(1),
        most: 2,
        options: LINK,
        words: &[],
        call: Call::Now(add),
    },
    Function {
        name: "netns.link_set",
        acts: Acts::OnDevices(1),
        most: 2,
        options: LINK,
        words: &[],
        call: Call::Now(set),
    },
    Function {
        name: "netns.link_delete",
        acts: Acts::OnDevices(1),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(delete),
    },
    Function {
        name: "netns.link_list",
        acts: Acts::OnNamespace,
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(list),
    },
    Function {
        name: "netns.link_get",
        acts: Acts::OnDevices(1),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(get),
    },
    Function {
        name: "netns.link_wait",
        acts: Acts::OnDevices(1),
        most: 3,
        options: &["up", "carrier", "operstate", "present"],
        words: &[],
        call: Call::Waits(wait),
    },
    Function {
        name: "netns.link",
        acts: Acts::OnDevices(1),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(reference),
    },
    Function { name: "netns.show", acts: Acts::OnEither, most: 1, options: &[], words: &[], call: Call::Now(show) },
];

/// What is asked for of a link: its own settings, and the addresses it gets.
#[derive(Default)]
struct Wanted {
    spec: LinkSpec,
    ip: Vec<addr::AddrSpec>,
}

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
        Some(table) => Options::read(&table, "veth", &[LINK], &[])?,
        None => Options::empty(),
    };
    let mut wanted = read(&own, &place.0)?;
    wanted.spec.mtu = wanted.spec.mtu.or(options.number("mtu", "a number of bytes")?);
    wanted.spec.up = wanted.spec.up.or(options.switch("up")?);
    Ok((place, wanted))
}

/// `netns.link_add(dev, {type=, …})`.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let options = link_options(args, 2)?;
    let wanted = read(&options, &device.namespace)?;
    let device = match wanted.spec.kind.as_deref() {
        Some("veth") => pair(&device, &options, &wanted.spec)?,
        _ => link::add(&device, &wanted.spec)?,
    };
    if let Err(error) = addr::add_all(&device, &wanted.ip) {
        // The error that is reported is the one that led here.
        let _ = link::delete(&device);
        return Err(error.into());
    }
    values(&args.lua, LinkHandle::made(&device)?)
}

/// A veth by `link_add`: its other end is `peer=`, or has a free name beside it (the kernel would try `veth0` for both).
fn pair(device: &Device, options: &Options, spec: &LinkSpec) -> Result<Device> {
    let peer = options.device("peer", &device.namespace)?;
    let (there, name) = match &peer {
        Some(peer) => (&peer.namespace, Some(peer.name.as_str())),
        None => (&device.namespace, None),
    };
    let other = link::End { namespace: there, name, spec: &LinkSpec::default() };
    let (made, _) = link::veth(&link::End { namespace: &device.namespace, name: Some(&device.name), spec }, &other)?;
    Ok(made)
}

/// `netns.link_set(dev, opts)`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let options = link_options(args, 2)?;
    let wanted = read(&options, &device.namespace)?;
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

/// `netns.link_list(ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let links = link::list(&namespace)?;
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

/// `netns.show(dev_or_ns?)`.
fn show(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, shown) = match args.device_or_namespace(1)? {
        DeviceOrNamespace::Namespace(namespace) => {
            let shown = link::show(&namespace)?;
            (namespace, shown)
        }
        DeviceOrNamespace::Device(device) => {
            let shown = vec![link::show_one(&device)?];
            (device.namespace, shown)
        }
    };
    values(&args.lua, link_record::shown(&args.lua, &namespace, &shown)?)
}

/// The options of a link at `position`: its own and all kinds'.
fn link_options(args: &Args, position: usize) -> mlua::Result<Options> {
    match args.value(position) {
        Value::Nil => Ok(args.options(position)?),
        _ => {
            let kinds: Vec<&'static str> = kind::all_option_names().collect();
            Options::read(&args.table(position)?, args.shown_name(), &[LINK, &kinds], &[READ_ONLY])
        }
    }
}

/// Reads what is asked for of a link in `namespace`.
fn read(options: &Options, namespace: &Namespace) -> Result<Wanted> {
    let spec = LinkSpec {
        name: options.string("name")?,
        netns: netns(options, namespace)?,
        master: master(options, namespace)?,
        ..read_spec(options, namespace)?
    };
    let ip = options.strings("ip")?.unwrap_or_default();
    let ip = ip.iter().map(|text| Ok(addr::AddrSpec::new(address_text::interface(text)?))).collect::<Result<_>>()?;
    Ok(Wanted { spec, ip })
}

/// Reads what a link is to be wherever it is: all but its name, its namespace and its master.
pub(super) fn read_spec(options: &Options, here: &Namespace) -> Result<LinkSpec> {
    Ok(LinkSpec {
        kind: options.string("type")?,
        options: kind_settings(options, here)?,
        up: up(options)?,
        mtu: options.number("mtu", "a number of bytes")?,
        address: mac(options)?,
        alias: alias(options)?,
        group: group(options)?,
        txqueuelen: options.number("txqueuelen", "a number of packets")?,
        promisc: options.switch("promisc")?,
        allmulticast: options.switch("allmulticast")?,
        multicast: options.switch("multicast")?,
        arp: options.switch("arp")?,
        addrgenmode: options.string("addrgenmode")?.map(|mode| AddrGenMode::parse(&mode)).transpose()?,
        // Of a record that was read it is what was seen, and most kinds cannot be told it.
        carrier: if options.has("operstate") { None } else { options.switch("carrier")? },
        ..LinkSpec::default()
    })
}

/// `up=true`, `down=true`.
fn up(options: &Options) -> Result<Option<bool>> {
    Ok(match (options.switch("up")?, options.switch("down")?) {
        (Some(up), Some(down)) if up == down => {
            return Err(Error::new(&explain::OPTIONS_CLASH).with("one", "up").with("two", "down"));
        }
        (Some(up), _) => Some(up),
        (None, down) => down.map(|down| !down),
    })
}

/// `mac=`, or `address=` in `ip link`'s words; an IP address there is a mistake that is easily made.
fn mac(options: &Options) -> Result<Option<[u8; 6]>> {
    let key = if options.has("mac") { "mac" } else { "address" };
    options.string(key)?.map(|text| link::parse_mac(&text)).transpose()
}

/// A namespace to move to; the one the link is in is no move.
fn netns(options: &Options, here: &Namespace) -> Result<Option<Namespace>> {
    const EXPECTED: &str = "a namespace (a name or a Netns)";
    let Some(value) = options.value("netns") else { return Ok(None) };
    let there = super::netns::from_value(value).unwrap_or_else(|| Err(options.wrong_type("netns", EXPECTED)))?;
    Ok((!there.same(here)?).then_some(there))
}

/// `master="br0"`, `nomaster=true`.
fn master(options: &Options, here: &Namespace) -> Result<Option<Master>> {
    if options.is_on("nomaster")? {
        return Ok(Some(Master::None));
    }
    Ok(options.device("master", here)?.map(Master::Link))
}

/// `alias=`: as long as the kernel takes it (Linux `IFALIASZ`).
fn alias(options: &Options) -> Result<Option<String>> {
    const MOST: usize = 255;
    match options.string("alias")? {
        Some(alias) if alias.len() > MOST => Err(Error::new(&explain::LINK_ALIAS_LONG).with("count", alias.len())),
        alias => Ok(alias),
    }
}

/// `group=`: a number, or a name of /etc/iproute2/group.
fn group(options: &Options) -> Result<Option<u32>> {
    const EXPECTED: &str = "a group's number or name";
    let key = if options.has("link_group") { "link_group" } else { "group" };
    match options.value(key) {
        None => Ok(None),
        Some(Value::String(name)) => {
            let name = name.to_string_lossy();
            let group = crate::kernel::names::Names::groups().number(&name);
            group.map(Some).ok_or_else(|| options.wrong_value(key, EXPECTED, name))
        }
        Some(_) => options.number(key, EXPECTED),
    }
}

/// The options that are a kind's own words. What only reading gives is left out.
fn kind_settings(options: &Options, here: &Namespace) -> Result<link::Settings> {
    let mut settings = link::Settings::new();
    for word in kind::tables().flat_map(words::all).filter(|word| word.settable) {
        let Some(value) = options.value(word.name) else { continue };
        let known = settings.iter().position(|(known, _)| known == word.name);
        // Several kinds have an option of that name: a link is told where it is one for any of them.
        if known.is_none() || matches!(word.form, words::Form::Link) {
            let setting = super::words::setting(word.name, value, Some(&word.form), here)?;
            settings.retain(|(known, _)| known != word.name);
            settings.push((Cow::Borrowed(word.name), setting));
        }
    }
    Ok(settings)
}
