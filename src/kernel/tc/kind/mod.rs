//! The kinds of disciplines, a family a file: what each can be told, in the words of its page (tc-netem(8), tc-htb(8), …),
//! and how its options are laid out for the kernel.

mod cake;
mod codel;
pub mod counters;
mod fair;
mod fifo;
mod hfsc;
mod htb;
mod ingress;
pub mod netem;
mod pie;
mod prio;
mod queues;
mod red;
mod rounds;
mod sfb;
pub mod tbf;
mod timed;

use super::called_in;
use super::given::{Given, Seen};
use super::place::OPTIONS;
use crate::error::Result;
pub use crate::kernel::words::Word;
use crate::kernel::words::{self, Setting, Settings};
use crate::netlink::{Message, attr};

/// A kind of disciplines.
pub struct Kind {
    /// As `tc` calls it: `fq_codel`.
    pub name: &'static str,
    /// What a discipline of it can be told.
    pub qdisc: Options,
    /// What a class of it can be told; none: it has none that can be made.
    pub class: Option<Options>,
    /// What cannot be changed, not even into what it is.
    pub fixed: &'static [&'static str],
}

/// Options of a kind.
pub struct Options {
    /// Their words.
    pub words: &'static [Word],
    /// How the kernel has them.
    pub layout: Layout,
}

/// How options are laid out.
pub enum Layout {
    /// As attributes.
    Attributes,
    /// As a struct of so many bytes, whose fields are words of the header, and attributes behind it.
    Struct(usize),
    /// As [`Layout::Own`], in attributes.
    Nested {
        /// See [`Layout::Own`].
        encode: fn(&Given<'_>) -> Result<Vec<u8>>,
        /// See [`Layout::Own`].
        decode: fn(&[u8], &mut Seen) -> Option<()>,
    },
    /// As only the kind knows.
    Own {
        /// The bytes for the kernel; `EINVAL` for values that do not go together.
        encode: fn(&Given<'_>) -> Result<Vec<u8>>,
        /// What the kernel's bytes say; what is too short says nothing.
        decode: fn(&[u8], &mut Seen) -> Option<()>,
    },
}

/// No options at all.
pub const NONE: Options = Options { words: &[], layout: Layout::Attributes };

/// All that nsl knows, in the order of their names.
pub static KINDS: &[&Kind] = &[
    &fifo::BFIFO,
    &ingress::BLACKHOLE,
    &cake::CAKE,
    &timed::CBS,
    &red::CHOKE,
    &ingress::CLSACT,
    &codel::CODEL,
    &rounds::DRR,
    &timed::ETF,
    &rounds::ETS,
    &fair::FQ,
    &codel::FQ_CODEL,
    &pie::FQ_PIE,
    &red::GRED,
    &hfsc::HFSC,
    &fair::HHF,
    &htb::HTB,
    &ingress::INGRESS,
    &ingress::MQ,
    &queues::MQPRIO,
    &prio::MULTIQ,
    &netem::NETEM,
    &ingress::NOQUEUE,
    &fifo::PFIFO,
    &fifo::PFIFO_FAST,
    &fifo::PFIFO_HEAD_DROP,
    &pie::PIE,
    &ingress::PLUG,
    &prio::PRIO,
    &rounds::QFQ,
    &red::RED,
    &sfb::SFB,
    &fair::SFQ,
    &prio::SKBPRIO,
    &queues::TAPRIO,
    &tbf::TBF,
    &ingress::TEQL,
];

/// The words of every kind's disciplines.
pub static QDISC_WORDS: &[&[Word]] = &[
    super::qdisc::WORDS,
    fifo::BFIFO.qdisc.words,
    cake::CAKE.qdisc.words,
    timed::CBS.qdisc.words,
    red::CHOKE.qdisc.words,
    codel::CODEL.qdisc.words,
    timed::ETF.qdisc.words,
    rounds::ETS.qdisc.words,
    fair::FQ.qdisc.words,
    codel::FQ_CODEL.qdisc.words,
    pie::FQ_PIE.qdisc.words,
    red::GRED.qdisc.words,
    hfsc::HFSC.qdisc.words,
    fair::HHF.qdisc.words,
    htb::HTB.qdisc.words,
    queues::MQPRIO.qdisc.words,
    prio::MULTIQ.qdisc.words,
    netem::NETEM.qdisc.words,
    fifo::PFIFO_FAST.qdisc.words,
    pie::PIE.qdisc.words,
    ingress::PLUG.qdisc.words,
    prio::PRIO.qdisc.words,
    red::RED.qdisc.words,
    sfb::SFB.qdisc.words,
    fair::SFQ.qdisc.words,
    queues::TAPRIO.qdisc.words,
    tbf::TBF.qdisc.words,
];

/// The words of every kind's classes.
pub static CLASS_WORDS: &[&[Word]] =
    &[super::class::WORDS, rounds::DRR_CLASS, rounds::ETS_CLASS, hfsc::CLASS, htb::CLASS, rounds::QFQ_CLASS];

/// The kind called `name`, if nsl knows it.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}

/// The kind called `name`; `EINVAL` with the nearest one if there is none.
pub fn called(name: &str) -> Result<&'static Kind> {
    called_in("qdisc", KINDS, |kind| kind.name, name)
}

impl Kind {
    /// A kind without classes that can be made.
    const fn new(name: &'static str, qdisc: Options) -> Self {
        Self { name, qdisc, class: None, fixed: &[] }
    }

    /// The module that brings it.
    pub fn module(&self) -> String {
        match self.name {
            "clsact" => "sch_ingress".to_owned(),
            "teql0" => "sch_teql".to_owned(),
            name => format!("sch_{name}"),
        }
    }

    /// What it is called where a kernel is configured.
    pub fn config(&self) -> String {
        match self.name {
            "clsact" => "CONFIG_NET_SCH_INGRESS".to_owned(),
            "teql0" => "CONFIG_NET_SCH_TEQL".to_owned(),
            name => format!("CONFIG_NET_SCH_{}", name.to_uppercase()),
        }
    }
}

impl Options {
    /// Appends the options attribute to a message, where there is something to say.
    pub fn put(&self, message: &mut Message, settings: &Settings) -> Result<()> {
        if let Some(bytes) = self.encode(settings)? {
            let nested = matches!(self.layout, Layout::Attributes | Layout::Nested { .. });
            let nested = if nested { attr::NESTED } else { 0 };
            attr::put(&mut message.bytes, OPTIONS | nested, &bytes);
        }
        Ok(())
    }

    /// The bytes of the options for the kernel; none where there are none to say.
    pub fn encode(&self, settings: &Settings) -> Result<Option<Vec<u8>>> {
        match self.layout {
            Layout::Attributes if self.words.is_empty() => Ok(None),
            Layout::Attributes => words::encode(self.words, settings, &mut words::no_links).map(Some),
            Layout::Struct(length) => {
                if !settings.iter().any(|(key, _)| words::has(self.words, key)) {
                    return Ok(None);
                }
                let mut bytes = vec![0; length];
                words::fill_header(&mut bytes, self.words, settings, &mut words::no_links)?;
                bytes.resize(length.next_multiple_of(4), 0);
                bytes.extend(words::encode(self.words, settings, &mut words::no_links)?);
                Ok(Some(bytes))
            }
            Layout::Own { encode, .. } | Layout::Nested { encode, .. } => {
                encode(&Given::new(self.words, settings)).map(Some)
            }
        }
    }

    /// What the kernel's bytes say.
    pub fn read(&self, bytes: &[u8]) -> Settings {
        match self.layout {
            Layout::Attributes => words::decode(self.words, &[], bytes, &|_| None),
            Layout::Struct(length) => {
                let attributes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
                let mut settings = words::decode(self.words, bytes, attributes, &|_| None);
                settings.retain(|(_, value)| *value != Setting::Text(String::new()));
                settings
            }
            Layout::Own { decode, .. } | Layout::Nested { decode, .. } => {
                let mut seen = Seen::new(self.words);
                let _ = decode(bytes, &mut seen);
                seen.settings()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds_are_in_order_and_a_misspelt_one_is_told() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
        assert_eq!(
            called("fq_codle").err().and_then(|error| error.hint()).as_deref(),
            Some("did you mean \"fq_codel\"?")
        );
        let names = |kind: &Kind| (kind.module(), kind.config());
        assert_eq!(
            called("clsact").map(names).ok(),
            Some(("sch_ingress".to_owned(), "CONFIG_NET_SCH_INGRESS".to_owned()))
        );
    }

    #[test]
    fn every_word_of_every_kind_is_among_those_that_may_be_said() {
        let missing = |all: &[&[Word]], words: &[Word]| {
            words.iter().any(|word| !all.iter().any(|has| words::has(has, word.name)))
        };
        for kind in KINDS {
            assert!(!missing(QDISC_WORDS, kind.qdisc.words), "{}", kind.name);
            assert!(!kind.class.as_ref().is_some_and(|class| missing(CLASS_WORDS, class.words)), "{}", kind.name);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic_nor_writing_what_was_read(
            start in proptest::collection::vec(any::<u8>(), 0..90),
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..16, 1 => any::<u8>()], 0..200),
        ) {
            let bytes = [start, bytes].concat();
            for kind in KINDS {
                for options in [Some(&kind.qdisc), kind.class.as_ref()].into_iter().flatten() {
                    let _ = options.encode(&options.read(&bytes));
                }
            }
        }
    }
}
