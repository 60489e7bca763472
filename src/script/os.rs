//! `os.exit`: ends the run after the same clean-up as its natural end.

use mlua::{Lua, Value};

use super::args::{describe, integer};
use crate::error::{Error, explain};
use crate::wait::interrupt::{Stop, request};

/// Replaces what would leave without clean-up.
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let os: mlua::Table = lua.globals().get("os")?;
    os.raw_set("exit", lua.create_function(exit)?)
}

/// `os.exit(code?)`: a number, true (0) or false (1).
fn exit(lua: &Lua, code: Value) -> mlua::Result<()> {
    let code = match &code {
        Value::Nil | Value::Boolean(true) => 0,
        Value::Boolean(false) => 1,
        other => match integer(other).and_then(|code| i32::try_from(code).ok()) {
            Some(code) => code & 0xff,
            None => {
                let error = Error::new(&explain::ARGUMENT_TYPE).with("position", 1).with("expected", "an exit code");
                let (place, frames) = super::place::here(lua);
                return Err(error.with("got", describe(other)).op("os.exit").place(place).frames(frames).into());
            }
        },
    };
    request(Stop::Exit(code));
    super::vm::stop_soon(lua)
}
