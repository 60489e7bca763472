//! Lua: the VM and its life, arguments into Rust types, values into Lua.
//!
//! One file a topic (`netns`, `link`, `addr`, `route`, `process`, `probe`, `topo`, `cidr`, `task`), each a list of functions in
//! [`registry`]. A binding reads its arguments, calls one function of a layer below, and converts what comes back; it
//! holds no logic of the kernel.

mod action;
mod addr;
mod addrlabel;
mod args;
mod bind;
mod bridge_vlan;
mod bridge_vni;
mod bulk;
mod cidr;
mod device;
mod error;
mod ethtool;
mod events;
mod fdb;
mod file;
mod filter;
mod fou;
mod handle;
mod ila;
mod ioam;
mod lab;
mod link;
mod link_options;
mod link_record;
mod literal;
mod load;
mod macsec;
mod maddr;
mod mdb;
mod mptcp;
mod mroute;
mod neigh;
mod netconf;
mod netns;
mod nexthop;
mod nft;
mod ntable;
mod object;
mod options;
mod os;
mod output;
mod place;
mod probe;
mod process;
mod progress;
mod records;
mod registry;
mod route;
mod rule;
mod shape;
pub mod show;
mod sr;
mod strict;
mod sysctl;
mod task;
mod tc;
mod tcp_metrics;
mod token;
mod topo;
mod vm;
mod words;
mod xfrm;

pub use bind::{keep_panics, kept_panic};
pub use error::Failure;
pub use handle::members as handle_members;
pub use lab::{ReturnedLab, returned_none};
pub use load::{Source, source_line};
pub use output::{end_line as end_output_line, flush as flush_output, note, warn, write as write_output};
pub use progress::be_quiet;
pub use registry::{Acts, Function, functions};
pub use vm::{Ended, Vm};
