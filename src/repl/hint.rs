//! Hints: the rest of the last line of the history that begins like this one, in grey; the right arrow takes it.

use rustyline::Context;
use rustyline::hint::{Hinter, HistoryHinter};

/// The hint behind `line`, with the cursor at `pos`: at its end, of one line.
pub(super) fn hint(line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let rest = HistoryHinter::new().hint(line, pos, context)?;
    let first = rest.split('\n').next().unwrap_or_default();
    (!first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustyline::history::{DefaultHistory, History};

    #[test]
    fn the_last_line_that_begins_so_is_offered() {
        let mut history = DefaultHistory::new();
        for line in ["netns.add \"a\"", "netns.list()", "for i = 1, 3 do\n  print(i)\nend"] {
            history.add(line).expect("a history");
        }
        let context = Context::new(&history);
        assert_eq!(hint("netns.", 6, &context).as_deref(), Some("list()"));
        assert_eq!(hint("for i", 5, &context).as_deref(), Some(" = 1, 3 do"));
        for (line, pos) in [("", 0), (" ", 1), ("netns.", 3), ("netns.list()", 12), ("for i = 1, 3 do", 15)] {
            assert_eq!(hint(line, pos, &context), None, "{line}");
        }
    }
}
