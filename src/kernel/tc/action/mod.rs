//! Actions: what a filter does with the packets that it takes, one after another (tc-actions(8)).
//!
//! An action is a kind with options of its own, a table of words a kind. In a script an array holds them:
//! `actions = { { kind = "mirred", egress = "redirect", dev = "eth1" } }`; one that only ends the way of a packet may be its
//! word alone, `"drop"`.

mod bpf;
mod common;
mod connmark;
mod control;
mod csum;
mod ct;
mod ctinfo;
mod gact;
mod gate;
mod ife;
mod mirred;
mod mpls;
mod nat;
mod pedit;
mod pedit_key;
mod police;
mod sample;
pub mod shared;
mod simple;
mod skbedit;
mod skbmod;
mod tunnel_key;
mod vlan;

pub use control::CONTROL;

use nix::errno::Errno;

use common::{COMMON, HELD, control, held, index};

use super::filter::kind::Layout;
use super::given::{Given, Seen};
use super::{called_in, stats};
use crate::error::{Error, Result, explain};
use crate::kernel::bpf::{Program, Role, hold};
use crate::kernel::words::{self, IndexOf, NameOf, Setting, Settings, Word};
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
    /// The attribute with the times of its use, `TCA_…_TM`.
    pub times: u16,
    /// What a table of words cannot say.
    pub own: Option<Layout>,
    /// Says what was read in the words of the options, where a table cannot.
    pub show: fn(&mut Settings),
}

impl Action {
    /// A kind whose table says all, and which lets packets go on to the next action unless told.
    const fn new(name: &'static str, words: &'static [Word]) -> Self {
        Self {
            name,
            words,
            complete: |settings| default(settings, "control", "pipe"),
            times: 1,
            own: None,
            show: |_| (),
        }
    }

    /// The module that brings it.
    pub fn module(&self) -> String {
        format!("act_{}", self.name)
    }

    /// Words the refusal of a kernel that lacks it.
    pub fn missing(&self, error: Error) -> Error {
        let error = error.explain(&[(Errno::ENOENT, &explain::TC_KIND_MISSING)]).with("what", "action");
        error.with("kind", self.name).with("module", self.module()).with("config", self.config())
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
    &ctinfo::CTINFO,
    &gact::GACT,
    &gate::GATE,
    &ife::IFE,
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

/// The words of every kind's actions.
pub static ACTION_WORDS: &[&[Word]] = &[
    COMMON,
    bpf::BPF.words,
    connmark::CONNMARK.words,
    csum::CSUM.words,
    ct::CT.words,
    ctinfo::CTINFO.words,
    gact::GACT.words,
    gate::GATE.words,
    ife::IFE.words,
    mirred::MIRRED.words,
    mpls::MPLS.words,
    nat::NAT.words,
    pedit::PEDIT.words,
    police::POLICE.words,
    sample::SAMPLE.words,
    simple::SIMPLE.words,
    skbedit::SKBEDIT.words,
    skbmod::SKBMOD.words,
    tunnel_key::TUNNEL_KEY.words,
    vlan::VLAN.words,
];

/// The option `key`, where it was not given.
fn default(settings: &mut Settings, key: &'static str, word: &str) -> Result<()> {
    if words::find(settings, key).is_none() {
        settings.push((key.into(), Setting::Text(word.to_owned())));
    }
    Ok(())
}

/// The kind called `name`, or the one for the word that ends a packet's way; `EINVAL` with the nearest one if there is none.
pub fn called(name: &str) -> Result<&'static Action> {
    if control::is_word(name) {
        return Ok(&gact::GACT);
    }
    called_in("action", ACTIONS, |action| action.name, name)
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
        return Err(Error::missing("kind").note("in an action"));
    };
    let mut rest = words::without(&settings, &["kind"]);
    // A packet's end is an action by its own name.
    if control::is_word(kind) {
        rest.push(("control".into(), Setting::Text(kind.to_owned())));
    }
    Ok((called(kind)?, rest))
}

/// The number of an action of which nothing else is said: one that is there already, and that a filter shares.
fn shares(settings: &Settings) -> Option<u32> {
    let says = |key: &str| words::word(COMMON, key).is_none_or(|word| word.settable);
    let mut said = settings.iter().filter(|(key, _)| says(key));
    match (said.next(), said.next()) {
        (Some((key, Setting::Integer(index))), None) if key == "index" => u32::try_from(*index).ok(),
        _ => None,
    }
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
        match shares(&settings) {
            // A change that is none stands for those which the kernel wants to be told before it looks for the number.
            Some(_) if words::has(action.words, "munge") => {
                settings.push(("munge".into(), Setting::Text("offset 0 u32 preserve".to_owned())));
            }
            Some(_) => {}
            None => (action.complete)(&mut settings)?,
        }
        put(&mut bytes, number, action, &settings, index)?;
    }
    Ok(bytes)
}

/// The attribute for the action of this number among several.
fn put(
    bytes: &mut Vec<u8>,
    number: u16,
    action: &'static Action,
    settings: &Settings,
    index: IndexOf<'_>,
) -> Result<()> {
    words::check(&format!("action \"{}\"", action.name), &[COMMON, action.words], settings)?;
    let common = words::encode(COMMON, settings, index)?;
    let mut options = words::encode(action.words, settings, index)?;
    if let Some(own) = &action.own {
        (own.encode)(&Given::new(action.words, settings), &mut options)?;
    }
    attr::nest(bytes, number, |bytes| {
        attr::put_text(bytes, KIND, action.name);
        attr::put(bytes, OPTIONS | attr::NESTED, &options);
        bytes.extend_from_slice(&common);
    });
    Ok(())
}

/// The actions that the kernel's bytes say, as an array of tables.
pub fn decode(bytes: &[u8], name: NameOf<'_>) -> Setting {
    let actions = attr::Attributes::new(bytes).filter_map(|(_, bytes)| read(bytes, name)).map(Setting::Table);
    Setting::List(actions.collect())
}

/// What the attributes of one action say.
fn read(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let mut settings = words::decode(COMMON, &[], bytes, name);
    // What is off or none is not told, and statistics are put together.
    settings.retain(|(key, value)| match key.as_ref() {
        "stats" => false,
        "in_hw_count" => *value != Setting::Integer(0),
        "used_hw_stats" => !matches!(value, Setting::Text(none) if none == "disabled"),
        _ => *value != Setting::Switch(false),
    });
    let known = words::text(&settings, "kind").and_then(|kind| ACTIONS.iter().find(|action| action.name == kind));
    let times = known.zip(attr::find(bytes, OPTIONS)).and_then(|(action, options)| attr::find(options, action.times));
    if let Some((action, options)) = known.zip(attr::find(bytes, OPTIONS)) {
        let mut own = words::decode(action.words, &[], options, name);
        let parameters = words::word(action.words, "index").and_then(|index| attr::find(options, index.attribute));
        own.extend(parameters.map(|parameters| held(parameters, HELD)).unwrap_or_default());
        if let Some(layout) = &action.own {
            let mut seen = Seen::new(action.words);
            let _ = (layout.decode)(options, &mut seen);
            own.extend(seen.settings());
        }
        (action.show)(&mut own);
        settings.extend(own);
    }
    settings.extend(stats::of_action(bytes, times).map(|stats| ("stats".into(), stats)));
    (!settings.is_empty()).then_some(settings)
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
