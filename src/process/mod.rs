//! .

/// x
pub fn reap_orphans() {}
/// x
pub fn kill_all() {}
/// x
pub fn end_all() {}
/// x
pub fn restore_terminal() {}
