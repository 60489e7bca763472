//! The lab engine: a topology as data, and the same data up in the kernel.
//!
//! A [`Plan`] is what a script declared. [`assign`] makes of it, as a pure function, everything that was left open:
//! names, indexes, MACs, subnets, addresses, routes. Only `build` and what follows it touch the kernel, all or nothing.
//! Nothing here knows Lua, and nothing prints.

pub mod apply;
pub mod assign;
pub mod build;
pub mod cable;
pub mod diff;
pub mod door;
mod hops;
mod hosts;
mod live;
pub mod named;
mod outline;
pub mod plan;
mod reach;
mod ready;
mod registry;
mod rules;
pub mod seen;
mod start;
mod state;
mod table;

pub use apply::{Applied, apply};
pub use assign::{Assigned, AssignedNode, Way};
pub use diff::{Action, Change, Changes, diff};
pub use live::{Live, LiveInterface, LiveNode};
pub use outline::{Outline, count as counted};
pub use plan::{
    Border, End, Existing, ExtraRoute, HostLink, Ip, Kind, Link, Node, NodeDevice, Options, Plan, Routing, Wants,
};
pub use reach::{Who, all_pairs};
pub use ready::Ready;
pub use registry::{abandon_all, count, take_down_all, tell_at_the_end};
pub use rules::Rules;
pub use start::Start;
pub use table::Table;
