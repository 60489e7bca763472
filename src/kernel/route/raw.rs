//! A route's message as bytes.

use netlink_packet_core::Emitable;

use super::message::Verb;
use super::more::ENCAP;
use super::read::{HEADER, HOP, RTA_MULTIPATH};
use super::spec::RouteSpec;
use crate::error::Result;
use crate::kernel::words;
use crate::netlink::{Message, attr};

impl RouteSpec {
    /// The request to add or delete it; `index` finds a device by name.
    pub(super) fn request_bytes(&self, verb: Verb, index: &mut dyn FnMut(&str) -> Result<u32>) -> Result<Message> {
        let message = self.message(verb, index)?;
        let mut bytes = vec![0; message.buffer_len()];
        message.emit(&mut bytes);
        let wraps = |more| words::find(more, "encap").is_some();
        if wraps(&self.more) || self.nexthops.iter().any(|way| wraps(&way.more)) {
            mark(&mut bytes[HEADER..]);
        }
        let kind = if verb == Verb::Add { libc::RTM_NEWROUTE } else { libc::RTM_DELROUTE };
        Ok(Message { kind, bytes })
    }
}

/// Marks encaps as nested, which the message crate does not do: the kernel refuses some types without.
fn mark(attributes: &mut [u8]) {
    let mut rest = attributes;
    while let Some((length, kind)) = lead(rest) {
        if kind == ENCAP {
            rest[2..4].copy_from_slice(&(ENCAP | attr::NESTED).to_ne_bytes());
        } else if kind == RTA_MULTIPATH {
            let mut ways = rest.get_mut(4..length).unwrap_or_default();
            while let Some((length, _)) = lead(ways) {
                mark(ways.get_mut(HOP..length).unwrap_or_default());
                ways = ways.get_mut(length.next_multiple_of(4)..).unwrap_or_default();
            }
        }
        rest = rest.get_mut(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

/// The length that is said first, if it is one, and the number behind it.
fn lead(bytes: &[u8]) -> Option<(usize, u16)> {
    let [low, high, kind @ ..] = *bytes.first_chunk::<4>()?;
    let length = usize::from(u16::from_ne_bytes([low, high]));
    (4..=bytes.len()).contains(&length).then(|| (length, u16::from_ne_bytes(kind)))
}

#[cfg(test)]
mod tests {
    use super::super::parse_destination;
    use super::super::spec::NextHop;
    use super::*;
    use crate::kernel::words::{Setting, Settings};

    #[test]
    fn encaps_are_marked_as_nested_wherever_they_are() {
        let text = |text: &str| Setting::Text(text.to_owned());
        let encap = vec![("type".into(), text("mpls")), ("labels".into(), text("7"))];
        let more: Settings = vec![("encap".into(), Setting::Table(encap))];
        let way = |more| NextHop { dev: Some("v0".to_owned()), more, ..NextHop::default() };
        let route = RouteSpec::new(parse_destination("10.0.0.0/8").expect("a network"));
        let spec = RouteSpec { more: more.clone(), nexthops: vec![way(Settings::new()), way(more)], ..route };
        let message = spec.request_bytes(Verb::Add, &mut |_| Ok(3)).expect("a message");
        let marked = (ENCAP | attr::NESTED).to_ne_bytes();
        let kinds = message.bytes.windows(2).filter(|kind| *kind == marked);
        assert_eq!(kinds.count(), 2);
    }
}
