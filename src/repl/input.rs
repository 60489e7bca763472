//! Reading a chunk: lines with rustyline, continued while the session says that they are incomplete.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::ErrorKind;

use anstyle::Style;
use rustyline::completion::Completer;
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{ColorMode, Config, Context, Editor, Helper};

use super::history::{ENTRIES, Keeper};
use super::{Options, Session, highlight, hint, wake};
use crate::error::{Error, Result};
use crate::script::show::words;
use crate::wait::interrupt::{self, Stop};

const CONTINUATION: &str = "..> ";

/// What came of waiting for a line.
enum Line {
    Text(String),
    /// Ctrl-C.
    Abandoned,
    /// Ctrl-D on an empty line, or the end of the terminal.
    End,
    /// A signal or `os.exit` asks for the end.
    Stop,
}

/// The terminal's side of a prompt.
pub(super) struct Input<'r, 's> {
    session: &'r RefCell<&'s mut dyn Session>,
    editor: Editor<Keys<'r, 's>, DefaultHistory>,
    keeper: Keeper,
}

impl<'r, 's> Input<'r, 's> {
    /// Prepares the terminal and reads the history.
    pub(super) fn open(session: &'r RefCell<&'s mut dyn Session>, options: &Options) -> Result<Self> {
        let config = Config::builder()
            .max_history_size(ENTRIES)
            .and_then(|builder| builder.history_ignore_dups(true))
            .map_err(failed)?
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            .color_mode(if options.color { ColorMode::Forced } else { ColorMode::Disabled })
            .bracketed_paste(true)
            .build();
        let mut editor = Editor::with_config(config).map_err(failed)?;
        editor.set_helper(Some(Keys {
            session,
            color: options.color,
            pending: String::new(),
            at_rest: Cell::new(false),
        }));
        let mut input = Self { session, editor, keeper: Keeper::new(options.history.clone()) };
        let loaded = input.keeper.load(&mut input.editor);
        input.warn_of(loaded);
        Ok(input)
    }

    /// Reads the next chunk that is not blank; none at the end. Ctrl-C begins anew, with half a chunk too; Ctrl-D does
    /// so in a chunk's further lines, and ends the prompt at its first.
    pub(super) fn chunk(&mut self) -> Result<Option<String>> {
        let mut chunk = String::new();
        loop {
            match self.line(&chunk)? {
                Line::Text(line) => chunk.push_str(&line),
                Line::Abandoned => chunk.clear(),
                Line::End if chunk.is_empty() => return Ok(None),
                Line::End => chunk.clear(),
                Line::Stop => return Ok(None),
            }
            if chunk.trim().is_empty() {
                chunk.clear();
            } else if self.session.borrow().incomplete(&chunk) {
                chunk.push('\n');
            } else {
                self.keep(&chunk);
                return Ok(Some(chunk));
            }
        }
    }

    /// Reads one line behind `pending`, the chunk's lines so far.
    fn line(&mut self, pending: &str) -> Result<Line> {
        let prompt = if pending.is_empty() { self.session.borrow().prompt() } else { CONTINUATION.to_owned() };
        if let Some(keys) = self.editor.helper_mut() {
            pending.clone_into(&mut keys.pending);
        }
        let read = wake::reading(|| self.editor.readline(&prompt))?;
        match interrupt::requested() {
            // A SIGINT from elsewhere means what the key means.
            Some(Stop::Signal(libc::SIGINT)) => {
                interrupt::clear();
                return Ok(Line::Abandoned);
            }
            Some(_) => return Ok(Line::Stop),
            None => {}
        }
        match read {
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Abandoned),
            Err(ReadlineError::Eof) => Ok(Line::End),
            // Bytes that are no UTF-8 were typed.
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => Ok(Line::Abandoned),
            Err(error) => Err(failed(error)),
        }
    }

    /// Puts a chunk into the history, whole, before it runs: it is there too if it ends nsl.
    fn keep(&mut self, chunk: &str) {
        // Fails only in a history that is a database.
        let _ = self.editor.add_history_entry(chunk.trim_end());
        let appended = self.keeper.append(&mut self.editor);
        self.warn_of(appended);
    }

    fn warn_of(&mut self, result: Result<()>) {
        if let Err(warning) = result {
            self.session.borrow_mut().warn(&warning);
        }
    }
}

/// A failure of the terminal.
fn failed(error: ReadlineError) -> Error {
    match error {
        ReadlineError::Io(error) => error.into(),
        ReadlineError::Errno(errno) => Error::from(std::io::Error::from(errno)),
        _ => Error::system(nix::errno::Errno::EIO),
    }
}

/// What rustyline asks while keys are pressed.
struct Keys<'r, 's> {
    session: &'r RefCell<&'s mut dyn Session>,
    color: bool,
    /// The chunk's lines before this one, each with its newline.
    pending: String,
    /// Whether the line is about to be given: then no bracket is marked.
    at_rest: Cell<bool>,
}

impl Helper for Keys<'_, '_> {}
impl Validator for Keys<'_, '_> {}

impl Completer for Keys<'_, '_> {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        // Tab indents where there is nothing to complete.
        if !self.pending.is_empty() && line[..pos].trim().is_empty() {
            return Ok((pos, vec!["  ".to_owned()]));
        }
        let offset = self.pending.len();
        let (start, candidates) = self.session.borrow().complete(&(self.pending.clone() + line), offset + pos);
        // A string that was opened lines ago has no beginning here.
        Ok(start.checked_sub(offset).map_or((pos, Vec::new()), |start| (start, candidates)))
    }
}

impl Hinter for Keys<'_, '_> {
    type Hint = String;

    /// Without colour a hint could not be told from what was typed.
    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        if self.color && self.pending.is_empty() { hint::hint(line, pos, context) } else { None }
    }
}

impl Highlighter for Keys<'_, '_> {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        let offset = self.pending.len();
        let source = self.pending.clone() + line;
        let words = words(&source);
        let partner = if self.at_rest.get() { None } else { highlight::partner(&source, &words, offset + pos) };
        Cow::Owned(highlight::paint(&source, offset, &words, partner.as_ref()))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let style = Style::new().dimmed();
        Cow::Owned(format!("{style}{hint}{style:#}"))
    }

    /// Any key may change a colour before it.
    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.at_rest.set(kind == CmdKind::ForcedRefresh);
        self.color
    }
}
