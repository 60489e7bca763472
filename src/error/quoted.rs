//! What is wrong in a text that a script hands on in another language, such as a ruleset of nft: told by where it stands
//! in that text, or where the text stands in the script itself by its place there.

use std::ops::Range;

use super::{Error, Place, escape};

/// The longest piece of a text that a sentence names.
const LONGEST: usize = 40;

/// A text, and what is wrong in it.
#[derive(Debug, Clone)]
pub struct Quoted {
    /// All of it.
    pub text: String,
    /// What is wrong; the first is what the error says.
    pub faults: Vec<Fault>,
    /// How many of the error's notes tell of it.
    notes: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Where: a line, counted from 1.
    pub line: usize,
    /// Where on it, in bytes counted from 0.
    pub columns: Range<usize>,
    /// What is wrong there.
    pub what: String,
}

impl Quoted {
    /// A text with what is wrong in it.
    pub fn new(text: &str, faults: Vec<Fault>) -> Self {
        Self { text: text.to_owned(), faults, notes: 0 }
    }

    fn line(&self, number: usize) -> &str {
        self.text.split('\n').nth(number.saturating_sub(1)).unwrap_or_default()
    }

    /// ` at "imput" (line 2, column 30)`; the line is left out where the error stands at it.
    fn at(&self, fault: &Fault, line: Option<usize>, column: usize) -> String {
        let place = line.map(|line| format!("line {line}, ")).unwrap_or_default() + &format!("column {}", column + 1);
        let piece = self.line(fault.line).get(fault.columns.clone()).unwrap_or_default().trim();
        match piece.char_indices().nth(LONGEST) {
            _ if piece.is_empty() => format!(" at {place}"),
            Some((end, _)) => format!(" at \"{}…\" ({place})", &piece[..end]),
            None => format!(" at \"{piece}\" ({place})"),
        }
    }
}

impl Error {
    /// Says what is wrong in a text (`<at>` and `<what>` of the row), with the lines of it as notes.
    #[must_use]
    pub fn quoting(mut self, mut quoted: Quoted) -> Self {
        for (number, fault) in quoted.faults.iter().enumerate() {
            let at = quoted.at(fault, Some(fault.line), fault.columns.start);
            if number == 0 {
                self = self.with("at", at).with("what", &fault.what);
            } else {
                self = self.note(format!("and{}: {}", escape(&at), escape(&fault.what)));
            }
            let line = quoted.line(fault.line);
            let (before, piece) = (line.get(..fault.columns.start), line.get(fault.columns.clone()));
            let width = |text: Option<&str>| text.map_or(1, |text| text.chars().count().max(1));
            let blanks = " ".repeat(before.map_or(0, |text| text.chars().count()));
            self = self.note(escape(&line.replace('\t', " ")));
            self = self.note(format!("{blanks}{}", "^".repeat(width(piece))));
        }
        quoted.notes = self.0.notes.len();
        self.0.quoted = Some(quoted);
        self
    }

    /// The text that it quotes, until it is placed in the script.
    pub fn quoted(&self) -> Option<&Quoted> {
        self.0.quoted.as_ref()
    }

    /// Says where in the script each fault of the quoted text stands: a line of `file` and what of it, in bytes from 0. The
    /// call that was under way is one that led there.
    #[must_use]
    pub fn quoted_in(mut self, file: &str, spots: &[(usize, Range<usize>)]) -> Self {
        let (Some(quoted), Some((line, columns))) = (self.0.quoted.take(), spots.first()) else { return self };
        // The script shows the line itself.
        self.0.notes.drain(..quoted.notes.min(self.0.notes.len()));
        self.0.values.retain(|(key, _)| *key != "at");
        for (number, (fault, (line, columns))) in quoted.faults.iter().zip(spots).enumerate() {
            if number == 0 {
                self = self.with("at", quoted.at(fault, None, columns.start));
            } else {
                let at = quoted.at(fault, None, columns.start);
                self = self.note(format!("and{} of {}:{line}: {}", escape(&at), escape(file), escape(&fault.what)));
            }
        }
        if let Some(call) = self.0.place.take_if(|call| call.file != file || call.line != *line) {
            self.0.frames.insert(0, format!("{}:{}", call.file, call.line));
        }
        self.0.place = Some(Place { file: file.to_owned(), line: *line });
        self.0.columns = Some(columns.clone());
        self
    }

    /// What of the line it is about, in bytes from 0, where that is known.
    pub fn columns(&self) -> Option<&Range<usize>> {
        self.0.columns.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::explain;

    fn error() -> Error {
        let fault = |line, columns, what: &str| Fault { line, columns, what: what.to_owned() };
        let faults = vec![fault(2, 2..7, "no such thing"), fault(3, 9..10, "it ends")];
        Error::new(&explain::NFT_REFUSED).quoting(Quoted::new("one\nx wrong y\nthree", faults))
    }

    #[test]
    fn a_fault_is_told_by_its_line_and_column() {
        assert_eq!(error().message(), "the ruleset is refused at \"wrong\" (line 2, column 3): no such thing");
        let notes = ["x wrong y", "  ^^^^^", "and at line 3, column 10: it ends", "three", "^"];
        assert_eq!(error().notes(), notes);
    }

    #[test]
    fn a_place_in_the_script_goes_before() {
        let call = Place { file: "lab.lua".into(), line: 3 };
        let error = error().place(Some(call)).quoted_in("lab.lua", &[(4, 6..11), (5, 4..5)]);
        assert_eq!(
            error.to_string(),
            "lab.lua:4: the ruleset is refused at \"wrong\" (column 7): no such thing (EINVAL)"
        );
        assert_eq!(error.notes(), ["and at column 5 of lab.lua:5: it ends"]);
        assert_eq!(error.called_from(), ["lab.lua:3"]);
        assert_eq!(error.columns(), Some(&(6..11)));
        assert!(error.quoted().is_none());
    }
}
