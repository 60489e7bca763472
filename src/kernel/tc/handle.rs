//! The numbers of disciplines and classes: `1:` and `1:10`, hexadecimal, 16 bits before and behind the colon.

/// `TC_H_ROOT`: the parent of what a link sends by.
pub const ROOT: u32 = 0xffff_ffff;
/// `TC_H_INGRESS` and `TC_H_CLSACT`: the parent of what sees all that comes in (and, clsact, goes out).
pub const INGRESS: u32 = 0xffff_fff1;

/// A discipline's: `1:`, `1:0`, `1`, `none`.
pub fn qdisc(text: &str) -> Option<u32> {
    let digits = [":", ":0"].into_iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    if text == "none" { Some(0) } else { half(digits).map(|major| major << 16) }
}

/// A class's, or what can be a parent: `1:10`, `:10`, `1:`, `root`, `none`, `ingress` (the whole of `ffff:fff1`).
pub fn class(text: &str) -> Option<u32> {
    match text {
        "root" => Some(ROOT),
        "none" => Some(0),
        "ingress" | "clsact" => Some(INGRESS),
        _ => match text.split_once(':') {
            Some((major, minor)) => Some(part(major)? << 16 | part(minor)?),
            None => number(text),
        },
    }
}

/// As `tc` prints it: `1:`, `1:10`, `root`, `none`.
pub fn text(handle: u32) -> String {
    match (handle >> 16, handle & 0xffff) {
        _ if handle == ROOT => "root".to_owned(),
        (0, 0) => "none".to_owned(),
        (0, minor) => format!(":{minor:x}"),
        (major, 0) => format!("{major:x}:"),
        (major, minor) => format!("{major:x}:{minor:x}"),
    }
}

/// A number in hexadecimal, with `0x` or without.
pub fn number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

fn half(digits: &str) -> Option<u32> {
    number(digits).filter(|half| *half <= 0xffff)
}

/// One side of the colon, which may be missing.
fn part(digits: &str) -> Option<u32> {
    if digits.is_empty() { Some(0) } else { half(digits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn they_are_read_as_tc_reads_them() {
        let disciplines = [("1:", Some(0x1_0000)), ("8001", Some(0x8001_0000)), ("1:0", Some(0x1_0000)), ("1:2", None)];
        for (text, handle) in disciplines.into_iter().chain([
            ("none", Some(0)),
            ("10000:", None),
            ("", None),
            ("x:", None),
            ("+1:", None),
        ]) {
            assert_eq!(qdisc(text), handle, "{text}");
        }
        let classes = [("1:10", Some(0x1_0010)), (":a", Some(10)), ("1:", Some(0x1_0000)), ("root", Some(ROOT))];
        let more = [("ffff:fff1", Some(INGRESS)), ("ingress", Some(INGRESS)), ("1:10000", None), ("1:2:3", None)];
        for (text, handle) in classes.into_iter().chain(more) {
            assert_eq!(class(text), handle, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(handle: u32) {
            prop_assert_eq!(class(&text(handle)), Some(handle));
        }

        #[test]
        fn nothing_panics(text in ".*") {
            let _ = (qdisc(&text), class(&text));
        }
    }
}
