//! From a tree to lines: on one line where it fits, else an entry a line, short elements of an array side by side.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::tree::{Kind, Tree};

/// Whether there are colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    pub(super) fn kind(self, kind: Kind, text: &str) -> String {
        let style = match kind {
            Kind::Text => AnsiColor::Green.on_default(),
            Kind::Number => AnsiColor::Cyan.on_default(),
            Kind::Word => AnsiColor::Yellow.on_default(),
            Kind::Note => Style::new().dimmed(),
            Kind::Other => AnsiColor::Blue.on_default(),
        };
        self.style(style, text)
    }

    pub(super) fn style(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

impl Tree {
    /// The tree as text, within `width` columns where its words allow.
    pub(super) fn text(&self, width: usize, paint: Paint) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, 0, width, paint);
        text
    }

    /// The tree on one line.
    pub(super) fn flat(&self, paint: Paint) -> String {
        match self {
            Tree::Leaf(kind, text) => paint.kind(*kind, text),
            Tree::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Tree::Table(entries) => {
                let parts: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key}{}", value.flat(paint))).collect();
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }

    /// Writes the tree where `used` columns of the line are taken; its further lines are indented by `indent`.
    fn write(&self, out: &mut String, indent: usize, used: usize, width: usize, paint: Paint) {
        let entries = match self {
            Tree::Table(entries) if used + self.flat(Paint(false)).width() > width => entries,
            _ => return out.push_str(&self.flat(paint)),
        };
        out.push('{');
        let inner = indent + 2;
        // Where the next element of the array could go on the same line; none after anything else.
        let mut column = None;
        for (key, value) in entries {
            let beside = matches!(value, Tree::Leaf(..)) && key.is_empty();
            let space = value.flat(Paint(false)).width() + 2;
            match column {
                Some(end) if beside && end + space <= width => {
                    out.push(' ');
                    column = Some(end + space);
                }
                _ => {
                    out.push('\n');
                    out.extend(std::iter::repeat_n(' ', inner));
                    column = beside.then_some(inner + space);
                }
            }
            out.push_str(key);
            // One column is left for the comma.
            value.write(out, inner, inner + key.width() + 1, width, paint);
            if !matches!(value, Tree::Leaf(Kind::Note, text) if text.starts_with('…')) {
                out.push(',');
            }
        }
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        out.push('}');
    }
}
