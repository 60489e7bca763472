//! Neighbour entries held for a while: permanent ones, which are exempt from the kernel's limit, beside those there are.
//!
//! The limit (`net.ipv4.neigh.default.gc_thresh3`, 1,024) counts over all namespaces of the machine. Only what was added
//! here is removed again, also when the holder is dropped; an entry that exists already is the user's and stays.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::Station;
use crate::error::Result;
use crate::wait::interrupt;

/// Whose entries, and about whom: places in the list of stations.
pub(super) type Wanted = BTreeMap<u32, Vec<u32>>;

/// Entries that are to be held, and those that are.
#[derive(Debug)]
pub(super) struct Entries {
    stations: Arc<[Station]>,
    wanted: Wanted,
    held: Wanted,
}

impl Entries {
    /// Holds none yet.
    pub(super) fn new(stations: Arc<[Station]>) -> Self {
        Self { stations, wanted: Wanted::new(), held: Wanted::new() }
    }

    /// Says which to add with [`Entries::add_next`].
    pub(super) fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// Adds those of one station; false when there is nothing left to add.
    ///
    /// One that the kernel refuses is left out: what it would have been for is then asked in the plain way.
    pub(super) fn add_next(&mut self) -> Result<bool> {
        let Some((at, mut peers)) = self.wanted.pop_first() else { return Ok(false) };
        interrupt::check()?;
        let messages = self
            .messages(at, &peers, |message| (RouteNetlinkMessage::NewNeighbour(message), NLM_F_CREATE | NLM_F_EXCL));
        let refused = self.station(at).namespace.with_socket(|socket| socket.batch_refusals(&messages))?;
        for (index, _) in refused.iter().rev() {
            peers.remove(*index);
        }
        if !peers.is_empty() {
            self.held.insert(at, peers);
        }
        Ok(true)
    }

    /// Removes those of one station; false when there is nothing left to remove.
    pub(super) fn remove_next(&mut self) -> Result<bool> {
        let Some((at, peers)) = self.held.pop_first() else { return Ok(false) };
        self.remove(at, &peers)?;
        Ok(true)
    }

    /// Removes what is held, but remembers it: what the kernel then learns there is removed in its place.
    pub(super) fn vacate(&mut self) -> Result<()> {
        self.held.iter().try_for_each(|(&at, peers)| self.remove(at, peers))
    }

    fn remove(&self, at: u32, peers: &[u32]) -> Result<()> {
        let messages = self.messages(at, peers, |message| (RouteNetlinkMessage::DelNeighbour(message), 0));
        // One that is refused is gone already, with its interface maybe.
        self.station(at).namespace.with_socket(|socket| socket.batch_refusals(&messages)).map(drop)
    }

    fn messages(
        &self,
        at: u32,
        peers: &[u32],
        request: impl Fn(NeighbourMessage) -> (RouteNetlinkMessage, u16),
    ) -> Vec<(RouteNetlinkMessage, u16)> {
        let index = self.station(at).index;
        peers.iter().map(|&peer| request(message(index, self.station(peer)))).collect()
    }

    fn station(&self, place: u32) -> &Station {
        &self.stations[place as usize]
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        // What fails here is of a namespace that is gone, with its entries.
        while let Some((at, peers)) = self.held.pop_first() {
            let _ = self.remove(at, &peers);
        }
    }
}

/// The entry about `peer` on the interface `index`.
fn message(index: u32, peer: &Station) -> NeighbourMessage {
    let mut message = NeighbourMessage::default();
    message.header.ifindex = index;
    message.header.state = NeighbourState::Permanent;
    let (family, address) = match peer.address.addr() {
        IpAddr::V4(v4) => (AddressFamily::Inet, NeighbourAddress::Inet(v4)),
        IpAddr::V6(v6) => (AddressFamily::Inet6, NeighbourAddress::Inet6(v6)),
    };
    message.header.family = family;
    message.attributes.push(NeighbourAttribute::Destination(address));
    message.attributes.push(NeighbourAttribute::LinkLayerAddress(peer.mac.to_vec()));
    message
}
