//! What touches the kernel, compared with what `ip` says about it.

mod addr;
mod ethtool;
mod events;
mod link;
mod link_set;
mod namespace;
mod route;
mod sysctl;

use nsl::kernel::device::Device;
use nsl::kernel::namespace::{Namespace, named};
use serde_json::Value;

/// What `ip -json` says, parsed.
fn ip(arguments: &str) -> Value {
    let text = crate::sandbox::sh(&format!("ip -json {arguments}"));
    serde_json::from_str(if text.trim().is_empty() { "[]" } else { &text }).expect("ip writes JSON")
}

/// A new named namespace.
fn namespace(name: &str) -> Namespace {
    named::add(name, false).expect("a namespace").namespace
}

fn device(namespace: &Namespace, name: &str) -> Device {
    Device::new(namespace, name).expect("a name")
}
