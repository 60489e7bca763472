//! Links that share the hardware of another: macvlan and ipvlan, and their tap variants (Linux `IFLA_MACVLAN_*`,
//! `IFLA_IPVLAN_*`).

use super::Kind;
use crate::kernel::link::{format_mac, parse_mac};
use crate::kernel::words::Form::{self, Bit16, I32, Names32, U32, Words16};
use crate::kernel::words::{self, Own, Setting, Settings, Word, fact, field, option};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] = &[
    Kind { own: IPVLAN, stands: true, ..Kind::new("ipvlan", "ipvlan", "CONFIG_IPVLAN") },
    Kind { own: IPVLAN, stands: true, ..Kind::new("ipvtap", "ipvtap", "CONFIG_IPVTAP") },
    macvlan("macvlan", "CONFIG_MACVLAN"),
    macvlan("macvtap", "CONFIG_MACVTAP"),
];

const fn macvlan(name: &'static str, config: &'static str) -> Kind {
    Kind { own: MACVLAN, stands: true, together: FLAGS, more: sources, ..Kind::new(name, name, config) }
}

/// Flags that are one number.
const FLAGS: &[&str] = &["nopromisc", "nodst"];

/// `enum macvlan_mode`.
const MODES: &[(u32, &str)] = &[(1, "private"), (2, "vepa"), (4, "bridge"), (8, "passthru"), (16, "source")];

const MACVLAN: &[Word] = &[
    option("mode", 1, Names32(MODES)),
    field("nopromisc", 2, 2, 0, Bit16(1)),
    field("nodst", 2, 2, 0, Bit16(2)),
    option("macaddr", 5, Form::Own(&SOURCES)),
    option("bcqueuelen", 7, U32),
    fact("usedbcqueuelen", 8, U32),
    option("bclim", 9, I32),
];

/// The MAC addresses of which a link in the mode `source` takes frames: all of them, in place of those before.
static SOURCES: Own = Own {
    expected: "an array of MAC addresses",
    encode: |value| {
        let mut bytes = Vec::new();
        for value in value.each() {
            let Setting::Text(text) = value else { return None };
            attr::put(&mut bytes, MACADDR, &parse_mac(text).ok()?);
        }
        Some(bytes)
    },
    decode: |bytes| {
        let text = |(_, value): (u16, &[u8])| Setting::Text(format_mac(value));
        Some(Setting::List(attr::Attributes::new(bytes).map(text).collect()))
    },
    width: None,
};

/// `IFLA_MACVLAN_MACADDR`.
const MACADDR: u16 = 4;

/// `IFLA_MACVLAN_MACADDR_MODE`: `MACVLAN_MACADDR_SET`.
fn sources(settings: &Settings, bytes: &mut Vec<u8>) {
    if words::find(settings, "macaddr").is_some() {
        attr::put_u32(bytes, 3, 3);
    }
}

const IPVLAN: &[Word] = &[
    option("mode", 1, Words16(&["l2", "l3", "l3s"])),
    field("private", 2, 2, 0, Bit16(1)),
    field("vepa", 2, 2, 0, Bit16(2)),
    field("bridge", 2, 2, 0, Form::Own(&NEITHER)),
];

/// Neither of the flags that a link can have (Linux `IPVLAN_F_*`), which is how it is at first.
static NEITHER: Own = Own {
    expected: "true or false",
    encode: |value| matches!(value, Setting::Switch(_)).then(|| vec![0; 2]),
    decode: |bytes| (attr::number(bytes)? & 3 == 0).then_some(Setting::Switch(true)),
    width: Some(2),
};
