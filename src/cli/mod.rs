//! What the command line asks for: the life of a run, from its signals to its exit code.

mod args;
mod exit;
mod file;
mod labs;
mod node;
mod plan;
mod prompt;
mod report;
mod rootless;
mod run;
mod signals;
mod up;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Args, Command};

/// The program: returns its exit code, or ends by the signal that stopped it.
pub fn main() -> ExitCode {
    if crate::process::init::is_wanted() {
        return crate::process::init::main();
    }
    let words: Vec<OsString> = std::env::args_os().collect();
    let args = match args::Args::read(&words) {
        Ok(args) => args,
        Err(error) => return args::refuse(&error),
    };
    args.color.apply();
    crate::script::keep_panics();
    crate::script::be_quiet(args.quiet);
    std::panic::catch_unwind(|| command(&args)).unwrap_or_else(|_| exit::leave(exit::bug(), &args))
}

/// Does what the command line asks for.
fn command(args: &Args) -> ExitCode {
    let ended = match &args.command {
        None => run::run(args),
        Some(Command::Up(file)) => up::up(args, file),
        Some(Command::Plan(file)) => plan::plan(args, file),
        Some(Command::Diff(file)) => up::diff(args, file),
        Some(Command::Down { lab }) => return labs::done(args, labs::down(args, lab)),
        Some(Command::Ps) => return labs::done(args, labs::ps(args)),
        Some(Command::Clean) => return labs::done(args, labs::clean(args)),
        Some(Command::Exec { node, program }) => return labs::done(args, node::exec(node, program)),
        Some(Command::Shell { node }) => return labs::done(args, node::shell(node)),
    };
    exit::leave(ended, args)
}
