//! What the command line asks for: the life of a run, from its signals to its exit code.

mod args;
mod exit;
mod labs;
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
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(code) = labs::main(&words) {
        return code;
    }
    let args = match args::Args::read(words) {
        Ok(args) => args,
        Err(error) => return args::refuse(&error),
    };
    args.color.apply();
    crate::script::keep_panics();
    let ended = std::panic::catch_unwind(|| run::run(&args)).unwrap_or_else(|_| exit::bug());
    exit::leave(ended, &args)
}
