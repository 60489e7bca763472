//! The kinds of filters, a kind a file: what each can be told, in the words of its page (tc-u32(8), tc-flower(8), …).

use super::{basic, bpf, cgroup, flow, flower, fw, matchall, route, u32};
use crate::error::Result;
use crate::kernel::tc::called_in;
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::words::{self, IndexOf, NameOf, Settings, Word};

/// A kind of filters.
pub struct Kind {
    /// As `tc` calls it: `flower`.
    pub name: &'static str,
    /// What a filter of it can be told; its `handle` too, whose form is its own.
    pub words: &'static [Word],
    /// The type of the attribute that its actions are in.
    pub actions: u16,
    /// What a table of words cannot say.
    pub own: Option<Layout>,
    /// Its handle by the options' bytes, for a kind whose handle says the same as they.
    pub handle: Option<fn(&[u8]) -> u32>,
    /// Says what was read in the words of the options, where a table cannot.
    pub show: fn(&mut Settings),
}

/// How a kind lays out what is no attribute or field of a table's: behind what the table says.
pub struct Layout {
    /// Appends attributes; `EINVAL` for values that do not go together.
    pub encode: fn(&Given<'_>, &mut Vec<u8>) -> Result<()>,
    /// What the options' bytes say; what is too short says nothing.
    pub decode: fn(&[u8], &mut Seen) -> Option<()>,
}

/// All that nsl knows, in the order of their names.
static KINDS: &[&Kind] = &[
    &basic::BASIC,
    &bpf::BPF,
    &cgroup::CGROUP,
    &flow::FLOW,
    &flower::FLOWER,
    &fw::FW,
    &matchall::MATCHALL,
    &route::ROUTE,
    &u32::U32,
];

/// The words of every kind's filters.
pub static FILTER_WORDS: &[&[Word]] = &[
    super::WORDS,
    super::MEASURED,
    basic::BASIC.words,
    bpf::BPF.words,
    cgroup::CGROUP.words,
    flow::FLOW.words,
    flower::FLOWER.words,
    fw::FW.words,
    matchall::MATCHALL.words,
    route::ROUTE.words,
    u32::U32.words,
];

/// The words of chains and of their templates, which flower alone has.
pub static CHAIN_WORDS: &[&[Word]] = &[super::chain::WORDS, flower::FIELDS];

/// The kind called `name`, if nsl knows it.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}

/// The kind called `name`; `EINVAL` with the nearest one if there is none.
pub fn called(name: &str) -> Result<&'static Kind> {
    called_in("filter", KINDS, |kind| kind.name, name)
}

impl Kind {
    /// A kind whose table says all.
    pub(super) const fn new(name: &'static str, words: &'static [Word], actions: u16) -> Self {
        Self { name, words, actions, own: None, handle: None, show: |_| () }
    }

    /// The module that brings it.
    pub fn module(&self) -> String {
        format!("cls_{}", self.name)
    }

    /// What it is called where a kernel is configured.
    pub fn config(&self) -> String {
        match self.name {
            "route" => "CONFIG_NET_CLS_ROUTE4".to_owned(),
            name => format!("CONFIG_NET_CLS_{}", name.to_uppercase()),
        }
    }

    /// The bytes of its options, without actions.
    pub(super) fn encode(&self, settings: &Settings, index: IndexOf<'_>) -> Result<Vec<u8>> {
        let mut bytes = words::encode(self.words, settings, index)?;
        if let Some(own) = &self.own {
            (own.encode)(&Given::new(self.words, settings), &mut bytes)?;
        }
        Ok(bytes)
    }

    /// What header and options say.
    pub(super) fn decode(&self, header: &[u8], options: &[u8], name: NameOf<'_>) -> Settings {
        let mut settings = words::decode(self.words, header, options, name);
        if let Some(own) = &self.own {
            let mut seen = Seen::new(self.words);
            let _ = (own.decode)(options, &mut seen);
            settings.extend(seen.settings());
        }
        (self.show)(&mut settings);
        settings
    }
}
