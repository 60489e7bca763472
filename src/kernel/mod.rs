//! What the kernel has and what can be done with it, one file an object: namespaces, links, how they
//! send, addresses, routes, sysctls.
//!
//! Functions here act at once and return plain data or an [`crate::error::Error`] that names the object. Nothing here
//! prints, knows Lua or starts a process.

pub mod addr;
pub mod address_text;
pub mod addrlabel;
pub mod bpf;
pub mod bridge_vlan;
pub mod bridge_vni;
pub mod device;
pub mod encap;
pub mod entry;
pub mod ethtool;
pub mod events;
pub mod family;
pub mod fdb;
pub mod fou;
#[cfg(test)]
mod fuzz;
pub mod ila;
pub mod ioam;
pub mod l2tp;
pub mod link;
pub mod macsec;
pub mod maddr;
pub mod mdb;
mod mpls;
pub mod mptcp;
pub mod mroute;
pub mod names;
pub mod namespace;
pub mod neigh;
pub mod netconf;
pub mod nexthop;
pub mod ntable;
pub mod prefix;
pub mod privilege;
pub mod range;
pub mod route;
pub mod rule;
mod shared_forms;
pub mod sr;
pub mod stats;
pub mod sysctl;
pub mod tc;
pub mod tcp_metrics;
pub mod token;
pub mod tunnel_options;
pub mod units;
pub mod words;
pub mod xfrm;
