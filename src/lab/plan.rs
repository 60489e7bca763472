//! What a script declared: nodes and links in the order of their declaration, each with its line. Plain data.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{Place, Result};
use crate::kernel::link::LinkSpec;
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::Shape;

/// A lab as it was declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// A named lab is visible in /run/netns as `NAME-h1` …
    pub name: Option<String>,
    /// What holds for all of it.
    pub options: Options,
    /// In the order of declaration.
    pub nodes: Vec<Node>,
    /// In the order of declaration.
    pub links: Vec<Link>,
}

impl Plan {
    /// What a node of a lab with a name is called in /run/netns.
    pub fn public_name(&self, node: &Node) -> String {
        format!("{}{}", self.options.prefix, node.name)
    }
}

impl Plan {
    /// What the lab's links in namespaces that it did not make are marked with, as their alias.
    pub fn mark(&self) -> String {
        format!("nsl:{}", self.name.clone().unwrap_or_else(|| std::process::id().to_string()))
    }
}

/// Options of a lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Where IPv4 subnets come from; none: the lab has no IPv4 of its own.
    pub subnets: Option<Ipv4Net>,
    /// Where IPv6 subnets come from.
    pub subnets6: Option<Ipv6Net>,
    /// Lab interfaces speak IPv6 even where nothing assigns an address.
    pub ipv6: bool,
    /// Which routes are made.
    pub routing: Routing,
    /// Paths of equal cost become one route with several next hops.
    pub ecmp: bool,
    /// What the names in /run/netns begin with; for a named lab only.
    pub prefix: String,
    /// The mtu of every link that has none of its own.
    pub mtu: Option<u32>,
    /// The line that began the lab.
    pub place: Option<Place>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subnets: Some(Ipv4Net::new_assert(std::net::Ipv4Addr::new(10, 0, 0, 0), 8)),
            subnets6: None,
            ipv6: false,
            routing: Routing::Static,
            ecmp: false,
            prefix: String::new(),
            mtu: None,
            place: None,
        }
    }
}

/// Which routes a lab gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// Shortest paths by the links' costs.
    Static,
    /// Hosts get their default route, routers nothing.
    Default,
    /// None at all.
    None,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Does not forward.
    Host,
    /// Forwards.
    Router,
    /// A bridge in a namespace of its own.
    Switch,
    /// A namespace whose forwarding is left as it is.
    Node,
}

impl Kind {
    /// What scripts call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Router => "router",
            Self::Switch => "switch",
            Self::Node => "node",
        }
    }
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name, unique in the lab.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The line that declared it.
    pub place: Option<Place>,
    /// The LAN of a switch: one subnet a family, or what the pool gives.
    pub subnets: Vec<IpNet>,
    /// More addresses, on its loopback.
    pub addresses: Vec<IpNet>,
    /// IPv6 for this node's interfaces whatever the lab says.
    pub ipv6: Option<bool>,
    /// A switch's spanning tree: as loops need it, or as the script insists.
    pub stp: Option<bool>,
    /// Set once the node is up, on top of what the lab sets by itself: `net.ipv4.ip_forward`.
    pub sysctl: BTreeMap<String, String>,
    /// A namespace that is there already: it gets links with their addresses, and the rest of it is left as it is.
    pub existing: Option<Existing>,
    /// Files that its programs alone see, by their paths.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Directories that are its programs' alone, empty at first.
    pub private: Vec<String>,
    /// An nftables ruleset, loaded once the node is connected.
    pub nft: Option<String>,
    /// Devices beside the ends of its links, made before these.
    pub devices: Vec<NodeDevice>,
    /// Interfaces of the namespace nsl runs in, which are moved into it.
    pub hosts: Vec<HostLink>,
    /// More routes: destination and gateway or device.
    pub routes: Vec<ExtraRoute>,
    /// Commands that are run in order once the lab is up, each waited for: words each.
    pub run: Vec<Vec<String>>,
    /// Commands that are started then and kept.
    pub daemons: Vec<Vec<String>>,
    /// What it is in the topology, for drawing.
    pub role: Option<String>,
}

impl Node {
    /// A node of this name and kind, all else as it comes.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            place: None,
            subnets: Vec::new(),
            addresses: Vec::new(),
            ipv6: None,
            stp: None,
            sysctl: BTreeMap::new(),
            existing: None,
            files: BTreeMap::new(),
            private: Vec::new(),
            nft: None,
            devices: Vec::new(),
            hosts: Vec::new(),
            routes: Vec::new(),
            run: Vec::new(),
            daemons: Vec::new(),
            role: None,
        }
    }
}

/// A namespace that a lab did not make.
#[derive(Debug, Clone)]
pub struct Existing {
    /// Which one.
    pub namespace: Namespace,
    /// Where the interface indexes that the lab proposes there begin: others are at it too.
    pub first_index: u32,
}

impl PartialEq for Existing {
    fn eq(&self, other: &Self) -> bool {
        self.first_index == other.first_index && self.namespace.label() == other.namespace.label()
    }
}

/// A device of a node that is no end of a link: a VRF, a bridge of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeDevice {
    /// Its name.
    pub name: String,
    /// What it is, its kind too.
    pub wants: Wants,
    /// With their prefixes.
    pub addresses: Vec<IpNet>,
}

/// An interface of the namespace nsl runs in that a node has while the lab is up; a switch has it as a port.
#[derive(Debug, Clone, PartialEq)]
pub struct HostLink {
    /// Its name there.
    pub device: String,
    /// Its name in the node; none: the same.
    pub name: Option<String>,
    /// With their prefixes.
    pub addresses: Vec<IpNet>,
    /// In bytes; none: as it is.
    pub mtu: Option<u32>,
    /// Its MAC address; none: as it is.
    pub mac: Option<[u8; 6]>,
    /// The line that declared it.
    pub place: Option<Place>,
}

impl HostLink {
    /// What it is called in the node.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.device)
    }
}

/// A route that the script gives a node beside those of the lab.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraRoute {
    /// `default` is the network of length 0.
    pub dst: IpNet,
    /// The gateway.
    pub via: Option<std::net::IpAddr>,
    /// The name of the interface.
    pub dev: Option<String>,
}

/// A cable between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// One end.
    pub a: End,
    /// The other.
    pub b: End,
    /// The line that declared it.
    pub place: Option<Place>,
    /// Its subnets, one a family at most; none: from the pool, or the switch's LAN.
    pub subnets: Vec<IpNet>,
    /// In bytes.
    pub mtu: Option<u32>,
    /// What a path pays for it; 1 unless told.
    pub cost: u32,
    /// How either end sends, as far as it has nothing of its own.
    pub shape: Shape,
}

impl Link {
    /// A link between the nodes at these places of [`Plan::nodes`].
    pub fn new(a: usize, b: usize) -> Self {
        Self {
            a: End::new(a),
            b: End::new(b),
            place: None,
            subnets: Vec::new(),
            mtu: None,
            cost: 1,
            shape: Shape::default(),
        }
    }
}

impl Link {
    /// How an end of it sends.
    pub fn shape_of(&self, end: &End) -> Shape {
        end.wants.shape.or(&self.shape)
    }

    /// `EINVAL` if an end cannot send as is asked.
    pub fn check_shapes(&self) -> Result<()> {
        [&self.a, &self.b].into_iter().try_for_each(|end| self.shape_of(end).check())
    }
}

/// The VLAN of what is told none (Linux `vlan_default_pvid`).
pub const DEFAULT_VLAN: u16 = 1;

impl Link {
    /// The VLANs that it carries: of the link of a host the one, between switches those of the trunk.
    pub fn vlans(&self) -> Vec<u16> {
        let ends = [&self.a, &self.b];
        if let Some(trunk) = ends.iter().find(|end| !end.trunk.is_empty()) {
            return trunk.trunk.clone();
        }
        vec![ends.iter().find_map(|end| end.vlan).unwrap_or(DEFAULT_VLAN)]
    }

    /// Whether frames on it tell their VLAN.
    pub fn is_trunk(&self) -> bool {
        !self.a.trunk.is_empty() || !self.b.trunk.is_empty()
    }

    /// Whether it makes its switch filter by VLAN.
    pub fn has_vlan(&self) -> bool {
        self.is_trunk() || self.a.vlan.is_some() || self.b.vlan.is_some()
    }
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The node's place in [`Plan::nodes`].
    pub node: usize,
    /// The interface's name; none: `eth0`, `eth1`, … in the order of the node's links.
    pub name: Option<String>,
    /// Its addresses.
    pub ip: Ip,
    /// Its MAC address.
    pub mac: Option<[u8; 6]>,
    /// What else `link_set` takes.
    pub wants: Wants,
    /// Where the other side is a switch: the VLAN that its port has this end in; none: the switch's own, 1.
    pub vlan: Option<u16>,
    /// Between switches: the VLANs that the link carries, tagged; none: the switches' own, untagged.
    pub trunk: Vec<u16>,
    /// What is behind this end, at a router, is not routed across the link.
    pub border: Option<Border>,
}

impl End {
    /// An end at a node, all else as it comes.
    pub fn new(node: usize) -> Self {
        Self {
            node,
            name: None,
            ip: Ip::Assigned,
            mac: None,
            wants: Wants::default(),
            vlan: None,
            trunk: Vec::new(),
            border: None,
        }
    }
}

/// How a router keeps what is behind it from an end's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// What it forwards there gets the end's address (`nat`).
    Translated,
    /// It is forwarded as it is (`private`).
    Plain,
}

/// The addresses of an end.
#[derive(Debug, Clone, PartialEq)]
pub enum Ip {
    /// From the link's subnets.
    Assigned,
    /// None (`ip = false`).
    None,
    /// Those that it makes of what routers tell on its link (`ip = "auto"`, IPv6 alone).
    Auto,
    /// These, with their prefixes; a family that is missing is assigned.
    Given(Vec<IpNet>),
}

/// Further settings of an interface.
#[derive(Debug, Clone, Default)]
pub struct Wants {
    /// What can be asked of a link, but for its name, its namespace and its master.
    pub spec: LinkSpec,
    /// The device of the same node that it is a port of.
    pub master: Option<String>,
    /// The link of the same node that it stands on; of a device.
    pub link: Option<String>,
    /// How it sends; wins over the link's, key by key.
    pub shape: Shape,
}

impl PartialEq for Wants {
    fn eq(&self, other: &Self) -> bool {
        // Without a namespace in it a spec is plain data, and its text is all of it.
        let plain = self.master == other.master && self.link == other.link && self.shape == other.shape;
        plain && format!("{:?}", self.spec) == format!("{:?}", other.spec)
    }
}
