//! The way into the labs of programs that run: a program with labs that are up listens on an abstract Unix socket, and
//! hands out descriptors of their namespaces to its own user and to root. No file says where: /proc/net/unix does.
//!
//! It is answered by a thread of its own from what is up by then, whatever Lua does meanwhile.

mod ask;
mod board;
mod serve;
mod wire;

pub use ask::{Open, Visitor, labs};
pub use serve::prepare;

pub(super) use board::{post, take_off};
