//! The words of Lua, as far as the prompt needs them: for colours, for matching brackets, and for completion to know
//! what stands before the cursor. Any text has words; what is no Lua is no error here.

use std::ops::Range;

use anstyle::{AnsiColor, Style};

use crate::script::show::KEYWORDS;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Keyword,
    Name,
    Number,
    /// In quotes.
    Quoted,
    /// In long brackets.
    Long,
    Comment,
    Symbol,
}

/// A word and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Whether what opens it (a quote, a long bracket) is closed too.
    pub(super) closed: bool,
}

/// The words of `source`, without the blanks between them.
pub(super) fn words(source: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = 0;
    while let Some(c) = source[start..].chars().next() {
        if c.is_whitespace() {
            start += c.len_utf8();
            continue;
        }
        let (kind, end, closed) = word(source, start, c);
        words.push(Word { kind, range: start..end, closed });
        start = end;
    }
    words
}

/// The word that begins at `start` with `first`: its kind, its end, and whether it is closed.
fn word(source: &str, start: usize, first: char) -> (Kind, usize, bool) {
    let rest = &source[start..];
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    match first {
        '-' if rest.starts_with("--") => match long(&rest[2..]) {
            Some((length, closed)) => (Kind::Comment, start + 2 + length, closed),
            None => (Kind::Comment, start + rest.find('\n').unwrap_or(rest.len()), true),
        },
        '[' => match long(rest) {
            Some((length, closed)) => (Kind::Long, start + length, closed),
            None => (Kind::Symbol, start + 1, true),
        },
        '"' | '\'' => {
            let (length, closed) = quoted(bytes);
            (Kind::Quoted, start + length, closed)
        }
        '0'..='9' => (Kind::Number, start + number(bytes), true),
        '.' if digit(1) => (Kind::Number, start + number(bytes), true),
        'a'..='z' | 'A'..='Z' | '_' => {
            let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let keyword = KEYWORDS.contains(&&rest[..length]);
            (if keyword { Kind::Keyword } else { Kind::Name }, start + length, true)
        }
        other => (Kind::Symbol, start + other.len_utf8(), true),
    }
}

/// The length of a long bracket at the beginning of `text` (`[==[ … ]==]`) and whether it is closed; none if there is
/// no such bracket.
fn long(text: &str) -> Option<(usize, bool)> {
    let level = text.strip_prefix('[')?.bytes().take_while(|byte| *byte == b'=').count();
    text[1 + level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    let inner = 2 + level;
    Some(match text[inner..].find(&close) {
        Some(at) => (inner + at + close.len(), true),
        None => (text.len(), false),
    })
}

/// The length of a quoted string, whose quote is the first byte, and whether it is closed. It ends with its line.
fn quoted(bytes: &[u8]) -> (usize, bool) {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return (at, false),
            byte if byte == bytes[0] => return (at + 1, true),
            _ => {}
        }
        at += 1;
    }
    (bytes.len(), false)
}

/// The length of what Lua would read as a number, malformed or not.
fn number(bytes: &[u8]) -> usize {
    let hexadecimal = bytes.len() > 1 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X');
    let exponent: &[u8] = if hexadecimal { b"pP" } else { b"eE" };
    let mut at = 0;
    while at < bytes.len() {
        let sign = matches!(bytes[at], b'+' | b'-') && at > 0 && exponent.contains(&bytes[at - 1]);
        if !sign && !bytes[at].is_ascii_alphanumeric() && bytes[at] != b'.' && bytes[at] != b'_' {
            break;
        }
        at += 1;
    }
    at
}

/// The bracket that belongs to the one at or right before `pos`, if both are there.
pub(super) fn partner(source: &str, words: &[Word], pos: usize) -> Option<Range<usize>> {
    let bracket = |word: &Word| match &source[word.range.clone()] {
        text @ ("(" | ")" | "[" | "]" | "{" | "}") if word.kind == Kind::Symbol => text.chars().next(),
        _ => None,
    };
    let mut open: Vec<(char, &Word)> = Vec::new();
    let mut before = None;
    for word in words {
        let Some(c) = bracket(word) else { continue };
        let wanted = match c {
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => {
                open.push((c, word));
                continue;
            }
        };
        let (opened, opener) = open.pop()?;
        if opened != wanted {
            return None;
        }
        // The bracket under the cursor comes before the one left of it.
        for (here, there) in [(opener, word), (word, opener)] {
            if here.range.start == pos {
                return Some(there.range.clone());
            }
            if here.range.end == pos {
                before = Some(there.range.clone());
            }
        }
    }
    before
}

/// `source` from byte `from` on with colours, and with the bracket at `partner` marked.
pub(super) fn paint(source: &str, from: usize, words: &[Word], partner: Option<&Range<usize>>) -> String {
    let mut text = String::with_capacity(2 * (source.len() - from));
    let mut done = from;
    for word in words {
        if word.range.end <= done {
            continue;
        }
        let start = word.range.start.max(done);
        text.push_str(&source[done..start]);
        let style = if partner == Some(&word.range) { Some(MATCH) } else { style(word, source) };
        let word_text = &source[start..word.range.end];
        match style {
            Some(style) => text.push_str(&format!("{style}{word_text}{style:#}")),
            None => text.push_str(word_text),
        }
        done = word.range.end;
    }
    text.push_str(&source[done..]);
    text
}

const MATCH: Style = AnsiColor::Blue.on_default().bold().underline();

/// The same colours as for values (`script::show`).
fn style(word: &Word, source: &str) -> Option<Style> {
    match word.kind {
        Kind::Keyword if matches!(&source[word.range.clone()], "true" | "false" | "nil") => {
            Some(AnsiColor::Yellow.on_default())
        }
        Kind::Keyword => Some(AnsiColor::Magenta.on_default()),
        Kind::Number => Some(AnsiColor::Cyan.on_default()),
        Kind::Quoted | Kind::Long => Some(AnsiColor::Green.on_default()),
        Kind::Comment => Some(Style::new().dimmed()),
        Kind::Name | Kind::Symbol => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        words(source).into_iter().map(|word| (word.kind, &source[word.range])).collect()
    }

    #[test]
    fn words_are_told_apart() {
        use Kind::*;
        assert_eq!(
            kinds(r#"local x = netns.add("ns\"0") -- new"#),
            [
                (Keyword, "local"),
                (Name, "x"),
                (Symbol, "="),
                (Name, "netns"),
                (Symbol, "."),
                (Name, "add"),
                (Symbol, "("),
                (Quoted, r#""ns\"0""#),
                (Symbol, ")"),
                (Comment, "-- new"),
            ]
        );
        assert_eq!(kinds("a..b"), [(Name, "a"), (Symbol, "."), (Symbol, "."), (Name, "b")]);
        assert_eq!(
            kinds("0xfe+1 1e-3 .5"),
            [(Number, "0xfe"), (Symbol, "+"), (Number, "1"), (Number, "1e-3"), (Number, ".5")]
        );
        assert_eq!(
            kinds("[==[a]]\n]==]x --[[b\n]]y"),
            [(Long, "[==[a]]\n]==]"), (Name, "x"), (Comment, "--[[b\n]]"), (Name, "y")]
        );
        assert_eq!(kinds("'open\nx"), [(Quoted, "'open"), (Name, "x")]);
        assert_eq!(words("\"é").last().map(|word| word.closed), Some(false));
    }

    #[test]
    fn brackets_in_texts_have_no_partner() {
        let source = r#"f({ ")" }, (1))"#;
        let at = |pos| partner(source, &words(source), pos).map(|range| range.start);
        assert_eq!(at(1), Some(14));
        assert_eq!(at(2), Some(8));
        assert_eq!(at(15), Some(1));
        assert_eq!(at(5), None);
        assert_eq!(partner("f)(", &words("f)("), 1), None);
    }

    #[test]
    fn colours_are_added_from_a_byte_on() {
        let source = "[[a\nb]] x = nil";
        assert_eq!(paint(source, 4, &words(source), None), "\x1b[32mb]]\x1b[0m x = \x1b[33mnil\x1b[0m");
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_characters(source in "[-a-z\\[\\]='\"\\\\\n é0-9.(){}]{0,40}", pos in 0usize..40) {
            let words = words(&source);
            let partner = partner(&source, &words, pos);
            let painted = paint(&source, 0, &words, partner.as_ref());
            let mut plain = String::new();
            for (index, part) in painted.split('\x1b').enumerate() {
                plain.push_str(if index == 0 { part } else { part.split_once('m').expect("an end").1 });
            }
            prop_assert_eq!(plain, source);
        }
    }
}
