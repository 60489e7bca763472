//! Links as tables, and as text in the layout of `ip addr`.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt::Write;

use mlua::{Lua, Table};

use super::records::{Record, with_text};
use crate::error::Result;
use crate::kernel::addr::{Address, Lifetime};
use crate::kernel::link::{self, Link, Shown, Stats, kind};
use crate::kernel::namespace::{Namespace, anonymous, named};

/// The order in which a list of links prints.
pub(super) const COLUMNS: &[&str] = &["index", "name", "type", "operstate", "up", "mtu", "address", "master", "peer"];

/// So many namespaces are looked at for a record of an event.
const FEW: usize = 64;

/// The namespaces in which the other end of a pair is looked for, read when first needed: reading a list of links
/// costs a look at each namespace only where there is a pair to other namespaces.
#[derive(Default)]
pub(super) struct Peers {
    candidates: OnceCell<Vec<Namespace>>,
    /// Which of them a namespace, by its label, knows under an id.
    known: RefCell<HashMap<(String, i32), Option<Namespace>>>,
    few: bool,
}

impl Peers {
    fn candidates(&self) -> &[Namespace] {
        self.candidates.get_or_init(|| {
            let named = named::list().unwrap_or_default();
            let mut all = vec![Namespace::home()];
            all.extend(named.iter().filter_map(|listed| Namespace::named(&listed.name).ok()));
            all.extend(anonymous::list());
            if self.few && all.len() > FEW { Vec::new() } else { all }
        })
    }

    /// For records of which there may be many, each with little time for it: where there are many namespaces, the other end
    /// is looked for in none of the others.
    pub(super) fn among_few() -> Self {
        Self { few: true, ..Self::default() }
    }

    /// The other namespace that a link works with.
    fn elsewhere(&self, namespace: &Namespace, link: &Link) -> Option<Namespace> {
        let mut known = self.known.borrow_mut();
        let found = known.entry((namespace.label(), link.link_netnsid?));
        found.or_insert_with(|| link::underlay(namespace, link, self.candidates()).ok().flatten()).clone()
    }

    /// What a link leads to.
    fn of(&self, namespace: &Namespace, link: &Link) -> Other {
        let is_pair = link.kind.as_deref().is_some_and(kind::is_pair);
        // What it stands on in its own namespace was read with it.
        if link.link_netnsid.is_none() && !is_pair {
            return Other { link: link.link.clone(), ..Other::default() };
        }
        let there = self.elsewhere(namespace, link);
        let device = link::peer(namespace, link, there.as_ref());
        let text = device.map(|device| {
            let outside = device.namespace.label().is_empty() && !namespace.label().is_empty();
            if outside { format!("/{}", device.name) } else { device.to_string() }
        });
        let (peer, link) = if is_pair { (text, None) } else { (None, text) };
        Other { peer, link, netns: there.and_then(|there| there.name().map(str::to_owned)) }
    }
}

/// What a link leads to: `ns1/veth1` where its namespace can be named, `/veth1` where nsl runs, told from elsewhere.
#[derive(Default)]
struct Other {
    /// The other end of a pair.
    peer: Option<String>,
    /// What it stands on; a bare name where that is in the same namespace.
    link: Option<String>,
    /// The name of the other namespace it works with.
    netns: Option<String>,
}

/// A link as a table whose keys are the options that write it, and what only reading gives.
pub(super) fn table(lua: &Lua, namespace: &Namespace, link: &Link, peers: &Peers) -> mlua::Result<Table> {
    let other = peers.of(namespace, link);
    let mut record = Record::new(lua)?;
    let (both, port): (Vec<_>, Vec<_>) =
        link.port.iter().cloned().partition(|(key, _)| link.data.iter().any(|(own, _)| own == key));
    if !both.is_empty() && link.port_kind.as_deref() == Some("bridge") {
        record = record.set(kind::PORT_TABLE, super::words::record(lua, &both)?)?;
    }
    // A kind's own option of that name wins.
    for (key, setting) in link.more.iter().chain(&port).chain(&link.data) {
        record = record.set(key, super::words::value(lua, setting)?)?;
    }
    let xdp = link.xdp.as_ref().map(|read| super::words::record(lua, &link::xdp::shown(read))).transpose()?;
    let record = record
        .set("name", link.name.as_str())?
        .set("index", link.index)?
        .set("type", link.kind.as_deref())?
        .set("mtu", link.mtu)?
        .set("address", link.address.as_deref())?
        .set("broadcast", link.broadcast.as_deref())?
        .set("up", link.up)?
        .set("operstate", link.operstate.as_str())?
        .set("carrier", link.carrier)?
        .set("master", link.master.as_deref())?
        .set("alias", link.alias.as_deref())?
        .set(group_key(link), link.group_name.as_str())?
        .set("txqueuelen", link.txqueuelen)?
        .set("promisc", link.promisc)?
        .set("allmulticast", link.allmulticast)?
        .set("multicast", link.multicast)?
        .set("dynamic", link.dynamic.then_some(true))?
        .set("trailers", (!link.trailers).then_some(false))?
        .set("arp", link.arp)?
        .set("addrgenmode", link.addrgenmode.map(|mode| mode.name()))?
        .set("link_type", link.link_type.as_str())?
        .set("qdisc", link.qdisc.as_deref())?
        .set("link_index", link.link_index)?
        .set("link_netnsid", link.link_netnsid)?
        .set("link_netns", other.netns)?
        .set("link", other.link)?
        .set("peer", other.peer)?
        .set("netns", namespace.name())?
        .set("flags", link.flags.clone())?
        .set("xdp", xdp)?
        .set("stats", stats(lua, &link.stats)?)?;
    Ok(record.table())
}

/// A kind's own option of that name wins over the link's.
fn group_key(link: &Link) -> &'static str {
    let has_own = |kind: &str| link::kind::has(kind, link::kind::Side::Own, "group");
    if link.kind.as_deref().is_some_and(has_own) { "link_group" } else { "group" }
}

fn stats(lua: &Lua, stats: &Stats) -> mlua::Result<Table> {
    let record = Record::new(lua)?
        .set("rx_bytes", stats.rx_bytes)?
        .set("rx_packets", stats.rx_packets)?
        .set("rx_errors", stats.rx_errors)?
        .set("rx_dropped", stats.rx_dropped)?
        .set("tx_bytes", stats.tx_bytes)?
        .set("tx_packets", stats.tx_packets)?
        .set("tx_errors", stats.tx_errors)?
        .set("tx_dropped", stats.tx_dropped)?
        .set("multicast", stats.multicast)?
        .set("collisions", stats.collisions)?
        .set("rx_over_errors", stats.rx_over_errors)?
        .set("rx_missed_errors", stats.rx_missed_errors)?
        .set("tx_carrier_errors", stats.tx_carrier_errors)?
        .set("carrier_changes", stats.carrier_changes)?;
    Ok(record.table())
}

/// Links with their addresses: an array of records that prints as `ip addr` does.
pub(super) fn shown(lua: &Lua, namespace: &Namespace, shown: &[Shown]) -> mlua::Result<Table> {
    let peers = Peers::default();
    let mut text = String::new();
    let list = lua.create_table()?;
    for Shown { link, addresses } in shown {
        let record = table(lua, namespace, link, &peers)?;
        let records =
            addresses.iter().map(|address| super::addr::table(lua, address)).collect::<mlua::Result<Vec<_>>>()?;
        record.raw_set("addresses", records)?;
        list.raw_push(record)?;
        write_link(&mut text, namespace, link, addresses, &peers)?;
    }
    with_text(lua, &list, text.trim_end().to_owned())?;
    Ok(list)
}

/// One link in the layout of `ip addr`.
fn write_link(
    text: &mut String,
    namespace: &Namespace,
    link: &Link,
    addresses: &[Address],
    peers: &Peers,
) -> Result<()> {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{}: {}{}: <{}> mtu {}",
        link.index,
        link.name,
        at(namespace, link),
        link.flags.join(","),
        link.mtu
    );
    for (word, value) in [("qdisc", link.qdisc.as_deref()), ("master", link.master.as_deref())] {
        if let Some(value) = value {
            let _ = write!(text, " {word} {value}");
        }
    }
    let _ = write!(text, " state {} group {}", link.operstate, link.group_name);
    if link.txqueuelen > 0 {
        let _ = write!(text, " qlen {}", link.txqueuelen);
    }
    let _ = write!(text, "\n    link/{}", link.link_type);
    for (word, value) in [(" ", link.address.as_deref()), (" brd ", link.broadcast.as_deref())] {
        if let Some(value) = value {
            let _ = write!(text, "{word}{value}");
        }
    }
    if let Some(netnsid) = link.link_netnsid {
        match peers.of(namespace, link).netns {
            Some(name) => drop(write!(text, " link-netns {name}")),
            None => drop(write!(text, " link-netnsid {netnsid}")),
        }
    }
    text.push('\n');
    if let Some(alias) = &link.alias {
        let _ = writeln!(text, "    alias {alias}");
    }
    for address in addresses {
        let _ = writeln!(text, "    {}", super::addr::line(address, &link.name));
        let _ = writeln!(
            text,
            "       valid_lft {} preferred_lft {}",
            lifetime(address.valid_lft),
            lifetime(address.preferred_lft)
        );
    }
    Ok(())
}

/// `@if22`, `@eth0`: what the link is paired with or stands on.
fn at(namespace: &Namespace, link: &Link) -> String {
    let Some(index) = link.link_index else { return String::new() };
    if let Some(name) = &link.link {
        return format!("@{name}");
    }
    if link.link_netnsid.is_some() {
        return format!("@if{index}");
    }
    match link::resolve(namespace, index, "") {
        Ok(device) => format!("@{}", device.name),
        Err(_) => format!("@if{index}"),
    }
}

fn lifetime(lifetime: Lifetime) -> String {
    match lifetime {
        Lifetime::Forever => "forever".to_owned(),
        Lifetime::Seconds(seconds) => format!("{seconds}sec"),
    }
}
