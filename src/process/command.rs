//! What is asked for: a program, its words, its surroundings; and making a spawner's plan of it.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access};

use super::child::Session;
use super::spawner::Plan;
use super::{view, views};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Group, Namespace};

/// A program to run, and how. The default inherits nsl's stdio, directory and environment.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program, found in PATH unless it has a slash, and its arguments. A shell's line is `/bin/sh`, `-c`, LINE.
    pub argv: Vec<OsString>,
    /// Where its input comes from.
    pub stdin: Input,
    /// Where its output goes.
    pub stdout: Output,
    /// Where its errors go.
    pub stderr: Output,
    /// Its directory; none: nsl's.
    pub cwd: Option<PathBuf>,
    /// Added to the environment, or to an empty one.
    pub env: BTreeMap<OsString, OsString>,
    /// Begin with an empty environment.
    pub clear_env: bool,
    /// How long it may take, for [`super::exec()`]: then it is ended.
    pub timeout: Option<Duration>,
    /// How many bytes of each stream [`super::exec()`] captures before it ends the program; none: [`CAPTURE_LIMIT`].
    pub limit: Option<usize>,
    /// For [`super::spawn`]: a session and a terminal of its own in the place of all three streams.
    pub pty: bool,
    /// For [`super::spawn`]: a session of its own without a terminal, so that none hangs up on it.
    pub daemon: bool,
}

/// How much output is captured unless told otherwise.
pub const CAPTURE_LIMIT: usize = 64 << 20;

/// A child's standard input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Input {
    /// nsl's own.
    #[default]
    Inherit,
    /// Empty.
    Null,
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// What [`super::Process::write`] sends.
    Pipe,
}

/// A child's standard output or error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Output {
    /// nsl's own.
    #[default]
    Inherit,
    /// Thrown away.
    Null,
    /// Kept: all of it by [`super::exec()`], the newest MiB by [`super::spawn`].
    Capture,
    /// Written to this file, which is made or emptied.
    Path(PathBuf),
}

impl Command {
    /// A command of these words, with the default surroundings.
    pub fn new<S: Into<OsString>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Its words as one would type them: of a shell's line, the line.
    pub fn shown(&self) -> String {
        let words: Vec<_> = self.argv.iter().map(|word| word.to_string_lossy()).collect();
        match words.as_slice() {
            [shell, flag, line] if shell == "/bin/sh" && flag == "-c" => line.to_string(),
            words => words.join(" "),
        }
    }

    /// Makes a plan of it: everything that a child needs, with its stdio as given. In a namespace that nsl alone holds
    /// it lives in the run's PID namespace, so that no daemon of it outlives nsl.
    pub(super) fn plan(&self, namespace: &Namespace, stdio: Vec<Option<OwnedFd>>, session: Session) -> Result<Plan> {
        let argv: Vec<CString> = self.argv.iter().map(|word| c_string(word)).collect::<Result<_>>()?;
        let word = self.argv.first().ok_or_else(|| Error::new(&explain::COMMAND_EMPTY))?;
        let network = (!namespace.is_home()).then(|| namespace.open()).transpose()?;
        let name = namespace.os_name();
        // iproute2 mounts /sys under the namespace's name.
        let label = c_string(name.unwrap_or(OsStr::new("nsl")))?;
        let (kept, warnings) = match namespace.group().filter(|group| *group != Group::RUN) {
            Some(group) => views::of(namespace, group).map(|(view, warnings)| (Some(view), warnings))?,
            None => (None, Vec::new()),
        };
        // Who enters a mount namespace stands at its root.
        let here = kept.as_ref().and_then(|_| std::env::current_dir().ok());
        Ok(Plan {
            view: (network.is_some() && kept.is_none()).then(|| (label, view::binds(name))),
            kept,
            warnings,
            network,
            group: namespace.group(),
            directory: self.cwd.as_ref().or(here.as_ref()).map(|path| c_string(path.as_os_str())).transpose()?,
            session,
            stdio,
            program: c_string(self.program(word)?.as_os_str())?,
            argv,
            env: self.environment()?,
        })
    }

    /// The file to run: the word itself if it has a slash, else the first that PATH has.
    fn program(&self, word: &OsStr) -> Result<PathBuf> {
        if word.as_bytes().contains(&b'/') {
            return Ok(word.into());
        }
        let given = self.env.get(OsStr::new("PATH")).cloned();
        let path = given.or_else(|| std::env::var_os("PATH")).unwrap_or_else(|| "/bin:/usr/bin".into());
        let here = self.cwd.as_deref().unwrap_or(Path::new(""));
        let mut refused = None;
        for directory in std::env::split_paths(&path) {
            let candidate = here.join(directory).join(word);
            if !candidate.is_file() {
                continue;
            }
            if access(&candidate, AccessFlags::X_OK).is_ok() {
                return Ok(candidate);
            }
            refused.get_or_insert(candidate);
        }
        Err(match refused {
            Some(file) => refused_program(&file.to_string_lossy(), Errno::EACCES),
            None => {
                let path = path.to_string_lossy();
                Error::new(&explain::COMMAND_MISSING).with("command", word.to_string_lossy()).with("path", path)
            }
        })
    }

    fn environment(&self) -> Result<Vec<CString>> {
        let mut env: BTreeMap<OsString, OsString> = BTreeMap::new();
        if !self.clear_env {
            env.extend(std::env::vars_os());
        }
        env.extend(self.env.clone());
        let line = |(name, value): (OsString, OsString)| {
            if name.is_empty() || name.as_bytes().contains(&b'=') {
                return Err(Error::new(&explain::ENVIRONMENT_NAME).with("name", name.to_string_lossy()));
            }
            let mut line = name;
            line.push("=");
            line.push(value);
            c_string(&line)
        };
        env.into_iter().map(line).collect()
    }
}

fn c_string(text: &OsStr) -> Result<CString> {
    CString::new(text.to_owned().into_vec())
        .map_err(|_| Error::new(&explain::COMMAND_NUL).with("text", text.to_string_lossy()))
}

/// Words the kernel's refusal to run `program`.
pub(super) fn refused_program(program: &str, errno: Errno) -> Error {
    let file = Path::new(program);
    let row = match errno {
        Errno::ENOENT if file.exists() => &explain::COMMAND_INTERPRETER,
        Errno::ENOENT | Errno::ENOTDIR => &explain::COMMAND_NO_FILE,
        Errno::EACCES if file.is_dir() => &explain::COMMAND_DIRECTORY,
        Errno::EACCES => &explain::COMMAND_NOT_EXECUTABLE,
        Errno::E2BIG => &explain::COMMAND_TOO_LONG,
        _ => &explain::COMMAND_REFUSED,
    };
    Error::new(row).with("command", program).errno(errno)
}

/// What a child's descriptor becomes: none is nsl's own.
pub(super) fn input_file(bytes: Option<&[u8]>) -> Result<OwnedFd> {
    let Some(bytes) = bytes else { return Ok(std::fs::File::open("/dev/null")?.into()) };
    // A file in memory holds them all at once: nobody has to feed a pipe.
    let flags = nix::sys::memfd::MFdFlags::MFD_CLOEXEC;
    let fd = nix::sys::memfd::memfd_create("stdin", flags)?;
    let mut rest = bytes;
    while !rest.is_empty() {
        rest = &rest[nix::unistd::write(fd.as_fd(), rest)?..];
    }
    nix::unistd::lseek(fd.as_fd(), 0, nix::unistd::Whence::SeekSet)?;
    Ok(fd)
}

/// Where output goes that nsl does not keep.
pub(super) fn output_file(path: &Path) -> Result<OwnedFd> {
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(|error| {
        let errno = Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO));
        Error::new(&explain::OUTPUT_REFUSED).with("path", path.display()).errno(errno)
    })?;
    Ok(file.into())
}
