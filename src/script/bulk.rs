//! Many tables written at one go: lists of 100,000 records.
//!
//! Through mlua each key and each value is a protected call of Lua's by itself. Here what is to be written is noted first,
//! and then written for hundreds of records within one such call; texts that come again and again are handed to Lua once.

mod setting;

use std::fmt::{Display, Write};

use mlua::ffi;
use mlua::{Lua, Table, Value};

/// How much is noted before it is written: what the caches of a processor hold.
const CHUNK: usize = 4_096;
/// How many different words are handed over once; what Lua's stack has room for without growing much.
const WORDS: usize = 200;
/// How deep tables lie within tables.
const DEPTH: usize = 8;
/// The key of what comes next in an array.
const NEXT: u16 = u16::MAX;

/// Below this nothing is collected at the end of a list.
const PLENTY: usize = 64 << 20;

/// The garbage collector, stopped: while a long list grows there is nothing to collect in it, and looking through it
/// again and again takes as long as half of the writing.
struct Stopped<'a>(Option<&'a Lua>);

/// What was in use after the last collection that a list made.
struct InUse(usize);

impl<'a> Stopped<'a> {
    fn new(lua: &'a Lua) -> Self {
        let running = lua.gc_is_running();
        if running {
            lua.gc_stop();
        }
        Self(running.then_some(lua))
    }
}

impl Drop for Stopped<'_> {
    /// Collects when as much as there was has come on top, as the collector by itself does: else a program that only
    /// makes lists would never give up an old one.
    fn drop(&mut self) {
        let Some(lua) = self.0 else { return };
        lua.gc_restart();
        let before = lua.app_data_ref::<InUse>().map_or(0, |in_use| in_use.0);
        if lua.used_memory() > 2 * before.max(PLENTY) {
            // What a finalizer raises is no failure of the list.
            let _ = lua.gc_collect();
            lua.set_app_data(InUse(lua.used_memory()));
        }
    }
}

/// The text of a record.
pub(super) type Line = fn(&Table) -> mlua::Result<String>;

/// The metatable of records that print as `line` says.
pub(super) fn metatable(lua: &Lua, line: Line) -> mlua::Result<Table> {
    let metatable = lua.create_table()?;
    metatable.raw_set("__tostring", lua.create_function(move |_, record: Table| line(&record))?)?;
    Ok(metatable)
}

/// A list of records in the making.
pub(super) struct Bulk<'a> {
    lua: &'a Lua,
    list: Table,
    /// Of each record, and of records within.
    metatables: [Option<Table>; 2],
    keys: Vec<&'static str>,
    /// Which word each key had last: most often it has it again.
    last: Vec<usize>,
    words: Vec<Box<str>>,
    most_words: usize,
    text: String,
    notes: Vec<Note>,
    /// Where the notes on the tables begin that are not closed yet, and the metatables they get.
    open: Vec<(usize, u8)>,
    failed: Option<mlua::Error>,
    _stopped: Option<Stopped<'a>>,
}

/// What is written under a key.
struct Note {
    key: u16,
    what: What,
}

enum What {
    /// One of the words.
    Word(u16),
    /// A part of the text.
    Text(usize, usize),
    Integer(i64),
    Number(f64),
    Switch(bool),
    /// A table with so many fields, which are noted next.
    Open(u16),
    /// The end of that, which gets the metatable of this number, from 1.
    Close(u8),
}

impl<'a> Bulk<'a> {
    /// An empty list, which will be long. What prints a record is given `line`'s text of it.
    pub(super) fn new(lua: &'a Lua, line: Option<Line>) -> mlua::Result<Self> {
        let metatable = line.map(|line| metatable(lua, line)).transpose()?;
        let notes = Vec::with_capacity(CHUNK + CHUNK / 8);
        let _stopped = Some(Stopped::new(lua));
        Ok(Self { notes, most_words: WORDS, _stopped, ..Self::short(lua, [metatable, None])? })
    }

    /// As [`Bulk::short`], of some dozens.
    pub(super) fn several(lua: &'a Lua, metatables: [Option<Table>; 2]) -> mlua::Result<Self> {
        Ok(Self { most_words: WORDS, ..Self::short(lua, metatables)? })
    }

    /// A list of few records, which get the first of these metatables, and those within them ([`Bulk::open_record`]) the
    /// second.
    pub(super) fn short(lua: &'a Lua, metatables: [Option<Table>; 2]) -> mlua::Result<Self> {
        Ok(Self {
            lua,
            list: lua.create_table()?,
            metatables,
            most_words: 0,
            keys: Vec::with_capacity(16),
            last: Vec::with_capacity(16),
            words: Vec::new(),
            text: String::new(),
            notes: Vec::with_capacity(32),
            open: Vec::with_capacity(DEPTH),
            failed: None,
            _stopped: None,
        })
    }

    /// Begins a record of the list, or of the array that was opened last.
    pub(super) fn open(&mut self) {
        let metatable = u8::from(self.open.is_empty());
        self.begin(NEXT, metatable);
    }

    /// Begins a record under a key.
    pub(super) fn open_record(&mut self, key: &'static str) {
        let key = self.key(key);
        self.begin(key, 2);
    }

    /// Begins a table under a key: an array whose elements follow.
    pub(super) fn open_field(&mut self, key: &'static str) {
        let key = self.key(key);
        self.begin(key, 0);
    }

    fn begin(&mut self, key: u16, metatable: u8) {
        self.open.push((self.notes.len(), metatable));
        self.note(key, What::Open(0));
    }

    /// Ends what was begun last.
    pub(super) fn close(&mut self) {
        let fields = |note: &Note| usize::from(note.key != NEXT && !matches!(note.what, What::Close(_)));
        if let Some((start, metatable)) = self.open.pop() {
            // Those of a table within count too: the room is a guess.
            let count = self.notes[start + 1..].iter().map(fields).sum::<usize>();
            let key = self.notes[start].key;
            self.notes[start].what = What::Open(count.try_into().unwrap_or(u16::MAX));
            self.note(key, What::Close(metatable));
        }
        if self.open.is_empty() && self.notes.len() >= CHUNK {
            self.write();
        }
    }

    /// A text that other records have too.
    pub(super) fn word(&mut self, key: &'static str, word: Option<&str>) {
        if let Some(word) = word {
            let key = self.key(key);
            self.put_word(key, word);
        }
    }

    /// An array of words, if there are any.
    pub(super) fn words(&mut self, key: &'static str, words: &[&str]) {
        if !words.is_empty() {
            self.open_field(key);
            words.iter().for_each(|word| self.put_word(NEXT, word));
            self.close();
        }
    }

    /// A text of its own.
    pub(super) fn text(&mut self, key: &'static str, text: Option<&impl Display>) {
        if let Some(text) = text {
            let start = self.text.len();
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{text}");
            let key = self.key(key);
            self.note(key, What::Text(start, self.text.len()));
        }
    }

    /// A number.
    pub(super) fn number(&mut self, key: &'static str, number: Option<impl Into<i64>>) {
        if let Some(number) = number {
            let key = self.key(key);
            self.note(key, What::Integer(number.into()));
        }
    }

    /// A switch, which is left out where it is off.
    pub(super) fn on(&mut self, key: &'static str, on: bool) {
        if on {
            let key = self.key(key);
            self.note(key, What::Switch(true));
        }
    }

    /// The list.
    pub(super) fn finish(mut self) -> mlua::Result<Table> {
        self.write();
        self.failed.map_or(Ok(self.list), Err)
    }

    fn note(&mut self, key: u16, what: What) {
        self.notes.push(Note { key, what });
    }

    fn key(&mut self, key: &'static str) -> u16 {
        let known = self.keys.iter().position(|known| std::ptr::eq(*known, key));
        let place = known.unwrap_or_else(|| {
            self.keys.push(key);
            self.last.push(usize::MAX);
            self.keys.len() - 1
        });
        place as u16
    }

    fn put_word(&mut self, key: u16, word: &str) {
        let last = self.last.get(usize::from(key)).copied().unwrap_or(usize::MAX);
        let known = match self.words.get(last) {
            Some(known) if **known == *word => Some(last),
            _ => self.words.iter().position(|known| **known == *word),
        };
        let place = known.unwrap_or(self.words.len());
        if place >= self.most_words {
            let start = self.text.len();
            self.text.push_str(word);
            return self.note(key, What::Text(start, self.text.len()));
        }
        if known.is_none() {
            self.words.push(word.into());
        }
        if let Some(last) = self.last.get_mut(usize::from(key)) {
            *last = place;
        }
        self.note(key, What::Word(place as u16));
    }

    /// Writes what is noted.
    #[allow(unsafe_code)]
    fn write(&mut self) {
        let noted = Noted { keys: &self.keys, words: &self.words, text: &self.text, notes: &self.notes };
        let [outer, inner] =
            self.metatables.each_ref().map(|one| one.as_ref().map_or(Value::Nil, |table| Value::Table(table.clone())));
        // SAFETY: the list and the metatables or nil are on the stack; nothing that `write` owns needs to be dropped when
        // Lua raises for want of memory.
        let written = unsafe { self.lua.exec_raw::<()>((&self.list, outer, inner), |state| noted.write(state)) };
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
        self.notes.clear();
        self.text.clear();
    }
}

/// What is to be written, with nothing that has to be dropped.
struct Noted<'a> {
    keys: &'a [&'static str],
    words: &'a [Box<str>],
    text: &'a str,
    notes: &'a [Note],
}

impl Noted<'_> {
    /// Appends to the list at 1; the metatables are at 2 and 3.
    #[allow(unsafe_code)]
    unsafe fn write(&self, state: *mut ffi::lua_State) {
        let (keys, words) = (4, 4 + self.keys.len() as i32);
        let push = |text: &str| {
            // SAFETY: the pointer and the length are those of a string; Lua copies it.
            unsafe { ffi::lua_pushlstring(state, text.as_ptr().cast(), text.len()) };
        };
        // SAFETY: room for all that is pushed is asked for first: the keys, the words, and of each open table the key and
        // the table itself, with a key and a value in it. Every index is that of a value which was pushed above it, every
        // -2 and -3 a table, because notes open and close tables in pairs.
        unsafe {
            ffi::luaL_checkstack(state, (self.keys.len() + self.words.len() + 2 * DEPTH + 4) as i32, std::ptr::null());
            self.keys.iter().for_each(|key| push(key));
            self.words.iter().for_each(|word| push(word));
            let top = ffi::lua_gettop(state);
            let mut length = ffi::lua_rawlen(state, 1) as ffi::lua_Integer;
            for Note { key, what } in self.notes {
                let is_record = ffi::lua_gettop(state) == top;
                if !matches!(what, What::Close(_)) && !is_record {
                    match *key {
                        NEXT => ffi::lua_pushinteger(state, ffi::lua_rawlen(state, -1) as ffi::lua_Integer + 1),
                        key => ffi::lua_pushvalue(state, keys + i32::from(key)),
                    }
                }
                match *what {
                    What::Word(word) => ffi::lua_pushvalue(state, words + i32::from(word)),
                    What::Text(start, end) => push(self.text.get(start..end).unwrap_or_default()),
                    What::Integer(number) => ffi::lua_pushinteger(state, number),
                    What::Number(number) => ffi::lua_pushnumber(state, number),
                    What::Switch(on) => ffi::lua_pushboolean(state, i32::from(on)),
                    What::Open(fields) => {
                        ffi::lua_createtable(state, 0, i32::from(fields));
                        continue;
                    }
                    What::Close(0) => {}
                    What::Close(metatable) => {
                        ffi::lua_pushvalue(state, 1 + i32::from(metatable));
                        ffi::lua_setmetatable(state, -2);
                    }
                }
                if ffi::lua_gettop(state) > top + 1 {
                    ffi::lua_rawset(state, -3);
                } else {
                    length += 1;
                    ffi::lua_rawseti(state, 1, length);
                }
            }
            ffi::lua_settop(state, 0);
        }
    }
}

#[cfg(test)]
mod tests;
