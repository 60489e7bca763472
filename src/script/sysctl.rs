//! `netns.sysctl`.

use mlua::{IntoLua, Lua, MultiValue, Table, Value};

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use crate::kernel::sysctl::{self as kernel, Found};

pub(super) static FUNCTIONS: &[Function] = &[Function::new("netns.sysctl", Acts::OnNamespace, 3, sysctl)];

const VALUE: &str = "a string or a number";

/// `netns.sysctl(ns, key, value?)`: reads, or writes and gives the old value; `netns.sysctl(ns, {key = value, …})`.
fn sysctl(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    if let Value::Table(settings) = args.value(2) {
        if args.count() > 2 {
            return Err(args.wrong_type(3, "left out beside a table").into());
        }
        let old = kernel::write_all(&namespace, read_table(args, &settings)?)?;
        return values(&args.lua, table(&args.lua, old)?);
    }
    let Value::String(key) = args.value(2) else {
        return Err(args.wrong_type(2, "a string, or a table from keys to values").into());
    };
    let key = key.to_string_lossy();
    let found = match args.value(3) {
        Value::Nil if args.count() < 3 => kernel::read(&namespace, &key)?,
        value => {
            let value = text(&value)?.ok_or_else(|| args.wrong_type(3, VALUE))?;
            kernel::write(&namespace, &key, &value)?
        }
    };
    match found {
        Found::One(value) => values(&args.lua, from_text(&args.lua, value)?),
        Found::Many(found) => values(&args.lua, table(&args.lua, found)?),
    }
}

/// Keys with values, sorted by key.
fn read_table(args: &Args, settings: &Table) -> mlua::Result<Vec<(String, String)>> {
    let mut read = Vec::new();
    for pair in settings.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let Value::String(key) = key else {
            return Err(args.wrong_type(2, "a table from keys to values").into());
        };
        let key = key.to_string_lossy();
        let Some(value) = text(&value)? else {
            return Err(args.wrong_type(2, &format!("a table with {VALUE} for \"{key}\"")).into());
        };
        read.push((key, value));
    }
    read.sort();
    Ok(read)
}

fn table(lua: &Lua, found: Vec<(String, String)>) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    for (key, value) in found {
        table.raw_set(key, from_text(lua, value)?)?;
    }
    Ok(table)
}

/// What is written for a value; none for one of no fitting type.
fn text(value: &Value) -> mlua::Result<Option<String>> {
    Ok(match value {
        Value::Boolean(on) => Some(u8::from(*on).to_string()),
        Value::Integer(_) | Value::Number(_) => Some(value.to_string()?),
        Value::String(text) => Some(text.to_string_lossy()),
        _ => None,
    })
}

/// A whole number is given as a number.
fn from_text(lua: &Lua, text: String) -> mlua::Result<Value> {
    match text.parse::<i64>() {
        Ok(number) => Ok(Value::Integer(number)),
        Err(_) => text.into_lua(lua),
    }
}
