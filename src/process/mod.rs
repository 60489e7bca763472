//! Children in a namespace: how they are made, what they see, how they end.
//!
//! `spawn` makes them, all in one way; `child` is what runs in them before their program; `registry` knows each until it
//! is reaped, and ends them all. [`exec`] waits for one, a [`Process`] talks with one, [`shell`] gives one the terminal.
//! May touch processes, mounts of children and the terminal; knows of a namespace only its descriptor and its name.

mod child;
mod command;
mod descendants;
mod exec;
pub mod init;
mod limits;
mod registry;
pub mod signal;
mod spawn;
mod stdio;
mod view;

pub use command::{CAPTURE_LIMIT, Command, Input, Output};
pub use descendants::GRACE;
pub use exec::{Exec, Exit, Failure, exec};
pub use limits::raise_open_files;
pub use registry::{end_all, kill_all, prepare, reap_orphans};

/// Nothing yet.
pub fn restore_terminal() {}
