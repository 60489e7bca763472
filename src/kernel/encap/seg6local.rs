//! Segment routing over IPv6, what a node does at a segment of its own (Linux `include/uapi/linux/seg6_local.h`).

use super::{Type, bpf, srh};
use crate::error::{Error, Result, explain};
use crate::kernel::names::Names;
use crate::kernel::words::Form::{Bits32, Ip4, Ip6, Link, Named32, Names32, Nested, Switch8, Text, U8, U64};
use crate::kernel::words::{self, Setting, Settings, Word, fact, flat, option};
use crate::netlink::attr;

/// `SEG6_LOCAL_SRH`.
const SRH: u16 = 2;
/// `SEG6_LOCAL_COUNTERS`.
const COUNTERS: u16 = 10;
/// `SEG6_LOCAL_ACTION_*`.
const ACTIONS: &[(u32, &str)] = &[
    (1, "End"),
    (2, "End.X"),
    (3, "End.T"),
    (4, "End.DX2"),
    (5, "End.DX6"),
    (6, "End.DX4"),
    (7, "End.DT6"),
    (8, "End.DT4"),
    (9, B6),
    (10, "End.B6.Encaps"),
    (11, "End.BM"),
    (12, "End.S"),
    (13, "End.AS"),
    (14, "End.AM"),
    (15, "End.BPF"),
    (16, "End.DT46"),
];
/// The action whose header comes between that of the packet and what is in it.
const B6: &str = "End.B6";

/// `SEG6_LOCAL_FLV_*`.
const FLAVORS: &[Word] = &[
    option("flavors", 1, Bits32(&[("psp", 1 << 1), ("usp", 1 << 2), ("usd", 1 << 3), ("next-csid", 1 << 4)])),
    option("lblen", 2, U8),
    option("nflen", 3, U8),
];
/// `SEG6_LOCAL_CNT_*`.
const COUNTS: &[Word] = &[fact("packets", 2, U64), fact("bytes", 3, U64), fact("errors", 4, U64)];

pub(super) static TYPE: Type = Type {
    beside: &[option("srh", 0, Text), option("count", 0, Switch8)],
    write: Some(write),
    read: Some(read),
    ..Type::new(
        "seg6local",
        7,
        "use a kernel with CONFIG_IPV6_SEG6_LWTUNNEL",
        &[
            option("action", 1, Names32(ACTIONS)),
            option("table", 3, Named32(Names::tables)),
            option("vrftable", 9, Named32(Names::tables)),
            option("nh4", 4, Ip4),
            option("nh6", 5, Ip6),
            option("iif", 6, Link),
            option("oif", 7, Link),
            option("endpoint", 8, Nested(bpf::WORDS)),
            flat(11, FLAVORS),
            fact("counters", COUNTERS, Nested(COUNTS)),
        ],
    )
};

fn is_inline(settings: &Settings) -> bool {
    words::text(settings, "action") == Some(B6)
}

fn write(bytes: &mut Vec<u8>, settings: &Settings) -> Result<()> {
    if let Some(header) = words::find(settings, "srh") {
        let header = match header {
            Setting::Table(header) => srh::write(header, is_inline(settings)),
            _ => None,
        };
        let header = header.ok_or_else(|| Error::new(&explain::ENCAP_SEGMENTS).with("type", "seg6local"))?;
        attr::put(bytes, SRH, &header);
    }
    if words::flag(settings, "count") {
        attr::nest(bytes, COUNTERS, |inner| (2..=4).for_each(|counter| attr::put(inner, counter, &[0; 8])));
    }
    Ok(())
}

fn read(settings: &mut Settings, bytes: &[u8]) {
    if let Some(header) = attr::find(bytes, SRH) {
        let header = srh::read(header, is_inline(settings));
        settings.push(("srh".into(), Setting::Table(header)));
    }
    if attr::find(bytes, COUNTERS).is_some() {
        settings.push(("count".into(), Setting::Switch(true)));
    }
}
