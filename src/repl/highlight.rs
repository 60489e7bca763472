//! The words of Lua in colours, and brackets that match.

use std::ops::Range;

use anstyle::{AnsiColor, Style};

use crate::script::show::{Kind, Word};

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
    use crate::script::show::words;
    use proptest::prelude::*;

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
