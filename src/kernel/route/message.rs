//! The message of a route that is to be added or deleted: defaults exactly as `ip route` has them.
//!
//! Nothing here asks the kernel, but for the indexes of devices, which the caller resolves.

use std::net::IpAddr;

use netlink_packet_core::DefaultNla;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteNextHop, RouteNextHopFlags,
    RouteProtocol, RouteScope, RouteType, RouteVia,
};

use super::more::{self, METRICS, MORE, MORE_OF_A_WAY};
use super::read::RTA_DST;
use super::spec::{Destination, Family, NextHop, RouteSpec};
use crate::error::{Error, Result, explain};
use crate::kernel::mpls;
use crate::kernel::shared_forms::prefix;
use crate::kernel::words;
use crate::netlink::attr;

const RTAX_MTU: u16 = 2;
const RTAX_ADVMSS: u16 = 8;

/// What a message is for: some defaults depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Delete,
}

impl RouteSpec {
    /// The message for this route; `index` finds a device by name.
    pub(super) fn message(&self, verb: Verb, index: &mut dyn FnMut(&str) -> Result<u32>) -> Result<RouteMessage> {
        self.check()?;
        let mut message = RouteMessage::default();
        self.fill_header(&mut message.header, verb);
        let attributes = &mut message.attributes;
        match self.dst {
            Destination::Net(net) if net.prefix_len() > 0 => {
                attributes.push(RouteAttribute::Destination(net.addr().into()));
            }
            Destination::Label(label) => attributes.push(other(RTA_DST, mpls::stack(label).to_vec())),
            Destination::Net(_) | Destination::Default => {}
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
        let mut metrics = Vec::new();
        for (metric, value) in [(RTAX_MTU, self.mtu), (RTAX_ADVMSS, self.advmss)] {
            value.into_iter().for_each(|value| attr::put_u32(&mut metrics, metric, value));
        }
        for (kind, value) in more::attributes(MORE, &self.more, index)? {
            match kind {
                METRICS => metrics.extend(value),
                kind => attributes.push(other(kind, value)),
            }
        }
        if !metrics.is_empty() {
            attributes.push(other(METRICS | attr::NESTED, metrics));
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
        let kind = self.kind.unwrap_or(if adds || self.family() == Family::Mpls {
            RouteType::Unicast
        } else {
            RouteType::Unspec
        });
        let local = matches!(kind, RouteType::Local | RouteType::Broadcast | RouteType::Anycast | RouteType::Nat);
        header.address_family = self.family().wire();
        header.destination_prefix_length = match self.dst {
            Destination::Default => 0,
            Destination::Net(net) => net.prefix_len(),
            Destination::Label(_) => 20,
        };
        header.source_prefix_length =
            words::find(&self.more, "from").and_then(prefix).map_or(0, |source| source.prefix_len());
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
            (None, _) if self.family() != Family::Inet => RouteScope::Universe,
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
        let more = more::attributes(MORE_OF_A_WAY, &nexthop.more, index)?;
        way.attributes.extend(more.into_iter().map(|(kind, value)| other(kind, value)));
        Ok(way)
    }

    /// What the kernel would refuse without saying what is wrong.
    fn check(&self) -> Result<()> {
        if let Destination::Net(net) = self.dst
            && net.addr() != net.network()
        {
            return Err(Error::new(&explain::ROUTE_HOST_BITS).with("route", net).with("network", net.trunc()));
        }
        self.dst.check_family(self.family)?;
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

fn other(kind: u16, value: Vec<u8>) -> RouteAttribute {
    RouteAttribute::Other(DefaultNla::new(kind, value))
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
        assert!(
            refused(RouteSpec { family: Some(Family::Inet6), ..RouteSpec::new(net("10.0.0.0/8")) })
                .is(&explain::ROUTE_FAMILY)
        );
        let heavy = NextHop { weight: Some(257), ..NextHop::default() };
        assert!(
            refused(RouteSpec { nexthops: vec![heavy], ..RouteSpec::new(net("10.0.0.0/8")) })
                .is(&explain::ROUTE_OPTION)
        );
        // An IPv4 route over an IPv6 gateway is fine.
        let over = RouteSpec { via: v6, ..RouteSpec::new(net("10.0.0.0/8")) };
        let message = over.message(Verb::Add, &mut |_| Ok(7)).expect("a message");
        assert!(matches!(message.attributes.last(), Some(RouteAttribute::Via(_))));
    }
}
