//! `skbmod`: changes the addresses and the type of an Ethernet frame (tc-skbmod(8), Linux `tc_act/tc_skbmod.h`).

use super::{Action, CONTROL, HELD, held};
use crate::error::Result;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Mac, Switch8, U16, U32};
use crate::kernel::words::{NOWHERE, Word, option};
use crate::netlink::attr;

/// `TCA_SKBMOD_PARMS`, a `struct tc_skbmod`: `struct tc_gen`, and flags of 64 bits that start where these may.
const PARAMETERS: u16 = 2;
const FLAGS: usize = 24;

const WORDS: &[Word] = &[
    option("control", NOWHERE, CONTROL),
    option("index", NOWHERE, U32),
    option("swap_mac", NOWHERE, Switch8),
    option("ecn", NOWHERE, Switch8),
    option("dst_mac", 3, Mac),
    option("src_mac", 4, Mac),
    option("ethertype", 5, U16),
];

/// `SKBMOD_F_…`: which of them there are.
const FLAG_OF: [(&str, u64); 5] = [("dst_mac", 1), ("src_mac", 2), ("ethertype", 4), ("swap_mac", 8), ("ecn", 16)];

pub(super) static SKBMOD: Action = Action { own: Some(Layout { encode, decode }), ..Action::new("skbmod", WORDS) };

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let mut parameters = vec![0; FLAGS];
    parameters[..4].copy_from_slice(&given.or32("index", 0)?.to_ne_bytes());
    parameters[8..12].copy_from_slice(&given.bytes("control")?.unwrap_or(vec![0; 4]));
    let mut flags = 0;
    for (word, flag) in FLAG_OF {
        let is_address = matches!(word, "dst_mac" | "src_mac" | "ethertype");
        if if is_address { given.has(word) } else { given.is_on(word)? } {
            flags |= flag;
        }
    }
    parameters.extend(flags.to_ne_bytes());
    attr::put(bytes, PARAMETERS, &parameters);
    Ok(())
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let parameters = attr::find(bytes, PARAMETERS)?;
    seen.bytes("index", parameters.get(..4)?);
    seen.bytes("control", parameters.get(8..12)?);
    seen.all(held(parameters, HELD));
    let flags = attr::number(parameters.get(FLAGS..FLAGS + 8)?)?;
    for (word, flag) in FLAG_OF.into_iter().skip(3).filter(|(_, flag)| flags & flag != 0) {
        seen.bytes(word, &[u8::from(flag != 0)]);
    }
    Some(())
}
