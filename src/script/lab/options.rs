//! The options of labs, nodes and links.

use std::collections::BTreeMap;

use ipnet::IpNet;
use mlua::{Table, Value};

use crate::error::{Error, Result, explain};
use crate::kernel::link::{kind, parse_mac};
use crate::kernel::{address_text, device};
use crate::lab::{
    Border, End, Existing, ExtraRoute, HostLink, Ip, Kind, Link, Node, NodeDevice, Options as LabOptions, Plan,
    Routing, Wants,
};
use crate::script::link_options::{READ_ONLY, more_names, read_spec};
use crate::script::options::Options;
use crate::script::shape::{SHAPE, merged};

pub(in crate::script) const LAB: &[&str] = &["subnets", "subnets6", "ipv6", "routing", "ecmp", "prefix", "mtu"];
#[rustfmt::skip]
pub(in crate::script) const NODE: &[&str] = &[
    "sysctl", "addresses", "routes", "role", "subnet", "ipv6", "stp", "files", "private", "nft", "devices", "run",
    "daemons", "setup", "ns",
];
/// What can be changed of a node: all but what only its beginning sees.
#[rustfmt::skip]
pub(in crate::script) const CONFIGURE: &[&str] = &[
    "sysctl", "addresses", "routes", "role", "subnet", "ipv6", "stp", "nft", "devices", "run", "daemons",
];
/// Those of a node's options that a function may give once its interfaces are known.
pub(super) const COMPUTED: &[&str] = &["sysctl", "nft", "files", "run", "daemons"];
pub(in crate::script) const LINK: &[&str] =
    &["a", "b", "subnet", "mtu", "cost", "rate", "delay", "jitter", "loss", "duplicate", "corrupt", "reorder", "limit"];
/// What can be changed of a link.
pub(in crate::script) const SET: &[&str] =
    &["a", "b", "mtu", "rate", "delay", "jitter", "loss", "duplicate", "corrupt", "reorder", "limit"];
/// Of an end: what `link_set` takes, but for what would take it out of the lab's hands.
#[rustfmt::skip]
const END: &[&str] = &[
    "name", "ip", "mac", "address", "master", "mtu", "txqueuelen", "alias", "group", "link_group", "promisc",
    "allmulticast", "multicast", "arp", "addrgenmode", "carrier", "nat", "private",
    "vlan", "trunk",
];
/// Of a link to an interface of nsl's own namespace.
const HOST: &[&str] = &["name", "ip", "mtu", "mac"];
/// Of a device: what `link_add` takes, but for a place elsewhere.
#[rustfmt::skip]
const DEVICE: &[&str] = &[
    "name", "type", "link", "ip", "mac", "address", "master", "up", "down", "mtu", "txqueuelen", "alias", "group", "link_group",
    "promisc", "allmulticast", "multicast", "arp", "addrgenmode", "carrier",
];

/// An empty plan with the options of a lab.
pub(super) fn lab(name: Option<String>, options: &Options) -> Result<Plan> {
    let mut read = LabOptions {
        prefix: name.as_ref().map(|name| format!("{name}-")).unwrap_or_default(),
        ..LabOptions::default()
    };
    match options.value("subnets") {
        None => {}
        Some(Value::Boolean(false)) => read.subnets = None,
        Some(_) => match network(options, "subnets")? {
            Some(IpNet::V4(net)) => read.subnets = Some(net),
            other => return Err(options.wrong_value("subnets", "an IPv4 network", shown(other))),
        },
    }
    match network(options, "subnets6")? {
        None => {}
        Some(IpNet::V6(net)) => read.subnets6 = Some(net),
        other => return Err(options.wrong_value("subnets6", "an IPv6 network", shown(other))),
    }
    read.ipv6 = options.is_on("ipv6")?;
    read.ecmp = options.is_on("ecmp")?;
    read.routing = match options.string("routing")?.as_deref() {
        None | Some("static") => Routing::Static,
        Some("default") => Routing::Default,
        Some("none") => Routing::None,
        Some(other) => return Err(options.wrong_value("routing", "\"static\", \"default\" or \"none\"", other)),
    };
    if let Some(prefix) = options.string("prefix")? {
        read.prefix = prefix;
    }
    read.mtu = options.number("mtu", "a number of bytes")?;
    Ok(Plan { name, options: read, nodes: Vec::new(), links: Vec::new() })
}

fn shown(net: Option<IpNet>) -> String {
    net.map(|net| net.to_string()).unwrap_or_default()
}

fn network(options: &Options, key: &str) -> Result<Option<IpNet>> {
    options.string(key)?.map(|text| address_text::network(&text)).transpose()
}

/// A node as its options say.
pub(super) fn node(name: String, kind: Kind, options: &Options) -> Result<Node> {
    let mut node = Node::new(name, kind);
    configure(&mut node, options)?;
    node.existing = existing(options)?;
    Ok(node)
}

/// Changes a node as options say: what they do not name stays, and of its sysctls those that they do not name.
pub(super) fn configure(node: &mut Node, options: &Options) -> Result<()> {
    let given = |key: &str| options.value(key).is_some();
    if given("subnet") {
        node.subnets = networks(options, "subnet", address_text::network)?;
    }
    if given("addresses") {
        node.addresses = networks(options, "addresses", address_text::interface)?;
    }
    node.ipv6 = options.switch("ipv6")?.or(node.ipv6);
    node.stp = options.switch("stp")?.or(node.stp);
    if node.stp.is_some() && node.kind != Kind::Switch {
        return Err(Error::new(&explain::LAB_STP_NODE).with("node", &node.name).object(&node.name));
    }
    node.role = options.string("role")?.or(node.role.take());
    if given("private") {
        let private = options.strings("private")?.unwrap_or_default();
        node.private = private.into_iter().map(|path| own_path(options, "private", path)).collect::<Result<_>>()?;
    }
    if given("devices") {
        node.devices = devices(options)?;
    }
    if given("routes") {
        node.routes = routes(options)?;
    }
    let is_function = |key: &&&str| matches!(options.value(key), Some(Value::Function(_)));
    for key in COMPUTED.iter().filter(|key| given(key) && !is_function(key)) {
        let before = std::mem::take(&mut node.sysctl);
        fill(node, key, options)?;
        for (key, value) in before {
            node.sysctl.entry(key).or_insert(value);
        }
    }
    Ok(())
}

/// Reads one of the options that a function may give as well.
pub(super) fn fill(node: &mut Node, key: &str, options: &Options) -> Result<()> {
    match key {
        "sysctl" => node.sysctl = sysctls(options)?,
        "nft" => node.nft = options.string("nft")?,
        "files" => node.files = files(options)?,
        "run" => node.run = commands(options, "run")?,
        "daemons" => node.daemons = commands(options, "daemons")?,
        _ => {}
    }
    Ok(())
}

/// `files={[path]=text}`.
fn files(options: &Options) -> Result<BTreeMap<String, Vec<u8>>> {
    let wrong = || options.wrong_type("files", "a table from paths to texts");
    let mut files = BTreeMap::new();
    let Some(table) = options.table("files")? else { return Ok(files) };
    for pair in table.pairs::<Value, Value>() {
        let (Value::String(path), Value::String(text)) = pair.map_err(|_| wrong())? else { return Err(wrong()) };
        files.insert(own_path(options, "files", path.to_string_lossy())?, text.as_bytes().to_vec());
    }
    Ok(files)
}

/// A path that a node has something of its own at: from the root, without steps back.
fn own_path(options: &Options, key: &str, path: String) -> Result<String> {
    let parts = || path.split('/').skip(1);
    let is_plain = path.starts_with('/') && path.len() > 1 && parts().all(|part| !matches!(part, "" | "." | ".."));
    if is_plain { Ok(path) } else { Err(options.wrong_value(key, "a path such as \"/etc/frr/frr.conf\"", path)) }
}

fn sysctls(options: &Options) -> Result<BTreeMap<String, String>> {
    let wrong = || options.wrong_type("sysctl", "a table from keys to values");
    let mut sysctls = BTreeMap::new();
    let Some(table) = options.table("sysctl")? else { return Ok(sysctls) };
    for pair in table.pairs::<String, Value>() {
        let (key, value) = pair.map_err(|_| wrong())?;
        let value = match value {
            Value::Boolean(on) => u8::from(on).to_string(),
            Value::String(_) | Value::Integer(_) | Value::Number(_) => value.to_string().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        sysctls.insert(key, value);
    }
    Ok(sysctls)
}

fn networks(options: &Options, key: &str, read: fn(&str) -> Result<IpNet>) -> Result<Vec<IpNet>> {
    options.strings(key)?.unwrap_or_default().iter().map(|text| read(text)).collect()
}

/// An array of commands: each a line for the shell, or an array of words.
fn commands(options: &Options, key: &str) -> Result<Vec<Vec<String>>> {
    let wrong = || options.wrong_type(key, "an array of commands (each a string, or an array of words)");
    let Some(table) = options.table(key).map_err(|_| wrong())? else { return Ok(Vec::new()) };
    let mut commands = Vec::new();
    for command in table.sequence_values::<Value>() {
        commands.push(match command.map_err(|_| wrong())? {
            Value::String(line) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.to_string_lossy()],
            Value::Table(words) => {
                words.sequence_values::<String>().collect::<mlua::Result<Vec<_>>>().map_err(|_| wrong())?
            }
            _ => return Err(wrong()),
        });
    }
    Ok(commands)
}

/// `routes={{dst=, via=, dev=}}`.
fn routes(options: &Options) -> Result<Vec<ExtraRoute>> {
    let wrong = || options.wrong_type("routes", "an array of tables {dst=, via=, dev=}");
    let Some(table) = options.table("routes").map_err(|_| wrong())? else { return Ok(Vec::new()) };
    let mut routes = Vec::new();
    for route in table.sequence_values::<Table>() {
        let route = own(Options::read(&route.map_err(|_| wrong())?, "routes", &[&["dst", "via", "dev"]], &[]))?;
        let via = route.address("via")?;
        let dst = route.string("dst")?.ok_or_else(|| Error::missing("dst"))?;
        let dst = match (dst.as_str(), via) {
            ("default", Some(via)) if via.is_ipv6() => address_text::network("::/0")?,
            ("default", _) => address_text::network("0.0.0.0/0")?,
            (dst, _) => address_text::network(dst)?,
        };
        routes.push(ExtraRoute { dst, via, dev: route.string("dev")? });
    }
    Ok(routes)
}

/// A link as its options say.
pub(super) fn link(a: usize, b: usize, options: &Options) -> Result<Link> {
    let mut link = Link::new(a, b);
    link.subnets = networks(options, "subnet", address_text::network)?;
    link.mtu = options.number("mtu", "a number of bytes")?;
    if let Some(cost) = options.number("cost", "a number from 1")? {
        link.cost = cost;
    }
    link.shape = merged(&link.shape, options)?;
    link.a = end(a, options, "a")?;
    link.b = end(b, options, "b")?;
    link.check_shapes()?;
    Ok(link)
}

/// An interface of nsl's own namespace as the options of its link say; the node's may stand under `key`.
///
/// Errors: none if the options are no table.
pub(super) fn host_link(
    device: String,
    value: &Value,
    key: &'static str,
) -> std::result::Result<HostLink, Option<mlua::Error>> {
    let mut host = HostLink { device, name: None, addresses: Vec::new(), mtu: None, mac: None, place: None };
    let table = match value {
        Value::Nil => return Ok(host),
        Value::Table(table) => table,
        _ => return Err(None),
    };
    let options = Options::read(table, "link", &[HOST, &[key]], &[])?;
    fill_host(&mut host, &options).map_err(mlua::Error::from)?;
    if let Some(table) = options.table(key).map_err(mlua::Error::from)? {
        fill_host(&mut host, &Options::read(&table, "link", &[HOST], &[])?).map_err(mlua::Error::from)?;
    }
    Ok(host)
}

fn fill_host(host: &mut HostLink, options: &Options) -> Result<()> {
    host.name = options.string("name")?.or(host.name.take());
    host.mtu = options.number("mtu", "a number of bytes")?.or(host.mtu);
    if let Some(mac) = options.string("mac")? {
        host.mac = Some(parse_mac(&mac)?);
    }
    if !matches!(options.value("ip"), None | Some(Value::Boolean(false))) {
        host.addresses = networks(options, "ip", address_text::interface)?;
    }
    Ok(())
}

fn end(node: usize, options: &Options, key: &'static str) -> Result<End> {
    let mut end = End::new(node);
    let Some(table) = options.table(key)? else { return Ok(end) };
    let kinds: Vec<&'static str> = kind::all_option_names().collect();
    let options = own(Options::read(&table, "link", &[END, SHAPE, &more_names(), &kinds], &[READ_ONLY]))?;
    end.name = options.string("name")?;
    end.ip = match options.value("ip") {
        None => Ip::Assigned,
        Some(Value::Boolean(false)) => Ip::None,
        Some(Value::String(auto)) if auto == "auto" => Ip::Auto,
        Some(_) => Ip::Given(networks(&options, "ip", address_text::interface)?),
    };
    end.wants = wants(&options)?;
    // Some kinds of links have options of these names too, which the ends of a cable have not.
    end.wants.spec.options.retain(|(key, _)| ![END, SHAPE].iter().any(|own| own.contains(&key.as_ref())));
    end.mac = end.wants.spec.address.take();
    end.vlan = options.number("vlan", "a VLAN's number")?;
    end.trunk = trunk(&options)?;
    if end.vlan.is_some() && !end.trunk.is_empty() {
        return Err(Error::clash("vlan", "trunk"));
    }
    end.border = match (options.is_on("nat")?, options.is_on("private")?) {
        (true, true) => return Err(Error::clash("nat", "private")),
        (true, false) => Some(Border::Translated),
        (false, true) => Some(Border::Plain),
        (false, false) => None,
    };
    end.wants.shape = merged(&end.wants.shape, &options)?;
    Ok(end)
}

/// `trunk={10, 20}`.
fn trunk(options: &Options) -> Result<Vec<u16>> {
    let wrong = || options.wrong_type("trunk", "an array of VLANs' numbers");
    let Some(table) = options.table("trunk")? else { return Ok(Vec::new()) };
    let mut vlans = table.sequence_values::<u16>().collect::<mlua::Result<Vec<_>>>().map_err(|_| wrong())?;
    vlans.sort_unstable();
    vlans.dedup();
    if vlans.is_empty() { Err(wrong()) } else { Ok(vlans) }
}

/// What is asked of a link of a node.
fn wants(options: &Options) -> Result<Wants> {
    Ok(Wants {
        spec: read_spec(options, &crate::kernel::namespace::Namespace::home(), options.string("type")?.as_deref())?,
        master: options.string("master")?,
        link: options.string("link")?,
        ..Wants::default()
    })
}

/// `ns=`: a namespace that is there already.
fn existing(options: &Options) -> Result<Option<Existing>> {
    const EXPECTED: &str = "a namespace (a Netns, a name, a path or a pid)";
    let Some(value) = options.value("ns") else { return Ok(None) };
    let wrong = || options.wrong_type("ns", EXPECTED);
    let namespace = crate::script::netns::found(value).unwrap_or_else(|| Err(wrong()))?;
    Ok(Some(Existing { namespace, first_index: device::propose_block() }))
}

/// `devices={{name=, type=, …}}`.
fn devices(options: &Options) -> Result<Vec<NodeDevice>> {
    let wrong = || options.wrong_type("devices", "an array of tables {name=, type=, …}");
    let Some(table) = options.table("devices")? else { return Ok(Vec::new()) };
    let kinds: Vec<&'static str> = kind::all_option_names().collect();
    let mut devices = Vec::new();
    for device in table.sequence_values::<Table>() {
        let device = own(Options::read(
            &device.map_err(|_| wrong())?,
            "devices",
            &[DEVICE, &more_names(), &kinds],
            &[READ_ONLY],
        ))?;
        let name = device.string("name")?.ok_or_else(|| Error::missing("name"))?;
        let wants = wants(&device)?;
        match &wants.spec.kind {
            Some(kind) => kind::check_kind(kind)?,
            None => return Err(Error::new(&explain::LINK_NEEDS_TYPE).object(name)),
        }
        let addresses = networks(&device, "ip", address_text::interface)?;
        devices.push(NodeDevice { name, wants, addresses });
    }
    Ok(devices)
}

/// The options, or their error as one of nsl's.
fn own(options: mlua::Result<Options>) -> Result<Options> {
    options.map_err(|error| {
        let text = || Error::new(&explain::BUG).with("what", crate::script::error::line(&error));
        crate::script::error::ours(&error).unwrap_or_else(text)
    })
}
