//! What a ping is asked for, and what cannot be asked.

use std::net::IpAddr;
use std::time::Duration;

use crate::error::{Error, Result, explain};
use crate::probe::icmp::Family;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct PingSpec {
    /// The address to ask.
    pub target: IpAddr,
    /// How many requests: 1 to 1,000,000.
    pub count: u32,
    /// From one request to the next.
    pub interval: Duration,
    /// How long an answer is waited for. One that comes later still counts if the ping is not over by then.
    pub timeout: Duration,
    /// Bytes of data in a request: up to 65,507 (IPv6: 65,527).
    pub size: usize,
    /// The address to ask from, one of the namespace's own.
    pub source: Option<IpAddr>,
    /// The time to live (IPv6: hop limit), from 1.
    pub ttl: Option<u8>,
    /// The interface to send and receive by; link-local addresses need it.
    pub device: Option<String>,
}

impl PingSpec {
    /// One request with 56 bytes of data and two seconds for its answer: a fresh IPv6 neighbour may take one to be found.
    pub fn new(target: IpAddr) -> Self {
        Self {
            target,
            count: 1,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            size: 56,
            source: None,
            ttl: None,
            device: None,
        }
    }

    pub(in crate::probe) fn family(&self) -> Family {
        if self.target.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    /// Refuses what cannot be asked.
    pub(super) fn check(&self) -> Result<()> {
        let largest = if self.target.is_ipv4() { 65_507 } else { 65_527 };
        range("count", self.count as usize, 1, 1_000_000)?;
        range("size", self.size, 0, largest)?;
        range("ttl", self.ttl.map_or(1, usize::from), 1, 255)?;
        if let Some(source) = self.source
            && source.is_ipv4() != self.target.is_ipv4()
        {
            return Err(Error::new(&explain::PING_FAMILIES).with("source", source).with("target", self.target));
        }
        let local = [Some(self.target), self.source].into_iter().flatten().find(is_link_local);
        match (&self.device, local) {
            (None, Some(address)) => Err(Error::new(&explain::PING_NEEDS_DEVICE).with("address", address)),
            // To the kernel an empty name is no name, and it cuts a longer one short.
            (Some(device), _) if device.is_empty() || device.len() >= libc::IFNAMSIZ => {
                Err(Error::new(&explain::PING_DEVICE_MISSING).with("device", device))
            }
            _ => Ok(()),
        }
    }
}

fn range(key: &str, value: usize, least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let expected = format!("a number from {least} to {most}");
    Err(Error::new(&explain::OPTION_VALUE).with("key", key).with("expected", expected).with("got", value))
}

/// Whether the address means something only together with an interface.
fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        // ff01:: and ff02:: are the multicast scopes of an interface and a link (RFC 4291).
        IpAddr::V6(v6) => v6.is_unicast_link_local() || matches!(v6.octets(), [0xff, scope, ..] if scope & 0xf <= 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> PingSpec {
        PingSpec { count: 1_000_000, ..PingSpec::new("10.0.0.2".parse().expect("an address")) }
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let refused = |change: &dyn Fn(&mut PingSpec)| {
            let mut spec = spec();
            change(&mut spec);
            spec.check().expect_err("refused").to_string()
        };
        assert_eq!(refused(&|s| s.count = 0), r#"option "count" must be a number from 1 to 1000000, got 0 (EINVAL)"#);
        assert_eq!(
            refused(&|s| s.size = 65_508),
            r#"option "size" must be a number from 0 to 65507, got 65508 (EINVAL)"#
        );
        assert_eq!(refused(&|s| s.ttl = Some(0)), r#"option "ttl" must be a number from 1 to 255, got 0 (EINVAL)"#);
        assert_eq!(
            refused(&|s| s.source = "::1".parse().ok()),
            r#"source "::1" and target "10.0.0.2" are of different families (EINVAL)"#
        );
        for address in ["fe80::1", "ff02::1"] {
            let expected = format!(r#"link-local address "{address}" says nothing without its device (EINVAL)"#);
            assert_eq!(refused(&|s| s.target = address.parse().expect("an address")), expected);
        }
        for device in ["", "abcdefghijklmnop"] {
            let expected = format!(r#"no device "{device}" to ping from (ENODEV)"#);
            assert_eq!(refused(&|s| s.device = Some(device.to_owned())), expected);
        }
    }
}
