//! What functions of objects that take a namespace and one table have in common.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::records;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{Settings, Word};

/// The tables of words that a function's table may have.
pub(super) type Tables = &'static [&'static [Word]];

/// A function of a namespace and one table.
pub(super) const fn function(
    name: &'static str,
    words: Tables,
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    let most = if words.is_empty() { 1 } else { 2 };
    Function::new(name, Acts::OnNamespace, most, call).words(words)
}

/// A function of a link, of what is known by its second argument there, and of one table.
pub(super) const fn at_link(
    name: &'static str,
    words: Tables,
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    Function::new(name, Acts::OnDevices(1), 3, call).words(words)
}

/// Does something and returns nothing.
pub(super) fn write(
    args: &mut Args,
    words: Tables,
    write: fn(&Namespace, &Settings) -> Result<()>,
) -> mlua::Result<MultiValue> {
    let (namespace, settings) = read(args, words)?;
    write(&namespace, &settings)?;
    args.nothing()
}

/// Returns an array of records, which prints as a table with `columns` first.
pub(super) fn list(
    args: &mut Args,
    words: Tables,
    columns: &'static [&'static str],
    list: fn(&Namespace, &Settings) -> Result<Vec<Settings>>,
) -> mlua::Result<MultiValue> {
    let (namespace, settings) = read(args, words)?;
    values(&args.lua, lua_words::records(&args.lua, columns, &list(&namespace, &settings)?)?)
}

/// Returns one record.
pub(super) fn get(
    args: &mut Args,
    words: Tables,
    get: fn(&Namespace, &Settings) -> Result<Settings>,
) -> mlua::Result<MultiValue> {
    let (namespace, settings) = read(args, words)?;
    let record = lua_words::record(&args.lua, &get(&namespace, &settings)?)?;
    values(&args.lua, records::one(&args.lua, record)?)
}

/// Returns how many there were.
pub(super) fn count(
    args: &mut Args,
    words: Tables,
    count: fn(&Namespace, &Settings) -> Result<usize>,
) -> mlua::Result<MultiValue> {
    let (namespace, settings) = read(args, words)?;
    values(&args.lua, count(&namespace, &settings)?)
}

fn read(args: &Args, words: Tables) -> mlua::Result<(Namespace, Settings)> {
    let namespace = args.namespace(1)?;
    let settings = args.settings(2, words, &[], &namespace)?;
    Ok((namespace, settings))
}
