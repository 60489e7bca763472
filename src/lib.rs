//! nsl: networks of Linux namespaces, written as Lua programs.
//!
//! The layers, each of which knows only what is under it:
//!
//! ```text
//! cli       what each subcommand does; exit codes; signals; how an error is printed
//! repl      the prompt: input, completion, history, showing values
//! script    Lua: the VM and its life, arguments into Rust types, values into Lua; one file a topic
//! lab       a plan (plain data), what is assigned to it, and the same up in the kernel
//! probe     programs' jobs done in-process: ping, also between all hosts, throughput
//! process   children in a namespace: spawn, their view of /sys and /etc, their end
//! kernel    one file an object: namespace, link (and a file a kind), addr, route, sysctl
//! netlink   the socket: requests, acknowledgements with extended errors, dumps, batches
//! wait      operations over descriptors and deadlines, and the interrupt that ends each of them
//! error     the one error type every layer returns, and the table of all wording
//! ```
//!
//! Nothing points upward; `tests/it/layers.rs` checks it.

pub mod cli;
pub mod error;
pub mod kernel;
pub mod lab;
pub mod netlink;
pub mod probe;
pub mod process;
pub mod repl;
pub mod script;
pub mod wait;
