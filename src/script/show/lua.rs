//! The words of Lua, as far as the prompt and errors need them: for colours, for matching brackets, for completion to know
//! what stands before the cursor, for finding a text in a script. Any text has words; what is no Lua is no error here.

use std::ops::Range;

use super::KEYWORDS;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) struct Word {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
    /// Whether what opens it (a quote, a long bracket) is closed too.
    pub(crate) closed: bool,
}

/// The words of `source`, without the blanks between them.
pub(crate) fn words(source: &str) -> Vec<Word> {
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
            b'\\' if bytes.get(at + 1) == Some(&b'z') => {
                // What is blank is left out, line ends too.
                at += 1 + bytes[at + 2..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            }
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
