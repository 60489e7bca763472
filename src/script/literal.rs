//! Where in a script a text stands that it hands on, such as a ruleset: so that what is wrong in it is shown there.
//!
//! It is looked for among the strings of the script, escapes and all, by what it says. What was put together or read from a
//! file stands nowhere.

use std::ops::Range;

use super::show::{Kind, words};
use crate::error::{Error, Place};

/// A string of a script.
struct Literal {
    value: Vec<u8>,
    /// Where in the script each byte of it comes from.
    origin: Vec<usize>,
}

/// Gives an error that quotes a text the place in the script where that stands, if it does.
pub(super) fn locate(error: Error) -> Error {
    let (Some(quoted), Some(call)) = (error.quoted(), error.location()) else { return error };
    let Some(source) = super::load::source(&call.file) else { return error };
    let Some(literal) = find(&source, &quoted.text, call) else { return error };
    let spots: Option<Vec<_>> = quoted
        .faults
        .iter()
        .map(|fault| {
            let start =
                quoted.text.split_inclusive('\n').take(fault.line.saturating_sub(1)).map(str::len).sum::<usize>();
            spot(&source, &literal, start + fault.columns.start..start + fault.columns.end)
        })
        .collect();
    let file = call.file.clone();
    spots.map_or(error.clone(), |spots| error.quoted_in(&file, &spots))
}

/// The string that is `text`, the nearest to where the call is.
fn find(source: &str, text: &str, call: &Place) -> Option<Literal> {
    let line = |literal: &Literal| source[..literal.origin[0]].matches('\n').count() + 1;
    let is_text = |literal: &Literal| !text.is_empty() && literal.value == text.as_bytes();
    let strings =
        words(source).into_iter().filter(|word| word.closed && matches!(word.kind, Kind::Quoted | Kind::Long));
    let literals = strings.map(|word| match word.kind {
        Kind::Long => long(source, word.range),
        _ => quoted(source, word.range),
    });
    literals.filter(is_text).min_by_key(|literal| line(literal).abs_diff(call.line))
}

/// The line of the script, from 1, and the columns there, from 0, of a range of the string; none if it lies behind it.
fn spot(source: &str, literal: &Literal, range: Range<usize>) -> Option<(usize, Range<usize>)> {
    let behind = literal.origin.last().filter(|_| range.start == literal.value.len()).map(|last| last + 1);
    let start = literal.origin.get(range.start).copied().or(behind)?;
    let line = source[..start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |length| start + length);
    let last = range.end.checked_sub(1).and_then(|last| literal.origin.get(last));
    let end = last.map_or(start + 1, |last| (last + 1).clamp(start + 1, line_end.max(start + 1)));
    Some((source[..start].matches('\n').count() + 1, start - line..end - line))
}

/// A string in long brackets.
fn long(source: &str, range: Range<usize>) -> Literal {
    let bytes = source.as_bytes();
    let bracket = 2 + bytes[range.start + 1..].iter().take_while(|byte| **byte == b'=').count();
    let mut literal = Literal { value: Vec::new(), origin: Vec::new() };
    let mut at = range.start + bracket;
    let end = range.end - bracket;
    // A line end right behind the bracket is none of the text.
    at += line_end(&bytes[at..end]);
    while at < end {
        match line_end(&bytes[at..end]) {
            0 => at = literal.push(bytes[at], at, 1),
            length => at = literal.push(b'\n', at, length),
        }
    }
    literal
}

/// How long the line end is that some text begins with; Lua takes a pair of its bytes for one.
fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] | [b'\n', b'\r', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// A string in quotes.
fn quoted(source: &str, range: Range<usize>) -> Literal {
    let bytes = source.as_bytes();
    let mut literal = Literal { value: Vec::new(), origin: Vec::new() };
    let (mut at, end) = (range.start + 1, range.end - 1);
    while at < end {
        at = match bytes[at] {
            b'\\' => literal.escape(bytes, at, end),
            byte => literal.push(byte, at, 1),
        };
    }
    literal
}

impl Literal {
    /// Adds a byte that stands at `at` and takes so many bytes there; gives where the next begins.
    fn push(&mut self, byte: u8, at: usize, length: usize) -> usize {
        self.value.push(byte);
        self.origin.push(at);
        at + length
    }

    /// Adds what the escape at `at` stands for (Lua manual 3.1); gives where the next begins.
    fn escape(&mut self, bytes: &[u8], at: usize, end: usize) -> usize {
        let rest = &bytes[at + 1..end];
        let digits = |from: usize, most: usize, base: u32| {
            let count = rest[from..].iter().take(most).take_while(|byte| char::from(**byte).is_digit(base)).count();
            let text = std::str::from_utf8(&rest[from..from + count]).unwrap_or_default();
            (u32::from_str_radix(text, base).unwrap_or_default(), count)
        };
        match rest {
            [b'x', ..] => {
                let (byte, count) = digits(1, 2, 16);
                self.push(byte as u8, at, 2 + count)
            }
            [b'0'..=b'9', ..] => {
                let (byte, count) = digits(0, 3, 10);
                self.push(byte as u8, at, 1 + count)
            }
            [b'u', b'{', ..] => {
                let (code, count) = digits(2, 8, 16);
                let text = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).to_string();
                text.bytes().for_each(|byte| _ = self.push(byte, at, 0));
                at + 4 + count
            }
            [b'z', blanks @ ..] => at + 2 + blanks.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
            [b'\r' | b'\n', ..] => self.push(b'\n', at, 1 + line_end(rest)),
            [letter, ..] => {
                const LETTERS: [(u8, u8); 7] =
                    [(b'a', 7), (b'b', 8), (b'f', 12), (b'n', b'\n'), (b'r', b'\r'), (b't', b'\t'), (b'v', 11)];
                let byte = LETTERS.iter().find(|(known, _)| known == letter).map_or(*letter, |(_, byte)| *byte);
                self.push(byte, at, 2)
            }
            [] => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the strings of a source say, as Lua itself reads them and as they are read here.
    fn values(source: &str) -> Vec<Vec<u8>> {
        words(source)
            .into_iter()
            .filter(|word| matches!(word.kind, Kind::Quoted | Kind::Long))
            .map(|word| {
                let own = match word.kind {
                    Kind::Long => long(source, word.range.clone()),
                    _ => quoted(source, word.range.clone()),
                };
                let lua = mlua::Lua::new();
                let theirs: mlua::LuaString = lua.load(format!("return {}", &source[word.range])).eval().expect("Lua");
                assert_eq!(own.value, theirs.as_bytes().to_vec(), "{source}");
                assert_eq!(own.value.len(), own.origin.len());
                own.value
            })
            .collect()
    }

    #[test]
    fn strings_say_what_they_say_to_lua() {
        for source in [
            r#""plain" 'it''s' "a\n\tb\\\"c\065\x41\u{e9}\u{1f600}\z
                  d\
e" "" '\'' "\0" "\a\b\f\v\r""#,
            "[[a\nb]] [[\nx\n]] [==[\n\ny]]z]==] [[]] [[\n]]",
            "[[\r\na\r\nb\rc\n\rd]]",
        ] {
            assert!(values(source).len() > 1 || source.contains('\r'));
        }
    }

    fn spot_of(source: &str, text: &str, piece: &str, line: usize) -> Option<(usize, String)> {
        let call = Place { file: String::new(), line };
        let literal = find(source, text, &call)?;
        let start = text.find(piece).expect("a piece");
        let (line, columns) = spot(source, &literal, start..start + piece.len())?;
        Some((line, source.split('\n').nth(line - 1)?.get(columns)?.to_owned()))
    }

    #[test]
    fn a_text_is_found_where_it_stands() {
        let source = "nft([[table ip x {\n  bad\n}]])\nlocal s = 'a\\n\\tbad'\n-- [[a\n\nnft 'a\\n\\tbad'";
        let text = "table ip x {\n  bad\n}";
        assert_eq!(spot_of(source, text, "bad", 1), Some((2, "bad".to_owned())));
        assert_eq!(spot_of(source, "a\n\tbad", "bad", 4), Some((4, "bad".to_owned())));
        assert_eq!(spot_of(source, "a\n\tbad", "\tba", 7), Some((7, "\\tba".to_owned())));
        assert_eq!(spot_of(source, "computed", "computed", 1), None);
        // A comment is no string.
        assert_eq!(spot_of("--[[a]]", "a", "a", 1), None);
    }
}
