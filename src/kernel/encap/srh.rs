//! Segment routing headers of IPv6 (RFC 8754, Linux `include/uapi/linux/seg6.h` and `seg6_hmac.h`).

use std::net::Ipv6Addr;

use crate::kernel::words::{self, Setting, Settings};

/// Length of `struct ipv6_sr_hdr`.
const HEADER: usize = 8;
/// Length of a segment.
const SEGMENT: usize = 16;
/// Length of `struct sr6_tlv_hmac`.
const HMAC: usize = 40;
/// `SR6_FLAG1_HMAC`.
const HAS_HMAC: u8 = 1 << 3;

/// The header that `segs` and `hmac` say; none if they are no segments and no key. Where the header comes between that of the
/// packet and what is in it (`inline`), its last segment is the packet's destination, which the kernel fills in.
pub(super) fn write(settings: &Settings, inline: bool) -> Option<Vec<u8>> {
    let mut segments = segments(words::find(settings, "segs")?)?;
    if segments.is_empty() {
        return None;
    }
    let key = match words::find(settings, "hmac") {
        None => None,
        Some(_) => Some(u32::try_from(words::integer(settings, "hmac")?).ok()?),
    };
    if inline {
        segments.push(Ipv6Addr::UNSPECIFIED);
    }
    let length = HEADER + SEGMENT * segments.len() + key.map_or(0, |_| HMAC);
    let last = u8::try_from(segments.len() - 1).ok()?;
    let flags = key.map_or(0, |_| HAS_HMAC);
    let mut bytes = vec![0, u8::try_from(length / 8 - 1).ok()?, 4, last, last, flags, 0, 0];
    // The first to be visited is the last in the header.
    bytes.extend(segments.iter().rev().flat_map(Ipv6Addr::octets));
    if let Some(key) = key {
        bytes.extend([5, 38, 0, 0]);
        bytes.extend(key.to_be_bytes());
        bytes.extend([0; 32]);
    }
    Some(bytes)
}

/// Addresses, as an array or as text with commas.
pub(super) fn segments(value: &Setting) -> Option<Vec<Ipv6Addr>> {
    match value {
        Setting::Text(text) => text.split(',').map(|segment| segment.trim().parse().ok()).collect(),
        Setting::List(list) => list
            .iter()
            .map(|segment| match segment {
                Setting::Text(text) => text.parse().ok(),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The `segs` of a header, and its `hmac`.
pub(super) fn read(bytes: &[u8], inline: bool) -> Settings {
    let count = bytes.get(4).map_or(0, |last| usize::from(*last) + 1);
    let segments = bytes.get(HEADER..).unwrap_or_default().chunks_exact(SEGMENT).take(count);
    let mut segments: Vec<Setting> = segments.filter_map(address).rev().collect();
    if inline {
        segments.pop();
    }
    let mut settings = vec![("segs".into(), Setting::List(segments))];
    if bytes.get(5).is_some_and(|flags| flags & HAS_HMAC != 0) {
        let key = bytes.len().checked_sub(HMAC - 4).and_then(|start| bytes.get(start..start + 4)?.try_into().ok());
        settings.extend(key.map(|key| ("hmac".into(), Setting::Integer(u32::from_be_bytes(key).into()))));
    }
    settings
}

/// The text of an address.
pub(super) fn address(bytes: &[u8]) -> Option<Setting> {
    Some(Setting::Text(Ipv6Addr::from(<[u8; SEGMENT]>::try_from(bytes).ok()?).to_string()))
}
