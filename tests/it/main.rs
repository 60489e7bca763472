//! The integration tests. What touches the kernel runs in namespaces of its own (`sandbox`).

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests start programs and print")]

mod cidr;
mod cli;
mod errors;
mod examples;
mod faults;
mod ip_netns;
mod kernel;
mod lab;
mod lab_script;
mod layers;
mod netlink;
mod nft;
mod probe;
mod process;
mod prompt;
mod pure;
mod readme;
mod rootless;
mod sandbox;
mod script;
mod shape;
mod task;
mod topo;
mod types;
// There is no such kernel for others.
#[cfg(target_arch = "x86_64")]
mod uml;
