//! The netlink socket: requests and acknowledgements with the kernel's extended errors, dumps, batches, events.
//!
//! Synchronous, because the kernel does the work inside `send` and its answer is there when `send` returns. Knows errnos
//! and the kernel's own text, and nothing of what a message is about: words are found in `kernel`.

mod ack;
mod batch;
mod frame;
mod socket;

pub use socket::Socket;
