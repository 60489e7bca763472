//! Options that were given, for a kind that lays out its bytes itself; and those that were read, for one that reads them.

use crate::error::{Error, Result, explain};
use crate::kernel::words::{self, Form, Setting, Settings, Word};
use crate::netlink::attr;

/// What was given, each by the form that its word has.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    words: &'a [Word],
    settings: &'a Settings,
}

impl<'a> Given<'a> {
    /// These settings, of the words of a table.
    pub fn new(words: &'a [Word], settings: &'a Settings) -> Self {
        Self { words, settings }
    }

    /// The bytes that its form makes of it; none where it was not given.
    pub fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        words::bytes(self.words, self.settings, name)
    }

    /// Those bytes as a number.
    pub fn number(&self, name: &str) -> Result<Option<u64>> {
        Ok(self.bytes(name)?.and_then(|bytes| attr::number(&bytes)))
    }

    /// Those bytes as a number, or this.
    pub fn or(&self, name: &str, default: u64) -> Result<u64> {
        Ok(self.number(name)?.unwrap_or(default))
    }

    /// Those bytes as a number of 32 bits, or this.
    pub fn or32(&self, name: &str, default: u32) -> Result<u32> {
        Ok(self.number(name)?.and_then(|number| u32::try_from(number).ok()).unwrap_or(default))
    }

    /// The bytes that its form makes of it; `EINVAL` where it was not given.
    pub fn needs_bytes(&self, name: &str) -> Result<Vec<u8>> {
        self.bytes(name)?.ok_or_else(|| Error::missing(name))
    }

    /// Those bytes as a number; `EINVAL` where it was not given, or is 0.
    pub fn needs(&self, name: &str) -> Result<u64> {
        let least = match words::word(self.words, name).map(|word| &word.form) {
            Some(Form::Rate32 | Form::Rate64) => "at least 8 bits a second",
            _ => "more than 0",
        };
        match self.number(name)? {
            Some(0) => Err(self.wrong(name, least)),
            Some(number) => Ok(number),
            None => Err(Error::missing(name)),
        }
    }

    /// Whether it was given.
    pub fn has(&self, name: &str) -> bool {
        self.setting(name).is_some()
    }

    /// Whether it was given and is on.
    pub fn is_on(&self, name: &str) -> Result<bool> {
        Ok(self.number(name)?.is_some_and(|number| number != 0))
    }

    /// All that was given.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// The value as it was given.
    pub fn setting(&self, name: &str) -> Option<&'a Setting> {
        words::find(self.settings, name)
    }

    /// The attributes for all that were given but for those called one of `others`.
    pub fn attributes(&self, others: &[&str]) -> Result<Vec<u8>> {
        words::encode(self.words, &words::without(self.settings, others), &mut words::no_links)
    }

    /// The options that one of them has of its own.
    pub fn table(&self, name: &str) -> Result<Option<Given<'a>>> {
        let Some(setting) = self.setting(name) else { return Ok(None) };
        match (setting, words::word(self.words, name).map(|word| &word.form)) {
            (Setting::Table(settings), Some(Form::Nested(words))) => {
                words::check(&format!("\"{name}\""), &[words], settings)?;
                Ok(Some(Given { words, settings }))
            }
            _ => Err(wrong(name, "a table of options", setting)),
        }
    }

    /// The options of each of several that one of them holds.
    pub fn tables(&self, name: &str) -> Result<Option<Vec<Given<'a>>>> {
        let Some(setting) = self.setting(name) else { return Ok(None) };
        let Some(Form::List(Form::Nested(words), _)) = words::word(self.words, name).map(|word| &word.form) else {
            return Ok(None);
        };
        let tables = setting.each().iter().map(|value| match value {
            Setting::Table(settings) => {
                words::check(&format!("\"{name}\""), &[words], settings)?;
                Ok(Given { words, settings })
            }
            other => Err(wrong(name, "an array of tables", other)),
        });
        tables.collect::<Result<_>>().map(Some)
    }

    /// What `read` makes of each value of an array, or of one alone; `EINVAL` for the first of which it makes nothing.
    pub fn each<T>(&self, name: &str, expected: &str, mut read: impl FnMut(&Setting) -> Option<T>) -> Result<Vec<T>> {
        let Some(setting) = self.setting(name) else { return Ok(Vec::new()) };
        let several = matches!(setting, Setting::List(_));
        let one = |(place, value): (usize, &Setting)| {
            // Counted as Lua counts.
            let key = if several { format!("{name}[{}]", place + 1) } else { name.to_owned() };
            read(value).ok_or_else(|| wrong(&key, expected, value))
        };
        setting.each().iter().enumerate().map(one).collect()
    }

    /// "option "loss" must be …, got …".
    pub fn wrong(&self, name: &str, expected: impl std::fmt::Display) -> Error {
        match self.setting(name) {
            Some(got) => wrong(name, expected, got),
            None => wrong(name, expected, "nothing"),
        }
    }
}

fn wrong(name: &str, expected: impl std::fmt::Display, got: impl std::fmt::Display) -> Error {
    Error::new(&explain::WORD_VALUE).with("key", name).with("expected", expected).with("got", got)
}

/// What was read, word by word.
pub struct Seen {
    words: &'static [Word],
    settings: Settings,
}

impl Seen {
    /// Nothing yet, of the words of a table.
    pub fn new(words: &'static [Word]) -> Self {
        Self { words, settings: Settings::new() }
    }

    /// Adds what these bytes say in the form of a word.
    pub fn bytes(&mut self, name: &'static str, bytes: &[u8]) {
        let setting = words::shown(self.words, name, bytes);
        self.settings.extend(setting.map(|setting| (name.into(), setting)));
    }

    /// Adds a number of 32 bits by the form of its word.
    pub fn number(&mut self, name: &'static str, number: u32) {
        self.bytes(name, &number.to_ne_bytes());
    }

    /// Adds a number of 32 bits by the form of its word, unless it is 0.
    pub fn some(&mut self, name: &'static str, number: u32) {
        if number != 0 {
            self.number(name, number);
        }
    }

    /// Adds a number of 64 bits by the form of its word.
    pub fn wide(&mut self, name: &'static str, number: u64) {
        self.bytes(name, &number.to_ne_bytes());
    }

    /// Adds a value.
    pub fn setting(&mut self, name: &'static str, setting: Setting) {
        self.settings.push((name.into(), setting));
    }

    /// Adds what was read already.
    pub fn all(&mut self, settings: Settings) {
        self.settings.extend(settings);
    }

    /// All that was added.
    pub fn settings(self) -> Settings {
        self.settings
    }
}

/// Numbers of 32 bits, as a struct of the kernel's has them.
pub fn words32(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// The number of 32 bits at a place of a struct of them.
pub fn word32(bytes: &[u8], place: usize) -> Option<u32> {
    attr::u32_of(bytes.get(4 * place..)?)
}
