//! Which namespaces end together, and with them all programs inside.

use std::sync::atomic::{AtomicU64, Ordering};

/// Namespaces that nsl made and that end together: those of a lab, or those without a name of the run. Their programs
/// share a PID namespace (`process`), so that no daemon outlives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Group(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Group {
    /// The namespaces without a name that scripts make one by one: they end with the run.
    pub const RUN: Self = Self(0);

    /// Another one.
    #[must_use]
    pub fn another() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
