//! `nsl exec` and `nsl shell`: a program in a node of a lab that is up, or in a namespace with a name. The program's exit
//! code is nsl's; signals that nsl gets are the program's.

use std::ffi::OsString;
use std::os::fd::AsRawFd;
use std::process::ExitCode;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::exit::Done;
use super::{exit, report, signals};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::namespace::{Namespace, named as namespaces};
use crate::lab::named::State;
use crate::lab::seen::{self, Inside, Seen};
use crate::process::{self, Command, Exec, Exit, Shell};
use crate::script::{self, Failure};
use crate::wait::{Operation, Ready, Step, block};

/// Runs a program in a node to its end.
pub(super) fn exec(node: &str, program: &[OsString]) -> Done {
    let namespace = find(node)?;
    let signals = take_signals()?;
    match process::exec(&namespace, &Command::new(program)) {
        Ok(mut run) => {
            run.take_warnings().iter().for_each(script::warn);
            finish(Forwarding { run, signals })
        }
        Err(error) => match shells_code(&error) {
            Some(code) => {
                report::failure(&error.into(), false);
                Ok(ExitCode::from(code))
            }
            None => Err(error.into()),
        },
    }
}

/// Opens a shell in a node.
pub(super) fn shell(node: &str) -> Done {
    let namespace = find(node)?;
    let signals = take_signals()?;
    let mut run = process::shell(&namespace, &Command::default())?;
    run.take_warnings().iter().for_each(script::warn);
    finish(Forwarding { run, signals })
}

/// The code of a shell for a program that it cannot run.
fn shells_code(error: &Error) -> Option<u8> {
    let missing = [&explain::COMMAND_MISSING, &explain::COMMAND_NO_FILE];
    let refused = [
        &explain::COMMAND_INTERPRETER,
        &explain::COMMAND_DIRECTORY,
        &explain::COMMAND_NOT_EXECUTABLE,
        &explain::COMMAND_TOO_LONG,
        &explain::COMMAND_REFUSED,
    ];
    let is_one_of = |rows: &[&'static explain::Row]| rows.iter().any(|row| error.is(row));
    if is_one_of(&missing) { Some(127) } else { is_one_of(&refused).then_some(126) }
}

/// What `[LAB/]NODE` means: without a lab a namespace of that name, else the node of the one lab that has it. This process
/// is afterwards where programs for it are made.
fn find(text: &str) -> std::result::Result<Namespace, Box<Failure>> {
    let (namespace, lost) = place(text).map_err(exit::usage)?.go()?;
    if let Some(directory) = lost {
        report::lost(&directory);
    }
    Ok(namespace)
}

fn place(text: &str) -> Result<Inside> {
    if let Some((lab, node)) = text.split_once('/') {
        return seen::find(lab)?.enter(node);
    }
    if namespaces::exists(text)? {
        return Namespace::get(text).map(Inside::Here);
    }
    let (labs, _) = seen::list()?;
    let is_up = |lab: &&Seen| !matches!(lab.state, State::Left);
    let having: Vec<_> = labs.iter().filter(is_up).filter(|lab| lab.nodes.iter().any(|name| name == text)).collect();
    match having[..] {
        [lab] => lab.enter(text),
        [] => {
            let known: Vec<String> = labs.iter().flat_map(|lab| lab.nodes.clone()).chain(namespace_names()).collect();
            let near = nearest(text, known.iter().map(String::as_str));
            Err(Error::new(&explain::NODE_NOWHERE).with("node", text).object(text).near(near))
        }
        [first, ..] => {
            let places: Vec<String> = having.iter().map(|lab| format!("{}/{text}", lab.label)).collect();
            let error = Error::new(&explain::NODE_AMBIGUOUS).with("node", text).with("places", places.join(", "));
            Err(error.with("place", format!("{}/{text}", first.label)).object(text))
        }
    }
}

fn namespace_names() -> Vec<String> {
    // Only for a hint.
    let found = namespaces::list().unwrap_or_default();
    found.into_iter().map(|listed| listed.name.to_string_lossy().into_owned()).collect()
}

/// What nsl does not take for itself while a program runs.
fn take_signals() -> Result<SignalFd> {
    let mut set = SigSet::empty();
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2] {
        // What whoever started nsl ignores stays ignored.
        if !signals::is_ignored(signal)? {
            set.add(signal);
        }
    }
    set.thread_block()?;
    Ok(SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?)
}

/// A program that is given the signals that nsl gets.
struct Forwarding<O> {
    run: O,
    signals: SignalFd,
}

/// What can be given a signal.
trait Signalled {
    fn signal(&self, signal: i32) -> Result<()>;
}

impl Signalled for Exec {
    fn signal(&self, signal: i32) -> Result<()> {
        Self::signal(self, signal)
    }
}

impl Signalled for Shell {
    fn signal(&self, signal: i32) -> Result<()> {
        Self::signal(self, signal)
    }
}

impl<O: Operation + Signalled> Operation for Forwarding<O> {
    type Output = O::Output;

    fn step(&mut self) -> Result<Step<O::Output>> {
        while let Some(info) = self.signals.read_signal()? {
            // A key on the terminal went to the program too.
            if info.ssi_code != libc::SI_KERNEL {
                self.run.signal(info.ssi_signo as i32)?;
            }
        }
        let step = self.run.step()?;
        Ok(match step {
            Step::Done(output) => Step::Done(output),
            Step::Wait(mut needs) => {
                needs.fds.push((self.signals.as_raw_fd(), Ready::Read));
                Step::Wait(needs)
            }
        })
    }
}

/// Waits for the program's end; its exit code, as a shell tells it.
fn finish<O>(run: Forwarding<O>) -> Done
where
    O: Operation<Output = std::result::Result<Exit, process::Failure>> + Signalled,
{
    let exit = block(run)?.map_err(|failure| failure.error)?;
    let by_signal = || exit.signal.as_deref().and_then(|name| process::signal::parse(name).ok()).map(|n| 128 + n);
    let code = exit.code.or_else(by_signal).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code & 0xff).unwrap_or(1)))
}
