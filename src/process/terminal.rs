//! nsl's own terminal: lent to a shell, and taken back with the modes it had.
//!
//! What has to be restored is kept in a static, so that the signal thread can do it while Lua is stuck.

use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, isatty, tcgetpgrp, tcsetpgrp};

/// The modes from before the terminal was lent; none while it is nsl's.
static LENT: Mutex<Option<Modes>> = Mutex::new(None);

struct Modes(Termios);

#[allow(unsafe_code)]
// SAFETY: nix keeps the C struct in a RefCell besides its own fields, and all of it moves between threads as a whole.
unsafe impl Send for Modes {}

/// nsl's terminal, lent until this is dropped.
#[derive(Debug)]
pub(super) struct Loan(());

impl Loan {
    /// Prepares to lend the terminal that is standard input; none if it is no terminal, or nsl is not in its foreground.
    pub(super) fn begin() -> Option<Self> {
        let stdin = std::io::stdin();
        if !isatty(&stdin).unwrap_or(false) || tcgetpgrp(&stdin) != Ok(getpgrp()) {
            return None;
        }
        let modes = tcgetattr(&stdin).ok()?;
        LENT.lock().unwrap_or_else(PoisonError::into_inner).replace(Modes(modes));
        Some(Self(()))
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        restore_terminal();
    }
}

/// Takes the terminal back and restores its modes, if it is lent. For any thread.
pub fn restore_terminal() {
    let Some(Modes(modes)) = LENT.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    // A process in the background that changes its terminal is stopped, unless it blocks this.
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTTOU);
    let before = stop.thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let stdin = std::io::stdin();
    // Refused only if the terminal is gone.
    let _ = tcsetpgrp(stdin.as_fd(), getpgrp());
    let _ = tcsetattr(stdin.as_fd(), SetArg::TCSADRAIN, &modes);
    if let Ok(before) = before {
        // The mask was valid a moment ago.
        let _ = before.thread_set_mask();
    }
}
