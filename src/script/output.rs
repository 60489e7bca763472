//! Standard output: one buffer for `print`, `io.write` and `io.stdout`, flushed at newline on a terminal, before every
//! child, and at the end.
//!
//! A reader that went away ends the run in silence, as it ends other programs; any other failure is an error.

use std::io::{IsTerminal, Write};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use anstyle::{AnsiColor, Style};
use mlua::{Lua, MultiValue, UserData, UserDataMethods, Value, Variadic};
use nix::errno::Errno;

use super::error::decorate;
use super::place::here;
use crate::error::{Error, Result, explain};
use crate::wait::interrupt::{Stop, request};

const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Written out when it holds this much.
const FULL: usize = 1 << 16;

struct Output {
    buffer: Vec<u8>,
    terminal: bool,
    /// Whether what was written last does not end a line.
    within_line: bool,
}

static OUTPUT: LazyLock<Mutex<Output>> = LazyLock::new(|| {
    Mutex::new(Output { buffer: Vec::new(), terminal: std::io::stdout().is_terminal(), within_line: false })
});

fn output() -> MutexGuard<'static, Output> {
    // A panic while writing leaves whole bytes in the buffer: it is as good as before.
    OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds text to standard output.
pub fn write(bytes: &[u8]) -> Result<()> {
    let mut output = output();
    output.buffer.extend_from_slice(bytes);
    output.within_line = bytes.last().map_or(output.within_line, |byte| *byte != b'\n');
    if output.buffer.len() >= FULL || (output.terminal && bytes.contains(&b'\n')) { drain(&mut output) } else { Ok(()) }
}

/// Writes out what is in the buffer, and ends the line that was begun: a prompt follows.
pub fn end_line() -> Result<()> {
    let is_begun = output().within_line;
    if is_begun { write(b"\n").and_then(|()| flush()) } else { flush() }
}

/// Writes out what is in the buffer.
pub fn flush() -> Result<()> {
    drain(&mut output())
}

fn drain(output: &mut Output) -> Result<()> {
    let bytes = std::mem::take(&mut output.buffer);
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(&bytes).and_then(|()| stdout.flush());
    let Err(error) = written else { return Ok(()) };
    let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    if errno == Errno::EPIPE {
        request(Stop::Signal(nix::libc::SIGPIPE));
        return Ok(());
    }
    Err(Error::new(&explain::WRITE_FAILED).errno(errno))
}

/// Adds what a file's `write` is given: strings and numbers.
pub(super) fn gather(lua: &Lua, bytes: &mut Vec<u8>, values: &[Value]) -> mlua::Result<()> {
    for (position, value) in values.iter().enumerate() {
        match value {
            Value::String(_) | Value::Integer(_) | Value::Number(_) => {
                // As Lua writes numbers: 3.0, 1e+15.
                let text = lua.coerce_string(value.clone())?;
                bytes.extend_from_slice(&text.map(|text| text.as_bytes().to_vec()).unwrap_or_default());
            }
            other => return Err(super::args::refused(position + 1, "a string or a number", other).into()),
        }
    }
    Ok(())
}

/// `io.stdout` as scripts see it.
pub(super) struct Stdout;

impl UserData for Stdout {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_function("write", |lua, (this, values): (Value, Variadic<Value>)| {
            let mut bytes = Vec::new();
            let written = gather(lua, &mut bytes, &values).and_then(|()| Ok(write(&bytes)?));
            written.map_err(|error| decorate(error, "io.write", || here(lua)))?;
            Ok(this)
        });
        methods.add_function("flush", |_, this: Value| {
            flush()?;
            Ok(this)
        });
        methods.add_function("setvbuf", |_, _: MultiValue| Ok(true));
        methods.add_function("close", |_, _: Value| {
            flush()?;
            Ok(true)
        });
        methods.add_function("seek", |_, _: MultiValue| Ok((Value::Nil, "Illegal seek", 29)));
        methods.add_meta_function("__tostring", |_, _: Value| Ok("file (stdout)"));
    }
}

/// `print`: values as text, separated by tabs, on one line.
pub(super) fn print(lua: &Lua) -> mlua::Result<mlua::Function> {
    let tostring: mlua::Function = lua.globals().get("tostring")?;
    lua.create_function(move |_, values: MultiValue| {
        let mut line = Vec::new();
        for (position, value) in values.into_iter().enumerate() {
            if position > 0 {
                line.push(b'\t');
            }
            let text = match value {
                Value::String(text) => text,
                other => tostring.call(other)?,
            };
            line.extend_from_slice(&text.as_bytes());
        }
        line.push(b'\n');
        Ok(write(&line)?)
    })
}

/// Tells the user, on stderr, what may be wrong and is no error.
pub fn warn(warning: &Error) {
    let hint = warning.hint().map(|hint| format!("  {BLUE}={BLUE:#} {CYAN}hint: {CYAN:#}{hint}\n")).unwrap_or_default();
    tell(&format!("{YELLOW}warning{YELLOW:#}: {}\n{hint}", warning.message()));
}

/// Tells the user, on stderr, what is worth knowing; names in it are escaped.
pub fn note(text: &str) {
    tell(&format!("{CYAN}nsl{CYAN:#}: {text}\n"));
}

/// Prints text with styles on stderr, without them where they are not wanted.
fn tell(text: &str) {
    // If stderr is gone there is nobody to tell.
    let _ = anstream::stderr().write_all(text.as_bytes());
}
