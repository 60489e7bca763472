//! Actions: what a filter does with the packets that it takes, one after another (tc-actions(8)).
//!
//! An action is a kind with options of its own, a table of words a kind. In a script an array holds them:
//! `actions = { { kind = "mirred", egress = "redirect", dev = "eth1" } }`; one that only ends the way of a packet may be its
//! word alone, `"drop"`.

mod bpf;
mod connmark;
mod control;
mod csum;
mod ct;
mod gact;
mod mirred;
mod mpls;
mod nat;
mod pedit;
mod pedit_key;
mod police;
mod sample;
mod simple;
mod skbedit;
mod skbmod;
mod tunnel_key;
mod vlan;

pub use control::CONTROL;

use super::filter::kind::Layout;
use super::given::{Given, Seen};
use super::stats;
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::bpf::{Program, Role, hold};
use crate::kernel::words::Form::{Hex, Text, U32};
use crate::kernel::words::{self, Form, IndexOf, NameOf, Own, Setting, Settings, Word, field, option};
use crate::netlink::attr;

/// `TCA_ACT_KIND`.
const KIND: u16 = 1;
/// `TCA_ACT_OPTIONS`.
const OPTIONS: u16 = 2;
/// How many actions a filter can have (Linux `TCA_ACT_MAX_PRIO`).
const MOST: usize = 32;

/// A kind of actions.
pub struct Action {
    /// As `tc` calls it: `mirred`.
    pub name: &'static str,
    /// Its options.
    pub words: &'static [Word],
    /// Completes what was given with what `tc` takes for granted, and says what does not go together.
    pub complete: fn(&mut Settings) -> Result<()>,
    /// What a table of words cannot say.
    pub own: Option<Layout>,
    /// Says what was read in the words of the options, where a table cannot.
    pub show: fn(&mut Settings),
}

impl Action {
    /// A kind whose table says all, and which lets packets go on to the next action unless told.
    const fn new(name: &'static str, words: &'static [Word]) -> Self {
        Self { name, words, complete: |settings| default(settings, "control", "pipe"), own: None, show: |_| () }
    }

    /// The module that brings it.
    pub fn module(&self) -> String {
        format!("act_{}", self.name)
    }

    /// What it is called where a kernel is configured.
    pub fn config(&self) -> String {
        match self.name {
            "simple" => "CONFIG_NET_ACT_SIMP".to_owned(),
            name => format!("CONFIG_NET_ACT_{}", name.to_uppercase()),
        }
    }
}

/// All that nsl knows.
static ACTIONS: &[&Action] = &[
    &bpf::BPF,
    &connmark::CONNMARK,
    &csum::CSUM,
    &ct::CT,
    &gact::GACT,
    &mirred::MIRRED,
    &mpls::MPLS,
    &nat::NAT,
    &pedit::PEDIT,
    &police::POLICE,
    &sample::SAMPLE,
    &simple::SIMPLE,
    &skbedit::SKBEDIT,
    &skbmod::SKBMOD,
    &tunnel_key::TUNNEL_KEY,
    &vlan::VLAN,
];

/// What every action can be told.
const COMMON: &[Word] = &[
    option("kind", KIND, Text),
    option("cookie", 6, Hex),
    option("no_percpu", 7, NO_PERCPU),
    option("hw_stats", 8, HW_STATS),
];

/// `TCA_ACT_FLAGS_NO_PERCPU_STATS` among the flags: no statistics for each processor.
const NO_PERCPU: Form = Form::Own(&Own {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(on) => Some(chosen(u32::from(*on), 1)),
        _ => None,
    },
    decode: |bytes| (attr::u32_of(bytes)? & 1 != 0).then_some(Setting::Switch(true)),
    width: Some(8),
});

/// How the hardware counts, by the bit of each word; the kernel says nothing where any way will do.
const HW_STATS: Form = Form::Own(&Own {
    expected: "\"disabled\", \"immediate\" or \"delayed\"",
    encode: |value| {
        let known = HARDWARE.iter().find(|word| matches!(value, Setting::Text(text) if text == word.0));
        known.map(|(_, bits)| chosen(*bits, 3))
    },
    decode: |bytes| {
        let bits = attr::u32_of(bytes)?;
        let known = HARDWARE.iter().find(|(_, known)| *known == bits);
        known.map(|(word, _)| Setting::Text((*word).to_owned()))
    },
    width: Some(8),
});

const HARDWARE: &[(&str, u32)] = &[("disabled", 0), ("immediate", 1), ("delayed", 2)];

/// A `struct nla_bitfield32`: bits, and which of them count.
fn chosen(bits: u32, which: u32) -> Vec<u8> {
    [bits.to_ne_bytes(), which.to_ne_bytes()].concat()
}

/// The words of the struct that the parameters of every action begin with, `struct tc_gen`: it is this attribute, of
/// `size` bytes in all.
const fn index(attribute: u16, size: usize) -> Word {
    field("index", attribute, size, 0, U32)
}

/// What becomes of a packet behind the action.
const fn control(attribute: u16, size: usize) -> Word {
    field("control", attribute, size, 8, CONTROL)
}

/// The option `key`, where it was not given.
fn default(settings: &mut Settings, key: &'static str, word: &str) -> Result<()> {
    if words::find(settings, key).is_none() {
        settings.push((key.into(), Setting::Text(word.to_owned())));
    }
    Ok(())
}

fn called(name: &str) -> Result<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name).copied().ok_or_else(|| {
        let error = Error::new(&explain::TC_KIND_UNKNOWN).with("what", "action").with("kind", name);
        let near = nearest(name, ACTIONS.iter().map(|action| action.name));
        near.into_iter().fold(error, |error, near| error.with("near", near))
    })
}

/// The kinds of actions that these settings name, for what is said when the kernel lacks one.
pub fn named(actions: Option<&Setting>) -> Vec<&'static Action> {
    actions
        .map(Setting::each)
        .unwrap_or_default()
        .iter()
        .filter_map(|action| split(action).ok())
        .map(|(action, _)| action)
        .collect()
}

/// The kind of an action, and its options.
fn split(action: &Setting) -> Result<(&'static Action, Settings)> {
    let settings = match action {
        Setting::Text(word) => vec![("kind".into(), Setting::Text(word.clone()))],
        Setting::Table(settings) => settings.clone(),
        other => {
            let error = Error::new(&explain::WORD_VALUE).with("key", "actions").with("got", other);
            return Err(error.with("expected", "an array of tables with a kind each"));
        }
    };
    let Some(kind) = words::text(&settings, "kind") else {
        return Err(Error::new(&explain::OPTION_MISSING).with("key", "kind").note("in an action"));
    };
    let mut rest = words::without(&settings, &["kind", "stats"]);
    // A packet's end is an action by its own name.
    if control::is_word(kind) {
        rest.push(("control".into(), Setting::Text(kind.to_owned())));
        return Ok((&gact::GACT, rest));
    }
    Ok((called(kind)?, rest))
}

/// Loads the programs that actions ask for ([`crate::kernel::bpf::hold`]).
pub fn programs(actions: &mut Setting) -> Result<Vec<Program>> {
    let actions = match actions {
        Setting::List(actions) => actions.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    let programs = actions.iter_mut().filter_map(|action| match action {
        Setting::Table(settings) if words::text(settings, "kind") == Some("bpf") => {
            hold(settings, Role::Action).transpose()
        }
        _ => None,
    });
    programs.collect()
}

/// The attributes for an array of actions, each numbered from 1.
///
/// `EINVAL` for a kind, an option or a value that there is not; `ENODEV` for a link.
pub fn encode(actions: &Setting, index: IndexOf<'_>) -> Result<Vec<u8>> {
    let actions = actions.each();
    if actions.len() > MOST {
        let error = Error::new(&explain::WORD_VALUE).with("key", "actions").with("got", actions.len());
        return Err(error.with("expected", format!("at most {MOST} actions")));
    }
    let mut bytes = Vec::new();
    for (number, action) in (1..).zip(actions) {
        let (action, mut settings) = split(action)?;
        words::check(&format!("action \"{}\"", action.name), &[COMMON, action.words], &settings)?;
        let common = words::encode(COMMON, &settings, index)?;
        (action.complete)(&mut settings)?;
        let mut options = words::encode(action.words, &settings, index)?;
        if let Some(own) = &action.own {
            (own.encode)(&Given::new(action.words, &settings), &mut options)?;
        }
        attr::nest(&mut bytes, number, |bytes| {
            attr::put_text(bytes, KIND, action.name);
            attr::put(bytes, OPTIONS | attr::NESTED, &options);
            bytes.extend_from_slice(&common);
        });
    }
    Ok(bytes)
}

/// The actions that the kernel's bytes say, as an array of tables.
pub fn decode(bytes: &[u8], name: NameOf<'_>) -> Setting {
    let actions = attr::Attributes::new(bytes).filter_map(|(_, bytes)| {
        let mut settings = words::decode(COMMON, &[], bytes, name);
        let known = words::text(&settings, "kind").and_then(|kind| ACTIONS.iter().find(|action| action.name == kind));
        if let Some((action, options)) = known.zip(attr::find(bytes, OPTIONS)) {
            let mut own = words::decode(action.words, &[], options, name);
            if let Some(layout) = &action.own {
                let mut seen = Seen::new(action.words);
                let _ = (layout.decode)(options, &mut seen);
                own.extend(seen.settings());
            }
            (action.show)(&mut own);
            settings.extend(own);
        }
        settings.extend(stats::of_action(bytes).map(|stats| ("stats".into(), stats)));
        (!settings.is_empty()).then_some(Setting::Table(settings))
    });
    Setting::List(actions.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(settings: &[(&'static str, Setting)]) -> Setting {
        Setting::Table(settings.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    #[test]
    fn what_goes_out_comes_back() {
        let text = |text: &str| Setting::Text(text.to_owned());
        let mirror = table(&[("kind", text("mirred")), ("egress", text("mirror")), ("dev", text("v1"))]);
        let mut index = |_: &str| Ok(7);
        let bytes = encode(&Setting::List(vec![mirror, text("drop")]), &mut index).expect("bytes");
        let Setting::List(read) = decode(&bytes, &|index| (index == 7).then(|| "v1".to_owned())) else {
            panic!("no array")
        };
        let of = |place: usize, key: &str| match &read[place] {
            Setting::Table(settings) => words::find(settings, key).cloned(),
            _ => None,
        };
        assert_eq!(
            [of(0, "egress"), of(0, "dev"), of(0, "control")],
            ["mirror", "v1", "pipe"].map(|word| Some(text(word)))
        );
        assert_eq!([of(1, "kind"), of(1, "control")], ["gact", "drop"].map(|word| Some(text(word))));
    }

    #[test]
    fn a_misspelt_kind_is_told() {
        let error = encode(&Setting::Text("mirrred".to_owned()), &mut words::no_links).expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"mirred\"?"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..16, 1 => any::<u8>()], 0..120),
        ) {
            let _ = decode(&bytes, &|_| None);
        }
    }
}
