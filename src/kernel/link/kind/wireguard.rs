//! WireGuard: a link whose keys and peers are told and read by generic netlink (Linux `include/uapi/linux/wireguard.h`).

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nix::errno::Errno;

use super::{Aside, Kind};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::words::Form::{self, Bit32, List, Nested, U16, U32, U64};
use crate::kernel::words::{self, Own, Setting, Settings, Word, fact, option};
use crate::netlink::{Generic, attr};

pub(super) const KINDS: &[Kind] = &[Kind {
    own: OWN,
    unread: &["replace_peers"],
    aside: Some(Aside { tell, read }),
    ..Kind::new("wireguard", "wireguard", "CONFIG_WIREGUARD")
}];

const FAMILY: &str = "wireguard";
/// `WG_CMD_GET_DEVICE` and `WG_CMD_SET_DEVICE`.
const GET: u8 = 0;
const SET: u8 = 1;
/// `WGDEVICE_A_IFINDEX`, `WGDEVICE_A_PEERS`, `WGPEER_A_FLAGS`, `WGPEER_A_ALLOWEDIPS`.
const INDEX: u16 = 1;
const PEERS: u16 = 8;
const PEER_FLAGS: u16 = 3;
const ALLOWED_IPS: u16 = 9;
/// `WGPEER_F_REMOVE_ME`, `WGPEER_F_REPLACE_ALLOWEDIPS`.
const REMOVE: u32 = 1;
const REPLACE_ALLOWED: u32 = 2;
/// So many bytes of peers go in one message: an attribute holds less than 64 KiB.
const CHUNK: usize = 32 * 1024;
/// Length of a key.
const KEY_LENGTH: usize = 32;

/// `WGDEVICE_A_*`.
const OWN: &[Word] = &[
    option("private_key", 3, Form::Own(&PRIVATE)),
    fact("public_key", 4, Form::Own(&KEY)),
    option("replace_peers", 5, Bit32(1)),
    option("listen_port", 6, U16),
    option("fwmark", 7, U32),
    option("peers", PEERS, List(&Nested(PEER), 0)),
];

/// `WGPEER_A_*`.
const PEER: &[Word] = &[
    option("public_key", 1, Form::Own(&KEY)),
    option("preshared_key", 2, Form::Own(&KEY)),
    option("remove", PEER_FLAGS, Bit32(REMOVE)),
    option("endpoint", 4, Form::Own(&ENDPOINT)),
    option("keepalive", 5, U16),
    fact("latest_handshake", 6, Form::Own(&TIME)),
    fact("rx_bytes", 7, U64),
    fact("tx_bytes", 8, U64),
    option("allowed_ips", ALLOWED_IPS, Form::Own(&ALLOWED)),
];

/// 32 bytes in base64; none where all are 0.
static KEY: Own = Own {
    expected: "a key, 32 bytes in base64",
    encode: |value| match value {
        Setting::Text(text) if text.is_empty() => Some(vec![0; KEY_LENGTH]),
        Setting::Text(text) => STANDARD.decode(text).ok().filter(|key| key.len() == KEY_LENGTH),
        _ => None,
    },
    decode: |bytes| {
        let key = bytes.get(..KEY_LENGTH)?;
        key.iter().any(|byte| *byte != 0).then(|| Setting::Text(STANDARD.encode(key)))
    },
    width: Some(KEY_LENGTH),
};

/// A private key as the kernel keeps it, and as `wg genkey` makes it (RFC 7748, section 5); none where all bytes are 0.
static PRIVATE: Own = Own {
    encode: |value| {
        let mut key = (KEY.encode)(value)?;
        if key.iter().any(|byte| *byte != 0) {
            clamp(&mut key);
        }
        Some(key)
    },
    ..KEY
};

fn clamp(key: &mut [u8]) {
    key[0] &= 248;
    key[31] = key[31] & 127 | 64;
}

/// `struct sockaddr_in` or `sockaddr_in6`.
static ENDPOINT: Own = Own {
    expected: "an IP address and a port, such as \"192.0.2.1:51820\" or \"[2001:db8::1]:51820\"",
    encode: |value| {
        let Setting::Text(text) = value else { return None };
        let address: SocketAddr = text.parse().ok()?;
        let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        let mut bytes = [(family as u16).to_ne_bytes(), address.port().to_be_bytes()].concat();
        match address {
            SocketAddr::V4(v4) => {
                bytes.extend(v4.ip().octets());
                bytes.extend([0; 8]);
            }
            SocketAddr::V6(v6) => {
                bytes.extend([0; 4]);
                bytes.extend(v6.ip().octets());
                bytes.extend(v6.scope_id().to_ne_bytes());
            }
        }
        Some(bytes)
    },
    decode: |bytes| {
        let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
        let address: SocketAddr = match i32::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?)) {
            libc::AF_INET => (<[u8; 4]>::try_from(bytes.get(4..8)?).ok()?, port).into(),
            libc::AF_INET6 => {
                let address = <[u8; 16]>::try_from(bytes.get(8..24)?).ok()?;
                let link = u32::from_ne_bytes(bytes.get(24..28)?.try_into().ok()?);
                SocketAddrV6::new(address.into(), port, 0, link).into()
            }
            _ => return None,
        };
        Some(Setting::Text(address.to_string()))
    },
    width: None,
};

/// `struct __kernel_timespec` since 1970; none where there was no handshake.
static TIME: Own = Own {
    expected: "left out",
    encode: |_| None,
    decode: |bytes| {
        let seconds = attr::number(bytes.get(..8)?)?.cast_signed();
        (seconds > 0).then_some(Setting::Integer(seconds))
    },
    width: Some(16),
};

/// `WGALLOWEDIP_A_*`: networks with their prefixes.
static ALLOWED: Own = Own {
    expected: "an array of networks, such as {\"10.0.0.0/24\"}",
    encode: |value| {
        let mut bytes = Vec::new();
        for value in value.each() {
            let Setting::Text(text) = value else { return None };
            let network =
                text.parse::<ipnet::IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(Into::into))?.trunc();
            let family = if network.addr().is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
            let address = match network.addr() {
                IpAddr::V4(v4) => v4.octets().to_vec(),
                IpAddr::V6(v6) => v6.octets().to_vec(),
            };
            attr::nest(&mut bytes, 0, |one| {
                attr::put(one, 1, &(family as u16).to_ne_bytes());
                attr::put(one, 2, &address);
                attr::put(one, 3, &[network.prefix_len()]);
            });
        }
        Some(bytes)
    },
    decode: |bytes| {
        let network = |(_, one): (u16, &[u8])| {
            let address = attr::find(one, 2)?;
            let address = match address.len() {
                4 => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
                _ => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
            };
            Some(Setting::Text(format!("{address}/{}", attr::find(one, 3)?.first()?)))
        };
        Some(Setting::List(attr::Attributes::new(bytes).filter_map(network).collect()))
    },
    width: None,
};

/// A new private key and its public one, in base64; of `private`, if there is one.
///
/// `EINVAL` for what is no key.
pub fn keys(private: Option<&str>) -> Result<(String, String)> {
    let mut key = [0; KEY_LENGTH];
    match private {
        Some(text) => {
            let given = (KEY.encode)(&Setting::Text(text.to_owned())).and_then(|key| key.try_into().ok());
            let wrong = || Error::new(&explain::WORD_VALUE).with("key", "private").with("expected", KEY.expected);
            key = given.ok_or_else(|| wrong().with("got", format!("\"{text}\"")))?;
        }
        None => {
            std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut key)?;
            clamp(&mut key);
        }
    }
    let public = x25519_dalek::x25519(key, x25519_dalek::X25519_BASEPOINT_BYTES);
    Ok((STANDARD.encode(key), STANDARD.encode(public)))
}

/// The attributes of the messages that tell a link these settings: peers go in several where they are many.
fn messages(index: u32, settings: &Settings) -> Result<Vec<Vec<u8>>> {
    let mut first = Vec::new();
    attr::put_u32(&mut first, INDEX, index);
    let plain = words::without(settings, &["peers"]);
    first.extend(words::encode(OWN, &plain, &mut words::no_links)?);
    let mut chunks = vec![Vec::new()];
    let peers = words::find(settings, "peers").map(Setting::each).unwrap_or_default();
    for peer in peers {
        let bytes = of_peer(peer)?;
        if chunks.last().is_some_and(|chunk| !chunk.is_empty() && chunk.len() + bytes.len() > CHUNK) {
            chunks.push(Vec::new());
        }
        if let Some(chunk) = chunks.last_mut() {
            attr::put(chunk, attr::NESTED, &bytes);
        }
    }
    let mut messages = Vec::new();
    for chunk in chunks {
        let mut message = std::mem::take(&mut first);
        if message.is_empty() {
            attr::put_u32(&mut message, INDEX, index);
        }
        if !chunk.is_empty() {
            attr::put(&mut message, PEERS | attr::NESTED, &chunk);
        }
        messages.push(message);
    }
    Ok(messages)
}

fn wrong(key: &'static str, got: &Setting, expected: &'static str) -> Error {
    Error::new(&explain::WORD_VALUE).with("key", key).with("expected", expected).with("got", got)
}

fn of_peer(peer: &Setting) -> Result<Vec<u8>> {
    let Setting::Table(settings) = peer else {
        return Err(wrong("peers", peer, "an array of tables of options"));
    };
    words::check("a peer", &[PEER], settings)?;
    words::need(settings, &["public_key"])?;
    let mut bytes = words::encode(PEER, &words::without(settings, &["allowed_ips"]), &mut words::no_links)?;
    if let Some(allowed) = words::find(settings, "allowed_ips") {
        let networks = (ALLOWED.encode)(allowed).ok_or_else(|| wrong("allowed_ips", allowed, ALLOWED.expected))?;
        // Without the flag the kernel refuses it.
        attr::put(&mut bytes, ALLOWED_IPS | attr::NESTED, &networks);
    }
    // The addresses that are told take the place of those before.
    let allowed = if words::find(settings, "allowed_ips").is_some() { REPLACE_ALLOWED } else { 0 };
    let remove = if words::flag(settings, "remove") { REMOVE } else { 0 };
    attr::put_u32(&mut bytes, PEER_FLAGS, allowed | remove);
    Ok(bytes)
}

fn tell(device: &Device, settings: &Settings) -> Result<()> {
    let messages = messages(device.index()?, settings).map_err(|error| error.object(device))?;
    let mut family = device.namespace.enter(|| Generic::open(FAMILY, 1))?;
    for message in messages {
        family.query(SET, &message).map_err(|error| {
            let error = error.explain(&[(Errno::EPERM, &explain::NEEDS_CAPABILITY)]).object(device);
            error.with("doing", "changing a link").with("capability", "CAP_NET_ADMIN")
        })?;
    }
    Ok(())
}

fn read(device: &Device) -> Result<Settings> {
    let mut request = Vec::new();
    attr::put_u32(&mut request, INDEX, device.index()?);
    let mut family = device.namespace.enter(|| Generic::open(FAMILY, 1))?;
    Ok(merged(&family.dump(GET, &request)?))
}

/// What several messages say together: a peer with many addresses goes on in the next one.
fn merged(messages: &[Vec<u8>]) -> Settings {
    let mut all = Settings::new();
    let mut peers: Vec<Setting> = Vec::new();
    for message in messages {
        for (key, value) in words::decode(OWN, &[], message, &|_| None) {
            match value {
                Setting::List(more) if key == "peers" => more.into_iter().for_each(|peer| join(&mut peers, peer)),
                value if words::find(&all, &key).is_none() => all.push((key, value)),
                _ => {}
            }
        }
    }
    all.push(("peers".into(), Setting::List(peers)));
    all
}

fn join(peers: &mut Vec<Setting>, peer: Setting) {
    if let (Some(Setting::Table(last)), Setting::Table(more)) = (peers.last_mut(), &peer)
        && words::find(last, "public_key") == words::find(more, "public_key")
    {
        let addresses = last.iter_mut().find(|(key, _)| key == "allowed_ips");
        if let (Some((_, Setting::List(all))), Some(Setting::List(more))) =
            (addresses, words::find(more, "allowed_ips"))
        {
            all.extend(more.iter().cloned());
            return;
        }
    }
    peers.push(peer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Setting {
        Setting::Text(text.to_owned())
    }

    fn peer(key: &str, allowed: &[&str]) -> Setting {
        Setting::Table(vec![
            ("public_key".into(), text(key)),
            ("endpoint".into(), text("[2001:db8::1]:51820")),
            ("keepalive".into(), Setting::Integer(25)),
            ("allowed_ips".into(), Setting::List(allowed.iter().map(|one| text(one)).collect())),
        ])
    }

    /// RFC 7748, section 6.1: Alice's keys, the private one with its bits as the kernel keeps them.
    const PRIVATE: &str = "cAdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LGo=";
    const PUBLIC: &str = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

    #[test]
    fn public_keys_follow_from_private_ones() {
        assert_eq!(keys(Some(PRIVATE)).expect("a key").1, PUBLIC);
        let (private, public) = keys(None).expect("keys");
        assert_eq!(keys(Some(&private)).expect("a key"), (private.clone(), public));
        assert_ne!(keys(None).expect("keys").0, private);
        assert_eq!(keys(Some("short")).expect_err("no key").code(), "EINVAL");
    }

    #[test]
    fn what_is_told_is_read() {
        let settings: Settings = vec![
            ("private_key".into(), text(PRIVATE)),
            ("listen_port".into(), Setting::Integer(51820)),
            ("fwmark".into(), Setting::Integer(7)),
            ("peers".into(), Setting::List(vec![peer(PUBLIC, &["10.0.0.0/24", "2001:db8::/64"]), peer(PRIVATE, &[])])),
        ];
        let messages = messages(5, &settings).expect("messages");
        assert_eq!(messages.len(), 1);
        assert_eq!(attr::find(&messages[0], INDEX), Some(&5u32.to_ne_bytes()[..]));
        assert_eq!(merged(&messages), settings);
        let (_, first) = attr::Attributes::new(attr::find(&messages[0], PEERS).expect("peers")).next().expect("a peer");
        assert_eq!(attr::find(first, PEER_FLAGS).and_then(attr::u32_of), Some(REPLACE_ALLOWED));
        assert_eq!(attr::find(first, 4).map(<[u8]>::len), Some(28));
        let nested = (ALLOWED_IPS | attr::NESTED).to_ne_bytes();
        assert!(first.windows(2).any(|two| two == nested), "Linux refuses what does not say that it is nested");
    }

    #[test]
    fn many_peers_take_several_messages_and_one_may_go_on_in_the_next() {
        let many: Vec<Setting> = (0u32..1000)
            .map(|number| {
                let mut key = [1; KEY_LENGTH];
                key[..4].copy_from_slice(&number.to_ne_bytes());
                peer(&STANDARD.encode(key), &["10.0.0.0/24"])
            })
            .collect();
        let messages = messages(5, &vec![("peers".into(), Setting::List(many.clone()))]).expect("messages");
        assert!(messages.len() > 2 && messages.iter().all(|message| message.len() < 40 * 1024));
        assert_eq!(merged(&messages), [("peers".into(), Setting::List(many))]);
        let part = |allowed| Setting::List(vec![peer(PUBLIC, &[allowed])]);
        let parts = ["10.0.0.0/24", "10.0.1.0/24"]
            .map(|allowed| super::messages(5, &vec![("peers".into(), part(allowed))]).expect("a message").remove(0));
        let whole = Setting::List(vec![peer(PUBLIC, &["10.0.0.0/24", "10.0.1.0/24"])]);
        assert_eq!(merged(&parts), [("peers".into(), whole)]);
    }

    #[test]
    fn a_peer_needs_its_key_and_no_other_word() {
        let of = |settings: Settings| of_peer(&Setting::Table(settings)).expect_err("refused");
        assert!(of(vec![("keepalive".into(), Setting::Integer(1))]).is(&explain::OPTION_MISSING));
        let misspelt = of(vec![("public_key".into(), text(PUBLIC)), ("endpont".into(), text("x"))]);
        assert_eq!(misspelt.hint().as_deref(), Some("did you mean \"endpoint\"?"));
        let bad = of(vec![("public_key".into(), text(PUBLIC)), ("endpoint".into(), text("192.0.2.1"))]);
        assert!(bad.is(&explain::WORD_VALUE));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![3 => 0u8..16, 1 => any::<u8>()], 0..200)) {
            let mut whole = Vec::new();
            attr::put(&mut whole, PEERS, &bytes);
            let _ = merged(&[bytes, whole]);
        }
    }
}
