//! Algorithms with their keys: `struct xfrm_algo`, `xfrm_algo_auth`, `xfrm_algo_aead` (Linux `xfrm.h`).

use crate::kernel::words::{Own, Setting, Settings, find, from_hex, integer, text, to_hex};
use crate::netlink::attr;

/// Length of an algorithm's name.
const NAME: usize = 64;

/// `struct xfrm_algo`: a name and a key, which compression has none of.
pub(super) static PLAIN: Own = Own {
    expected: "a table such as { name = \"cbc(aes)\", key = \"0x…\" }",
    encode: |value| encode(value, None),
    decode: |bytes| decode(bytes, None),
    width: None,
};

/// `struct xfrm_algo_auth`, with how many bits of the hash are sent.
pub(super) static TRUNCATED: Own = Own {
    expected: "a table such as { name = \"hmac(sha256)\", key = \"0x…\", trunc = 128 }",
    encode: |value| encode(value, Some("trunc")),
    decode: |bytes| decode(bytes, Some("trunc")),
    width: None,
};

/// `struct xfrm_algo_aead`, with how many bits the check has.
pub(super) static AEAD: Own = Own {
    expected: "a table such as { name = \"rfc4106(gcm(aes))\", key = \"0x…\", icv = 128 }",
    encode: |value| encode(value, Some("icv")),
    decode: |bytes| decode(bytes, Some("icv")),
    width: None,
};

fn encode(value: &Setting, bits: Option<&str>) -> Option<Vec<u8>> {
    let Setting::Table(options) = value else { return None };
    let known = |key: &str| matches!(key, "name" | "key") || Some(key) == bits;
    let name = text(options, "name").filter(|name| name.len() < NAME && !name.contains('\0'))?;
    let key = match find(options, "key") {
        None => Vec::new(),
        Some(Setting::Text(key)) => key_bytes(key)?,
        Some(_) => return None,
    };
    if !options.iter().all(|(key, _)| known(key)) {
        return None;
    }
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(NAME, 0);
    bytes.extend(u32::try_from(key.len() * 8).ok()?.to_ne_bytes());
    if let Some(bits) = bits {
        bytes.extend(u32::try_from(integer(options, bits)?).ok()?.to_ne_bytes());
    }
    bytes.extend(key);
    Some(bytes)
}

fn decode(bytes: &[u8], bits: Option<&'static str>) -> Option<Setting> {
    let length = usize::try_from(attr::u32_of(bytes.get(NAME..)?)?).ok()?.div_ceil(8);
    let mut options: Settings = vec![("name".into(), Setting::Text(attr::text(&bytes[..NAME])))];
    let mut key = bytes.get(NAME + 4..)?;
    let told = match bits {
        None => None,
        Some(bits) => {
            let number = attr::u32_of(key)?;
            key = key.get(4..)?;
            Some((bits.into(), Setting::Integer(number.into())))
        }
    };
    let key = key.get(..length)?;
    if !key.is_empty() {
        options.push(("key".into(), Setting::Text(format!("0x{}", to_hex(key)))));
    }
    options.extend(told);
    Some(Setting::Table(options))
}

/// A key: hexadecimal after `0x`, as `ip xfrm` has it, or the text itself.
fn key_bytes(key: &str) -> Option<Vec<u8>> {
    match key.strip_prefix("0x") {
        None => Some(key.as_bytes().to_vec()),
        Some(digits) if digits.len() % 2 == 1 => from_hex(&format!("0{digits}")),
        Some(digits) => from_hex(digits),
    }
}
