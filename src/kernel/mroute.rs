//! Routes of multicast that a routing daemon has given the kernel, in the words of `ip mroute` (Linux `net/ipv4/ipmr.c`).

use std::net::IpAddr;

use ipnet::IpNet;
use nix::errno::Errno;

use super::device::{Device, index_names};
use super::entry;
use super::namespace::Namespace;
use super::words::Form::{Ip, Link, Named32, Time64, U64};
use super::words::{self, NameOf, Setting, Settings, Word, fact, fact_field};
use crate::error::Result;
use crate::kernel::names::Names;
use crate::netlink::{Message, attr};

/// Length of `struct rtmsg`.
const LENGTH: usize = 12;
/// `RTNL_FAMILY_IPMR` and `RTNL_FAMILY_IP6MR`, with the words of the families.
const FAMILIES: [(u8, &str); 2] = [(128, "inet"), (129, "inet6")];
/// `RTN_MULTICAST`.
const MULTICAST: u8 = 5;
/// `RTA_MULTIPATH`.
const WAYS: u16 = 9;
/// `RTA_MFC_STATS`, a `struct rta_mfc_stats`.
const STATS: u16 = 17;
/// `RTNH_F_UNRESOLVED`.
const UNRESOLVED: u32 = 32;

const WORDS: &[Word] = &[
    fact("src", 2, Ip),
    fact("dst", 1, Ip),
    fact("iif", 3, Link),
    fact("table", 15, Named32(Names::tables)),
    fact_field("packets", STATS, 24, 0, U64),
    fact_field("bytes", STATS, 24, 8, U64),
    fact_field("wrong_if", STATS, 24, 16, U64),
    fact("expires", 23, Time64),
];

/// Which routes are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of IPv6, or of IPv4.
    pub is_ipv6: Option<bool>,
    /// To groups in this network.
    pub to: Option<IpNet>,
    /// From sources in this network.
    pub from: Option<IpNet>,
    /// Coming in at this link.
    pub iif: Option<Device>,
    /// Of this table, by its name.
    pub table: Option<String>,
}

/// The routes of multicast of a namespace.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let mut listed = Vec::new();
        for (family, word) in FAMILIES {
            if filter.is_ipv6.is_some_and(|is_ipv6| is_ipv6 != (word == "inet6")) {
                continue;
            }
            let mut header = [0; LENGTH];
            header[0] = family;
            let routes = socket.dump_with(&Message::new(libc::RTM_GETROUTE, &header), |_, bytes| {
                // Without routes of multicast the kernel lists its others.
                let ours = *bytes.first()? == family && *bytes.get(7)? == MULTICAST;
                let route = ours.then(|| record(bytes, word, &|index| names.get(&index).cloned())).flatten()?;
                filter.takes(&route).then_some(route)
            });
            match routes {
                Err(error) if error.as_errno() == Some(Errno::EOPNOTSUPP) && filter.is_ipv6.is_none() => {}
                routes => listed.extend(routes.map_err(|error| {
                    let error = entry::refused(error, "routes of multicast", "listing routes of multicast");
                    error.with("remedy", "use a kernel with CONFIG_IP_MROUTE and CONFIG_IPV6_MROUTE")
                })?),
            }
        }
        Ok(listed)
    })
}

impl Filter {
    fn takes(&self, route: &Settings) -> bool {
        let inside = |key, network: IpNet| {
            let address = words::text(route, key).and_then(|address| address.parse::<IpAddr>().ok());
            address.is_some_and(|address| network.contains(&address))
        };
        self.to.is_none_or(|network| inside("dst", network))
            && self.from.is_none_or(|network| inside("src", network))
            && self.iif.as_ref().is_none_or(|iif| words::text(route, "iif") == Some(&iif.name))
            && self.table.as_deref().is_none_or(|table| words::text(route, "table") == Some(table))
    }
}

/// What an answer or an event says; none for what is no route of multicast.
pub(super) fn read(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let (_, word) = FAMILIES.iter().find(|(family, _)| bytes.first() == Some(family))?;
    record(bytes, word, name)
}

pub(super) fn record(bytes: &[u8], family: &str, name: NameOf<'_>) -> Option<Settings> {
    let attributes = bytes.get(LENGTH..)?;
    let mut settings = vec![("family".into(), Setting::Text(family.to_owned()))];
    settings.extend(words::decode(WORDS, &[], attributes, name));
    if let Some(ways) = attr::find(attributes, WAYS) {
        settings.push(("multipath".into(), Setting::List(ways_out(ways, name))));
    }
    let unresolved = attr::u32_of(bytes.get(8..)?)? & UNRESOLVED != 0;
    let state = if unresolved { "unresolved" } else { "resolved" };
    settings.push(("state".into(), Setting::Text(state.to_owned())));
    Some(settings)
}

/// Each `struct rtnexthop`: the link out, and the least TTL that goes there.
fn ways_out(mut bytes: &[u8], name: NameOf<'_>) -> Vec<Setting> {
    let mut ways = Vec::new();
    while let Some(way) = bytes.get(..8) {
        let oif = attr::u32_of(&way[4..]).and_then(name).unwrap_or_default();
        let ttl = Setting::Integer(way[3].into());
        ways.push(Setting::Table(vec![("oif".into(), Setting::Text(oif)), ("ttl".into(), ttl)]));
        let length = usize::from(u16::from_ne_bytes([way[0], way[1]])).max(8).next_multiple_of(4);
        bytes = bytes.get(length..).unwrap_or_default();
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
            let _ = record(&bytes, "inet", &|_| Some("v0".to_owned()));
            prop_assert!(ways_out(&bytes, &|_| None).len() <= bytes.len() / 8);
        }
    }
}
