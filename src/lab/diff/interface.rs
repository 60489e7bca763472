//! One interface that is there against what is planned of it: its settings, then its addresses.

use ipnet::{IpNet, Ipv4Net};

use super::change::Edit;
use super::list::List;
use crate::kernel::addr::AddrSpec;
use crate::kernel::link::{Setting, parse_mac};
use crate::kernel::tc::Kept;
use crate::kernel::words::find;
use crate::lab::state::{HaveAddress, HaveInterface, Role, WantedInterface, link_local};

/// `ipv6` says whether the kernel has it.
pub(super) fn compare(list: &mut List<'_>, wanted: &WantedInterface, have: &HaveInterface, ipv6: bool) {
    for (key, want) in &wanted.settings {
        // A kernel may lack it.
        let Some((_, now)) = have.settings.iter().find(|(known, _)| known == key) else { continue };
        if !same(now, want) {
            let edit = Edit::Set { index: have.index, key: key.clone(), value: want.clone() };
            // In the words of a plan an "address" is another thing.
            let what = if key == "address" { "mac".into() } else { key.clone() };
            list.change(what, &wanted.name, &shown(key, &said_of(now, want)), &shown(key, want), edit);
        }
    }
    // What is somebody else's has what the kernel gave it, and sends as it likes.
    let is_lent = matches!(wanted.role, Role::Host(_));
    if !is_lent {
        compare_shape(list, wanted, have);
    }
    compare_addresses(list, wanted, have);
    if !is_lent {
        compare_own(list, wanted, have, ipv6);
    }
}

/// How it sends. Other disciplines than those of a shape are nobody's business where none is planned.
fn compare_shape(list: &mut List<'_>, wanted: &WantedInterface, have: &HaveInterface) {
    let mtu = wanted.settings.iter().find_map(|(key, value)| match value {
        Setting::Integer(mtu) if key == "mtu" => u32::try_from(*mtu).ok(),
        _ => None,
    });
    let want = wanted.shape.kept(mtu);
    if have.kept != want {
        let brief = |kept: &Option<Kept>| kept.as_ref().map_or_else(|| "none".to_owned(), Kept::to_string);
        let whole = |kept: &Option<Kept>| kept.as_ref().map_or_else(|| "none".to_owned(), |kept| format!("{kept:#}"));
        let is_clear = brief(&have.kept) != brief(&want);
        let shown = |kept| if is_clear { brief(kept) } else { whole(kept) };
        let edit = Edit::Shape { index: have.index, shape: wanted.shape };
        list.change("shape", &wanted.name, &shown(&have.kept), &shown(&want), edit);
    }
}

/// The addresses that the kernel gives by itself. It makes none anew when the MAC address changes, or when somebody has
/// deleted them.
fn compare_own(list: &mut List<'_>, wanted: &WantedInterface, have: &HaveInterface, ipv6: bool) {
    let mac = have.settings.iter().find_map(|(key, value)| match value {
        Setting::Text(mac) if key == "address" => parse_mac(mac).ok(),
        _ => None,
    });
    let planned = |address: &IpNet| wanted.own.contains(address) || wanted.addresses.contains(address);
    if let Some(old) = mac.map(link_local).filter(|address| have.own.contains(address) && !planned(address)) {
        let edit = Edit::RemoveAddress { index: have.index, spec: AddrSpec::new(old) };
        list.remove("address", Some(&have.name), &old.to_string(), edit);
    }
    let possible = |address: &&IpNet| have.running && (ipv6 || address.addr().is_ipv4());
    for &address in wanted.own.iter().filter(possible).filter(|address| !have.own.contains(address)) {
        // As the kernel does, which has no route to the network of ::1.
        let noprefixroute = address.addr().is_ipv6() && address.addr().is_loopback();
        let spec = AddrSpec { noprefixroute, ..AddrSpec::new(address) };
        let edit = Edit::AddAddress { index: have.index, spec };
        list.add("address", Some(&have.name), &address.to_string(), edit);
    }
}

/// Whether a setting is as it is wanted; the kernel gives times as fractions, and tables with more in them, such as how much
/// a peer sent.
fn same(now: &Setting, want: &Setting) -> bool {
    let number = |setting: &Setting| match setting {
        Setting::Integer(number) => Some(*number as f64),
        Setting::Number(number) => Some(*number),
        _ => None,
    };
    match (number(now), number(want), now, want) {
        (Some(now), Some(want), ..) => now == want,
        (_, _, Setting::Table(now), Setting::Table(want)) => {
            want.iter().all(|(key, want)| find(now, key).is_some_and(|now| same(now, want)))
        }
        (_, _, Setting::List(now), Setting::List(want)) if matches!(want.first(), Some(Setting::Table(_))) => {
            now.len() == want.len() && want.iter().all(|want| now.iter().any(|now| same(now, want)))
        }
        _ => now == want,
    }
}

/// Of what a setting is, that of which something is wanted.
fn said_of(now: &Setting, want: &Setting) -> Setting {
    match (now, want) {
        (Setting::Table(now), Setting::Table(want)) => {
            Setting::Table(now.iter().filter(|(key, _)| find(want, key).is_some()).cloned().collect())
        }
        (Setting::List(each), Setting::List(want)) => {
            Setting::List(each.iter().map(|now| want.first().map_or(now.clone(), |want| said_of(now, want))).collect())
        }
        _ => now.clone(),
    }
}

fn shown(key: &str, value: &Setting) -> String {
    match value {
        Setting::Switch(up) if key == "up" => if *up { "up" } else { "down" }.to_owned(),
        Setting::Switch(on) => if *on { "on" } else { "off" }.to_owned(),
        Setting::Integer(number) => number.to_string(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) if text.is_empty() => "none".to_owned(),
        Setting::Text(_) if matches!(key, "private_key" | "preshared_key") => "a secret key".to_owned(),
        Setting::List(none) if none.is_empty() => "none".to_owned(),
        Setting::List(values) => values.iter().map(|value| shown("", value)).collect::<Vec<_>>().join(", "),
        Setting::Table(settings) => {
            settings.iter().map(|(key, value)| format!("{key} {}", shown(key, value))).collect::<Vec<_>>().join(" ")
        }
        Setting::Text(text) => text.clone(),
    }
}

fn compare_addresses(list: &mut List<'_>, wanted: &WantedInterface, have: &HaveInterface) {
    let (have4, have6): (Vec<_>, Vec<_>) = have.addresses.iter().partition(|one| one.spec.address.addr().is_ipv4());
    let wanted4 = wanted.addresses.iter().filter_map(|net| match net {
        IpNet::V4(net) => Some(*net),
        IpNet::V6(_) => None,
    });
    let wanted4 = in_kernel_order(&wanted4.collect::<Vec<_>>());
    // The first address is the source of packets, and another of its network goes with it: order matters.
    let same = have4.iter().zip(&wanted4).take_while(|(have, want)| have.text == want.to_string()).count();
    have4[same..].iter().rev().for_each(|one| remove(list, have, one));
    wanted4[same..].iter().for_each(|one| add(list, have, IpNet::V4(*one)));

    let wanted6 = || wanted.addresses.iter().filter(|net| net.addr().is_ipv6());
    let is_wanted = |one: &HaveAddress| wanted6().any(|net| net.to_string() == one.text);
    have6.iter().filter(|one| !is_wanted(one)).for_each(|one| remove(list, have, one));
    let is_there = |net: &IpNet| have6.iter().any(|one| one.text == net.to_string()) || have.own.contains(net);
    wanted6().filter(|net| !is_there(net)).for_each(|net| add(list, have, *net));
}

/// IPv4 addresses in the order in which the kernel lists them once they were added: the first of each network, then the
/// others (Linux `__inet_insert_ifa`).
fn in_kernel_order(addresses: &[Ipv4Net]) -> Vec<Ipv4Net> {
    let is_first = |place: &usize| {
        let net = addresses[*place].trunc();
        !addresses[..*place].iter().any(|before| before.trunc() == net)
    };
    let (first, second): (Vec<usize>, Vec<usize>) = (0..addresses.len()).partition(is_first);
    first.into_iter().chain(second).map(|place| addresses[place]).collect()
}

fn add(list: &mut List<'_>, have: &HaveInterface, address: IpNet) {
    let spec = AddrSpec { nodad: address.addr().is_ipv6(), ..AddrSpec::new(address) };
    let edit = Edit::AddAddress { index: have.index, spec };
    list.add("address", Some(&have.name), &address.to_string(), edit);
}

fn remove(list: &mut List<'_>, have: &HaveInterface, address: &HaveAddress) {
    let edit = Edit::RemoveAddress { index: have.index, spec: address.spec.clone() };
    list.remove("address", Some(&have.name), &address.text, edit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_table_only_what_is_wanted_counts_and_the_order_of_tables_does_not() {
        let peer = |key: &str, more: &[(&'static str, i64)]| {
            let numbers = more.iter().map(|(key, number)| ((*key).into(), Setting::Integer(*number)));
            let key = ("public_key".into(), Setting::Text(key.to_owned()));
            Setting::Table(std::iter::once(key).chain(numbers).collect())
        };
        let now = Setting::List(vec![peer("a", &[("rx_bytes", 7)]), peer("b", &[("keepalive", 5)])]);
        assert!(same(&now, &Setting::List(vec![peer("b", &[("keepalive", 5)]), peer("a", &[])])));
        assert!(!same(&now, &Setting::List(vec![peer("a", &[]), peer("b", &[("keepalive", 6)])])));
        assert!(!same(&now, &Setting::List(vec![peer("a", &[])])), "one too many");
        let wanted = Setting::List(vec![peer("a", &[])]);
        assert_eq!(shown("peers", &said_of(&now, &wanted)), "public_key a, public_key b");
        assert_eq!(shown("private_key", &Setting::Text("x".to_owned())), "a secret key");
    }

    #[test]
    fn further_addresses_of_a_network_come_last() {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("a network")).collect::<Vec<Ipv4Net>>();
        let given = nets(&["10.0.0.1/24", "10.0.0.2/24", "10.1.0.1/24", "10.0.0.1/16"]);
        let expected = nets(&["10.0.0.1/24", "10.1.0.1/24", "10.0.0.1/16", "10.0.0.2/24"]);
        assert_eq!(in_kernel_order(&given), expected);
    }
}
