//! IP tunnels without a link of their own: where a tunnel link in external mode is to send packets to (Linux `LWTUNNEL_IP_*`
//! and `LWTUNNEL_IP6_*` in `include/uapi/linux/lwtunnel.h`).

use super::Type;
use crate::kernel::words::Form::{Be64, Bit16, Ip4, Ip6, U8};
use crate::kernel::words::{Word, field, option};

/// One of `TUNNEL_*`, which are in the network's order (Linux `include/uapi/linux/if_tunnel.h`).
const fn flag(name: &'static str, bit: u16) -> Word {
    field(name, 6, 2, 0, Bit16(bit.to_be()))
}

pub(super) static IP4: Type = Type::new(
    "ip",
    2,
    "load the module ip_tunnel",
    &[
        option("id", 1, Be64),
        option("dst", 2, Ip4),
        option("src", 3, Ip4),
        option("ttl", 4, U8),
        option("tos", 5, U8),
        flag("csum", 1),
        flag("key", 4),
        flag("seq", 8),
    ],
);

pub(super) static IP6: Type = Type::new(
    "ip6",
    4,
    "load the module ip_tunnel",
    &[
        option("id", 1, Be64),
        option("dst", 2, Ip6),
        option("src", 3, Ip6),
        option("hoplimit", 4, U8),
        option("tc", 5, U8),
        flag("csum", 1),
        flag("key", 4),
        flag("seq", 8),
    ],
);
