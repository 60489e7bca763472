//! Forms of values that only IPsec has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::error::{Error, Result, explain};
use crate::kernel::shared_forms::prefix;
use crate::kernel::words::{Form, Own, Setting, Settings, find, whole};
use crate::netlink::attr;

/// `IPPROTO_*` of a state or a template, as `ip xfrm` calls them.
pub(super) const PROTOCOLS: &[(u32, &str)] =
    &[(50, "esp"), (51, "ah"), (108, "comp"), (43, "route2"), (60, "hao"), (255, "ipsec-any"), (0, "any")];
/// `XFRM_MODE_*`.
pub(super) const MODES: &[&str] = &["transport", "tunnel", "ro", "in_trigger", "beet"];
/// `XFRM_INF`: no limit.
pub(super) const UNLIMITED: i64 = -1;

/// `xfrm_address_t`: of either family, in 16 bytes. Reading takes it for IPv6; [`of_family`] then makes it what it is.
pub(super) static ADDRESS: Own = Own {
    expected: "an address",
    encode: |value| {
        let Setting::Text(text) = value else { return None };
        text.parse().ok().map(bytes)
    },
    decode: read_address,
    width: Some(16),
};

/// The same of a network; how long its prefix is stands elsewhere.
pub(super) static NETWORK: Own = Own {
    expected: "an address or a network",
    encode: |value| prefix(value).map(|network| bytes(network.addr())),
    decode: read_address,
    width: Some(16),
};

/// So many bytes or packets; none where there is no limit.
pub(super) static AMOUNT: Own = Own {
    expected: "a number",
    encode: |value| match value {
        Setting::Integer(UNLIMITED) => Some(vec![u8::MAX; 8]),
        other => whole(other).map(|number| number.to_ne_bytes().to_vec()),
    },
    decode: |bytes| {
        let number = attr::number(bytes)?.cast_signed();
        (number != UNLIMITED).then_some(Setting::Integer(number))
    },
    width: Some(8),
};

/// A time in seconds; none where it is 0.
pub(super) static SECONDS: Own = Own {
    expected: "whole seconds",
    encode: |value| whole(value).map(|number| number.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let number = attr::number(bytes)?.cast_signed();
        (number != 0).then_some(Setting::Integer(number))
    },
    width: Some(8),
};

/// A number of 32 bits in the network's order, as `ip xfrm` writes it: `0x00000100`.
pub(super) static SPI: Own = Own {
    expected: "a number from 0 to 0xffffffff",
    encode: |value| whole(value).and_then(|spi| u32::try_from(spi).ok()).map(|spi| spi.to_be_bytes().to_vec()),
    decode: |bytes| Some(Setting::Text(format!("0x{:08x}", u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?)))),
    width: Some(4),
};

/// [`Form::Names8`] of the protocols.
pub(super) const PROTOCOL: Form = Form::Names8(PROTOCOLS);

/// One of two words, which are a bit of a byte; none if it is neither.
pub(super) fn bit(value: &Setting, words: [&str; 2], bit: u8) -> Option<Vec<u8>> {
    let Setting::Text(text) = value else { return None };
    let place = words.iter().position(|word| word == text)?;
    Some(vec![if place == 1 { bit } else { 0 }])
}

/// The word that a bit says.
pub(super) fn of_bit(bytes: &[u8], words: [&str; 2], bit: u8) -> Option<Setting> {
    Some(Setting::Text(words[usize::from(bytes.first()? & bit != 0)].to_owned()))
}

fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => [&v4.octets()[..], &[0; 12]].concat(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn read_address(bytes: &[u8]) -> Option<Setting> {
    Some(Setting::Text(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(..16)?).ok()?).to_string()))
}

/// Makes the addresses called `keys`, which were taken for IPv6, of this family.
pub(super) fn of_family(settings: &mut Settings, keys: &[&str], family: u16) {
    if i32::from(family) != libc::AF_INET {
        return;
    }
    for (key, value) in settings.iter_mut() {
        if let Setting::Text(text) = value
            && keys.contains(&key.as_ref())
            && let Ok(address) = text.parse::<Ipv6Addr>()
        {
            let [a, b, c, d, ..] = address.octets();
            *text = Ipv4Addr::from([a, b, c, d]).to_string();
        }
    }
}

/// `EINVAL` where a source and a destination are of different families: the kernel would read one as the other.
pub(super) fn one_family(settings: &Settings) -> Result<()> {
    match (family(settings, &["dst"]), family(settings, &["src"]), find(settings, "src")) {
        (Some(dst), Some(src), Some(got)) if dst != src => {
            let error = Error::new(&explain::WORD_VALUE).with("key", "src").with("got", got);
            Err(error.with("expected", "of the family of dst"))
        }
        _ => Ok(()),
    }
}

/// The family of the first of these addresses or networks that is there: `AF_INET`, `AF_INET6`.
pub(super) fn family(settings: &Settings, keys: &[&str]) -> Option<u16> {
    let network: IpNet = keys.iter().find_map(|key| find(settings, key).and_then(prefix))?;
    Some(if network.addr().is_ipv4() { libc::AF_INET } else { libc::AF_INET6 } as u16)
}
