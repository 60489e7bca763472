//! Labels of MPLS, one or a stack of them: `"100/200"` (Linux `include/uapi/linux/mpls.h`, RFC 3032).

use super::words::{Own, Setting};

/// The greatest label.
const GREATEST: u32 = (1 << 20) - 1;
/// Marks the last label of a stack.
const BOTTOM: u32 = 1 << 8;

/// Labels: one as a number or text, several as text with slashes.
pub(super) static LABELS: Own = Own {
    expected: "a label from 0 to 1048575, or several as in \"100/200\"",
    encode: |value| match value {
        Setting::Integer(label) => labels(&label.to_string()),
        Setting::Text(text) => labels(text),
        _ => None,
    },
    decode: |bytes| Some(Setting::Text(text(bytes))),
    width: None,
};

/// The stack that a text says.
fn labels(text: &str) -> Option<Vec<u8>> {
    let labels: Vec<u32> = text.split('/').map(label).collect::<Option<_>>()?;
    let last = labels.len() - 1;
    let entry = |(place, label): (usize, &u32)| label << 12 | if place == last { BOTTOM } else { 0 };
    Some(labels.iter().enumerate().map(entry).flat_map(u32::to_be_bytes).collect())
}

/// The label that a text says.
pub(super) fn label(text: &str) -> Option<u32> {
    text.parse().ok().filter(|label| *label <= GREATEST)
}

/// A stack of one label.
pub(super) fn stack(label: u32) -> [u8; 4] {
    (label << 12 | BOTTOM).to_be_bytes()
}

/// The labels of a stack.
pub(super) fn text(stack: &[u8]) -> String {
    let labels = stack.chunks_exact(4).map(|entry| first(entry).unwrap_or_default().to_string());
    labels.collect::<Vec<_>>().join("/")
}

/// The first label of a stack.
pub(super) fn first(stack: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*stack.first_chunk()?) >> 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_comes_back() {
        let bytes = labels("100/200").expect("a stack");
        assert_eq!(bytes, [0, 6, 0x40, 0, 0, 12, 0x81, 0]);
        assert_eq!((text(&bytes).as_str(), first(&bytes), text(&stack(7)).as_str()), ("100/200", Some(100), "7"));
        assert_eq!((labels("1048576"), labels(""), labels("1/")), (None, None, None));
    }
}
