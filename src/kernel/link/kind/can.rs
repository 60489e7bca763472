//! CAN controllers: `ip link`'s words for `IFLA_CAN_*` (Linux `include/uapi/linux/can/netlink.h`). Virtual ones (vcan,
//! vxcan) have no options.

use super::Kind;
use crate::kernel::words::Form::{Bit32, Own, Per32, U16, U32, Words32};
use crate::kernel::words::{self, Form, Setting, Settings, Word, fact, field, flat, option};
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

/// How the delay of the transceiver is compensated: two of the modes, of which at most one is on.
const TDC_MODES: &[(&str, u32)] = &[("off", 0), ("auto", 0x200), ("manual", 0x400)];
const TDC_MASK: u32 = 0x600;

static TDC_MODE: words::Own = words::Own {
    expected: "\"auto\", \"manual\" or \"off\"",
    encode: |setting| tdc_mode(setting).map(|bits| bits.to_ne_bytes().to_vec()),
    decode: |bytes| {
        let bits = attr::u32_of(bytes)? & TDC_MASK;
        let (word, _) = TDC_MODES.iter().find(|(_, mode)| *mode == bits)?;
        // As with the other modes, off is left out.
        (bits != 0).then(|| Setting::Text((*word).to_owned()))
    },
    width: Some(4),
};

fn tdc_mode(setting: &Setting) -> Option<u32> {
    let Setting::Text(text) = setting else { return None };
    TDC_MODES.iter().find(|(word, _)| word == text).map(|(_, bits)| *bits)
}

/// `IFLA_CAN_TDC_*`: the delay's value, offset and filter, in cycles of the clock.
const TDC: &[Word] = &[option("tdcv", 7, U32), option("tdco", 8, U32), option("tdcf", 9, U32)];

const OWN: &[Word] = &[
    timing("bitrate", TIMING, 0, U32),
    timing("sample_point", TIMING, 1, THOUSANDTHS),
    timing("tq", TIMING, 2, U32),
    timing("prop_seg", TIMING, 3, U32),
    timing("phase_seg1", TIMING, 4, U32),
    timing("phase_seg2", TIMING, 5, U32),
    timing("sjw", TIMING, 6, U32),
    fact("clock", 3, U32),
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
    field("tdc_mode", MODE, 8, 4, Own(&TDC_MODE)),
    flat(16, TDC),
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
    if let Some(bits) = words::find(settings, "tdc_mode").and_then(tdc_mode) {
        // The kernel turns the other off itself (Linux `can_changelink`).
        (told, on) = (told | if bits == 0 { TDC_MASK } else { bits }, on | bits);
    }
    if told != 0 {
        attr::put(bytes, MODE, &[told, on].map(u32::to_ne_bytes).concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What nsl sends for these options, by attribute: of one that comes twice the kernel takes the last.
    fn sent(settings: &Settings) -> Vec<(u16, Vec<u8>)> {
        let mut bytes = words::encode(OWN, settings, &mut words::no_links).expect("bytes");
        modes(settings, &mut bytes);
        taken(&bytes)
    }

    fn taken(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let taken: std::collections::BTreeMap<_, _> = attr::Attributes::new(bytes).collect();
        taken.into_iter().map(|(kind, value)| (kind, value.to_vec())).collect()
    }

    /// What `ip` of iproute2 6.1 sends in `IFLA_INFO_DATA` on a little-endian machine, as seen with
    /// `strace -x -s 2000 -e trace=sendmsg ip link set lo type can …`.
    #[cfg(target_endian = "little")]
    #[test]
    fn each_word_makes_the_bytes_that_ip_sends() {
        use Setting::{Integer, Number, Switch};
        let text = |text: &str| Setting::Text(text.to_owned());
        let zeros = |words: usize| "00000000".repeat(words);
        let rows: Vec<(Vec<(&'static str, Setting)>, String)> = vec![
            (
                vec![("bitrate", Integer(500_000)), ("sample_point", Number(0.875))],
                format!("2400010020a107006b030000{}", zeros(6)),
            ),
            (
                vec![
                    ("tq", Integer(125)),
                    ("prop_seg", Integer(6)),
                    ("phase_seg1", Integer(7)),
                    ("phase_seg2", Integer(2)),
                    ("sjw", Integer(1)),
                ],
                format!("24000100{}7d0000000600000007000000020000000100000000000000", zeros(2)),
            ),
            (
                vec![
                    ("bitrate", Integer(500_000)),
                    ("dbitrate", Integer(2_000_000)),
                    ("dsample_point", Number(0.75)),
                    ("fd", Switch(true)),
                ],
                format!("2400010020a10700{}2400090080841e00ee020000{}0c0005002000000020000000", zeros(7), zeros(6)),
            ),
            (
                vec![
                    ("dtq", Integer(25)),
                    ("dprop_seg", Integer(5)),
                    ("dphase_seg1", Integer(6)),
                    ("dphase_seg2", Integer(4)),
                    ("dsjw", Integer(2)),
                ],
                format!("24000900{}190000000500000006000000040000000200000000000000", zeros(2)),
            ),
            (
                vec![
                    ("loopback", Switch(true)),
                    ("listen_only", Switch(false)),
                    ("triple_sampling", Switch(true)),
                    ("one_shot", Switch(true)),
                    ("berr_reporting", Switch(true)),
                ],
                "0c0005001f0000001d000000".to_owned(),
            ),
            (
                vec![("fd_non_iso", Switch(true)), ("presume_ack", Switch(true)), ("cc_len8_dlc", Switch(false))],
                "0c000500c0010000c0000000".to_owned(),
            ),
            (
                vec![("tdcv", Integer(5)), ("tdco", Integer(6)), ("tdcf", Integer(7)), ("tdc_mode", text("manual"))],
                "0c00050000040000000400001c001080080007000500000008000800060000000800090007000000".to_owned(),
            ),
            (vec![("tdc_mode", text("auto"))], "0c0005000002000000020000".to_owned()),
            (vec![("tdc_mode", text("off"))], "0c0005000006000000000000".to_owned()),
            (vec![("restart_ms", Integer(100))], "0800060064000000".to_owned()),
            (vec![("restart", Integer(1))], "0800070001000000".to_owned()),
            (vec![("termination", Integer(120))], "06000b0078000000".to_owned()),
        ];
        for (options, bytes) in rows {
            let settings: Settings = options.into_iter().map(|(key, value)| (key.into(), value)).collect();
            let bytes: Vec<u8> = (0..bytes.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).expect("hexadecimal"))
                .collect();
            assert_eq!(sent(&settings), taken(&bytes), "{settings:?}");
            // What is read of it is what was said, but for what is off.
            let read = words::decode(OWN, &[], &bytes, &|_| None);
            for (key, value) in &settings {
                let off = *value == Switch(false) || *value == text("off");
                assert_eq!(words::find(&read, key), (!off).then_some(value), "{key}");
            }
        }
    }

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
