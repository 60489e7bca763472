//! The reader of option tables: strict, so that a misspelt key or a wrong type is refused with the nearest valid key.

use std::time::Duration;

use mlua::{Table, Value};

use super::args::{describe, integer, quoted};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::units;

/// The options of one call.
pub(super) struct Options {
    entries: Vec<(String, Value)>,
}

impl Options {
    pub(super) fn empty() -> Self {
        Self { entries: Vec::new() }
    }

    /// One option; nil is none.
    pub(super) fn one(key: &str, value: Value) -> Self {
        Self { entries: if value.is_nil() { Vec::new() } else { vec![(key.to_owned(), value)] } }
    }

    /// Reads a table whose keys must be among `known` (in groups), or among `ignored`: what a record that was read has
    /// beside them. A key that Lua's grammar forbids may carry an underscore behind it (`goto_`).
    pub(super) fn read(
        table: &Table,
        function: &'static str,
        known: &[&[&'static str]],
        ignored: &[&[&'static str]],
    ) -> mlua::Result<Self> {
        let mut entries = Vec::new();
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair?;
            let Value::String(key) = &key else {
                let error = Error::new(&explain::OPTION_UNKNOWN).with("key", key.to_string()?);
                return Err(error.with("function", function).into());
            };
            let key = key.to_string_lossy();
            let key = key.strip_suffix('_').unwrap_or(&key).to_owned();
            if !known.iter().chain(ignored).any(|group| group.contains(&key.as_str())) {
                return Err(unknown(&key, function, known).into());
            }
            entries.push((key, value));
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Self { entries })
    }

    /// With the words in place of those that are others for them; what is said by such a word itself counts.
    pub(super) fn lengthen(mut self, others: &[(&str, &str)]) -> Self {
        for (other, word) in others {
            let known = self.has(word);
            self.entries.retain(|(key, _)| !(known && key == other));
            self.entries.iter_mut().filter(|(key, _)| key == other).for_each(|(key, _)| *key = (*word).to_owned());
        }
        self
    }

    /// The value of `key`, if it was given.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Whether a key was given that is none of `usual`.
    pub(super) fn has_other_than(&self, usual: &[&str]) -> bool {
        self.entries.iter().any(|(key, _)| !usual.contains(&key.as_str()))
    }

    /// Whether `key` was given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// "option "mtu" must be an integer, got a table".
    pub(super) fn wrong_type(&self, key: &str, expected: &str) -> Error {
        let got = self.value(key).map_or_else(|| "nothing".to_owned(), describe);
        Error::new(&explain::OPTION_TYPE).with("key", key).with("expected", expected).with("got", got)
    }

    /// "option "scope" must be one of global, link, host, got "lnk"".
    pub(super) fn wrong_value(&self, key: &str, expected: &str, got: impl std::fmt::Display) -> Error {
        let got = quoted(self.value(key).unwrap_or(&Value::Nil), got);
        Error::new(&explain::OPTION_VALUE).with("key", key).with("expected", expected).with("got", got)
    }

    fn read_with<T>(&self, key: &str, expected: &str, read: impl FnOnce(&Value) -> Option<T>) -> Result<Option<T>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.wrong_type(key, expected))
    }

    /// A string.
    pub(super) fn string(&self, key: &str) -> Result<Option<String>> {
        self.read_with(key, "a string", |value| match value {
            Value::String(text) => Some(text.to_string_lossy()),
            _ => None,
        })
    }

    /// A string's bytes.
    pub(super) fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.read_with(key, "a string", |value| match value {
            Value::String(text) => Some(text.as_bytes().to_vec()),
            _ => None,
        })
    }

    /// A switch: a boolean, or 0 and 1.
    pub(super) fn switch(&self, key: &str) -> Result<Option<bool>> {
        self.read_with(key, "true or false", |value| match value {
            Value::Boolean(on) => Some(*on),
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        })
    }

    /// Whether a switch was given and is on.
    pub(super) fn is_on(&self, key: &str) -> Result<bool> {
        Ok(self.switch(key)?.unwrap_or(false))
    }

    /// A whole number that fits `T`.
    pub(super) fn number<T: TryFrom<i64>>(&self, key: &str, expected: &str) -> Result<Option<T>> {
        let Some(number) = self.read_with(key, expected, integer)? else { return Ok(None) };
        T::try_from(number).map(Some).map_err(|_| self.wrong_value(key, expected, number))
    }

    /// A time: seconds as a number, or text with a unit.
    pub(super) fn duration(&self, key: &str) -> Result<Option<Duration>> {
        const EXPECTED: &str = "a time (seconds, or text such as \"20ms\")";
        let Some(value) = self.value(key) else { return Ok(None) };
        match duration(value) {
            Some(Ok(time)) => Ok(Some(time)),
            Some(Err(text)) => Err(self.wrong_value(key, EXPECTED, text)),
            None => Err(self.wrong_type(key, EXPECTED)),
        }
    }

    /// A rate in bits a second: a number, or text with a unit.
    pub(super) fn rate(&self, key: &str) -> Result<Option<u64>> {
        self.measure(key, "a rate (bits a second, or text such as \"10mbit\")", units::rate, |rate| *rate > 0)
    }

    /// A size in bytes: a number, or text with a unit.
    pub(super) fn size(&self, key: &str) -> Result<Option<u64>> {
        self.measure(key, "a size (bytes, or text such as \"64kb\")", units::size, |_| true)
    }

    /// A share from 0 to 1: a number, or text such as `"1%"`.
    pub(super) fn ratio(&self, key: &str) -> Result<Option<f64>> {
        const EXPECTED: &str = "a share (from 0 to 1, or text such as \"1%\")";
        if let Some(Value::String(text)) = self.value(key) {
            let text = text.to_string_lossy();
            return units::ratio(&text).map(Some).ok_or_else(|| self.wrong_value(key, EXPECTED, text));
        }
        let number = |value: &Value| match value {
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        };
        match self.read_with(key, EXPECTED, number)? {
            Some(share) if !(0.0..=1.0).contains(&share) => Err(self.wrong_value(key, EXPECTED, share)),
            share => Ok(share),
        }
    }

    /// A whole number, or text with a unit that `read` knows.
    fn measure(
        &self,
        key: &str,
        expected: &str,
        read: fn(&str) -> Option<u64>,
        fits: fn(&u64) -> bool,
    ) -> Result<Option<u64>> {
        if let Some(Value::String(text)) = self.value(key) {
            let text = text.to_string_lossy();
            return read(&text).map(Some).ok_or_else(|| self.wrong_value(key, expected, text));
        }
        match self.number::<u64>(key, expected)? {
            Some(number) if !fits(&number) => Err(self.wrong_value(key, expected, number)),
            number => Ok(number),
        }
    }

    /// A table.
    pub(super) fn table(&self, key: &str) -> Result<Option<Table>> {
        self.read_with(key, "a table", |value| value.as_table().cloned())
    }

    /// A string, or an array of strings.
    pub(super) fn strings(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.read_with(key, "a string or an array of strings", |value| match value {
            Value::String(text) => Some(vec![text.to_string_lossy()]),
            Value::Table(table) => table.sequence_values::<String>().collect::<mlua::Result<_>>().ok(),
            _ => None,
        })
    }
}

/// What is said of a key that is none of these: which one is like it, or else what there is, if that is not much.
fn unknown(key: &str, function: &'static str, known: &[&[&'static str]]) -> Error {
    const FEW: usize = 12;
    let error = Error::new(&explain::OPTION_UNKNOWN).with("key", key).with("function", function);
    let mut known: Vec<&str> = known.concat();
    match nearest(key, known.iter().copied()) {
        Some(near) => error.with("near", near),
        None if known.is_empty() || known.len() > FEW => error,
        None => {
            known.sort_unstable();
            error.note(format!("it takes {}", known.join(", ")))
        }
    }
}

/// A time as scripts write it; `None` if the value is of no fitting type, the text or number if it says no time.
pub(super) fn duration(value: &Value) -> Option<std::result::Result<Duration, String>> {
    match value {
        Value::Integer(_) | Value::Number(_) => {
            let seconds = match value {
                #[allow(clippy::cast_precision_loss)]
                Value::Integer(seconds) => *seconds as f64,
                _ => value.as_f64()?,
            };
            Some(Duration::try_from_secs_f64(seconds).map_err(|_| seconds.to_string()))
        }
        Value::String(text) => {
            let text = text.to_string_lossy();
            Some(units::time(&text).ok_or(text))
        }
        _ => None,
    }
}
