//! Arrays of records as aligned tables: a header of keys, a line a record, numbers to the right.

use std::collections::BTreeSet;

use anstyle::Style;
use mlua::{Lua, Result, Table, Value};
use unicode_width::UnicodeWidthStr;

use super::layout::Paint;
use super::tree::{self, Grower, Kind, Limits};

/// How far a table in a cell is followed.
const CELL: Limits = Limits { depth: 2, items: 20 };
/// Between two columns.
const GAP: usize = 2;

/// A list of records, read and worded.
pub(super) struct Records {
    columns: Vec<Column>,
    rows: usize,
    /// Records that were not read.
    more: usize,
}

struct Column {
    name: String,
    cells: Vec<String>,
    numeric: bool,
}

/// The columns that the list's metatable names, in their order, if it is a list of nsl's.
pub(super) fn columns(table: &Table) -> Result<Option<Vec<String>>> {
    match table.metatable() {
        Some(meta) => meta.raw_get("__columns"),
        None => Ok(None),
    }
}

/// Reads `table` if it is an array of records, at most `limit` of them: all its elements are tables without an array
/// part, and most of what they hold is no table (of a list with `__columns` that is known).
pub(super) fn read(lua: &Lua, table: &Table, limit: usize) -> Result<Option<Records>> {
    let documented = columns(table)?;
    let Some(records) = elements(table)? else { return Ok(None) };
    let mut names = BTreeSet::new();
    let (mut scalars, mut tables) = (0_usize, 0_usize);
    for record in &records {
        for pair in record.pairs::<Value, Value>() {
            let (Value::String(key), value) = pair? else { return Ok(None) };
            *(if value.is_table() { &mut tables } else { &mut scalars }) += 1;
            names.insert(key.to_string_lossy());
        }
    }
    if documented.is_none() && scalars < tables.max(1) {
        return Ok(None);
    }

    // A list of nsl's shows what its columns are; the records hold more.
    let ordered = documented.unwrap_or_else(|| names.into_iter().collect());
    let shown = &records[..records.len().min(limit)];
    let mut grower = Grower::new(lua, CELL);
    let mut columns = Vec::new();
    for name in ordered {
        let column = column(&mut grower, name, shown)?;
        if column.cells.iter().any(|cell| !cell.is_empty()) {
            columns.push(column);
        }
    }
    let more = records.len() - shown.len();
    Ok((!columns.is_empty()).then_some(Records { columns, rows: shown.len(), more }))
}

/// The elements of an array of tables without an array part; nothing for any other table.
fn elements(table: &Table) -> Result<Option<Vec<Table>>> {
    let length = table.raw_len();
    let mut count = 0;
    for pair in table.pairs::<Value, Value>() {
        let (Value::Integer(_), Value::Table(record)) = pair? else { return Ok(None) };
        if record.raw_len() > 0 {
            return Ok(None);
        }
        count += 1;
    }
    if count != length || length == 0 {
        return Ok(None);
    }
    (1..=length).map(|index| table.raw_get(index)).collect::<Result<_>>().map(Some)
}

fn column(grower: &mut Grower<'_>, name: String, records: &[Table]) -> Result<Column> {
    let (mut cells, mut numeric) = (Vec::with_capacity(records.len()), true);
    for record in records {
        let value: Value = record.raw_get(name.as_str())?;
        numeric &= matches!(value, Value::Nil | Value::Integer(_) | Value::Number(_));
        cells.push(cell(grower, &value)?);
    }
    Ok(Column { name: tree::string(name.as_bytes(), false), cells, numeric })
}

fn cell(grower: &mut Grower<'_>, value: &Value) -> Result<String> {
    match value {
        Value::Nil => Ok(String::new()),
        Value::String(text) => Ok(tree::string(&text.as_bytes(), false)),
        Value::Table(table) => match list(table)? {
            Some(values) => {
                let texts: Result<Vec<String>> = values.iter().map(|value| cell(grower, value)).collect();
                Ok(texts?.join(", "))
            }
            None => match elements(table)? {
                Some(records) => Ok(records.iter().map(words).collect::<Result<Vec<_>>>()?.join(", ")),
                None => Ok(grower.grow(value)?.flat(Paint(false))),
            },
        },
        value => Ok(grower.grow(value)?.flat(Paint(false))),
    }
}

/// A record in a cell, as `ip` would say it: `dev eth0 via 10.0.0.1`.
fn words(record: &Table) -> Result<String> {
    let mut words = Vec::new();
    for pair in record.pairs::<Value, Value>() {
        let (key, value) = pair?;
        words.push(format!("{} {}", key.to_string()?, value.to_string()?));
    }
    words.sort();
    Ok(tree::string(words.join(" ").as_bytes(), false))
}

/// The elements of a plain array without tables in it.
fn list(table: &Table) -> Result<Option<Vec<Value>>> {
    let length = table.raw_len();
    let mut count = 0;
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        if !key.is_integer() || value.is_table() {
            return Ok(None);
        }
        count += 1;
    }
    if count != length {
        return Ok(None);
    }
    (1..=length).map(|index| table.raw_get(index)).collect::<Result<_>>().map(Some)
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0).max(self.name.width())
    }

    /// `text` with blanks up to `width`, on its left for numbers.
    fn pad(&self, text: &str, width: usize) -> String {
        let blanks = " ".repeat(width.saturating_sub(text.width()));
        if self.numeric { blanks + text } else { text.to_owned() + &blanks }
    }
}

impl Records {
    /// The table as lines. Columns beyond `width` are left out from the last, and a note names them.
    pub(super) fn text(&self, width: Option<usize>, paint: Paint) -> String {
        let widths: Vec<usize> = self.columns.iter().map(Column::width).collect();
        let shown = width.map_or(widths.len(), |width| fitting(&widths, width));
        let line = |text: &dyn Fn(&Column) -> String| {
            let cells: Vec<String> =
                self.columns[..shown].iter().zip(&widths).map(|(c, w)| c.pad(&text(c), *w)).collect();
            cells.join(&" ".repeat(GAP)).trim_end().to_owned()
        };
        let mut lines = vec![paint.style(Style::new().bold(), &line(&|column| column.name.clone()))];
        lines.extend((0..self.rows).map(|row| line(&|column| column.cells[row].clone())));
        if self.more > 0 {
            lines.push(paint.kind(Kind::Note, &format!("… {} more rows", self.more)));
        }
        let hidden: Vec<&str> = self.columns[shown..].iter().map(|column| column.name.as_str()).collect();
        if !hidden.is_empty() {
            let columns = if hidden.len() == 1 { "column" } else { "columns" };
            let note = format!("… {} more {columns}: {}", hidden.len(), hidden.join(" "));
            lines.push(paint.kind(Kind::Note, &note));
        }
        lines.join("\n")
    }
}

/// How many of the first columns fit; at least one.
fn fitting(widths: &[usize], width: usize) -> usize {
    let ends = widths.iter().scan(0, |end, column| {
        *end += column + GAP;
        Some(*end - GAP)
    });
    ends.take_while(|end| *end <= width).count().max(1)
}
