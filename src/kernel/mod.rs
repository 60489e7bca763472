//! What the kernel has and what can be done with it, one file an object: namespaces, links, addresses, routes, sysctls.
//!
//! Functions here act at once and return plain data or an [`crate::error::Error`] that names the object. Nothing here
//! prints, knows Lua or starts a process.

pub mod namespace;
pub mod units;
