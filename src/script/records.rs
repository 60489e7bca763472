//! What reading returns: plain tables, and lists of them that print as aligned tables.

use mlua::{IntoLua, Lua, Table, Value};

use super::show;

/// A table that is filled field by field; what is absent is left out.
pub(super) struct Record<'a> {
    lua: &'a Lua,
    table: Table,
}

impl<'a> Record<'a> {
    pub(super) fn new(lua: &'a Lua) -> mlua::Result<Self> {
        Ok(Self { lua, table: lua.create_table()? })
    }

    /// Sets a field; none leaves it out.
    pub(super) fn set(self, key: &str, value: impl IntoLua) -> mlua::Result<Self> {
        let value = value.into_lua(self.lua)?;
        if !value.is_nil() {
            self.table.raw_set(key, value)?;
        }
        Ok(self)
    }

    /// The finished table.
    pub(super) fn table(self) -> Table {
        self.table
    }
}

/// A list of records: an array whose text is an aligned table with `columns` first.
pub(super) fn list(
    lua: &Lua,
    columns: &'static [&'static str],
    records: impl IntoIterator<Item = mlua::Result<Table>>,
) -> mlua::Result<Table> {
    let list = lua.create_table()?;
    for record in records {
        list.raw_push(record?)?;
    }
    as_list(lua, columns, list)
}

/// Makes an array of records print as an aligned table.
pub(super) fn as_list(lua: &Lua, columns: &'static [&'static str], list: Table) -> mlua::Result<Table> {
    list.set_metatable(Some(list_metatable(lua, columns)?))?;
    Ok(list)
}

fn list_metatable(lua: &Lua, columns: &'static [&'static str]) -> mlua::Result<Table> {
    let meta = lua.create_table()?;
    meta.raw_set("__columns", columns)?;
    meta.raw_set(
        "__tostring",
        lua.create_function(|lua, list: Table| {
            Ok(show::table_of_records(lua, &list).unwrap_or_else(|| "(none)".to_owned()))
        })?,
    )?;
    Ok(meta)
}

/// One record, which prints field by field.
pub(super) fn one(lua: &Lua, record: Table) -> mlua::Result<Table> {
    let meta = lua.create_table()?;
    meta.raw_set(
        "__tostring",
        lua.create_function(|lua, record: Table| {
            // Without the metatable it is shown as the plain table it is.
            let plain = lua.create_table()?;
            for pair in record.pairs::<Value, Value>() {
                let (key, value) = pair?;
                plain.raw_set(key, value)?;
            }
            show::show(lua, &Value::Table(plain), 80, false)
        })?,
    )?;
    record.set_metatable(Some(meta))?;
    Ok(record)
}

/// A result that prints as `text` and holds the fields of `table`.
pub(super) fn with_text(lua: &Lua, table: &Table, text: String) -> mlua::Result<()> {
    let meta = lua.create_table()?;
    meta.raw_set("__tostring", lua.create_function(move |_, _: Value| Ok(text.clone()))?)?;
    table.set_metatable(Some(meta))
}
