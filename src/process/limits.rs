//! The limit of open files: nsl raises its own, and gives its children back the one it was started with.

use std::sync::OnceLock;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::Mode;

static ORIGINAL: OnceLock<libc::rlimit> = OnceLock::new();

/// Files of which a process that begins makes room: two each for a lab of 2,000 nodes.
const ROOM: usize = 4096;

/// Raises the soft limit of open files to the hard one, once, as a namespace costs a descriptor; and makes room for some,
/// which is cheap as long as there is one thread.
pub fn raise_open_files() {
    raise();
    make_room(ROOM);
}

/// Makes room for so many open files at once. Otherwise the kernel doubles the room when it is used up, and each time a
/// process with several threads waits for all processors (`expand_fdtable` in Linux fs/file.c; measured: 4 to 14 ms).
pub fn make_room(files: usize) {
    let Ok(highest) = i32::try_from(files) else { return };
    let Ok(own) = nix::fcntl::open("/proc/self", OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()) else { return };
    // A descriptor as high as that, for a moment. Refused above the limit: then there is no use for the room.
    if let Ok(high) = fcntl(&own, FcntlArg::F_DUPFD_CLOEXEC(highest)) {
        let _ = nix::unistd::close(high);
    }
}

fn raise() {
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
