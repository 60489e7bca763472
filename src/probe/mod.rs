//! Programs' jobs done in-process: what a script would start `ping` for, nsl does over sockets of its own.
//!
//! A probe is a [`crate::wait::Operation`]: its socket is made inside the namespace, its waiting is left to whoever
//! drives it. A probe that gets no answer has a result that says so; it is no error.

pub mod icmp;
pub mod ping;
pub mod pingall;
mod report;
mod socket;
mod target;
pub mod throughput;

pub use icmp::Family;
pub use ping::{Ping, PingSpec};
pub use pingall::{PingAll, PingAllRun, PingAllSpec, PingHost};
pub use report::{PingResult, Refusal, Reply, RoundTrip};
pub use target::address_of;
pub use throughput::{Throughput, ThroughputRun, ThroughputSpec};
