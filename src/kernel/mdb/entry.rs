//! One member of a group: `struct br_mdb_entry`, and what an answer says behind it.

use std::fmt;
use std::net::IpAddr;

use super::{FLAGS, READ};
use crate::error::{Error, Result, explain};
use crate::kernel::link::{format_mac, parse_mac};
use crate::kernel::words::Form::{Ip, Names8, Time32};
use crate::kernel::words::{self, NameOf, Setting, Settings, fact};
use crate::netlink::attr;

/// Length of `struct br_mdb_entry`.
pub(super) const LENGTH: usize = 28;
/// `ETH_P_IP` and `ETH_P_IPV6`, which say what an address is; 0 is a MAC address.
const IPV4: u16 = 0x0800;
/// See [`IPV4`].
const IPV6: u16 = 0x86dd;
/// `MDBE_ATTR_SRC_LIST`, and in an answer `MDBA_MDB_EATTR_SRC_LIST`.
const SOURCES: u16 = 2;

/// The address of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Of IPv4 or IPv6.
    Ip(IpAddr),
    /// Of what is no IP.
    Mac([u8; 6]),
}

impl Group {
    /// `"239.1.1.1"`, `"ff0e::1"` or `"01:00:5e:00:00:01"`.
    pub fn parse(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(address) => Ok(Self::Ip(address)),
            Err(_) => {
                let mac = parse_mac(text).map_err(|_| Error::new(&explain::MDB_GROUP).with("text", text));
                mac.map(Self::Mac)
            }
        }
    }

    /// The entry for a request.
    pub(super) fn entry(self, port: u32, settings: &Settings) -> Result<[u8; LENGTH]> {
        let mut entry = [0; LENGTH];
        entry[..4].copy_from_slice(&port.to_ne_bytes());
        entry[4] = u8::from(words::flag(settings, "permanent"));
        if let Some(value) = words::find(settings, "vid") {
            let vid = words::integer(settings, "vid").and_then(|vid| u16::try_from(vid).ok());
            entry[6..8].copy_from_slice(&vid.ok_or_else(|| wrong("vid", "a VLAN's number", value))?.to_ne_bytes());
        }
        let proto = match self {
            Self::Mac(mac) => {
                entry[8..14].copy_from_slice(&mac);
                0
            }
            Self::Ip(IpAddr::V4(address)) => {
                entry[8..12].copy_from_slice(&address.octets());
                IPV4
            }
            Self::Ip(IpAddr::V6(address)) => {
                entry[8..24].copy_from_slice(&address.octets());
                IPV6
            }
        };
        entry[24..26].copy_from_slice(&proto.to_be_bytes());
        Ok(entry)
    }

    fn of(entry: &[u8]) -> Option<Self> {
        Some(match u16::from_be_bytes([entry[24], entry[25]]) {
            0 => Self::Mac(entry[8..14].try_into().ok()?),
            IPV4 => Self::Ip(IpAddr::from(<[u8; 4]>::try_from(&entry[8..12]).ok()?)),
            _ => Self::Ip(IpAddr::from(<[u8; 16]>::try_from(&entry[8..24]).ok()?)),
        })
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => write!(f, "{address}"),
            Self::Mac(mac) => f.write_str(&format_mac(mac)),
        }
    }
}

/// The attribute for `source_list`; empty without it.
pub(super) fn sources(settings: &Settings) -> Result<Vec<u8>> {
    let Some(addresses) = words::find(settings, "source_list").map(Setting::each) else { return Ok(Vec::new()) };
    let mut list = Vec::new();
    for address in addresses {
        let bytes = match address {
            Setting::Text(text) => text.parse().ok(),
            _ => None,
        };
        let bytes = match bytes.ok_or_else(|| wrong("source_list", "an array of IP addresses", address))? {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        attr::nest(&mut list, 1, |inner| attr::put(inner, 1, &bytes));
    }
    let mut bytes = Vec::new();
    attr::nest(&mut bytes, SOURCES, |inner| *inner = list);
    Ok(bytes)
}

/// "option "vid" must be a VLAN's number, got …".
pub(super) fn wrong(key: &'static str, expected: &str, got: &Setting) -> Error {
    Error::new(&explain::WORD_VALUE).with("key", key).with("expected", expected).with("got", got)
}

/// What an answer says of a member.
pub(in crate::kernel) fn member(info: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let (entry, attributes) = (info.get(..LENGTH)?, info.get(LENGTH..)?);
    let mut settings = vec![("grp".into(), Setting::Text(Group::of(entry)?.to_string()))];
    settings.extend(name(attr::u32_of(entry)?).map(|port| ("port".into(), Setting::Text(port))));
    let vid = attr::number(&entry[6..8]).filter(|vid| *vid != 0);
    settings.extend(vid.map(|vid| ("vid".into(), Setting::Integer(vid.cast_signed()))));
    settings.push((if entry[4] & 1 == 0 { "temp" } else { "permanent" }.into(), Setting::Switch(true)));
    settings.extend(words::decode(READ, &[], attributes, name));
    let sources = attr::find(attributes, SOURCES).map(|list| {
        let address =
            |(_, source)| words::text(&words::decode(&[fact("a", 1, Ip)], &[], source, name), "a").map(str::to_owned);
        attr::Attributes::new(list).filter_map(address).map(Setting::Text).collect::<Vec<_>>()
    });
    settings.extend(sources.map(|list| ("source_list".into(), Setting::List(list))));
    settings.extend(words::decode(FLAGS, entry, &[], name));
    Some(settings)
}

/// `MDB_RTR_TYPE_*`.
const ROUTERS: &[(u32, &str)] = &[(0, "disabled"), (1, "temp_query"), (2, "permanent"), (3, "temp")];

/// What an answer says of a port with a router of multicast.
pub(in crate::kernel) fn router(info: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let mut settings = vec![("port".into(), Setting::Text(name(attr::u32_of(info)?)?))];
    let words = [fact("timer", 1, Time32), fact("type", 2, Names8(ROUTERS))];
    settings.extend(words::decode(&words, &[], info.get(4..)?, name));
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_group_comes_back() {
        for text in ["239.1.1.1", "ff0e::1", "01:00:5e:00:00:01"] {
            let group = Group::parse(text).expect("a group");
            let entry = group.entry(7, &vec![("vid".into(), Setting::Integer(9))]).expect("an entry");
            assert_eq!((Group::of(&entry), group.to_string()), (Some(group), text.to_owned()));
            let member = member(&entry, &|index| Some(format!("v{index}"))).expect("a member");
            assert_eq!((words::text(&member, "port"), words::integer(&member, "vid")), (Some("v7"), Some(9)));
        }
        assert_eq!(Group::parse("nonsense").expect_err("no group").code(), "EINVAL");
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
            let _ = (member(&bytes, &|_| Some("v0".to_owned())), router(&bytes, &|_| Some("v0".to_owned())));
        }
    }
}
