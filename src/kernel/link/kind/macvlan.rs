//! Links that share the hardware of another: macvlan and ipvlan, and their tap variants (Linux `IFLA_MACVLAN_*`,
//! `IFLA_IPVLAN_*`).

use super::Kind;
use crate::kernel::link::{format_mac, parse_mac};
use crate::kernel::words::Form::{self, Bit16, I32, Names32, U32, Words16};
use crate::kernel::words::{self, Own, Setting, Settings, Word, fact, option};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] = &[
    Kind { own: IPVLAN, stands: true, ..Kind::new("ipvlan", "ipvlan", "CONFIG_IPVLAN") },
    Kind { own: IPVLAN, stands: true, ..Kind::new("ipvtap", "ipvtap", "CONFIG_IPVTAP") },
    Kind { own: MACVLAN, stands: true, more: sources, ..Kind::new("macvlan", "macvlan", "CONFIG_MACVLAN") },
    Kind { own: MACVLAN, stands: true, more: sources, ..Kind::new("macvtap", "macvtap", "CONFIG_MACVTAP") },
];

/// `enum macvlan_mode`.
const MODES: &[(u32, &str)] = &[(1, "private"), (2, "vepa"), (4, "bridge"), (8, "passthru"), (16, "source")];

const MACVLAN: &[Word] = &[
    option("mode", 1, Names32(MODES)),
    option("nopromisc", 2, Bit16(1)),
    option("nodst", 2, Bit16(2)),
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

const IPVLAN: &[Word] =
    &[option("mode", 1, Words16(&["l2", "l3", "l3s"])), option("private", 2, Bit16(1)), option("vepa", 2, Bit16(2))];
