//! Labs with a name: visible in /run/netns, each with a directory in /run/nsl that says whose it is.
//!
//! The directory has a lock, which its owner holds while it lives, and a manifest, which is written before anything that
//! others can see is done. So whatever a killed owner left can be found, proved and taken away ([`clean()`]).

mod adopt;
mod claim;
mod clean;
mod enter;
mod manifest;
pub mod room;

pub use adopt::adopt;
pub use clean::{Cleaned, Found, State, clean, down, find, held, list};

pub(super) use adopt::claim_kept;
pub(super) use claim::Claim;
pub(super) use enter::node_missing;

/// Where labs with a name have their directories.
pub const DIRECTORY: &str = "/run/nsl";
