//! The one error type that every layer returns.
//!
//! An [`Error`] is a row of the table in [`explain`] (its sentence, its hint, its code) and the values that fill the
//! row in. A layer adds what it knows and passes the error on: `netlink` the errno and the kernel's own text, `kernel`
//! and `process` the row and the object, `script` the operation and the line of the script.

mod escape;
pub mod explain;
mod quoted;
mod suggest;

use std::fmt;
use std::ops::Range;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};

pub use escape::escape;
pub use explain::Row;
pub use quoted::{Fault, Quoted};
pub use suggest::nearest;

/// What every fallible function of nsl returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Whose fault an error is; decides the exit code of a run that it ends (`cli::exit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The script asked for what cannot be: exit code 1.
    Script,
    /// A privilege is missing: exit code 4.
    Privilege,
    /// The kernel lacks a feature: exit code 4.
    Feature,
    /// A bug in nsl: exit code 70.
    Bug,
}

/// A place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The chunk's name as Lua knows it, without the `@`: `lab.lua`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
}

/// A failure: code, operation, object, message, hint.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    row: &'static Row,
    errno: Option<Errno>,
    values: Vec<(&'static str, String)>,
    op: Option<String>,
    object: Option<String>,
    kernel: Option<String>,
    notes: Vec<String>,
    place: Option<Place>,
    /// Lua frames above `place`, innermost first, as they are printed: `lab.lua:12 in function "site"`.
    frames: Vec<String>,
    /// The text that it is about, and what of the line of `place`.
    quoted: Option<Quoted>,
    columns: Option<Range<usize>>,
}

impl Error {
    /// An error worded by `row`; [`Error::with`] gives the values its sentence names.
    pub fn new(row: &'static Row) -> Self {
        Self(Box::new(Inner {
            row,
            errno: None,
            values: Vec::new(),
            op: None,
            object: None,
            kernel: None,
            notes: Vec::new(),
            place: None,
            frames: Vec::new(),
            quoted: None,
            columns: None,
        }))
    }

    /// A refusal that no layer has worded yet: "the kernel refused" and its errno. Too many open files have words here,
    /// because any call may be the one that meets the limit.
    pub fn system(errno: Errno) -> Self {
        if errno == Errno::EMFILE {
            let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
            return Self::new(&explain::TOO_MANY_FILES).errno(errno).with("limit", limit);
        }
        let mut error = Self::new(&explain::KERNEL_REFUSED);
        error.0.errno = Some(errno);
        error.with("reason", description(errno))
    }

    /// That an option was not given which must be.
    pub fn missing(key: impl fmt::Display) -> Self {
        Self::new(&explain::OPTION_MISSING).with("key", key)
    }

    /// That two options were given of which one can be.
    pub fn clash(one: impl fmt::Display, two: impl fmt::Display) -> Self {
        Self::new(&explain::OPTIONS_CLASH).with("one", one).with("two", two)
    }

    /// That an option was given without another, which it goes with.
    pub fn needs(key: impl fmt::Display, other: impl fmt::Display) -> Self {
        Self::new(&explain::TC_NEEDS).with("key", key).with("other", other)
    }

    /// Fills the placeholder `<key>` of the row's sentence and hint. The first value given for a key stays.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        if !self.0.values.iter().any(|(known, _)| *known == key) {
            self.0.values.push((key, value.to_string()));
        }
        self
    }

    /// Says which object the failed operation was about, as one would type it: `ns0/veth0`.
    #[must_use]
    pub fn object(mut self, object: impl fmt::Display) -> Self {
        self.0.object.get_or_insert_with(|| object.to_string());
        self
    }

    /// Says which function failed: `netns.add`. The first one given stays.
    #[must_use]
    pub fn op(mut self, op: impl Into<String>) -> Self {
        self.0.op.get_or_insert_with(|| op.into());
        self
    }

    /// Keeps the kernel's extended-ACK text.
    #[must_use]
    pub fn kernel(mut self, text: impl Into<String>) -> Self {
        self.0.kernel.get_or_insert_with(|| text.into());
        self
    }

    /// Adds a fact that helps: printed as `= note:`.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Sets the errno of a row whose code is left to the cause.
    #[must_use]
    pub fn errno(mut self, errno: Errno) -> Self {
        self.0.errno = Some(errno);
        self.with("reason", description(errno))
    }

    /// Says where in the script it happened. The first place given stays.
    #[must_use]
    pub fn place(mut self, place: Option<Place>) -> Self {
        if self.0.place.is_none() {
            self.0.place = place;
        }
        self
    }

    /// Keeps the calls that led there, innermost first.
    #[must_use]
    pub fn frames(mut self, frames: Vec<String>) -> Self {
        if self.0.frames.is_empty() {
            self.0.frames = frames;
        }
        self
    }

    /// Words a plain refusal: where its errno is in `rows`, that row replaces "the kernel refused". Errors that already
    /// have words keep them.
    #[must_use]
    pub fn explain(mut self, rows: &[(Errno, &'static Row)]) -> Self {
        if std::ptr::eq(self.0.row, &explain::KERNEL_REFUSED)
            && let Some((_, row)) = rows.iter().find(|(errno, _)| Some(*errno) == self.0.errno)
        {
            self.0.row = row;
        }
        self
    }

    /// The table row that words this error.
    pub fn row(&self) -> &'static Row {
        self.0.row
    }

    /// Whether it is worded by `row`.
    pub fn is(&self, row: &'static Row) -> bool {
        std::ptr::eq(self.0.row, row)
    }

    /// The errno it came from, if one did.
    pub fn as_errno(&self) -> Option<Errno> {
        self.0.errno
    }

    /// `"EEXIST"`.
    pub fn code(&self) -> String {
        match (self.0.row.code, self.0.errno) {
            ("", Some(errno)) => format!("{errno:?}"),
            ("", None) => "EINVAL".to_owned(),
            (code, _) => code.to_owned(),
        }
    }

    /// Whose fault it is.
    pub fn class(&self) -> Class {
        self.0.row.class
    }

    /// `"netns.add"`, once `script` has said so.
    pub fn operation(&self) -> Option<&str> {
        self.0.op.as_deref()
    }

    /// `"ns0"`; what a row names `object` where nobody said so.
    pub fn object_name(&self) -> Option<&str> {
        self.0.object.as_deref()
    }

    /// The sentence, without place, operation and code; names in it are escaped.
    pub fn message(&self) -> String {
        let (text, _) = fill(self.0.row.message, &self.0.values);
        let Some(named) = self.named() else { return text };
        if self.is(&explain::KERNEL_REFUSED) {
            // Without words of its own the sentence names no object.
            return text.replacen("refused", &format!("refused {named}"), 1);
        }
        let of_an_object = self.is(&explain::OBJECT_EXISTS) || self.is(&explain::OBJECT_MISSING);
        if of_an_object { self.0.row.message.replacen("<what>", &named, 1) } else { text }
    }

    /// What it is about and where that is: `nexthop 7 of "ns0"`.
    fn named(&self) -> Option<String> {
        let object = self.0.object.as_deref().map(escape);
        let what = self.0.values.iter().find_map(|(key, what)| (*key == "what").then(|| escape(what)));
        match (what, object) {
            (Some(what), Some(object)) if !what.contains(&object) => Some(format!("{what} of \"{object}\"")),
            (None, Some(object)) => Some(format!("\"{object}\"")),
            (what, _) => what,
        }
    }

    /// One thing to do, starting with a verb; none if the row has none or lacks a value for it.
    pub fn hint(&self) -> Option<String> {
        let (text, complete) = fill(self.0.row.hint, &self.0.values);
        (complete && !text.is_empty()).then_some(text)
    }

    /// The kernel's own text, verbatim but for control characters.
    pub fn kernel_text(&self) -> Option<String> {
        self.0.kernel.as_deref().map(escape)
    }

    /// Facts that help.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// Where in the script it happened.
    pub fn location(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The Lua calls that led there, innermost first.
    pub fn called_from(&self) -> &[String] {
        &self.0.frames
    }
}

/// What an errno says, as part of a sentence: "no such file or directory".
fn description(errno: Errno) -> String {
    // libc speaks of mathematics.
    let text = if errno == Errno::ERANGE { "out of range" } else { errno.desc() };
    // "I/O error" stays as it is.
    let word = text.starts_with(char::is_uppercase) && text[1..].starts_with(char::is_lowercase);
    if word { text[..1].to_lowercase() + &text[1..] } else { text.to_owned() }
}

/// What an error of the system's says, as part of a sentence, without "(os error 2)".
pub fn reason(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |errno| description(Errno::from_raw(errno)))
}

/// Puts `values` into the `<placeholders>` of `template`; says too whether each had its value.
fn fill(template: &str, values: &[(&'static str, String)]) -> (String, bool) {
    let (mut text, mut rest, mut complete) = (String::new(), template, true);
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { break };
        let key = &rest[start + 1..start + length];
        text.push_str(&rest[..start]);
        match values.iter().find(|(known, _)| *known == key) {
            Some((_, value)) => text.push_str(&escape(value)),
            None => {
                text.push('?');
                complete = false;
            }
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    (text, complete)
}

impl fmt::Display for Error {
    /// One line that makes sense alone: `lab.lua:4: netns.add: namespace "ns0" already exists (EEXIST)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.location() {
            write!(f, "{}:{}: ", escape(&place.file), place.line)?;
        }
        if let Some(op) = self.operation() {
            write!(f, "{op}: ")?;
        }
        write!(f, "{} ({})", self.message(), self.code())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        self.kernel_text().map_or(Ok(()), |text| write!(f, " [kernel: {text}]"))
    }
}

impl std::error::Error for Error {}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Self {
        Self::system(errno)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::system(error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_filled_and_a_hint_without_its_value_is_left_out() {
        let error = Error::new(&explain::NAMESPACE_MISSING).with("name", "a\x1bb");
        assert_eq!(error.message(), r#"no namespace "a\x1bb""#);
        assert_eq!(error.hint(), None);
        let error = error.among("abc", &["ab".to_owned(), "ac".to_owned()]);
        assert_eq!(error.hint().as_deref(), Some(r#"did you mean "ab"? (there are ab, ac)"#));
        assert_eq!(error.op("netns.get").to_string(), r#"netns.get: no namespace "a\x1bb" (ENOENT)"#);
    }

    #[test]
    fn only_plain_refusals_are_worded() {
        let rows: &[(Errno, &'static Row)] = &[(Errno::EEXIST, &explain::NAMESPACE_EXISTS)];
        let error = Error::system(Errno::EEXIST).explain(rows);
        assert!(error.is(&explain::NAMESPACE_EXISTS));
        let error = Error::system(Errno::EPERM).explain(rows);
        assert_eq!(error.code(), "EPERM");
        assert!(Error::new(&explain::INTERRUPTED).explain(rows).is(&explain::INTERRUPTED));
    }
}
