//! Routes, and which are meant, as scripts give them.

use std::sync::LazyLock;

use ipnet::IpNet;
use mlua::{Table, Value};

use crate::error::{Error, Result};
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::route::{
    self, Destination, Family, Filter, MORE, MORE_OF_A_WAY, NextHop, RouteSpec, TableFilter, parse_destination,
    parse_label,
};
use crate::kernel::words::{self, Setting, Settings, Word};
use crate::kernel::{address_text, encap};
use crate::script::args::{Args, integer};
use crate::script::error::ours;
use crate::script::options::Options;
use crate::script::words::setting;

#[rustfmt::skip]
pub(super) const ROUTE: &[&str] = &[
    "via", "dev", "src", "metric", "table", "scope", "proto", "mtu", "advmss", "onlink", "type", "tos", "pref",
    "nexthops", "nhid", "family", "vrf", "encap", "dsfield", "oif", "preference", "priority", "protocol",
];
/// Other words for some of them.
pub(super) const OTHERS: &[(&str, &str)] =
    &[("dsfield", "tos"), ("oif", "dev"), ("preference", "metric"), ("priority", "metric"), ("protocol", "proto")];

/// What only reading gives, and what repeats an argument.
const IGNORED: &[&str] = &["dst", "flags", "dead", "linkdown", "iif", "mark", "uid"];
const NEXTHOP: &[&str] = &["via", "dev", "weight", "onlink", "encap"];
/// The names of the rarer options.
static RARE: LazyLock<Vec<&str>> = LazyLock::new(|| words::settable(MORE).collect());
static RARE_OF_A_WAY: LazyLock<Vec<&str>> = LazyLock::new(|| words::settable(MORE_OF_A_WAY).collect());

/// The namespace, and the route at position 2 with its options; a record that was read says both.
pub(super) fn read(args: &Args) -> mlua::Result<(Namespace, RouteSpec)> {
    let namespace = args.namespace(1)?;
    if let Value::Table(record) = args.value(2) {
        let spec = of_table(&record, args.shown_name(), &namespace)?;
        return Ok((namespace, spec));
    }
    let options = match args.value(3) {
        Value::Table(table) => options(&table, args.shown_name())?,
        _ => args.options(3)?.lengthen(OTHERS),
    };
    let spec = spec(&destination(args)?, &options, &namespace)?;
    Ok((namespace, spec))
}

/// Where a route goes, at position 2: text, or the number that a label is.
pub(super) fn destination(args: &Args) -> mlua::Result<String> {
    match integer(&args.value(2)) {
        Some(label) => Ok(label.to_string()),
        None => args.string(2),
    }
}

/// A route with its destination, as one table.
pub(super) fn of_table(table: &Table, function: &'static str, namespace: &Namespace) -> mlua::Result<RouteSpec> {
    let options = options(table, function)?;
    let dst = match options.value("dst").and_then(integer) {
        Some(label) => label.to_string(),
        None => options.string("dst")?.ok_or_else(|| Error::missing("dst"))?,
    };
    Ok(spec(&dst, &options, namespace)?)
}

fn options(table: &Table, function: &'static str) -> mlua::Result<Options> {
    Ok(Options::read(table, function, &[ROUTE, &RARE], &[IGNORED])?.lengthen(OTHERS))
}

fn spec(dst: &str, options: &Options, namespace: &Namespace) -> Result<RouteSpec> {
    let family = family(options)?;
    let dst = if family == Some(Family::Mpls) { parse_label(dst)? } else { parse_destination(dst)? };
    let mut spec = RouteSpec::new(dst);
    spec.family = family;
    spec.via = options.address("via")?;
    spec.dev = options.link_here("dev", namespace)?;
    spec.src = options.address("src")?;
    spec.metric = options.number("metric", "a metric from 0")?;
    spec.table = options.named_number("table", "a table's name or number", &Names::tables())?;
    spec.scope = options.named_number("scope", "global, link, host, site or a number", &Names::scopes())?;
    spec.proto = options.named_number("proto", "a protocol's name or number", &Names::protocols())?;
    spec.mtu = options.number("mtu", "a number of bytes")?;
    spec.advmss = options.number("advmss", "a number of bytes")?;
    spec.onlink = options.is_on("onlink")?;
    spec.kind = options.string("type")?.map(|kind| route::parse_type(&kind)).transpose()?;
    spec.tos = options.named_number("tos", "a number from 0 to 255, or a name", &Names::dsfields())?;
    spec.pref = options.string("pref")?.map(|pref| route::parse_pref(&pref)).transpose()?;
    spec.nhid = options.number("nhid", "a nexthop's id")?;
    if let Some(nexthops) = options.table("nexthops")? {
        spec.nexthops = read_nexthops(&nexthops, options, namespace)?;
    }
    if let Some(vrf) = options.link_here("vrf", namespace)? {
        spec.table = Some(route::vrf_table(namespace, &vrf)?);
    }
    spec.more = more(MORE, options, namespace)?;
    if spec.nhid.is_some() {
        // A route that was read also says where its object leads, and the kernel refuses to be told both.
        (spec.via, spec.dev, spec.onlink) = (None, None, false);
        spec.nexthops.clear();
        spec.more.retain(|(key, _)| key != "encap");
    }
    let ways = spec.nexthops.iter_mut().map(|way| &mut way.more);
    for more in std::iter::once(&mut spec.more).chain(ways) {
        spec.held.extend(encap::hold(more)?);
    }
    Ok(spec)
}

/// Those of the options that are rarer.
fn more(table: &'static [Word], options: &Options, namespace: &Namespace) -> Result<Settings> {
    let mut more = Settings::new();
    if !options.has_other_than(ROUTE) && !options.has("encap") {
        return Ok(more);
    }
    for word in words::all(table).filter(|word| word.settable) {
        if let Some(value) = options.value(word.name) {
            more.push((word.name.into(), setting(word.name, value, Some(&word.form), namespace)?));
        }
    }
    if let Some(value) = options.value("encap") {
        let encap = setting("encap", value, None, namespace)?;
        if !matches!(encap, Setting::Table(_)) {
            return Err(options.wrong_type("encap", "a table with a type"));
        }
        more.push(("encap".into(), encap));
    }
    Ok(more)
}

fn read_nexthops(nexthops: &Table, options: &Options, namespace: &Namespace) -> Result<Vec<NextHop>> {
    let wrong = || options.wrong_type("nexthops", "an array of tables such as { { via = \"10.0.0.1\" } }");
    let mut read = Vec::new();
    for nexthop in nexthops.sequence_values::<Table>() {
        let nexthop = nexthop.map_err(|_| wrong())?;
        let options = Options::read(&nexthop, "nexthops", &[NEXTHOP, &RARE_OF_A_WAY], &[IGNORED])
            .map_err(|error| ours(&error).unwrap_or_else(wrong))?;
        read.push(NextHop {
            via: options.address("via")?,
            dev: options.link_here("dev", namespace)?,
            weight: options.number("weight", "a weight from 1 to 256")?,
            onlink: options.is_on("onlink")?,
            more: more(MORE_OF_A_WAY, &options, namespace)?,
        });
    }
    if read.is_empty() { Err(wrong()) } else { Ok(read) }
}

pub(super) fn family(options: &Options) -> Result<Option<Family>> {
    if options.value("family").and_then(Value::as_string).is_some_and(|family| family == "mpls") {
        return Ok(Some(Family::Mpls));
    }
    Ok(options.family("family")?.map(|family| match family {
        crate::probe::Family::V4 => Family::Inet,
        crate::probe::Family::V6 => Family::Inet6,
    }))
}

pub(super) fn filter(options: &Options, namespace: &Namespace) -> Result<Filter> {
    let mut table = match options.value("table") {
        None => TableFilter::Main,
        Some(Value::String(word)) if word.as_bytes() == *b"all" => TableFilter::All,
        Some(_) => match options.named_number("table", "a table's name or number, or \"all\"", &Names::tables())? {
            Some(number) => TableFilter::Number(number),
            None => TableFilter::Main,
        },
    };
    if let Some(vrf) = options.link_here("vrf", namespace)? {
        table = TableFilter::Number(route::vrf_table(namespace, &vrf)?);
    }
    let family = family(options)?;
    let destination = |key: &str| -> Result<Option<Destination>> {
        let text = options.string(key)?;
        let read = if family == Some(Family::Mpls) { parse_label } else { parse_destination };
        text.map(|text| read(&text)).transpose()
    };
    let network = |key: &str| -> Result<Option<IpNet>> {
        options.string(key)?.map(|text| address_text::network(&text)).transpose()
    };
    let realms = options.value("realms").map(|value| setting("realms", value, None, namespace));
    Ok(Filter {
        table,
        family,
        proto: options.named_number("proto", "a protocol's name or number", &Names::protocols())?,
        dev: options.link_here("dev", namespace)?,
        kind: options.string("type")?.map(|kind| route::parse_type(&kind)).transpose()?.map(u8::from),
        scope: options.named_number("scope", "global, link, host, site or a number", &Names::scopes())?,
        tos: options.named_number("tos", "a number from 0 to 255, or a name", &Names::dsfields())?,
        metric: options.number("metric", "a metric from 0")?,
        via: network("via")?,
        src: network("src")?,
        from: network("from")?,
        exact: destination("exact")?,
        root: destination("root")?,
        matching: destination("match")?,
        nhid: options.number("nhid", "a nexthop's id")?,
        realms: realms.transpose()?,
        cached: options.is_on("cached")?,
    })
}
