//! The parts of what can be set of a device, in `ethtool`'s words with underscores.
//!
//! A part's number is the command that reads it (`ETHTOOL_MSG_*_GET`); the next one sets it. The numbers within are the
//! attributes of its messages (Linux `include/uapi/linux/ethtool_netlink.h`).

use crate::kernel::words::Form::{Flag, List, Names8, Names32, Nested, Switch8, Text, U32};
use crate::kernel::words::{Word, fact, option};

/// All parts. Features are no attributes but a set of names (`features`), which the form only stands for.
pub const WORDS: &[Word] = &[
    option("features", 11, Flag),
    option("requested", 11, List(&Text, 0)),
    fact("fixed", 11, List(&Text, 0)),
    option("link", 4, Nested(LINK)),
    option("rings", 15, Nested(RINGS)),
    option("channels", 17, Nested(CHANNELS)),
    option("coalesce", 19, Nested(COALESCE)),
    option("pause", 21, Nested(PAUSE)),
];

/// The command that reads a part.
pub(super) fn command(part: &Word) -> u8 {
    part.attribute as u8
}

/// `ethtool -s`; the speed is in Mbit/s.
const LINK: &[Word] = &[
    option("autoneg", 2, Switch8),
    option("speed", 5, Names32(&[(u32::MAX, "unknown")])),
    option("duplex", 6, Names8(&[(0, "half"), (1, "full"), (0xff, "unknown")])),
    option("master_slave", 7, Names8(MASTER_SLAVE)),
    option("lanes", 9, U32),
];

/// `MASTER_SLAVE_CFG_*`.
const MASTER_SLAVE: &[(u32, &str)] = &[
    (0, "unsupported"),
    (1, "unknown"),
    (2, "preferred-master"),
    (3, "preferred-slave"),
    (4, "forced-master"),
    (5, "forced-slave"),
];

/// `ethtool -G`.
const RINGS: &[Word] = &[
    fact("rx_max", 2, U32),
    fact("rx_mini_max", 3, U32),
    fact("rx_jumbo_max", 4, U32),
    fact("tx_max", 5, U32),
    option("rx", 6, U32),
    option("rx_mini", 7, U32),
    option("rx_jumbo", 8, U32),
    option("tx", 9, U32),
    option("rx_buf_len", 10, U32),
    option("tcp_data_split", 11, Names8(&[(0, "unknown"), (1, "off"), (2, "on")])),
    option("cqe_size", 12, U32),
    option("tx_push", 13, Switch8),
    option("rx_push", 14, Switch8),
    option("tx_push_buf_len", 15, U32),
    fact("tx_push_buf_len_max", 16, U32),
];

/// `ethtool -L`.
const CHANNELS: &[Word] = &[
    fact("rx_max", 2, U32),
    fact("tx_max", 3, U32),
    fact("other_max", 4, U32),
    fact("combined_max", 5, U32),
    option("rx", 6, U32),
    option("tx", 7, U32),
    option("other", 8, U32),
    option("combined", 9, U32),
];

/// `ethtool -C`.
const COALESCE: &[Word] = &[
    option("rx_usecs", 2, U32),
    option("rx_frames", 3, U32),
    option("rx_usecs_irq", 4, U32),
    option("rx_frames_irq", 5, U32),
    option("tx_usecs", 6, U32),
    option("tx_frames", 7, U32),
    option("tx_usecs_irq", 8, U32),
    option("tx_frames_irq", 9, U32),
    option("stats_block_usecs", 10, U32),
    option("adaptive_rx", 11, Switch8),
    option("adaptive_tx", 12, Switch8),
    option("pkt_rate_low", 13, U32),
    option("rx_usecs_low", 14, U32),
    option("rx_frames_low", 15, U32),
    option("tx_usecs_low", 16, U32),
    option("tx_frames_low", 17, U32),
    option("pkt_rate_high", 18, U32),
    option("rx_usecs_high", 19, U32),
    option("rx_frames_high", 20, U32),
    option("tx_usecs_high", 21, U32),
    option("tx_frames_high", 22, U32),
    option("sample_interval", 23, U32),
    option("cqe_mode_tx", 24, Switch8),
    option("cqe_mode_rx", 25, Switch8),
];

/// `ethtool -A`.
const PAUSE: &[Word] = &[option("autoneg", 2, Switch8), option("rx", 3, Switch8), option("tx", 4, Switch8)];
