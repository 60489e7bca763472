//! `skbmod`: changes the addresses and the type of an Ethernet frame (tc-skbmod(8), Linux `tc_act/tc_skbmod.h`).

use super::{Action, CONTROL, HELD, held};
use crate::error::Result;
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Mac, Switch8, U16, U32, Words8};
use crate::kernel::words::{NOWHERE, Word, option};
use crate::netlink::attr;

/// `TCA_SKBMOD_PARMS`, a `struct tc_skbmod`: `struct tc_gen`, and flags of 64 bits that start where these may.
const PARAMETERS: u16 = 2;
const FLAGS: usize = 24;

const WORDS: &[Word] = &[
    option("control", NOWHERE, CONTROL),
    option("index", NOWHERE, U32),
    option("swap", NOWHERE, Words8(&["mac"])),
    option("ecn", NOWHERE, Switch8),
    option("dmac", 3, Mac),
    option("smac", 4, Mac),
    option("etype", 5, U16),
];

/// `SKBMOD_F_…`: which of them there are.
const FLAG_OF: [(&str, u64); 4] = [("dmac", 1), ("smac", 2), ("etype", 4), ("swap", SWAP)];
const SWAP: u64 = 8;
const ECN: u64 = 16;

pub(super) static SKBMOD: Action = Action { own: Some(Layout { encode, decode }), ..Action::new("skbmod", WORDS) };

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let mut parameters = vec![0; FLAGS];
    parameters[..4].copy_from_slice(&given.or32("index", 0)?.to_ne_bytes());
    parameters[8..12].copy_from_slice(&given.bytes("control")?.unwrap_or(vec![0; 4]));
    let said = FLAG_OF.iter().filter(|(word, _)| given.has(word)).fold(0, |flags, (_, flag)| flags | flag);
    let flags = if given.is_on("ecn")? { said | ECN } else { said };
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
    if flags & SWAP != 0 {
        seen.bytes("swap", &[0]);
    }
    if flags & ECN != 0 {
        seen.bytes("ecn", &[1]);
    }
    Some(())
}
