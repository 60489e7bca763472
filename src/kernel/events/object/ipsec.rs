//! The sorts of IPsec, which the kernel tells by a protocol of its own (Linux `include/uapi/linux/xfrm.h`): whatever is told there
//! says only that both are to be listed again.

use super::tables::whole;
use super::{Identity, Object, PLAIN, Sort};
use crate::kernel::xfrm::{policy, state};

/// States: what is told when they come, go (`XFRMNLGRP_SA`) or end by themselves (`XFRMNLGRP_EXPIRE`).
pub(super) const STATE: Sort = Sort {
    object: Object::XfrmState,
    new: state::NEW,
    header: state::LENGTH,
    groups: &[2, 3],
    // Both addresses, the SPI, the protocol and the family; `XFRMA_MARK`.
    identity: Identity::Parts(&[(56, 21), (80, 16), (212, 2)], &[21]),
    parts: Some(whole),
    ..PLAIN
};

/// Policies (`XFRMNLGRP_POLICY`).
pub(super) const POLICY: Sort = Sort {
    object: Object::XfrmPolicy,
    new: policy::NEW,
    header: policy::LENGTH,
    groups: &[2, 4],
    // The index and the direction.
    identity: Identity::Parts(&[(156, 5)], &[]),
    // Directions beyond these are those of single sockets.
    is_shown: |header| header[160] <= 2,
    parts: Some(whole),
    ..PLAIN
};
