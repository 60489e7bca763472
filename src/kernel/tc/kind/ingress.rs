//! Disciplines with few options or none: `ingress` and `clsact`, at which filters see what comes in (and goes out); `mq`, one
//! child a queue of the hardware; `noqueue`, which sends at once; `blackhole`, which drops all; `plug`, which holds all back
//! until it is told; `teql0`, through which a link of that name sends by several.

use super::{Kind, Layout, NONE, Options};
use crate::kernel::words::Form::{Size32, Words32};
use crate::kernel::words::{HEADER, Word, field};

/// A `struct tc_plug_qopt`: what is to be done now. It is not read.
const PLUG_WORDS: &[Word] = &[
    field("action", HEADER, 8, 0, Words32(&["block", "release", "release_indefinite", "limit"])),
    field("limit", HEADER, 8, 4, Size32),
];

pub(super) static BLACKHOLE: Kind = Kind::new("blackhole", NONE);
pub(super) static CLSACT: Kind = Kind::new("clsact", NONE);
pub(super) static INGRESS: Kind = Kind::new("ingress", NONE);
pub(super) static MQ: Kind = Kind::new("mq", NONE);
pub(super) static NOQUEUE: Kind = Kind::new("noqueue", NONE);
/// Of the one such link that the module makes unless it is told otherwise.
pub(super) static TEQL: Kind = Kind::new("teql0", NONE);
pub(super) static PLUG: Kind = Kind::new("plug", Options { words: PLUG_WORDS, layout: Layout::Struct(8) });
