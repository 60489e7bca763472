//! Links whose packets IPsec takes: vti, vti6 (Linux `IFLA_VTI_*`) and xfrm (`IFLA_XFRM_*`).

use super::Kind;
use super::tunnel::{END4, END6, KEY};
use crate::kernel::words::Form::{Flag, Link, Own, U32};
use crate::kernel::words::{self, Setting, Settings, Word, option, short};

pub(super) const KINDS: &[Kind] = &[
    Kind { own: VTI, whole: true, forget, ..Kind::new("vti", "ip_vti", "CONFIG_NET_IPVTI") },
    Kind { own: VTI6, whole: true, forget, ..Kind::new("vti6", "ip6_vti", "CONFIG_IPV6_VTI") },
    Kind { own: XFRM, whole: true, ..Kind::new("xfrm", "xfrm_interface", "CONFIG_XFRM_INTERFACE") },
];

/// What both have whose ends are these.
const fn vti(end: &'static words::Own) -> [Word; 7] {
    [
        option("remote", 5, Own(end)),
        option("local", 4, Own(end)),
        option("dev", 1, Link),
        short("key", &["ikey", "okey"]),
        option("ikey", 2, Own(&KEY)),
        option("okey", 3, Own(&KEY)),
        option("fwmark", 6, U32),
    ]
}

const VTI: &[Word] = &vti(&END4);
const VTI6: &[Word] = &vti(&END6);

const XFRM: &[Word] = &[option("dev", 1, Link), option("if_id", 2, U32), option("external", 3, Flag)];

/// Keys that are none.
fn forget(options: &mut Settings) {
    for key in ["ikey", "okey"] {
        if words::find(options, key) == Some(&Setting::Integer(0)) {
            options.retain(|(known, _)| known != key);
        }
    }
}
