//! Keys and the source address of segment routing over IPv6, in the words of `ip sr` (Linux `include/uapi/linux/seg6_genl.h`).

use super::family::{Family, shown};
use super::namespace::Namespace;
use super::words::Form::{self, Ip6, Names8, U32};
use super::words::{self, Own, Setting, Settings, Word, find, need, option, text};
use crate::error::Result;
use crate::netlink::attr;

/// Segment routing over IPv6.
pub static FAMILY: Family =
    Family { name: "SEG6", what: "segment routing over IPv6", module: "ipv6", config: "CONFIG_IPV6" };
/// `SEG6_CMD_*`.
const SET_HMAC: u8 = 1;
/// The command that lists the keys.
pub const HMACS: u8 = 2;
const SET_SOURCE: u8 = 3;
const GET_SOURCE: u8 = 4;
/// `SEG6_ATTR_SECRETLEN`.
const SECRET_LENGTH: u16 = 5;

/// A key: `SEG6_ATTR_*`.
pub const HMAC: &[Word] = &[
    option("keyid", 3, U32),
    option("algo", 6, Names8(&[(1, "sha1"), (2, "sha256")])),
    option("secret", 4, Form::Own(&SECRET)),
];
/// The source address.
pub const SOURCE: &[Word] = &[option("address", 1, Ip6)];

static SECRET: Own = Own {
    expected: "a text of at most 64 bytes",
    encode: |value| match value {
        Setting::Text(text) if text.len() <= 64 => Some(text.as_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| Some(Setting::Text(attr::text(bytes))),
    width: None,
};

/// Sets a key; an empty `secret` deletes it.
pub fn hmac_set(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["keyid", "secret"])?;
    let mut settings = settings.clone();
    if text(&settings, "secret") == Some("") && find(&settings, "algo").is_none() {
        // The kernel wants one, whichever.
        settings.push(("algo".into(), Setting::Text("sha256".to_owned())));
    }
    need(&settings, &["algo"])?;
    let settings = &settings;
    let mut bytes = words::encode(HMAC, settings, &mut words::no_links)?;
    let length = text(settings, "secret").map_or(0, str::len);
    attr::put(&mut bytes, SECRET_LENGTH, &[u8::try_from(length).unwrap_or(u8::MAX)]);
    let what = format!("key {} of segment routing", shown(settings, "keyid"));
    let set = FAMILY.send(namespace, SET_HMAC, &bytes, &what).map(drop);
    set.map_err(|error| error.with("remedy", "use a kernel with CONFIG_IPV6_SEG6_HMAC"))
}

/// The keys of a namespace.
pub fn hmac_list(namespace: &Namespace) -> Result<Vec<Settings>> {
    FAMILY.list(namespace, HMACS, HMAC, "keys of segment routing")
}

/// Sets the source address of the packets that go out by segments; `"::"` is that of their link.
pub fn tunsrc_set(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["address"])?;
    FAMILY.write(namespace, SET_SOURCE, (SOURCE, settings), "source address of segment routing")
}

/// Reads it.
pub fn tunsrc_get(namespace: &Namespace) -> Result<Settings> {
    let answers = FAMILY.send(namespace, GET_SOURCE, &[], "source address of segment routing")?;
    Ok(answers.first().map(|bytes| words::decode(SOURCE, &[], bytes, &|_| None)).unwrap_or_default())
}
