//! Names and texts that come from elsewhere are printed escaped, so that none can drive a terminal or look like another.

use std::fmt::Write;

/// `text` with each control character written out: `a\x1b[31m` for an escape sequence; and with each that cannot be seen
/// or turns the direction of what follows: `a\u{202e}b`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\x{:02x}", u32::from(c));
            }
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                escaped.extend(c.escape_unicode());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_drives_a_terminal_or_hides_is_written_out() {
        assert_eq!(escape("a\x1b[31mb\n\u{9b}"), "a\\x1b[31mb\\n\\x9b");
        assert_eq!(escape("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(escape("zürich \"网络\""), "zürich \"网络\"");
    }
}
