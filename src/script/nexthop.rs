//! `netns`: nexthops.

use mlua::MultiValue;

use super::args::{Args, integer};
use super::bind::values;
use super::options::Options;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::encap;
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::nexthop::{self, Buckets, Filter, WORDS};
use crate::kernel::words::Word;
use crate::probe::Family;

const TABLES: &[&[Word]] = &[WORDS, encap::OPTION];
/// What repeats the argument.
const IGNORED: &[&str] = &["id"];
const FILTER: &[&str] = &["dev", "vrf", "master", "groups", "fdb", "family", "protocol", "stats"];
const GET: &[&str] = &["stats"];
const BUCKETS: &[&str] = &["id", "nhid", "dev", "vrf", "master"];
const COLUMNS: &[&str] = &["id", "via", "dev", "group", "type", "blackhole", "fdb", "scope", "protocol"];
const BUCKET_COLUMNS: &[&str] = &["id", "index", "nhid", "idle_time"];

const fn function(
    name: &'static str,
    most: usize,
    options: &'static [&'static str],
    words: &'static [&'static [Word]],
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    Function::new(name, Acts::OnNamespace, most, call).options(options).words(words)
}

pub(super) static FUNCTIONS: &[Function] = &[
    function("netns.nexthop_add", 3, &[], TABLES, add),
    function("netns.nexthop_replace", 3, &[], TABLES, replace),
    function("netns.nexthop_delete", 2, &[], &[], delete),
    function("netns.nexthop_get", 3, GET, &[], get),
    function("netns.nexthop_list", 2, FILTER, &[], list),
    function("netns.nexthop_flush", 2, FILTER, &[], flush),
    function("netns.nexthop_bucket_get", 3, &[], &[], bucket),
    function("netns.nexthop_bucket_list", 2, BUCKETS, &[], buckets),
];

/// `netns.nexthop_add(ns, id, {via=, dev=, …})`: its id; nil lets the kernel choose.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let id = if args.absent(2) { None } else { Some(id(args)?) };
    let settings = args.settings(3, TABLES, IGNORED, &namespace)?;
    values(&args.lua, nexthop::add(&namespace, id, &settings)?)
}

/// `netns.nexthop_replace(ns, id, {via=, dev=, …})`.
fn replace(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, id) = (args.namespace(1)?, id(args)?);
    let settings = args.settings(3, TABLES, IGNORED, &namespace)?;
    values(&args.lua, nexthop::replace(&namespace, id, &settings)?)
}

/// `netns.nexthop_delete(ns, id)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    nexthop::delete(&args.namespace(1)?, id(args)?)?;
    args.nothing()
}

/// `netns.nexthop_get(ns, id, {stats=})`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let stats = args.options(3)?.is_on("stats")?;
    let record = lua_words::record(&args.lua, &nexthop::get(&args.namespace(1)?, id(args)?, stats)?)?;
    values(&args.lua, super::records::one(&args.lua, record)?)
}

/// `netns.nexthop_list(ns, {dev=, groups=, …})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let listed = nexthop::list(&namespace, &filter(&args.options(2)?, &namespace)?)?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &listed)?)
}

/// `netns.nexthop_flush(ns, {dev=, groups=, …})`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    values(&args.lua, nexthop::flush(&namespace, &filter(&args.options(2)?, &namespace)?)?)
}

/// `netns.nexthop_bucket_get(ns, id, index)`.
fn bucket(args: &mut Args) -> mlua::Result<MultiValue> {
    const EXPECTED: &str = "a bucket's index, from 0";
    let (namespace, id) = (args.namespace(1)?, id(args)?);
    let number = integer(&args.value(3)).ok_or_else(|| args.wrong_type(3, EXPECTED))?;
    let index = u16::try_from(number).map_err(|_| args.wrong_value(3, EXPECTED, number))?;
    let record = lua_words::record(&args.lua, &nexthop::bucket(&namespace, id, index)?)?;
    values(&args.lua, super::records::one(&args.lua, record)?)
}

/// `netns.nexthop_bucket_list(ns, {id=, nhid=, dev=, …})`.
fn buckets(args: &mut Args) -> mlua::Result<MultiValue> {
    const EXPECTED: &str = "a nexthop's id";
    let namespace = args.namespace(1)?;
    let options = args.options(2)?;
    let filter = Buckets {
        id: options.number("id", EXPECTED)?,
        nhid: options.number("nhid", EXPECTED)?,
        dev: options.link_here("dev", &namespace)?,
        master: options.link_here("master", &namespace)?.or(options.link_here("vrf", &namespace)?),
    };
    values(&args.lua, lua_words::records(&args.lua, BUCKET_COLUMNS, &nexthop::buckets(&namespace, &filter)?)?)
}

fn id(args: &Args) -> mlua::Result<u32> {
    const EXPECTED: &str = "a nexthop's id, from 1";
    let number = integer(&args.value(2)).ok_or_else(|| args.wrong_type(2, EXPECTED))?;
    let id = u32::try_from(number).ok().filter(|id| *id > 0);
    Ok(id.ok_or_else(|| args.wrong_value(2, EXPECTED, number))?)
}

fn filter(options: &Options, namespace: &Namespace) -> Result<Filter> {
    Ok(Filter {
        dev: options.link_here("dev", namespace)?,
        master: options.link_here("master", namespace)?.or(options.link_here("vrf", namespace)?),
        groups: options.is_on("groups")?,
        fdb: options.is_on("fdb")?,
        family: options.family("family")?.map(|family| match family {
            Family::V4 => 2,
            Family::V6 => 10,
        }),
        protocol: options.named_number("protocol", "a protocol's name or number", &Names::protocols())?,
        stats: options.is_on("stats")?,
    })
}
