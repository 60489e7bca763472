//! Functions of the script that nodes were declared with: those that give the value of an option once interfaces are
//! known, and those that run when the node is up.
//!
//! They are kept in the user value of the lab's handle, by node and key, and not in the lab: a function may hold the lab,
//! and Lua's garbage collector sees both there.

use mlua::{AnyUserData, Function, Table, Value};

use super::{Lab, Shared, options};
use crate::error::{Error, Place, Result, explain};
use crate::script::args::Args;
use crate::script::handle::NodeHandle;
use crate::script::options::Options;
use crate::script::place::chunk_file;

/// What runs once the node is up.
const SETUP: &str = "setup";

/// Keeps the functions among a node's options.
pub(super) fn keep(args: &Args, node: &str, options: &Options) -> mlua::Result<()> {
    let Some(lab) = args.value(1).as_userdata().cloned() else { return Ok(()) };
    let functions = args.lua.create_table()?;
    for key in options::COMPUTED.iter().copied().chain([SETUP]) {
        match options.value(key) {
            Some(Value::Function(function)) => functions.raw_set(key, function)?,
            Some(_) if key == SETUP => return Err(options.wrong_type(SETUP, "a function").into()),
            _ => {}
        }
    }
    let all: Option<Table> = lab.user_value()?;
    if functions.is_empty() && all.is_none() {
        return Ok(());
    }
    let all = match all {
        Some(all) => all,
        None => args.lua.create_table()?,
    };
    // What an earlier node of this name had goes.
    all.raw_set(node, (!functions.is_empty()).then_some(functions))?;
    lab.set_user_value(all)
}

/// Puts what the functions of nodes give for their options into the plan.
pub(super) fn compute(handle: &AnyUserData, lab: &Shared) -> mlua::Result<()> {
    for (node, key, function) in functions(handle, lab, options::COMPUTED)? {
        let value = call(lab, &node, &function)?;
        let mut state = lab.borrow_mut();
        let Some(index) = state.node_index(&node) else { continue };
        // Nil leaves it without one.
        let filled = options::fill(&mut state.plan.nodes[index], key, &Options::one(key, value));
        filled.map_err(|error| error.object(&node).place(defined(&function)))?;
    }
    Ok(())
}

/// Calls what those nodes of a lab that `wanted` says have to set them up.
pub(super) fn set_up(handle: &AnyUserData, lab: &Shared, wanted: impl Fn(&str) -> bool) -> mlua::Result<()> {
    let functions = functions(handle, lab, &[SETUP])?;
    let mut functions = functions.iter().filter(|(node, ..)| wanted(node));
    functions.try_for_each(|(node, _, function)| call(lab, node, function).map(drop))
}

/// The functions for some keys, node by node in the order of declaration.
fn functions(
    handle: &AnyUserData,
    lab: &Shared,
    keys: &[&'static str],
) -> mlua::Result<Vec<(String, &'static str, Function)>> {
    let Some(all) = handle.user_value::<Option<Table>>()? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for node in &lab.borrow().plan.nodes {
        let Some(of) = all.raw_get::<Option<Table>>(node.name.as_str())? else { continue };
        for &key in keys {
            let function = of.raw_get::<Option<Function>>(key)?;
            found.extend(function.map(|function| (node.name.clone(), key, function)));
        }
    }
    Ok(found)
}

fn call(lab: &Shared, node: &str, function: &Function) -> mlua::Result<Value> {
    let handle = NodeHandle { lab: Shared::clone(lab), name: node.to_owned() };
    function.call(handle)
}

/// Where a function begins in the script.
fn defined(function: &Function) -> Option<Place> {
    let info = function.info();
    Some(Place { file: chunk_file(&info.source?).to_owned(), line: info.line_defined? })
}

/// While it lives, functions of the script may run for a lab that comes up: its plan does not change meanwhile.
pub(super) struct Rising(Shared);

impl Rising {
    pub(super) fn begin(lab: &Shared) -> Self {
        lab.borrow_mut().rising = true;
        Self(Shared::clone(lab))
    }
}

impl Drop for Rising {
    fn drop(&mut self) {
        self.0.borrow_mut().rising = false;
    }
}

impl Lab {
    /// Refuses what cannot be done while the lab comes up.
    pub(super) fn not_rising(&self) -> Result<()> {
        if self.rising { Err(Error::new(&explain::LAB_RISING)) } else { Ok(()) }
    }
}
