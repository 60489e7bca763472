//! What a namespace may be called: what the file system allows for names that are there, and stricter for new ones.
//!
//! Pure functions; each broken rule is named in the error.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::error::{Error, Result, explain};

/// The longest name of a file, in bytes (Linux `NAME_MAX`).
const LONGEST: usize = 255;

/// Whether a file in /run/netns can be called `name`: one to 255 bytes, one component of a path.
pub fn check(name: &OsStr) -> Result<()> {
    let bytes = name.as_bytes();
    let rule = match bytes {
        b"" => "it is empty".to_owned(),
        b"." | b".." => "it means a directory".to_owned(),
        _ if bytes.contains(&b'/') => "it contains \"/\"".to_owned(),
        _ if bytes.contains(&0) => "it contains a NUL byte".to_owned(),
        _ if bytes.len() > LONGEST => format!("it has {} bytes, {LONGEST} are allowed", bytes.len()),
        _ => return Ok(()),
    };
    Err(invalid(name, &rule))
}

/// Whether nsl gives this name to a new namespace: also printable, so that it can be typed and shown, and not like an
/// option or a hidden file.
pub fn check_new(name: &OsStr) -> Result<()> {
    check(name)?;
    let Some(text) = name.to_str() else {
        return Err(invalid(name, "it is not valid UTF-8"));
    };
    if let Some(first @ ('-' | '.')) = text.chars().next() {
        return Err(invalid(name, &format!("it starts with \"{first}\"")));
    }
    match text.chars().find_map(unfit) {
        Some(rule) => Err(invalid(name, &rule)),
        None => Ok(()),
    }
}

/// Why a new name cannot contain this character.
fn unfit(c: char) -> Option<String> {
    if c.is_control() {
        return Some("it contains a control character".to_owned());
    }
    if c.is_whitespace() {
        return Some("it contains white space".to_owned());
    }
    // `escape_debug` writes out what cannot be seen: marks that turn the text's direction, zero-width characters.
    let shown = matches!(c, '"' | '\'' | '\\') || c.escape_debug().len() == 1;
    (!shown).then(|| format!("it contains U+{:04X}, which cannot be seen", u32::from(c)))
}

fn invalid(name: &OsStr, rule: &str) -> Error {
    Error::new(&explain::NAMESPACE_NAME).with("name", name.to_string_lossy()).with("rule", rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule(check: fn(&OsStr) -> Result<()>, name: &[u8]) -> Option<String> {
        check(OsStr::from_bytes(name)).err().map(|error| error.message())
    }

    #[test]
    fn each_broken_rule_is_named() {
        let long = [b'a'; 256];
        for (name, part) in [
            (&b""[..], "is empty"),
            (b".", "means a directory"),
            (b"..", "means a directory"),
            (b"../x", "contains \"/\""),
            (b"a/b", "contains \"/\""),
            (b"a\0b", "NUL"),
            (&long, "256 bytes"),
        ] {
            let message = rule(check, name).expect("a refusal");
            assert!(message.contains(part), "{message}");
        }
        for (name, part) in [
            (&b"-x"[..], "starts with \"-\""),
            (b".x", "starts with \".\""),
            (b"a b", "white space"),
            (b"a\x1b[31mb", "control"),
            (b"a\xff", "UTF-8"),
            ("a\u{202e}b".as_bytes(), "U+202E"),
            ("a\u{200b}".as_bytes(), "U+200B"),
            ("a\u{3000}b".as_bytes(), "white space"),
        ] {
            assert_eq!(rule(check, name), None);
            let message = rule(check_new, name).expect("a refusal");
            assert!(message.contains(part) && !message.contains('\x1b'), "{message}");
        }
        for name in [&b"ns0"[..], &long[..255], "zürich-é".as_bytes(), b"a'b\"c\\d", b"x.y_z-1", "网络".as_bytes()]
        {
            assert_eq!(rule(check_new, name), None);
        }
    }

    proptest! {
        #[test]
        fn a_checked_name_is_one_component_of_a_path(name in proptest::collection::vec(any::<u8>(), 0..300)) {
            let name = OsStr::from_bytes(&name);
            let joined = std::path::Path::new("/run/netns").join(name);
            let one = joined.parent() == Some(std::path::Path::new("/run/netns")) && joined.file_name() == Some(name);
            let fits = (1..=255).contains(&name.len()) && !name.as_bytes().contains(&0);
            // A trailing slash is no component of its own.
            let slash = name.as_bytes().contains(&b'/');
            prop_assert_eq!(check(name).is_ok(), one && fits && !slash);
        }

        #[test]
        fn what_is_new_can_be_printed_as_it_is(name in "\\PC{0,40}") {
            if check_new(OsStr::new(&name)).is_ok() {
                prop_assert_eq!(crate::error::escape(&name), name);
            }
        }
    }
}
