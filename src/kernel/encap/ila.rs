//! Identifier locator addressing: the first half of the destination becomes another (Linux `ILA_ATTR_*` in
//! `include/uapi/linux/ila.h`).

use super::Type;
use crate::kernel::ila::{CHECKSUM, CHECKSUMS, IDENTIFIER, IDENTIFIERS, LOCATOR};
use crate::kernel::words::Form::{Names8, Own};
use crate::kernel::words::option;

pub(super) static TYPE: Type = Type::new(
    "ila",
    3,
    "load the module ila",
    &[
        option("locator", 1, Own(&LOCATOR)),
        option("csum_mode", CHECKSUM, CHECKSUMS),
        option("ident_type", IDENTIFIER, IDENTIFIERS),
        option("hook_type", 9, Names8(&[(0, "output"), (1, "input")])),
    ],
);
