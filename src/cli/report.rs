//! An error on the terminal, in the form of rustc's, or as JSON.
//!
//! ```text
//! error: namespace "ns0" already exists (EEXIST)
//!  --> lab.lua:3 in netns.add
//!   |
//! 3 |   netns.add(name)
//!   |   ^^^^^^^^^
//!   = hint: use netns.get "ns0" to open it, or netns.add("ns0", { exist_ok = true })
//!   = called from lab.lua:12 in function "site"
//! ```

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::error::{Error, Place, escape};
use crate::script::{Failure, source_line};

const RED: Style = AnsiColor::Red.on_default().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Prints text with styles on stderr, without them where they are not wanted.
fn print(text: &str) {
    // If stderr is gone there is nobody to tell.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// One uncaught error.
pub(super) fn failure(failure: &Failure, as_json: bool) {
    if as_json {
        print(&format!("{}\n", json(failure)));
    } else {
        print(&render(failure));
    }
}

/// One line each for what clean-up left, then the count.
pub(super) fn leftovers(errors: &[Error], as_json: bool) {
    for error in errors {
        if as_json {
            print(&format!("{}\n", json(&error.clone().into())));
        } else {
            print(&format!("{RED}error{RED:#}: left behind: {error}\n"));
        }
    }
    if errors.len() > 1 && !as_json {
        print(&format!("{RED}error{RED:#}: {} objects are left behind\n", errors.len()));
    }
}

/// A run stopped by a signal: one line, no traceback; nothing where nobody reads any more.
pub(super) fn stopped_by(signal: i32, as_json: bool) {
    let (word, code) = match signal {
        nix::libc::SIGINT => ("interrupted", "EINTR"),
        nix::libc::SIGTERM => ("terminated", "EINTR"),
        nix::libc::SIGHUP => ("hung up", "EINTR"),
        _ => return,
    };
    print(&if as_json { format!("{}\n", json!({"code": code, "message": word})) } else { format!("{word}\n") });
}

/// A directory that is not to be found where the process went.
pub(super) fn lost(directory: &std::path::Path) {
    let directory = escape(&directory.display().to_string());
    crate::script::note(&format!("the lab does not see \"{directory}\": starting in \"/\""));
}

fn json(failure: &Failure) -> serde_json::Value {
    json!({
        "code": failure.code,
        "op": failure.op,
        "object": failure.object,
        "message": failure.message,
        "kernel": failure.kernel,
        "notes": failure.notes,
        "hint": failure.hint,
        "frames": failure.frames,
        "where": failure.place.as_ref().map(|place| format!("{}:{}", place.file, place.line)),
        "column": failure.columns.as_ref().map(|columns| columns.start + 1),
    })
}

/// The whole text of an error.
fn render(failure: &Failure) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let code = failure.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let _ = writeln!(text, "{RED}error{RED:#}: {}{code}", failure.message.replace('\n', "\n       "));
    let lines: Vec<usize> =
        failure.place.iter().map(|place| place.line).chain(failure.other.iter().map(|(line, _)| *line)).collect();
    let width = lines.iter().max().map_or(1, |line| line.to_string().len());
    if let Some(place) = &failure.place {
        let op = failure.op.as_ref().map(|op| format!(" in {op}")).unwrap_or_default();
        let file = escape(&place.file);
        let _ = writeln!(text, "{:width$}{BLUE}-->{BLUE:#} {file}:{}{op}", "", place.line);
        excerpt(&mut text, failure, place, width);
    }
    let mut more = |what: &str, line: &str| {
        let mut lines = line.lines();
        let _ =
            writeln!(text, "{:width$} {BLUE}={BLUE:#} {CYAN}{what}{CYAN:#}{}", "", lines.next().unwrap_or_default());
        for rest in lines {
            let _ = writeln!(text, "{:width$}   {rest}", "");
        }
    };
    failure.kernel.iter().for_each(|line| more("kernel: ", line));
    failure.notes.iter().for_each(|line| more("note: ", line));
    failure.hint.iter().for_each(|line| more("hint: ", line));
    failure.frames.iter().for_each(|line| more("called from ", &escape(line)));
    text
}

/// The script's lines that an error is about, with carets under what is known of them: columns, or else where the operation
/// or opener stands exactly once.
fn excerpt(text: &mut String, failure: &Failure, place: &Place, width: usize) {
    let opener =
        |(number, opener): &(usize, String)| (*number, format!(" this \"{opener}\" is not closed"), opener.clone());
    let mut lines: Vec<(usize, String, String)> = failure.other.iter().map(opener).collect();
    lines.push((place.line, String::new(), failure.op.clone().unwrap_or_default()));
    let mut shown = false;
    for (number, remark, token) in lines {
        let Some(line) = source_line(&place.file, number) else { continue };
        if !shown {
            let _ = writeln!(text, "{:width$} {BLUE}|{BLUE:#}", "");
            shown = true;
        }
        let printed = printed(&line);
        let _ = writeln!(text, "{BLUE}{number:>width$} |{BLUE:#} {}", printed.trim_end());
        let marked = match &failure.columns {
            Some(columns) if number == place.line => exact(&line, columns),
            _ if token.is_empty() => None,
            _ => caret(&printed, &token),
        };
        if let Some((column, length)) = marked {
            let carets = "^".repeat(length);
            let _ = writeln!(text, "{:width$} {BLUE}|{BLUE:#} {:column$}{RED}{carets}{remark}{RED:#}", "", "");
        }
    }
}

/// A line, or a part of one, as it is printed.
fn printed(line: &str) -> String {
    escape(&line.replace('\t', "    "))
}

/// Where some bytes of a line are printed, and how wide they are.
fn exact(line: &str, columns: &Range<usize>) -> Option<(usize, usize)> {
    let width = |part: &str| unicode_width::UnicodeWidthStr::width(printed(part).as_str());
    let part = line.get(columns.start..columns.end.min(line.len())).unwrap_or_default();
    Some((width(line.get(..columns.start)?), width(part).max(1)))
}

/// Where the operation's name stands on the line, if exactly once: as written in full, or as a method (`left:set`).
fn caret(line: &str, token: &str) -> Option<(usize, usize)> {
    let short = token.split_once('.').map_or(token, |(_, short)| short);
    [token, short, short.strip_prefix("link_").unwrap_or(short)].into_iter().find_map(|word| {
        let mut found = word_starts(line, word);
        let (first, second) = (found.next()?, found.next());
        let columns = unicode_width::UnicodeWidthStr::width(&line[..first]);
        let span = (columns, word.len());
        // `left:set { … }` is shown whole, as a call reads.
        second.is_none().then(|| with_receiver(line, first, word).unwrap_or(span))
    })
}

/// Byte positions at which `word` stands as a word of its own.
fn word_starts<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

/// The span of `receiver:word`, if the word is called as a method.
fn with_receiver(line: &str, at: usize, word: &str) -> Option<(usize, usize)> {
    let before = line[..at].strip_suffix(':')?;
    let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |i| i + 1);
    let columns = unicode_width::UnicodeWidthStr::width(&line[..start]);
    Some((columns, before.len() - start + 1 + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_only_under_what_is_there_once() {
        assert_eq!(caret("  netns.add(name)", "netns.add"), Some((2, 9)));
        assert_eq!(caret("left:set { mtu = {} }", "netns.link_set"), Some((0, 8)));
        assert_eq!(caret("a:set {} b:set {}", "netns.link_set"), None);
        assert_eq!(caret("settle()", "netns.link_set"), None);
    }
}
