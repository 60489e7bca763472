//! What a script asks of a link: the options of `link_add` and `link_set`.

use std::borrow::Cow;

use mlua::{Table, Value};

use super::args::Args;
use super::options::Options;
use crate::error::{Error, Result, explain};
use crate::kernel::link::xdp::Xdp;
use crate::kernel::link::{self, AddrGenMode, LinkSpec, Master, kind};
use crate::kernel::namespace::Namespace;
use crate::kernel::{addr, address_text, words};

/// The options of a link that is made or changed, whatever its kind; its kind's come on top.
#[rustfmt::skip]
pub(super) const LINK: &[&str] = &[
    "type", "index", "up", "down", "mtu", "address", "mac", "ip", "name", "netns", "master", "nomaster", "vrf", "alias", "group",
    "link_group", "link", "link_netns", "peer", "txqueuelen", "promisc", "allmulticast", "multicast", "dynamic", "trailers", "arp",
    "addrgenmode", "carrier", "broadcast", "xdp", "xdpgeneric", "xdpdrv", "xdpoffload", kind::PORT_TABLE,
];

/// What only reading gives: accepted by writes, and ignored.
#[rustfmt::skip]
pub(super) const READ_ONLY: &[&str] = &[
    "index", "operstate", "peer", "stats", "flags", "broadcast", "link_type", "qdisc", "link_index", "link_netnsid",
    "link", "link_netns", "min_mtu", "max_mtu", "addresses", "dev",
];

/// What is asked for of a link: its own settings, and the addresses it gets.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) spec: LinkSpec,
    pub(super) ip: Vec<addr::AddrSpec>,
}

/// The options of a link at `position`: its own and all kinds'.
pub(super) fn link_options(args: &Args, position: usize) -> mlua::Result<Options> {
    match args.value(position) {
        Value::Nil => Ok(args.options(position)?),
        _ => link_table(&args.table(position)?, args.shown_name()),
    }
}

/// The options of a link in a table.
pub(super) fn link_table(table: &Table, function: &'static str) -> mlua::Result<Options> {
    let kinds: Vec<&'static str> = kind::all_option_names().collect();
    Options::read(table, function, &[LINK, &more_names(), &kinds], &[READ_ONLY])
}

/// The words of what links of every kind have beside, told or only read.
pub(super) fn more_names() -> Vec<&'static str> {
    words::names(link::more::WORDS).collect()
}

/// Reads what is asked for of a link of this kind in `namespace`.
pub(super) fn read(options: &Options, namespace: &Namespace, kind: Option<&str>) -> Result<Wanted> {
    let spec = LinkSpec {
        name: options.string("name")?,
        // Of a record that was read it is what that link had.
        index: if options.has("operstate") { None } else { options.number("index", "the index of a link")? },
        netns: netns(options, namespace)?,
        master: master(options, namespace)?,
        ..read_spec(options, namespace, kind)?
    };
    let ip = options.strings("ip")?.unwrap_or_default();
    let ip = ip.iter().map(|text| Ok(addr::AddrSpec::new(address_text::interface(text)?))).collect::<Result<_>>()?;
    Ok(Wanted { spec, ip })
}

/// Reads what a link is to be wherever it is: all but its name, its namespace and its master.
pub(super) fn read_spec(options: &Options, here: &Namespace, kind: Option<&str>) -> Result<LinkSpec> {
    Ok(LinkSpec {
        kind: options.string("type")?,
        options: kind_settings(options, here, kind)?,
        up: up(options)?,
        mtu: options.number("mtu", "a number of bytes")?,
        address: mac(options)?,
        broadcast: broadcast(options)?,
        alias: alias(options)?,
        group: group(options, kind)?,
        txqueuelen: options.number("txqueuelen", "a number of packets")?,
        promisc: options.switch("promisc")?,
        allmulticast: options.switch("allmulticast")?,
        multicast: options.switch("multicast")?,
        dynamic: options.switch("dynamic")?,
        trailers: options.switch("trailers")?,
        arp: options.switch("arp")?,
        addrgenmode: options.string("addrgenmode")?.map(|mode| AddrGenMode::parse(&mode)).transpose()?,
        // Of a record that was read it is what was seen, and most kinds cannot be told it.
        carrier: if options.has("operstate") { None } else { options.switch("carrier")? },
        more: more(options, here)?,
        xdp: xdp(options, here)?,
        ..LinkSpec::default()
    })
}

/// What links of every kind have beside.
fn more(options: &Options, here: &Namespace) -> Result<link::Settings> {
    let mut settings = link::Settings::new();
    for word in link::more::WORDS.iter().filter(|word| word.settable) {
        let Some(value) = options.value(word.name) else { continue };
        settings.push((Cow::Borrowed(word.name), super::words::setting(word.name, value, Some(&word.form), here)?));
    }
    link::more::check(&settings)?;
    Ok(settings)
}

/// `xdp={object=…}`, `xdp="off"`, and the same in one way of attaching it.
fn xdp(options: &Options, here: &Namespace) -> Result<Option<Xdp>> {
    const EXPECTED: &str = "a table with `object` or `object_pinned`, or \"off\"";
    let mut given = link::xdp::OPTIONS.iter().filter(|(key, _)| options.has(key));
    let Some((key, flags)) = given.next() else { return Ok(None) };
    if let Some((other, _)) = given.next() {
        return Err(Error::clash(key, other));
    }
    match options.value(key) {
        Some(Value::Boolean(false)) => Ok(Some(Xdp::off(*flags))),
        Some(Value::String(off)) if off == "off" || off == "none" => Ok(Some(Xdp::off(*flags))),
        Some(Value::Table(table)) => {
            let settings = super::words::read(table, key, &[link::xdp::WORDS], &[], here);
            let settings = settings.map_err(|error| {
                crate::script::error::ours(&error).unwrap_or_else(|| options.wrong_type(key, EXPECTED))
            })?;
            Xdp::load(settings, *flags).map(Some)
        }
        _ => Err(options.wrong_type(key, EXPECTED)),
    }
}

/// `up=true`, `down=true`.
fn up(options: &Options) -> Result<Option<bool>> {
    Ok(match (options.switch("up")?, options.switch("down")?) {
        (Some(up), Some(down)) if up == down => {
            return Err(Error::clash("up", "down"));
        }
        (Some(up), _) => Some(up),
        (None, down) => down.map(|down| !down),
    })
}

/// `mac=`, or `address=` in `ip link`'s words; an IP address there is a mistake that is easily made. In the record of a
/// link that has no MAC address (a tunnel) it is only what was seen.
fn mac(options: &Options) -> Result<Option<[u8; 6]>> {
    if options.string("link_type")?.is_some_and(|kind| !matches!(kind.as_str(), "ether" | "loopback")) {
        return Ok(None);
    }
    let key = if options.has("mac") { "mac" } else { "address" };
    options.string(key)?.map(|text| link::parse_mac(&text)).transpose()
}

/// `broadcast=`. In the record of a link that has no MAC address it is only what was seen.
fn broadcast(options: &Options) -> Result<Option<[u8; 6]>> {
    if options.string("link_type")?.is_some_and(|kind| kind != "ether") {
        return Ok(None);
    }
    options.string("broadcast")?.map(|text| link::parse_mac(&text)).transpose()
}

/// A namespace to move to; the one the link is in is no move.
fn netns(options: &Options, here: &Namespace) -> Result<Option<Namespace>> {
    let Some(there) = namespace(options, "netns")? else { return Ok(None) };
    Ok((!there.same(here)?).then_some(there))
}

/// A namespace by its name or its handle.
pub(super) fn namespace(options: &Options, key: &str) -> Result<Option<Namespace>> {
    const EXPECTED: &str = "a namespace (a name or a Netns)";
    let namespace = |value| super::netns::from_value(value).unwrap_or_else(|| Err(options.wrong_type(key, EXPECTED)));
    options.value(key).map(namespace).transpose()
}

/// `master="br0"`, `vrf="red"`, `nomaster=true`.
fn master(options: &Options, here: &Namespace) -> Result<Option<Master>> {
    if options.is_on("nomaster")? {
        return Ok(Some(Master::None));
    }
    let key = if options.has("vrf") { "vrf" } else { "master" };
    if key == "vrf" && options.has("master") {
        return Err(Error::clash("master", key));
    }
    Ok(options.device(key, here)?.map(Master::Link))
}

/// `alias=`: as long as the kernel takes it (Linux `IFALIASZ`).
fn alias(options: &Options) -> Result<Option<String>> {
    const MOST: usize = 255;
    match options.string("alias")? {
        Some(alias) if alias.len() > MOST => Err(Error::new(&explain::LINK_ALIAS_LONG).with("count", alias.len())),
        alias => Ok(alias),
    }
}

/// Whether `group` is an option of the kind's own, which wins over the link's.
fn has_own_group(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| kind::has(kind, kind::Side::Own, "group"))
}

/// `group=`: a number, or a name of /etc/iproute2/group.
fn group(options: &Options, kind: Option<&str>) -> Result<Option<u32>> {
    const EXPECTED: &str = "a group's number or name";
    let key = if options.has("link_group") || has_own_group(kind) { "link_group" } else { "group" };
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
pub(super) fn kind_settings(options: &Options, here: &Namespace, kind: Option<&str>) -> Result<link::Settings> {
    let mut settings = link::Settings::new();
    for word in kind::tables().flat_map(words::all).filter(|word| word.settable) {
        let Some(value) = options.value(word.name) else { continue };
        if word.name == "group" && !has_own_group(kind) {
            continue;
        }
        let known = settings.iter().position(|(known, _)| known == word.name);
        // Several kinds have an option of that name: a link is told where it is one for any of them.
        if known.is_none() || matches!(word.form, words::Form::Link) {
            let setting = super::words::setting(word.name, value, Some(&word.form), here)?;
            settings.retain(|(known, _)| known != word.name);
            settings.push((Cow::Borrowed(word.name), setting));
        }
    }
    if let Some(table) = options.table(kind::PORT_TABLE)? {
        let words = [kind::port_words("bridge")];
        let port = super::words::read(&table, kind::PORT_TABLE, &words, &[], here);
        let port = port.map_err(|error| {
            crate::script::error::ours(&error)
                .unwrap_or_else(|| options.wrong_type(kind::PORT_TABLE, "a table of options"))
        })?;
        settings.push((Cow::Borrowed(kind::PORT_TABLE), words::Setting::Table(port)));
    }
    Ok(settings)
}
