//! Queueing disciplines: in which order, when and whether a link sends what it is given. One kind a file; [`Shape`] puts
//! together what is usually wanted of them.
//!
//! The options of a kind are bytes of its own: a flat structure, attributes, or one behind the other
//! (include/uapi/linux/pkt_sched.h).

mod kept;
mod netem;
mod shape;
mod tbf;

pub use kept::{Kept, list_in};
pub use shape::{Shape, clear, set};

use std::collections::HashMap;

use netlink_packet_core::{DefaultNla, NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{TcAttribute, TcHandle, TcMessage};

use crate::kernel::link::request::Request;

/// `TCA_OPTIONS`
const OPTIONS: u16 = 2;
/// Bytes before the value of an attribute.
const HEADER: usize = 4;

/// Makes the link of this index send by a discipline of this kind, in the place of the one that it sent by.
fn replace_root(index: u32, kind: &str, options: Vec<u8>) -> Request {
    let mut message = root(index, kind);
    message.attributes.push(TcAttribute::Other(DefaultNla::new(OPTIONS, options)));
    (RouteNetlinkMessage::NewQueueDiscipline(message), NLM_F_CREATE | NLM_F_REPLACE)
}

/// Takes the discipline of this kind away by which a link sends; another kind's is refused (`EINVAL`), as is that which
/// every link has (`EINVAL`, `ENOENT`).
fn delete_root(index: u32, kind: &str) -> RouteNetlinkMessage {
    RouteNetlinkMessage::DelQueueDiscipline(root(index, kind))
}

fn root(index: u32, kind: &str) -> TcMessage {
    let mut message = TcMessage::with_index(index.cast_signed());
    message.header.parent = TcHandle::ROOT;
    message.attributes.push(TcAttribute::Kind(kind.to_owned()));
    message
}

/// Appends an attribute: length and type, the value, and zeros up to a multiple of four.
fn attribute(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) {
    bytes.extend(u16::try_from(HEADER + value.len()).unwrap_or(u16::MAX).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// Numbers of 32 bits, as a structure of the kernel's has them.
fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// Attributes by their kinds, up to one that is cut short.
fn attributes(mut bytes: &[u8]) -> HashMap<u16, &[u8]> {
    let mut found = HashMap::new();
    while let Some((length, kind)) = half(bytes, 0).zip(half(bytes, 2)) {
        let Some(value) = bytes.get(HEADER..usize::from(length)) else { break };
        found.insert(kind, value);
        bytes = bytes.get(usize::from(length).next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// Bits a second as bytes, of which the kernel wants one at least.
fn bytes_a_second(bits: u64) -> u64 {
    (bits / 8).max(1)
}

/// Bits a second as the kernel has them: bytes a second, in 32 bits, and beside all ones there in 64.
fn byte_rate(bits: u64) -> (u32, Option<u64>) {
    let bytes = bytes_a_second(bits);
    match u32::try_from(bytes) {
        Ok(rate) if rate != u32::MAX => (rate, None),
        _ => (u32::MAX, Some(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_aligned() {
        let mut bytes = Vec::new();
        attribute(&mut bytes, 7, b"abcde");
        attribute(&mut bytes, 8, &[]);
        let words = |numbers: [u16; 2]| numbers.map(u16::to_ne_bytes).concat();
        let found = attributes(&bytes);
        assert_eq!((found.len(), found[&7], found[&8]), (2, &b"abcde"[..], &[][..]));
        assert_eq!(attributes(&bytes[..7]).len() + attributes(&[0, 0, 1, 0]).len(), 0);
        assert_eq!(bytes, [words([9, 7]), b"abcde\0\0\0".to_vec(), words([4, 8])].concat());
    }

    #[test]
    fn rates_are_bytes() {
        assert_eq!(byte_rate(8_000), (1000, None));
        assert_eq!(byte_rate(1), (1, None));
        assert_eq!(byte_rate(100_000_000_000), (u32::MAX, Some(12_500_000_000)));
    }
}
