//! What is asked for when a route is added, and the message it makes: defaults exactly as `ip route` has them.
//!
//! Nothing here asks the kernel, but for the indexes of devices, which the caller resolves.

use std::net::IpAddr;

use ipnet::IpNet;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteMetric, RouteNextHop, RouteNextHopFlags,
    RoutePreference, RouteProtocol, RouteScope, RouteType, RouteVia,
};

use crate::error::{Error, Result, explain, nearest};

/// An address family of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4
    Inet,
    /// IPv6
    Inet6,
}

impl Family {
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Inet } else { Self::Inet6 }
    }

    pub(super) fn wire(self) -> AddressFamily {
        match self {
            Self::Inet => AddressFamily::Inet,
            Self::Inet6 => AddressFamily::Inet6,
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
}

impl std::fmt::Display for Destination {
    /// As `ip route` shows it: an address alone has no prefix length.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => write!(f, "{}", net.addr()),
            Self::Net(net) => write!(f, "{net}"),
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
    Err(match nearest(text, names()) {
        Some(near) => error.with("near", near),
        None => error,
    })
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
}

/// What a message is for: some defaults depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Delete,
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
            Destination::Default => {
                self.family.or(self.via.or(self.src).or(first).map(Family::of)).unwrap_or(Family::Inet)
            }
        }
    }

    /// The message for this route; `index` finds a device by name.
    pub(super) fn message(&self, verb: Verb, index: &mut dyn FnMut(&str) -> Result<u32>) -> Result<RouteMessage> {
        self.check()?;
        let mut message = RouteMessage::default();
        self.fill_header(&mut message.header, verb);
        let attributes = &mut message.attributes;
        if let Destination::Net(net) = self.dst
            && net.prefix_len() > 0
        {
            attributes.push(RouteAttribute::Destination(net.addr().into()));
        }
        attributes.extend(self.via.map(|via| gateway(via, self.family())));
        if let Some(dev) = &self.dev {
            attributes.push(RouteAttribute::Oif(index(dev)?));
        }
        attributes.extend(self.src.map(|src| RouteAttribute::PrefSource(RouteAddress::from(src))));
        attributes.extend(self.metric.map(RouteAttribute::Priority));
        attributes.extend(self.table.filter(|&table| table > 255).map(RouteAttribute::Table));
        attributes.extend(self.pref.map(RouteAttribute::Preference));
        attributes.extend(self.nhid.map(RouteAttribute::NhId));
        let mut metrics: Vec<RouteMetric> = self.mtu.map(RouteMetric::Mtu).into_iter().collect();
        metrics.extend(self.advmss.map(RouteMetric::Advmss));
        if !metrics.is_empty() {
            attributes.push(RouteAttribute::Metrics(metrics));
        }
        if !self.nexthops.is_empty() {
            let ways: Result<Vec<_>> = self.nexthops.iter().map(|nexthop| self.way(nexthop, index)).collect();
            attributes.push(RouteAttribute::MultiPath(ways?));
        }
        Ok(message)
    }

    /// iproute2's `iproute_modify`.
    fn fill_header(&self, header: &mut RouteHeader, verb: Verb) {
        let adds = verb == Verb::Add;
        let kind = self.kind.unwrap_or(if adds { RouteType::Unicast } else { RouteType::Unspec });
        let local = matches!(kind, RouteType::Local | RouteType::Broadcast | RouteType::Anycast | RouteType::Nat);
        header.address_family = self.family().wire();
        header.destination_prefix_length = match self.dst {
            Destination::Default => 0,
            Destination::Net(net) => net.prefix_len(),
        };
        header.tos = self.tos.unwrap_or(0);
        header.kind = kind;
        header.protocol = match self.proto {
            Some(proto) => RouteProtocol::from(proto),
            None if adds => RouteProtocol::Boot,
            None => RouteProtocol::Unspec,
        };
        header.table = match self.table {
            Some(table) => u8::try_from(table).unwrap_or(RouteHeader::RT_TABLE_UNSPEC),
            None if local => 255,
            None => RouteHeader::RT_TABLE_MAIN,
        };
        let has_way = self.via.is_some() || !self.nexthops.is_empty() || self.nhid.is_some();
        header.scope = match (self.scope, kind) {
            (Some(scope), _) => RouteScope::from(scope),
            (None, _) if self.family() == Family::Inet6 => RouteScope::Universe,
            (None, RouteType::Local | RouteType::Nat) => RouteScope::Host,
            (None, RouteType::Broadcast | RouteType::Multicast | RouteType::Anycast) => RouteScope::Link,
            (None, RouteType::Unicast | RouteType::Unspec) if !adds => RouteScope::NoWhere,
            (None, RouteType::Unicast | RouteType::Unspec) if !has_way => RouteScope::Link,
            (None, _) => RouteScope::Universe,
        };
        header.flags.set(RouteFlags::Onlink, self.onlink);
    }

    fn way(&self, nexthop: &NextHop, index: &mut dyn FnMut(&str) -> Result<u32>) -> Result<RouteNextHop> {
        let mut way = RouteNextHop::default();
        // On the wire a weight is one less (Linux `rtnh_hops`).
        way.hops = u8::try_from(nexthop.weight.unwrap_or(1).saturating_sub(1)).unwrap_or(u8::MAX);
        way.interface_index = nexthop.dev.as_ref().map(|dev| index(dev)).transpose()?.unwrap_or(0);
        way.flags.set(RouteNextHopFlags::Onlink, nexthop.onlink);
        way.attributes.extend(nexthop.via.map(|via| gateway(via, self.family())));
        Ok(way)
    }

    /// What the kernel would refuse without saying what is wrong.
    fn check(&self) -> Result<()> {
        if let Destination::Net(net) = self.dst
            && net.addr() != net.network()
        {
            return Err(Error::new(&explain::ROUTE_HOST_BITS).with("route", net).with("network", net.trunc()));
        }
        let family = self.family();
        let foreign = |address: &IpAddr| Family::of(*address) != family;
        // Only an IPv4 route can go over a gateway of the other family.
        let vias = self.via.iter().chain(self.nexthops.iter().filter_map(|nexthop| nexthop.via.as_ref()));
        let bad_via = vias.filter(|_| family == Family::Inet6).find(|address| foreign(address));
        let bad = bad_via.map(|address| ("via", address)).or(self
            .src
            .as_ref()
            .filter(|src| foreign(src))
            .map(|src| ("src", src)));
        if let Some((key, address)) = bad {
            let error = Error::new(&explain::ROUTE_FAMILY).with("key", key).with("address", address);
            return Err(error.with("route", self.dst));
        }
        match self.nexthops.iter().filter_map(|nexthop| nexthop.weight).find(|weight| !(1..=256).contains(weight)) {
            Some(weight) => {
                let error = Error::new(&explain::ROUTE_OPTION).with("key", "weight").with("got", weight);
                Err(error.with("expected", "a whole number from 1 to 256"))
            }
            None => Ok(()),
        }
    }
}

/// A gateway, as the attribute that can hold it: one of the route's family, or of another.
fn gateway(via: IpAddr, family: Family) -> RouteAttribute {
    if Family::of(via) == family {
        RouteAttribute::Gateway(RouteAddress::from(via))
    } else {
        RouteAttribute::Via(RouteVia::from(via))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Destination {
        Destination::Net(text.parse().expect("a network"))
    }

    fn header(spec: &RouteSpec, verb: Verb) -> RouteHeader {
        spec.message(verb, &mut |_| Ok(7)).expect("a message").header
    }

    #[test]
    fn defaults_are_those_of_ip_route() {
        let via =
            RouteSpec { via: Some("10.0.0.1".parse().expect("an address")), ..RouteSpec::new(Destination::Default) };
        let added = header(&via, Verb::Add);
        assert_eq!((added.table, added.scope, added.protocol), (254, RouteScope::Universe, RouteProtocol::Boot));
        let deleted = header(&via, Verb::Delete);
        assert_eq!((deleted.scope, deleted.protocol), (RouteScope::NoWhere, RouteProtocol::Unspec));
        assert_eq!(deleted.kind, RouteType::Unspec);
        let dev = RouteSpec { dev: Some("eth0".to_owned()), ..RouteSpec::new(net("10.1.0.0/16")) };
        assert_eq!(header(&dev, Verb::Add).scope, RouteScope::Link);
        let v6 = RouteSpec { dev: Some("eth0".to_owned()), ..RouteSpec::new(net("2001:db8::/32")) };
        assert_eq!(header(&v6, Verb::Add).scope, RouteScope::Universe);
        let local = RouteSpec { kind: Some(RouteType::Local), ..RouteSpec::new(net("10.9.9.9/32")) };
        let local = header(&local, Verb::Add);
        assert_eq!((local.table, local.scope), (255, RouteScope::Host));
        let blackhole =
            RouteSpec { kind: Some(RouteType::BlackHole), table: Some(1000), ..RouteSpec::new(net("10.0.0.0/8")) };
        let blackhole = blackhole.message(Verb::Add, &mut |_| Ok(7)).expect("a message");
        assert_eq!((blackhole.header.table, blackhole.header.scope), (0, RouteScope::Universe));
        assert!(blackhole.attributes.contains(&RouteAttribute::Table(1000)));
    }

    #[test]
    fn mistakes_are_told_before_the_kernel_is_asked() {
        let refused = |spec: RouteSpec| spec.message(Verb::Add, &mut |_| Ok(7)).expect_err("a mistake");
        let error = refused(RouteSpec::new(net("10.0.0.1/24")));
        assert_eq!(error.hint().as_deref(), Some("write \"10.0.0.0/24\""));
        let v4 = Some("10.0.0.1".parse().expect("an address"));
        let v6 = Some("fe80::1".parse().expect("an address"));
        assert!(refused(RouteSpec { via: v4, ..RouteSpec::new(net("2001:db8::/32")) }).is(&explain::ROUTE_FAMILY));
        assert!(refused(RouteSpec { src: v6, ..RouteSpec::new(net("10.0.0.0/8")) }).is(&explain::ROUTE_FAMILY));
        let heavy = NextHop { weight: Some(257), ..NextHop::default() };
        assert!(
            refused(RouteSpec { nexthops: vec![heavy], ..RouteSpec::new(net("10.0.0.0/8")) })
                .is(&explain::ROUTE_OPTION)
        );
        assert_eq!(
            parse_type("blackhol").expect_err("misspelt").hint().as_deref(),
            Some("did you mean \"blackhole\"?")
        );
        // An IPv4 route over an IPv6 gateway is fine.
        let over = RouteSpec { via: v6, ..RouteSpec::new(net("10.0.0.0/8")) };
        let message = over.message(Verb::Add, &mut |_| Ok(7)).expect("a message");
        assert!(matches!(message.attributes.last(), Some(RouteAttribute::Via(_))));
    }
}
