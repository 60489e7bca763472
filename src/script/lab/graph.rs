//! A graph as nodes and links of a lab: all of it, or none.

use mlua::{MultiValue, Table, Value};

use super::{LINK, NODE, Shared, declare, options};
use crate::error::{Error, explain};
use crate::lab::Kind;
use crate::script::args::{Args, describe};
use crate::script::bind::values;
use crate::script::handle::NodeHandle;
use crate::script::options::Options;
use crate::script::place;

/// `net:add(graph, {link=, node=, prefix=})`: the nodes of the graph by name.
pub(super) fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    let graph = args.table(2)?;
    let options = args.options(3)?;
    let (count, links_count) = {
        let plan = &lab.borrow().plan;
        (plan.nodes.len(), plan.links.len())
    };
    lab.borrow_mut().graphs.push(place::here(&args.lua).0);
    let added = nodes(args, &lab, &graph, &options).and_then(|added| {
        links(args, &lab, &graph, &options)?;
        values(&args.lua, added)
    });
    if added.is_err() {
        lab.borrow_mut().cut(count, links_count);
    }
    added
}

fn nodes(args: &Args, lab: &Shared, graph: &Table, options: &Options) -> mlua::Result<Table> {
    let prefix = options.string("prefix")?.unwrap_or_default();
    let added = args.lua.create_table()?;
    for (number, node) in list(graph, "nodes")?.into_iter().enumerate() {
        let attribute = |key| text(&node, "nodes", number, key);
        let name = format!("{prefix}{}", attribute("name")?.ok_or_else(|| missing("nodes", number, "name"))?);
        let kind = match attribute("kind")?.as_deref() {
            None | Some("router") => Kind::Router,
            Some("host") => Kind::Host,
            Some("switch") => Kind::Switch,
            Some("node") => Kind::Node,
            Some(other) => {
                let expected = "\"host\", \"router\", \"switch\" or \"node\"";
                return Err(wrong(&path("nodes", number, "kind"), expected, format!("\"{other}\"")).into());
            }
        };
        let given = defaults(args, options, "node", &node)?;
        let given = Options::read(&given, "add", &[NODE], &[])?;
        let mut declared = options::node(name.clone(), kind, &given)?;
        declared.role = declared.role.or(attribute("role")?);
        declare::insert(args, lab, declared, &given)?;
        added.raw_set(name.as_str(), NodeHandle { lab: Shared::clone(lab), name: name.clone() })?;
    }
    Ok(added)
}

fn links(args: &Args, lab: &Shared, graph: &Table, options: &Options) -> mlua::Result<()> {
    let prefix = options.string("prefix")?.unwrap_or_default();
    for (number, link) in list(graph, "links")?.into_iter().enumerate() {
        let end = |key| -> mlua::Result<usize> {
            let name = text(&link, "links", number, key)?.ok_or_else(|| missing("links", number, key))?;
            Ok(lab.borrow().known_index(&format!("{prefix}{name}"))?)
        };
        let (a, b) = (end("a")?, end("b")?);
        let given = defaults(args, options, "link", &link)?;
        if !given.contains_key("cost")? {
            given.raw_set("cost", link.get::<Value>("cost")?)?;
        }
        let declared = options::link(a, b, &Options::read(&given, "add", &[LINK], &[])?)?;
        declare::connect(args, lab, declared)?;
    }
    Ok(())
}

/// The options for one node or link of a graph: those of a table for all, or what a function gives for it.
fn defaults(args: &Args, options: &Options, key: &str, of: &Table) -> mlua::Result<Table> {
    const EXPECTED: &str = "a table, or a function that returns one or nil";
    let wrong = |got| Error::new(&explain::OPTION_TYPE).with("key", key).with("expected", EXPECTED).with("got", got);
    let given = match options.value(key) {
        Some(Value::Function(function)) => function.call(of)?,
        given => given.cloned().unwrap_or(Value::Nil),
    };
    let copy = args.lua.create_table()?;
    match given {
        Value::Nil => {}
        Value::Table(table) => {
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = pair?;
                copy.raw_set(key, value)?;
            }
        }
        other => return Err(wrong(describe(&other)).into()),
    }
    Ok(copy)
}

/// The tables in an array of the graph.
fn list(graph: &Table, key: &str) -> mlua::Result<Vec<Table>> {
    let Value::Table(list) = graph.get::<Value>(key)? else {
        return Err(wrong(key, "an array of tables", describe(&graph.get(key)?)).into());
    };
    let entries = list.sequence_values::<Value>().enumerate().map(|(number, entry)| match entry? {
        Value::Table(entry) => Ok(entry),
        other => Err(wrong(&format!("{key}[{}]", number + 1), "a table", describe(&other)).into()),
    });
    entries.collect()
}

/// An attribute that is text, if it is there.
fn text(of: &Table, list: &str, number: usize, key: &str) -> mlua::Result<Option<String>> {
    match of.get::<Value>(key)? {
        Value::Nil => Ok(None),
        Value::String(text) => Ok(Some(text.to_string_lossy())),
        other => Err(wrong(&path(list, number, key), "a string", describe(&other)).into()),
    }
}

fn missing(list: &str, number: usize, key: &str) -> Error {
    wrong(&path(list, number, key), "a string", "nothing".to_owned())
}

/// `nodes[3].name`.
fn path(list: &str, number: usize, key: &str) -> String {
    format!("{list}[{}].{key}", number + 1)
}

fn wrong(path: &str, expected: &str, got: String) -> Error {
    Error::new(&explain::LAB_GRAPH).with("path", path).with("expected", expected).with("got", got)
}
