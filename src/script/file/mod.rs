//! Files whose other end may keep one waiting: standard input, and programs at the other end of a pipe (`io.popen`). They
//! are read and written as Lua's own files, and a wait for them lets other tasks go on and ends at an interrupt.

mod read;

use std::cell::RefCell;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Duration;

use mlua::{
    AnyUserData, IntoLuaMulti, Lua, MultiValue, Table, UserData, UserDataFields, UserDataMethods, Value, Variadic,
};
use nix::errno::Errno;

use self::read::{Format, Reader, Reading};
use super::args::refused;
use super::bind::{Waiting, now, values as values_of, waiting};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::process::{self, Exit, GRACE, Input, Output, Process};
use crate::wait::{self, Operation, Step, interrupt};

/// A file as scripts hold it.
struct File(RefCell<Option<Open>>);

/// What there is of a file until it is closed.
#[derive(Clone)]
struct Open {
    reader: Option<Rc<RefCell<Reader>>>,
    program: Option<Process>,
}

/// Puts nsl's files in the place of Lua's.
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let host = lua.create_table()?;
    host.raw_set("stdin", stdin(lua)?)?;
    host.raw_set("stdout", super::output::Stdout)?;
    host.raw_set("popen", now(lua, "io.popen", popen)?)?;
    host.raw_set("kind", lua.create_function(|_, value: Value| Ok(kind(&value)))?)?;
    lua.load(include_str!("../../../lua/io.lua")).set_name("=[nsl io]").call(host)
}

/// `io.stdin`.
fn stdin(lua: &Lua) -> mlua::Result<AnyUserData> {
    // Without standard input nothing can be read: as with an empty one.
    let fd = match std::io::stdin().as_fd().try_clone_to_owned() {
        Ok(fd) => fd,
        Err(_) => std::fs::File::open("/dev/null")?.into(),
    };
    let reader = Some(Rc::new(RefCell::new(Reader::new(fd))));
    lua.create_userdata(File(RefCell::new(Some(Open { reader, program: None }))))
}

/// What `io.type` says of a value, if it is one of these files.
fn kind(value: &Value) -> Option<&'static str> {
    let file = value.as_userdata()?;
    if file.is::<super::output::Stdout>() {
        return Some("file");
    }
    let file = file.borrow::<File>().ok()?;
    Some(if file.0.borrow().is_some() { "file" } else { "closed file" })
}

/// `io.popen(command, mode?)`.
fn popen(lua: &Lua, values: MultiValue) -> mlua::Result<MultiValue> {
    let value = |position: usize| values.get(position - 1).cloned().unwrap_or(Value::Nil);
    let line = match value(1) {
        Value::String(line) => line.as_bytes().to_vec(),
        other => return Err(refused(1, "a line for the shell", &other).into()),
    };
    let reads = match value(2) {
        Value::Nil => true,
        Value::String(mode) if matches!(&*mode.as_bytes(), b"r" | b"w") => *mode.as_bytes() == *b"r",
        other => return Err(refused(2, "\"r\" or \"w\"", &other).into()),
    };
    super::output::flush()?;
    match begin(line, reads) {
        Ok(open) => values_of(lua, lua.create_userdata(File(RefCell::new(Some(open))))?),
        Err(error) => failed(lua, &error),
    }
}

fn begin(line: Vec<u8>, reads: bool) -> Result<Open> {
    let mut command = super::os::shell(line);
    if !reads {
        command.stdin = Input::Pipe;
        return Ok(Open { reader: None, program: Some(process::spawn(&Namespace::home(), &command)?) });
    }
    command.stdout = Output::Capture;
    let (program, output) = process::spawn_read(&Namespace::home(), &command)?;
    Ok(Open { reader: output.map(|fd| Rc::new(RefCell::new(Reader::new(fd)))), program: Some(program) })
}

/// nil, what went wrong, and its number: what Lua's own functions return for a failure of the system's.
pub(super) fn failed(lua: &Lua, error: &Error) -> mlua::Result<MultiValue> {
    (Value::Nil, error.message(), error.as_errno().map_or(0, |errno| errno as i32)).into_lua_multi(lua)
}

fn failed_by(lua: &Lua, errno: Errno) -> mlua::Result<MultiValue> {
    (Value::Nil, errno.desc(), errno as i32).into_lua_multi(lua)
}

/// How a program ended, as `os.execute` and the `close` of a pipe return it.
pub(super) fn ended(lua: &Lua, exit: &Exit) -> mlua::Result<MultiValue> {
    super::process::seen(exit);
    let signal = exit.signal.as_deref().and_then(|name| process::signal::parse(name).ok());
    let (how, number) = match signal {
        Some(number) => ("signal", number),
        None => ("exit", exit.code.unwrap_or(0)),
    };
    let ok = if exit.ok() { Value::Boolean(true) } else { Value::Nil };
    (ok, how, number).into_lua_multi(lua)
}

impl Open {
    /// Ends the file: its program sees the end of its input, or a reader that is gone, and is waited for, at most `limit`
    /// or until an interrupt; then it is ended.
    fn end(self, limit: Option<Duration>) {
        drop(self.reader);
        let Some(program) = self.program else { return };
        program.close_stdin();
        if interrupt::requested().is_some() || wait::block(program.wait(limit)).is_err() {
            program.close();
        }
    }
}

impl Drop for File {
    /// What a script forgets to close still gets to its program.
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            let reads = open.reader.is_some();
            match open.program {
                Some(_) if !reads => open.end(Some(GRACE)),
                _ => {}
            }
        }
    }
}

/// What the file that `values` begin with has; a closed one has nothing any more.
fn open(values: &mut MultiValue) -> Result<Open> {
    let this = values.pop_front().unwrap_or(Value::Nil);
    let Some(file) = this.as_userdata().and_then(|this| this.borrow::<File>().ok()) else {
        return Err(refused(1, "a file", &this));
    };
    let open = file.0.borrow().clone();
    open.ok_or_else(|| Error::new(&explain::FILE_CLOSED))
}

fn formats(values: &MultiValue) -> Result<Vec<Format>> {
    const EXPECTED: &str = "a format (\"l\", \"L\", \"a\", \"n\") or a number of bytes";
    let read = |(position, value)| Format::of(value).ok_or_else(|| refused(position + 1, EXPECTED, value));
    values.iter().enumerate().map(read).collect()
}

/// Begins to read.
fn reading(open: &Open, formats: &[Format]) -> Waiting {
    match &open.reader {
        Some(reader) => Waiting::new(Reading::new(reader, formats), |lua, found| match found {
            Ok(found) => found.into_iter().map(|found| found.into_value(lua)).collect(),
            Err(errno) => failed_by(lua, errno),
        }),
        None => Waiting::new(Already, |lua, ()| failed_by(lua, Errno::EBADF)),
    }
}

/// An operation that is done.
pub(super) struct Already;

impl Operation for Already {
    type Output = ();
    fn step(&mut self) -> Result<Step<()>> {
        Ok(Step::Done(()))
    }
}

/// An operation whose failure is a result.
pub(super) struct Softly<O>(pub(super) O);

impl<O: Operation> Operation for Softly<O> {
    type Output = Result<O::Output>;
    fn step(&mut self) -> Result<Step<Self::Output>> {
        Ok(match self.0.step() {
            Ok(Step::Wait(needs)) => Step::Wait(needs),
            Ok(Step::Done(output)) => Step::Done(Ok(output)),
            Err(error) => Step::Done(Err(error)),
        })
    }
}

/// `file:read(…)`.
fn read(_: &Lua, mut values: MultiValue) -> mlua::Result<Waiting> {
    let open = open(&mut values)?;
    Ok(reading(&open, &formats(&values)?))
}

/// `file:write(…)`: the file.
fn write(lua: &Lua, mut values: MultiValue) -> mlua::Result<Waiting> {
    let this = values.front().cloned().unwrap_or(Value::Nil);
    let open = open(&mut values)?;
    let mut bytes = Vec::new();
    super::output::gather(lua, &mut bytes, values.make_contiguous())?;
    let Some(program) = open.program.filter(|_| open.reader.is_none()) else {
        return Ok(Waiting::new(Already, |lua, ()| failed_by(lua, Errno::EBADF)));
    };
    Ok(Waiting::new(Softly(program.write(bytes)), move |lua, written| match written {
        Ok(()) => this.into_lua_multi(lua),
        Err(_) => failed_by(lua, Errno::EPIPE),
    }))
}

/// `file:close()`: true, or how the program ended.
fn close(_: &Lua, mut values: MultiValue) -> mlua::Result<Waiting> {
    let this = values.front().cloned().unwrap_or(Value::Nil);
    let open = open(&mut values)?;
    if let Some(file) = this.as_userdata() {
        file.borrow::<File>()?.0.take();
    }
    drop(open.reader);
    Ok(match open.program {
        Some(program) => {
            program.close_stdin();
            Waiting::new(program.wait(None), |lua, exit| ended(lua, &exit))
        }
        None => Waiting::new(Already, |lua, ()| true.into_lua_multi(lua)),
    })
}

/// `file:lines(…)`: an iterator.
fn lines(lua: &Lua, mut values: MultiValue) -> mlua::Result<MultiValue> {
    let this = values.front().cloned().unwrap_or(Value::Nil);
    open(&mut values)?;
    let formats = formats(&values)?;
    let next = waiting(lua, "file.lines", move |_, _| {
        Ok(reading(&open(&mut MultiValue::from_iter([this.clone()]))?, &formats))
    })?;
    values_of(lua, next)
}

/// The methods.
fn methods(lua: &Lua) -> mlua::Result<Table> {
    let methods = lua.create_table()?;
    methods.raw_set("read", waiting(lua, "file.read", read)?)?;
    methods.raw_set("write", waiting(lua, "file.write", write)?)?;
    methods.raw_set("close", waiting(lua, "file.close", close)?)?;
    methods.raw_set("lines", now(lua, "file.lines", lines)?)?;
    methods.raw_set("flush", lua.create_function(|_, this: Value| Ok(this))?)?;
    methods.raw_set("setvbuf", lua.create_function(|_, _: Variadic<Value>| Ok(true))?)?;
    methods.raw_set("seek", lua.create_function(|lua, _: Variadic<Value>| failed_by(lua, Errno::ESPIPE))?)?;
    Ok(methods)
}

impl UserData for File {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__index", methods);
        fields.add_meta_field("__name", "FILE*");
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method("__close", |_, this, _: Value| {
            if let Some(open) = this.0.take() {
                open.end(None);
            }
            Ok(())
        });
        methods.add_meta_method("__tostring", |_, this, ()| {
            Ok(match &*this.0.borrow() {
                None => "file (closed)".to_owned(),
                Some(Open { program: Some(program), .. }) => format!("file (process {})", program.pid()),
                Some(_) => "file (stdin)".to_owned(),
            })
        });
    }
}
