//! Names that do not exist are refused, with the nearest that does: functions of modules, and in the main script and at
//! the prompt variables that were never assigned (a misspelt handle must never come to mean the host).

use mlua::{Lua, Table, Value};

use super::place;
use crate::error::{Error, explain, nearest};

/// Makes reading a function that `module` lacks an error.
pub(super) fn strict_module(lua: &Lua, name: &'static str, module: &Table) -> mlua::Result<()> {
    strict_table(lua, name, module, move |key| Error::new(&explain::NO_FUNCTION).with("module", name).with("name", key))
}

/// Makes reading what the table of a type's methods lacks an error.
pub(super) fn strict_methods(lua: &Lua, name: &'static str, methods: &Table) -> mlua::Result<()> {
    strict_table(lua, name, methods, move |key| Error::new(&explain::NO_FIELD).with("type", name).with("name", key))
}

fn strict_table(
    lua: &Lua,
    name: &'static str,
    table: &Table,
    lacking: impl Fn(&str) -> Error + 'static,
) -> mlua::Result<()> {
    let meta = lua.create_table()?;
    meta.raw_set("__name", name)?;
    meta.raw_set(
        "__index",
        lua.create_function(move |lua, (table, key): (Table, Value)| -> mlua::Result<Value> {
            let Value::String(key) = key else { return Ok(Value::Nil) };
            let key = key.to_string_lossy();
            Err(near(lua, lacking(&key), &key, &table)?.into())
        })?,
    )?;
    table.set_metatable(Some(meta))
}

/// The chunks in which a variable that was never assigned is an error: their names begin so.
pub(super) const STRICT_CHUNKS: &str = "nsl.strict_chunks";

/// Makes reading an unassigned global an error in the chunks named in the registry; other code (modules) is plain Lua.
pub(super) fn strict_globals(lua: &Lua) -> mlua::Result<()> {
    let chunks = lua.create_table()?;
    lua.set_named_registry_value(STRICT_CHUNKS, &chunks)?;
    let meta = lua.create_table()?;
    meta.raw_set(
        "__index",
        lua.create_function(move |lua, (globals, key): (Table, Value)| -> mlua::Result<Value> {
            let Value::String(key) = key else { return Ok(Value::Nil) };
            let strict = match place::calling_chunk(lua) {
                Some(chunk) => chunks.contains_key(chunk)?,
                None => false,
            };
            if !strict {
                return Ok(Value::Nil);
            }
            let key = key.to_string_lossy();
            let error = Error::new(&explain::NO_VARIABLE).with("name", &key);
            Err(near(lua, error, &key, &globals)?.into())
        })?,
    )?;
    lua.globals().set_metatable(Some(meta))
}

/// The error with the nearest of the table's own names, and its line.
fn near(lua: &Lua, error: Error, name: &str, table: &Table) -> mlua::Result<Error> {
    let mut names = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        if let (Value::String(known), _) = pair? {
            names.push(known.to_string_lossy());
        }
    }
    names.sort();
    let (place, frames) = place::here(lua);
    Ok(error.place(place).frames(frames).near(nearest(name, names.iter().map(String::as_str))))
}
