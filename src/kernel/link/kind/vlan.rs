//! VLANs on a link: `ip link`'s words for `IFLA_VLAN_*` (Linux `if_link.h`, `if_vlan.h`).

use super::Kind;
use crate::kernel::words::Form::{self, Masked32, U16, VlanProtocol};
use crate::kernel::words::{self, Own, Setting, Settings, Word, field, option};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, stands: true, needs: &["id"], forget: off, ..Kind::new("vlan", "8021q", "CONFIG_VLAN_8021Q") }];

/// `struct ifla_vlan_flags`.
const FLAGS: u16 = 2;

const fn flag(name: &'static str, bit: u32) -> Word {
    field(name, FLAGS, 8, 0, Masked32(bit))
}

const OWN: &[Word] = &[
    option("id", 1, U16),
    option("protocol", 5, VlanProtocol),
    flag("reorder_hdr", 1),
    flag("gvrp", 2),
    flag("loose_binding", 4),
    flag("mvrp", 8),
    flag("bridge_binding", 0x10),
    option("egress_qos_map", 3, Form::Own(&QOS_MAP)),
    option("ingress_qos_map", 4, Form::Own(&QOS_MAP)),
];

/// Flags that are all off are not shown.
fn off(options: &mut Settings) {
    if words::find(options, "reorder_hdr").is_none() {
        let flags = OWN.iter().filter(|word| word.attribute == FLAGS);
        options.extend(flags.map(|word| (word.name.into(), Setting::Switch(false))));
    }
}

/// Priorities of packets and of frames, `{"0:1", "2:3"}` or `"0:1 2:3"`.
static QOS_MAP: Own = Own {
    expected: "an array of pairs of priorities, such as {\"0:1\", \"2:3\"}",
    encode: |value| {
        let mut bytes = Vec::new();
        for pair in pairs(value)? {
            let (from, to) = pair.split_once(':')?;
            let both: [u32; 2] = [from.parse().ok()?, to.parse().ok()?];
            // `IFLA_VLAN_QOS_MAPPING`, `struct ifla_vlan_qos_mapping`.
            attr::put(&mut bytes, 1, &both.map(u32::to_ne_bytes).concat());
        }
        Some(bytes)
    },
    decode: |bytes| {
        let pair = |value: &[u8]| {
            let (from, to) = (attr::u32_of(value)?, attr::u32_of(value.get(4..)?)?);
            Some(Setting::Text(format!("{from}:{to}")))
        };
        Some(Setting::List(attr::Attributes::new(bytes).filter_map(|(_, value)| pair(value)).collect()))
    },
    width: None,
};

fn pairs(value: &Setting) -> Option<Vec<&str>> {
    match value {
        Setting::Text(text) => Some(text.split_whitespace().collect()),
        Setting::List(values) => {
            let texts = values.iter().map(|value| match value {
                Setting::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        }
        Setting::Table(none) if none.is_empty() => Some(Vec::new()),
        _ => None,
    }
}
