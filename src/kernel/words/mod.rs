//! The words of `ip`, `bridge` and `tc`, as tables from word to netlink attribute.
//!
//! One table serves reading, writing, checking and "did you mean". A value is a [`Setting`] as a script has it; its [`Form`]
//! says how the kernel has it. Most words are an attribute of their own; some are a field of a struct that is an
//! attribute ([`field`]) or the fixed header of the message ([`HEADER`]), and some stand in a nested attribute without a
//! word of its own ([`Form::Flat`]). A word may have several places, each for some of its values (an address of either
//! family, `ttl inherit`): a value goes to all that know it, and the first that says something is what is read.

mod form;
mod join;
mod refusal;
mod setting;
mod value;

pub use form::{Form, Own};
pub(in crate::kernel) use join::joined;
pub use join::{join, total};
pub use refusal::need;
pub use setting::{Setting, Settings, find, flag, integer, table, text, without};
pub use value::{from_hex, number, ratio, seconds, to_hex, whole};

use std::borrow::Cow;

use crate::error::{Error, Result, explain, nearest};
use crate::netlink::attr;

/// Stands for the fixed header of a message where an attribute's type is asked for.
pub const HEADER: u16 = u16::MAX;
/// Of a word that is no attribute itself: its object alone knows where it goes.
pub const NOWHERE: u16 = u16::MAX - 1;

/// Finds a link's index by its name, in the namespace that a request goes to.
pub type IndexOf<'a> = &'a mut dyn FnMut(&str) -> Result<u32>;
/// Finds a link's name by its index, in the namespace that an answer comes from; none if it has none (any more).
pub type NameOf<'a> = &'a dyn Fn(u32) -> Option<String>;

/// One option of an object.
#[derive(Clone, Copy)]
pub struct Word {
    /// As `ip`, `bridge` or `tc` has it.
    pub name: &'static str,
    /// The type of its attribute.
    pub attribute: u16,
    /// Where in the attribute it is, if that is a struct.
    pub field: Option<Field>,
    /// How the kernel has its value.
    pub form: Form,
    /// Whether it can be set; what only reading gives is ignored when it is written back.
    pub settable: bool,
}

/// A place in a struct.
#[derive(Clone, Copy)]
pub struct Field {
    /// The whole struct's length in bytes.
    pub size: usize,
    /// Where the field starts.
    pub offset: usize,
}

/// A settable option.
pub const fn option(name: &'static str, attribute: u16, form: Form) -> Word {
    Word { name, attribute, field: None, form, settable: true }
}

/// What only reading gives.
pub const fn fact(name: &'static str, attribute: u16, form: Form) -> Word {
    Word { name, attribute, field: None, form, settable: false }
}

/// A settable option that is a field at `offset` of a struct of `size` bytes.
pub const fn field(name: &'static str, attribute: u16, size: usize, offset: usize, form: Form) -> Word {
    Word { name, attribute, field: Some(Field { size, offset }), form, settable: true }
}

/// What only reading gives, as a field at `offset` of a struct of `size` bytes.
pub const fn fact_field(name: &'static str, attribute: u16, size: usize, offset: usize, form: Form) -> Word {
    Word { name, attribute, field: Some(Field { size, offset }), form, settable: false }
}

/// The words of a nested attribute, as if they stood beside the others.
pub const fn flat(attribute: u16, words: &'static [Word]) -> Word {
    Word { name: "", attribute, field: None, form: Form::Flat(words), settable: true }
}

/// A word that is short for others of the table: `key` for `ikey` and `okey`.
pub const fn short(name: &'static str, others: &'static [&'static str]) -> Word {
    Word { name, attribute: NOWHERE, field: None, form: Form::Short(others), settable: true }
}

/// All words of a table, those of nested attributes without a word of their own too.
pub fn all<'a>(words: &'a [Word]) -> Box<dyn Iterator<Item = &'a Word> + 'a> {
    Box::new(words.iter().flat_map(|word| match word.form {
        Form::Flat(inner) => all(inner),
        _ => Box::new(std::iter::once(word)),
    }))
}

/// The names of all words of a table.
pub fn names(words: &'static [Word]) -> impl Iterator<Item = &'static str> {
    all(words).map(|word| word.name)
}

/// The names of those that can be set.
pub fn settable(words: &'static [Word]) -> impl Iterator<Item = &'static str> {
    all(words).filter(|word| word.settable).map(|word| word.name)
}

/// The word called `name`.
pub fn word<'a>(words: &'a [Word], name: &str) -> Option<&'a Word> {
    all(words).find(|word| word.name == name)
}

/// Whether a table has a word called `name`.
pub fn has(words: &[Word], name: &str) -> bool {
    word(words, name).is_some()
}

/// `EINVAL` for a setting that is in none of the `tables`; `what` is what cannot have it: `"bridge" links`, `a rule`.
pub fn check(what: &str, tables: &[&'static [Word]], settings: &Settings) -> Result<()> {
    match settings.iter().find(|(key, _)| !tables.iter().any(|words| has(words, key))) {
        None => Ok(()),
        Some((key, _)) => {
            let near = nearest(key, tables.iter().flat_map(|words| settable(words)));
            Err(Error::new(&explain::WORD_UNKNOWN).with("what", what).with("key", key).near(near))
        }
    }
}

/// The attributes for those of `settings` that the table has and that can be set, in the table's order.
///
/// `EINVAL` for a value that a word cannot have. Fields of the fixed header are left to [`fill_header`].
pub fn encode(words: &[Word], settings: &Settings, index: IndexOf<'_>) -> Result<Vec<u8>> {
    let settings = &lengthen(words, settings);
    let mut bytes = Vec::new();
    // A struct is written where its last field stands.
    let mut structs: Vec<(u16, Vec<u8>)> = Vec::new();
    for word in words.iter().filter(|word| word.settable && !matches!(word.attribute, HEADER | NOWHERE)) {
        if let Form::Flat(inner) = word.form {
            let inner = encode(inner, settings, index)?;
            if !inner.is_empty() {
                attr::nest(&mut bytes, word.attribute, |nested| *nested = inner);
            }
            continue;
        }
        let Some(value) = find(settings, word.name) else { continue };
        let value = match word.form.encode(word.name, value, index) {
            Err(error) => fits_elsewhere(words, word, value, error, index).map(|()| None)?,
            Ok(value) => value,
        };
        let Some(value) = value else { continue };
        match word.field {
            None if word.form.is_nested() => attr::put(&mut bytes, word.attribute | attr::NESTED, &value),
            None => attr::put(&mut bytes, word.attribute, &value),
            Some(field) => {
                let place = structs.iter().position(|(attribute, _)| *attribute == word.attribute);
                let place = place.unwrap_or_else(|| {
                    structs.push((word.attribute, vec![0; field.size]));
                    structs.len() - 1
                });
                write_field(&mut structs[place].1, field.offset, &value);
            }
        }
    }
    for (attribute, value) in structs {
        attr::put(&mut bytes, attribute, &value);
    }
    Ok(bytes)
}

/// The error for a value that a word's place does not know, unless another place of that word knows it.
fn fits_elsewhere(words: &[Word], word: &Word, value: &Setting, error: Error, index: IndexOf<'_>) -> Result<()> {
    let places: Vec<&Word> = words.iter().filter(|other| other.name == word.name && other.settable).collect();
    if places.len() == 1 {
        return Err(error);
    }
    if places.iter().any(|place| place.form.encode(word.name, value, index).is_ok()) {
        return Ok(());
    }
    let mut expected: Vec<String> = places.iter().map(|place| place.form.expected()).collect();
    expected.dedup();
    let error = Error::new(&explain::WORD_VALUE).with("key", word.name).with("expected", expected.join(" or "));
    Err(error.with("got", value))
}

/// The settings with the words in place of those that are short for them; what is said of such a word itself counts.
pub fn lengthen<'a>(words: &[Word], settings: &'a Settings) -> Cow<'a, Settings> {
    let mut settings = Cow::Borrowed(settings);
    for word in words {
        let Form::Short(others) = word.form else { continue };
        let Some(place) = settings.iter().position(|(key, _)| key == word.name) else { continue };
        let (_, value) = settings.to_mut().remove(place);
        for other in others.iter().filter(|other| find(settings.as_ref(), other).is_none()).collect::<Vec<_>>() {
            settings.to_mut().push((Cow::Borrowed(*other), value.clone()));
        }
    }
    settings
}

/// The bytes that the form of the word called `name` makes of its value; none where it is not given.
///
/// For objects that lay out a struct themselves: `EINVAL` for a value that the word cannot have. No link can be named.
pub fn bytes(words: &[Word], settings: &Settings, name: &str) -> Result<Option<Vec<u8>>> {
    match (word(words, name), find(settings, name)) {
        (Some(word), Some(value)) => word.form.encode(word.name, value, &mut no_links),
        _ => Ok(None),
    }
}

/// What bytes say by the form of the word called `name`; none if they are too short.
pub fn shown(words: &[Word], name: &str, bytes: &[u8]) -> Option<Setting> {
    word(words, name)?.form.decode(bytes, &|_| None)
}

/// Writes those of `settings` that are fields of the fixed header into it.
pub fn fill_header(header: &mut [u8], words: &[Word], settings: &Settings, index: IndexOf<'_>) -> Result<()> {
    for word in words.iter().filter(|word| word.settable && word.attribute == HEADER) {
        let (Some(field), Some(value)) = (word.field, find(settings, word.name)) else { continue };
        if let Some(value) = word.form.encode(word.name, value, index)? {
            write_field(header, field.offset, &value);
        }
    }
    Ok(())
}

fn write_field(whole: &mut [u8], offset: usize, value: &[u8]) {
    if let Some(place) = whole.get_mut(offset..offset + value.len()) {
        // Bits that share a field come together.
        place.iter_mut().zip(value).for_each(|(old, new)| *old |= new);
    }
}

/// What the kernel's bytes say in the words of the table, in its order; what is too short says nothing.
pub fn decode(words: &[Word], header: &[u8], attributes: &[u8], name: NameOf<'_>) -> Settings {
    let found: Vec<(u16, &[u8])> = attr::Attributes::new(attributes).collect();
    let mut settings = Settings::new();
    for word in words {
        let value = match word.attribute {
            HEADER => Some(header),
            attribute => found.iter().rev().find(|(kind, _)| *kind == attribute).map(|(_, value)| *value),
        };
        let Some(value) = value else { continue };
        if let Form::Flat(inner) = word.form {
            settings.extend(decode(inner, header, value, name));
            continue;
        }
        let value = match (word.field, word.form.width()) {
            (None, _) => Some(value),
            (Some(field), Some(width)) => value.get(field.offset..field.offset + width),
            (Some(field), None) => value.get(field.offset..),
        };
        let setting = value.and_then(|value| word.form.decode(value, name));
        let setting = setting.filter(|_| find(&settings, word.name).is_none());
        settings.extend(setting.map(|setting| (word.name.into(), setting)));
    }
    settings
}

/// For requests that name no links.
pub fn no_links(name: &str) -> Result<u32> {
    Err(Error::new(&explain::LINK_MISSING).with("link", name).errno(nix::errno::Errno::ENODEV).object(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INNER: &[Word] = &[option("mtu", 2, Form::U32), option("lock", 1, Form::Bits32(&[("mtu", 4)]))];
    const WORDS: &[Word] = &[
        field("tos", HEADER, 12, 3, Form::U8),
        option("dev", 4, Form::Link),
        flat(8, INNER),
        field("limit", 2, 8, 0, Form::U32),
        field("gap", 2, 8, 4, Form::U32),
        option("ways", 9, Form::List(&Form::U16, 1)),
        option("only", 10, Form::Flag),
        option("inner", 11, Form::Nested(INNER)),
        fact("used", 12, Form::U32),
    ];

    fn settings() -> Settings {
        vec![
            ("tos".into(), Setting::Integer(16)),
            ("dev".into(), Setting::Text("eth0".to_owned())),
            ("mtu".into(), Setting::Integer(1400)),
            ("limit".into(), Setting::Integer(7)),
            ("gap".into(), Setting::Integer(9)),
            ("ways".into(), Setting::List(vec![Setting::Integer(1), Setting::Integer(2)])),
            ("only".into(), Setting::Switch(true)),
            ("inner".into(), Setting::Table(vec![("mtu".into(), Setting::Integer(5))])),
        ]
    }

    #[test]
    fn what_goes_out_comes_back() {
        let mut index = |name: &str| if name == "eth0" { Ok(3) } else { no_links(name) };
        let mut header = [0; 12];
        fill_header(&mut header, WORDS, &settings(), &mut index).expect("a header");
        let bytes = encode(WORDS, &settings(), &mut index).expect("attributes");
        let name = |index| (index == 3).then(|| "eth0".to_owned());
        assert_eq!(decode(WORDS, &header, &bytes, &name), settings());
        let used = vec![("used".into(), Setting::Integer(1)), ("only".into(), Setting::Switch(false))];
        assert!(encode(WORDS, &used, &mut index).expect("nothing to say").is_empty());
    }

    #[test]
    fn a_misspelt_word_is_told_with_the_nearest_that_can_be_set() {
        let misspelt = vec![("limt".into(), Setting::Integer(3))];
        let error = check("a qdisc", &[WORDS], &misspelt).expect_err("misspelt");
        assert_eq!(error.message(), "a qdisc has no option \"limt\"");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"limit\"?"));
        assert!(check("a qdisc", &[WORDS], &settings()).is_ok());
        let inner = vec![("inner".into(), Setting::Table(vec![("mtuu".into(), Setting::Integer(1))]))];
        let error = encode(WORDS, &inner, &mut no_links).expect_err("misspelt inside");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"mtu\"?"));
    }

    #[test]
    fn a_value_goes_to_the_places_that_know_it_and_short_words_to_those_they_are_short_for() {
        const PLACES: &[Word] = &[
            option("remote", 1, Form::Ip4),
            option("remote", 2, Form::Ip6),
            option("in", 3, Form::U8),
            option("out", 4, Form::U8),
            short("both", &["in", "out"]),
        ];
        let both = |value| vec![("both".into(), Setting::Integer(value)), ("out".into(), Setting::Integer(9))];
        let bytes = encode(PLACES, &both(5), &mut no_links).expect("short for two");
        assert_eq!(bytes, [5, 0, 3, 0, 5, 0, 0, 0, 5, 0, 4, 0, 9, 0, 0, 0]);
        let remote = |text: &str| vec![("remote".into(), Setting::Text(text.to_owned()))];
        for text in ["10.0.0.1", "fd00::1"] {
            let bytes = encode(PLACES, &remote(text), &mut no_links).expect("an address");
            assert_eq!(decode(PLACES, &[], &bytes, &|_| None), remote(text));
        }
        let error = encode(PLACES, &remote("here"), &mut no_links).expect_err("no address");
        assert_eq!(error.message(), "option \"remote\" must be an IPv4 address or an IPv6 address, got \"here\"");
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(
            header in proptest::collection::vec(any::<u8>(), 0..14),
            bytes in proptest::collection::vec(prop_oneof![3 => 0u8..16, 1 => any::<u8>()], 0..120),
        ) {
            let _ = decode(WORDS, &header, &bytes, &|_| None);
        }
    }
}
