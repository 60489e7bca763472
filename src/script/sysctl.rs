//! `netns.sysctl`.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Call, Function};
use crate::kernel::sysctl as kernel;

pub(super) static FUNCTIONS: &[Function] = &[Function {
    name: "netns.sysctl",
    acts: Acts::OnNamespace,
    most: 3,
    options: &[],
    words: &[],
    call: Call::Now(sysctl),
}];

/// `netns.sysctl(ns, key, value?)`: reads, or writes and gives the old value. A whole number is given as a number.
fn sysctl(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let key = args.string(2)?;
    let old = match args.value(3) {
        Value::Nil if args.count() < 3 => kernel::read(&namespace, &key)?,
        Value::Boolean(on) => kernel::write(&namespace, &key, if on { "1" } else { "0" })?,
        value @ (Value::Integer(_) | Value::Number(_)) => kernel::write(&namespace, &key, &value.to_string()?)?,
        Value::String(text) => kernel::write(&namespace, &key, &text.to_string_lossy())?,
        _ => return Err(args.wrong_type(3, "a string or a number").into()),
    };
    match old.parse::<i64>() {
        Ok(number) => values(&args.lua, number),
        Err(_) => values(&args.lua, old),
    }
}
