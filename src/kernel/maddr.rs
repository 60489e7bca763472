//! Addresses of multicast that links listen to, in the words of `ip maddr`. The kernel tells of them in files of /proc/net,
//! and takes link-layer ones by an ioctl.

#![allow(unsafe_code)]

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use std::os::fd::AsRawFd;

use super::device::Device;
use super::entry;
use super::link::format_mac;
use super::namespace::Namespace;
use super::words::Form::{Ip, Link, Names8};
use super::words::{self, HEADER, Setting, Settings, Word, fact, fact_field};
use crate::error::{Error, Result, explain};

/// Has a link listen to a link-layer address of multicast.
pub fn add(device: &Device, mac: [u8; 6]) -> Result<()> {
    control(device, mac, libc::SIOCADDMULTI)
}

/// Has a link listen no more to an address that [`add`] gave it. `ENOENT` if it has it not.
pub fn delete(device: &Device, mac: [u8; 6]) -> Result<()> {
    control(device, mac, libc::SIOCDELMULTI)
}

fn control(device: &Device, mac: [u8; 6], request: libc::c_ulong) -> Result<()> {
    let name = match device.known_index() {
        // It may have another name by now.
        Some(index) => super::link::resolve(&device.namespace, index, &device.name)?.name,
        None => device.name.clone(),
    };
    let done = device.namespace.enter(move || {
        let socket = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
        // SAFETY: all-zero bytes are a valid `ifreq`.
        let mut argument: libc::ifreq = unsafe { std::mem::zeroed() };
        let last = argument.ifr_name.len() - 1;
        for (to, byte) in argument.ifr_name[..last].iter_mut().zip(name.bytes()) {
            *to = byte.cast_signed();
        }
        let mut address = libc::sockaddr { sa_family: 0, sa_data: [0; 14] };
        for (to, byte) in address.sa_data.iter_mut().zip(mac) {
            *to = byte.cast_signed();
        }
        argument.ifr_ifru.ifru_hwaddr = address;
        // SAFETY: the descriptor is open, and the request takes an `ifreq`, which outlives the call.
        let result = unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw const argument) };
        Errno::result(result).map(drop).map_err(Error::from)
    });
    done.map_err(|error| {
        let error = error.explain(&[(Errno::EINVAL, &explain::MADDR_NOT_KEPT)]).with("link", device);
        let what = format!("address {} of multicast at \"{device}\"", format_mac(&mac));
        let error = entry::refused(error, what, "changing addresses of multicast");
        match device.namespace.with_socket(|socket| Ok(device.or_missing(error.clone(), socket))) {
            Ok(worded) => worded,
            Err(_) => error.object(device),
        }
    })
}

/// The addresses of multicast in a namespace or at one link: each with its `dev`, its `family` (`"link"`, `"inet"`,
/// `"inet6"`) and how many `users` it has.
pub fn list(namespace: &Namespace, dev: Option<&Device>) -> Result<Vec<Settings>> {
    let index = dev.map(Device::index).transpose()?;
    let texts = namespace.enter(|| {
        // Of a family that the kernel has not there is no file.
        let read = |file| fs::read_to_string(format!("/proc/thread-self/net/{file}")).unwrap_or_default();
        Ok([read("dev_mcast"), read("igmp"), read("igmp6")])
    })?;
    let [link, inet, inet6] = &texts;
    let mut all: Vec<Member> = of_links(link).chain(of_ipv4(inet)).chain(of_ipv6(inet6)).collect();
    all.retain(|member| index.is_none_or(|index| index == member.index));
    all.sort_by_key(|member| member.index);
    Ok(all.into_iter().map(Member::settings).collect())
}

/// What an event of `RTM_NEWMULTICAST` says (Linux `struct ifaddrmsg`): not how many users it has.
pub fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    /// Length of `struct ifaddrmsg`.
    const LENGTH: usize = 8;
    const WORDS: &[Word] = &[
        fact_field("dev", HEADER, LENGTH, 4, Link),
        fact_field("family", HEADER, LENGTH, 0, Names8(&[(2, "inet"), (10, "inet6")])),
        // `IFA_MULTICAST`.
        fact("address", 7, Ip),
    ];
    Some(words::decode(WORDS, bytes.get(..LENGTH)?, bytes.get(LENGTH..)?, name))
}

struct Member {
    index: u32,
    dev: String,
    family: &'static str,
    address: String,
    users: i64,
    by_hand: bool,
}

impl Member {
    fn settings(self) -> Settings {
        let mut settings = vec![
            ("dev".into(), Setting::Text(self.dev)),
            ("family".into(), Setting::Text(self.family.to_owned())),
            ("address".into(), Setting::Text(self.address)),
            ("users".into(), Setting::Integer(self.users)),
        ];
        if self.by_hand {
            settings.push(("static".into(), Setting::Switch(true)));
        }
        settings
    }
}

/// Lines of /proc/net/dev_mcast: index, name, users, whether by hand, address.
fn of_links(text: &str) -> impl Iterator<Item = Member> + '_ {
    text.lines().filter_map(|line| {
        let [index, dev, users, by_hand, address] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some(Member {
            index: index.parse().ok()?,
            dev: dev.to_owned(),
            family: "link",
            address: format_mac(&bytes(address)?),
            users: users.parse().ok()?,
            by_hand: by_hand != "0",
        })
    })
}

/// Lines of /proc/net/igmp: a link's (index, name …), then indented those of its addresses (in the machine's order, users …).
fn of_ipv4(text: &str) -> impl Iterator<Item = Member> + '_ {
    let mut link = None;
    text.lines().filter_map(move |line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(char::is_whitespace) {
            link = words
                .first()
                .and_then(|index| index.parse::<u32>().ok())
                .zip(words.get(1).map(|dev| (*dev).to_owned()));
            return None;
        }
        let (index, dev) = link.clone()?;
        let address = Ipv4Addr::from(u32::from_str_radix(words.first()?, 16).ok()?.to_ne_bytes());
        let users = words.get(1)?.parse().ok()?;
        Some(Member { index, dev, family: "inet", address: address.to_string(), users, by_hand: false })
    })
}

/// Lines of /proc/net/igmp6: index, name, address, users …
fn of_ipv6(text: &str) -> impl Iterator<Item = Member> + '_ {
    text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes(words.get(2)?)?).ok()?);
        Some(Member {
            index: words.first()?.parse().ok()?,
            dev: (*words.get(1)?).to_owned(),
            family: "inet6",
            address: address.to_string(),
            users: words.get(3)?.parse().ok()?,
            by_hand: false,
        })
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len() / 2).map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok());
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(member: &Member) -> String {
        format!("{} {} {} {} {}", member.index, member.dev, member.address, member.users, member.by_hand)
    }

    #[test]
    fn the_files_are_read() {
        let links: Vec<_> =
            of_links("2    eth0            1     1     01005e000001\n").map(|one| shown(&one)).collect();
        assert_eq!(links, ["2 eth0 01:00:5e:00:00:01 1 true"]);
        let file = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n\
                    1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n";
        let inet: Vec<_> = of_ipv4(file).map(|one| shown(&one)).collect();
        let address = if cfg!(target_endian = "little") { "224.0.0.1" } else { "1.0.0.224" };
        assert_eq!(inet, [format!("1 lo {address} 1 false")]);
        let file = "1    lo              ff020000000000000000000000000001     2 0000000C 0\n";
        assert_eq!(of_ipv6(file).map(|one| shown(&one)).collect::<Vec<_>>(), ["1 lo ff02::1 2 false"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "[0-9a-f \t\n]*", other in "\\PC*") {
            for text in [&text, &other] {
                let _ = (of_links(text).count(), of_ipv4(text).count(), of_ipv6(text).count());
            }
        }
    }
}
