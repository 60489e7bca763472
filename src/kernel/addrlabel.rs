//! Labels of IPv6 prefixes, by which a source address is chosen (RFC 6724), in the words of `ip addrlabel` (Linux
//! `include/uapi/linux/if_addrlabel.h`).

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};

use super::entry::{self, Links, Sort};
use super::namespace::Namespace;
use super::words::Form::{Link, U32};
use super::words::{self, HEADER, Setting, Settings, Word, field, option};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};

/// Length of `struct ifaddrlblmsg`.
const LENGTH: usize = 12;
/// `IFAL_ADDRESS`.
const ADDRESS: u16 = 1;
/// `IFAL_LABEL`.
const LABEL: u16 = 2;

/// A label's options.
pub const WORDS: &[Word] = &[field("dev", HEADER, LENGTH, 4, Link), option("label", LABEL, U32)];

static SORT: Sort = Sort { name: "label", new: 72, header: LENGTH, words: WORDS };

/// Gives a prefix a label; `EEXIST` if it has one.
pub fn add(namespace: &Namespace, prefix: Ipv6Net, settings: &Settings) -> Result<()> {
    if words::find(settings, "label").is_none() {
        return Err(Error::new(&explain::ADDRESS_LABEL_MISSING).with("prefix", prefix).object(prefix));
    }
    send(namespace, prefix, settings, (SORT.new, NLM_F_CREATE | NLM_F_EXCL))
}

/// Takes a prefix its label; `ESRCH` if it has none.
pub fn delete(namespace: &Namespace, prefix: Ipv6Net, settings: &Settings) -> Result<()> {
    let mut settings = settings.clone();
    if words::find(&settings, "label").is_none() {
        // The kernel wants one, whichever.
        settings.push(("label".into(), Setting::Integer(0)));
    }
    send(namespace, prefix, &settings, (SORT.delete(), 0))
}

fn send(namespace: &Namespace, prefix: Ipv6Net, settings: &Settings, (kind, flags): (u16, u16)) -> Result<()> {
    namespace.with_socket(|socket| {
        let message = SORT.message(kind, &header(prefix.prefix_len()), settings, &mut Links::of(namespace, socket))?;
        let message = message.with(ADDRESS, &prefix.addr().octets());
        socket.execute(message, flags).map_err(|error| {
            let label = namespace.label();
            let place = if label.is_empty() { String::new() } else { format!(" in \"{label}\"") };
            entry::refused(error, format!("label of {prefix}{place}"), "changing labels of prefixes").object(prefix)
        })
    })
}

fn header(prefix: u8) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_INET6 as u8;
    header[2] = prefix;
    header
}

/// The labels of a namespace: each with its `prefix`, its `label`, and its `dev` if it is for one.
pub fn list(namespace: &Namespace) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let names = super::device::index_names(socket)?;
        socket.dump_with(&Message::new(SORT.get(), &header(0)), |_, bytes| {
            let address: [u8; 16] = attr::find(bytes.get(LENGTH..)?, ADDRESS)?.try_into().ok()?;
            let prefix = Ipv6Net::new(Ipv6Addr::from(address), *bytes.get(2)?).ok()?;
            let mut label = vec![("prefix".into(), Setting::Text(prefix.to_string()))];
            let mut read = SORT.read(bytes, &|index| names.get(&index).cloned())?;
            // Index 0 is every link.
            read.retain(|(key, value)| !(key == "dev" && matches!(value, Setting::Integer(_))));
            label.extend(read);
            Some(label)
        })
    })
}

/// Takes all prefixes their labels; how many there were.
pub fn flush(namespace: &Namespace) -> Result<usize> {
    let labels = list(namespace)?;
    for label in &labels {
        let prefix = words::text(label, "prefix").and_then(|prefix| prefix.parse().ok());
        if let Some(prefix) = prefix {
            delete(namespace, prefix, &words::without(label, &["prefix"]))?;
        }
    }
    Ok(labels.len())
}

/// `EINVAL` for a network of IPv4, which has no labels.
pub fn prefix(network: IpNet) -> Result<Ipv6Net> {
    match network {
        IpNet::V6(prefix) => Ok(prefix.trunc()),
        IpNet::V4(network) => {
            let error = Error::new(&explain::ADDRESS_FAMILY).with("text", IpAddr::from(network.addr()));
            Err(error.with("family", "IPv6"))
        }
    }
}
