//! From a Lua value to a tree of texts: what is shown, before anything is decided about lines and columns.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::fmt::Write;

use mlua::{Function, Lua, Result, Table, Value};

use crate::error::escape;

/// How far a value is followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Tables inside tables.
    pub(super) depth: usize,
    /// Elements of an array, and keys of a table.
    pub(super) items: usize,
}

/// What a text stands for, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// `true`, `false`, `nil`.
    Word,
    /// What is no value itself: `<cycle>`, `… 980 more`.
    Note,
    Other,
}

/// A value ready to be laid out.
#[derive(Debug)]
pub(super) enum Tree {
    Leaf(Kind, String),
    /// The entries, each with its key as written (`name = `), or none in the array part.
    Table(Vec<(String, Tree)>),
}

/// The text a value gives itself: by `__tostring`, or because it is an error. A list of nsl's has none here: its
/// `__tostring` is this module.
pub(super) fn own_text(value: &Value) -> Result<Option<String>> {
    match value {
        Value::Error(error) => {
            let mut error = &**error;
            while let mlua::Error::CallbackError { cause, .. } = error {
                error = cause;
            }
            Ok(Some(error.to_string()))
        }
        Value::UserData(_) => value.to_string().map(Some),
        Value::Table(table) => match table.metatable() {
            Some(meta)
                if !meta.raw_get::<Value>("__tostring")?.is_nil() && meta.raw_get::<Value>("__columns")?.is_nil() =>
            {
                value.to_string().map(Some)
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// The text of a string of any bytes: control characters and what is no UTF-8 are written as Lua's escapes; `quoted`
/// as a Lua string.
pub(super) fn string(bytes: &[u8], quoted: bool) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' if quoted => text.extend(['\\', c]),
                // Lua reads `\x` as a byte, so that a character beyond ASCII needs `\u`.
                c if c.is_control() && !c.is_ascii() => {
                    let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
                }
                c => text.push_str(&escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    if quoted { format!("\"{text}\"") } else { text }
}

/// Grows trees.
pub(super) struct Grower<'a> {
    lua: &'a Lua,
    limits: Limits,
    /// The tables that are being read, outermost first.
    path: Vec<*const c_void>,
    /// The functions that have a name, made when the first function is shown.
    functions: Option<BTreeMap<*const c_void, String>>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(lua: &'a Lua, limits: Limits) -> Self {
        Self { lua, limits, path: Vec::new(), functions: None }
    }

    pub(super) fn grow(&mut self, value: &Value) -> Result<Tree> {
        let leaf = |kind, text: &str| Ok(Tree::Leaf(kind, text.to_owned()));
        match value {
            Value::Nil => leaf(Kind::Word, "nil"),
            Value::Boolean(truth) => leaf(Kind::Word, if *truth { "true" } else { "false" }),
            Value::Integer(_) | Value::Number(_) => Ok(Tree::Leaf(Kind::Number, self.number(value)?)),
            Value::String(text) => Ok(Tree::Leaf(Kind::Text, string(&text.as_bytes(), true))),
            Value::Function(function) => Ok(Tree::Leaf(Kind::Other, self.function(function))),
            Value::Table(table) => match Self::known(value)? {
                Some(tree) => Ok(tree),
                None => self.table(table),
            },
            Value::Thread(_) => leaf(Kind::Other, "thread"),
            _ => Ok(Self::known(value)?.unwrap_or_else(|| Tree::Leaf(Kind::Other, value.type_name().to_owned()))),
        }
    }

    /// A number in Lua's own words (`1e+15`, `-inf`).
    pub(super) fn number(&self, value: &Value) -> Result<String> {
        let text = self.lua.coerce_string(value.clone())?;
        Ok(text.map_or_else(String::new, |text| text.to_string_lossy()))
    }

    /// What a value says of itself, on one line.
    fn known(value: &Value) -> Result<Option<Tree>> {
        Ok(own_text(value)?.map(|text| Tree::Leaf(Kind::Other, string(text.as_bytes(), false))))
    }

    fn function(&mut self, function: &Function) -> String {
        let names = self.functions.get_or_insert_with(|| named_functions(self.lua));
        match names.get(&function.to_pointer()) {
            Some(name) => format!("function: {name}"),
            None => "function".to_owned(),
        }
    }

    fn table(&mut self, table: &Table) -> Result<Tree> {
        let here = table.to_pointer();
        if self.path.contains(&here) {
            return Ok(Tree::Leaf(Kind::Note, "<cycle>".to_owned()));
        }
        if self.path.len() >= self.limits.depth {
            let empty = table.pairs::<Value, Value>().next().is_none();
            return Ok(Tree::Leaf(Kind::Note, if empty { "{}" } else { "{…}" }.to_owned()));
        }
        self.path.push(here);
        let entries = self.entries(table);
        self.path.pop();
        Ok(Tree::Table(entries?))
    }

    fn entries(&mut self, table: &Table) -> Result<Vec<(String, Tree)>> {
        let length = table.raw_len();
        let mut entries = Vec::new();
        for index in 1..=length.min(self.limits.items) {
            entries.push((String::new(), self.grow(&table.raw_get(index)?)?));
        }
        note_rest(&mut entries, length.saturating_sub(self.limits.items));

        let mut fields = fields(table, length)?;
        let rest = fields.len().saturating_sub(self.limits.items);
        fields.truncate(self.limits.items);
        for (key, value) in fields {
            let key = self.key(&key)?;
            entries.push((format!("{key} = "), self.grow(&value)?));
        }
        note_rest(&mut entries, rest);
        Ok(entries)
    }

    /// A key as one writes it in a table constructor.
    fn key(&mut self, key: &Value) -> Result<String> {
        match key {
            Value::String(name) if is_name(&name.as_bytes()) => Ok(name.to_string_lossy()),
            Value::Table(_) => Ok("[table]".to_owned()),
            key => match self.grow(key)? {
                Tree::Leaf(_, text) => Ok(format!("[{text}]")),
                Tree::Table(_) => Ok("[table]".to_owned()),
            },
        }
    }
}

fn note_rest(entries: &mut Vec<(String, Tree)>, rest: usize) {
    if rest > 0 {
        entries.push((String::new(), Tree::Leaf(Kind::Note, format!("… {rest} more"))));
    }
}

/// What a table holds beside its first `length` elements, in order: names, then numbers, then the rest.
fn fields(table: &Table, length: usize) -> Result<Vec<(Value, Value)>> {
    let mut fields = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let in_array =
            matches!(key, Value::Integer(index) if usize::try_from(index).is_ok_and(|i| i >= 1 && i <= length));
        if !in_array {
            fields.push((key, value));
        }
    }
    fields.sort_by(|(a, _), (b, _)| order(a, b));
    Ok(fields)
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.as_bytes().cmp(&b.as_bytes()),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (a, b) => match (number(a), number(b)) {
            (Some((a, exact_a)), Some((b, exact_b))) => a.total_cmp(&b).then(exact_a.cmp(&exact_b)),
            _ => rank(a).cmp(&rank(b)),
        },
    }
}

/// A number's size, and exactly if it is an integer.
fn number(key: &Value) -> Option<(f64, Option<i64>)> {
    match key {
        Value::Integer(number) => Some((*number as f64, Some(*number))),
        Value::Number(number) => Some((*number, None)),
        _ => None,
    }
}

fn rank(key: &Value) -> u8 {
    match key {
        Value::String(_) => 0,
        Value::Integer(_) | Value::Number(_) => 1,
        Value::Boolean(_) => 2,
        _ => 3,
    }
}

/// Words of Lua's grammar, which are no names.
pub(crate) const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Whether Lua reads these bytes as a name.
fn is_name(bytes: &[u8]) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    bytes.first().is_some_and(letter)
        && bytes.iter().all(|byte| letter(byte) || byte.is_ascii_digit())
        && !KEYWORDS.iter().any(|word| word.as_bytes() == bytes)
}

/// The functions that are reached by a global's name, or a global table's: `print`, `netns.add`.
fn named_functions(lua: &Lua) -> BTreeMap<*const c_void, String> {
    let mut names = BTreeMap::new();
    let globals = lua.globals();
    for (name, value) in named_fields(&globals) {
        match value {
            Value::Function(function) => {
                names.entry(function.to_pointer()).or_insert(name);
            }
            Value::Table(module) if module != globals => {
                for (field, value) in named_fields(&module) {
                    if let Value::Function(function) = value {
                        names.entry(function.to_pointer()).or_insert_with(|| format!("{name}.{field}"));
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// The fields of a table whose keys are names, sorted.
pub(crate) fn named_fields(table: &Table) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    for (key, value) in table.pairs::<Value, Value>().flatten() {
        if let Value::String(key) = key
            && is_name(&key.as_bytes())
        {
            fields.push((key.to_string_lossy(), value));
        }
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    fields
}
