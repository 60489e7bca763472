//! IPsec: packets go by the policies of an xfrm interface (Linux `LWT_XFRM_*` in `include/uapi/linux/lwtunnel.h`).

use super::Type;
use crate::kernel::words::Form::{Link, U32};
use crate::kernel::words::option;

pub(super) static TYPE: Type =
    Type::new("xfrm", 10, "load the module xfrm_interface", &[option("if_id", 1, U32), option("link_dev", 2, Link)]);
