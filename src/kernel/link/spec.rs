//! What is asked for when a link is made or changed.
//!
//! Plain data: a field that is none stays as it is (or as the kernel makes it).

use super::xdp::Xdp;
use super::{Settings, more};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;

/// How a link makes its IPv6 link-local address (`ip link set … addrgenmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddrGenMode {
    /// From its MAC address.
    Eui64,
    /// Not at all.
    None,
    /// From a secret (`stable_secret`).
    StableSecret,
    /// From a random secret.
    Random,
}

impl AddrGenMode {
    /// In the kernel's order.
    const NAMES: [(&'static str, Self); 4] =
        [("eui64", Self::Eui64), ("none", Self::None), ("stable_secret", Self::StableSecret), ("random", Self::Random)];

    /// Reads `ip link`'s word for it.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some((_, mode)) = Self::NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(*mode);
        }
        let error = Error::new(&explain::ADDRESS_OPTION).with("key", "addrgenmode").with("got", text);
        let error = error.with("expected", "one of eui64, none, stable_secret, random");
        Err(error.near(nearest(text, Self::NAMES.map(|(name, _)| name))))
    }

    /// The mode with this number (Linux `in6_addr_gen_mode`).
    pub(super) fn of(number: u8) -> Option<Self> {
        Self::NAMES.get(usize::from(number)).map(|(_, mode)| *mode)
    }

    /// `ip link`'s word for it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

/// The link that another is a port of.
#[derive(Debug, Clone)]
pub enum Master {
    /// None (`nomaster`).
    None,
    /// A bridge, bond, VRF …, in the same namespace.
    Link(Device),
}

/// What a link should be.
#[derive(Debug, Clone, Default)]
pub struct LinkSpec {
    /// `"bridge"`, `"dummy"` …; only for a new link.
    pub kind: Option<String>,
    /// Options of its kind or, once it is a port, of its master's kind, in `ip link`'s words.
    pub options: Settings,
    /// The index it is to have; only for a new link.
    pub index: Option<u32>,
    /// The link that it stands on, which may be in another namespace; only for a new link.
    pub link: Option<Device>,
    /// The namespace whose links and addresses it works with, where that is not its own; only for a new link.
    pub link_netns: Option<Namespace>,
    /// Administratively up.
    pub up: Option<bool>,
    /// In bytes.
    pub mtu: Option<u32>,
    /// MAC address.
    pub address: Option<[u8; 6]>,
    /// The MAC address that reaches all.
    pub broadcast: Option<[u8; 6]>,
    /// A new name; only for a link that is there.
    pub name: Option<String>,
    /// A namespace to move to; only for a link that is there.
    pub netns: Option<Namespace>,
    /// What it is a port of.
    pub master: Option<Master>,
    /// Free text, at most 255 bytes; empty: none.
    pub alias: Option<String>,
    /// A group of links: a number (`names::Names::groups` knows their names).
    pub group: Option<u32>,
    /// Packets in its transmit queue.
    pub txqueuelen: Option<u32>,
    /// Takes every packet.
    pub promisc: Option<bool>,
    /// Takes every multicast packet.
    pub allmulticast: Option<bool>,
    /// Can do multicast.
    pub multicast: Option<bool>,
    /// Changes its address as it comes and goes; the kernel only keeps that it is told.
    pub dynamic: Option<bool>,
    /// Trailers are used; as above.
    pub trailers: Option<bool>,
    /// Uses ARP.
    pub arp: Option<bool>,
    /// How it makes its IPv6 link-local address.
    pub addrgenmode: Option<AddrGenMode>,
    /// The carrier of a link that lets it be set (dummy).
    pub carrier: Option<bool>,
    /// What else links of every kind have (`more::WORDS`).
    pub more: Settings,
    /// The program that sees first what it receives; one that is there gives way.
    pub xdp: Option<Xdp>,
}

impl LinkSpec {
    /// Whether nothing is asked for, but perhaps a name, a namespace and a kind.
    pub fn is_empty(&self) -> bool {
        self.count() == 0 && self.options.is_empty()
    }

    /// How many things are asked for, but for name, namespace, kind and the kind's options.
    pub(super) fn count(&self) -> usize {
        self.asked().count() - self.options.len()
    }

    /// The options by which it is asked for, but for name, namespace and kind.
    pub(super) fn asked(&self) -> impl Iterator<Item = &str> {
        let fields = [
            ("up", self.up.is_some()),
            ("mtu", self.mtu.is_some()),
            ("address", self.address.is_some()),
            ("broadcast", self.broadcast.is_some()),
            ("master", self.master.is_some()),
            ("alias", self.alias.is_some()),
            ("group", self.group.is_some()),
            ("txqueuelen", self.txqueuelen.is_some()),
            ("promisc", self.promisc.is_some()),
            ("allmulticast", self.allmulticast.is_some()),
            ("multicast", self.multicast.is_some()),
            ("dynamic", self.dynamic.is_some()),
            ("trailers", self.trailers.is_some()),
            ("arp", self.arp.is_some()),
            ("addrgenmode", self.addrgenmode.is_some()),
            ("carrier", self.carrier.is_some()),
            ("xdp", self.xdp.is_some()),
        ];
        let fields = fields.into_iter().filter(|(_, asked)| *asked).map(|(key, _)| key);
        fields.chain(self.more.iter().chain(&self.options).map(|(key, _)| key.as_ref()))
    }

    /// Those of the fields that the kernel takes in the message that makes a link (Linux `rtnl_create_link`), and the
    /// rest, which has to follow.
    pub fn split_for_new(&self) -> (Self, Self) {
        let mut first = self.clone();
        let (now, later) = more::split_for_new(std::mem::take(&mut first.more));
        first.more = now;
        let mut rest = Self {
            options: Vec::new(),
            more: later,
            alias: first.alias.take(),
            addrgenmode: first.addrgenmode.take(),
            carrier: first.carrier.take(),
            xdp: first.xdp.take(),
            ..Self::default()
        };
        // How it gets its address has to be settled before it is up.
        if rest.addrgenmode.is_some() || rest.carrier.is_some() {
            rest.up = first.up.take();
        }
        (first, rest)
    }
}
