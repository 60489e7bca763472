//! Keys and channels of MACsec links, in the words of `ip macsec` (Linux `include/uapi/linux/if_macsec.h`).

use super::device::Device;
use super::family::Family;
use super::namespace::Namespace;
use super::words::Form::{Hex, List, Nested, Own, Switch8, U8, U32};
use super::words::{self, NOWHERE, Own as Form, Setting, Settings, Word, fact, find, from_hex, option};
use crate::error::{Error, Result, explain};
use crate::netlink::attr;

/// MACsec.
pub static FAMILY: Family = Family { name: "macsec", what: "MACsec", module: "macsec", config: "CONFIG_MACSEC" };
/// The command that lists links with their channels and keys: `MACSEC_CMD_GET_TXSC`.
pub const GET: u8 = 0;
/// `MACSEC_CMD_*` of channels that receive, of keys that send and of keys that receive: that which adds one; those which delete
/// and change it follow.
const CHANNEL: u8 = 1;
const SEND: u8 = 4;
const RECEIVE: u8 = 7;
/// `MACSEC_ATTR_*`.
const INDEX: u16 = 1;
const CHANNEL_CONFIG: u16 = 2;
const KEY_CONFIG: u16 = 3;
/// `MACSEC_RXSC_ATTR_SCI`, `MACSEC_RXSC_ATTR_ACTIVE`, `MACSEC_SA_ATTR_ACTIVE`.
const SCI: u16 = 1;
const ACTIVE: u16 = 2;

/// A key, or a channel where there is no `sa`: `MACSEC_SA_ATTR_*`.
pub const WORDS: &[Word] = &[
    option("rx", NOWHERE, Own(&IDENTIFIER)),
    option("sa", 1, U8),
    option("on", ACTIVE, Switch8),
    option("pn", 3, U32),
    option("key_id", 5, Own(&KEY_ID)),
    option("key", 4, Hex),
];

/// A key as it is read: the kernel does not tell what it is.
const KEY: &[Word] =
    &[fact("sa", 1, U8), fact("on", ACTIVE, Switch8), fact("pn", 3, U32), fact("key_id", 5, Own(&KEY_ID))];
/// `MACSEC_RXSC_ATTR_*`.
const RECEIVING: &[Word] =
    &[fact("rx", SCI, Own(&IDENTIFIER)), fact("on", ACTIVE, Switch8), fact("sa", 3, List(&Nested(KEY), 1))];
/// What a link has.
pub const TOLD: &[Word] = &[
    fact("dev", INDEX, words::Form::Link),
    fact("tx", 5, List(&Nested(KEY), 1)),
    fact("rx", 6, List(&Nested(RECEIVING), 1)),
];

/// The address and port of who sends, 8 bytes in hexadecimal.
static IDENTIFIER: Form = Form {
    expected: "16 hexadecimal digits, the sender's address and port",
    encode: |value| match value {
        Setting::Text(text) => from_hex(text).filter(|bytes| bytes.len() == 8),
        _ => None,
    },
    decode: shown,
    width: None,
};

/// What tells keys apart, up to 16 bytes in hexadecimal; the rest are zeros.
static KEY_ID: Form = Form {
    expected: "at most 32 hexadecimal digits",
    encode: |value| match value {
        Setting::Text(text) => from_hex(text).filter(|bytes| bytes.len() <= 16).map(|mut bytes| {
            bytes.resize(16, 0);
            bytes
        }),
        _ => None,
    },
    decode: shown,
    width: None,
};

fn shown(bytes: &[u8]) -> Option<Setting> {
    Some(Setting::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Adds a key (`sa`), or a channel that receives; `EEXIST` if there is one.
pub fn add(device: &Device, settings: &Settings) -> Result<()> {
    change(device, 0, settings)
}

/// Deletes a key, or a channel that receives.
pub fn delete(device: &Device, settings: &Settings) -> Result<()> {
    change(device, 1, settings)
}

/// Sets the packet number of a key, or whether a key or a channel is on.
pub fn set(device: &Device, settings: &Settings) -> Result<()> {
    change(device, 2, settings)
}

fn change(device: &Device, verb: u8, settings: &Settings) -> Result<()> {
    let identifier = words::bytes(WORDS, settings, "rx")?;
    let key = find(settings, "sa").is_some();
    let (first, what) = match (&identifier, key) {
        (None, false) => return Err(Error::new(&explain::OPTION_MISSING).with("key", "sa").object(device)),
        (None, true) => (SEND, "key that sends"),
        (Some(_), true) => (RECEIVE, "key that receives"),
        (Some(_), false) => (CHANNEL, "channel that receives"),
    };
    let mut bytes = Vec::new();
    attr::put_u32(&mut bytes, INDEX, device.index()?);
    let own = words::encode(WORDS, settings, &mut words::no_links)?;
    if let Some(identifier) = identifier {
        attr::nest(&mut bytes, CHANNEL_CONFIG, |channel| {
            attr::put(channel, SCI, &identifier);
            if !key {
                channel.extend(&own);
            }
        });
    }
    if key {
        attr::nest(&mut bytes, KEY_CONFIG, |inner| inner.extend(&own));
    }
    FAMILY.send(&device.namespace, first + verb, &bytes, &format!("{what} of \"{device}\"")).map(drop)
}

/// The MACsec links of a namespace with their channels and keys.
pub fn list(namespace: &Namespace) -> Result<Vec<Settings>> {
    FAMILY.list(namespace, GET, TOLD, "MACsec")
}

/// The channels and keys of one link.
pub fn get(device: &Device) -> Result<Vec<Settings>> {
    device.index()?;
    let mut listed = list(&device.namespace)?;
    listed.retain(|link| words::text(link, "dev") == Some(&device.name));
    Ok(listed)
}
