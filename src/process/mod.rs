//! Children in a namespace: how they are made, what they see, how they end.
//!
//! `spawner` makes them, all in one way; `child` is what runs in them before their program; `registry` knows each until it
//! is reaped, and ends them all. [`exec()`] waits for one, a [`Process`] talks with one, [`shell()`] gives one the terminal.
//! May touch processes, mounts of children and the terminal; knows of a namespace only its descriptor and its name.

mod child;
mod command;
mod descendants;
mod exec;
mod furnish;
mod handle;
pub mod init;
mod limits;
mod nft;
mod pty;
mod registry;
mod shell;
pub mod signal;
mod spawner;
mod stdio;
mod stream;
mod talk;
mod terminal;
mod view;
mod views;

pub use command::{CAPTURE_LIMIT, Command, Input, Output};
pub use descendants::{GRACE, Identity, end_container, end_in, end_in_all};
pub use exec::{Exec, Exit, Failure, exec};
pub use handle::{Process, spawn, spawn_read};
pub use limits::{make_room, raise_open_files};
pub use nft::{Rules, load_rules, masquerading};
pub use registry::{
    adopt_group, end_all, end_group, hold_group, kill_all, pid_behind, prepare, reap_orphans, release_group,
};
pub use shell::{Shell, shell};
pub use talk::{Expect, FindLine, Read, Wait, Write};
pub use terminal::restore_terminal;
pub use views::{Surroundings, adopt_view, furnish, lend_view, own_view, surround, view_held_by};
