//! Hardware addresses as text.
//!
//! Pure. Reading takes MAC addresses only; showing takes whatever length a link's address has.

use std::fmt::Write;
use std::net::IpAddr;

use crate::error::{Error, Result, explain};

/// Reads six bytes in hexadecimal: `"02:00:00:00:00:01"`. An IP address in this place gets a hint of its own.
pub fn parse_mac(text: &str) -> Result<[u8; 6]> {
    let byte = |part: &str| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        u8::from_str_radix(part, 16).ok().filter(|_| digits)
    };
    let bytes: Option<Vec<u8>> = text.split([':', '-']).map(byte).collect();
    if let Some(mac) = bytes.and_then(|bytes| bytes.try_into().ok()) {
        return Ok(mac);
    }
    let address = text.split('/').next().unwrap_or(text);
    let row = if address.parse::<IpAddr>().is_ok() { &explain::MAC_IS_IP } else { &explain::MAC_BAD };
    Err(Error::new(row).with("text", text))
}

/// Shows a hardware address as `ip` does: `02:00:00:00:00:01`, or as an IP address for a tunnel's ends.
pub fn format_mac(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (place, byte) in bytes.iter().enumerate() {
        let colon = if place == 0 { "" } else { ":" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{colon}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_ones_are_told_apart() {
        for text in [
            "",
            "02",
            "02:00:00:00:00",
            "02:00:00:00:00:01:02",
            "02:00:00:00:00:0g",
            "02:00:00:00:00:001",
            "+2:0:0:0:0:0",
        ] {
            assert!(parse_mac(text).expect_err("no MAC").is(&explain::MAC_BAD), "{text}");
        }
        for text in ["10.0.0.1", "10.0.0.1/24", "fe80::1/64"] {
            let error = parse_mac(text).expect_err("an IP address");
            assert_eq!(error.hint(), Some(format!("use ip = \"{text}\"")));
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read(mac: [u8; 6]) {
            prop_assert_eq!(parse_mac(&format_mac(&mac)).ok(), Some(mac));
        }
    }
}
