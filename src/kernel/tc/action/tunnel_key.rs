//! `tunnel_key`: says to which tunnel a packet goes, or forgets from which it came (tc-tunnel_key(8), Linux
//! `tc_act/tc_tunnel_key.h`).
//!
//! Options of geneve, vxlan and erspan are left out: Linux 6.18 with hardened copies stops over them while it holds its lock.

use super::{Action, control, index};
use crate::kernel::words::Form::{Be16, Be32, Flag, Ip4, Ip6, Off8, U8, Words32};
use crate::kernel::words::{Word, field, option};

const PARAMETERS: u16 = 2;
const LENGTH: usize = 24;

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
];

pub(super) static TUNNEL_KEY: Action = Action::new("tunnel_key", WORDS);
