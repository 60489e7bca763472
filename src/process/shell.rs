//! An interactive shell in a namespace, on nsl's terminal, with the namespace in its prompt.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::{AccessFlags, access};

use super::child::Session;
use super::command::{Command, input_file};
use super::exec::{Exec, Exit, Failure};
use super::terminal::Loan;
use crate::error::{Error, Result};
use crate::kernel::namespace::{Group, Namespace};
use crate::wait::{Operation, Step};

/// A shell that runs: an operation that comes to its end. Dropped before, it ends the shell; either way the terminal is
/// nsl's again.
#[derive(Debug)]
pub struct Shell {
    // First, because it is dropped first: the terminal is taken back from what has ended.
    exec: Exec,
    _loan: Option<Loan>,
}

/// Starts `$SHELL`, or /bin/sh where that cannot be run, in a namespace. Of `surroundings` its directory and environment
/// count. Without a terminal it reads nsl's input.
///
/// Errors: as [`super::exec()`].
pub fn shell(namespace: &Namespace, surroundings: &Command) -> Result<Shell> {
    let loan = Loan::begin();
    let program = program();
    let prompt = format!("{}> ", prompt(namespace));
    let mut command = Command { argv: vec![program.clone().into()], ..surroundings.clone() };
    let mut stdio: Vec<Option<OwnedFd>> = vec![None, None, None];
    let is_bash = program.file_name().is_some_and(|name| name == "bash");
    if loan.is_some() && is_bash {
        // Bash's own start-up file would replace a prompt from the environment.
        command.argv.extend(["--rcfile", "/proc/self/fd/3", "-i"].map(OsString::from));
        stdio.push(Some(start_up(&prompt)?));
    }
    command.env.insert("PS1".into(), prompt.into());
    let session = if loan.is_some() { Session::Foreground } else { Session::Shared };
    Ok(Shell { exec: Exec::start(command.plan(namespace, stdio, session)?, None, None, &command)?, _loan: loan })
}

fn program() -> PathBuf {
    let wanted = std::env::var_os("SHELL").map(PathBuf::from);
    wanted.filter(|path| access(path, AccessFlags::X_OK).is_ok()).unwrap_or_else(|| Path::new("/bin/sh").into())
}

/// What the prompt calls the namespace. Only harmless characters: shells expand what is in a prompt.
fn prompt(namespace: &Namespace) -> String {
    let label = match namespace.name() {
        Some(name) => name.to_owned(),
        None if namespace.is_home() => "home".to_owned(),
        None if namespace.group() == Some(Group::RUN) => "anonymous".to_owned(),
        None => namespace.label(),
    };
    label.chars().map(|c| if c.is_alphanumeric() || "_-.:/@+".contains(c) { c } else { '?' }).collect()
}

/// A start-up file for bash, in memory, to be the child's descriptor 3: the user's own, then the prompt.
fn start_up(prompt: &str) -> Result<OwnedFd> {
    let text = format!("exec 3<&-\n[ -r ~/.bashrc ] && . ~/.bashrc\nPROMPT_COMMAND=\nPS1='{prompt}'\n");
    let file = input_file(Some(text.as_bytes()))?;
    // Above the number that it gets, as everything a child is given.
    let high = fcntl(&file, FcntlArg::F_DUPFD_CLOEXEC(10))?;
    Ok(own(high))
}

#[allow(unsafe_code)]
fn own(fd: i32) -> OwnedFd {
    // SAFETY: fcntl(2) made this descriptor for us.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(fd) }
}

impl Shell {
    /// Sends it a signal (its number). One that has ended already is no error.
    pub fn signal(&self, signal: i32) -> Result<()> {
        self.exec.signal(signal)
    }

    /// What could not be shown to it, each worded; they are given once.
    pub fn take_warnings(&mut self) -> Vec<Error> {
        self.exec.take_warnings()
    }
}

impl Operation for Shell {
    type Output = std::result::Result<Exit, Failure>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        self.exec.step()
    }
}
