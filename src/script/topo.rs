//! `topo`: graphs. Here their arguments are read, strictly; `lua/topo` makes the graphs of them.
//!
//! A graph is a table that scripts may read and change, with methods by its metatable.

use std::ops::RangeInclusive;

use mlua::{Lua, MultiValue, Table, Value};

use super::args::{Args, describe, integer};
use super::bind::{self, Form, values};
use super::options::Options;
use super::registry::{self, Acts, Call, Function};
use super::{place, strict};
use crate::error::{Error, explain, nearest};

/// What every generator takes beside its numbers: hosts at each edge node, and the kind of the others.
const SHAPE: &[&str] = &["hosts", "kind"];

type Read = fn(&mut Args) -> mlua::Result<MultiValue>;

const fn generator(name: &'static str, most: usize, options: &'static [&'static str], read: Read) -> Function {
    Function { name, acts: Acts::Alone, most, options, words: &[], call: Call::Lua(read) }
}

const fn method(name: &'static str, most: usize, read: Read) -> Function {
    Function { name, acts: Acts::Method("Graph"), most, options: &[], words: &[], call: Call::Lua(read) }
}

pub(super) static FUNCTIONS: &[Function] = &[
    generator("topo.line", 2, SHAPE, |args| counts(args, &[("n", FROM_1)])),
    generator("topo.ring", 2, SHAPE, |args| counts(args, &[("n", FROM_1)])),
    generator("topo.mesh", 2, SHAPE, |args| counts(args, &[("n", FROM_1)])),
    generator("topo.star", 2, SHAPE, |args| counts(args, &[("n", FROM_0)])),
    generator("topo.grid", 3, SHAPE, |args| counts(args, &[("w", FROM_1), ("h", FROM_1)])),
    generator("topo.torus", 3, SHAPE, |args| counts(args, &[("w", FROM_1), ("h", FROM_1)])),
    generator("topo.hypercube", 2, SHAPE, |args| counts(args, &[("d", 0..=20)])),
    generator("topo.tree", 1, &["depth", "fanout", "hosts", "kind"], |args| {
        fields(args, &[("depth", FROM_1), ("fanout", FROM_1)]).and_then(|(read, _)| values(&args.lua, read))
    }),
    generator("topo.fat_tree", 2, SHAPE, fat_tree),
    generator("topo.leaf_spine", 1, &["spines", "leaves", "hosts", "kind"], |args| {
        fields(args, &[("spines", FROM_1), ("leaves", FROM_1)]).and_then(|(read, _)| values(&args.lua, read))
    }),
    generator("topo.random", 1, &["n", "links", "p", "seed", "hosts", "kind"], random),
    generator("topo.waxman", 1, &["n", "alpha", "beta", "seed", "hosts", "kind"], waxman),
    generator("topo.barabasi_albert", 1, &["n", "m", "seed", "hosts", "kind"], |args| {
        let (read, options) = fields(args, &[("n", FROM_1), ("m", FROM_1)])?;
        read.raw_set("seed", seed(&options)?)?;
        values(&args.lua, read)
    }),
    method("graph.shortest_paths", 1, graph),
    method("graph.diameter", 1, graph),
    method("graph.connected", 1, graph),
    method("graph.degree", 1, graph),
    method("graph.map", 3, map),
];

/// More than any lab can have.
const MOST: i64 = 1_000_000;
const FROM_0: RangeInclusive<i64> = 0..=MOST;
const FROM_1: RangeInclusive<i64> = 1..=MOST;

type Wanted<'a> = &'a [(&'static str, RangeInclusive<i64>)];

/// What a number has to be, as an error says it.
fn expected(range: &RangeInclusive<i64>) -> String {
    match *range.end() {
        MOST => format!("a whole number from {}", range.start()),
        end => format!("a whole number from {} to {end}", range.start()),
    }
}

/// Numbers by position, then the options: all of them by name in one table.
fn counts(args: &mut Args, wanted: Wanted<'_>) -> mlua::Result<MultiValue> {
    let read = args.lua.create_table()?;
    for (position, (name, range)) in (1..).zip(wanted) {
        let value = args.value(position);
        let number = integer(&value).ok_or_else(|| args.wrong_type(position, &expected(range)))?;
        if !range.contains(&number) {
            return Err(args.wrong_value(position, &expected(range), number).into());
        }
        read.raw_set(*name, number)?;
    }
    shape(&args.options(wanted.len() + 1)?, &read)?;
    values(&args.lua, read)
}

/// `{hosts=, kind=}`.
fn shape(options: &Options, read: &Table) -> mlua::Result<()> {
    read.raw_set("hosts", count(options, "hosts", &FROM_0)?)?;
    let kind = options.string("kind")?;
    if let Some(other) = kind.as_deref().filter(|kind| !["router", "switch"].contains(kind)) {
        return Err(options.wrong_value("kind", "\"router\" or \"switch\"", other).into());
    }
    read.raw_set("kind", kind)
}

fn count(options: &Options, key: &'static str, range: &RangeInclusive<i64>) -> mlua::Result<Option<i64>> {
    let number = options.number::<i64>(key, &expected(range))?;
    match number.filter(|number| !range.contains(number)) {
        Some(number) => Err(options.wrong_value(key, &expected(range), number).into()),
        None => Ok(number),
    }
}

/// The one table of a generator, in which the numbers of `wanted` must not be missing.
fn fields(args: &mut Args, wanted: Wanted<'_>) -> mlua::Result<(Table, Options)> {
    let read = args.lua.create_table()?;
    let options = args.options(1)?;
    for (key, range) in wanted {
        let number = count(&options, key, range)?;
        read.raw_set(*key, number.ok_or_else(|| Error::missing(key))?)?;
    }
    shape(&options, &read)?;
    Ok((read, options))
}

/// Any whole number, the same unless told.
fn seed(options: &Options) -> mlua::Result<i64> {
    Ok(options.number("seed", "a whole number")?.unwrap_or(1))
}

/// A number from 0 (or above 0) to 1.
fn share(options: &Options, key: &'static str, zero: bool) -> mlua::Result<Option<f64>> {
    let expected = if zero { "a number from 0 to 1" } else { "a number above 0, at most 1" };
    let Some(value) = options.value(key) else { return Ok(None) };
    let number = match value {
        // What is lost beyond 2^53 is out of range anyway.
        #[allow(clippy::cast_precision_loss)]
        Value::Integer(number) => *number as f64,
        Value::Number(number) => *number,
        _ => return Err(options.wrong_type(key, expected).into()),
    };
    if !(0.0..=1.0).contains(&number) || (number == 0.0 && !zero) {
        return Err(options.wrong_value(key, expected, number).into());
    }
    Ok(Some(number))
}

/// `topo.fat_tree(k)`: k is even.
fn fat_tree(args: &mut Args) -> mlua::Result<MultiValue> {
    const EVEN: &str = "an even number from 2";
    match integer(&args.value(1)) {
        None => Err(args.wrong_type(1, EVEN).into()),
        Some(k) if k < 2 || k % 2 != 0 => Err(args.wrong_value(1, EVEN, k).into()),
        Some(_) => counts(args, &[("k", 2..=1000)]),
    }
}

/// `topo.random{n=, links= or p=, seed=}`.
fn random(args: &mut Args) -> mlua::Result<MultiValue> {
    let (read, options) = fields(args, &[("n", FROM_1)])?;
    let n: i64 = read.raw_get("n")?;
    let pairs = n * (n - 1) / 2;
    let links = options.number::<i64>("links", "a whole number")?;
    let chance = share(&options, "p", true)?;
    match (links, chance) {
        (None, None) => Err(Error::missing("links"))?,
        (Some(_), Some(_)) => Err(Error::clash("links", "p"))?,
        (Some(links), None) if !(n - 1..=pairs).contains(&links) => {
            let expected = format!("from {} (one node hangs on another) to {pairs} (each is linked to each)", n - 1);
            return Err(options.wrong_value("links", &expected, links).into());
        }
        _ => {}
    }
    read.raw_set("links", links)?;
    read.raw_set("p", chance)?;
    read.raw_set("seed", seed(&options)?)?;
    values(&args.lua, read)
}

/// `topo.waxman{n=, alpha=, beta=, seed=}`.
fn waxman(args: &mut Args) -> mlua::Result<MultiValue> {
    let (read, options) = fields(args, &[("n", FROM_1)])?;
    read.raw_set("alpha", share(&options, "alpha", false)?.unwrap_or(0.1))?;
    read.raw_set("beta", share(&options, "beta", false)?.unwrap_or(0.4))?;
    read.raw_set("seed", seed(&options)?)?;
    values(&args.lua, read)
}

/// A method's graph.
fn graph(args: &mut Args) -> mlua::Result<MultiValue> {
    let graph = args.table(1).map_err(|_| args.wrong_type(1, "a graph"))?;
    for part in ["nodes", "links"] {
        let value: Value = graph.raw_get(part)?;
        if !value.is_table() {
            let error = Error::new(&explain::GRAPH_VALUE).with("what", format!("\"{part}\""));
            return Err(error.with("expected", "an array").with("got", describe(&value)).into());
        }
    }
    values(&args.lua, graph)
}

/// `graph:map(change_node?, change_link?)`.
fn map(args: &mut Args) -> mlua::Result<MultiValue> {
    let mut read = graph(args)?;
    for position in [2, 3] {
        let function = if args.absent(position) { Value::Nil } else { Value::Function(args.function(position)?) };
        read.push_back(function);
    }
    Ok(read)
}

/// The chunks of the module, in the order in which they run: each adds its functions to the one table.
const CHUNKS: &[(&str, &str)] = &[
    ("=[nsl graph]", include_str!("../../lua/topo/graph.lua")),
    ("=[nsl regular]", include_str!("../../lua/topo/regular.lua")),
    ("=[nsl random]", include_str!("../../lua/topo/random.lua")),
];

/// The Lua function behind `topo.ring` or `graph.map`. The module is compiled when the first of them is called.
pub(super) fn function(lua: &Lua, name: &str) -> mlua::Result<mlua::Function> {
    const KEPT: &str = "nsl.topo";
    let short = name.rsplit('.').next().unwrap_or(name);
    if let Some(module) = lua.named_registry_value::<Option<Table>>(KEPT)? {
        return module.raw_get(short);
    }
    let (module, host) = (lua.create_table()?, lua.create_table()?);
    host.raw_set("graph", graph_metatable(lua)?)?;
    host.raw_set("refuse", lua.create_function(refuse)?)?;
    host.raw_set("describe", lua.create_function(|_, value: Value| Ok(describe(&value)))?)?;
    for (name, text) in CHUNKS {
        lua.load(*text).set_name(*name).call::<()>((&module, &host))?;
    }
    lua.set_named_registry_value(KEPT, &module)?;
    module.raw_get(short)
}

/// The metatable of graphs, with their methods.
fn graph_metatable(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    for function in registry::functions() {
        if let Some(name) = function.method_of("Graph") {
            methods.raw_set(name, bind::function(lua, function, Form::OfHandle)?)?;
        }
    }
    strict::strict_methods(lua, "Graph", &methods)?;
    let meta = lua.create_table()?;
    meta.raw_set("__name", "Graph")?;
    meta.raw_set("__index", methods)?;
    Ok(meta)
}

/// Raises the error of this operation and row; `names` are those among which a wrong one may have been meant.
fn refuse(
    lua: &Lua,
    (op, id, filled, names): (String, String, Table, Option<Vec<String>>),
) -> mlua::Result<MultiValue> {
    let row = explain::ROWS.iter().find(|row| row.id == id).copied().unwrap_or(&explain::BUG);
    let (place, frames) = place::here(lua);
    let mut error = Error::new(row).op(op).place(place).frames(frames);
    for key in ["name", "what", "expected", "got"] {
        let value: Option<String> = filled.raw_get(key)?;
        if let Some(value) = value {
            error = error.near(nearest(&value, names.iter().flatten().map(String::as_str))).with(key, value);
        }
    }
    Err(error.into())
}
