//! Which packets a policy or a state is for: `struct xfrm_selector` (Linux `xfrm.h`).

use ipnet::IpNet;

use super::form::{NETWORK, family, of_family, one_family};
use super::structure;
use crate::error::Result;
use crate::kernel::entry::Links;
use crate::kernel::names::IP_PROTOCOLS;
use crate::kernel::shared_forms::prefix;
use crate::kernel::words::Form::{Be16, Link, Names8, Own, U8, U32};
use crate::kernel::words::{
    self, HEADER, NOWHERE, NameOf, Setting, Settings, Word, field, find, integer, option, text,
};

/// Its length in bytes.
pub(super) const LENGTH: usize = 56;
const FAMILY: usize = 40;
/// Where the masks of the ports are.
const MASKS: [(&str, usize); 2] = [("dport", 34), ("sport", 38)];
/// Where the lengths of the prefixes are.
const LENGTHS: [(&str, usize); 2] = [("dst", 42), ("src", 43)];

/// Its words, which are also a policy's.
pub(super) const WORDS: &[Word] = &[
    field("src", HEADER, LENGTH, 16, Own(&NETWORK)),
    field("dst", HEADER, LENGTH, 0, Own(&NETWORK)),
    field("proto", HEADER, LENGTH, 44, Names8(IP_PROTOCOLS)),
    field("sport", HEADER, LENGTH, 36, Be16),
    field("dport", HEADER, LENGTH, 32, Be16),
    option("type", NOWHERE, U8),
    option("code", NOWHERE, U8),
    option("key", NOWHERE, U32),
    field("dev", HEADER, LENGTH, 48, Link),
];

/// The selector that `settings` say, of this family unless its own addresses are of another.
pub(super) fn write(settings: &Settings, fallback: u16, links: &mut Links<'_>) -> Result<Vec<u8>> {
    let mut settings = settings.clone();
    let settings = with_ports(&mut settings);
    let mut bytes = structure("a selector", (WORDS, LENGTH), settings, links)?;
    one_family(settings)?;
    let family = family(settings, &["src", "dst"]).unwrap_or(fallback);
    bytes[FAMILY..FAMILY + 2].copy_from_slice(&family.to_ne_bytes());
    for (key, place) in LENGTHS {
        bytes[place] = find(settings, key).and_then(prefix).map_or(0, |network| network.prefix_len());
    }
    for (key, place) in MASKS {
        if find(settings, key).is_some() {
            bytes[place..place + 2].copy_from_slice(&[u8::MAX; 2]);
        }
    }
    Ok(bytes)
}

/// ICMP's type and code and GRE's key stand where others have ports.
fn with_ports(settings: &mut Settings) -> &Settings {
    let ports = match integer(settings, "key") {
        Some(key) => [("sport", Some(key >> 16 & 0xffff)), ("dport", Some(key & 0xffff))],
        None => [("sport", integer(settings, "type")), ("dport", integer(settings, "code"))],
    };
    for (key, value) in ports {
        settings.extend(value.map(|value| (key.into(), Setting::Integer(value))));
    }
    settings
}

/// What the bytes of a selector say; none if they are too few.
pub(super) fn read(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let bytes = bytes.get(..LENGTH)?;
    let mut selector = words::decode(WORDS, bytes, &[], name);
    of_family(&mut selector, &["src", "dst"], u16::from_ne_bytes([bytes[FAMILY], bytes[FAMILY + 1]]));
    for (key, place) in LENGTHS {
        if let Some((_, Setting::Text(address))) = selector.iter_mut().find(|(name, _)| name == key)
            && let Some(network) = address.parse().ok().and_then(|address| IpNet::new(address, bytes[place]).ok())
        {
            *address = network.to_string();
        }
    }
    let unused = |(key, place): &(&str, usize)| (bytes[*place..place + 2] == [0; 2]).then(|| (*key).to_owned());
    let unused: Vec<String> = MASKS.iter().filter_map(unused).collect();
    selector.retain(|(key, value)| {
        let nothing = matches!(&**key, "proto" | "dev") && *value == Setting::Integer(0);
        !nothing && !unused.contains(&key.to_string())
    });
    named_ports(&mut selector);
    Some(selector)
}

/// Calls ports what they are of this protocol.
fn named_ports(selector: &mut Settings) {
    let (one, other) = match text(selector, "proto") {
        Some("icmp" | "ipv6-icmp") => ("type", "code"),
        Some("gre") => {
            let port = |key| integer(selector, key).unwrap_or_default();
            let key = port("sport") << 16 | port("dport");
            let told = selector.iter().any(|(key, _)| key == "sport" || key == "dport");
            selector.retain(|(key, _)| key != "sport" && key != "dport");
            if told {
                selector.push(("key".into(), Setting::Integer(key)));
            }
            return;
        }
        _ => return,
    };
    for (key, _) in selector.iter_mut() {
        match &**key {
            "sport" => *key = one.into(),
            "dport" => *key = other.into(),
            _ => {}
        }
    }
}
