//! Deleting many forwarding entries in one request (Linux `NLM_F_BULK`: bridges since 5.19, vxlan links since 6.8).

use super::{FIXED, LENGTH, OF_MASTER, PERMANENT, SELF, SORT};
use crate::error::{Result, explain};
use crate::kernel::device::Device;
use crate::kernel::entry::{self, Links};
use crate::kernel::words::Form::{Be16, Bit8, Bit16, Ip, Link, U16, U32};
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, field, option};
use crate::netlink::{Message, attr};
use nix::errno::Errno;

/// `NLM_F_BULK`.
const BULK: u16 = 0x200;
/// `NDA_NDM_STATE_MASK` and `NDA_NDM_FLAGS_MASK`: which bits have to be as the request has them.
const STATE_MASK: u16 = 16;
/// See [`STATE_MASK`].
const FLAGS_MASK: u16 = 17;

/// Which entries a flush is about, in the words of `bridge fdb flush`. A switch that is off means those that are not so.
pub const FLUSH: &[Word] = &[
    field("self", HEADER, LENGTH, 10, Bit8(SELF)),
    field("master", HEADER, LENGTH, 10, Bit8(OF_MASTER)),
    option("brport", 8, Link),
    option("vlan", 5, U16),
    option("dst", 1, Ip),
    option("port", 6, Be16),
    option("vni", 7, U32),
    option("src_vni", 11, U32),
    option("nhid", 13, U32),
    // The state is written with its mask.
    field("permanent", HEADER, LENGTH, 8, Bit16(0)),
    field("static", HEADER, LENGTH, 8, Bit16(0)),
    field("dynamic", HEADER, LENGTH, 8, Bit16(0)),
    field("added_by_user", HEADER, LENGTH, 10, Bit8(0x01)),
    field("extern_learn", HEADER, LENGTH, 10, Bit8(0x10)),
    field("sticky", HEADER, LENGTH, 10, Bit8(0x40)),
    field("offloaded", HEADER, LENGTH, 10, Bit8(0x20)),
    field("router", HEADER, LENGTH, 10, Bit8(0x80)),
];

/// Of a word on and off: the bits of the state, and the mask.
const STATES: &[(&str, [(u16, u16); 2])] = &[
    ("permanent", [(PERMANENT, PERMANENT), (0, PERMANENT)]),
    ("static", [(FIXED, FIXED | PERMANENT), (0, FIXED)]),
    ("dynamic", [(0, FIXED | PERMANENT), (FIXED, FIXED)]),
];

const FLAGS: &[(&str, u8)] =
    &[("added_by_user", 0x01), ("extern_learn", 0x10), ("sticky", 0x40), ("offloaded", 0x20), ("router", 0x80)];

/// Deletes the entries of the link's own table (a bridge's: of all its ports) or, with `master`, of its bridge's.
pub fn flush(device: &Device, settings: &Settings) -> Result<()> {
    let flushed = device.namespace.with_socket(|socket| {
        let mut header = [0; LENGTH];
        header[0] = libc::AF_BRIDGE as u8;
        header[4..8].copy_from_slice(&device.index_in(socket)?.to_ne_bytes());
        if !words::flag(settings, "master") {
            header[10] = SELF;
        }
        let mut links = Links::of(&device.namespace, socket);
        words::fill_header(&mut header, FLUSH, settings, &mut |name| links.index(name))?;
        let attributes = words::encode(FLUSH, settings, &mut |name| links.index(name))?;
        let (state, mask) = state(settings);
        header[8..10].copy_from_slice(&state.to_ne_bytes());
        let mut message = Message::new(SORT.delete(), &header).with_all(&attributes);
        let told = FLAGS.iter().filter(|(word, _)| words::find(settings, word).is_some());
        let flags = told.fold(0, |mask, (_, bit)| mask | bit);
        if flags != 0 {
            attr::put(&mut message.bytes, FLAGS_MASK, &[flags]);
        }
        if mask != 0 {
            attr::put(&mut message.bytes, STATE_MASK, &mask.to_ne_bytes());
        }
        socket.execute(message, BULK).map_err(|error| {
            let error = error.explain(&[(Errno::EOPNOTSUPP, &explain::FDB_NOT_KEPT)]).with("link", device);
            let what = format!("forwarding entry of \"{device}\"");
            device.or_missing(entry::refused(error, what, "changing forwarding entries"), socket)
        })
    });
    flushed.map_err(|error| error.object(device))
}

/// The bits of the state, and which of them count.
fn state(settings: &Settings) -> (u16, u16) {
    STATES.iter().fold((0, 0), |(state, mask), (word, [on, off])| {
        let (bits, counts) = match words::find(settings, word) {
            None => (0, 0),
            Some(Setting::Switch(true) | Setting::Integer(1)) => *on,
            Some(_) => *off,
        };
        (state | bits, mask | counts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_off_counts_too() {
        let state = |word: &'static str, on| super::state(&vec![(word.into(), Setting::Switch(on))]);
        assert_eq!(state("permanent", true), (0x80, 0x80));
        assert_eq!(state("permanent", false), (0, 0x80));
        assert_eq!(state("static", true), (0x40, 0xc0));
        assert_eq!(state("dynamic", true), (0, 0xc0));
        assert_eq!(super::state(&Settings::new()), (0, 0));
    }
}
