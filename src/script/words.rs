//! Options that are words of a table of the kernel's (`kernel::words`): from a Lua table into settings, and back.

use std::borrow::Cow;

use mlua::{Lua, Table, Value};

use super::args::{Args, describe, integer};
use super::device::from_value;
use super::options::Options;
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{self, Form, Setting, Settings, Word};

impl Args {
    /// The options table at `position` as settings of the words of `tables`, which are checked to have them; devices in it are
    /// of the namespace `here`. What only reading gives, and `ignored`, is left out. Absent is no settings.
    pub(super) fn settings(
        &self,
        position: usize,
        tables: &[&'static [Word]],
        ignored: &[&'static str],
        here: &Namespace,
    ) -> mlua::Result<Settings> {
        Ok(self.settings_and_options(position, tables, ignored, here)?.0)
    }

    /// The same, with the options beside it that are the function's own and no words.
    pub(super) fn settings_and_options(
        &self,
        position: usize,
        tables: &[&'static [Word]],
        ignored: &[&'static str],
        here: &Namespace,
    ) -> mlua::Result<(Settings, Options)> {
        match self.value(position) {
            Value::Nil => Ok((Settings::new(), Options::empty())),
            Value::Table(table) => {
                let plain = self.function.options;
                read_beside(&table, self.shown_name(), (tables, plain), ignored, here)
            }
            _ => Err(self.wrong_type(position, "a table of options").into()),
        }
    }
}

/// A table of options as settings: see [`Args::settings`].
pub(super) fn read(
    table: &Table,
    function: &'static str,
    tables: &[&'static [Word]],
    ignored: &[&'static str],
    here: &Namespace,
) -> mlua::Result<Settings> {
    Ok(read_beside(table, function, (tables, &[]), ignored, here)?.0)
}

fn read_beside(
    table: &Table,
    function: &'static str,
    (tables, plain): (&[&'static [Word]], &[&'static str]),
    ignored: &[&'static str],
    here: &Namespace,
) -> mlua::Result<(Settings, Options)> {
    let words: Vec<Vec<&'static str>> = tables.iter().map(|words| words::settable(words).collect()).collect();
    let known: Vec<&[&'static str]> = words.iter().map(Vec::as_slice).chain([plain]).collect();
    let facts: Vec<&'static str> = tables.iter().flat_map(|words| words::names(words)).collect();
    let options = Options::read(table, function, &known, &[ignored, &facts])?;
    let settings = tables.iter().flat_map(|words| words::all(words)).filter(|word| word.settable);
    let mut read = Settings::new();
    for word in settings {
        if !read.iter().any(|(known, _)| known == word.name)
            && let Some(value) = options.value(word.name)
        {
            read.push((Cow::Borrowed(word.name), setting(word.name, value, Some(&word.form), here)?));
        }
    }
    Ok((read, options))
}

/// A value of an option as a setting. A link, by its handle or as `"ns/link"`, must be in the namespace `here`.
pub(super) fn setting(key: &str, value: &Value, form: Option<&Form>, here: &Namespace) -> Result<Setting> {
    Ok(match value {
        Value::Boolean(on) => Setting::Switch(*on),
        Value::String(text) if matches!(form, Some(Form::Link)) && text.as_bytes().contains(&b'/') => {
            link(key, value, here)?
        }
        Value::String(text) => Setting::Text(text.to_string_lossy()),
        Value::Number(number) if integer(value).is_none() => Setting::Number(*number),
        Value::UserData(handle) if handle.is::<super::handle::LinkHandle>() => link(key, value, here)?,
        Value::UserData(_) => Setting::Text(value.to_string().map_err(|_| wrong(key, value))?),
        Value::Table(table) => of_table(key, table, form, here)?,
        other => integer(other).map(Setting::Integer).ok_or_else(|| wrong(key, value))?,
    })
}

fn wrong(key: &str, value: &Value) -> Error {
    let error = Error::new(&explain::OPTION_TYPE).with("key", key).with("got", describe(value));
    error.with("expected", "a number, a string, a switch or a table of them")
}

/// A table: an array of values, or options of their own.
fn of_table(key: &str, table: &Table, form: Option<&Form>, here: &Namespace) -> Result<Setting> {
    let broken = |_| wrong(key, &Value::Table(table.clone()));
    if table.raw_len() > 0 {
        let form = match form {
            Some(Form::List(inner, _)) => Some(*inner),
            other => other,
        };
        let values = table.sequence_values::<Value>();
        let values = values.map(|value| setting(key, &value.map_err(broken)?, form, here));
        return Ok(Setting::List(values.collect::<Result<_>>()?));
    }
    let mut settings = Settings::new();
    for pair in table.pairs::<Value, Value>() {
        let (name, value) = pair.map_err(broken)?;
        let Value::String(name) = name else { return Err(wrong(key, &Value::Table(table.clone()))) };
        let name = name.to_string_lossy();
        let name = name.strip_suffix('_').unwrap_or(&name).to_owned();
        let word = match form {
            Some(Form::Nested(words)) => words::word(words, &name),
            _ => None,
        };
        let value = setting(&name, &value, word.map(|word| &word.form), here)?;
        settings.push((Cow::Owned(name), value));
    }
    settings.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Setting::Table(settings))
}

/// A link of the namespace `here`, by its name there.
fn link(key: &str, value: &Value, here: &Namespace) -> Result<Setting> {
    let device = from_value(value, here).unwrap_or_else(|| Err(wrong(key, value)))?;
    if device.namespace.same(here)? {
        return Ok(Setting::Text(device.name));
    }
    let error = Error::new(&explain::DEVICE_ELSEWHERE).with("key", key).with("link", &device);
    Err(error.with("namespace", here.label()).object(device))
}

/// A setting as a Lua value.
pub(super) fn value(lua: &Lua, setting: &Setting) -> mlua::Result<Value> {
    Ok(match setting {
        Setting::Switch(on) => Value::Boolean(*on),
        Setting::Integer(number) => Value::Integer(*number),
        Setting::Number(number) => Value::Number(*number),
        Setting::Text(text) => Value::String(lua.create_string(text)?),
        Setting::List(values) => {
            let values = values.iter().map(|setting| value(lua, setting)).collect::<mlua::Result<Vec<_>>>()?;
            Value::Table(lua.create_sequence_from(values)?)
        }
        Setting::Table(settings) => Value::Table(record(lua, settings)?),
    })
}

/// Settings as a plain table.
pub(super) fn record(lua: &Lua, settings: &Settings) -> mlua::Result<Table> {
    let table = lua.create_table_with_capacity(0, settings.len())?;
    for (key, setting) in settings {
        table.raw_set(key.as_ref(), value(lua, setting)?)?;
    }
    Ok(table)
}

/// A list of settings as an array of tables, which prints as an aligned table with `columns` first.
pub(super) fn records(lua: &Lua, columns: &'static [&'static str], list: &[Settings]) -> mlua::Result<Table> {
    super::records::list(lua, columns, list.iter().map(|settings| record(lua, settings)))
}
