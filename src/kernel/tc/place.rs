//! What all objects of traffic control begin with, `struct tcmsg`, and the attributes they have in common.

use nix::errno::Errno;

use super::form;
use super::handle;
use super::kind::Kind;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::entry;
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, field};
use crate::netlink::{Message, attr};

/// Length of `struct tcmsg`.
pub const LENGTH: usize = 20;
/// `TCA_KIND`.
pub const KIND: u16 = 1;
/// `TCA_OPTIONS`.
pub const OPTIONS: u16 = 2;

/// The words for the parent of an object.
pub const fn parent() -> Word {
    field("parent", HEADER, LENGTH, 12, form::CLASS)
}

/// The word for having no parent but the link.
pub const fn root() -> Word {
    field("root", HEADER, LENGTH, 12, form::ROOT)
}

/// Where an object is: the fields of `struct tcmsg`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The link's index.
    pub index: u32,
    /// The object's own number; 0: the kernel gives it one.
    pub handle: u32,
    /// That of what it is below.
    pub parent: u32,
    /// What else the object says: who uses it, the discipline of a class, priority and protocol of a filter.
    pub info: u32,
}

impl Place {
    /// On the link of this index, as `settings` of the table say; where they give no parent it is `parent`.
    pub fn of(index: u32, words: &[Word], settings: &Settings, parent: u32) -> Result<Self> {
        if words::flag(settings, "root") && words::find(settings, "parent").is_some() {
            return Err(Error::clash("root", "parent"));
        }
        let mut header = [0; LENGTH];
        words::fill_header(&mut header, words, settings, &mut words::no_links)?;
        let mut place = Self::read(&header).map(|(place, _)| place).unwrap_or_default();
        place.index = index;
        if place.parent == 0 {
            place.parent = parent;
        }
        Ok(place)
    }

    /// A message of this type about the object here.
    pub fn message(&self, kind: u16) -> Message {
        let mut header = [0; LENGTH];
        for (at, field) in [(4, self.index), (8, self.handle), (12, self.parent), (16, self.info)] {
            header[at..at + 4].copy_from_slice(&field.to_ne_bytes());
        }
        Message::new(kind, &header)
    }

    /// What an answer begins with, and the attributes behind it; none if it is too short.
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let word = |at: usize| attr::u32_of(bytes.get(at..)?);
        let place = Self { index: word(4)?, handle: word(8)?, parent: word(12)?, info: word(16)? };
        Some((place, bytes.get(LENGTH..)?))
    }
}

/// Which objects are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// On this link.
    pub dev: Option<Device>,
    /// Of this kind.
    pub kind: Option<String>,
    /// With this number.
    pub handle: Option<u32>,
    /// Below this; `handle::ROOT` is the link itself.
    pub parent: Option<u32>,
    /// Those too that the kernel put below a class by itself.
    pub invisible: bool,
}

impl Filter {
    /// Whether the object here is meant; `index` is that of `dev`.
    pub fn takes(&self, place: &Place, kind: &str, index: Option<u32>) -> bool {
        index.is_none_or(|index| index == place.index)
            && self.kind.as_ref().is_none_or(|wanted| wanted == kind)
            && self.handle.is_none_or(|handle| handle == place.handle)
            && self.parent.is_none_or(|parent| parent == place.parent)
    }
}

/// A handle or a class that a script named in the option `key`.
pub fn named(key: &str, text: &str, read: fn(&str) -> Option<u32>) -> Result<u32> {
    let expected = "a handle such as \"1:\" or \"1:10\"";
    let wrong = || Error::new(&explain::WORD_VALUE).with("key", key).with("expected", expected);
    read(text).ok_or_else(|| wrong().with("got", Setting::Text(text.to_owned())))
}

/// Words a refusal about the object here, which a message calls `what` (`qdisc`, `class`), and which is of this kind.
pub fn refused(error: Error, what: &str, place: &Place, device: &Device, kind: Option<&Kind>) -> Error {
    // The kernel says `ENOENT` for a kind it lacks as well as for what is not there, and `EINVAL` for much; its text tells.
    let text = error.kernel_text().unwrap_or_default();
    let says = |part| text.contains(part);
    match (error.as_errno(), kind) {
        (Some(Errno::ENOENT), Some(kind)) if says("kind is unknown") => {
            let error = error.explain(&[(Errno::ENOENT, &explain::TC_KIND_MISSING)]).with("what", "qdisc");
            let error = error.with("kind", kind.name);
            error.with("module", kind.module()).with("config", kind.config())
        }
        (Some(Errno::EINVAL), Some(kind)) if says("Change operation not supported") => {
            error.explain(&[(Errno::EINVAL, &explain::TC_UNCHANGEABLE)]).with("kind", kind.name)
        }
        // What it was to be put at.
        (Some(Errno::ENOENT), Some(_)) if says("class not found") => {
            let class = format!("class {} of \"{device}\"", handle::text(place.parent));
            entry::refused(error, class, "changing traffic control")
        }
        _ => {
            let error = error.explain(&[(Errno::EEXIST, &explain::TC_EXISTS)]).with("sort", what);
            entry::refused(error, called(what, place, device), "changing traffic control")
        }
    }
}

/// How a message calls the discipline or class here.
fn called(what: &str, place: &Place, device: &Device) -> String {
    match (place.handle, place.parent) {
        (0, handle::ROOT) => format!("{what} at the root of \"{device}\""),
        (0, parent) => format!("{what} at {} of \"{device}\"", handle::text(parent)),
        (handle, _) => format!("{what} {} of \"{device}\"", handle::text(handle)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_comes_back() {
        let place = Place { index: 7, handle: 0x1_0000, parent: handle::ROOT, info: 2 };
        let message = place.message(36);
        assert_eq!(Place::read(&message.bytes), Some((place, &[][..])));
    }

    #[test]
    fn a_parent_is_the_root_or_a_class() {
        const WORDS: &[Word] = &[root(), parent()];
        let of = |settings: Vec<(&'static str, Setting)>| {
            let settings = settings.into_iter().map(|(key, value)| (key.into(), value)).collect();
            Place::of(1, WORDS, &settings, 5).map(|place| place.parent)
        };
        assert_eq!(of(vec![]).ok(), Some(5));
        assert_eq!(of(vec![("root", Setting::Switch(true))]).ok(), Some(handle::ROOT));
        assert_eq!(of(vec![("parent", Setting::Text("1:2".to_owned()))]).ok(), Some(0x1_0002));
        assert!(of(vec![("root", Setting::Switch(true)), ("parent", Setting::Text("1:2".to_owned()))]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Place::read(&bytes);
        }
    }
}
