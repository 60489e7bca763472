//! The argument reader: every binding takes its arguments through it, so that each refusal names the position, what was
//! expected and what came.

use mlua::{Lua, MultiValue, Table, Value};

use super::options::Options;
use super::registry::Function;
use crate::error::{Error, explain};

/// The arguments of one call, counted from 1, the object it acts on first.
pub(super) struct Args {
    /// The VM the call is in.
    pub(super) lua: Lua,
    pub(super) function: &'static Function,
    values: Vec<Value>,
    /// How many leading values the caller did not write as arguments: 1 for a method's own object.
    shift: usize,
}

impl Args {
    pub(super) fn new(lua: &Lua, function: &'static Function, values: Vec<Value>, shift: usize) -> mlua::Result<Self> {
        if values.len() > function.most {
            let most = function.most - shift.min(function.most);
            let most = if most == 1 { "1 argument is".to_owned() } else { format!("{most} arguments are") };
            let error = Error::new(&explain::ARGUMENT_COUNT).with("most", most);
            return Err(error.with("count", values.len() - shift).into());
        }
        Ok(Self { lua: lua.clone(), function, values, shift })
    }

    /// How many there are, nils at the end included.
    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    /// The value at `position`; absent is nil.
    pub(super) fn value(&self, position: usize) -> Value {
        self.values.get(position - 1).cloned().unwrap_or(Value::Nil)
    }

    /// Whether the value at `position` is nil or absent.
    pub(super) fn absent(&self, position: usize) -> bool {
        self.value(position).is_nil()
    }

    /// "argument 2 must be a string, got a table".
    pub(super) fn wrong_type(&self, position: usize, expected: &str) -> Error {
        if position <= self.shift {
            return Error::new(&explain::METHOD_WITHOUT_OBJECT);
        }
        let got = match self.values.get(position - 1) {
            None => "nothing".to_owned(),
            Some(value) => describe(value),
        };
        Error::new(&explain::ARGUMENT_TYPE)
            .with("position", position - self.shift)
            .with("expected", expected)
            .with("got", got)
    }

    /// "argument 2 must be an id from 0, got -7".
    pub(super) fn wrong_value(&self, position: usize, expected: &str, got: impl std::fmt::Display) -> Error {
        let got = quoted(&self.value(position), got);
        Error::new(&explain::ARGUMENT_VALUE)
            .with("position", position - self.shift)
            .with("expected", expected)
            .with("got", got)
    }

    /// A string; text that is not UTF-8 is taken with replacement characters (names in nsl are text).
    pub(super) fn string(&self, position: usize) -> mlua::Result<String> {
        match self.value(position) {
            Value::String(text) => Ok(text.to_string_lossy()),
            _ => Err(self.wrong_type(position, "a string").into()),
        }
    }

    /// A string's bytes.
    pub(super) fn bytes(&self, position: usize) -> mlua::Result<Vec<u8>> {
        match self.value(position) {
            Value::String(text) => Ok(text.as_bytes().to_vec()),
            _ => Err(self.wrong_type(position, "a string").into()),
        }
    }

    /// A time: seconds as a number, or text with a unit (`"20ms"`). Never negative.
    pub(super) fn duration(&self, position: usize) -> mlua::Result<std::time::Duration> {
        const EXPECTED: &str = "a time (seconds, or text such as \"20ms\")";
        let value = self.value(position);
        match super::options::duration(&value) {
            Some(Ok(time)) => Ok(time),
            Some(Err(text)) => Err(self.wrong_value(position, EXPECTED, text).into()),
            None => Err(self.wrong_type(position, EXPECTED).into()),
        }
    }

    /// A table.
    pub(super) fn table(&self, position: usize) -> mlua::Result<Table> {
        match self.value(position) {
            Value::Table(table) => Ok(table),
            _ => Err(self.wrong_type(position, "a table").into()),
        }
    }

    /// The options table at `position`, its keys checked against the function's; none if absent.
    pub(super) fn options(&self, position: usize) -> mlua::Result<Options> {
        match self.value(position) {
            Value::Nil => Ok(Options::empty()),
            Value::Table(table) => Ok(Options::read(&table, self.shown_name(), &[self.function.options], &[])?),
            _ => Err(self.wrong_type(position, "a table of options").into()),
        }
    }

    /// The function's name in messages: without its module, but for one that alone says nothing (`lab.new`).
    pub(super) fn shown_name(&self) -> &'static str {
        match self.function.short_name() {
            "new" => self.function.name,
            short => short,
        }
    }

    /// No values.
    pub(super) fn nothing(&self) -> mlua::Result<MultiValue> {
        Ok(MultiValue::new())
    }
}

/// A whole number, as an integer or a float without fraction; never a string.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        #[allow(clippy::cast_possible_truncation)]
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 2f64.powi(53) => Some(*number as i64),
        _ => None,
    }
}

/// What a value is, as an error says it: "nil", "a table", "a Netns".
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(_) | Value::Number(_) => format!("the number {}", value.to_string().unwrap_or_default()),
        Value::String(text) => format!("\"{}\"", text.to_string_lossy()),
        Value::UserData(_) => format!("a {}", super::handle::type_name(value).unwrap_or("userdata")),
        other => format!("a {}", other.type_name()),
    }
}

/// What is wrong with `value`, for a message: text stands in double quotes, a number does not.
pub(super) fn quoted(value: &Value, got: impl std::fmt::Display) -> String {
    let got = got.to_string();
    let bare = !matches!(value, Value::String(_)) && got.parse::<f64>().is_ok();
    if bare { got } else { format!("\"{got}\"") }
}

/// An argument of a function that has no [`Args`] (`io.popen`) is of the wrong type.
pub(super) fn refused(position: usize, expected: &str, got: &Value) -> Error {
    Error::new(&explain::ARGUMENT_TYPE).with("position", position).with("expected", expected).with("got", describe(got))
}
