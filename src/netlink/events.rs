//! Events as they come: many at a time, each as its bytes, and room for those that nobody has read yet.

use std::os::fd::AsFd;

use nix::sys::socket::{setsockopt, sockopt};

use super::Socket;
use crate::error::{Error, Result};

impl Socket {
    /// Gives the kernel room for so many bytes of events: as many as it is asked for where that is allowed (`CAP_NET_ADMIN`
    /// outside of user namespaces), else as many as the machine lets anybody have (`net.core.rmem_max`).
    pub fn set_receive_buffer(&self, bytes: usize) -> Result<()> {
        // The kernel doubles the number, for its own share of the memory.
        let bytes = bytes / 2;
        let forced = setsockopt(&self.as_fd(), sockopt::RcvBufForce, &bytes);
        forced.or_else(|_| setsockopt(&self.as_fd(), sockopt::RcvBuf, &bytes)).map_err(Error::system)
    }

    /// Reads what has come of the groups that were joined, at most so many datagrams; `each` gets the type, the flags and
    /// the bytes of each message. True if that is all there is now.
    ///
    /// `ENOBUFS` when events were lost. What came before that is still to be read; what came later is lost until all of
    /// it was (Linux `netlink_overrun`, `netlink_rcv_wake`).
    pub fn receive_events(&mut self, most: usize, mut each: impl FnMut(u16, u16, &[u8])) -> Result<bool> {
        for _ in 0..most {
            match self.receive_frames()? {
                Some(frames) => frames.for_each(|frame| each(frame.kind, frame.flags, frame.payload)),
                None => {
                    self.finished();
                    return Ok(true);
                }
            }
        }
        self.finished();
        Ok(false)
    }
}
