//! What of Lua's `os` would go past nsl: `os.exit` ends the run after the same clean-up as its natural end, `os.execute`
//! makes its child as every other is made.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use mlua::{IntoLuaMulti, Lua, MultiValue, Value};

use super::args::{integer, refused};
use super::bind::{Waiting, now, waiting};
use super::file::{Already, Softly, ended, failed};
use crate::kernel::namespace::Namespace;
use crate::process::{self, Command};
use crate::wait::interrupt::{Stop, request};

/// Replaces what would leave without clean-up, or fork the interpreter.
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let os: mlua::Table = lua.globals().get("os")?;
    os.raw_set("exit", now(lua, "os.exit", exit)?)?;
    os.raw_set("execute", waiting(lua, "os.execute", execute)?)
}

/// `os.exit(code?)`: a number, true (0) or false (1).
fn exit(lua: &Lua, values: MultiValue) -> mlua::Result<MultiValue> {
    let code = match values.front() {
        None | Some(Value::Nil | Value::Boolean(true)) => 0,
        Some(Value::Boolean(false)) => 1,
        Some(other) => match integer(other).and_then(|code| i32::try_from(code).ok()) {
            Some(code) => code & 0xff,
            None => return Err(refused(1, "an exit code", other).into()),
        },
    };
    request(Stop::Exit(code));
    super::vm::stop_soon(lua)?;
    Ok(MultiValue::new())
}

/// `os.execute(command?)`: how a shell's line ended, or whether there is a shell.
fn execute(_: &Lua, values: MultiValue) -> mlua::Result<Waiting> {
    let line = match values.front() {
        None | Some(Value::Nil) => return Ok(Waiting::new(Already, |lua, ()| true.into_lua_multi(lua))),
        Some(Value::String(line)) => line.as_bytes().to_vec(),
        Some(other) => return Err(refused(1, "a line for the shell", other).into()),
    };
    super::output::flush()?;
    let exec = process::exec(&Namespace::home(), &shell(line));
    Ok(match exec {
        Err(error) => Waiting::new(Already, move |lua, ()| failed(lua, &error)),
        Ok(exec) => Waiting::new(Softly(exec), |lua, exit| match exit {
            Ok(Ok(exit)) => ended(lua, &exit),
            Ok(Err(failure)) => failed(lua, &failure.error),
            Err(error) => failed(lua, &error),
        }),
    })
}

/// A line for the shell, in nsl's own namespace and with its stdio.
pub(super) fn shell(line: Vec<u8>) -> Command {
    Command::new([b"/bin/sh".to_vec(), b"-c".to_vec(), line].map(OsString::from_vec))
}
