//! Keys and channels of MACsec links, in the words of `ip macsec` (Linux `include/uapi/linux/if_macsec.h`).

use nix::errno::Errno;

use super::device::Device;
use super::family::Family;
use super::namespace::Namespace;
use super::words::Form::{Be32, Hex, List, Nested, Own, Switch8, U8, U64, Words8};
use super::words::{
    self, NOWHERE, Own as Form, Setting, Settings, Word, fact, find, from_hex, need, option, to_hex, whole,
};
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
/// That which changes who does the work.
const OFFLOAD: u8 = 10;
/// `MACSEC_ATTR_*`.
const INDEX: u16 = 1;
const CHANNEL_CONFIG: u16 = 2;
const KEY_CONFIG: u16 = 3;
const OFFLOAD_CONFIG: u16 = 9;
/// `MACSEC_RXSC_ATTR_SCI`, `MACSEC_RXSC_ATTR_ACTIVE`, `MACSEC_SA_ATTR_ACTIVE`.
const SCI: u16 = 1;
const ACTIVE: u16 = 2;

/// A key, or a channel where there is no `sa`: `MACSEC_SA_ATTR_*`.
pub const WORDS: &[Word] = &[
    option("rx", NOWHERE, Own(&IDENTIFIER)),
    option("sa", 1, Own(&ASSOCIATION)),
    option("on", ACTIVE, Switch8),
    option("pn", 3, Own(&NUMBER)),
    option("xpn", 3, Own(&LONG_NUMBER)),
    option("ssci", 8, Be32),
    option("salt", 9, Own(&SALT)),
    option("key_id", 5, Own(&KEY_ID)),
    option("key", 4, Hex),
    fact("stats", 6, Nested(KEY_STATS)),
];
/// What can be set of a link: `MACSEC_OFFLOAD_ATTR_TYPE`.
pub const OF_LINK: &[Word] = &[option("offload", 1, Words8(&["off", "phy", "mac"]))];

/// A key as it is read: the kernel does not tell what it is, nor its salt.
const KEY: &[Word] = &[
    fact("sa", 1, U8),
    fact("on", ACTIVE, Switch8),
    fact("pn", 3, Own(&NUMBER)),
    fact("xpn", 3, Own(&LONG_NUMBER)),
    fact("ssci", 8, Be32),
    fact("key_id", 5, Own(&KEY_ID)),
    fact("stats", 6, Nested(KEY_STATS)),
];
/// `MACSEC_RXSC_ATTR_*`.
const RECEIVING: &[Word] = &[
    fact("rx", SCI, Own(&IDENTIFIER)),
    fact("on", ACTIVE, Switch8),
    fact("sa", 3, List(&Nested(KEY), 1)),
    fact("stats", 4, Nested(RECEIVING_STATS)),
];
/// What a link has.
pub const TOLD: &[Word] = &[
    fact("dev", INDEX, words::Form::Link),
    fact("tx", 5, List(&Nested(KEY), 1)),
    fact("rx", 6, List(&Nested(RECEIVING), 1)),
    fact("offload", OFFLOAD_CONFIG, Nested(OF_LINK)),
    fact("stats", 8, Nested(LINK_STATS)),
    fact("tx_stats", 7, Nested(SENDING_STATS)),
];

/// `MACSEC_SA_STATS_ATTR_*`, in 32 bits each.
const KEY_STATS: &[Word] = &[
    fact("in_pkts_ok", 1, U64),
    fact("in_pkts_invalid", 2, U64),
    fact("in_pkts_not_valid", 3, U64),
    fact("in_pkts_not_using_sa", 4, U64),
    fact("in_pkts_unused_sa", 5, U64),
    fact("out_pkts_protected", 6, U64),
    fact("out_pkts_encrypted", 7, U64),
];
/// `MACSEC_RXSC_STATS_ATTR_*`.
const RECEIVING_STATS: &[Word] = &[
    fact("in_octets_validated", 1, U64),
    fact("in_octets_decrypted", 2, U64),
    fact("in_pkts_unchecked", 3, U64),
    fact("in_pkts_delayed", 4, U64),
    fact("in_pkts_ok", 5, U64),
    fact("in_pkts_invalid", 6, U64),
    fact("in_pkts_late", 7, U64),
    fact("in_pkts_not_valid", 8, U64),
    fact("in_pkts_not_using_sa", 9, U64),
    fact("in_pkts_unused_sa", 10, U64),
];
/// `MACSEC_TXSC_STATS_ATTR_*`.
const SENDING_STATS: &[Word] = &[
    fact("out_pkts_protected", 1, U64),
    fact("out_pkts_encrypted", 2, U64),
    fact("out_octets_protected", 3, U64),
    fact("out_octets_encrypted", 4, U64),
];
/// `MACSEC_SECY_STATS_ATTR_*`.
const LINK_STATS: &[Word] = &[
    fact("out_pkts_untagged", 1, U64),
    fact("in_pkts_untagged", 2, U64),
    fact("out_pkts_too_long", 3, U64),
    fact("in_pkts_no_tag", 4, U64),
    fact("in_pkts_bad_tag", 5, U64),
    fact("in_pkts_unknown_sci", 6, U64),
    fact("in_pkts_no_sci", 7, U64),
    fact("in_pkts_overrun", 8, U64),
];

/// The number of a key.
static ASSOCIATION: Form = Form {
    expected: "a number from 0 to 3",
    encode: |value| whole(value).and_then(|key| u8::try_from(key).ok()).filter(|key| *key < 4).map(|key| vec![key]),
    decode: |bytes| Some(Setting::Integer((*bytes.first()?).into())),
    width: Some(1),
};

/// The number of the next packet, of a suite without extended ones.
static NUMBER: Form = Form {
    expected: "a number from 1 to 0xffffffff",
    encode: |value| {
        whole(value).and_then(|number| u32::try_from(number).ok()).map(|number| number.to_ne_bytes().to_vec())
    },
    decode: |bytes| attr::u32_of(bytes).filter(|_| bytes.len() == 4).map(|number| Setting::Integer(number.into())),
    width: None,
};

/// The same of a suite with extended ones (`gcm-aes-xpn-…`).
static LONG_NUMBER: Form = Form {
    expected: "a number from 1",
    encode: |value| whole(value).map(|number| number.to_ne_bytes().to_vec()),
    decode: |bytes| {
        attr::number(bytes).filter(|_| bytes.len() == 8).map(|number| Setting::Integer(number.cast_signed()))
    },
    width: None,
};

/// What a key of such a suite begins its numbers with.
static SALT: Form = Form {
    expected: "24 hexadecimal digits",
    encode: |value| match value {
        Setting::Text(text) => from_hex(text).filter(|bytes| bytes.len() == 12),
        _ => None,
    },
    decode: shown,
    width: None,
};

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
    Some(Setting::Text(to_hex(bytes)))
}

/// Adds a key (`sa`), or a channel that receives; `EEXIST` if there is one.
pub fn add(device: &Device, settings: &Settings) -> Result<()> {
    change(device, 0, settings)
}

/// Deletes a key, or a channel that receives.
pub fn delete(device: &Device, settings: &Settings) -> Result<()> {
    change(device, 1, settings)
}

/// Sets the packet number of a key, whether a key or a channel is on, or who does the work of the link.
pub fn set(device: &Device, settings: &Settings) -> Result<()> {
    let own = words::encode(OF_LINK, settings, &mut words::no_links)?;
    if !own.is_empty() {
        let mut bytes = Vec::new();
        attr::put_u32(&mut bytes, INDEX, device.index()?);
        attr::nest(&mut bytes, OFFLOAD_CONFIG, |offload| offload.extend(&own));
        FAMILY.send(&device.namespace, OFFLOAD, &bytes, &format!("offload of \"{device}\""))?;
    }
    match settings.iter().all(|(key, _)| words::has(OF_LINK, key)) && !own.is_empty() {
        true => Ok(()),
        false => change(device, 2, settings),
    }
}

fn change(device: &Device, verb: u8, settings: &Settings) -> Result<()> {
    let identifier = words::bytes(WORDS, settings, "rx")?;
    let key = find(settings, "sa").is_some();
    let (first, what) = match (&identifier, key) {
        (None, false) => return Err(Error::missing("sa").object(device)),
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
    if key && verb == 0 {
        need(settings, &["key", "key_id"])?;
    }
    let sent = FAMILY.send(&device.namespace, first + verb, &bytes, &format!("{what} of \"{device}\""));
    sent.map(drop).map_err(|error| refused(error, device, verb))
}

/// Words what the kernel says by an errno alone.
fn refused(error: Error, device: &Device, verb: u8) -> Error {
    let none = || get(device).is_ok_and(|links| links.is_empty());
    match (error.as_errno(), verb) {
        (Some(Errno::ENODEV), _) if none() => {
            error.explain(&[(Errno::ENODEV, &explain::MACSEC_NONE)]).with("link", device)
        }
        (Some(Errno::ENODEV), 0) => {
            let what = format!("channel of \"{device}\" that this key could receive for");
            Error::new(&explain::OBJECT_MISSING).errno(Errno::ENODEV).with("what", what).object(device)
        }
        (Some(Errno::ENODEV), _) => error.explain(&[(Errno::ENODEV, &explain::OBJECT_MISSING)]),
        (Some(Errno::EBUSY), 0) => error.explain(&[(Errno::EBUSY, &explain::OBJECT_EXISTS)]),
        (Some(Errno::EBUSY), _) => {
            error.explain(&[(Errno::EBUSY, &explain::OBJECT_IN_USE)]).with("remedy", "set it to `on = false` first")
        }
        (_, 0) => error.explain(&[(Errno::EINVAL, &explain::MACSEC_KEY)]),
        _ => error,
    }
}

/// The MACsec links of a namespace with their channels and keys.
pub fn list(namespace: &Namespace) -> Result<Vec<Settings>> {
    let mut links = FAMILY.list(namespace, GET, TOLD, "MACsec")?;
    for (key, value) in links.iter_mut().flatten() {
        // It stands alone in what is told of it.
        if let (Setting::Table(inner), "offload") = (&*value, &**key)
            && let Some(offload) = find(inner, "offload")
        {
            *value = offload.clone();
        }
    }
    Ok(links)
}

/// The channels and keys of one link.
pub fn get(device: &Device) -> Result<Vec<Settings>> {
    device.index()?;
    let mut listed = list(&device.namespace)?;
    listed.retain(|link| words::text(link, "dev") == Some(&device.name));
    Ok(listed)
}
