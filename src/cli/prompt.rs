//! The prompt's session: chunks run in the VM, values and errors shown, Ctrl-C stops a call and not the session.

use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::path::Path;

use mlua::{AnyUserData, Value};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::runtime::Runtime;

use super::args::Args;
use super::report;
use crate::error::{Error, Result};
use crate::kernel::namespace::{Namespace, named};
use crate::repl::validate::{Compiled, compile, incomplete};
use crate::repl::{self, Evaluation, Session, complete, history_path};
use crate::script::{self, Ended, Failure, Vm, handle_members, show};
use crate::wait::interrupt::{self, Stop};
use crate::wait::{Operation, Ready, Step, block, needs};

/// Opens the prompt and stays there until Ctrl-D, `os.exit` or a signal.
pub(super) fn open(vm: &Vm, runtime: &Runtime, args: &Args) -> Result<()> {
    let color = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    let options = repl::Options { banner: !args.quiet, color, history: history_path() };
    repl::run(&mut Prompt { vm, runtime, color, json: args.json, name: "=prompt", lines: 0 }, &options)
}

/// Runs the lines of standard input as if they were typed, without a prompt, until they end or one fails.
pub(super) fn follow(vm: &Vm, runtime: &Runtime, args: &Args) -> std::result::Result<(), super::exit::Ended> {
    let color = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    let mut prompt = Prompt { vm, runtime, color, json: args.json, name: "=stdin", lines: 0 };
    let mut input = Lines::default();
    let mut chunk = String::new();
    loop {
        let line = match block(&mut input) {
            Ok(line) => line,
            Err(_) if interrupt::requested().is_some() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let ended = line.is_none();
        chunk.push_str(&line.unwrap_or_default());
        if chunk.trim().is_empty() {
            prompt.lines += chunk.lines().count();
            chunk.clear();
        } else if ended || !prompt.incomplete(&chunk) {
            let function = prompt.compile(&std::mem::take(&mut chunk))?;
            match runtime.block_on(vm.run(function, Vec::new())) {
                Ended::Done(values) => prompt.show(values),
                Ended::Failed(failure) => return Err(failure.into()),
                Ended::Stopped => return Ok(()),
            }
            script::flush_output()?;
        }
        if ended {
            return Ok(());
        }
    }
}

/// Standard input line by line. Not by the standard library, whose reading no signal would end.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    ended: bool,
}

impl Operation for &mut Lines {
    /// A line with its end; none when there are no more.
    type Output = Option<String>;

    fn step(&mut self) -> Result<Step<Option<String>>> {
        let stdin = std::io::stdin();
        loop {
            let end = self.bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            if let Some(length) = end.or(self.ended.then_some(self.bytes.len())) {
                let line: Vec<u8> = self.bytes.drain(..length).collect();
                return Ok(Step::Done((length > 0).then(|| String::from_utf8_lossy(&line).into_owned())));
            }
            let mut ready = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ready, PollTimeout::ZERO)? == 0 {
                return Ok(Step::Wait(needs(&stdin, Ready::Read, None)));
            }
            let mut piece = [0; 4096];
            let length = nix::unistd::read(&stdin, &mut piece)?;
            self.ended = length == 0;
            self.bytes.extend_from_slice(&piece[..length]);
        }
    }
}

struct Prompt<'a> {
    vm: &'a Vm,
    runtime: &'a Runtime,
    color: bool,
    json: bool,
    /// The name of what is typed, for errors.
    name: &'static str,
    /// How many were typed.
    lines: usize,
}

impl Session for Prompt<'_> {
    fn evaluate(&mut self, source: &str) -> Evaluation {
        let chunk = match self.compile(source) {
            Ok(chunk) => chunk,
            Err(failure) => {
                report::failure(&failure, self.json);
                return Evaluation::Next;
            }
        };
        let failure = match self.runtime.block_on(self.vm.run(chunk, Vec::new())) {
            Ended::Done(values) => {
                self.show(values);
                None
            }
            Ended::Failed(failure) => Some(failure),
            Ended::Stopped => None,
        };
        let written = script::end_output_line().map_err(|error| Box::new(error.into()));
        for failure in failure.into_iter().chain(written.err()) {
            report::failure(&failure, self.json);
        }
        match interrupt::requested() {
            None => Evaluation::Next,
            Some(Stop::Signal(nix::libc::SIGINT)) => {
                interrupt::clear();
                report::stopped_by(nix::libc::SIGINT, self.json);
                Evaluation::Next
            }
            Some(_) => Evaluation::Leave,
        }
    }

    fn complete(&self, source: &str, pos: usize) -> (usize, Vec<String>) {
        complete::candidates(&self.vm.lua().globals(), &Live, source, pos)
    }

    fn incomplete(&self, source: &str) -> bool {
        incomplete(self.vm.lua(), source)
    }

    fn prompt(&self) -> String {
        "nsl> ".to_owned()
    }

    fn warn(&mut self, warning: &Error) {
        script::warn(warning);
    }
}

impl Prompt<'_> {
    /// Compiles a chunk. Its lines count on from those before it: an error in a function shows the line it was typed in.
    fn compile(&mut self, source: &str) -> std::result::Result<mlua::Function, Box<Failure>> {
        let below = "\n".repeat(self.lines) + source;
        self.lines += source.lines().count();
        self.vm.prepare(self.name, below.as_bytes())?;
        match compile(self.vm.lua(), &below, self.name) {
            Compiled::Function(chunk) => Ok(chunk),
            Compiled::Wrong(error) => Err(Box::new(Failure::from_lua(&error))),
            // What Ctrl-D ended before it was complete.
            Compiled::Incomplete => Err(Box::new(Failure::unfinished())),
        }
    }

    /// Shows what a chunk came to.
    fn show(&self, values: mlua::MultiValue) {
        let width = terminal_width();
        for value in values {
            let text = match show::show(self.vm.lua(), &value, width, self.color) {
                Ok(text) => text,
                Err(error) => {
                    report::failure(&Failure::from_lua(&error), self.json);
                    continue;
                }
            };
            if let Err(error) = script::write_output(format!("{text}\n").as_bytes()) {
                report::failure(&error.into(), self.json);
            }
        }
    }
}

/// The columns of the terminal; 80 where there is none.
fn terminal_width() -> usize {
    #[allow(unsafe_code)]
    fn asked() -> Option<usize> {
        let mut size = nix::libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: TIOCGWINSZ fills in a winsize, which outlives the call.
        let result = unsafe { nix::libc::ioctl(nix::libc::STDOUT_FILENO, nix::libc::TIOCGWINSZ, &raw mut size) };
        (result == 0 && size.ws_col > 0).then(|| usize::from(size.ws_col))
    }
    if std::io::stdout().is_terminal() { asked().unwrap_or(80) } else { 80 }
}

/// Names for completion that only the kernel and the handles know.
struct Live;

impl complete::Names for Live {
    fn members(&self, value: &Value, methods: bool) -> Vec<String> {
        value.as_userdata().map_or_else(Vec::new, |handle: &AnyUserData| handle_members(handle, methods))
    }

    fn live(&self, prefix: &str) -> Vec<String> {
        let names = match prefix.split_once('/') {
            None => named::list().map(|found| {
                found.into_iter().map(|listed| listed.name.to_string_lossy().into_owned()).collect::<Vec<_>>()
            }),
            Some((namespace, _)) => links(namespace).map(|links| {
                links.into_iter().map(|link| Path::new(namespace).join(link).display().to_string()).collect()
            }),
        };
        // A namespace that is not there completes to nothing.
        names.unwrap_or_default()
    }
}

fn links(namespace: &str) -> Result<Vec<String>> {
    let namespace = if namespace.is_empty() { Namespace::home() } else { Namespace::named(namespace)? };
    Ok(crate::kernel::link::list(&namespace)?.into_iter().map(|link| link.name).collect())
}
