//! A message as bytes: its type, then the fixed header of that type and its attributes.
//!
//! For what the message crate has no type for, or reads less of than there is.

use std::convert::Infallible;

use netlink_packet_core::{NetlinkDeserializable, NetlinkHeader, NetlinkSerializable};

use super::attr;

/// A request to the kernel, or an answer of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// `RTM_NEWRULE` and the like.
    pub kind: u16,
    /// The fixed header of that type, and the attributes behind it.
    pub bytes: Vec<u8>,
}

impl Message {
    /// A message of this type with its fixed header.
    pub fn new(kind: u16, header: &[u8]) -> Self {
        let mut bytes = header.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        Self { kind, bytes }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, kind: u16, value: &[u8]) -> Self {
        attr::put(&mut self.bytes, kind, value);
        self
    }

    /// Adds attributes that are written already.
    #[must_use]
    pub fn with_all(mut self, attributes: &[u8]) -> Self {
        self.bytes.extend_from_slice(attributes);
        self
    }

    /// The fixed header, if it is there whole, and the attributes behind it.
    pub fn split(&self, header: usize) -> Option<(&[u8], &[u8])> {
        let attributes = self.bytes.get(header.next_multiple_of(4)..).unwrap_or_default();
        Some((self.bytes.get(..header)?, attributes))
    }
}

impl NetlinkSerializable for Message {
    fn message_type(&self) -> u16 {
        self.kind
    }

    fn buffer_len(&self) -> usize {
        self.bytes.len()
    }

    fn serialize(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.bytes);
    }
}

impl NetlinkDeserializable for Message {
    type Error = Infallible;

    fn deserialize(header: &NetlinkHeader, payload: &[u8]) -> Result<Self, Infallible> {
        Ok(Self { kind: header.message_type, bytes: payload.to_vec() })
    }
}
