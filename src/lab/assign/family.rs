//! The two address families, and their addresses as numbers. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// IPv4 or IPv6; as a number the place in arrays that hold both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    /// Both, in the order in which everything is done.
    pub(super) const BOTH: [Self; 2] = [Self::V4, Self::V6];

    pub(super) fn of(net: IpNet) -> Self {
        if net.addr().is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// How many bits an address has.
    pub(super) fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The address of this number.
    pub(super) fn address(self, number: u128) -> IpAddr {
        match self {
            // Numbers of this family have 32 bits.
            Self::V4 => Ipv4Addr::from(number as u32).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }

    /// The network that begins at this number. Lengths come from networks of the same family, so they fit.
    pub(super) fn net(self, start: u128, length: u8) -> IpNet {
        IpNet::new_assert(self.address(start), length)
    }

    /// How many addresses a network of this length has, less one: the whole of IPv6 has one more than fits.
    pub(super) fn span(self, length: u8) -> u128 {
        let free = u32::from(self.bits() - length);
        1u128.checked_shl(free).map_or(u128::MAX, |size| size - 1)
    }
}

/// The number of an address.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Whether an address is of its link alone: nothing is routed to it, and other links may have the same.
pub(super) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_loopback(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address.is_loopback(),
    }
}

/// Whether all bits belong to the prefix: an address alone, which makes no subnet.
pub(super) fn is_alone(net: IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}
