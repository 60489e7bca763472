//! `tunnel_key`: says to which tunnel a packet goes, or forgets from which it came (tc-tunnel_key(8), Linux
//! `tc_act/tc_tunnel_key.h`).

use super::{Action, control, index};
use crate::error::Result;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::tunnel_options::{self, ERSPAN, GENEVE, Style, VXLAN};
use crate::kernel::words::Form::{Be16, Be32, Flag, Ip4, Ip6, Off8, U8, Words32};
use crate::kernel::words::{Word, field, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 2;
const LENGTH: usize = 24;
/// `TCA_TUNNEL_KEY_ENC_OPTS`.
const OPTIONS: u16 = 11;

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    field("do", PARAMETERS, LENGTH, 20, Words32(&["none", "set", "unset"])),
    option("src_ip", 3, Ip4),
    option("dst_ip", 4, Ip4),
    option("src_ip", 5, Ip6),
    option("dst_ip", 6, Ip6),
    option("id", 7, Be32),
    option("dst_port", 9, Be16),
    option("csum", 10, Off8),
    option("tos", 12, U8),
    option("ttl", 13, U8),
    option("nofrag", 14, Flag),
    GENEVE,
    VXLAN,
    ERSPAN,
];

pub(super) static TUNNEL_KEY: Action =
    Action { own: Some(Layout { encode, decode }), ..Action::new("tunnel_key", WORDS) };

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    tunnel_options::put(bytes, OPTIONS, given.settings(), Style::Tc)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let (word, value) = tunnel_options::decode(attr::find(bytes, OPTIONS)?, None, Style::Tc)?;
    seen.setting(word, value);
    Some(())
}
