//! MPLS: labels before the packet (Linux `include/uapi/linux/mpls_iptunnel.h`).

use super::Type;
use crate::kernel::mpls::LABELS;
use crate::kernel::words::Form::{Own, U8};
use crate::kernel::words::option;

pub(super) static TYPE: Type =
    Type::new("mpls", 1, "load the module mpls_iptunnel", &[option("labels", 1, Own(&LABELS)), option("ttl", 2, U8)]);
