//! What `ethtool` reads and sets of a device: offloads, rings, channels, speed; by the generic netlink family `ethtool`
//! (Linux `include/uapi/linux/ethtool_netlink.h`).

mod features;
mod parts;

use nix::errno::Errno;

pub use parts::WORDS;

use super::device::Device;
use super::words::{self, Form, Setting, Settings, Word};
use crate::error::{Error, Result, explain};
use crate::netlink::{Generic, attr};

/// `ETHTOOL_A_*_HEADER`, the first attribute of every message.
const HEADER: u16 = 1;
/// `ETHTOOL_A_HEADER_DEV_INDEX`.
const DEV_INDEX: u16 = 1;

/// A device, and the family to ask about it.
struct Asked<'a> {
    device: &'a Device,
    family: Generic,
    header: Vec<u8>,
}

/// Reads all that the device has: a table for each part ([`WORDS`]). What its driver does not know is left out.
///
/// Errors: no such device (`ENODEV`); the kernel has no such family.
pub fn get(device: &Device) -> Result<Settings> {
    let mut asked = Asked::new(device)?;
    let mut found = features::read(&mut asked)?.record();
    for part in WORDS {
        if let Form::Nested(inner) = part.form {
            let read = asked.read(part, inner)?;
            found.extend(read.map(|read| (part.name.into(), Setting::Table(read))));
        }
    }
    Ok(found)
}

/// How fast the device is, in bits a second; none where it does not say.
pub fn speed(device: &Device) -> Result<Option<u64>> {
    let part = words::word(WORDS, "link").filter(|part| matches!(part.form, Form::Nested(_)));
    let Some((part, Form::Nested(inner))) = part.map(|part| (part, part.form)) else { return Ok(None) };
    let read = Asked::new(device)?.read(part, inner)?.unwrap_or_default();
    let megabits = words::integer(&read, "speed").and_then(|speed| u64::try_from(speed).ok());
    Ok(megabits.map(|megabits| megabits.saturating_mul(1_000_000)))
}

/// Sets what `settings` say, a table for each part, as far as it is not so already: all of it or nothing.
///
/// Errors: as [`get`]; a part that the device does not have (`EOPNOTSUPP`); a feature that there is not (`EINVAL`) or that is
/// fixed (`EOPNOTSUPP`); a value that its driver refuses, with the kernel's words.
pub fn set(device: &Device, settings: &Settings) -> Result<()> {
    let mut asked = Asked::new(device)?;
    let mut done: Vec<(&Word, Settings)> = Vec::new();
    for (part, wanted) in tables(device, settings)? {
        match asked.set(part, &wanted) {
            Ok(before) => done.push((part, before)),
            Err(error) => {
                let back = done.iter().rev().filter(|(part, before)| asked.set(part, before).is_err());
                return Err(back.fold(error, |error, (part, _)| error.note(format!("its {} stay changed", part.name))));
            }
        }
    }
    Ok(())
}

/// The parts that are to be set.
fn tables(device: &Device, settings: &Settings) -> Result<Vec<(&'static Word, Settings)>> {
    let wrong = |key: &str, got: &Setting, expected: &str| {
        let error = Error::new(&explain::WORD_VALUE).with("key", key).with("got", got);
        error.with("expected", expected).object(device)
    };
    let mut tables = Vec::new();
    for part in WORDS.iter().filter(|part| part.settable && !matches!(part.form, Form::List(..))) {
        match words::find(settings, part.name) {
            None => {}
            Some(Setting::Table(wanted)) => tables.push((part, wanted.clone())),
            Some(other) => return Err(wrong(part.name, other, "a table of options")),
        }
    }
    match words::find(settings, "requested") {
        None => {}
        Some(Setting::Table(none)) if none.is_empty() => {}
        Some(Setting::List(names)) => {
            if !tables.iter().any(|(part, _)| part.name == "features") {
                tables.insert(0, (&WORDS[0], Settings::new()));
            }
            features::request(&mut tables[0].1, names);
        }
        Some(other) => return Err(wrong("requested", other, "an array of features")),
    }
    Ok(tables)
}

impl<'a> Asked<'a> {
    fn new(device: &'a Device) -> Result<Self> {
        let mut header = Vec::new();
        let index = device.index()?;
        attr::nest(&mut header, HEADER, |inner| attr::put_u32(inner, DEV_INDEX, index));
        let missing = [(Errno::ENOENT, &explain::ETHTOOL_MISSING)];
        let family = device.namespace.enter(|| Generic::open("ethtool", 1));
        let family = family.map_err(|error| error.explain(&missing).object(device))?;
        Ok(Self { device, family, header })
    }

    /// What the device says to a command, if its driver knows it.
    fn ask(&mut self, command: u8) -> Result<Option<Vec<u8>>> {
        match self.family.query(command, &self.header) {
            Ok(answers) => Ok(answers.into_iter().next()),
            Err(error) if error.as_errno() == Some(Errno::EOPNOTSUPP) => Ok(None),
            Err(error) => Err(self.word(error, "settings")),
        }
    }

    fn read(&mut self, part: &Word, inner: &[Word]) -> Result<Option<Settings>> {
        let answer = self.ask(parts::command(part))?;
        Ok(answer.map(|answer| words::decode(inner, &[], &answer, &|_| None)).filter(|read| !read.is_empty()))
    }

    /// Sets a part, and gives what of it was otherwise before.
    fn set(&mut self, part: &Word, wanted: &Settings) -> Result<Settings> {
        let Form::Nested(inner) = part.form else { return features::set(self, wanted) };
        words::check(&format!("{} of \"{}\"", part.name, self.device), &[inner], wanted)?;
        let bytes = |settings: Settings| words::encode(inner, &settings, &mut words::no_links);
        let all = bytes(wanted.clone()).map_err(|error| error.object(self.device))?;
        if all.is_empty() {
            return Ok(Settings::new());
        }
        let Some(now) = self.read(part, inner)? else {
            let error = Error::new(&explain::ETHTOOL_PART).errno(Errno::EOPNOTSUPP);
            return Err(error.with("part", part.name).with("link", self.device).object(self.device));
        };
        let (mut change, mut before) = (Vec::new(), Settings::new());
        for (key, value) in wanted {
            let new = bytes(vec![(key.clone(), value.clone())])?;
            match words::find(&now, key).map(|old| (key.clone(), old.clone())) {
                Some(old) if bytes(vec![old.clone()])? == new => continue,
                old => before.extend(old),
            }
            change.extend(new);
        }
        if !change.is_empty() {
            self.write(parts::command(part) + 1, &change, part.name)?;
        }
        Ok(before)
    }

    fn write(&mut self, command: u8, attributes: &[u8], what: &str) -> Result<()> {
        let message = [self.header.as_slice(), attributes].concat();
        self.family.query(command, &message).map(drop).map_err(|error| self.word(error, what))
    }

    fn word(&self, error: Error, what: &str) -> Error {
        let rows = [
            (Errno::EPERM, &explain::NEEDS_CAPABILITY),
            (Errno::EOPNOTSUPP, &explain::ETHTOOL_PART),
            (Errno::ENODEV, &explain::LINK_GONE),
        ];
        let refused = [Errno::EINVAL, Errno::ERANGE, Errno::EBUSY].map(|errno| (errno, &explain::ETHTOOL_REFUSED));
        let error = error.explain(&rows).explain(&refused).with("part", what).with("link", self.device);
        let doing = error.with("doing", format!("setting {what} of \"{}\"", self.device));
        doing.with("capability", "CAP_NET_ADMIN").object(self.device)
    }
}
