//! The prompt: lines are read, continued while they are incomplete, kept in the history and given to a [`Session`].
//!
//! This room knows keys, colours and files of history, and the shape of Lua's text. What a chunk does and what it
//! prints is the session's; without a terminal nothing of this is used (`cli` runs stdin as a script).

pub mod complete;
pub mod validate;

mod highlight;
mod hint;
mod history;
mod input;
mod wake;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io::Write;

use crate::error::{Error, Result};

pub use history::path as history_path;

/// What to do after a chunk was evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// Ask for the next one.
    Next,
    /// Leave the prompt: `os.exit` was called, or a signal asks for the end.
    Leave,
}

/// What stands behind a prompt.
pub trait Session {
    /// Runs a chunk (one line, or several that belong together) and prints its values or its error. What Ctrl-C stops
    /// here is the session's to handle; the terminal is in its ordinary state.
    fn evaluate(&mut self, source: &str) -> Evaluation;

    /// The words that could stand before `pos` in `source`, and where such a word would begin
    /// ([`complete::candidates`]). `source` is the whole chunk so far.
    fn complete(&self, source: &str, pos: usize) -> (usize, Vec<String>);

    /// Whether `source` is the beginning of a chunk ([`validate::incomplete`]).
    fn incomplete(&self, source: &str) -> bool;

    /// What stands before a first line: `nsl> `.
    fn prompt(&self) -> String;

    /// Tells the user of something that went wrong beside the work.
    fn warn(&mut self, warning: &Error);
}

/// How a prompt looks and what it keeps.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether to say hello.
    pub banner: bool,
    /// Whether there are colours.
    pub color: bool,
    /// The file of the history ([`history_path`]); none: it is not kept.
    pub history: Option<std::path::PathBuf>,
}

/// Reads and evaluates until Ctrl-D, or until the session or a signal ends it. Fails only where the terminal does.
pub fn run(session: &mut dyn Session, options: &Options) -> Result<()> {
    let session = RefCell::new(session);
    let mut input = input::Input::open(&session, options)?;
    if options.banner {
        let text = concat!("nsl ", env!("CARGO_PKG_VERSION"), " (Lua 5.4) — Ctrl-D leaves\n");
        std::io::stdout().write_all(text.as_bytes())?;
    }
    while let Some(chunk) = input.chunk()? {
        if session.borrow_mut().evaluate(&chunk) == Evaluation::Leave {
            break;
        }
    }
    Ok(())
}
