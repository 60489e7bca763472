//! `pedit`: changes bytes of packets (tc-pedit(8), Linux `tc_act/tc_pedit.h`).
//!
//! What is changed is an array of texts, `munge = { "ip ttl set 64", "tcp dport set 80" }`, in `tc`'s words.

use super::pedit_key::{self, Key};
use super::{Action, CONTROL, HELD, held};
use crate::error::{Error, Result};
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{List, Switch8, Text, U32};
use crate::kernel::words::{NOWHERE, Setting, Word, option};
use crate::netlink::attr;

const PARAMETERS: u16 = 2;
/// The same where each key says the header that it counts from.
const PARAMETERS_EX: u16 = 4;
const KEYS_EX: u16 = 5;
const KEY_EX: u16 = 6;
const HEADER_TYPE: u16 = 1;
const COMMAND: u16 = 2;
/// `struct tc_pedit_sel` before its keys, and a `struct tc_pedit_key`.
const SELECTOR: usize = 24;
const KEY: usize = 24;

const WORDS: &[Word] = &[
    option("control", NOWHERE, CONTROL),
    option("index", NOWHERE, U32),
    option("ex", NOWHERE, Switch8),
    option("munge", NOWHERE, List(&Text, 0)),
];

pub(super) static PEDIT: Action = Action {
    complete: |settings| super::default(settings, "control", "pass"),
    own: Some(Layout { encode, decode }),
    ..Action::new("pedit", WORDS)
};

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let extended = given.is_on("ex")?;
    if !given.has("munge") {
        return Err(Error::missing("munge"));
    }
    let keys = given.each("munge", "such as \"ip ttl set 64\"", |one| match one {
        Setting::Text(text) => pedit_key::read(text, extended),
        _ => None,
    })?;
    let keys: Vec<Key> = keys.into_iter().flatten().collect();
    let mut parameters = given.or32("index", 0)?.to_ne_bytes().to_vec();
    parameters.extend([0; 4]);
    parameters.extend(given.bytes("control")?.unwrap_or(vec![0; 4]));
    parameters.extend([0; 8]);
    parameters.extend([u8::try_from(keys.len()).unwrap_or(u8::MAX), 0, 0, 0]);
    keys.iter().for_each(|key| parameters.extend(key.bytes()));
    attr::put(bytes, if extended { PARAMETERS_EX } else { PARAMETERS }, &parameters);
    if extended {
        attr::nest(bytes, KEYS_EX, |bytes| {
            for key in &keys {
                attr::nest(bytes, KEY_EX, |bytes| {
                    attr::put(bytes, HEADER_TYPE, &key.header.to_ne_bytes());
                    attr::put(bytes, COMMAND, &u16::from(key.adds).to_ne_bytes());
                });
            }
        });
    }
    Ok(())
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let extended = attr::find(bytes, PARAMETERS_EX);
    let parameters = extended.or_else(|| attr::find(bytes, PARAMETERS))?;
    seen.bytes("index", parameters.get(..4)?);
    seen.bytes("control", parameters.get(8..12)?);
    seen.all(held(parameters, HELD));
    if extended.is_some() {
        seen.bytes("ex", &[1]);
    }
    let mut more = attr::Attributes::new(attr::find(bytes, KEYS_EX).unwrap_or_default()).map(|(_, key)| {
        let half = |kind| attr::find(key, kind).and_then(attr::number).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        (half(HEADER_TYPE), half(COMMAND) == 1)
    });
    let keys = parameters.get(SELECTOR..)?.chunks_exact(KEY).filter_map(|key| {
        let (header, adds) = more.next().unwrap_or((0, false));
        Key::seen(key, header, adds).map(|key| Setting::Text(key.to_string()))
    });
    seen.setting("munge", Setting::List(keys.collect()));
    Some(())
}
