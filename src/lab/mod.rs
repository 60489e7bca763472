//! The lab engine: a topology as data, and the same data up in the kernel.
//!
//! A [`Plan`] is what a script declared. [`assign`] makes of it, as a pure function, everything that was left open:
//! names, indexes, MACs, subnets, addresses, routes. Only `build` and what follows it touch the kernel, all or nothing.
//! Nothing here knows Lua, and nothing prints.

pub mod assign;
pub mod plan;

pub use plan::{End, Ip, Kind, Link, Node, Options, Plan, Routing, Wants};
