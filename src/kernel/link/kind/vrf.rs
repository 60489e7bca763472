//! VRFs: links that are a routing table of their own for their ports (Linux `IFLA_VRF_*`, `IFLA_VRF_PORT_*`).

use super::Kind;
use crate::kernel::words::Form::U32;
use crate::kernel::words::{Word, fact, option};

pub(super) const KINDS: &[Kind] = &[Kind { own: OWN, port: PORT, ..Kind::new("vrf", "vrf", "CONFIG_NET_VRF") }];

const OWN: &[Word] = &[option("table", 1, U32)];

const PORT: &[Word] = &[fact("vrf_table", 1, U32)];
