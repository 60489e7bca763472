//! The netlink socket: requests and acknowledgements with the kernel's extended errors, dumps, batches, events, generic
//! netlink.
//!
//! Synchronous, because the kernel does the work inside `send` and its answer is there when `send` returns. Knows errnos
//! and the kernel's own text, and nothing of what a message is about: words are found in `kernel`. Messages are those of
//! the message crate, or plain bytes ([`Message`], [`attr`]).

mod ack;
pub mod attr;
mod batch;
mod events;
mod frame;
mod generic;
mod message;
mod socket;

pub use generic::Generic;
pub use message::Message;
pub use socket::Socket;
