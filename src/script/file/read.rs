//! Reading as Lua's files read: a line, a number, so many bytes, all of it, out of what comes when it comes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::Rc;

use mlua::{Lua, Value};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::error::Result;
use crate::script::args::integer;
use crate::wait::{Operation, Ready, Step, needs};

/// What is to be read next, as `file:read` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `"l"`, and `"L"`, which keeps the line's end.
    Line { keep: bool },
    /// `"a"`.
    All,
    /// `"n"`.
    Number,
    /// So many bytes; 0 asks whether there is more.
    Bytes(usize),
}

impl Format {
    /// Reads a format; `"*l"` is `"l"`, as it was in older versions of Lua.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return usize::try_from(integer(value)?).ok().map(Self::Bytes) };
        let text = text.as_bytes();
        match text.strip_prefix(b"*").unwrap_or(&text).first()? {
            b'l' => Some(Self::Line { keep: false }),
            b'L' => Some(Self::Line { keep: true }),
            b'a' => Some(Self::All),
            b'n' => Some(Self::Number),
            _ => None,
        }
    }

    /// Takes it off the front of `bytes`; none where more has to come first.
    fn take(self, bytes: &mut VecDeque<u8>, ended: bool) -> Option<Found> {
        let all = bytes.len();
        if ended && all == 0 && self != Self::All {
            return Some(Found::Nothing);
        }
        let (enough, length) = match self {
            Self::Line { .. } => {
                bytes.iter().position(|byte| *byte == b'\n').map_or((false, all), |end| (true, end + 1))
            }
            Self::All => (false, all),
            Self::Bytes(count) => (all >= count.max(1), count.min(all)),
            Self::Number => {
                let (length, is_number) = numeral(bytes.make_contiguous());
                if !is_number && (ended || length < all) {
                    bytes.drain(..length);
                    return Some(Found::Nothing);
                }
                (length < all, length)
            }
        };
        if !enough && !ended {
            return None;
        }
        let mut taken: Vec<u8> = bytes.drain(..length).collect();
        match self {
            Self::Number => return Some(Found::Number(taken)),
            Self::Line { keep: false } if enough => drop(taken.pop()),
            _ => {}
        }
        Some(Found::Bytes(taken))
    }
}

/// How many bytes could belong to a numeral at the front, the space before it too, and whether they are one; as `l_getn`
/// of liolib.c reads it.
fn numeral(bytes: &[u8]) -> (usize, bool) {
    const LONGEST: usize = 200;
    let space = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x0b).count();
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0).to_ascii_lowercase();
    let mut place = space + usize::from(matches!(at(space), b'+' | b'-'));
    let hexadecimal = at(place) == b'0' && at(place + 1) == b'x';
    place += if hexadecimal { 2 } else { 0 };
    let digits = |place: usize| {
        let is_digit = |byte: &&u8| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        place + bytes[place.min(bytes.len())..].iter().take_while(is_digit).count()
    };
    let first = place;
    place = digits(place);
    let mut is_number = place > first;
    if at(place) == b'.' {
        let point = place;
        place = digits(place + 1);
        is_number |= place > point + 1;
    }
    if is_number && at(place) == if hexadecimal { b'p' } else { b'e' } {
        place += 1 + usize::from(matches!(at(place + 1), b'+' | b'-'));
        let count = bytes[place.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        place += count;
        is_number = count > 0;
    }
    (place.min(bytes.len()).min(space + LONGEST), is_number && place <= space + LONGEST)
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Bytes(Vec<u8>),
    /// The text of a number.
    Number(Vec<u8>),
    /// The end, or what is no number, came first.
    Nothing,
}

impl Found {
    pub(super) fn into_value(self, lua: &Lua) -> mlua::Result<Value> {
        let text = match self {
            Self::Nothing => return Ok(Value::Nil),
            Self::Bytes(bytes) => return lua.create_string(bytes).map(Value::String),
            Self::Number(text) => Value::String(lua.create_string(text)?),
        };
        if let Some(number) = lua.coerce_integer(text.clone())? {
            return Ok(Value::Integer(number));
        }
        Ok(lua.coerce_number(text)?.map_or(Value::Nil, Value::Number))
    }
}

/// Where bytes come from, and those that came and were not asked for yet.
#[derive(Debug)]
pub(super) struct Reader {
    fd: OwnedFd,
    kept: VecDeque<u8>,
}

impl Reader {
    pub(super) fn new(fd: OwnedFd) -> Self {
        Self { fd, kept: VecDeque::new() }
    }

    /// Reads a piece if there is one: its length, 0 at the end, none where it has not come yet.
    fn fill(&mut self) -> nix::Result<Option<usize>> {
        let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::ZERO)? == 0 {
            return Ok(None);
        }
        let mut piece = [0; 16 << 10];
        let length = nix::unistd::read(&self.fd, &mut piece)?;
        self.kept.extend(&piece[..length]);
        Ok(Some(length))
    }
}

/// Reads what the formats ask for, up to the first that the end comes before.
pub(super) struct Reading {
    reader: Rc<RefCell<Reader>>,
    formats: VecDeque<Format>,
    found: Vec<Found>,
}

impl Reading {
    /// No format at all asks for a line.
    pub(super) fn new(reader: &Rc<RefCell<Reader>>, formats: &[Format]) -> Self {
        let line = [Format::Line { keep: false }];
        let formats = if formats.is_empty() { &line } else { formats };
        Self { reader: Rc::clone(reader), formats: formats.iter().copied().collect(), found: Vec::new() }
    }
}

impl Operation for Reading {
    type Output = std::result::Result<Vec<Found>, Errno>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        let reader = &mut *self.reader.borrow_mut();
        let mut ended = false;
        while let Some(format) = self.formats.front() {
            if let Some(found) = format.take(&mut reader.kept, ended) {
                self.formats.pop_front();
                if found == Found::Nothing {
                    self.formats.clear();
                }
                self.found.push(found);
                continue;
            }
            match reader.fill() {
                Ok(Some(length)) => ended = length == 0,
                Ok(None) => return Ok(Step::Wait(needs(&reader.fd.as_raw_fd(), Ready::Read, None))),
                Err(Errno::EINTR) => {}
                // The last process on the other side of a terminal is gone (pty(7)).
                Err(Errno::EIO) => ended = true,
                Err(errno) => return Ok(Step::Done(Err(errno))),
            }
        }
        Ok(Step::Done(Ok(std::mem::take(&mut self.found))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(format: Format, text: &str, ended: bool) -> (Option<Found>, String) {
        let mut bytes: VecDeque<u8> = text.bytes().collect();
        let found = format.take(&mut bytes, ended);
        (found, String::from_utf8(bytes.into()).expect("text"))
    }

    #[test]
    fn each_format_takes_what_is_its_own() {
        let bytes = |text: &str| Some(Found::Bytes(text.into()));
        let line = Format::Line { keep: false };
        assert_eq!(taken(line, "ab\ncd", false), (bytes("ab"), "cd".into()));
        assert_eq!(taken(Format::Line { keep: true }, "ab\ncd", false), (bytes("ab\n"), "cd".into()));
        assert_eq!(taken(line, "\n", false), (bytes(""), String::new()));
        assert_eq!(taken(line, "ab", false), (None, "ab".into()));
        assert_eq!(taken(line, "ab", true), (bytes("ab"), String::new()));
        assert_eq!(taken(line, "", true).0, Some(Found::Nothing));
        assert_eq!(taken(Format::All, "", true).0, bytes(""));
        assert_eq!(taken(Format::All, "ab", false).0, None);
        assert_eq!(taken(Format::Bytes(3), "ab", false).0, None);
        assert_eq!(taken(Format::Bytes(3), "ab", true).0, bytes("ab"));
        assert_eq!(taken(Format::Bytes(1), "ab", false), (bytes("a"), "b".into()));
        assert_eq!(taken(Format::Bytes(0), "", false).0, None);
        assert_eq!(taken(Format::Bytes(0), "a", false), (bytes(""), "a".into()));
    }

    #[test]
    fn a_number_is_the_longest_text_that_could_be_one() {
        for (text, number, rest) in [
            ("12 13", "12", " 13"),
            (" \n-0x1Fg", " \n-0x1F", "g"),
            ("3.5e+2x", "3.5e+2", "x"),
            ("0x.8p1,", "0x.8p1", ","),
            (".5.", ".5", "."),
            ("7", "7", ""),
        ] {
            let (found, left) = taken(Format::Number, text, true);
            assert_eq!((found, left.as_str()), (Some(Found::Number(number.into())), rest), "{text}");
        }
        for (text, rest) in [("1e", ""), ("nan", "nan"), ("+", ""), (".", ""), ("0x", ""), ("1ex", "x"), (" ", "")] {
            let (found, left) = taken(Format::Number, text, true);
            assert_eq!((found, left.as_str()), (Some(Found::Nothing), rest), "{text}");
        }
        assert_eq!(taken(Format::Number, "12", false), (None, "12".into()));
        assert_eq!(taken(Format::Number, "+", false), (None, "+".into()));
    }

    #[test]
    fn older_spellings_of_formats_are_known() {
        let lua = Lua::new();
        let of = |text: &str| Format::of(&Value::String(lua.create_string(text).expect("a string")));
        assert_eq!(of("*a"), Some(Format::All));
        assert_eq!(of("n"), Some(Format::Number));
        assert_eq!(of("*x"), None);
        assert_eq!(of(""), None);
        assert_eq!(Format::of(&Value::Integer(4)), Some(Format::Bytes(4)));
        assert_eq!(Format::of(&Value::Integer(-4)), None);
    }
}
