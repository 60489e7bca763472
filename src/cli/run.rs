//! `nsl [SCRIPT] [ARGS…]`: runs code, a script or standard input, then cleans up.

use std::io::{IsTerminal, Read};
use std::path::Path;

use super::args::Args;
use super::exit::Ended;
use super::{prompt, report, rootless, signals};
use crate::error::{Error, Result};
use crate::kernel::namespace::anonymous;
use crate::lab;
use crate::process;
use crate::script::{self, Failure, Source, Vm};
use crate::wait::interrupt::{self, Stop};

/// One thing to run.
struct Job {
    source: Source,
    arguments: Vec<String>,
}

/// Runs what the command line names and cleans up after it.
pub(super) fn run(args: &Args) -> Ended {
    let jobs = match jobs(args) {
        Ok(jobs) => jobs,
        Err(error) => return Ended::from(Failure { syntax: true, ..Failure::from(error) }),
    };
    if let Err(error) = begin(args) {
        return Ended::from(error);
    }
    let mut ended = match session(args, jobs) {
        Ok(ended) => ended,
        Err(failure) => Ended::from(*failure),
    };
    signals::cleaning();
    clean_up(&mut ended);
    ended
}

/// Sets the process up; the order matters: no thread may exist before rootless, no child before the rest.
fn begin(args: &Args) -> Result<()> {
    rootless::enter_if_needed(args)?;
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
        jobs.push(Job { source, arguments: Vec::new() });
    }
    let stdin = match args.script.as_deref() {
        Some("-") => true,
        Some(_) => false,
        None => args.code.is_empty() && !args.interactive && !std::io::stdin().is_terminal(),
    };
    let source = match &args.script {
        _ if stdin => {
            let mut text = Vec::new();
            std::io::stdin().read_to_end(&mut text).map_err(Error::from)?;
            Source::text("=stdin", text)
        }
        Some(path) => Source::file(Path::new(path))?,
        None => return Ok(jobs),
    };
    jobs.push(Job { source, arguments: args.arguments.clone() });
    Ok(jobs)
}

/// Makes the VM and runs the jobs in it, the prompt last.
fn session(args: &Args, jobs: Vec<Job>) -> std::result::Result<Ended, Box<Failure>> {
    // Before the VM, so that it outlives the tasks that end with the VM.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Box::new(Failure::from(Error::from(error))))?;
    let vm = Vm::new().map_err(|error| Box::new(Failure::from_lua(&error)))?;
    set_up(&vm, args).map_err(|error| Box::new(Failure::from_lua(&error)))?;
    let open_prompt = args.interactive || (jobs.is_empty() && std::io::stdin().is_terminal());
    for job in jobs {
        let chunk = vm.compile(&job.source)?;
        match runtime.block_on(vm.run(chunk, job.arguments)) {
            script::Ended::Done(_) => {}
            // What a script leaves half done is worth a look.
            script::Ended::Failed(failure) if args.interactive => {
                report::failure(&failure, args.json);
                break;
            }
            script::Ended::Failed(failure) => return Err(failure),
            script::Ended::Stopped => return Ok(Ended { stop: interrupt::requested(), ..Ended::default() }),
        }
    }
    if open_prompt {
        prompt::open(&vm, &runtime, args).map_err(|error| Box::new(Failure::from(error)))?;
    }
    Ok(Ended { stop: interrupt::requested(), ..Ended::default() })
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
