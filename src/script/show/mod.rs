//! Values as text: for the prompt, for `print`, and for the `__tostring` of nsl's lists.
//!
//! A value becomes a tree (`tree`, the only part that reads Lua), which `layout` puts on one line or several; an array
//! of records becomes an aligned table instead (`records`). Reading is raw: showing a value runs no code of the script
//! but its `__tostring`. Control characters are always escaped.

mod layout;
mod lua;
mod records;
mod tree;

use mlua::{Lua, Result, Table, Value};

pub(crate) use lua::{Kind, Word, words};
pub(crate) use tree::{KEYWORDS, named_fields};

use layout::Paint;
use tree::{Grower, Limits};

/// How much of a value the prompt shows.
const PROMPT: Limits = Limits { depth: 4, items: 20 };
/// How many records of a list the prompt shows.
const PROMPT_ROWS: usize = 200;

/// A value as the prompt shows it, at most `width` columns wide where that can be: strings quoted, tables with sorted
/// keys and cut where they are long or deep, arrays of records as a table. What has a `__tostring` is shown by it (an
/// array of records with `__columns` is not: it is known here). Fails where a `__tostring` does.
pub fn show(lua: &Lua, value: &Value, width: usize, color: bool) -> Result<String> {
    let paint = Paint(color);
    if let Some(text) = tree::own_text(value)? {
        return Ok(text.split('\n').map(crate::error::escape).collect::<Vec<_>>().join("\n"));
    }
    if let Value::Table(table) = value
        && let Some(records) = records::read(lua, table, PROMPT_ROWS)?
    {
        return Ok(records.text(Some(width), paint));
    }
    Ok(Grower::new(lua, PROMPT).grow(value)?.text(width, paint))
}

/// An array of records as an aligned table, every row of it: what `print` writes for nsl's lists.
/// Nothing where `table` is something else or empty.
///
/// The columns are those of the metatable's `__columns` (an array of names); without it all keys, sorted.
pub fn table_of_records(lua: &Lua, table: &Table) -> Option<String> {
    // Reading is raw; the only failure is a `__tostring` in a cell, and then the list is none that can be shown so.
    let records = records::read(lua, table, usize::MAX).ok().flatten()?;
    Some(records.text(None, Paint(false)))
}

#[cfg(test)]
mod tests;
