//! The history: a file in the user's state directory, seen by nobody else, written after each line.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::{User, geteuid};
use rustyline::error::ReadlineError;
use rustyline::{Editor, Helper, history::DefaultHistory};

use crate::error::{Error, Result, explain};

/// How many entries are kept.
pub(super) const ENTRIES: usize = 10_000;

/// The file of the history: `$NSL_HISTORY`, and if that is not set `nsl/history` in the user's state directory. None
/// where `NSL_HISTORY` is empty or no directory is known.
///
/// Under `sudo` it is root's own: a directory that belongs to somebody else is not taken from the environment.
pub fn path() -> Option<PathBuf> {
    choose(
        &|name| std::env::var_os(name).map(PathBuf::from),
        &|directory| fs::metadata(directory).map_or(true, |data| data.uid() == geteuid().as_raw()),
        &|| User::from_uid(geteuid()).ok().flatten().map(|user| user.dir),
    )
}

fn choose(
    variable: &dyn Fn(&str) -> Option<PathBuf>,
    is_own: &dyn Fn(&Path) -> bool,
    home: &dyn Fn() -> Option<PathBuf>,
) -> Option<PathBuf> {
    if let Some(path) = variable("NSL_HISTORY") {
        return (!path.as_os_str().is_empty()).then_some(path);
    }
    // The XDG base directory specification: a relative path is to be ignored.
    let directory = |name| variable(name).filter(|path| path.is_absolute() && is_own(path));
    let state = directory("XDG_STATE_HOME")
        .or_else(|| directory("HOME").or_else(home).map(|home| home.join(".local/state")))?;
    Some(state.join("nsl/history"))
}

/// The file of a prompt's history, until it fails.
pub(super) struct Keeper(Option<PathBuf>);

impl Keeper {
    /// Takes up the history in `path`. A device (`/dev/null`) keeps nothing.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        let is_device = |path: &PathBuf| fs::metadata(path).is_ok_and(|data| data.file_type().is_char_device());
        Self(path.filter(|path| !is_device(path)))
    }

    /// Reads what there is. The first failure is given back, and ends the keeping.
    pub(super) fn load<H: Helper>(&mut self, editor: &mut Editor<H, DefaultHistory>) -> Result<()> {
        self.attempt(|path| match editor.load_history(path) {
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
            result => result.map_err(system),
        })
    }

    /// Writes what is new. The first failure is given back, and ends the keeping.
    pub(super) fn append<H: Helper>(&mut self, editor: &mut Editor<H, DefaultHistory>) -> Result<()> {
        self.attempt(|path| {
            if let Some(parent) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            }
            // rustyline locks the file, and makes it 0600.
            editor.append_history(path).map_err(system)
        })
    }

    fn attempt(&mut self, deed: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let Err(error) = deed(path) else { return Ok(()) };
        let reason = crate::error::reason(&error);
        let warning = Error::new(&explain::HISTORY_NOT_KEPT).with("path", path.display()).with("why", reason);
        self.0 = None;
        Err(warning)
    }
}

/// What rustyline says, as the system said it.
fn system(error: ReadlineError) -> std::io::Error {
    match error {
        ReadlineError::Io(error) => error,
        ReadlineError::Errno(errno) => errno.into(),
        error => std::io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_where_the_history_is() {
        type Variables = &'static [(&'static str, &'static str)];
        let cases: [(Variables, Option<&str>); 8] = [
            (&[("HOME", "/home/me")], Some("/home/me/.local/state/nsl/history")),
            (&[("HOME", "/home/me"), ("XDG_STATE_HOME", "/state")], Some("/state/nsl/history")),
            (&[("HOME", "/home/me"), ("XDG_STATE_HOME", "state")], Some("/home/me/.local/state/nsl/history")),
            (&[("HOME", "/home/me"), ("XDG_STATE_HOME", "/other")], Some("/home/me/.local/state/nsl/history")),
            (&[("HOME", "/other")], Some("/root/.local/state/nsl/history")),
            (&[], Some("/root/.local/state/nsl/history")),
            (&[("NSL_HISTORY", "here"), ("HOME", "/home/me")], Some("here")),
            (&[("NSL_HISTORY", ""), ("HOME", "/home/me")], None),
        ];
        for (variables, expected) in cases {
            let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v));
            let found = choose(&variable, &|path| path != Path::new("/other"), &|| Some("/root".into()));
            assert_eq!(found.as_deref(), expected.map(Path::new), "{variables:?}");
        }
        assert_eq!(choose(&|_| None, &|_| true, &|| None), None);
    }
}
