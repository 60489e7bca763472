//! A terminal for one child: nsl holds one side, the child has the other as its three streams.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, unlockpt};

use super::stdio::{Ends, unblocked};
use crate::error::{Error, Result};

/// What ends the input of a program that reads lines from a terminal: ctrl-D.
pub(super) const END_OF_FILE: u8 = 4;

/// Opens a terminal of 24 lines and 80 columns.
pub(super) fn open() -> Result<Ends> {
    let ours = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let theirs = peer(&ours)?;
    let (stdout, stderr) = (theirs.try_clone()?, theirs.try_clone()?);
    // Reading and writing have a descriptor each, so that input can be closed.
    let ours = unblocked(own(ours)?)?;
    let reading = ours.try_clone()?;
    Ok(Ends {
        child: vec![Some(theirs), Some(stdout), Some(stderr)],
        stdin: Some(ours),
        stdout: Some(reading),
        stderr: None,
    })
}

/// Opens the child's side, without a path: /dev/pts may be another one here.
#[allow(unsafe_code)]
fn peer(ours: &PtyMaster) -> nix::Result<OwnedFd> {
    let size = libc::winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: TIOCGPTPEER (4.13, ioctl_tty(2)) takes open flags and gives a new descriptor, owned from here on;
    // TIOCSWINSZ reads the size.
    unsafe {
        let fd = Errno::result(libc::ioctl(
            ours.as_raw_fd(),
            libc::TIOCGPTPEER,
            libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC,
        ))?;
        let theirs = OwnedFd::from_raw_fd(fd);
        Errno::result(libc::ioctl(ours.as_raw_fd(), libc::TIOCSWINSZ, &raw const size))?;
        Ok(theirs)
    }
}

fn own(master: PtyMaster) -> Result<OwnedFd> {
    std::os::fd::AsFd::as_fd(&master).try_clone_to_owned().map_err(Error::from)
}
