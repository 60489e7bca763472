//! `csum`: works out checksums anew (tc-csum(8), Linux `tc_act/tc_csum.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::Bits32;
use crate::kernel::words::{Word, field};

const PARAMETERS: u16 = 1;
const LENGTH: usize = 24;

const WORDS: &[Word] =
    &[control(PARAMETERS, LENGTH), index(PARAMETERS, LENGTH), field("of", PARAMETERS, LENGTH, 20, Bits32(OF))];

/// The header of IPv4 has three names; it is read by the first.
const OF: &[(&str, u32)] = &[
    ("iph", 1),
    ("ip4h", 1),
    ("ipv4h", 1),
    ("icmp", 2),
    ("igmp", 4),
    ("tcp", 8),
    ("udp", 16),
    ("udplite", 32),
    ("sctp", 64),
];

pub(super) static CSUM: Action =
    Action { complete: |settings| super::default(settings, "control", "pass"), times: 2, ..Action::new("csum", WORDS) };
