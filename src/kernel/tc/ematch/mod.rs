//! Ematches: what filters of `basic`, `cgroup` and `flow` look at (tc-ematch(8), Linux `net/sched/ematch.c`, `em_*.c`).
//!
//! A tree: `{ kind = "cmp", … }` is a match, `{ ["and"] = { … } }` and `{ ["or"] = { … } }` are several, of which all or one
//! must fit, and each of them may be turned round by `["not"] = true`. An array stands for what must all fit. The kernel has
//! sequences, each match of which says how it goes on (`TCF_EM_REL_AND`, `TCF_EM_REL_OR`); a match that is a sequence of its
//! own refers to it by its place behind.

mod canid;
mod cmp;
mod meta;
mod nbyte;
mod tree;
mod u32;

use super::called_in;
use super::given::{Given, Seen};
use crate::error::{Error, Result, explain};
use crate::kernel::words::Form::{Own as OwnForm, Text};
use crate::kernel::words::{self, Form, NOWHERE, Own, Setting, Settings, Word, from_hex, option};
use crate::netlink::attr;
use tree::{Node, Relation, What};

/// `TCA_EMATCH_TREE_HDR` and `TCA_EMATCH_TREE_LIST`.
const HEADER: u16 = 1;
const LIST: u16 = 2;

/// The word for them, whose place a filter's kind knows.
pub const MATCH: Word = option("match", NOWHERE, OwnForm(&TREE));

/// Written by [`put`] and read by [`see`]; only what it must be is said here.
static TREE: Own = Own { expected: EXPECTED, encode: |_| None, decode: |_| None, width: None };
const EXPECTED: &str = "an array of matches such as { { kind = \"cmp\", align = \"u8\", at = 9, eq = 6 } }";

/// A kind of matches.
struct Ematch {
    /// As `tc` calls it.
    name: &'static str,
    /// `TCF_EM_*`.
    number: u16,
    words: &'static [Word],
    encode: fn(&Given<'_>) -> Result<Vec<u8>>,
    decode: fn(&[u8], &mut Seen) -> Option<()>,
}

static KINDS: &[&Ematch] = &[&canid::CANID, &cmp::CMP, &meta::META, &nbyte::NBYTE, &u32::U32];

/// Of a match that nsl does not know: its bytes.
const RAW: &[Word] = &[option("data", NOWHERE, Form::Hex)];

/// What a match says of itself beside the words of its kind.
const COMMON: &[Word] = &[option("kind", NOWHERE, Text), option("not", NOWHERE, Form::Flag)];
const GROUP: &[Word] = &[
    option("and", NOWHERE, OwnForm(&TREE)),
    option("or", NOWHERE, OwnForm(&TREE)),
    option("not", NOWHERE, Form::Flag),
];

/// Appends the tree that `match` says as an attribute of this type; nothing if there is none, or an empty one.
pub fn put(given: &Given<'_>, kind: u16, bytes: &mut Vec<u8>) -> Result<()> {
    let Some(setting) = given.setting("match") else { return Ok(()) };
    let node = node(setting)?;
    let entries = tree::flat(node);
    if entries.is_empty() {
        return Ok(());
    }
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    attr::nest(bytes, kind, |bytes| {
        attr::put(bytes, HEADER, &[count.to_ne_bytes(), [0; 2]].concat());
        attr::nest(bytes, LIST, |bytes| {
            for (number, entry) in (1..).zip(&entries) {
                attr::put(bytes, number, entry);
            }
        });
    });
    Ok(())
}

/// What an attribute of this type among a filter's options says, as `match`.
pub fn see(options: &[u8], kind: u16, seen: &mut Seen) -> Option<()> {
    let list = attr::find(attr::find(options, kind)?, LIST)?;
    let entries: Vec<&[u8]> = attr::Attributes::new(list).map(|(_, entry)| entry).collect();
    let matches = match shown(tree::of(&entries)?) {
        (Relation::And, matches) => matches,
        (Relation::Or, matches) => vec![Setting::Table(vec![("or".into(), Setting::List(matches))])],
    };
    seen.setting("match", Setting::List(matches));
    Some(())
}

/// A part of the tree as a script has it.
fn node(setting: &Setting) -> Result<Node> {
    let wrong = |expected| {
        let error = Error::new(&explain::WORD_VALUE).with("key", "match").with("expected", expected);
        error.with("got", setting)
    };
    let settings = match setting {
        Setting::List(matches) => return group(Relation::And, matches),
        Setting::Table(settings) if settings.is_empty() => return group(Relation::And, &[]),
        Setting::Table(settings) => settings,
        _ => return Err(wrong(EXPECTED)),
    };
    let invert = words::flag(settings, "not");
    let relation = [("and", Relation::And), ("or", Relation::Or)];
    for (word, relation) in relation {
        if let Some(matches) = words::find(settings, word) {
            words::check("a group of matches", &[GROUP], settings)?;
            return group(relation, matches.each()).map(|node| Node { invert, ..node });
        }
    }
    let rest = words::without(settings, &["kind", "not"]);
    let (number, data) = match words::find(settings, "kind") {
        Some(Setting::Text(name)) => {
            let kind = called(name)?;
            words::check(&format!("match \"{name}\""), &[kind.words, COMMON], &rest)?;
            (kind.number, (kind.encode)(&Given::new(kind.words, &rest))?)
        }
        Some(Setting::Integer(number)) => {
            let data = words::text(&rest, "data").and_then(from_hex);
            let number = u16::try_from(*number).ok().filter(|number| *number > 0);
            number.zip(data).ok_or_else(|| wrong("the number of a kind of matches with their `data` in hexadecimal"))?
        }
        _ => return Err(wrong("matches with a kind, or groups called \"and\" or \"or\"")),
    };
    Ok(Node { invert, what: What::Match(number, data) })
}

fn group(relation: Relation, matches: &[Setting]) -> Result<Node> {
    let nodes = matches.iter().map(node).collect::<Result<_>>()?;
    Ok(Node { invert: false, what: What::Group(relation, nodes) })
}

fn called(name: &str) -> Result<&'static Ematch> {
    called_in("match", KINDS, |kind| kind.name, name)
}

/// A group's parts as a script has them.
fn shown((relation, nodes): (Relation, Vec<Node>)) -> (Relation, Vec<Setting>) {
    (relation, nodes.into_iter().map(setting).collect())
}

fn setting(node: Node) -> Setting {
    let mut settings = Settings::new();
    match node.what {
        What::Group(relation, nodes) => {
            let word = if relation == Relation::And { "and" } else { "or" };
            settings.push((word.into(), Setting::List(shown((relation, nodes)).1)));
        }
        What::Match(number, data) => match KINDS.iter().find(|kind| kind.number == number) {
            Some(kind) => {
                settings.push(("kind".into(), Setting::Text(kind.name.to_owned())));
                let mut seen = Seen::new(kind.words);
                let _ = (kind.decode)(&data, &mut seen);
                settings.extend(seen.settings());
            }
            None => {
                settings.push(("kind".into(), Setting::Integer(i64::from(number))));
                settings.extend(words::shown(RAW, "data", &data).map(|data| ("data".into(), data)));
            }
        },
    }
    if node.invert {
        settings.push(("not".into(), Setting::Switch(true)));
    }
    Setting::Table(settings)
}

/// Which header a place counts from (`TCF_LAYER_*`).
const LAYER: Form = Form::Names8(&[(0, "link"), (1, "network"), (2, "transport")]);
/// `TCF_LAYER_NETWORK`.
const NETWORK: u32 = 1;

/// How a match compares (`TCF_EM_OPND_*`), and the word for it, whose value is what it compares with.
const COMPARE: &[(&str, u8)] = &[("eq", 0), ("gt", 1), ("lt", 2)];

/// The one comparison that is asked for; `EINVAL` if there is none, or more than one.
fn comparison(given: &Given<'_>) -> Result<(&'static str, u8)> {
    let mut asked = COMPARE.iter().filter(|(word, _)| given.has(word));
    match (asked.next(), asked.next()) {
        (Some(one), None) => Ok(*one),
        (Some((one, _)), Some((two, _))) => Err(Error::clash(one, two)),
        (None, _) => Err(Error::missing("eq").note("or \"gt\", or \"lt\"")),
    }
}

/// Two numbers of four bits in a byte, as the compiler lays out fields of bits.
fn halves(first: u8, second: u8) -> u8 {
    if cfg!(target_endian = "big") { first << 4 | second & 15 } else { second << 4 | first & 15 }
}

/// The numbers that [`halves`] put together.
fn both(byte: u8) -> (u8, u8) {
    if cfg!(target_endian = "big") { (byte >> 4, byte & 15) } else { (byte & 15, byte >> 4) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: &[Word] = &[MATCH];

    fn table(settings: &[(&'static str, Setting)]) -> Setting {
        Setting::Table(settings.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn one(at: i64) -> Setting {
        let text = |text: &str| Setting::Text(text.to_owned());
        let words = [("kind", text("cmp")), ("align", text("u8")), ("at", Setting::Integer(at))];
        table(&[&words[..], &[("layer", text("network")), ("eq", Setting::Integer(6))]].concat())
    }

    fn back(setting: &Setting) -> Option<Setting> {
        let given = vec![("match".into(), setting.clone())];
        let mut bytes = Vec::new();
        put(&Given::new(WORDS, &given), 2, &mut bytes).expect("a tree");
        let mut seen = Seen::new(WORDS);
        see(&bytes, 2, &mut seen);
        words::find(&seen.settings(), "match").cloned()
    }

    #[test]
    fn trees_come_back() {
        let list = |nodes: &[Setting]| Setting::List(nodes.to_vec());
        let or = |nodes: &[Setting]| table(&[("or", list(nodes))]);
        let not = table(&[("and", list(&[one(3), or(&[one(4), one(5)])])), ("not", Setting::Switch(true))]);
        let trees = [
            list(&[one(1)]),
            list(&[one(1), one(2)]),
            list(&[or(&[one(1), one(2)])]),
            list(&[or(&[one(1), one(2)]), not.clone(), one(6)]),
            list(&[not]),
        ];
        for tree in trees {
            assert_eq!(back(&tree), Some(tree.clone()), "{tree}");
        }
        assert_eq!(back(&one(1)), Some(list(&[one(1)])));
        assert_eq!(back(&list(&[])), None);
    }

    #[test]
    fn a_match_has_a_kind_and_one_comparison() {
        let refused = |setting: &Setting| node(setting).err().map(|error| error.to_string());
        let text = refused(&table(&[("kind", Setting::Text("cpm".to_owned()))]));
        assert!(text.is_some_and(|text| text.contains("no kind of match is called \"cpm\"")));
        let Setting::Table(mut settings) = one(1) else { return };
        settings.push(("gt".into(), Setting::Integer(1)));
        let text = refused(&Setting::Table(settings));
        assert!(text.is_some_and(|text| text.contains("exclude each other")));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![3 => 0u8..12, 1 => any::<u8>()], 0..200)) {
            let mut tree = Vec::new();
            attr::nest(&mut tree, 2, |tree| attr::nest(tree, LIST, |list| list.extend(&bytes)));
            let _ = see(&tree, 2, &mut Seen::new(WORDS));
            for kind in KINDS {
                let _ = (kind.decode)(&bytes, &mut Seen::new(kind.words));
            }
        }
    }
}
