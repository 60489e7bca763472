//! Writing back what a half-done change of a link did.

use netlink_packet_route::RouteNetlinkMessage;

use super::kind;
use super::set::indexes;
use super::xdp::Xdp;
use super::{Link, LinkSpec, Setting, Settings, list, message, parse_mac, vf};
use crate::kernel::device::Device;
use crate::netlink::Socket;

/// Brings the link back to what it was `before` the changes of `spec`; a sentence about what stayed changed, if
/// something did.
pub(super) fn undo(socket: &mut Socket, device: &Device, spec: &LinkSpec, before: &Link) -> Option<String> {
    // A link that is gone has nothing to bring back.
    let now = list::get_in(socket, device).ok()?;
    let (back, master) = difference(spec, before, &now);
    let kind = before.kind.as_deref().unwrap_or_default();
    let own = kind::back(kind, &changed(&spec.options, &before.data, &now.data), &before.data, &now.data);
    let mut request = message::indexed(before.index);
    // What cannot be brought back is seen below.
    let _ = message::apply(&mut request, &back, master);
    let kind = before.kind.as_deref().filter(|_| !own.is_empty());
    if let Some(aside) = kind::aside(kind) {
        let mut own = own.clone();
        own.push(("replace_peers".into(), Setting::Switch(true)));
        let _ = (aside.tell)(device, &own);
    }
    let kind = kind.filter(|kind| kind::aside(Some(kind)).is_none());
    if let Some(Ok(info)) = kind.map(|kind| kind::own_info(kind, &own, &mut indexes(socket, device))) {
        message::inform(&mut request, info);
    }
    let _ = socket.execute(RouteNetlinkMessage::NewLink(request), 0);

    // A port that left its bridge and came back has lost what it had there.
    let now = list::get_in(socket, device).ok()?;
    let (_, asked) = kind::split(before.kind.as_deref().unwrap_or_default(), spec.options.clone());
    let asked = if master.is_some() { &before.port } else { &asked };
    let mut port = changed(asked, &before.port, &now.port);
    // The bridge's to say.
    port.retain(|(key, _)| key != "state");
    let kind = now.port_kind.as_deref().filter(|_| !port.is_empty());
    if let Some(Ok(info)) = kind.map(|kind| kind::port_info(kind, &port, &mut indexes(socket, device))) {
        let mut request = message::indexed(before.index);
        message::inform(&mut request, info);
        let _ = socket.execute(RouteNetlinkMessage::NewLink(request), 0);
    }
    let now = list::get_in(socket, device).ok()?;
    let stayed = names(spec, before, &now);
    (!stayed.is_empty()).then(|| format!("these options took effect: {}", stayed.join(", ")))
}

/// What has to be written to come from `now` to `before`, of the things that `spec` names; and the old master.
fn difference(spec: &LinkSpec, before: &Link, now: &Link) -> (LinkSpec, Option<u32>) {
    fn back<T: PartialEq + Clone>(asked: bool, before: &T, now: &T) -> Option<T> {
        (asked && before != now).then(|| before.clone())
    }
    let alias = back(spec.alias.is_some(), &before.alias, &now.alias);
    let address = back(spec.address.is_some(), &before.address, &now.address);
    let broadcast = back(spec.broadcast.is_some(), &before.broadcast, &now.broadcast).flatten();
    let mut more = changed(&spec.more, &before.more, &now.more);
    vf::keep_news(&mut more, &now.more);
    let spec_back = LinkSpec {
        up: back(spec.up.is_some(), &before.up, &now.up),
        mtu: back(spec.mtu.is_some(), &before.mtu, &now.mtu),
        address: address.flatten().and_then(|text| parse_mac(&text).ok()),
        broadcast: broadcast.and_then(|text| parse_mac(&text).ok()),
        alias: alias.map(Option::unwrap_or_default),
        group: back(spec.group.is_some(), &before.group, &now.group),
        txqueuelen: back(spec.txqueuelen.is_some(), &before.txqueuelen, &now.txqueuelen),
        promisc: back(spec.promisc.is_some(), &before.promisc, &now.promisc),
        allmulticast: back(spec.allmulticast.is_some(), &before.allmulticast, &now.allmulticast),
        multicast: back(spec.multicast.is_some(), &before.multicast, &now.multicast),
        dynamic: back(spec.dynamic.is_some(), &before.dynamic, &now.dynamic),
        trailers: back(spec.trailers.is_some(), &before.trailers, &now.trailers),
        arp: back(spec.arp.is_some(), &before.arp, &now.arp),
        addrgenmode: back(spec.addrgenmode.is_some(), &before.addrgenmode, &now.addrgenmode).flatten(),
        carrier: back(spec.carrier.is_some(), &before.carrier, &now.carrier),
        more,
        xdp: back(spec.xdp.is_some(), &before.xdp, &now.xdp).and_then(|was| Xdp::again(was.as_ref()).ok()),
        ..LinkSpec::default()
    };
    let master = back(spec.master.is_some(), &before.master_index, &now.master_index);
    (spec_back, master.map(Option::unwrap_or_default))
}

/// Those of the `asked` options whose value is not what it was, with that value.
fn changed(asked: &Settings, before: &Settings, now: &Settings) -> Settings {
    let value =
        |settings: &Settings, key: &str| settings.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone());
    let old = |(key, _): &(std::borrow::Cow<'static, str>, Setting)| {
        let old = value(before, key)?;
        (value(now, key).as_ref() != Some(&old)).then(|| (key.clone(), old))
    };
    asked.iter().filter_map(old).collect()
}

/// The names of what differs between `before` and `now`, of the things that `spec` names.
fn names(spec: &LinkSpec, before: &Link, now: &Link) -> Vec<String> {
    let (back, master) = difference(spec, before, now);
    let plain = [
        ("up", back.up.is_some()),
        ("mtu", back.mtu.is_some()),
        ("address", back.address.is_some()),
        ("master", master.is_some()),
        ("alias", back.alias.is_some()),
        ("group", back.group.is_some()),
        ("txqueuelen", back.txqueuelen.is_some()),
        ("promisc", back.promisc.is_some()),
        ("allmulticast", back.allmulticast.is_some()),
        ("multicast", back.multicast.is_some()),
        ("dynamic", back.dynamic.is_some()),
        ("trailers", back.trailers.is_some()),
        ("broadcast", back.broadcast.is_some()),
        ("arp", back.arp.is_some()),
        ("addrgenmode", back.addrgenmode.is_some()),
        ("carrier", back.carrier.is_some()),
        ("xdp", back.xdp.is_some()),
    ];
    let own = changed(&spec.options, &before.data, &now.data);
    let port = changed(&spec.options, &before.port, &now.port);
    let options = own.into_iter().chain(port).chain(back.more).map(|(key, _)| key.into_owned());
    plain.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).chain(options).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_and_changed_is_written_back() {
        let before = Link { mtu: 1500, up: false, alias: None, txqueuelen: 1000, ..Link::default() };
        let now = Link { mtu: 1400, up: true, alias: Some("x".to_owned()), txqueuelen: 5, ..Link::default() };
        let spec =
            LinkSpec { mtu: Some(1400), alias: Some("x".to_owned()), promisc: Some(true), ..LinkSpec::default() };
        let (back, master) = difference(&spec, &before, &now);
        assert_eq!((back.mtu, back.up, back.txqueuelen, back.promisc), (Some(1500), None, None, None));
        assert_eq!((back.alias.as_deref(), master), (Some(""), None));
        assert_eq!(names(&spec, &before, &now), ["mtu", "alias"]);
    }

    #[test]
    fn options_come_back_with_their_old_values() {
        let at = |cost: i64| -> Settings { vec![("cost".into(), Setting::Integer(cost))] };
        assert_eq!(changed(&at(9), &at(2), &at(9)), at(2));
        assert_eq!(changed(&at(9), &at(2), &at(2)), Settings::new());
    }
}
