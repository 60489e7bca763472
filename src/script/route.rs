//! `netns`: routes.

use mlua::{Lua, MultiValue, Table, Value};

use super::args::Args;
use super::bind::values;
use super::bulk::{self, Bulk};
use super::options::Options;
use super::records;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Result, explain};
use crate::kernel::address_text;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::route::{self, Family, Filter, Lookup, NextHop, Route, RouteSpec, TableFilter};

#[rustfmt::skip]
const ROUTE: &[&str] = &[
    "via", "dev", "src", "metric", "table", "scope", "proto", "mtu", "advmss", "onlink", "type", "tos", "pref",
    "nexthops", "nhid", "family",
];

/// What only reading gives, and what repeats an argument.
const IGNORED: &[&str] = &["dst", "flags", "dead", "linkdown"];
const NEXTHOP: &[&str] = &["via", "dev", "weight", "onlink"];
const FILTER: &[&str] = &["table", "family", "proto", "dev"];
const LOOKUP: &[&str] = &["from", "iif", "oif", "mark"];
const COLUMNS: &[&str] = &["dst", "via", "dev", "src", "metric", "proto", "scope", "type", "table", "nexthops"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.route_add",
        acts: Acts::OnNamespace,
        most: 3,
        options: ROUTE,
        words: &[],
        call: Call::Now(add),
    },
    Function {
        name: "netns.route_replace",
        acts: Acts::OnNamespace,
        most: 3,
        options: ROUTE,
        words: &[],
        call: Call::Now(replace),
    },
    Function {
        name: "netns.route_delete",
        acts: Acts::OnNamespace,
        most: 3,
        options: ROUTE,
        words: &[],
        call: Call::Now(delete),
    },
    Function {
        name: "netns.route_list",
        acts: Acts::OnNamespace,
        most: 2,
        options: FILTER,
        words: &[],
        call: Call::Now(list),
    },
    Function {
        name: "netns.route_get",
        acts: Acts::OnNamespace,
        most: 3,
        options: LOOKUP,
        words: &[],
        call: Call::Now(get),
    },
    Function {
        name: "netns.route_flush",
        acts: Acts::OnNamespace,
        most: 2,
        options: FILTER,
        words: &[],
        call: Call::Now(flush),
    },
    Function {
        name: "netns.routes_add",
        acts: Acts::OnNamespace,
        most: 2,
        options: &[],
        words: &[],
        call: Call::Now(add_many),
    },
];

/// `netns.route_add(ns, dst, opts)`.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, spec) = read(args)?;
    route::add(&namespace, &spec)?;
    args.nothing()
}

/// `netns.route_replace(ns, dst, opts)`.
fn replace(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, spec) = read(args)?;
    route::replace(&namespace, &spec)?;
    args.nothing()
}

/// `netns.route_delete(ns, dst, opts?)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, spec) = read(args)?;
    route::delete(&namespace, &spec)?;
    args.nothing()
}

/// `netns.route_list(ns, {table=, family=, proto=, dev=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let filter = filter(&args.options(2)?, &namespace)?;
    let lua = &args.lua;
    let mut records = Bulk::new(lua, Some(line))?;
    route::list_each(&namespace, &filter, |route| write(&mut records, &route))?;
    values(lua, records::as_list(lua, COLUMNS, records.finish()?)?)
}

/// `netns.route_get(ns, address, opts?)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let destination = address_text::address(&args.string(2)?)?;
    let options = args.options(3)?;
    let lookup = Lookup {
        from: options.address("from")?,
        iif: options.link_here("iif", &namespace)?,
        oif: options.link_here("oif", &namespace)?,
        mark: options.number("mark", "a mark from 0")?,
    };
    values(&args.lua, table(&args.lua, &route::get(&namespace, destination, &lookup)?)?)
}

/// `netns.route_flush(ns, {table=, family=, proto=, dev=})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let filter = filter(&args.options(2)?, &namespace)?;
    values(&args.lua, route::flush(&namespace, &filter)?)
}

/// `netns.routes_add(ns, {{dst=, via=, …}, …})`: all or none.
fn add_many(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let routes = args.table(2)?;
    let mut specs = Vec::with_capacity(routes.raw_len());
    for (place, entry) in routes.sequence_values::<Value>().enumerate() {
        let Value::Table(entry) = entry? else { return Err(args.wrong_type(2, "an array of tables").into()) };
        let options = Options::read(&entry, args.shown_name(), &[ROUTE], &[IGNORED])?;
        let dst = options.string("dst")?.ok_or_else(|| Error::new(&explain::OPTION_MISSING).with("key", "dst"));
        let read = dst.and_then(|dst| spec(&dst, &options, &namespace));
        specs.push(read.map_err(|error| error.note(format!("in route {} of the array", place + 1)))?);
    }
    let added = route::add_many(&namespace, &specs);
    added.map_err(|(place, error)| error.note(format!("in route {} of the array; none was added", place + 1)))?;
    args.nothing()
}

/// The namespace, and the route at position 2 with its options; a record that was read says both.
fn read(args: &Args) -> mlua::Result<(Namespace, RouteSpec)> {
    let namespace = args.namespace(1)?;
    let options = |position| match args.value(position) {
        Value::Table(table) => Options::read(&table, args.shown_name(), &[ROUTE], &[IGNORED]),
        _ => args.options(position),
    };
    let (dst, options) = match args.value(2) {
        Value::Table(_) => {
            let options = options(2)?;
            let dst = options.string("dst")?.ok_or_else(|| Error::new(&explain::OPTION_MISSING).with("key", "dst"))?;
            (dst, options)
        }
        _ => (args.string(2)?, options(3)?),
    };
    Ok((namespace.clone(), spec(&dst, &options, &namespace)?))
}

fn spec(dst: &str, options: &Options, namespace: &Namespace) -> Result<RouteSpec> {
    let mut spec = RouteSpec::new(route::parse_destination(dst)?);
    spec.family = family(options)?;
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
    spec.tos = options.number("tos", "a number from 0 to 255")?;
    spec.pref = options.string("pref")?.map(|pref| route::parse_pref(&pref)).transpose()?;
    spec.nhid = options.number("nhid", "a nexthop's id")?;
    if let Some(nexthops) = options.table("nexthops")? {
        spec.nexthops = read_nexthops(&nexthops, options, namespace)?;
    }
    if spec.nhid.is_some() {
        // A route that was read also says where its object leads, and the kernel refuses to be told both.
        (spec.via, spec.dev, spec.onlink) = (None, None, false);
        spec.nexthops.clear();
    }
    Ok(spec)
}

fn read_nexthops(nexthops: &Table, options: &Options, namespace: &Namespace) -> Result<Vec<NextHop>> {
    let wrong = || options.wrong_type("nexthops", "an array of tables");
    let mut read = Vec::new();
    for nexthop in nexthops.sequence_values::<Table>() {
        let nexthop = nexthop.map_err(|_| wrong())?;
        let options = Options::read(&nexthop, "nexthops", &[NEXTHOP], &[IGNORED])
            .map_err(|error| super::error::ours(&error).unwrap_or_else(wrong))?;
        read.push(NextHop {
            via: options.address("via")?,
            dev: options.link_here("dev", namespace)?,
            weight: options.number("weight", "a weight from 1 to 256")?,
            onlink: options.is_on("onlink")?,
        });
    }
    if read.is_empty() { Err(wrong()) } else { Ok(read) }
}

fn family(options: &Options) -> Result<Option<Family>> {
    Ok(options.family("family")?.map(|family| match family {
        crate::probe::Family::V4 => Family::Inet,
        crate::probe::Family::V6 => Family::Inet6,
    }))
}

fn filter(options: &Options, namespace: &Namespace) -> Result<Filter> {
    let table = match options.value("table") {
        None => TableFilter::Main,
        Some(Value::String(word)) if word.as_bytes() == *b"all" => TableFilter::All,
        Some(_) => match options.named_number("table", "a table's name or number, or \"all\"", &Names::tables())? {
            Some(number) => TableFilter::Number(number),
            None => TableFilter::Main,
        },
    };
    Ok(Filter {
        table,
        family: family(options)?,
        proto: options.named_number("proto", "a protocol's name or number", &Names::protocols())?,
        dev: options.link_here("dev", namespace)?,
    })
}

/// A route as a table that `route_add` takes; it prints in the words of `ip route`.
pub(super) fn table(lua: &Lua, route: &Route) -> mlua::Result<Table> {
    let mut records = Bulk::short(lua, Some(bulk::metatable(lua, line)?))?;
    write(&mut records, route);
    records.finish()?.raw_get(1)
}

fn write(records: &mut Bulk<'_>, route: &Route) {
    records.open();
    fields(records, route);
    records.close();
}

/// Writes the fields of a route into the record that is open.
pub(super) fn fields(records: &mut Bulk<'_>, route: &Route) {
    let family = match route.family {
        Family::Inet => "inet",
        Family::Inet6 => "inet6",
    };
    records.text("dst", Some(&route.dst));
    records.word("family", Some(family));
    records.text("via", route.via.as_ref());
    records.word("dev", route.dev.as_deref());
    records.text("src", route.src.as_ref());
    records.number("metric", route.metric);
    records.word("table", Some(&route.table));
    records.word("scope", Some(&route.scope));
    records.word("proto", Some(&route.proto));
    records.word("type", Some(&route.kind));
    records.number("mtu", route.mtu);
    records.number("advmss", route.advmss);
    records.on("onlink", route.onlink);
    records.number("tos", route.tos);
    records.word("pref", route.pref);
    records.number("nhid", route.nhid);
    if !route.nexthops.is_empty() {
        records.open_field("nexthops");
        for way in &route.nexthops {
            records.open();
            records.text("via", way.via.as_ref());
            records.word("dev", way.dev.as_deref());
            records.number("weight", Some(way.weight));
            records.on("onlink", way.onlink);
            records.words("flags", &way.flags);
            records.close();
        }
        records.close();
    }
    records.words("flags", &route.flags);
}

/// `default via 10.0.0.1 dev eth0 proto static metric 100`.
pub(super) fn line(record: &Table) -> mlua::Result<String> {
    let text = |record: &Table, key: &str| record.raw_get::<Option<String>>(key);
    let kind = text(record, "type")?.filter(|kind| kind != "unicast");
    let mut line = kind.map_or_else(String::new, |kind| format!("{kind} "));
    line += &text(record, "dst")?.unwrap_or_default();
    for word in ["via", "dev", "proto", "scope", "src", "metric"] {
        if let Some(value) = text(record, word)?.filter(|value| (word, value.as_str()) != ("scope", "global")) {
            line += &format!(" {word} {value}");
        }
    }
    for way in record.raw_get::<Option<Vec<Table>>>("nexthops")?.unwrap_or_default() {
        line += " nexthop";
        for word in ["via", "dev", "weight"] {
            if let Some(value) = text(&way, word)? {
                line += &format!(" {word} {value}");
            }
        }
    }
    Ok(line)
}
