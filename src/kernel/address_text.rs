//! Addresses and networks written as text: `"10.0.0.1/24"`, `"fe80::1"`, `"default"`.
//!
//! Pure: text in, address or an error that says what is wrong with it. IPv4 is four numbers, never fewer.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::error::{Error, Result, explain};

/// An address with its prefix length: `"10.0.0.1/24"`. The host's bits stay as they are given.
pub fn interface(text: &str) -> Result<IpNet> {
    let Some((address, prefix)) = text.split_once('/') else {
        let address = self::address(text)?;
        let usual = if address.is_ipv4() { 24 } else { 64 };
        return Err(Error::new(&explain::ADDRESS_WITHOUT_PREFIX).with("text", text).with("usual", usual));
    };
    let address: IpAddr = address.parse().map_err(|_| bad(text))?;
    let most = whole(address);
    let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let length = prefix.parse().ok().filter(|&length: &u8| digits && length <= most);
    length.and_then(|length| IpNet::new(address, length).ok()).ok_or_else(|| {
        let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
        let error = Error::new(&explain::ADDRESS_PREFIX_RANGE).with("text", text);
        error.with("prefix", prefix).with("family", family).with("most", most)
    })
}

/// An address alone: `"10.0.0.1"`.
pub fn address(text: &str) -> Result<IpAddr> {
    if let Some((alone, _)) = text.split_once('/')
        && alone.parse::<IpAddr>().is_ok()
    {
        return Err(Error::new(&explain::ADDRESS_WITH_PREFIX).with("text", text).with("address", alone));
    }
    text.parse().map_err(|_| bad(text))
}

/// Where a route goes: an address (all of its bits) or a network, whose host bits have to be zero for the kernel.
/// `"default"` has no place in here, because it has no family of its own.
pub fn network(text: &str) -> Result<IpNet> {
    if text.contains('/') {
        return interface(text);
    }
    address(text).map(IpNet::from)
}

/// How many bits an address has.
pub fn whole(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bad(text: &str) -> Error {
    Error::new(&explain::ADDRESS_BAD).with("text", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> (String, Option<String>) {
        let error = interface(text).expect_err("not an address with a prefix");
        assert_eq!(error.code(), "EINVAL");
        (error.message(), error.hint())
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(message("10.0.0.1/33").0, r#"prefix "33" of "10.0.0.1/33" is out of range: IPv4 has 0 to 32"#);
        assert_eq!(message("::1/129").0, r#"prefix "129" of "::1/129" is out of range: IPv6 has 0 to 128"#);
        assert_eq!(message("1.2.3").0, r#""1.2.3" is not an IP address"#);
        let (text, hint) = message("10.0.0.1");
        assert_eq!(text, r#""10.0.0.1" has no prefix length"#);
        assert_eq!(hint.as_deref(), Some(r#"write "10.0.0.1/24""#));
        assert_eq!(message("fe80::1").1.as_deref(), Some(r#"write "fe80::1/64""#));
        for wrong in
            ["", "/24", "10.0.0.1/", "10.0.0.1/+8", "10.0.0.1/-1", "10.0.0.256/8", "a/8", "1.2.3.4/8/8", "01.2.3.4/8"]
        {
            message(wrong);
        }
        let error = address("10.0.0.1/24").expect_err("a network");
        assert_eq!(error.hint().as_deref(), Some(r#"write "10.0.0.1""#));
        assert!(address("10.0.0.1 ").is_err());
    }

    #[test]
    fn host_bits_stay_and_an_address_is_a_network_of_one() {
        assert_eq!(interface("10.0.0.1/24").expect("an address").to_string(), "10.0.0.1/24");
        assert_eq!(network("10.0.0.1").expect("a network").to_string(), "10.0.0.1/32");
        assert_eq!(network("2001:db8::/32").expect("a network").to_string(), "2001:db8::/32");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(address: IpAddr, length in 0u8..=128) {
            let length = length.min(whole(address));
            let net = IpNet::new(address, length).expect("in range");
            prop_assert_eq!(interface(&net.to_string()).ok(), Some(net));
        }

        #[test]
        fn nothing_panics(text in "\\PC*", digits in "[0-9./:a-f]*") {
            for text in [text, digits] {
                let _ = (interface(&text), address(&text), network(&text));
            }
        }
    }
}
