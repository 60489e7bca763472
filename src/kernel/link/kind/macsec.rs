//! MACsec on a link: `ip link`'s words for `IFLA_MACSEC_*` (Linux `if_link.h`, `if_macsec.h`). Its keys are not the link's.

use super::Kind;
use crate::kernel::words::Form::{self, Be16, Hex, Switch8, U8, U32, Words8};
use crate::kernel::words::{Own, Setting, Settings, Word, flag, option, text};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, stands: true, forget: port, ..Kind::new("macsec", "macsec", "CONFIG_MACSEC") }];

const OWN: &[Word] = &[
    option("sci", 1, Hex),
    option("port", 2, Be16),
    option("icvlen", 3, U8),
    option("cipher", 4, Form::Own(&CIPHER)),
    option("window", 5, U32),
    option("encodingsa", 6, U8),
    option("encrypt", 7, Switch8),
    option("protect", 8, Switch8),
    option("send_sci", 9, Switch8),
    option("end_station", 10, Switch8),
    option("scb", 11, Switch8),
    option("replay", 12, Switch8),
    option("validate", 13, Words8(&["disabled", "check", "strict"])),
    option("offload", 15, Words8(&["off", "phy", "mac"])),
];

/// `MACSEC_CIPHER_ID_*`; the last is what the first was called at first.
const CIPHERS: &[(&str, u64)] = &[
    ("gcm-aes-128", 0x0080_c200_0100_0001),
    ("gcm-aes-256", 0x0080_c200_0100_0002),
    ("gcm-aes-xpn-128", 0x0080_c200_0100_0003),
    ("gcm-aes-xpn-256", 0x0080_c200_0100_0004),
    ("default", 0x0080_0200_0100_0001),
];

static CIPHER: Own = Own {
    expected: "one of default, gcm-aes-128, gcm-aes-256, gcm-aes-xpn-128, gcm-aes-xpn-256",
    encode: |value| {
        let Setting::Text(text) = value else { return None };
        CIPHERS.iter().find(|(name, _)| name == text).map(|(_, number)| number.to_ne_bytes().to_vec())
    },
    decode: |bytes| {
        let number = attr::number(bytes)?;
        let (name, _) = CIPHERS.iter().find(|(_, known)| *known == number)?;
        Some(Setting::Text(if *name == "default" { "gcm-aes-128" } else { name }.to_owned()))
    },
    width: Some(8),
};

/// It is shown as the last two bytes of the identifier, which itself can only be told where it is sent.
fn port(options: &mut Settings) {
    let last = text(options, "sci").and_then(|sci| i64::from_str_radix(sci.get(12..)?, 16).ok());
    if let Some(port) = last {
        options.push(("port".into(), Setting::Integer(port)));
    }
    if !flag(options, "send_sci") {
        options.retain(|(key, _)| key != "sci");
    }
}
