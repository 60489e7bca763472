//! The limit of open files: nsl raises its own, and gives its children back the one it was started with.

use std::sync::OnceLock;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

static ORIGINAL: OnceLock<libc::rlimit> = OnceLock::new();

/// Raises the soft limit of open files to the hard one, once; a namespace costs a descriptor.
pub fn raise_open_files() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if soft < hard && ORIGINAL.set(libc::rlimit { rlim_cur: soft, rlim_max: hard }).is_ok() {
        // Refused: nsl goes on with the lower limit, and says so if it is reached.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// What a child gets, where that is not nsl's own.
pub(super) fn original() -> Option<libc::rlimit> {
    ORIGINAL.get().copied()
}
