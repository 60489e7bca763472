//! A plan and what is assigned to it, for people: a line of totals, then an interface a line.

use std::fmt;

use ipnet::IpNet;

use super::table::Table;
use super::{Assigned, Plan};
use crate::error::escape;
use crate::kernel::link::format_mac;

/// Shows what `up` would build.
#[derive(Debug)]
pub struct Outline<'a> {
    /// What the script says.
    pub plan: &'a Plan,
    /// What that comes to.
    pub assigned: &'a Assigned,
}

/// `1 node`, `2 nodes`.
pub fn count(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl Outline<'_> {
    fn totals(&self) -> String {
        let name = self.plan.name.as_ref().map(|name| format!(" \"{}\"", escape(name))).unwrap_or_default();
        let routes = self.assigned.nodes.iter().map(|node| node.routes.len()).sum();
        let counts = [(self.plan.nodes.len(), "node"), (self.plan.links.len(), "link"), (routes, "route")];
        format!("lab{name}: {}", counts.map(|(number, word)| count(number, word)).join(", "))
    }

    /// What one interface is, and where it leads.
    fn interface(&self, node: usize, place: usize) -> [String; 4] {
        let interface = &self.assigned.nodes[node].interfaces[place];
        let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
        let (peer, at) = self.assigned.peer(self.plan, node, place);
        let there = &self.assigned.nodes[peer].interfaces[at].name;
        let to = format!("{}/{there}", escape(&self.plan.nodes[peer].name));
        [interface.name.clone(), addresses.join(", "), format_mac(&interface.mac), to]
    }
}

impl fmt::Display for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.totals())?;
        if self.plan.nodes.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["node", "kind", "routes", "interface", "address", "mac", "to"]);
        for (number, (node, planned)) in self.assigned.nodes.iter().zip(&self.plan.nodes).enumerate() {
            // Only the first line of a node names it.
            let mut first = [escape(&planned.name), planned.kind.name().to_owned(), node.routes.len().to_string()];
            if let Some(bridge) = &node.bridge {
                let stp = if bridge.stp { "spanning tree" } else { "" };
                let own = [bridge.name.clone(), String::new(), String::new(), stp.to_owned()];
                table.row(std::mem::take(&mut first).into_iter().chain(own));
            }
            for place in 0..node.interfaces.len() {
                table.row(std::mem::take(&mut first).into_iter().chain(self.interface(number, place)));
            }
            for (interface, host) in node.hosts.iter().zip(&planned.hosts) {
                let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
                let mac = host.mac.as_ref().map(|mac| format_mac(mac)).unwrap_or_default();
                let own = [interface.name.clone(), addresses.join(", "), mac, format!("/{}", host.device)];
                table.row(std::mem::take(&mut first).into_iter().chain(own));
            }
            if node.hosts.is_empty() && node.interfaces.is_empty() && node.bridge.is_none() {
                table.row(first);
            }
        }
        write!(f, "{table}")
    }
}
