//! Disciplines without options: `ingress` and `clsact`, at which filters see what comes in (and goes out); `mq`, one child a
//! queue of the hardware; `noqueue`, which sends at once.

use super::{Kind, NONE};

pub(super) static CLSACT: Kind = Kind { name: "clsact", qdisc: NONE, class: None };
pub(super) static INGRESS: Kind = Kind { name: "ingress", qdisc: NONE, class: None };
pub(super) static MQ: Kind = Kind { name: "mq", qdisc: NONE, class: None };
pub(super) static NOQUEUE: Kind = Kind { name: "noqueue", qdisc: NONE, class: None };
