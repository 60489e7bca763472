//! `Process`: a program that runs beside the script.

use mlua::{AnyUserData, Lua, MultiValue, UserData, UserDataMethods, Value};

use super::{Handle, add_common, closing};
use crate::error::{Error, Result};
use crate::process::{Process, signal};
use crate::script::args::{Args, integer};
use crate::script::bind::{Form, Waiting, values, waiting};
use crate::script::process::exit_table;
use crate::script::registry::{Acts, Call, Function};

/// A program, and its end when the scope that started it ends.
pub(in crate::script) struct ProcessHandle(Process);

impl ProcessHandle {
    pub(in crate::script) fn new(process: Process) -> Self {
        Self(process)
    }
}

/// A method of `Process`, which takes the handle first.
const fn method(name: &'static str, most: usize, call: Call) -> Function {
    Function { name, acts: Acts::Method("Process"), most, options: &[], words: &[], call }
}

pub(in crate::script) static FUNCTIONS: &[Function] = &[
    method("process.wait", 2, Call::Waits(wait)),
    method("process.kill", 2, Call::Now(kill)),
    method("process.running", 1, Call::Now(running)),
    method("process.write", 2, Call::Waits(write)),
    method("process.close_stdin", 1, Call::Now(close_stdin)),
    method("process.read_line", 2, Call::Waits(read_line)),
    method("process.lines", 1, Call::Now(lines)),
    method("process.expect", 3, Call::Waits(expect)),
];

impl Args {
    fn process(&self) -> mlua::Result<Process> {
        match self.value(1).as_userdata().and_then(|handle| handle.borrow::<ProcessHandle>().ok()) {
            Some(handle) => Ok(handle.0.clone()),
            None => Err(self.wrong_type(1, "a Process").into()),
        }
    }

    /// A time to wait at most; none if absent.
    fn timeout(&self, position: usize) -> mlua::Result<Option<std::time::Duration>> {
        if self.absent(position) { Ok(None) } else { self.duration(position).map(Some) }
    }
}

/// `process:wait(timeout?)`.
fn wait(args: &mut Args) -> mlua::Result<Waiting> {
    let timeout = args.timeout(2)?;
    Ok(Waiting::new(args.process()?.wait(timeout), |lua, exit| values(lua, exit_table(lua, &exit)?)))
}

/// `process:kill(signal?)`: TERM unless told.
fn kill(args: &mut Args) -> mlua::Result<MultiValue> {
    let number = match args.value(2) {
        Value::Nil => nix::libc::SIGTERM,
        Value::String(name) => signal::parse(&name.to_string_lossy())?,
        value => match integer(&value) {
            Some(number) => signal::parse(&number.to_string())?,
            None => return Err(args.wrong_type(2, "a signal's name or number").into()),
        },
    };
    args.process()?.kill(number)?;
    args.nothing()
}

/// `process:running()`.
fn running(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, args.process()?.running())
}

/// `process:write(text)`.
fn write(args: &mut Args) -> mlua::Result<Waiting> {
    let bytes = args.bytes(2)?;
    Ok(Waiting::new(args.process()?.write(bytes), |_, ()| Ok(MultiValue::new())))
}

/// `process:close_stdin()`.
fn close_stdin(args: &mut Args) -> mlua::Result<MultiValue> {
    args.process()?.close_stdin();
    args.nothing()
}

/// `process:read_line(timeout?)`: nil at the end of the output.
fn read_line(args: &mut Args) -> mlua::Result<Waiting> {
    let timeout = args.timeout(2)?;
    Ok(Waiting::new(args.process()?.read_line(timeout)?, give_line))
}

fn give_line(lua: &Lua, line: Option<Vec<u8>>) -> mlua::Result<MultiValue> {
    match line {
        Some(line) => values(lua, lua.create_string(line)?),
        None => values(lua, Value::Nil),
    }
}

/// `process:lines()`: an iterator.
fn lines(args: &mut Args) -> mlua::Result<MultiValue> {
    let process = args.process()?;
    let next = waiting(&args.lua, "process.lines", move |_, _| Ok(Waiting::new(process.read_line(None)?, give_line)))?;
    values(&args.lua, next)
}

/// `process:expect(pattern, timeout?)`: the pattern's captures, or what it matched.
fn expect(args: &mut Args) -> mlua::Result<Waiting> {
    let pattern = args.string(2)?;
    let timeout = args.timeout(3)?;
    let lua = args.lua.clone();
    let find: mlua::Function = lua.globals().get::<mlua::Table>("string")?.get("find")?;
    // A malformed pattern is refused at once.
    find.call::<MultiValue>(("", pattern.as_str())).map_err(|error| lua_error(&error))?;
    let wanted = pattern.clone();
    let search = move |unread: &[u8], _ended: bool| -> Result<Option<(usize, MultiValue)>> {
        let broken = |error: mlua::Error| crate::script::error::ours(&error).unwrap_or_else(|| lua_error(&error));
        let text = lua.create_string(unread).map_err(broken)?;
        let mut found: MultiValue = find.call((&text, wanted.as_str())).map_err(broken)?;
        let (Some(first), Some(last)) = (found.pop_front(), found.pop_front()) else { return Ok(None) };
        let (Some(first), Some(last)) = (integer(&first), integer(&last)) else { return Ok(None) };
        let (first, last) = (usize::try_from(first).unwrap_or(1), usize::try_from(last).unwrap_or(0));
        if found.is_empty() {
            let matched = unread.get(first - 1..last).unwrap_or_default();
            found.push_back(Value::String(lua.create_string(matched).map_err(broken)?));
        }
        Ok(Some((last, found)))
    };
    Ok(Waiting::new(args.process()?.expect(&pattern, timeout, search)?, |_, captures| Ok(captures)))
}

/// An error of Lua's own inside an operation.
fn lua_error(error: &mlua::Error) -> Error {
    Error::new(&crate::error::explain::PATTERN).with("what", crate::script::error::line(error))
}

impl Handle for ProcessHandle {
    const TYPE: &'static str = "Process";
    const FIELDS: &'static [&'static str] = &["pid"];
    const FORM: Form = Form::OfHandle;

    fn field(&self, _: &Lua, _: &str) -> mlua::Result<Value> {
        Ok(Value::Integer(self.0.pid().into()))
    }

    fn text(&self) -> String {
        format!("process {}", self.0.pid())
    }
}

impl UserData for ProcessHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_function("__close", |_, (this, _): (AnyUserData, Value)| {
            let process = this.borrow::<Self>()?.0.clone();
            closing(|| {
                process.close();
                Ok(())
            })
        });
    }
}
