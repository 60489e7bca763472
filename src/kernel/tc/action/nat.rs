//! `nat`: changes addresses one for one, without looking at connections (tc-nat(8), Linux `tc_act/tc_nat.h`).

use super::{Action, control, index};
use crate::kernel::words::Form::{Bit32, Ip4};
use crate::kernel::words::{self, Form, Own, Setting, Settings, Word, field};

const PARAMETERS: u16 = 1;
const LENGTH: usize = 36;

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    field("old", PARAMETERS, LENGTH, 20, Ip4),
    field("new", PARAMETERS, LENGTH, 24, Ip4),
    field("prefix", PARAMETERS, LENGTH, 28, PREFIX),
    field("egress", PARAMETERS, LENGTH, 32, Bit32(1)),
];

/// How many bits of an address are changed, as the mask that the kernel has.
const PREFIX: Form = Form::Own(&Own {
    expected: "a length from 0 to 32",
    encode: |value| match value {
        Setting::Integer(length @ 0..=32) => {
            let bits = u32::MAX.checked_shl(32 - u32::try_from(*length).ok()?).unwrap_or(0);
            Some(bits.to_be_bytes().to_vec())
        }
        _ => None,
    },
    decode: |bytes| Some(Setting::Integer(bytes.get(..4)?.iter().map(|byte| i64::from(byte.count_ones())).sum())),
    width: Some(4),
});

pub(super) static NAT: Action = Action {
    complete: |settings| {
        if words::find(settings, "prefix").is_none() {
            let length = take_length(settings).unwrap_or(32);
            settings.push(("prefix".into(), Setting::Integer(length)));
        }
        super::default(settings, "control", "pass")
    },
    times: 2,
    ..Action::new("nat", WORDS)
};

/// The length behind the slash of `old = "10.0.0.0/16"`, as `tc` writes it; the address is left.
fn take_length(settings: &mut Settings) -> Option<i64> {
    let (_, Setting::Text(old)) = settings.iter_mut().find(|(key, _)| key == "old")? else { return None };
    let (address, length) = old.split_once('/')?;
    let length = length.parse().ok().filter(|length| (0..=32).contains(length))?;
    *old = address.to_owned();
    Some(length)
}
