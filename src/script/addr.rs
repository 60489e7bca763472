//! `netns`: addresses.

use mlua::{Lua, MultiValue, Table, Value};

use super::args::{Args, integer};
use super::bind::values;
use super::link_options::READ_ONLY;
use super::options::Options;
use super::records::{self, Record};
use super::registry::{Acts, Function};
use crate::error::Result;
use crate::kernel::addr::{self, AddrSpec, Address, Broadcast, Filter, Lifetime};
use crate::kernel::address_text;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;

#[rustfmt::skip]
const ADDR: &[&str] = &[
    "peer", "broadcast", "scope", "label", "valid_lft", "preferred_lft", "nodad", "noprefixroute", "home",
    "mngtmpaddr", "optimistic", "autojoin", "metric", "proto", "brd", "remote", "priority", "preference",
];
/// Other words for some of them.
const OTHERS: &[(&str, &str)] =
    &[("brd", "broadcast"), ("remote", "peer"), ("priority", "metric"), ("preference", "metric")];

/// Which addresses are meant: what is no flag (`addr::FLAGS`) first.
#[rustfmt::skip]
const FILTER: &[&str] = &[
    "family", "scope", "label", "to", "proto", "up", "down", "group", "type", "master", "vrf", "nomaster", "permanent",
    "dynamic", "secondary", "primary", "temporary", "tentative", "deprecated", "dadfailed", "home",
    "nodad", "optimistic", "mngtmpaddr", "noprefixroute", "autojoin", "stable_privacy",
];

/// What only reading gives, and what repeats an argument.
#[rustfmt::skip]
const IGNORED: &[&str] = &[
    "address", "family", "tentative", "secondary", "temporary", "deprecated", "dadfailed", "stable_privacy", "permanent",
    "dynamic",
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.addr_add", Acts::OnDevices(1), 3, add).options(ADDR),
    Function::new("netns.addr_replace", Acts::OnDevices(1), 3, replace).options(ADDR),
    Function::new("netns.addr_change", Acts::OnDevices(1), 3, change).options(ADDR),
    Function::new("netns.addr_delete", Acts::OnDevices(1), 3, delete).options(ADDR),
    Function::new("netns.addr_list", Acts::OnEither, 2, list).options(FILTER),
    Function::new("netns.addr_flush", Acts::OnDevices(1), 2, flush).options(FILTER),
];

/// `netns.addr_add(dev, address, opts?)`.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    addr::add(&args.device(1)?, &read(args)?)?;
    args.nothing()
}

/// `netns.addr_replace(dev, address, opts?)`.
fn replace(args: &mut Args) -> mlua::Result<MultiValue> {
    addr::replace(&args.device(1)?, &read(args)?)?;
    args.nothing()
}

/// `netns.addr_change(dev, address, opts?)`.
fn change(args: &mut Args) -> mlua::Result<MultiValue> {
    addr::change(&args.device(1)?, &read(args)?)?;
    args.nothing()
}

/// `netns.addr_delete(dev, address, opts?)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    addr::delete(&args.device(1)?, &read(args)?)?;
    args.nothing()
}

/// `netns.addr_list(dev_or_ns?, {family=, scope=, …})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let filter = filter(args, &namespace)?;
    let addresses = match device {
        None => addr::list_some(&namespace, &filter)?,
        Some(device) => addr::list_some_of(&device, &filter)?,
    };
    let lua = &args.lua;
    let records = addresses.iter().map(|address| table(lua, address)).collect::<Vec<_>>();
    values(lua, records::list(lua, &["dev", "family", "address", "peer", "broadcast", "scope", "label"], records)?)
}

/// `netns.addr_flush(dev, {family=, scope=, …})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    values(&args.lua, addr::flush(&device, &filter(args, &device.namespace)?)?)
}

/// The filter at position 2.
fn filter(args: &Args, namespace: &Namespace) -> mlua::Result<Filter> {
    let options = args.options(2)?;
    let mut filter = Filter {
        is_ipv6: options.family("family")?.map(|family| family == crate::probe::Family::V6),
        scope: scope(&options)?.map(|scope| Names::scopes().name(scope.into())),
        label: options.string("label")?,
        to: options.string("to")?.map(|network| address_text::network(&network)).transpose()?,
        proto: proto(&options)?.map(|proto| Names::address_protocols().name(proto.into())),
        links: super::link::filter(&options, namespace)?,
        flags: Vec::new(),
    };
    for flag in addr::FLAGS {
        filter.flags.extend(options.switch(flag)?.map(|on| (*flag, on)));
    }
    Ok(filter)
}

/// The address at position 2 with its options.
fn read(args: &Args) -> mlua::Result<AddrSpec> {
    let address = match args.value(2) {
        // A record that was read says it all.
        Value::Table(record) => {
            let address: String = record.get("address").map_err(|_| args.wrong_type(2, "an address"))?;
            let options = Options::read(&record, args.shown_name(), &[ADDR], &[IGNORED, READ_ONLY])?;
            return Ok(spec(&address, &options.lengthen(OTHERS))?);
        }
        Value::String(text) => text.to_string_lossy(),
        _ => return Err(args.wrong_type(2, "an address with a prefix (\"10.0.0.1/24\")").into()),
    };
    let options = match args.value(3) {
        Value::Table(table) => Options::read(&table, args.shown_name(), &[ADDR], &[IGNORED, READ_ONLY])?,
        _ => args.options(3)?,
    };
    Ok(spec(&address, &options.lengthen(OTHERS))?)
}

fn spec(address: &str, options: &Options) -> Result<AddrSpec> {
    let peer = options.string("peer")?.map(|peer| address_text::network(&peer).map(|net| (net, peer.contains('/'))));
    let peer = peer.transpose()?;
    let mut spec = AddrSpec::new(match peer {
        // The prefix of the other side's is that of both.
        Some((peer, true)) => {
            let alone = address.strip_suffix(&format!("/{}", peer.prefix_len())).unwrap_or(address);
            address_text::interface(&format!("{}/{}", address_text::address(alone)?, peer.prefix_len()))?
        }
        // Alone, as `ip` has it.
        Some((_, false)) if !address.contains('/') => address_text::network(address)?,
        _ => address_text::interface(address)?,
    });
    spec.peer = peer.map(|(peer, _)| peer.addr());
    spec.broadcast = broadcast(options)?;
    spec.scope = scope(options)?;
    spec.label = options.string("label")?;
    spec.valid_lft = lifetime(options, "valid_lft")?;
    spec.preferred_lft = lifetime(options, "preferred_lft")?;
    spec.nodad = options.is_on("nodad")?;
    spec.noprefixroute = options.is_on("noprefixroute")?;
    spec.home = options.is_on("home")?;
    spec.mngtmpaddr = options.is_on("mngtmpaddr")?;
    spec.optimistic = options.is_on("optimistic")?;
    spec.autojoin = options.is_on("autojoin")?;
    spec.metric = options.number("metric", "a metric from 0")?;
    spec.proto = proto(options)?;
    Ok(spec)
}

/// `broadcast="+"` or `"-"`, an address, or true for `"+"`.
fn broadcast(options: &Options) -> Result<Option<Broadcast>> {
    const EXPECTED: &str = "\"+\", \"-\" or an IPv4 address";
    match options.value("broadcast") {
        None => Ok(None),
        Some(Value::Boolean(on)) => Ok(on.then_some(Broadcast::Computed)),
        Some(_) => match options.string("broadcast")?.as_deref() {
            Some("+") => Ok(Some(Broadcast::Computed)),
            Some("-") => Ok(Some(Broadcast::Lowest)),
            Some(text) => {
                let address = text.parse().map_err(|_| options.wrong_value("broadcast", EXPECTED, text))?;
                Ok(Some(Broadcast::Address(address)))
            }
            None => Ok(None),
        },
    }
}

/// `scope="link"`, or a number.
fn scope(options: &Options) -> Result<Option<u8>> {
    options.named_number("scope", "global, link, host, site or a number", &Names::scopes())
}

/// `proto="kernel_ra"`, or a number.
fn proto(options: &Options) -> Result<Option<u8>> {
    options.named_number("proto", "a number up to 255, or a name in rt_addrprotos", &Names::address_protocols())
}

/// Whole seconds as a number or as text with a unit, or `"forever"`.
fn lifetime(options: &Options, key: &str) -> Result<Option<Lifetime>> {
    const EXPECTED: &str = "whole seconds, or \"forever\"";
    match options.value(key) {
        Some(Value::String(word)) if word.as_bytes() == *b"forever" => Ok(Some(Lifetime::Forever)),
        Some(Value::String(word)) => {
            let whole = options.duration(key)?.filter(|time| time.subsec_nanos() == 0);
            let seconds = whole.and_then(|time| u32::try_from(time.as_secs()).ok());
            let wrong = || options.wrong_value(key, EXPECTED, word.to_string_lossy());
            seconds.map(|seconds| Some(Lifetime::Seconds(seconds))).ok_or_else(wrong)
        }
        _ => Ok(options.number(key, EXPECTED)?.map(Lifetime::Seconds)),
    }
}

/// An address as a table that `addr_add` takes.
pub(super) fn table(lua: &Lua, address: &Address) -> mlua::Result<Table> {
    let mut record = Record::new(lua)?
        .set("dev", (!address.dev.is_empty()).then_some(address.dev.as_str()))?
        .set("family", if address.address.addr().is_ipv4() { "inet" } else { "inet6" })?
        .set("address", address.address.to_string())?
        .set("peer", address.peer.map(|peer| peer.to_string()))?
        .set("broadcast", address.broadcast.map(|address| address.to_string()))?
        .set("scope", address.scope.as_str())?
        .set("label", address.label.as_deref())?
        .set("metric", address.metric)?
        .set("proto", address.proto.as_deref())?;
    for (key, lifetime) in [("valid_lft", address.valid_lft), ("preferred_lft", address.preferred_lft)] {
        if let Lifetime::Seconds(seconds) = lifetime {
            record = record.set(key, seconds)?;
        }
    }
    for flag in &address.flags {
        record = record.set(&flag.replace('-', "_"), true)?;
    }
    Ok(record.table())
}

/// An address in the layout of `ip addr`.
pub(super) fn line(address: &Address, dev: &str) -> String {
    let family = if address.address.addr().is_ipv4() { "inet" } else { "inet6" };
    let mut line = match address.peer {
        Some(peer) => format!("{family} {} peer {peer}/{}", address.address.addr(), address.address.prefix_len()),
        None => format!("{family} {}", address.address),
    };
    if let Some(metric) = address.metric.filter(|metric| *metric > 0) {
        line += &format!(" metric {metric}");
    }
    if let Some(broadcast) = address.broadcast {
        line += &format!(" brd {broadcast}");
    }
    line += &format!(" scope {}", address.scope);
    for flag in address.flags.iter().filter(|flag| **flag != "permanent") {
        line += &format!(" {flag}");
    }
    if family == "inet" {
        line += &format!(" {}", address.label.as_deref().unwrap_or(dev));
    }
    line
}

impl Options {
    /// A number of `T`, or a name that iproute2 has for it.
    pub(super) fn named_number<T: TryFrom<i64>>(&self, key: &str, expected: &str, names: &Names) -> Result<Option<T>> {
        let number = match self.value(key) {
            None => return Ok(None),
            Some(Value::String(name)) => {
                let name = name.to_string_lossy();
                names.number(&name).map(i64::from).ok_or_else(|| self.wrong_value(key, expected, name))?
            }
            Some(value) => integer(value).ok_or_else(|| self.wrong_type(key, expected))?,
        };
        T::try_from(number).map(Some).map_err(|_| self.wrong_value(key, expected, number))
    }
}
