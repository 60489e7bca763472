//! Errors on their way between Rust and Lua.
//!
//! A [`crate::error::Error`] that a binding returns is what the script's `pcall` gets: a value with the fields `code op
//! object message hint where` whose `tostring` is one line. [`Failure`] is what an uncaught error came to, ready to print.

use std::ops::Range;

use mlua::{Lua, Value};

use super::place::{self, chunk_file};
use crate::error::{Class, Error, Place, explain};
use crate::kernel::privilege;
use crate::process::Exit;

impl From<Error> for mlua::Error {
    fn from(error: Error) -> Self {
        Self::external(error)
    }
}

/// A program that failed where that raises: the error, and what there is of the program's result (`e.result`).
#[derive(Debug, Clone)]
pub(super) struct CommandFailed {
    pub(super) error: Error,
    pub(super) exit: Exit,
}

impl std::fmt::Display for CommandFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for CommandFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<CommandFailed> for mlua::Error {
    fn from(failed: CommandFailed) -> Self {
        Self::external(failed)
    }
}

/// Gives an error of nsl's its operation, line and calls; others pass unchanged.
pub(super) fn decorate(
    error: mlua::Error,
    op: &'static str,
    here: impl FnOnce() -> (Option<Place>, Vec<String>),
) -> mlua::Error {
    let add = |error: Error| {
        // What an earlier line declared was not called from where it is found to be wrong.
        if error.location().is_some() {
            return super::literal::locate(error.op(op));
        }
        let (place, frames) = here();
        let lacks_note = error.is(&explain::NEEDS_CAPABILITY) && error.notes().is_empty();
        let error = if lacks_note { error.note(privilege::note()) } else { error };
        super::literal::locate(error.op(op).place(place).frames(frames))
    };
    if let Some(failed) = error.chain().find_map(|cause| cause.downcast_ref::<CommandFailed>()) {
        return CommandFailed { error: add(failed.error.clone()), exit: failed.exit.clone() }.into();
    }
    match ours(&error) {
        Some(ours) => add(ours).into(),
        None => error,
    }
}

/// Gives an error of nsl's the line that runs now, where no operation of the API does (the field of a handle).
pub(super) fn placed(lua: &Lua, error: mlua::Error) -> mlua::Error {
    let (place, frames) = place::here(lua);
    ours(&error).map_or(error, |ours| ours.place(place).frames(frames).into())
}

/// The error of nsl's inside one of mlua's, however often it was wrapped on its way through Lua.
pub(super) fn ours(error: &mlua::Error) -> Option<Error> {
    let ours = error.chain().find_map(|cause| {
        // The chain ends at what is not mlua's: a failed command's own cause is not in it.
        let failed = cause.downcast_ref::<CommandFailed>().map(|failed| &failed.error);
        cause.downcast_ref::<Error>().or(failed)
    });
    ours.cloned()
}

/// Gives errors their fields and their one line in Lua, on the metatable that mlua has for them.
#[allow(unsafe_code)]
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let index = lua.create_function(|lua, (error, key): (mlua::Error, String)| field(lua, &error, &key))?;
    let text = lua.create_function(|_, error: mlua::Error| Ok(line(&error)))?;
    // `"failed: " .. e` reads as it would if the error were a string.
    let tostring: mlua::Function = lua.globals().get("tostring")?;
    let concat = lua.create_function(move |lua, (left, right): (Value, Value)| {
        let mut joined = Vec::new();
        for value in [left, right] {
            joined.extend_from_slice(&tostring.call::<mlua::LuaString>(value)?.as_bytes());
        }
        lua.create_string(joined)
    })?;
    let sample = mlua::Error::runtime("sample");
    // SAFETY: the four values are on the stack in this order; the block only takes the first one's metatable, which
    // mlua makes for every error, and sets three fields of it; `exec_raw` restores the stack.
    unsafe {
        lua.exec_raw::<()>((sample, index, text, concat), |state| {
            mlua::ffi::lua_getmetatable(state, -4);
            mlua::ffi::lua_insert(state, -4);
            mlua::ffi::lua_setfield(state, -4, c"__concat".as_ptr());
            mlua::ffi::lua_setfield(state, -3, c"__tostring".as_ptr());
            mlua::ffi::lua_setfield(state, -2, c"__index".as_ptr());
            mlua::ffi::lua_settop(state, 0);
        })
    }
}

/// A field of an error, as scripts read it.
fn field(lua: &Lua, error: &mlua::Error, key: &str) -> mlua::Result<Value> {
    let Some(ours) = ours(error) else {
        return match key {
            "message" => text(lua, Some(line(error))),
            _ => Ok(Value::Nil),
        };
    };
    match key {
        "code" => text(lua, Some(ours.code())),
        "op" => text(lua, ours.operation().map(str::to_owned)),
        "object" => text(lua, ours.object_name().map(str::to_owned)),
        "message" => text(lua, Some(ours.message())),
        "hint" => text(lua, ours.hint()),
        "kernel" => text(lua, ours.kernel_text()),
        "result" => match error.chain().find_map(|cause| cause.downcast_ref::<CommandFailed>()) {
            Some(failed) => super::process::exit_table(lua, &failed.exit).map(Value::Table),
            None => Ok(Value::Nil),
        },
        "where" => text(lua, ours.location().map(|place| format!("{}:{}", place.file, place.line))),
        _ => Ok(Value::Nil),
    }
}

fn text(lua: &Lua, text: Option<String>) -> mlua::Result<Value> {
    text.map_or(Ok(Value::Nil), |text| lua.create_string(text).map(Value::String))
}

/// An error in one line.
pub(super) fn line(error: &mlua::Error) -> String {
    if let Some(ours) = ours(error) {
        return ours.to_string();
    }
    match error {
        mlua::Error::CallbackError { cause, .. } => line(cause),
        mlua::Error::RuntimeError(text) => text.lines().next().unwrap_or_default().to_owned(),
        other => other.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

/// What an uncaught error came to: all that is printed of it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The sentence.
    pub message: String,
    /// `"EEXIST"`; Lua's own errors have none.
    pub code: Option<String>,
    /// Whose fault it is.
    pub class: Class,
    /// Where.
    pub place: Option<Place>,
    /// What of that line, in bytes from 0, where more is known than the operation.
    pub columns: Option<Range<usize>>,
    /// `"netns.add"`.
    pub op: Option<String>,
    /// What the operation was about.
    pub object: Option<String>,
    /// The kernel's own text.
    pub kernel: Option<String>,
    /// Facts.
    pub notes: Vec<String>,
    /// One thing to do.
    pub hint: Option<String>,
    /// The calls that led there, innermost first.
    pub frames: Vec<String>,
    /// A line that belongs to the error beside its own, with what to say of it: the opening of an unclosed block.
    pub other: Option<(usize, String)>,
    /// Whether the script did not even compile.
    pub syntax: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            message: error.message(),
            code: Some(error.code()),
            class: error.class(),
            place: error.location().cloned(),
            columns: error.columns().cloned(),
            op: error.operation().map(str::to_owned),
            object: error.object_name().map(str::to_owned),
            kernel: error.kernel_text(),
            notes: error.notes().to_vec(),
            hint: error.hint(),
            frames: error.called_from().to_vec(),
            other: None,
            syntax: false,
        }
    }
}

impl From<Error> for Box<Failure> {
    fn from(error: Error) -> Self {
        Self::new(error.into())
    }
}

impl Failure {
    /// What was typed ends in the middle.
    pub fn unfinished() -> Self {
        Self { syntax: true, ..Self::plain("the input ends in the middle of a chunk", None) }
    }

    /// In one line, as [`Error`]'s own text.
    pub(super) fn line(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("{}:{}: ", crate::error::escape(&place.file), place.line));
        let op = self.op.as_ref().map(|op| format!("{op}: "));
        let code = self.code.as_ref().map(|code| format!(" ({code})"));
        [place, op, Some(self.message.clone()), code].into_iter().flatten().collect()
    }

    /// A text of the script's or of Lua's, which may have several lines, and perhaps a place.
    fn plain(text: &str, place: Option<Place>) -> Self {
        let lines: Vec<String> = text.lines().map(|line| crate::error::escape(&line.replace('\t', "  "))).collect();
        Self {
            message: lines.join("\n"),
            code: None,
            class: Class::Script,
            place,
            columns: None,
            op: None,
            object: None,
            kernel: None,
            notes: Vec::new(),
            hint: None,
            frames: Vec::new(),
            other: None,
            syntax: false,
        }
    }

    /// What a script raised, seen from inside the error handler, where the stack still shows the way there.
    pub(super) fn raised(lua: &Lua, value: &Value) -> Self {
        let (place, frames) = place::here(lua);
        let mut failure = Self::from_value(value);
        // The text `lab.lua:3: …` names the line; the stack may know it too, and the calls above it.
        if failure.op.is_none() {
            if failure.place.is_none() && value.is_string() {
                return failure;
            }
            failure.place = failure.place.or(place);
            failure.frames = frames;
        }
        failure
    }

    /// What a raised value says.
    pub(super) fn from_value(value: &Value) -> Self {
        match value {
            Value::Error(error) => Self::from_lua(error),
            Value::String(text) => Self::from_text(&text.to_string_lossy()),
            other => Self::plain(&own_text(other).unwrap_or_else(|| named(other)), None),
        }
    }

    /// What an error of mlua's says.
    pub fn from_lua(error: &mlua::Error) -> Self {
        if let Some(ours) = ours(error) {
            return ours.into();
        }
        match error {
            mlua::Error::CallbackError { cause, .. } => Self::from_lua(cause),
            mlua::Error::SyntaxError { message, .. } => Self::from_syntax(message),
            mlua::Error::RuntimeError(text) | mlua::Error::MemoryError(text) => Self::from_text(text),
            other => Self::plain(&other.to_string(), None),
        }
    }

    /// Takes `lab.lua:3: message` apart; a traceback that was glued on is dropped.
    fn from_text(text: &str) -> Self {
        let text = text.split("\nstack traceback:").next().unwrap_or(text);
        let (place, message) = match split_place(text) {
            // What looks like a place may be an address and a port.
            (Some(place), message) if super::load::is_known(&place.file) => (Some(place), message),
            _ => (None, text),
        };
        // Several lines (`require` lists where it looked): the first is the sentence.
        let mut lines = message.lines().map(|line| crate::error::escape(line.trim()));
        let first = lines.next().unwrap_or_default();
        let notes: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
        let first = if notes.is_empty() { first.as_str() } else { first.trim_end_matches(':') };
        Self { notes, ..Self::plain(first, place) }
    }

    /// Lua's own words for a syntax error, its quotes made double: `"end" expected (to close "for" at line 3) near <eof>`.
    fn from_syntax(text: &str) -> Self {
        let (place, message) = split_place(text);
        let mut message = message.replace('\'', "\"").replace("near <eof>", "near end of file");
        let mut other = None;
        if let Some(start) = message.find(" (to close \"")
            && let Some(length) = message[start..].find(')')
        {
            let inner = &message[start + " (to close \"".len()..start + length];
            if let Some((opener, line)) = inner.split_once("\" at line ")
                && let Ok(line) = line.parse()
            {
                other = Some((line, opener.to_owned()));
                message.replace_range(start..=start + length, "");
            }
        }
        Self { other, syntax: true, ..Self::plain(&message, place) }
    }
}

/// What there is to say of a value without a text.
fn named(value: &Value) -> String {
    format!("error object is a {} value", value.type_name())
}

/// The text of a number, or of a table that says by itself how it prints.
fn own_text(value: &Value) -> Option<String> {
    let has_text = match value {
        Value::Integer(_) | Value::Number(_) => true,
        Value::Table(table) => table.metatable()?.contains_key("__tostring").ok()?,
        _ => false,
    };
    if has_text { value.to_string().ok() } else { None }
}

/// `lab.lua:3: message` → place and message; chunks such as `[string "-e"]` are named as they are.
fn split_place(text: &str) -> (Option<Place>, &str) {
    for (colon, _) in text.match_indices(':') {
        let rest = &text[colon + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0
            && colon > 0
            && rest[digits..].starts_with(": ")
            && let Ok(line) = rest[..digits].parse()
        {
            return (Some(Place { file: chunk_file(&text[..colon]).to_owned(), line }), &rest[digits + 2..]);
        }
        if text[..colon].contains('\n') {
            break;
        }
    }
    (None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_off_the_text() {
        let (place, message) = split_place("a/lab.lua:12: attempt: 3: x");
        assert_eq!(place, Some(Place { file: "a/lab.lua".into(), line: 12 }));
        assert_eq!(message, "attempt: 3: x");
        assert_eq!(split_place("no place: here").0, None);
        assert_eq!(split_place("").0, None);
    }

    #[test]
    fn the_opening_of_an_unclosed_block_is_found() {
        let failure = Failure::from_syntax("lab.lua:9: 'end' expected (to close 'for' at line 3) near <eof>");
        assert_eq!(failure.message, "\"end\" expected near end of file");
        assert_eq!(failure.other, Some((3, "for".to_owned())));
        assert_eq!(failure.place.map(|place| place.line), Some(9));
    }
}
