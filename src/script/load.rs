//! Where chunks come from: the script, `-e`, standard input; and where `require` looks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use mlua::{Lua, chunk::ChunkMode};

use super::error::Failure;
use crate::error::{Error, Result, explain};

/// A chunk of Lua as it was read.
#[derive(Debug, Clone)]
pub struct Source {
    /// Lua's name for it: `@lab.lua`, `=(command line)`, `=stdin`.
    pub name: String,
    /// The text, without a byte-order mark; a `#!` line is made empty, so that lines keep their numbers.
    pub text: Vec<u8>,
}

impl Source {
    /// Reads a script as the command line names it: a file, or standard input where that is `-`.
    pub fn named(script: &str) -> Result<Self> {
        if script != "-" {
            return Self::file(Path::new(script));
        }
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut text)?;
        Ok(Self::text("=stdin", text))
    }

    /// Reads a script file.
    pub fn file(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).map_err(|error| {
            let errno = nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO));
            Error::new(&explain::SCRIPT_UNREADABLE).errno(errno).with("path", path.display()).object(path.display())
        })?;
        Ok(Self::text(&format!("@{}", path.display()), text))
    }

    /// Text from elsewhere.
    pub fn text(name: &str, mut text: Vec<u8>) -> Self {
        if text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        if text.starts_with(b"#") {
            let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
            text.drain(..end);
        }
        Self { name: name.to_owned(), text }
    }

    /// Puts it below `lines` lines of the same name, so that line numbers tell all of them apart.
    #[must_use]
    pub fn below(mut self, lines: usize) -> Self {
        self.text.splice(..0, std::iter::repeat_n(b'\n', lines));
        self
    }

    /// Compiles it. Bytecode is refused.
    pub(super) fn compile(&self, lua: &Lua) -> std::result::Result<mlua::Function, Box<Failure>> {
        let chunk = lua.load(&self.text).set_name(&self.name).set_mode(ChunkMode::Text);
        chunk.into_function().map_err(|error| {
            let mut failure = Failure::from_lua(&error);
            failure.syntax = !self.text.starts_with(b"\x1bLua");
            Box::new(failure)
        })
    }
}

thread_local! {
    /// The chunks that were compiled, so that an error can show its line even if the file has changed since.
    static SOURCES: RefCell<HashMap<String, Vec<Vec<u8>>>> = RefCell::new(HashMap::new());
}

/// Keeps a chunk's lines for errors. Where it begins with empty lines, what was kept of that name stays.
pub(super) fn remember(name: &str, text: &[u8]) {
    let file = super::place::chunk_file(name).to_owned();
    SOURCES.with_borrow_mut(|sources| {
        let lines = sources.entry(file).or_default();
        lines.truncate(text.iter().take_while(|byte| **byte == b'\n').count());
        let known = lines.len();
        lines.extend(text.split(|byte| *byte == b'\n').skip(known).map(<[u8]>::to_vec));
    });
}

/// A line of a chunk that was compiled, or of a file (a module), counted from 1.
pub fn source_line(file: &str, number: usize) -> Option<String> {
    let place = number.checked_sub(1)?;
    let known = SOURCES.with_borrow(|sources| sources.get(file).map(|lines| lines.get(place).cloned()));
    let from_file = || std::fs::read(file).ok()?.split(|byte| *byte == b'\n').nth(place).map(<[u8]>::to_vec);
    let line = known.unwrap_or_else(from_file)?;
    Some(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line)).into_owned())
}

/// All of a chunk that was compiled, or of a file, as [`source_line`].
pub(super) fn source(file: &str) -> Option<String> {
    let known = SOURCES.with_borrow(|sources| sources.get(file).map(|lines| lines.join(&b'\n')));
    let text = known.or_else(|| std::fs::read(file).ok())?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Whether a place can be in this file: a chunk that was compiled, one from a string, or a file.
pub(super) fn is_known(file: &str) -> bool {
    let is_chunk = SOURCES.with_borrow(|sources| sources.contains_key(file));
    is_chunk || file.starts_with("[string ") || Path::new(file).is_file()
}

/// Makes `require` look beside the script and in `NSL_PATH` (directories, separated by colons), and nowhere else.
pub(super) fn set_path(lua: &Lua, beside: Option<&Path>) -> mlua::Result<()> {
    let mut directories = Vec::new();
    if let Some(script) = beside {
        let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty());
        directories.push(directory.unwrap_or(Path::new(".")).display().to_string());
    }
    if let Ok(more) = std::env::var("NSL_PATH") {
        directories.extend(more.split(':').filter(|part| !part.is_empty()).map(str::to_owned));
    }
    let patterns: Vec<String> = directories
        .iter()
        .flat_map(|directory| [format!("{directory}/?.lua"), format!("{directory}/?/init.lua")])
        .collect();
    lua.globals().get::<mlua::Table>("package")?.raw_set("path", patterns.join(";"))
}
