//! Netlink framing: what one datagram holds, and what one request is as bytes.
//!
//! The lengths in a datagram are not trusted: a frame that claims more than there is ends the walk.

use netlink_packet_core::NetlinkSerializable;

/// Length of `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;

/// One message of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) kind: u16,
    pub(super) flags: u16,
    pub(super) sequence: u32,
    pub(super) payload: &'a [u8],
}

/// The messages of a datagram, in order.
#[derive(Debug)]
pub(super) struct Frames<'a>(&'a [u8]);

impl<'a> Frames<'a> {
    pub(super) fn new(datagram: &'a [u8]) -> Self {
        Self(datagram)
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let length = word(self.0, 0)? as usize;
        let payload = self.0.get(HEADER..length)?;
        let frame = Frame { kind: half(self.0, 4)?, flags: half(self.0, 6)?, sequence: word(self.0, 8)?, payload };
        self.0 = self.0.get(align(length)..).unwrap_or_default();
        Some(frame)
    }
}

/// Appends `message` with its header to `bytes`, padded so that another may follow.
pub(super) fn append(bytes: &mut Vec<u8>, message: &impl NetlinkSerializable, flags: u16, sequence: u32) {
    let length = HEADER + message.buffer_len();
    let start = bytes.len();
    bytes.extend_from_slice(&(length as u32).to_ne_bytes());
    bytes.extend_from_slice(&message.message_type().to_ne_bytes());
    bytes.extend_from_slice(&flags.to_ne_bytes());
    bytes.extend_from_slice(&sequence.to_ne_bytes());
    bytes.extend_from_slice(&0u32.to_ne_bytes());
    bytes.resize(start + align(length), 0);
    message.serialize(&mut bytes[start + HEADER..start + length]);
}

/// Rounds up to netlink's alignment of 4.
pub(super) fn align(length: usize) -> usize {
    length.saturating_add(3) & !3
}

/// The 32-bit word at `offset`, if it is there.
pub(super) fn word(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(offset..offset + 4)?.try_into().ok()?))
}

/// The 16-bit word at `offset`, if it is there.
pub(super) fn half(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(offset..offset + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlink_packet_core::{NetlinkDeserializable, NetlinkHeader};
    use netlink_packet_route::RouteNetlinkMessage;
    use netlink_packet_route::link::{LinkAttribute, LinkMessage};
    use proptest::prelude::*;

    fn named(name: &str) -> RouteNetlinkMessage {
        let mut link = LinkMessage::default();
        link.attributes.push(LinkAttribute::IfName(name.to_owned()));
        RouteNetlinkMessage::NewLink(link)
    }

    #[test]
    fn what_is_appended_is_walked() {
        let mut bytes = Vec::new();
        append(&mut bytes, &named("a"), 5, 7);
        append(&mut bytes, &named("veth0"), 5, 8);
        let frames: Vec<_> = Frames::new(&bytes).map(|frame| (frame.kind, frame.flags, frame.sequence)).collect();
        assert_eq!(frames, [(16, 5, 7), (16, 5, 8)]);
        // A frame cut short is no frame, and nothing after it is believed.
        assert_eq!(Frames::new(&bytes[..bytes.len() - 4]).count(), 1);
        assert_eq!(Frames::new(&[3, 0, 0, 0, 1, 1, 1, 1]).count(), 0);
    }

    proptest! {
        #[test]
        fn no_datagram_makes_the_walk_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Frames::new(&bytes).count() <= bytes.len() / HEADER);
        }

        /// The message types are a crate's: what it makes of hostile bytes matters to nsl too.
        #[test]
        fn no_payload_makes_the_parser_panic(
            kind in prop::sample::select(vec![16u16, 17, 20, 21, 24, 25, 88, 89]),
            family in prop::sample::select(vec![0u8, 2, 7, 10]),
            mut bytes in proptest::collection::vec(prop_oneof![3 => 0u8..32, 1 => any::<u8>()], 0..120),
        ) {
            if let Some(first) = bytes.first_mut() {
                *first = family;
            }
            let mut header = NetlinkHeader::default();
            header.message_type = kind;
            let _ = RouteNetlinkMessage::deserialize(&header, &bytes);
        }
    }
}
