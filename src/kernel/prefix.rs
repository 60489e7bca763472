//! Prefixes that routers advertise, in the words of `ip monitor prefix` (Linux `struct prefixmsg` in
//! `include/uapi/linux/rtnetlink.h`). The kernel keeps no list of them: it tells of each as it hears it.

use super::shared_forms::add_length;
use super::words::Form::{Bit8, Ip6, Link, U32};
use super::words::{self, HEADER, Setting, Settings, Word, fact, fact_field};

/// `RTM_NEWPREFIX`.
pub(super) const NEW: u16 = 52;
/// Length of `struct prefixmsg`.
pub(super) const LENGTH: usize = 12;
/// `PREFIX_ADDRESS`.
pub(super) const ADDRESS: u16 = 1;
/// `PREFIX_CACHEINFO`, a `struct prefix_cacheinfo`.
const LIFETIMES: u16 = 2;

const WORDS: &[Word] = &[
    fact("prefix", ADDRESS, Ip6),
    fact_field("dev", HEADER, LENGTH, 4, Link),
    // `IF_PREFIX_ONLINK`, `IF_PREFIX_AUTOCONF`; newer kernels give the option's own bits (`inet6_fill_prefix`).
    fact_field("onlink", HEADER, LENGTH, 10, Bit8(1)),
    fact_field("onlink", HEADER, LENGTH, 10, Bit8(0x80)),
    fact_field("autoconf", HEADER, LENGTH, 10, Bit8(2)),
    fact_field("autoconf", HEADER, LENGTH, 10, Bit8(0x40)),
    fact_field("valid_lft", LIFETIMES, 8, 4, U32),
    fact_field("preferred_lft", LIFETIMES, 8, 0, U32),
];

/// What a message says: a `prefix` of a `dev`, and for how many seconds it is good.
pub fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let header = bytes.get(..LENGTH)?;
    let mut prefix = words::decode(WORDS, header, bytes.get(LENGTH..)?, name);
    if let Some((_, Setting::Text(address))) = prefix.iter_mut().find(|(key, _)| key == "prefix") {
        add_length(address, header[9]);
    }
    Some(prefix)
}
