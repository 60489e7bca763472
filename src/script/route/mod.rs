//! `netns`: routes.

mod record;
mod spec;

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::bulk::Bulk;
use super::error::ours;
use super::records;
use super::registry::{Acts, Function};
use crate::error::Result;
use crate::kernel::address_text;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::route::{self, Destination, Family, Lookup, MORE, RouteSpec, parse_label};

use record::write;
pub(super) use record::{fields, line, table};
use spec::{OTHERS, ROUTE};

#[rustfmt::skip]
const FILTER: &[&str] = &[
    "table", "vrf", "family", "proto", "dev", "type", "scope", "tos", "metric", "via", "src", "from", "exact", "root", "match",
    "nhid", "realms", "cached", "dsfield", "oif", "preference", "priority", "protocol",
];
#[rustfmt::skip]
const LOOKUP: &[&str] = &[
    "from", "iif", "oif", "vrf", "mark", "tos", "ipproto", "sport", "dport", "uid", "flowlabel", "fibmatch", "notify",
    "connected", "family", "dev", "dsfield",
];
const COLUMNS: &[&str] = &["dst", "via", "dev", "src", "metric", "proto", "scope", "type", "table", "nexthops"];

/// A function that writes one route.
const fn writes(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnNamespace, 3, call).options(ROUTE).words(&[MORE])
}

const fn reads(
    name: &'static str,
    most: usize,
    options: &'static [&'static str],
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    Function::new(name, Acts::OnNamespace, most, call).options(options)
}

pub(super) static FUNCTIONS: &[Function] = &[
    writes("netns.route_add", |args| one(args, route::add)),
    writes("netns.route_replace", |args| one(args, route::replace)),
    writes("netns.route_change", |args| one(args, route::change)),
    writes("netns.route_append", |args| one(args, route::append)),
    writes("netns.route_prepend", |args| one(args, route::prepend)),
    writes("netns.route_delete", |args| one(args, route::delete)),
    reads("netns.route_list", 2, FILTER, list),
    reads("netns.route_get", 3, LOOKUP, get),
    reads("netns.route_flush", 2, FILTER, flush),
    reads("netns.routes_add", 2, &[], add_many),
];

/// `netns.route_add(ns, dst, opts)`.
fn one(args: &mut Args, write: fn(&Namespace, &RouteSpec) -> Result<()>) -> mlua::Result<MultiValue> {
    let (namespace, spec) = spec::read(args)?;
    write(&namespace, &spec)?;
    args.nothing()
}

/// `netns.route_list(ns, {table=, family=, proto=, dev=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let filter = spec::filter(&args.options(2)?.lengthen(OTHERS), &namespace)?;
    let lua = &args.lua;
    let mut records = Bulk::new(lua, Some(line))?;
    route::list_each(&namespace, &filter, |route| write(&mut records, &route))?;
    values(lua, records::as_list(lua, COLUMNS, records.finish()?)?)
}

/// `netns.route_get(ns, address, opts?)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let options = args.options(3)?.lengthen(&[("dev", "oif"), ("dsfield", "tos")]);
    let family = spec::family(&options)?;
    let destination = match family {
        Some(Family::Mpls) => parse_label(&spec::destination(args)?)?,
        _ => Destination::Net(address_text::address(&args.string(2)?)?.into()),
    };
    destination.check_family(family)?;
    let vrf = options.link_here("vrf", &namespace)?;
    if let Some(vrf) = &vrf {
        route::vrf_table(&namespace, vrf)?;
    }
    let lookup = Lookup {
        from: options.address("from")?,
        iif: options.link_here("iif", &namespace)?,
        oif: options.link_here("oif", &namespace)?.or(vrf),
        mark: options.number("mark", "a mark from 0")?,
        tos: options.named_number("tos", "a number from 0 to 255, or a name", &Names::dsfields())?,
        ipproto: options.named_number("ipproto", "a protocol over IP", &Names::ip_protocols())?,
        sport: options.number("sport", "a port from 0 to 65535")?,
        dport: options.number("dport", "a port from 0 to 65535")?,
        uid: options.number("uid", "a user's number")?,
        flowlabel: options.number("flowlabel", "a flow label from 0")?,
        fibmatch: options.is_on("fibmatch")?,
        notify: options.is_on("notify")?,
        connected: options.is_on("connected")?,
    };
    values(&args.lua, table(&args.lua, &route::get(&namespace, destination, &lookup)?)?)
}

/// `netns.route_flush(ns, {table=, family=, proto=, dev=})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let filter = spec::filter(&args.options(2)?.lengthen(OTHERS), &namespace)?;
    values(&args.lua, route::flush(&namespace, &filter)?)
}

/// `netns.routes_add(ns, {{dst=, via=, …}, …})`: all or none.
fn add_many(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let routes = args.table(2)?;
    let mut specs = Vec::with_capacity(routes.raw_len());
    for (place, entry) in routes.sequence_values::<Value>().enumerate() {
        let Value::Table(entry) = entry? else { return Err(args.wrong_type(2, "an array of tables").into()) };
        let read = spec::of_table(&entry, args.shown_name(), &namespace);
        specs.push(read.map_err(|error| noted(error, place))?);
    }
    let added = route::add_many(&namespace, &specs);
    added.map_err(|(place, error)| error.note(format!("in route {} of the array; none was added", place + 1)))?;
    args.nothing()
}

/// Says which of the array it was.
fn noted(error: mlua::Error, place: usize) -> mlua::Error {
    match ours(&error) {
        Some(error) => error.note(format!("in route {} of the array", place + 1)).into(),
        None => error,
    }
}
