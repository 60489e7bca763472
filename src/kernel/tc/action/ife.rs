//! `ife`: puts what the kernel knows of a packet beside its bytes into a header before it, or takes it from there (tc-ife(8),
//! Linux `tc_act/tc_ife.h`).

use super::{Action, control, index};
use crate::error::{Error, Result};
use crate::kernel::tc::filter::kind::Layout;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::Form::{Bits8, Mac, Nested, U16, U32, Words16};
use crate::kernel::words::{self, NOWHERE, Setting, Settings, Word, decode, field, option};
use crate::netlink::attr;

/// `TCA_IFE_PARMS`, a `struct tc_ife`.
const PARAMETERS: u16 = 1;
const LENGTH: usize = 24;
/// `TCA_IFE_METALST`: what is put in, an attribute each, which has the value that it always has.
const LIST: u16 = 6;

/// `IFE_META_…`.
const USE: &[Word] = &[option("mark", 1, U32), option("prio", 3, U32), option("tcindex", 5, U16)];
/// The same, a bit each.
const ALLOW: &[(&str, u32)] = &[("mark", 1 << 1), ("prio", 1 << 3), ("tcindex", 1 << 5)];

const WORDS: &[Word] = &[
    control(PARAMETERS, LENGTH),
    index(PARAMETERS, LENGTH),
    field("do", PARAMETERS, LENGTH, 20, Words16(&["decode", "encode"])),
    option("dst", 3, Mac),
    option("src", 4, Mac),
    option("type", 5, U16),
    option("allow", NOWHERE, Bits8(ALLOW)),
    option("use", NOWHERE, Nested(USE)),
];

pub(super) static IFE: Action =
    Action { complete, own: Some(Layout { encode, decode: read }), show, times: 2, ..Action::new("ife", WORDS) };

fn complete(settings: &mut Settings) -> Result<()> {
    if words::find(settings, "do").is_none() {
        return Err(Error::missing("do").note("\"encode\" or \"decode\""));
    }
    super::default(settings, "control", "pipe")
}

fn encode(given: &Given<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let always = given.table("use")?.map(|table| table.attributes(&[])).transpose()?.unwrap_or_default();
    let allowed = given.or("allow", 0)?;
    // Without a list everything that the kernel can put in is.
    if given.has("allow") || given.has("use") || given.number("do")? == Some(1) {
        attr::nest(bytes, LIST, |list| {
            let allowed = USE.iter().filter(|word| allowed & 1 << word.attribute != 0);
            allowed.for_each(|word| attr::put(list, word.attribute, &[]));
            list.extend_from_slice(&always);
        });
    }
    Ok(())
}

fn read(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let list = attr::find(bytes, LIST)?;
    let is_allowed = |word: &&Word| attr::find(list, word.attribute).is_some_and(<[u8]>::is_empty);
    let allowed = USE.iter().filter(is_allowed).map(|word| Setting::Text(word.name.to_owned()));
    let allowed: Vec<Setting> = allowed.collect();
    let mut always = decode(USE, &[], list, &|_| None);
    always.retain(|(key, _)| !allowed.contains(&Setting::Text(key.to_string())));
    for (word, setting, is_none) in [
        ("use", Setting::Table(always.clone()), always.is_empty()),
        ("allow", Setting::List(allowed.clone()), allowed.is_empty()),
    ] {
        if !is_none {
            seen.setting(word, setting);
        }
    }
    Some(())
}

/// Of what comes in no type is looked at.
fn show(settings: &mut Settings) {
    settings.retain(|(key, value)| key != "type" || *value != Setting::Integer(0));
}
