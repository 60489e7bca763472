//! Rings of links, HSR and PRP: `ip link`'s words for `IFLA_HSR_*` (Linux `if_link.h`).

use super::Kind;
use crate::kernel::words::Form::{Link, Mac, U8, U16};
use crate::kernel::words::{self, Setting, Settings, Word, fact, option};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    unread: &["version", "interlink"],
    forget: supervision,
    ..Kind::new("hsr", "hsr", "CONFIG_HSR")
}];

const OWN: &[Word] = &[
    option("slave1", 1, Link),
    option("slave2", 2, Link),
    option("supervision", 3, U8),
    fact("supervision_addr", 4, Mac),
    fact("seq_nr", 5, U16),
    option("version", 6, U8),
    option("proto", 7, U8),
    option("interlink", 8, Link),
];

/// It is shown as the address of which it is the last byte.
fn supervision(options: &mut Settings) {
    let last = words::text(options, "supervision_addr").and_then(|address| address.rsplit(':').next());
    if let Some(last) = last.and_then(|last| i64::from_str_radix(last, 16).ok()) {
        options.push(("supervision".into(), Setting::Integer(last)));
    }
}
