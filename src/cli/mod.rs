//! What the command line asks for: the life of a run, from its signals to its exit code.

mod args;
mod exit;
mod prompt;
mod report;
mod rootless;
mod run;
mod signals;

use std::process::ExitCode;

/// The program: returns its exit code, or ends by the signal that stopped it.
pub fn main() -> ExitCode {
    if crate::process::init::is_wanted() {
        return crate::process::init::main();
    }
    let args = match args::Args::read(std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect()) {
        Ok(args) => args,
        Err(error) => return args::refuse(&error),
    };
    args.color.apply();
    crate::script::keep_panics();
    let ended = std::panic::catch_unwind(|| run::run(&args)).unwrap_or_else(|_| exit::bug());
    exit::leave(ended, &args)
}
