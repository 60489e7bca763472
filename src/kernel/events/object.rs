//! The sorts of objects that are followed: the groups and messages that tell of each, what one is known by, and what of it
//! changes all the time without being a change (Linux `include/uapi/linux/rtnetlink.h`).

mod control;
mod ipsec;
mod tables;

use std::ops::Range;

use crate::kernel::tc::action::shared;
use crate::kernel::tc::filter;
use crate::kernel::words::{Setting, Settings};
use crate::kernel::xfrm::{policy, state};
use crate::netlink::Message;
use crate::netlink::attr::{self, Attributes};

/// What can be followed: the objects that have an `_list`, and prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Links.
    Link,
    /// Addresses.
    Addr,
    /// Routes of all tables.
    Route,
    /// Rules.
    Rule,
    /// Nexthops and groups of them.
    Nexthop,
    /// Queueing disciplines.
    Qdisc,
    /// Their classes.
    Class,
    /// Filters.
    Filter,
    /// Chains of filters.
    Chain,
    /// Actions that stand by themselves: the kernel does not tell of those that filters make.
    Action,
    /// Neighbours, those that `neigh_list` shows.
    Neigh,
    /// Forwarding entries.
    Fdb,
    /// Members of groups of multicast at bridges and vxlan links.
    Mdb,
    /// VLANs of bridges and their ports, each by itself.
    BridgeVlan,
    /// VNIs that vxlan links take.
    BridgeVni,
    /// Addresses of multicast that links listen to, those of protocols.
    Maddr,
    /// Routes of multicast.
    Mroute,
    /// Rules of which table these are in.
    Mrule,
    /// Settings of links for each protocol.
    Netconf,
    /// States of IPsec.
    XfrmState,
    /// Policies of IPsec, but for those of single sockets.
    XfrmPolicy,
    /// Prefixes that routers advertise. Nothing lists them, so each is told as it is heard, and none is deleted.
    Prefix,
    /// Ids by which other namespaces are known.
    Nsid,
    /// Namespaces: names in /run/netns, or where all are followed the unnamed ones too.
    Netns,
}

impl Object {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Link,
        Self::Addr,
        Self::Route,
        Self::Rule,
        Self::Neigh,
        Self::Fdb,
        Self::Mdb,
        Self::BridgeVlan,
        Self::BridgeVni,
        Self::Maddr,
        Self::Mroute,
        Self::Mrule,
        Self::Netconf,
        Self::Nexthop,
        Self::Qdisc,
        Self::Class,
        Self::Filter,
        Self::Chain,
        Self::Action,
        Self::XfrmState,
        Self::XfrmPolicy,
        Self::Prefix,
        Self::Nsid,
        Self::Netns,
    ];

    /// Whether it is told by another protocol, over a socket of its own and to the privileged alone: so that it has to be asked for.
    pub fn is_ipsec(self) -> bool {
        matches!(self, Self::XfrmState | Self::XfrmPolicy)
    }

    /// The word for it, which its functions begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Addr => "addr",
            Self::Route => "route",
            Self::Rule => "rule",
            Self::Neigh => "neigh",
            Self::Fdb => "fdb",
            Self::Mdb => "mdb",
            Self::BridgeVlan => "bridge_vlan",
            Self::BridgeVni => "bridge_vni",
            Self::Maddr => "maddr",
            Self::Mroute => "mroute",
            Self::Mrule => "mrule",
            Self::Netconf => "netconf",
            Self::Nexthop => "nexthop",
            Self::Qdisc => "qdisc",
            Self::Class => "class",
            Self::Filter => "filter",
            Self::Chain => "chain",
            Self::Action => "action",
            Self::XfrmState => "xfrm_state",
            Self::XfrmPolicy => "xfrm_policy",
            Self::Prefix => "prefix",
            Self::Nsid => "nsid",
            Self::Netns => "netns",
        }
    }
}

/// Groups of notifications (`RTNLGRP_…`) of links, which are followed for their names whatever is asked for, and of how
/// they send, which their own do not tell.
pub(super) const LINK_GROUPS: [u32; 2] = [1, 4];

/// What one object is known by among its sort.
pub(super) enum Identity {
    /// Parts of the header (offset, length) and the values of attributes.
    Parts(&'static [(usize, usize)], &'static [u16]),
    /// All that is said of it: such an object never changes.
    All,
    /// What is made of the whole message.
    Own(fn(&[u8]) -> Vec<u8>),
}

/// A sort of objects, as its messages tell of it.
pub(super) struct Sort {
    pub(super) object: Object,
    /// The type of the message that says what is; the next one (`RTM_DEL…`) says what is no more, the one after it asks.
    pub(super) new: u16,
    /// The fixed header's length.
    header: usize,
    /// The families, which are a header's first byte, that are of this sort; none: all.
    pub(super) families: &'static [u8],
    pub(super) groups: &'static [u32],
    /// How the requests begin that list all of them: (part of) the header, and whatever is behind it.
    requests: &'static [&'static [u8]],
    identity: Identity,
    /// Whether several may have the same identity.
    pub(super) several: bool,
    /// Bits of the header that come and go with other objects.
    unsteady: &'static [(Range<usize>, u8)],
    /// Attributes that count the time or the use; of some, the bytes from here to there are something else.
    volatile: &'static [(u16, Range<usize>)],
    /// Whether it is what the list shows, by its header.
    is_shown: fn(&[u8]) -> bool,
    /// Makes messages of one object each of a message that tells of several. What is heard of such a sort only says that
    /// it is to be listed again.
    pub(super) parts: Option<Parts>,
}

/// Makes several messages of one.
type Parts = fn(&[u8]) -> Vec<Box<[u8]>>;

const INET: u8 = libc::AF_INET as u8;
const INET6: u8 = libc::AF_INET6 as u8;
const MPLS: u8 = libc::AF_MPLS as u8;

/// What the others differ from.
const PLAIN: Sort = Sort {
    object: Object::Link,
    new: 0,
    header: 12,
    families: &[],
    groups: &[],
    requests: &[&[]],
    identity: Identity::All,
    several: false,
    unsteady: &[],
    volatile: &[],
    is_shown: |_| true,
    parts: None,
};

/// All but links, which have a type of their own.
pub(super) static SORTS: &[Sort] = &[
    Sort {
        object: Object::Addr,
        new: libc::RTM_NEWADDR,
        header: 8,
        families: &[INET, INET6],
        groups: &[5, 9],
        // The prefix length and the link; `IFA_ADDRESS`, `IFA_LOCAL`.
        identity: Identity::Parts(&[(0, 2), (4, 4)], &[1, 2]),
        // Of `IFA_CACHEINFO` when it was last set.
        volatile: &[(6, 12..16)],
        ..PLAIN
    },
    Sort { groups: &[7], families: &[INET], requests: &[&[INET]], ..ROUTE },
    Sort { groups: &[11], families: &[INET6], requests: &[&[INET6]], ..ROUTE },
    Sort { groups: &[27], families: &[MPLS], requests: &[&[MPLS]], ..ROUTE },
    Sort {
        object: Object::Neigh,
        new: libc::RTM_NEWNEIGH,
        families: &[INET, INET6],
        groups: &[3],
        // The link; `NDA_DST`.
        identity: Identity::Parts(&[(0, 1), (4, 4)], &[1]),
        // `NDA_CACHEINFO`, `NDA_PROBES`.
        volatile: &[(3, 0..0), (4, 0..0)],
        // `NUD_NONE` and `NUD_NOARP` entries are nobody's. Of proxies, which have no state, the kernel does not tell.
        is_shown: |header| !matches!(u16::from_ne_bytes([header[8], header[9]]), 0 | 0x40),
        ..PLAIN
    },
    tables::FDB,
    tables::MDB,
    tables::BRIDGE_VLAN,
    tables::BRIDGE_VNI,
    Sort { families: &[INET], requests: &[&[INET]], groups: &[37], ..tables::MADDR },
    Sort { families: &[INET6], requests: &[&[INET6]], groups: &[38], ..tables::MADDR },
    tables::PREFIX,
    tables::NSID,
    Sort { families: &[128], requests: &[&[128]], groups: &[6], ..tables::MROUTE },
    Sort { families: &[129], requests: &[&[129]], groups: &[10], ..tables::MROUTE },
    Sort { families: &[INET], requests: &[&[INET]], groups: &[24], ..tables::NETCONF },
    Sort { families: &[INET6], requests: &[&[INET6]], groups: &[25], ..tables::NETCONF },
    Sort { families: &[MPLS], requests: &[&[MPLS]], groups: &[29], ..tables::NETCONF },
    Sort { families: &[INET], requests: &[&[INET]], groups: &[8], ..RULE },
    Sort { families: &[INET6], requests: &[&[INET6]], groups: &[19], ..RULE },
    Sort { object: Object::Mrule, families: &[128], requests: &[&[128]], groups: &[8], ..RULE },
    Sort { object: Object::Mrule, families: &[129], requests: &[&[129]], groups: &[19], ..RULE },
    Sort {
        object: Object::Nexthop,
        new: 104,
        header: 8,
        groups: &[32],
        // `NHA_ID`.
        identity: Identity::Parts(&[], &[1]),
        ..PLAIN
    },
    control::QDISC,
    control::CLASS,
    control::FILTER,
    control::CHAIN,
    tables::ACTION,
    ipsec::STATE,
    ipsec::POLICY,
];

const RULE: Sort = Sort {
    object: Object::Rule,
    new: 32,
    // `FIB_RULE_UNRESOLVED`, `FIB_RULE_IIF_DETACHED`, `FIB_RULE_OIF_DETACHED`.
    unsteady: &[(8..9, 0x1c)],
    ..PLAIN
};

const ROUTE: Sort = Sort {
    object: Object::Route,
    new: libc::RTM_NEWROUTE,
    // Destination, source and type of service; `RTA_DST`, `RTA_SRC`, `RTA_PRIORITY`, `RTA_TABLE`.
    identity: Identity::Parts(&[(0, 4)], &[1, 2, 6, 15]),
    several: true,
    // `RTA_CACHEINFO`, `RTA_EXPIRES`.
    volatile: &[(12, 0..0), (23, 0..0)],
    // `RTM_F_CLONED`: made from another for one destination.
    is_shown: |header| header[9] & 2 == 0,
    ..PLAIN
};

impl Sort {
    /// The requests that list all of them; of classes and filters each place that has some is asked for by itself.
    pub(super) fn requests(&self) -> impl Iterator<Item = Message> {
        self.requests.iter().map(|start| {
            let mut request = start.to_vec();
            request.resize(request.len().max(self.header), 0);
            Message::new(self.new + 2, &request)
        })
    }

    /// Whether anything lists them.
    pub(super) fn is_listed(&self) -> bool {
        !self.requests.is_empty()
    }

    /// Whether a message of type `kind` says what is, or what is no more, of this sort; none if it is about something else.
    pub(super) fn says(&self, kind: u16, bytes: &[u8]) -> Option<bool> {
        let (header, _) = bytes.split_at_checked(self.header)?;
        // Some answers have the type of the question (Linux `br_mdb_dump`).
        let of = (self.new..=self.new + 2).contains(&kind)
            && (self.families.is_empty() || self.families.contains(&header[0]));
        of.then(|| kind != self.new + 1 && (self.is_shown)(header))
    }

    /// What the object of a message is known by.
    pub(super) fn identity(&self, bytes: &[u8]) -> Vec<u8> {
        let mut identity = Vec::with_capacity(32);
        let (parts, attributes) = match self.identity {
            Identity::Parts(parts, attributes) => (parts, attributes),
            Identity::All => return self.lasting(bytes).into(),
            Identity::Own(own) => return own(bytes),
        };
        for &(start, length) in parts {
            identity.extend(bytes.iter().skip(start).take(length));
        }
        for (kind, value) in Attributes::new(bytes.get(self.header..).unwrap_or_default()) {
            if attributes.contains(&kind) {
                attr::put(&mut identity, kind, value);
            }
        }
        identity
    }

    /// A message without what changes all the time.
    pub(super) fn lasting(&self, bytes: &[u8]) -> Box<[u8]> {
        let (header, attributes) = bytes.split_at(self.header.min(bytes.len()));
        let mut lasting = Vec::with_capacity(bytes.len());
        lasting.extend_from_slice(header);
        for (part, bits) in self.unsteady {
            lasting.get_mut(part.clone()).into_iter().flatten().for_each(|byte| *byte &= !bits);
        }
        for (kind, value) in Attributes::new(attributes) {
            let part = self.volatile.iter().find(|(volatile, _)| *volatile == kind);
            let value = part.map_or(Some(value), |(_, part)| value.get(part.clone())).unwrap_or_default();
            match control::counter_in(self.object, kind, value, attributes) {
                Some(at) => attr::put(&mut lasting, kind, &[&value[..at], &[0; 4], &value[at + 4..]].concat()),
                None => attr::put(&mut lasting, kind, value),
            }
        }
        lasting.into()
    }

    /// Whether two messages without what changes all the time say the same.
    pub(super) fn same(&self, one: &[u8], other: &[u8]) -> bool {
        // Actions count what they did, deep within.
        let steady = |bytes: &[u8]| {
            let mut filter = filter::read(bytes, &|_| None)?;
            if let Some((_, Setting::List(actions))) = filter.iter_mut().find(|(key, _)| key == "actions") {
                for action in actions {
                    if let Setting::Table(action) = action {
                        action.retain(|(key, _)| key != "stats");
                    }
                }
            }
            Some(filter)
        };
        let same = |read: &dyn Fn(&[u8]) -> Option<Settings>| read(one).is_some() && read(one) == read(other);
        one == other
            || match self.object {
                Object::Filter => same(&steady),
                Object::Action => same(&shared::lasting),
                Object::XfrmState => same(&state::lasting),
                Object::XfrmPolicy => same(&|bytes| policy::record(bytes, &|_| None)),
                _ => false,
            }
    }

    /// Whether two messages about what may be several things are about one: all but their flags is the same.
    pub(super) fn alike(&self, one: &[u8], other: &[u8]) -> bool {
        self.several && one.get(..8) == other.get(..8) && one.get(self.header..) == other.get(self.header..)
    }

    /// The attributes of a message.
    pub(super) fn attributes<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.header..).unwrap_or_default()
    }
}
