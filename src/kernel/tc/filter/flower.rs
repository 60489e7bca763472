//! `flower`: takes packets by the fields of their headers (tc-flower(8), Linux `pkt_cls.h`, `TCA_FLOWER_*`).
//!
//! Most fields are a value and a mask: `10.0.0.0/8`, `0x10/0xfc`, `02:00:00:00:00:00/ff:ff:ff:00:00:00`. Some are other attributes
//! for each protocol that has them (ports, ICMP), which `ip_proto` tells.

use super::PROTOCOL;
use super::flower_value::{Shape, read, shown};
use super::kind::{Kind, Layout};
use crate::error::{Error, Result};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tc::place::LENGTH;
use crate::kernel::tc::{form, handle};
use crate::kernel::tunnel_options::{self, ERSPAN, GENEVE, GTP, Style, VXLAN};
use crate::kernel::words::Form::{Be16, Be32, Bit32, List, Names8, Nested, Switch8, Text, U8, U32};
use crate::kernel::words::{self, Form, HEADER, NOWHERE, Own, Setting, Settings, Word, field, option};
use crate::netlink::attr;

const CLASS: u16 = 1;
const FLAGS: u16 = 22;
/// `TC_H_MIN_PRIORITY`: from here on the minor number of a class is a class of the hardware's queues, of which there are 16.
const PRIORITY: u32 = 0xffe0;
const QUEUES: u32 = 16;
/// `TCA_FLOWER_KEY_ETH_TYPE` and `TCA_FLOWER_KEY_IP_PROTO`.
const ETH_TYPE: u16 = 8;
const IP_PROTO: u16 = 9;
/// What [`encode`] and [`decode`] alone know the place of.
const OWN: u16 = NOWHERE;

const PROTOCOLS: &[(u32, &str)] =
    &[(1, "icmp"), (6, "tcp"), (17, "udp"), (50, "esp"), (51, "ah"), (58, "icmpv6"), (115, "l2tp"), (132, "sctp")];
/// What is in a session of PPPoE, in the network's order (Linux `ppp_defs.h`).
const PPP: Form = Form::Own(&Own {
    expected: "\"ip\", \"ipv6\", \"mpls_uc\", \"mpls_mc\" or a protocol's number",
    encode: |value| {
        let number = match value {
            Setting::Text(text) => PPP_PROTOCOLS.iter().find(|(_, name)| name == text)?.0,
            Setting::Integer(number) => u16::try_from(*number).ok()?,
            _ => return None,
        };
        Some(number.to_be_bytes().to_vec())
    },
    decode: |bytes| {
        let number = u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
        let named = PPP_PROTOCOLS.iter().find(|(known, _)| *known == number);
        Some(named.map_or(Setting::Integer(number.into()), |(_, name)| Setting::Text((*name).to_owned())))
    },
    width: Some(2),
});
const PPP_PROTOCOLS: &[(u16, &str)] = &[(0x21, "ip"), (0x57, "ipv6"), (0x281, "mpls_uc"), (0x283, "mpls_mc")];

/// `TCA_FLOWER_KEY_MPLS_OPTS`, and in it one of `TCA_FLOWER_KEY_MPLS_OPTS_LSE` for each label.
const LABELS: u16 = 99;
const LABEL: u16 = 1;
const LSE: &[Word] =
    &[option("depth", 1, U8), option("ttl", 2, U8), option("bos", 3, U8), option("tc", 4, U8), option("label", 5, U32)];
/// `TCA_FLOWER_KEY_ENC_OPTS` and their masks.
const OPTIONS: [u16; 2] = [84, 85];
/// `TCA_FLOWER_KEY_CFM_*`.
const CFM: &[Word] = &[option("mdl", 1, U8), option("op", 2, U8)];

const WORDS: &[Word] = &[
    field("handle", HEADER, LENGTH, 8, U32),
    option("classid", CLASS, form::CLASS),
    option("hw_tc", OWN, U32),
    field("skip_hw", FLAGS, 4, 0, Bit32(1)),
    field("skip_sw", FLAGS, 4, 0, Bit32(2)),
    field("verbose", FLAGS, 4, 0, Bit32(16)),
    Word { settable: false, ..field("in_hw", FLAGS, 4, 0, Bit32(4)) },
    Word { settable: false, ..field("not_in_hw", FLAGS, 4, 0, Bit32(8)) },
    option("indev", 2, Text),
    option("ip_proto", IP_PROTO, Names8(PROTOCOLS)),
    option("vlan_id", 23, form::VLAN),
    option("vlan_prio", 24, form::VLAN_PRIORITY),
    option("vlan_ethtype", 25, PROTOCOL),
    option("cvlan_id", 77, form::VLAN),
    option("cvlan_prio", 78, form::VLAN_PRIORITY),
    option("cvlan_ethtype", 79, PROTOCOL),
    option("num_of_vlans", 102, U8),
    option("mpls", OWN, List(&Nested(LSE), 0)),
    option("mpls_ttl", 67, U8),
    option("mpls_bos", 68, U8),
    option("mpls_tc", 69, U8),
    option("mpls_label", 70, U32),
    option("pppoe_sid", 103, Be16),
    option("ppp_proto", 104, PPP),
    option("l2tpv3_sid", 105, Be32),
    option("l2_miss", 106, Switch8),
    option("cfm", 107, Nested(CFM)),
    option("enc_key_id", 26, Be32),
    option("dst_mac", OWN, Text),
    option("src_mac", OWN, Text),
    option("dst_ip", OWN, Text),
    option("src_ip", OWN, Text),
    option("ip_tos", OWN, Text),
    option("ip_ttl", OWN, Text),
    option("ip_flags", OWN, Text),
    option("dst_port", OWN, Text),
    option("src_port", OWN, Text),
    option("tcp_flags", OWN, Text),
    option("type", OWN, Text),
    option("code", OWN, Text),
    option("arp_sip", OWN, Text),
    option("arp_tip", OWN, Text),
    option("arp_op", OWN, Text),
    option("arp_sha", OWN, Text),
    option("arp_tha", OWN, Text),
    option("enc_src_ip", OWN, Text),
    option("enc_dst_ip", OWN, Text),
    option("enc_src_port", OWN, Text),
    option("enc_dst_port", OWN, Text),
    option("enc_tos", OWN, Text),
    option("enc_ttl", OWN, Text),
    option("enc_flags", OWN, Text),
    option("spi", OWN, Text),
    option("ct_state", OWN, Text),
    option("ct_zone", OWN, Text),
    option("ct_mark", OWN, Text),
    option("ct_label", OWN, Text),
    GENEVE,
    VXLAN,
    ERSPAN,
    GTP,
];

/// Those that are about packets, which alone a template of a chain has.
pub(super) const FIELDS: &[Word] = WORDS.split_at(8).1;

pub(super) static FLOWER: Kind = Kind { own: Some(Layout { encode, decode }), show, ..Kind::new("flower", WORDS, 3) };

/// A field with a mask: its word, the attributes of both, and the protocol that has it where others have it elsewhere.
struct Masked(&'static str, u16, u16, Shape, Option<u8>);

const MASKED: &[Masked] = &[
    Masked("dst_mac", 4, 5, Shape::Mac, None),
    Masked("src_mac", 6, 7, Shape::Mac, None),
    Masked("src_ip", 10, 11, Shape::Ip4, None),
    Masked("dst_ip", 12, 13, Shape::Ip4, None),
    Masked("src_ip", 14, 15, Shape::Ip6, None),
    Masked("dst_ip", 16, 17, Shape::Ip6, None),
    Masked("ip_tos", 73, 74, Shape::Hex(1), None),
    Masked("ip_ttl", 75, 76, Shape::Number(1), None),
    Masked("ip_flags", 47, 48, Shape::Switches(4, &[("frag", 1), ("firstfrag", 2)]), None),
    Masked("src_port", 18, 35, Shape::Number(2), Some(6)),
    Masked("dst_port", 19, 36, Shape::Number(2), Some(6)),
    Masked("src_port", 20, 37, Shape::Number(2), Some(17)),
    Masked("dst_port", 21, 38, Shape::Number(2), Some(17)),
    Masked("src_port", 41, 39, Shape::Number(2), Some(132)),
    Masked("dst_port", 42, 40, Shape::Number(2), Some(132)),
    Masked("tcp_flags", 71, 72, Shape::Hex(2), None),
    Masked("code", 49, 50, Shape::Number(1), Some(1)),
    Masked("type", 51, 52, Shape::Number(1), Some(1)),
    Masked("code", 53, 54, Shape::Number(1), Some(58)),
    Masked("type", 55, 56, Shape::Number(1), Some(58)),
    Masked("arp_sip", 57, 58, Shape::Ip4, None),
    Masked("arp_tip", 59, 60, Shape::Ip4, None),
    Masked("arp_op", 61, 62, Shape::Words(&["", "request", "reply"]), None),
    Masked("arp_sha", 63, 64, Shape::Mac, None),
    Masked("arp_tha", 65, 66, Shape::Mac, None),
    Masked("enc_src_ip", 27, 28, Shape::Ip4, None),
    Masked("enc_dst_ip", 29, 30, Shape::Ip4, None),
    Masked("enc_src_ip", 31, 32, Shape::Ip6, None),
    Masked("enc_dst_ip", 33, 34, Shape::Ip6, None),
    Masked("enc_src_port", 43, 44, Shape::Number(2), None),
    Masked("enc_dst_port", 45, 46, Shape::Number(2), None),
    Masked("enc_tos", 80, 81, Shape::Hex(1), None),
    Masked("enc_ttl", 82, 83, Shape::Number(1), None),
    Masked(
        "enc_flags",
        110,
        111,
        Shape::Switches(4, &[("tuncsum", 4), ("tundf", 8), ("tunoam", 16), ("tuncrit", 32)]),
        None,
    ),
    Masked("spi", 108, 109, Shape::Hex(4), None),
    Masked(
        "ct_state",
        91,
        92,
        Shape::Signed(&[("new", 1), ("est", 2), ("rel", 4), ("trk", 8), ("inv", 16), ("rpl", 32)]),
        None,
    ),
    Masked("ct_zone", 93, 94, Shape::Host(2), None),
    Masked("ct_mark", 95, 96, Shape::Host(4), None),
    Masked("ct_label", 97, 98, Shape::Bytes(16), None),
];

/// Ranges of ports: the word, the attributes of the least and of the greatest.
const RANGES: &[(&str, u16, u16)] = &[("src_port", 87, 88), ("dst_port", 89, 90)];

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    // What a packet is follows from the protocol of the filter (iproute2 `flower_parse_opt`).
    if let Some(protocol) = given.setting("protocol").and_then(super::protocol_of).filter(|protocol| *protocol != 3) {
        attr::put(bytes, ETH_TYPE, &protocol.to_be_bytes());
    }
    if let Some(queue) = given.number("hw_tc")?.filter(|_| !given.has("classid")) {
        let queue = u32::try_from(queue).ok().filter(|queue| *queue < QUEUES);
        let queue = queue.ok_or_else(|| given.wrong("hw_tc", "a number below 16"))?;
        let major = match given.setting("parent") {
            Some(Setting::Text(text)) => handle::class(text).unwrap_or_default() & 0xffff_0000,
            _ if given.has("ingress") || given.has("egress") => handle::INGRESS & 0xffff_0000,
            _ => 0,
        };
        attr::put(bytes, CLASS, &(major | (PRIORITY + queue)).to_ne_bytes());
    }
    if let Some(labels) = given.tables("mpls")? {
        let labels = labels.iter().map(|label| label.attributes(&[])).collect::<Result<Vec<_>>>()?;
        attr::nest(bytes, LABELS, |bytes| {
            labels.iter().for_each(|label| attr::put(bytes, LABEL | attr::NESTED, label));
        });
    }
    let proto = given.number("ip_proto")?.and_then(|proto| u8::try_from(proto).ok());
    let mut words: Vec<&str> = MASKED.iter().map(|field| field.0).filter(|word| given.has(word)).collect();
    words.dedup();
    for word in words {
        let text = match given.setting(word) {
            Some(Setting::Text(text)) => text.clone(),
            Some(Setting::Integer(number)) => number.to_string(),
            _ => return Err(given.wrong(word, "a text or a number")),
        };
        if let Some((least, greatest, range)) = range(word, &text) {
            if proto.is_none() {
                return Err(needs_protocol(word));
            }
            attr::put(bytes, range.0, &least.to_be_bytes());
            attr::put(bytes, range.1, &greatest.to_be_bytes());
            continue;
        }
        let fields = MASKED.iter().filter(|field| field.0 == word);
        let mut fits = fields.clone().filter(|field| field.4.is_none() || field.4 == proto);
        let found = fits.find_map(|field| Some((field, read(&field.3, &text)?)));
        let Some((field, (value, mask))) = found else {
            let by_protocol = fields.clone().all(|field| field.4.is_some());
            let known = fields.clone().any(|field| field.4 == proto);
            let expected = fields.map(|field| field.3.expected()).next().unwrap_or_default();
            return Err(if by_protocol && !known { needs_protocol(word) } else { given.wrong(word, expected) });
        };
        attr::put(bytes, field.1, &value);
        attr::put(bytes, field.2, &mask);
    }
    tunnel_options::put_masked(bytes, OPTIONS, given.settings(), Style::Tc)
}

/// The protocol that the options are about; a filter says it in its header, a template here alone.
pub(super) fn protocol(options: &[u8]) -> Option<Setting> {
    words::shown(super::WORDS, "protocol", attr::find(options, ETH_TYPE)?)
}

fn needs_protocol(word: &str) -> Error {
    Error::needs(word, "ip_proto")
}

/// `1000-2000`, and the attributes for it.
fn range(word: &str, text: &str) -> Option<(u16, u16, (u16, u16))> {
    let (_, least, greatest) = RANGES.iter().find(|(known, ..)| *known == word)?;
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?, (*least, *greatest)))
}

/// A class of the hardware's queues in its own word.
fn show(settings: &mut Settings) {
    let Some(class) = words::text(settings, "classid").and_then(handle::class) else { return };
    let queue = (class & 0xffff).checked_sub(PRIORITY).filter(|queue| *queue < QUEUES);
    if let Some(queue) = queue {
        settings.retain(|(key, _)| key != "classid");
        settings.push(("hw_tc".into(), Setting::Integer(queue.into())));
    }
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    if let Some(labels) = attr::find(bytes, LABELS) {
        let labels = attr::Attributes::new(labels).map(|(_, label)| words::decode(LSE, &[], label, &|_| None));
        seen.setting("mpls", Setting::List(labels.map(Setting::Table).collect()));
    }
    for Masked(word, value, mask, shape, _) in MASKED {
        let Some(value) = attr::find(bytes, *value) else { continue };
        let text = shown(shape, value, attr::find(bytes, *mask).unwrap_or_default());
        if let Some(text) = text {
            seen.setting(word, text);
        }
    }
    let [options, masks] = OPTIONS.map(|kind| attr::find(bytes, kind));
    if let Some((word, value)) = options.and_then(|options| tunnel_options::decode(options, masks, Style::Tc)) {
        seen.setting(word, value);
    }
    for (word, least, greatest) in RANGES {
        let port = |kind| Some(u16::from_be_bytes(attr::find(bytes, kind)?.try_into().ok()?));
        if let (Some(least), Some(greatest)) = (port(*least), port(*greatest)) {
            seen.setting(word, Setting::Text(format!("{least}-{greatest}")));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::explain;
    use proptest::prelude::*;

    fn bytes(settings: &[(&'static str, &str)]) -> Result<Vec<u8>> {
        let settings =
            settings.iter().map(|(key, value)| ((*key).into(), Setting::Text((*value).to_owned()))).collect();
        FLOWER.encode(&settings, &mut words::no_links)
    }

    #[test]
    fn fields_go_out_and_come_back() {
        let given = [
            ("ip_proto", "tcp"),
            ("dst_mac", "02:00:00:00:00:01"),
            ("src_mac", "02:00:00:00:00:00/ff:ff:ff:00:00:00"),
            ("src_ip", "10.0.0.0/8"),
            ("dst_ip", "2001:db8::1"),
            ("ip_flags", "nofrag"),
            ("dst_port", "80"),
            ("src_port", "1000-2000"),
            ("tcp_flags", "0x2/0x12"),
            ("ct_state", "-new+trk"),
        ];
        let read = FLOWER.decode(&[0; LENGTH], &bytes(&given).expect("options"), &|_| None);
        for (key, value) in given {
            let text = words::find(&read, key).map(|value| value.to_string().replace('"', ""));
            assert_eq!(text.as_deref(), Some(value), "{key}");
        }
    }

    #[test]
    fn ports_need_to_know_whose_they_are() {
        let error = bytes(&[("dst_port", "80")]).expect_err("of no protocol");
        assert!(error.is(&explain::TC_NEEDS), "{error}");
        let error = bytes(&[("dst_port", "80000"), ("ip_proto", "udp")]).expect_err("no port");
        assert!(error.is(&explain::WORD_VALUE), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..104, 1 => any::<u8>()], 0..200),
        ) {
            let _ = FLOWER.decode(&[0; LENGTH], &bytes, &|_| None);
        }
    }
}
