//! Attributes as bytes: writing them one after another and nested, and walking what the kernel sent.
//!
//! Layout: Linux `include/uapi/linux/netlink.h`, `struct nlattr`. The lengths in an answer are not trusted: an attribute that
//! claims more than there is ends the walk.

use super::frame::{align, half};

/// Length of `struct nlattr`.
const HEADER: usize = 4;
/// The bits of a type that say how the value is to be read (`NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`).
const FLAGS: u16 = 0xc000;
/// Marks a value as attributes.
pub const NESTED: u16 = 0x8000;

/// Appends an attribute, padded so that another may follow.
pub fn put(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) {
    // What is longer than a length can say is refused by the kernel, which finds no such attribute.
    bytes.extend_from_slice(&u16::try_from(value.len() + HEADER).unwrap_or(u16::MAX).to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(align(bytes.len()), 0);
}

/// Appends a text with its final NUL.
pub fn put_text(bytes: &mut Vec<u8>, kind: u16, text: &str) {
    put(bytes, kind, &[text.as_bytes(), &[0]].concat());
}

/// Appends a number of 32 bits.
pub fn put_u32(bytes: &mut Vec<u8>, kind: u16, number: u32) {
    put(bytes, kind, &number.to_ne_bytes());
}

/// Appends an attribute that holds those which `fill` writes, marked as nested.
pub fn nest(bytes: &mut Vec<u8>, kind: u16, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    fill(&mut inner);
    put(bytes, kind | NESTED, &inner);
}

/// The attributes in some bytes, in order, each with its type (without flags) and its value.
#[derive(Debug, Clone)]
pub struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Walks these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let length = usize::from(half(self.0, 0)?);
        let kind = half(self.0, 2)? & !FLAGS;
        let value = self.0.get(HEADER..length)?;
        self.0 = self.0.get(align(length)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// The value of the last attribute of this type, if there is one (as the kernel's own parser takes the last).
pub fn find(bytes: &[u8], kind: u16) -> Option<&[u8]> {
    Attributes::new(bytes).filter(|(found, _)| *found == kind).last().map(|(_, value)| value)
}

/// An unsigned number of 8, 16, 32 or 64 bits in the machine's order.
pub fn number(value: &[u8]) -> Option<u64> {
    Some(match *value {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => u64::from_ne_bytes(value.try_into().ok()?),
    })
}

/// A number of 32 bits that starts the value.
pub fn u32_of(value: &[u8]) -> Option<u32> {
    super::frame::word(value, 0)
}

/// A text up to its first NUL.
pub fn text(value: &[u8]) -> String {
    let end = value.iter().position(|&byte| byte == 0).unwrap_or(value.len());
    String::from_utf8_lossy(&value[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_walked() {
        let mut bytes = Vec::new();
        put_text(&mut bytes, 3, "lo");
        nest(&mut bytes, 18, |inner| put_u32(inner, 1, 7));
        put(&mut bytes, 3, b"");
        let walked: Vec<_> = Attributes::new(&bytes).collect();
        assert_eq!(walked[0], (3, &b"lo\0"[..]));
        assert_eq!((walked[1].0, find(walked[1].1, 1).and_then(u32_of)), (18, Some(7)));
        assert_eq!((find(&bytes, 3), find(&bytes, 4), text(b"lo\0x")), (Some(&b""[..]), None, "lo".to_owned()));
        assert_eq!((number(&[7]), number(&[0, 1]), number(&[1, 2, 3])), (Some(7), Some(256), None));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_walk_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Attributes::new(&bytes).count() <= bytes.len() / HEADER);
        }
    }
}
