//! IP tunnels without a link of their own: where a tunnel link in external mode is to send packets to (Linux `LWTUNNEL_IP_*`
//! and `LWTUNNEL_IP6_*` in `include/uapi/linux/lwtunnel.h`).

use super::Type;
use crate::error::Result;
use crate::kernel::tunnel_options::{self, ERSPAN, GENEVE, Style, VXLAN};
use crate::kernel::words::Form::{Be64, Bit16, Ip4, Ip6, U8};
use crate::kernel::words::{Settings, Word, field, option};
use crate::netlink::attr;

/// `LWTUNNEL_IP_OPTS` and `LWTUNNEL_IP6_OPTS`.
const OPTIONS: u16 = 8;

/// One of `TUNNEL_*`, which are in the network's order (Linux `include/uapi/linux/if_tunnel.h`).
const fn flag(name: &'static str, bit: u16) -> Word {
    field(name, 6, 2, 0, Bit16(bit.to_be()))
}

pub(super) static IP4: Type = with_options(Type::new(
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
));

pub(super) static IP6: Type = with_options(Type::new(
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
));

/// The same with the options of the tunnel's own protocol.
const fn with_options(plain: Type) -> Type {
    Type { beside: &[GENEVE, VXLAN, ERSPAN], write: Some(write), read: Some(read), ..plain }
}

fn write(bytes: &mut Vec<u8>, settings: &Settings) -> Result<()> {
    tunnel_options::put(bytes, OPTIONS, settings, Style::Ip)
}

fn read(settings: &mut Settings, bytes: &[u8]) {
    let read = attr::find(bytes, OPTIONS).and_then(|options| tunnel_options::decode(options, None, Style::Ip));
    settings.extend(read.map(|(word, value)| (word.into(), value)));
}
