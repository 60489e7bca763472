//! CAN controllers: `ip link`'s words for `IFLA_CAN_*` (Linux `include/uapi/linux/can/netlink.h`). Virtual ones (vcan,
//! vxcan) have no options.

use super::Kind;
use crate::kernel::words::Form::{Bit32, Per32, U16, U32, Words32};
use crate::kernel::words::{self, Form, Settings, Word, fact, field, option};
use crate::netlink::attr;

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, unread: &["restart"], more: modes, ..Kind::new("can", "can-dev", "CONFIG_CAN_DEV") }];

/// `struct can_bittiming`.
const TIMING: u16 = 1;
const DATA_TIMING: u16 = 9;
/// `struct can_ctrlmode`: which modes are told, and which of them are on.
const MODE: u16 = 5;

const fn timing(name: &'static str, attribute: u16, place: usize, form: Form) -> Word {
    field(name, attribute, 32, place * 4, form)
}

const fn mode(name: &'static str, bit: u32) -> Word {
    field(name, MODE, 8, 4, Bit32(bit))
}

/// Of which so many are 1: a share.
const THOUSANDTHS: Form = Per32(1_000);

const OWN: &[Word] = &[
    timing("bitrate", TIMING, 0, U32),
    timing("sample_point", TIMING, 1, THOUSANDTHS),
    timing("tq", TIMING, 2, U32),
    timing("prop_seg", TIMING, 3, U32),
    timing("phase_seg1", TIMING, 4, U32),
    timing("phase_seg2", TIMING, 5, U32),
    timing("sjw", TIMING, 6, U32),
    fact(
        "can_state",
        4,
        Words32(&["ERROR-ACTIVE", "ERROR-WARNING", "ERROR-PASSIVE", "BUS-OFF", "STOPPED", "SLEEPING"]),
    ),
    mode("loopback", 0x01),
    mode("listen_only", 0x02),
    mode("triple_sampling", 0x04),
    mode("one_shot", 0x08),
    mode("berr_reporting", 0x10),
    mode("fd", 0x20),
    mode("presume_ack", 0x40),
    mode("fd_non_iso", 0x80),
    mode("cc_len8_dlc", 0x100),
    option("restart_ms", 6, U32),
    option("restart", 7, U32),
    timing("dbitrate", DATA_TIMING, 0, U32),
    timing("dsample_point", DATA_TIMING, 1, THOUSANDTHS),
    timing("dtq", DATA_TIMING, 2, U32),
    timing("dprop_seg", DATA_TIMING, 3, U32),
    timing("dphase_seg1", DATA_TIMING, 4, U32),
    timing("dphase_seg2", DATA_TIMING, 5, U32),
    timing("dsjw", DATA_TIMING, 6, U32),
    option("termination", 11, U16),
];

/// Tells the modes again with which of them are told; the kernel takes the last.
fn modes(settings: &Settings, bytes: &mut Vec<u8>) {
    let (mut told, mut on) = (0u32, 0u32);
    for word in OWN {
        let Bit32(bit) = word.form else { continue };
        if words::find(settings, word.name).is_some() {
            told |= bit;
            on |= if words::flag(settings, word.name) { bit } else { 0 };
        }
    }
    if told != 0 {
        attr::put(bytes, MODE, &[told, on].map(u32::to_ne_bytes).concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::Setting;

    #[test]
    fn modes_are_told_with_a_mask_and_timing_in_one_struct() {
        let settings: Settings = vec![
            ("bitrate".into(), Setting::Integer(500_000)),
            ("sample_point".into(), Setting::Number(0.875)),
            ("fd".into(), Setting::Switch(true)),
            ("loopback".into(), Setting::Switch(false)),
        ];
        let mut bytes = words::encode(OWN, &settings, &mut words::no_links).expect("bytes");
        modes(&settings, &mut bytes);
        let words_of = |attribute| -> Vec<u32> {
            attr::find(&bytes, attribute).expect("there").chunks(4).filter_map(attr::u32_of).collect()
        };
        assert_eq!(words_of(TIMING), [500_000, 875, 0, 0, 0, 0, 0, 0]);
        assert_eq!(words_of(MODE), [0x21, 0x20]);
        let read = words::decode(OWN, &[], &bytes, &|_| None);
        assert_eq!(words::find(&read, "sample_point"), Some(&Setting::Number(0.875)));
        assert!(words::flag(&read, "fd") && !words::flag(&read, "loopback"));
    }
}
