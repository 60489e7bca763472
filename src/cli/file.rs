//! A lab file: a script that declares a lab and returns it, run for `nsl up`, `plan` and the like.

use std::io::IsTerminal;
use std::path::Path;

use tokio::runtime::Runtime;

use super::args::{Args, LabFile};
use super::exit::{self, Ended};
use super::prompt;
use super::run::machine;
use crate::error::{Class, escape, explain};
use crate::script::{self, Failure, ReturnedLab, Source, Vm, returned_none};
use crate::wait::interrupt;

/// A lab that a file returned, with what it lives in.
pub(super) struct Declared {
    pub(super) lab: ReturnedLab,
    pub(super) vm: Vm,
    // The last, so that it outlives the tasks, which end with the VM.
    pub(super) runtime: Runtime,
}

/// Runs the file and takes the lab that it returns. A lab without a name is called like the file.
pub(super) fn read(file: &LabFile) -> Result<Declared, Ended> {
    let usage = |error| Ended::from(exit::usage(error));
    let source = Source::named(&file.file).map_err(usage)?;
    let (runtime, vm) = machine()?;
    let set = vm.set_arguments(&[], &file.file, &file.arguments);
    let set = set.and_then(|()| vm.set_script((file.file != "-").then(|| Path::new(&file.file))));
    set.map_err(|error| Failure::from_lua(&error))?;
    let chunk = vm.compile(&source)?;
    let values = match runtime.block_on(vm.run(chunk, file.arguments.clone())) {
        script::Ended::Done(values) => values,
        script::Ended::Failed(mut failure) => {
            // Such a file runs with the privileges that there are, and is not moved into namespaces of its own.
            if failure.class == Class::Privilege {
                failure.hint = Some(explain::LAB_FILE_ACTS.hint.to_owned());
            }
            return Err((*failure).into());
        }
        script::Ended::Stopped => return Err(Ended { stop: interrupt::requested(), ..Ended::default() }),
    };
    let lab = ReturnedLab::among(&values).ok_or_else(|| usage(returned_none(&file.file)))?;
    if file.file != "-"
        && let Some(stem) = Path::new(&file.file).file_stem()
    {
        lab.give_name(&stem.to_string_lossy())?;
    }
    Ok(Declared { lab, vm, runtime })
}

impl Declared {
    /// Brings the lab up for as long as somebody is at the prompt or lines come in, with its nodes as globals.
    pub(super) fn visit(self, args: &Args) -> Result<(), Ended> {
        if !self.lab.is_up() {
            self.run(if args.quiet { "net:up { quiet = true }" } else { "net:up()" })?;
        }
        let left = self.lab.make_global(self.vm.lua()).map_err(|error| Failure::from_lua(&error))?;
        if !left.is_empty() && !args.quiet {
            let names: Vec<String> = left.iter().map(|name| format!("\"{}\"", escape(name))).collect();
            script::note(&format!("in net.nodes only, as something else has the name: {}", names.join(", ")));
        }
        if args.interactive || std::io::stdin().is_terminal() {
            Ok(prompt::open(&self.vm, &self.runtime, args)?)
        } else {
            prompt::follow(&self.vm, &self.runtime, args)
        }
    }

    /// Runs a chunk that is given the lab as `net`; what it came to.
    pub(super) fn run(&self, text: &str) -> Result<mlua::MultiValue, Ended> {
        let chunk = self.lab.chunk(&self.vm, text)?;
        match self.runtime.block_on(self.vm.run(chunk, Vec::new())) {
            script::Ended::Done(values) => Ok(values),
            script::Ended::Failed(failure) => Err(ReturnedLab::unplaced(*failure).into()),
            script::Ended::Stopped => Err(Ended { stop: interrupt::requested(), ..Ended::default() }),
        }
    }
}
