//! A link that is taken from nsl's own namespace for a while: what it has there is remembered, and is given back with it.
//!
//! A move takes a link down, out of its bridge, and lets go of its addresses and of the routes over it (Linux
//! `dev_change_net_namespace`).

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use netlink_packet_route::route::{RouteAttribute, RouteFlags, RouteMessage, RouteProtocol, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use nix::errno::Errno;
use serde_json::{Value, json};

use super::{Link, LinkSpec, Master, get, parse_mac, resolve, set};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{from_hex, to_hex};
use crate::netlink::Socket;

/// Linux `RTNH_F_DEAD` and `RTNH_F_LINKDOWN`, which are the kernel's to say.
const STATE: u32 = 1 | 16;

/// A link of nsl's own namespace as it was there, and where it is since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Borrowed {
    /// Its name at home.
    pub name: String,
    /// Its index and its name where it was moved to; the index once it is there.
    there: (Option<u32>, String),
    up: bool,
    mtu: u32,
    txqueuelen: u32,
    address: Option<String>,
    alias: String,
    master: Option<String>,
    /// Messages of the kernel's, with which it gets them again.
    addresses: Vec<RouteNetlinkMessage>,
    routes: Vec<RouteNetlinkMessage>,
}

impl Borrowed {
    /// Looks at the link of this name, which is to be called `there` where it goes.
    ///
    /// Errors: there is none (`ENODEV`).
    pub fn look(name: &str, there: &str) -> Result<Self> {
        let device = Device::new(&Namespace::home(), name)?;
        let link = get(&device)?;
        device.namespace.with_socket(|socket| {
            Ok(Self {
                name: name.to_owned(),
                there: (None, there.to_owned()),
                up: link.up,
                mtu: link.mtu,
                txqueuelen: link.txqueuelen,
                address: link.address.clone(),
                alias: link.alias.clone().unwrap_or_default(),
                master: link.master.clone(),
                addresses: addresses(socket, link.index)?,
                routes: routes(socket, link.index)?,
            })
        })
    }

    /// Its index where it is.
    pub fn index(&self) -> Option<u32> {
        self.there.0
    }

    /// Moves it to `namespace`, where it is down and has nothing.
    ///
    /// Errors: it is gone; it cannot leave (`EINVAL`); its name is taken there (`EEXIST`).
    pub fn move_to(&mut self, namespace: &Namespace) -> Result<Device> {
        let home = Device::new(&Namespace::home(), &self.name)?;
        let spec = LinkSpec { name: Some(self.there.1.clone()), netns: Some(namespace.clone()), ..LinkSpec::default() };
        let moved = set(&home, &spec)?;
        let index = moved.index()?;
        self.there.0 = Some(index);
        Ok(Device::known(namespace, &self.there.1, index))
    }

    /// Gives it back from `namespace`, with all that it had; nothing if it is not there any more.
    ///
    /// Errors: its name is taken at home (`EEXIST`); something of it cannot be given back.
    pub fn give_back(&self, namespace: &Namespace) -> Result<()> {
        let device = match self.there {
            (Some(index), _) => resolve(namespace, index, &self.name),
            (None, ref name) => Device::new(namespace, name),
        };
        let now = match device.and_then(|device| Ok((get(&device)?, device))) {
            Err(error) if error.is(&explain::LINK_GONE) || error.is(&explain::LINK_MISSING) => return Ok(()),
            now => now?,
        };
        let (link, device) = now;
        // Never moved: what has the name is another.
        if self.there.0.is_none() && link.address != self.address {
            return Ok(());
        }
        let device = Device::known(namespace, &device.name, link.index);
        // Some take a MAC address only while they are down.
        set(&device, &LinkSpec { up: Some(false), ..LinkSpec::default() })?;
        let home = set(&device, &self.spec(&link)?)?;
        let index = home.index()?;
        let again = |messages: &[RouteNetlinkMessage]| {
            messages.iter().map(|message| request(message, index)).collect::<Vec<_>>()
        };
        home.namespace.with_socket(|socket| {
            replay(socket, again(&self.addresses), &home)?;
            replay(socket, again(&self.routes), &home)
        })?;
        match &self.master {
            None => Ok(()),
            Some(master) => {
                let master = Some(Master::Link(Device::new(&home.namespace, master)?));
                set(&home, &LinkSpec { master, ..LinkSpec::default() }).map(drop)
            }
        }
    }

    /// What brings it home as it was.
    fn spec(&self, now: &Link) -> Result<LinkSpec> {
        let address = self.address.as_ref().filter(|address| now.address.as_ref() != Some(address));
        Ok(LinkSpec {
            name: Some(self.name.clone()),
            netns: Some(Namespace::home()),
            up: Some(self.up),
            mtu: (now.mtu != self.mtu).then_some(self.mtu),
            txqueuelen: (now.txqueuelen != self.txqueuelen).then_some(self.txqueuelen),
            address: address.map(|address| parse_mac(address)).transpose()?,
            alias: (now.alias.as_deref().unwrap_or_default() != self.alias).then(|| self.alias.clone()),
            ..LinkSpec::default()
        })
    }

    /// As data that [`Borrowed::from_json`] reads.
    pub fn to_json(&self) -> Value {
        let texts = |messages: &[RouteNetlinkMessage]| messages.iter().map(text).collect::<Vec<_>>();
        json!({
            "name": self.name, "index": self.there.0, "there": self.there.1, "up": self.up, "mtu": self.mtu,
            "txqueuelen": self.txqueuelen, "address": self.address, "alias": self.alias, "master": self.master,
            "addresses": texts(&self.addresses), "routes": texts(&self.routes),
        })
    }

    /// None if something is missing.
    pub fn from_json(value: &Value) -> Option<Self> {
        let number = |key: &str| value[key].as_u64().and_then(|number| u32::try_from(number).ok());
        let string = |key: &str| value[key].as_str().map(str::to_owned);
        let messages = |key: &str| -> Option<Vec<_>> {
            value[key].as_array()?.iter().map(|text| message(text.as_str()?)).collect()
        };
        Some(Self {
            name: string("name")?,
            there: (number("index"), string("there")?),
            up: value["up"].as_bool()?,
            mtu: number("mtu")?,
            txqueuelen: number("txqueuelen")?,
            address: string("address"),
            alias: string("alias")?,
            master: string("master"),
            addresses: messages("addresses")?,
            routes: messages("routes")?,
        })
    }
}

/// The addresses that somebody gave a link: not those that the kernel makes anew.
fn addresses(socket: &mut Socket, index: u32) -> Result<Vec<RouteNetlinkMessage>> {
    let answers = socket.dump(RouteNetlinkMessage::GetAddress(AddressMessage::default()))?;
    let is_made = |message: &AddressMessage| {
        let is_ipv6 = message.header.family == AddressFamily::Inet6;
        let temporary = |attribute: &AddressAttribute| match attribute {
            AddressAttribute::Flags(flags) => flags.contains(AddressFlags::Secondary),
            _ => false,
        };
        is_ipv6 && message.attributes.iter().any(temporary)
    };
    let own = |answer: &RouteNetlinkMessage| match answer {
        RouteNetlinkMessage::NewAddress(message) => message.header.index == index && !is_made(message),
        _ => false,
    };
    Ok(answers.into_iter().filter(own).collect())
}

/// The routes over a link that do not come with its addresses; those without a gateway first.
fn routes(socket: &mut Socket, index: u32) -> Result<Vec<RouteNetlinkMessage>> {
    let mut found = Vec::new();
    for family in [AddressFamily::Inet, AddressFamily::Inet6] {
        let mut request = RouteMessage::default();
        request.header.address_family = family;
        let answers = match socket.dump(RouteNetlinkMessage::GetRoute(request)) {
            // A kernel may lack IPv6.
            Err(error) if matches!(error.as_errno(), Some(Errno::EAFNOSUPPORT | Errno::EOPNOTSUPP)) => continue,
            answers => answers?,
        };
        found.extend(answers.into_iter().filter(|answer| match answer {
            RouteNetlinkMessage::NewRoute(message) => is_own(message) && is_over(message, index),
            _ => false,
        }));
    }
    found.sort_by_key(|message| match message {
        RouteNetlinkMessage::NewRoute(message) => has_gateway(message),
        _ => true,
    });
    Ok(found)
}

fn is_own(message: &RouteMessage) -> bool {
    let header = &message.header;
    let is_made = matches!(header.protocol, RouteProtocol::Kernel | RouteProtocol::Ra | RouteProtocol::IcmpRedirect);
    !is_made && header.kind != RouteType::Local && !header.flags.contains(RouteFlags::Cloned)
}

fn is_over(message: &RouteMessage, index: u32) -> bool {
    message.attributes.iter().any(|attribute| match attribute {
        RouteAttribute::Oif(over) => *over == index,
        RouteAttribute::MultiPath(ways) => ways.iter().any(|way| way.interface_index == index),
        _ => false,
    })
}

fn has_gateway(message: &RouteMessage) -> bool {
    let is_gateway = |attribute: &RouteAttribute| {
        matches!(attribute, RouteAttribute::Gateway(_) | RouteAttribute::Via(_) | RouteAttribute::MultiPath(_))
    };
    message.attributes.iter().any(is_gateway)
}

/// What the kernel said as a request for the same. A move home gives a link its old index where nobody has it.
fn request(message: &RouteNetlinkMessage, index: u32) -> (RouteNetlinkMessage, u16) {
    let mut message = message.clone();
    let mut flags = NLM_F_CREATE | NLM_F_EXCL;
    match &mut message {
        RouteNetlinkMessage::NewAddress(address) => address.header.index = index,
        RouteNetlinkMessage::NewRoute(route) => {
            route.header.flags.remove(RouteFlags::from_bits_retain(STATE));
            // The kernel's own count of time.
            route.attributes.retain(|attribute| !matches!(attribute, RouteAttribute::CacheInfo(_)));
            for attribute in &mut route.attributes {
                match attribute {
                    RouteAttribute::Oif(over) => *over = index,
                    // Its other ways are there still.
                    RouteAttribute::MultiPath(_) => flags = NLM_F_CREATE | NLM_F_REPLACE,
                    _ => {}
                }
            }
        }
        _ => {}
    }
    (message, flags)
}

/// Sends all, and gives the first refusal; what is there already is none.
fn replay(socket: &mut Socket, requests: Vec<(RouteNetlinkMessage, u16)>, device: &Device) -> Result<()> {
    if requests.is_empty() {
        return Ok(());
    }
    let refusals = socket.batch_refusals(&requests)?;
    let mut refused = refusals.into_iter().map(|(_, error)| error);
    refused
        .find(|error| error.as_errno() != Some(Errno::EEXIST))
        .map_or(Ok(()), |error: Error| Err(error.object(device)))
}

fn text(message: &RouteNetlinkMessage) -> String {
    let mut whole = NetlinkMessage::new(NetlinkHeader::default(), NetlinkPayload::from(message.clone()));
    whole.finalize();
    let mut bytes = vec![0; whole.buffer_len()];
    whole.serialize(&mut bytes);
    to_hex(&bytes)
}

fn message(text: &str) -> Option<RouteNetlinkMessage> {
    match NetlinkMessage::<RouteNetlinkMessage>::deserialize(&from_hex(text)?).ok()?.payload {
        NetlinkPayload::InnerMessage(message) => Some(message),
        _ => None,
    }
}
