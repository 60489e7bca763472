//! What is asked for when a route is added.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{RoutePreference, RouteType};

use crate::error::{Error, Result, explain, nearest};
use crate::kernel::bpf::Program;
use crate::kernel::words::Settings;

/// An address family of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4
    Inet,
    /// IPv6
    Inet6,
    /// MPLS: its destinations are labels.
    Mpls,
}

impl Family {
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Inet } else { Self::Inet6 }
    }

    pub(super) fn wire(self) -> AddressFamily {
        match self {
            Self::Inet => AddressFamily::Inet,
            Self::Inet6 => AddressFamily::Inet6,
            Self::Mpls => AddressFamily::Mpls,
        }
    }
}

/// Where a route goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Everywhere. The family is that of `via`, of `src`, of `family`, or IPv4.
    Default,
    /// A network, or one address with all its bits.
    Net(IpNet),
    /// A label of MPLS.
    Label(u32),
}

impl Destination {
    /// `EINVAL` if a network is said to be of the other family.
    pub fn check_family(self, said: Option<Family>) -> Result<()> {
        let (Self::Net(net), Some(said @ (Family::Inet | Family::Inet6))) = (self, said) else { return Ok(()) };
        if Family::of(net.addr()) == said {
            return Ok(());
        }
        let word = if said == Family::Inet { "inet" } else { "inet6" };
        Err(Error::new(&explain::ROUTE_FAMILY).with("key", "family").with("address", word).with("route", self))
    }
}

impl std::fmt::Display for Destination {
    /// As `ip route` shows it: an address alone has no prefix length.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => write!(f, "{}", net.addr()),
            Self::Net(net) => write!(f, "{net}"),
            Self::Label(label) => write!(f, "{label}"),
        }
    }
}

/// What becomes of packets that a route matches (Linux `RTN_*`).
pub const TYPES: [(&str, RouteType); 11] = [
    ("unicast", RouteType::Unicast),
    ("local", RouteType::Local),
    ("broadcast", RouteType::Broadcast),
    ("anycast", RouteType::Anycast),
    ("multicast", RouteType::Multicast),
    ("blackhole", RouteType::BlackHole),
    ("unreachable", RouteType::Unreachable),
    ("prohibit", RouteType::Prohibit),
    ("throw", RouteType::Throw),
    ("nat", RouteType::Nat),
    ("xresolve", RouteType::ExternalResolve),
];

const PREFERENCES: [(&str, RoutePreference); 3] =
    [("low", RoutePreference::Low), ("medium", RoutePreference::Medium), ("high", RoutePreference::High)];

/// Reads `ip route`'s word for a type: `"blackhole"`.
pub fn parse_type(text: &str) -> Result<RouteType> {
    word("type", text, &TYPES)
}

/// Reads `ip route`'s word for a preference among IPv6 routers: `"high"`.
pub fn parse_pref(text: &str) -> Result<RoutePreference> {
    word("pref", text, &PREFERENCES)
}

fn word<T: Copy>(key: &str, text: &str, words: &[(&'static str, T)]) -> Result<T> {
    if let Some((_, value)) = words.iter().find(|(name, _)| *name == text) {
        return Ok(*value);
    }
    let names = || words.iter().map(|(name, _)| *name);
    let expected = format!("one of {}", names().collect::<Vec<_>>().join(", "));
    let error = Error::new(&explain::ROUTE_OPTION).with("key", key).with("expected", expected).with("got", text);
    Err(error.near(nearest(text, names())))
}

pub(super) fn type_name(kind: RouteType) -> String {
    let known = TYPES.iter().find(|(_, known)| *known == kind);
    known.map_or_else(|| u8::from(kind).to_string(), |(name, _)| (*name).to_owned())
}

pub(super) fn pref_name(pref: RoutePreference) -> Option<&'static str> {
    PREFERENCES.iter().find(|(_, known)| *known == pref).map(|(name, _)| *name)
}

/// One of several ways a route may go.
#[derive(Debug, Clone, Default)]
pub struct NextHop {
    /// A gateway.
    pub via: Option<IpAddr>,
    /// A link, by its name in the route's namespace.
    pub dev: Option<String>,
    /// Its share: 1 (if none is said) to 256.
    pub weight: Option<u16>,
    /// The gateway is on the link, whatever its addresses say.
    pub onlink: bool,
    /// What is rarer ([`super::MORE_OF_A_WAY`], `encap`).
    pub more: Settings,
}

/// A route to be added, or the one to be deleted.
#[derive(Debug, Clone)]
pub struct RouteSpec {
    /// Where it goes.
    pub dst: Destination,
    /// The family of a default route that nothing else gives one.
    pub family: Option<Family>,
    /// A gateway; for an IPv4 route it may be an IPv6 address.
    pub via: Option<IpAddr>,
    /// A link, by its name in the route's namespace.
    pub dev: Option<String>,
    /// The source address for packets that go this way.
    pub src: Option<IpAddr>,
    /// Less is better.
    pub metric: Option<u32>,
    /// A table's number (`names::Names::tables`); none: main, or local for what is `ip route`'s local types.
    pub table: Option<u32>,
    /// How far its destination is (`names::Names::scopes`).
    pub scope: Option<u8>,
    /// Who made it (`names::Names::protocols`); none: `boot`.
    pub proto: Option<u8>,
    /// The path's mtu.
    pub mtu: Option<u32>,
    /// The maximal segment size for TCP.
    pub advmss: Option<u32>,
    /// The gateway is on the link, whatever its addresses say.
    pub onlink: bool,
    /// What becomes of packets; none: they are forwarded (`unicast`).
    pub kind: Option<RouteType>,
    /// Only for packets with this type of service (IPv4).
    pub tos: Option<u8>,
    /// Preference among routers (IPv6).
    pub pref: Option<RoutePreference>,
    /// Several ways at once, instead of `via` and `dev`.
    pub nexthops: Vec<NextHop>,
    /// A nexthop object, instead of `via` and `dev`.
    pub nhid: Option<u32>,
    /// What is rarer ([`super::MORE`], `encap`).
    pub more: Settings,
    /// The programs that an encap of it or of its ways has, for as long as the kernel may be told of them.
    pub held: Vec<Arc<Program>>,
}

impl RouteSpec {
    /// A route to `dst`, all else as `ip route` has it.
    pub fn new(dst: Destination) -> Self {
        Self {
            dst,
            family: None,
            via: None,
            dev: None,
            src: None,
            metric: None,
            table: None,
            scope: None,
            proto: None,
            mtu: None,
            advmss: None,
            onlink: false,
            kind: None,
            tos: None,
            pref: None,
            nexthops: Vec::new(),
            nhid: None,
            more: Settings::new(),
            held: Vec::new(),
        }
    }

    /// Whether it is a route of IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.family() == Family::Inet
    }

    /// The family of the route.
    pub(super) fn family(&self) -> Family {
        let first = self.nexthops.iter().find_map(|nexthop| nexthop.via);
        match self.dst {
            Destination::Net(net) => Family::of(net.addr()),
            Destination::Label(_) => Family::Mpls,
            Destination::Default => {
                self.family.or(self.via.or(self.src).or(first).map(Family::of)).unwrap_or(Family::Inet)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_type_is_told_with_the_nearest() {
        let error = parse_type("blackhol").expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"blackhole\"?"));
    }
}
