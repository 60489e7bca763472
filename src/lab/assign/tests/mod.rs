//! Plans and what they come to: examples of each rule, each error with its text, and random labs that packets are sent
//! through.

mod borders;
mod errors;
mod examples;
mod random;
mod routing;
mod vlans;
mod walk;

use ipnet::IpNet;

use super::{Assigned, assign};
use crate::error::Place;
use crate::lab::plan::{Border, ExtraRoute, Ip, Kind, Link, Node, Options, Plan};

/// Writes plans as scripts do: each node and link is on a line of its own.
pub(super) struct Script {
    plan: Plan,
    line: usize,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(super) fn with(options: Options) -> Self {
        Self { plan: Plan { name: None, options, nodes: Vec::new(), links: Vec::new() }, line: 0 }
    }

    fn place(&mut self) -> Option<Place> {
        self.line += 1;
        Some(Place { file: "lab.lua".to_owned(), line: self.line })
    }

    /// A node of this name: `h1` is a host, `r1` a router, `s1` a switch, anything else a plain node.
    pub(super) fn node(&mut self, name: &str) -> &mut Node {
        let kind = match name.chars().next() {
            Some('h') => Kind::Host,
            Some('r') => Kind::Router,
            Some('s') => Kind::Switch,
            _ => Kind::Node,
        };
        let place = self.place();
        self.plan.nodes.push(Node { place, ..Node::new(name, kind) });
        self.plan.nodes.last_mut().expect("just pushed")
    }

    /// Several nodes, named with spaces between them.
    pub(super) fn nodes(&mut self, names: &str) -> &mut Self {
        names.split(' ').for_each(|name| {
            self.node(name);
        });
        self
    }

    /// A link between two nodes: `h1 r1`.
    pub(super) fn link(&mut self, ends: &str) -> &mut Link {
        let (a, b) = ends.split_once(' ').expect("two names");
        let find = |name| self.plan.nodes.iter().position(|node| node.name == name).expect("a node");
        let (a, b) = (find(a), find(b));
        let place = self.place();
        self.plan.links.push(Link { place, ..Link::new(a, b) });
        self.plan.links.last_mut().expect("just pushed")
    }

    /// Several links: `h1 r1, r1 r2`.
    pub(super) fn links(&mut self, all: &str) -> &mut Self {
        all.split(", ").for_each(|ends| {
            self.link(ends);
        });
        self
    }

    pub(super) fn assign(&self) -> Assigned {
        assign(&self.plan).expect("a plan that can be")
    }

    /// The routes of a node, one a line: `default via 10.0.0.1 dev eth0`.
    pub(super) fn routes(&self, name: &str) -> Vec<String> {
        let node = self.plan.nodes.iter().position(|node| node.name == name).expect("a node");
        let node = &self.assign().nodes[node];
        let way = |way: &super::Way| {
            let via = way.via.map(|via| format!(" via {via}")).unwrap_or_default();
            format!("{via} dev {}", node.interfaces[way.interface].name)
        };
        let route = |route: &super::Route| {
            let dst = if route.dst.prefix_len() == 0 { "default".to_owned() } else { route.dst.to_string() };
            dst + &route.ways.iter().map(way).collect::<String>()
        };
        node.routes.iter().map(route).collect()
    }

    /// The interfaces of a node: `eth0 10.0.0.0/31`.
    pub(super) fn interfaces(&self, name: &str) -> Vec<String> {
        let node = self.plan.nodes.iter().position(|node| node.name == name).expect("a node");
        let interfaces = &self.assign().nodes[node].interfaces;
        let shown = interfaces.iter().map(|interface| {
            let nets = interface.addresses.iter().map(|net| format!(" {net}")).collect::<String>();
            format!("{}{nets}", interface.name)
        });
        shown.collect()
    }
}

fn net(text: &str) -> IpNet {
    text.parse().expect("a network")
}

fn given(nets: &[&str]) -> Ip {
    Ip::Given(nets.iter().map(|text| net(text)).collect())
}

fn route(dst: &str, via: &str, dev: &str) -> ExtraRoute {
    ExtraRoute { dst: net(dst), via: via.parse().ok(), dev: (!dev.is_empty()).then(|| dev.to_owned()) }
}
