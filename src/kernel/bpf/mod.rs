//! Programs of the extended BPF, as `tc` and `ip` take them: of an object file, pinned in a BPF file system, or one that is
//! in the kernel already (tc-bpf(8), bpf(2)).
//!
//! A program is held by a descriptor until the object that it is for refers to it; from then on it lives as long as that does.

mod call;
mod load;
mod object;
mod quiet;

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;

use crate::error::{Error, Result, explain};
use crate::kernel::words::{self, Form, NOWHERE, Own, Setting, Settings, Word, fact, option};
use crate::netlink::attr;

/// What a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A filter of traffic control.
    Filter,
    /// An action of traffic control.
    Action,
    /// What a link receives.
    Xdp,
    /// The same, run by the hardware of the link with this index, in the namespace of who loads it.
    XdpOf(u32),
    /// The packets of a route, as they come in, go out and are sent.
    LwtIn,
    /// See [`Role::LwtIn`].
    LwtOut,
    /// See [`Role::LwtIn`].
    LwtXmit,
    /// What a node does at a segment of its own.
    Segment,
}

impl Role {
    /// Its number (Linux `enum bpf_prog_type`).
    fn kind(self) -> u32 {
        match self {
            Self::Filter => 3,
            Self::Action => 4,
            Self::Xdp | Self::XdpOf(_) => 6,
            Self::LwtIn => 10,
            Self::LwtOut => 11,
            Self::LwtXmit => 12,
            Self::Segment => 19,
        }
    }

    /// The link whose hardware it is for; 0 is none.
    fn link(self) -> u32 {
        match self {
            Self::XdpOf(index) => index,
            _ => 0,
        }
    }

    /// Where its program is if nobody says (iproute2 `bpf_elf.h`).
    fn section(self) -> &'static str {
        match self {
            Self::Filter => "classifier",
            Self::Action => "action",
            Self::Xdp | Self::XdpOf(_) | Self::LwtIn | Self::LwtOut | Self::LwtXmit | Self::Segment => "prog",
        }
    }
}

/// Where a program comes from: an object file and which of its programs, or a path where one is pinned.
pub const OBJECT: Word = text("object");
/// The section of the object file that the program is in.
pub const SECTION: Word = text("section");
/// The program's name, the function's.
pub const PROGRAM: Word = text("program");
/// A path where a program is pinned.
pub const OBJECT_PINNED: Word = text("object_pinned");

const fn text(name: &'static str) -> Word {
    option(name, NOWHERE, Form::Text)
}

/// A program that is in the kernel, as it was read: by its id one is used again. It is sent as a descriptor, which [`hold`]
/// puts in its place.
pub const fn prog(attribute: u16) -> Word {
    option("prog", attribute, Form::Own(&DESCRIPTOR))
}

/// What is read of a program, by the attribute with its id; [`show`] tells the rest.
pub const fn prog_read(attribute: u16) -> Word {
    fact("prog", attribute, Form::Own(&ID))
}

static DESCRIPTOR: Own = Own {
    expected: "a `prog` that was read, a table with its id",
    encode: |value| match value {
        Setting::Integer(fd) => i32::try_from(*fd).ok().map(|fd| fd.to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |_| None,
    width: None,
};

static ID: Own = Own {
    expected: DESCRIPTOR.expected,
    encode: |_| None,
    decode: |bytes| Some(Setting::Table(vec![("id".into(), Setting::Integer(i64::from(attr::u32_of(bytes)?)))])),
    width: None,
};

/// A program, and what `tc` calls it: `file.o:[section]`.
#[derive(Debug)]
pub struct Program {
    fd: OwnedFd,
    name: Option<String>,
}

impl Program {
    /// Its descriptor, for as long as it is held.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// Loads the program that `settings` ask for and puts its descriptor in the place of that; it must be held until the kernel
/// has been told. Nothing if they ask for none.
///
/// `EINVAL` for options that do not go together or a file that is no object, `ENOENT` for a file, section or program that there
/// is not, `EPERM` without CAP_BPF, and what the verifier says of a program that it refuses.
pub fn hold(settings: &mut Settings, role: Role) -> Result<Option<Program>> {
    let given = |name: &str| words::find(settings, name).is_some();
    let sources: Vec<&str> =
        ["object", "object_pinned", "prog", "bytecode"].into_iter().filter(|name| given(name)).collect();
    if let [one, two, ..] = sources[..] {
        return Err(Error::clash(one, two));
    }
    if let Some(key) = ["section", "program"].into_iter().find(|key| given(key) && !given("object")) {
        return Err(Error::needs(key, "object"));
    }
    let program = match sources[..] {
        ["object"] => load::load(settings, role)?,
        ["object_pinned"] => pinned(words::text(settings, "object_pinned").unwrap_or_default())?,
        ["prog"] => again(words::find(settings, "prog"))?,
        _ => return Ok(None),
    };
    *settings = words::without(settings, &["object", "section", "program", "object_pinned", "prog"]);
    settings.push(("prog".into(), Setting::Integer(i64::from(program.fd()))));
    if let Some(name) = program.name.as_ref().filter(|_| words::find(settings, "bpf_name").is_none()) {
        settings.push(("bpf_name".into(), Setting::Text(name.clone())));
    }
    Ok(Some(program))
}

/// The last part of a path, as `tc` names programs by.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn pinned(path: &str) -> Result<Program> {
    let refused = |errno| refused(errno, &explain::BPF_PINNED).with("path", path);
    let fd = CString::new(path).map_err(|_| Errno::EINVAL).and_then(|path| call::pinned(&path)).map_err(refused)?;
    Ok(Program { fd, name: Some(format!("{}:[*fsobj]", base(path))) })
}

/// The program that was read, by its id.
fn again(prog: Option<&Setting>) -> Result<Program> {
    let id = match prog {
        Some(Setting::Table(told)) => words::integer(told, "id").and_then(|id| u32::try_from(id).ok()),
        _ => None,
    };
    let Some((id, _)) = id.zip(prog) else {
        let error = Error::new(&explain::WORD_VALUE).with("key", "prog").with("expected", DESCRIPTOR.expected);
        return Err(prog.into_iter().fold(error, |error, got| error.with("got", got)));
    };
    let fd = call::by_id(id).map_err(|errno| refused(errno, &explain::BPF_GONE).with("id", id))?;
    Ok(Program { fd, name: None })
}

/// A refusal in the words of a row, unless it is one of all of BPF.
fn refused(errno: Errno, row: &'static crate::error::Row) -> Error {
    let row = match errno {
        Errno::ENOSYS => &explain::BPF_MISSING,
        Errno::EPERM => &explain::NEEDS_CAPABILITY,
        _ => row,
    };
    Error::new(row).errno(errno).with("doing", "loading a BPF program").with("capability", "CAP_BPF")
}

/// Tells what the kernel knows of a program that was read by its id: `name`, `tag` and whether it was `jited`. Its `tag` alone
/// is known to those who may not open it.
pub fn show(settings: &mut Settings) {
    let Some((_, Setting::Table(prog))) = settings.iter_mut().find(|(key, _)| key == "prog") else { return };
    let id = words::integer(prog, "id").and_then(|id| u32::try_from(id).ok());
    let Some(known) = id.and_then(|id| call::known(call::by_id(id).ok()?.as_fd()).ok()) else { return };
    prog.push(("name".into(), Setting::Text(known.name)));
    prog.push(("tag".into(), Setting::Text(known.tag)));
    prog.push(("jited".into(), Setting::Switch(known.jited)));
    settings.retain(|(key, _)| key != "tag");
}
