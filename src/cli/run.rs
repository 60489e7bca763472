//! `nsl [SCRIPT] [ARGS…]`: runs code, a script or standard input, then cleans up.

use std::io::IsTerminal;
use std::path::Path;

use tokio::runtime::Runtime;

use super::args::Args;
use super::exit::{self, Ended};
use super::file::Declared;
use super::{prompt, report, rootless, signals};
use crate::error::{Error, Result};
use crate::kernel::namespace::anonymous;
use crate::lab;
use crate::process;
use crate::script::{self, Failure, ReturnedLab, Source, Vm};
use crate::wait::interrupt::{self, Stop};

/// One thing to run.
struct Job {
    source: Source,
    arguments: Vec<String>,
    /// Whether it is the script, and no `-e`.
    is_script: bool,
}

/// Runs what the command line names and cleans up after it.
pub(super) fn run(args: &Args) -> Ended {
    let jobs = match jobs(args) {
        Ok(jobs) => jobs,
        Err(error) => return Ended::from(exit::usage(error)),
    };
    whole(|| {
        begin(args)?;
        session(args, jobs)
    })
}

/// Does `work` and cleans up after it.
pub(super) fn whole(work: impl FnOnce() -> std::result::Result<(), Ended>) -> Ended {
    let mut ended = work().err().unwrap_or_default();
    signals::cleaning();
    clean_up(&mut ended);
    ended
}

/// Sets the process up; the order matters: no thread may exist before rootless, no child before the rest.
fn begin(args: &Args) -> Result<()> {
    rootless::enter_if_needed(args)?;
    begin_at_home(args)
}

/// Sets the process up where it is.
pub(super) fn begin_at_home(args: &Args) -> Result<()> {
    process::raise_open_files();
    signals::start(args.json)?;
    process::prepare()?;
    Ok(())
}

/// What is to be run, read before anything is set up, so that a missing file costs nothing.
fn jobs(args: &Args) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    let mut lines = 0;
    for code in &args.code {
        let source = Source::text("=(command line)", code.clone().into_bytes()).below(lines);
        lines += code.split('\n').count();
        jobs.push(Job { source, arguments: Vec::new(), is_script: false });
    }
    let stdin = match args.script.as_deref() {
        Some("-") => true,
        Some(_) => false,
        None => args.code.is_empty() && !args.interactive && !std::io::stdin().is_terminal(),
    };
    let source = match args.script.as_deref() {
        _ if stdin => Source::named("-")?,
        Some(path) => Source::named(path).map_err(|error| unreadable(error, path))?,
        None => return Ok(jobs),
    };
    jobs.push(Job { source, arguments: args.arguments.clone(), is_script: true });
    Ok(jobs)
}

/// Who named no file may have meant a command.
fn unreadable(error: Error, script: &str) -> Error {
    match super::args::nearest_command(script) {
        Some(command) if !Path::new(script).exists() => error.with("command", command),
        _ => error,
    }
}

/// What runs scripts.
pub(super) fn machine() -> std::result::Result<(Runtime, Vm), Box<Failure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::from)?;
    Ok((runtime, Vm::new().map_err(|error| Box::new(Failure::from_lua(&error)))?))
}

/// Makes the VM and runs the jobs in it, the prompt last.
fn session(args: &Args, jobs: Vec<Job>) -> std::result::Result<(), Ended> {
    // The VM is dropped first: tasks end with it.
    let (runtime, vm) = machine()?;
    set_up(&vm, args).map_err(|error| Failure::from_lua(&error))?;
    let open_prompt = args.interactive || (jobs.is_empty() && std::io::stdin().is_terminal());
    let mut returned = None;
    for job in jobs {
        let chunk = vm.compile(&job.source)?;
        match runtime.block_on(vm.run(chunk, job.arguments)) {
            script::Ended::Done(values) if job.is_script => returned = ReturnedLab::among(&values),
            script::Ended::Done(_) => {}
            // What a script leaves half done is worth a look.
            script::Ended::Failed(failure) if args.interactive => {
                report::failure(&failure, args.json);
                break;
            }
            script::Ended::Failed(failure) => return Err(failure.into()),
            script::Ended::Stopped => return Ok(()),
        }
    }
    if let Some(lab) = returned {
        return Declared { lab, vm, runtime }.visit(args);
    }
    if open_prompt {
        prompt::open(&vm, &runtime, args)?;
    }
    Ok(())
}

fn set_up(vm: &Vm, args: &Args) -> mlua::Result<()> {
    match args.script.as_deref() {
        Some(script) => {
            vm.set_arguments(&args.before, script, &args.arguments)?;
            vm.set_script((script != "-").then(|| Path::new(script)))
        }
        None => {
            let (program, rest) = args.before.split_first().map_or(("nsl", &[][..]), |(first, rest)| (first, rest));
            vm.set_arguments(&[], program, rest)?;
            vm.set_script(None)
        }
    }
}

/// Takes away what the run made and did not name: programs first, then what they ran in.
fn clean_up(ended: &mut Ended) {
    if let Err(error) = script::flush_output() {
        ended.failures.push(error.into());
    }
    ended.leftovers.extend(process::end_all());
    ended.leftovers.extend(lab::take_down_all());
    ended.leftovers.extend(anonymous::close_all());
    if ended.stop.is_none() {
        ended.stop = interrupt::requested();
    }
    if ended.stop == Some(Stop::Bug) {
        ended.failures = script::kept_panic().map(Failure::from).into_iter().collect();
    }
}
