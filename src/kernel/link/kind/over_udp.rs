//! Kinds over UDP that carry IP packets: gtp (Linux `IFLA_GTP_*`), bareudp (`IFLA_BAREUDP_*`), amt (`IFLA_AMT_*`, whose
//! packets are multicast), pfcp.

use super::Kind;
use super::tunnel::text;
use crate::kernel::words::Form::{Be16, Flag, Ip4, Link, Own, U8, U16, U32, Words32};
use crate::kernel::words::{self, Setting, Settings, Word, fact, option, whole};

pub(super) const KINDS: &[Kind] = &[
    Kind { own: GTP, fresh: fresh_gtp, ..Kind::new("gtp", "gtp", "CONFIG_GTP") },
    Kind { own: BAREUDP, needs: &["dstport", "ethertype"], ..Kind::new("bareudp", "bareudp", "CONFIG_BAREUDP") },
    Kind { own: AMT, ..Kind::new("amt", "amt", "CONFIG_AMT") },
    Kind::new("pfcp", "pfcp", "CONFIG_PFCP"),
];

const GTP: &[Word] = &[
    option("role", 4, Words32(&["ggsn", "sgsn"])),
    option("role", 5, Own(&CREATE_SOCKETS)),
    option("hsize", 3, U32),
    option("restart_count", 6, U8),
];

/// The kernel is to make the sockets itself, as `ip link` has it: nsl has none to give.
const CREATE_SOCKETS: words::Own = words::Own {
    expected: "one of ggsn, sgsn",
    encode: |value| matches!(text(value)?, "ggsn" | "sgsn").then(|| vec![1]),
    decode: |_| None,
    width: None,
};

/// The kernel's role unless one is told; as large a table as `ip link` asks for.
fn fresh_gtp(options: &mut Settings) {
    for (key, value) in [("role", Setting::Text("ggsn".to_owned())), ("hsize", Setting::Integer(1024))] {
        if words::find(options, key).is_none() {
            options.push((key.into(), value));
        }
    }
}

const BAREUDP: &[Word] = &[
    option("dstport", 1, Be16),
    option("ethertype", 2, Own(&ETHERTYPE)),
    option("srcportmin", 3, U16),
    option("multiproto", 4, Flag),
];

/// Linux `ETH_P_*`, in the words of `ip link`.
const ETHERTYPES: [(u16, &str); 4] = [(0x0800, "ip"), (0x86dd, "ipv6"), (0x8847, "mpls_uc"), (0x8848, "mpls_mc")];

const ETHERTYPE: words::Own = words::Own {
    expected: "one of ip, ipv4, ipv6, mpls_uc, mpls_mc or a number of 16 bits",
    encode: |value| {
        let named = text(value).map(|text| if text == "ipv4" { "ip" } else { text });
        let named = named.and_then(|text| ETHERTYPES.iter().find(|(_, name)| *name == text));
        let number = named.map_or_else(|| u16::try_from(whole(value)?).ok(), |(number, _)| Some(*number))?;
        Some(number.to_be_bytes().to_vec())
    },
    decode: |bytes| {
        let number = u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
        let named = ETHERTYPES.iter().find(|(known, _)| *known == number);
        Some(named.map_or(Setting::Integer(number.into()), |(_, name)| Setting::Text((*name).to_owned())))
    },
    width: Some(2),
};

const AMT: &[Word] = &[
    option("mode", 1, Words32(&["gateway", "relay"])),
    option("relay_port", 2, Be16),
    option("gateway_port", 3, Be16),
    option("dev", 4, Link),
    option("local", 5, Ip4),
    fact("remote", 6, Ip4),
    option("discovery", 7, Ip4),
    option("max_tunnels", 8, U32),
];
