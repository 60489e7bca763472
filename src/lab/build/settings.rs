//! The sysctls that a lab sets by itself, so that it is the same on every machine.
//!
//! A new namespace takes its IPv4 settings from the first one of the machine (`devconf_inherit_init_net`), which
//! distributions and other programs change. Writing a sysctl costs a tenth of what the namespace costs: what is inherited
//! is read once, and only what differs is written.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::kernel::sysctl::Here;
use crate::lab::assign::AssignedNode;
use crate::lab::plan::Node;

/// What each interface has that Linux makes with nothing set, for all and for those to come
/// (Documentation/networking/ip-sysctl.rst).
const ALIKE: [(&str, &str); 12] = [
    ("rp_filter", "0"),
    ("ignore_routes_with_linkdown", "0"),
    ("promote_secondaries", "0"),
    ("accept_local", "0"),
    ("route_localnet", "0"),
    ("proxy_arp", "0"),
    ("arp_filter", "0"),
    ("arp_ignore", "0"),
    ("arp_announce", "0"),
    ("send_redirects", "1"),
    ("shared_media", "1"),
    ("secure_redirects", "1"),
];

const FORWARD: &str = "net.ipv4.ip_forward";
const FORWARD6: &str = "net.ipv6.conf.all.forwarding";
/// Of the interfaces to come; the loopback keeps its `::1`. Unlike the one of all interfaces it can be written without
/// the lock that changes of links have, which others on a busy machine hold (measured: 1 µs against 10 to 400).
pub(in crate::lab) const NO_IPV6: &str = "net.ipv6.conf.default.disable_ipv6";
/// Nothing in a lab has an address twice: an address is usable at once.
const DETECT: &str = "net.ipv6.conf.default.accept_dad";

/// What packets' time to live begins with: 64 in a new namespace, whatever the first one of the machine has.
const USUAL_TTL: u8 = 64;
const TTL: &str = "net.ipv4.ip_default_ttl";
const HOP_LIMIT: &str = "net.ipv6.conf.default.hop_limit";

/// What a new namespace has, as far as it is not what a lab wants.
#[derive(Debug)]
pub(super) struct Inherited {
    forward: bool,
    /// None where the kernel has no IPv6.
    no_ipv6: Option<bool>,
    /// What has to be written in every namespace.
    unlike: Vec<(String, &'static str)>,
}

impl Inherited {
    /// Reads what a namespace has that nobody has touched yet.
    pub(super) fn read(here: &Here) -> Result<Self> {
        let is_on = |text: String| text != "0";
        let mut unlike = Vec::new();
        for scope in ["all", "default"] {
            for (name, wanted) in ALIKE {
                let key = format!("net.ipv4.conf.{scope}.{name}");
                if here.read(&key)?.is_some_and(|value| value != wanted) {
                    unlike.push((key, wanted));
                }
            }
        }
        Ok(Self { forward: here.read(FORWARD)?.is_some_and(is_on), no_ipv6: here.read(NO_IPV6)?.map(is_on), unlike })
    }
}

/// What a node wants.
#[derive(Debug)]
pub(super) struct Settings {
    forward: Option<bool>,
    ipv6: bool,
    /// What packets' time to live begins with, if not with the usual 64.
    ttl: Option<u8>,
    /// What the script asks for that needs none of the node's interfaces.
    own: Vec<(String, String)>,
}

impl Settings {
    pub(super) fn of(node: &Node, assigned: &AssignedNode) -> Self {
        let own = node.sysctl.iter().filter(|(key, _)| !needs_interface(key, assigned));
        let own = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        Self { forward: assigned.forward, ipv6: speaks_ipv6(node, assigned), ttl: assigned.hop_limit, own }
    }

    /// Writes what is not so already.
    pub(super) fn apply(&self, here: &Here, inherited: &Inherited) -> Result<()> {
        for (key, value) in &inherited.unlike {
            here.write(key, value)?;
        }
        if let Some(forward) = self.forward.filter(|&forward| forward != inherited.forward) {
            here.write(FORWARD, number(forward))?;
        }
        match inherited.no_ipv6 {
            Some(off) if off == self.ipv6 => here.write(NO_IPV6, number(!self.ipv6))?,
            _ => {}
        }
        if let Some(ttl) = self.ttl {
            here.write(TTL, &ttl.to_string())?;
        }
        if self.ipv6 {
            here.write(DETECT, "0")?;
            if let Some(ttl) = self.ttl {
                here.write(HOP_LIMIT, &ttl.to_string())?;
            }
            if let Some(forward) = self.forward.filter(|&forward| forward) {
                here.write(FORWARD6, number(forward))?;
            }
        }
        self.own.iter().try_for_each(|(key, value)| here.write(key, value))
    }
}

/// The sysctls that the script gives a node for interfaces of its own: set once these are there.
pub(in crate::lab) fn of_interfaces<'a>(
    node: &'a Node,
    assigned: &'a AssignedNode,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let own = node.sysctl.iter().filter(|(key, _)| needs_interface(key, assigned));
    own.map(|(key, value)| (key.as_str(), value.as_str()))
}

/// All that a node is to have, in the words of the script where that says something; of keys that mean the same the
/// script's.
pub(in crate::lab) fn wanted(node: &Node, assigned: &AssignedNode) -> BTreeMap<String, String> {
    let ipv6 = speaks_ipv6(node, assigned);
    let mut wanted = BTreeMap::new();
    let mut want = |key: &str, value: &str| wanted.insert(key.to_owned(), value.to_owned());
    // Those for interfaces to come matter to none that is there.
    for (name, value) in ALIKE {
        want(&format!("net.ipv4.conf.all.{name}"), value);
    }
    want(NO_IPV6, number(!ipv6));
    let ttl = assigned.hop_limit.unwrap_or(USUAL_TTL).to_string();
    want(TTL, &ttl);
    if let Some(forward) = assigned.forward {
        want(FORWARD, number(forward));
    }
    // What was made before the node had IPv6 does not follow the default.
    for interface in &assigned.interfaces {
        want(&format!("net/ipv6/conf/{}/disable_ipv6", interface.name), number(!ipv6));
        if ipv6 {
            want(&format!("net/ipv6/conf/{}/accept_dad", interface.name), "0");
        }
    }
    if ipv6 {
        want(DETECT, "0");
        want(HOP_LIMIT, &ttl);
        if assigned.forward == Some(true) {
            want(FORWARD6, "1");
        }
    }
    for (key, value) in &node.sysctl {
        let same = key.replace('/', ".");
        wanted.remove(if same == "net.ipv4.conf.all.forwarding" { FORWARD } else { &same });
        wanted.remove(&key.replace('.', "/"));
        wanted.insert(key.clone(), value.clone());
    }
    wanted
}

/// Whether a node has IPv6 at all. A switch passes it on without speaking it.
pub(in crate::lab) fn speaks_ipv6(node: &Node, assigned: &AssignedNode) -> bool {
    let interfaces = || assigned.interfaces.iter();
    let addresses = interfaces().flat_map(|interface| &interface.addresses).chain(&node.addresses);
    let addresses = addresses.chain(node.hosts.iter().flat_map(|host| &host.addresses));
    let has_address = addresses.into_iter().any(|address| address.addr().is_ipv6());
    has_address || (assigned.bridge.is_none() && interfaces().any(|interface| interface.ipv6))
}

/// Whether a sysctl is one of an interface of the node: `net.ipv4.conf.eth0.rp_filter`.
pub(in crate::lab) fn needs_interface(key: &str, assigned: &AssignedNode) -> bool {
    let names = assigned.interfaces.iter().map(|interface| &interface.name);
    let names = names.chain(assigned.bridge.iter().map(|bridge| &bridge.name));
    any_named(key, names.chain(assigned.hosts.iter().map(|host| &host.name)))
}

/// Whether a sysctl is one of an interface that is moved into the node.
pub(in crate::lab) fn needs_host(key: &str, assigned: &AssignedNode) -> bool {
    any_named(key, assigned.hosts.iter().map(|host| &host.name))
}

fn any_named<'a>(key: &str, mut names: impl Iterator<Item = &'a String>) -> bool {
    let end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '/']);
    let stands = |name: &str| {
        key.match_indices(name).any(|(at, _)| key[..at].ends_with(['.', '/']) && end(&key[at + name.len()..]))
    };
    // A name may have dots of its own, which may be written as slashes.
    names.any(|name| stands(name) || stands(&name.replace('.', "/")))
}

fn number(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::assign::Interface;

    fn node(names: &[&str]) -> AssignedNode {
        let interface = |name: &&str| Interface {
            name: (*name).to_owned(),
            index: 10,
            mac: [2, 0, 0, 0, 0, 1],
            addresses: Vec::new(),
            mtu: None,
            link: 0,
            ipv6: false,
        };
        AssignedNode { interfaces: names.iter().map(interface).collect(), ..AssignedNode::default() }
    }

    #[test]
    fn a_sysctl_of_an_interface_waits_for_it() {
        let node = node(&["eth0", "eth0.10"]);
        assert!(needs_interface("net.ipv4.conf.eth0.rp_filter", &node));
        assert!(needs_interface("net/ipv4/conf/eth0.10/rp_filter", &node));
        assert!(!needs_interface("net.ipv4.conf.eth01.rp_filter", &node));
        assert!(!needs_interface("net.ipv4.ip_forward", &node));
        assert!(!needs_interface("net.ipv4.conf.default.rp_filter", &node));
    }

    #[test]
    fn ipv6_is_spoken_where_an_interface_or_an_address_needs_it() {
        let mut h = Node::new("h", crate::lab::Kind::Host);
        let mut assigned = node(&["eth0"]);
        assert!(!speaks_ipv6(&h, &assigned));
        h.addresses.push("2001:db8::1/128".parse().expect("an address"));
        assert!(speaks_ipv6(&h, &assigned));
        h.addresses.clear();
        assigned.interfaces[0].ipv6 = true;
        assert!(speaks_ipv6(&h, &assigned));
    }
}
