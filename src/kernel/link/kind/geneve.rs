//! GENEVE: Ethernet or IP over UDP (Linux `IFLA_GENEVE_*`, `drivers/net/geneve.c`).

use super::Kind;
use super::tunnel::{HOST4, HOST6, TOS, text};
use crate::kernel::words::Form::{Be16, Be32, Flag, Names8, Own, Switch8, U32, Words8};
use crate::kernel::words::{self, Setting, Word, option};

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, needs: &["id"], ..Kind::new("geneve", "geneve", "CONFIG_GENEVE") }];

const OWN: &[Word] = &[
    option("id", 1, U32),
    option("remote", 2, Own(&HOST4)),
    option("remote", 7, Own(&HOST6)),
    option("local", 17, Own(&HOST4)),
    option("local", 18, Own(&HOST6)),
    option("ttl", 12, Own(&TTL_INHERIT)),
    option("ttl", 3, Names8(&[(0, "auto")])),
    option("tos", 4, Own(&TOS)),
    option("df", 13, Words8(&["unset", "set", "inherit"])),
    option("flowlabel", 11, Be32),
    option("dstport", 5, Be16),
    option("external", 6, Flag),
    option("udpcsum", 8, Switch8),
    option("udp6zerocsumtx", 9, Switch8),
    option("udp6zerocsumrx", 10, Switch8),
    option("innerprotoinherit", 14, Flag),
];

/// `ttl inherit`.
const TTL_INHERIT: words::Own = words::Own {
    expected: "inherit",
    encode: |value| (text(value)? == "inherit").then(|| vec![1]),
    decode: |bytes| (bytes.first() == Some(&1)).then(|| Setting::Text("inherit".to_owned())),
    width: None,
};
