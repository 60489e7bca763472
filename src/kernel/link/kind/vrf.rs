//! VRFs: links that are a routing table of their own for their ports (Linux `IFLA_VRF_*`, `IFLA_VRF_PORT_*`).

use super::Kind;
use super::tunnel::text;
use crate::kernel::names::Names;
use crate::kernel::words::Form::{self, U32};
use crate::kernel::words::{Own, Setting, Word, fact, option, whole};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, port: PORT, needs: &["table"], ..Kind::new("vrf", "vrf", "CONFIG_NET_VRF") }];

const OWN: &[Word] = &[option("table", 1, Form::Own(&TABLE))];

/// A routing table: a number, or a name of `rt_tables`, and read as a number, as `ip link` has it.
static TABLE: Own = Own {
    expected: "a number of 32 bits or a name of /etc/iproute2/rt_tables",
    encode: |value| {
        let number = whole(value).and_then(|number| u32::try_from(number).ok());
        let number = number.or_else(|| Names::tables().number(text(value)?))?;
        Some(number.to_ne_bytes().to_vec())
    },
    decode: |bytes| Some(Setting::Integer(attr::u32_of(bytes)?.into())),
    width: Some(4),
};

const PORT: &[Word] = &[fact("vrf_table", 1, U32)];
