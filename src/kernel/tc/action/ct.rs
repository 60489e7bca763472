//! `ct`: gives packets to connection tracking, and may translate their addresses (tc-ct(8), Linux `tc_act/tc_ct.h`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Action, control, index};
use crate::error::{Error, Result};
use crate::kernel::names::IP_PROTOCOLS;
use crate::kernel::tc::filter::flower_value as masked;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Bit16, Text, U16, U32};
use crate::kernel::words::{Form, NOWHERE, Own, Setting, Word, field, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 1;
/// `TCA_CT_ACTION`: what is done, a bit each.
const ACTION: u16 = 3;
/// `TCA_CT_MARK_MASK`.
const MARK_MASK: u16 = 6;
/// `TCA_CT_LABELS`, behind which its mask stands.
const LABEL: u16 = 7;
/// `TCA_CT_NAT_…`: the least of each, behind which the greatest stands.
const IP4: u16 = 9;
const IP6: u16 = 11;
const PORT: u16 = 13;

/// `TCA_CT_HELPER_NAME`, behind which its family and its protocol stand.
const HELPER: u16 = 16;
const FAMILIES: [(&str, u8); 2] = [("ipv4", 2), ("ipv6", 10)];

const WORDS: &[Word] = &[
    control(PARAMETERS, 20),
    index(PARAMETERS, 20),
    field("commit", ACTION, 2, 0, Bit16(1)),
    field("force", ACTION, 2, 0, Bit16(2)),
    field("clear", ACTION, 2, 0, Bit16(4)),
    field("nat", ACTION, 2, 0, NAT),
    option("zone", 4, U16),
    option("mark", 5, U32),
    option("mask", MARK_MASK, U32),
    option("label", NOWHERE, Text),
    option("helper", NOWHERE, Text),
    option("addr", NOWHERE, Text),
    option("port", NOWHERE, Text),
];

/// Which address is translated, and whether any is: as the connection says, where it is only on.
const NAT: Form = Form::Own(&Own {
    expected: "\"src\", \"dst\" or true",
    encode: |value| {
        let bits: u16 = match value {
            Setting::Text(text) if text == "src" => 8 | 16,
            Setting::Text(text) if text == "dst" => 8 | 32,
            Setting::Switch(on) => u16::from(*on) * 8,
            _ => return None,
        };
        Some(bits.to_ne_bytes().to_vec())
    },
    decode: |bytes| match attr::number(bytes.get(..2)?)? {
        bits if bits & 8 == 0 => None,
        bits if bits & 16 != 0 => Some(Setting::Text("src".to_owned())),
        bits if bits & 32 != 0 => Some(Setting::Text("dst".to_owned())),
        _ => Some(Setting::Switch(true)),
    },
    width: Some(2),
});

/// As `flower` has the label of a connection.
const LABEL_SHAPE: masked::Shape = masked::Shape::Bytes(16);

pub(super) static CT: Action = Action { own: Some(Layout { encode, decode }), times: 2, ..Action::new("ct", WORDS) };

/// The least and the greatest of a range; of one value both are that.
fn range<T: std::str::FromStr + Copy>(text: &str) -> Option<(T, T)> {
    let (least, greatest) = text.split_once('-').unwrap_or((text, text));
    Some((least.parse().ok()?, greatest.parse().ok()?))
}

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    if given.has("mark") && !given.has("mask") {
        attr::put(bytes, MARK_MASK, &u32::MAX.to_ne_bytes());
    }
    for word in ["addr", "port"].into_iter().filter(|word| given.has(word)) {
        if !matches!(given.setting("nat"), Some(Setting::Text(_))) {
            return Err(Error::needs(word, "nat"));
        }
    }
    let text = |word| match given.setting(word) {
        Some(Setting::Text(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    if let Some(text) = text("label") {
        let expected = "16 bytes in hexadecimal, with a mask behind a slash or without";
        let (label, mask) = masked::read(&LABEL_SHAPE, &text).ok_or_else(|| given.wrong("label", expected))?;
        attr::put(bytes, LABEL, &label);
        attr::put(bytes, LABEL + 1, &mask);
    }
    if let Some(text) = text("helper") {
        let (family, protocol, name) =
            helper(&text).ok_or_else(|| given.wrong("helper", "such as \"ipv4-tcp-ftp\""))?;
        attr::put_text(bytes, HELPER, name);
        attr::put(bytes, HELPER + 1, &[family]);
        attr::put(bytes, HELPER + 2, &[protocol]);
    }
    if let Some(text) = text("addr") {
        let ends = match range(&text) {
            Some((IpAddr::V4(least), IpAddr::V4(greatest))) => {
                Some((IP4, least.octets().to_vec(), greatest.octets().to_vec()))
            }
            Some((IpAddr::V6(least), IpAddr::V6(greatest))) => {
                Some((IP6, least.octets().to_vec(), greatest.octets().to_vec()))
            }
            _ => None,
        };
        let (kind, least, greatest) =
            ends.ok_or_else(|| given.wrong("addr", "an address, or such as \"10.0.0.1-10.0.0.9\""))?;
        attr::put(bytes, kind, &least);
        attr::put(bytes, kind + 1, &greatest);
    }
    if let Some(text) = text("port") {
        let ends: Option<(u16, u16)> = range(&text);
        let (least, greatest) = ends.ok_or_else(|| given.wrong("port", "a port, or such as \"1000-2000\""))?;
        attr::put(bytes, PORT, &least.to_be_bytes());
        attr::put(bytes, PORT + 1, &greatest.to_be_bytes());
    }
    Ok(())
}

/// Family, protocol and name of a helper, `ipv4-tcp-ftp` (iproute2 `ct_parse_helper`).
fn helper(text: &str) -> Option<(u8, u8, &str)> {
    let mut parts = text.splitn(3, '-');
    let (family, protocol, name) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, family) = FAMILIES.iter().find(|(known, _)| *known == family)?;
    let named = IP_PROTOCOLS.iter().find(|(_, known)| *known == protocol).and_then(|(n, _)| u8::try_from(*n).ok());
    Some((*family, named.or_else(|| protocol.parse().ok())?, name))
}

fn helper_shown(bytes: &[u8]) -> Option<String> {
    let byte = |kind| attr::find(bytes, kind)?.first().copied();
    let (family, protocol) = (byte(HELPER + 1)?, byte(HELPER + 2)?);
    let (family, _) = FAMILIES.iter().find(|(_, known)| *known == family)?;
    let named =
        IP_PROTOCOLS.iter().find(|(known, _)| *known == u32::from(protocol)).map(|(_, name)| (*name).to_owned());
    let protocol = named.unwrap_or_else(|| protocol.to_string());
    Some(format!("{family}-{protocol}-{}", attr::text(attr::find(bytes, HELPER)?)))
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    if let Some(helper) = helper_shown(bytes) {
        seen.setting("helper", Setting::Text(helper));
    }
    let address = |kind| match attr::find(bytes, kind)? {
        four if four.len() == 4 => Some(IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(four).ok()?))),
        six => Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(six).ok()?))),
    };
    let label = attr::find(bytes, LABEL).zip(attr::find(bytes, LABEL + 1));
    if let Some(label) = label.and_then(|(label, mask)| masked::shown(&LABEL_SHAPE, label, mask)) {
        seen.setting("label", label);
    }
    let port = |kind| Some(u16::from_be_bytes(attr::find(bytes, kind)?.try_into().ok()?));
    for kind in [IP4, IP6] {
        if let Some(least) = address(kind) {
            seen.setting("addr", shown(least, address(kind + 1)));
        }
    }
    if let Some(least) = port(PORT) {
        seen.setting("port", shown(least, port(PORT + 1)));
    }
    Some(())
}

fn shown<T: PartialEq + std::fmt::Display>(least: T, greatest: Option<T>) -> Setting {
    Setting::Text(match greatest.filter(|greatest| *greatest != least) {
        Some(greatest) => format!("{least}-{greatest}"),
        None => least.to_string(),
    })
}
