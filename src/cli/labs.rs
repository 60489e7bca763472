//! `nsl ps`, `nsl down`, `nsl clean`: labs with a name, seen from outside the program that made them.

use std::path::Path;
use std::process::ExitCode;

use super::args::{Args, LabFile};
use super::exit::Done;
use super::{exit, file, report, run};
use crate::error::{Error, Result, explain};
use crate::lab::named::{self, Found, State};
use crate::script;

/// Ends a command that needs no VM: what it printed is written, what it failed with is reported.
pub(super) fn done(args: &Args, done: Done) -> ExitCode {
    let done = done.and_then(|done| Ok(script::flush_output().map(|()| done)?));
    done.unwrap_or_else(|failure| exit::refused(failure, args.json))
}

fn say(line: &str) -> Result<()> {
    script::write_output(format!("{line}\n").as_bytes())
}

/// One line a lab.
pub(super) fn ps(args: &Args) -> Done {
    let (found, unreadable) = named::list()?;
    let width = found.iter().map(|lab| lab.name.len()).max().unwrap_or(0).max("name".len());
    if !found.is_empty() {
        say(&format!("{:width$}  nodes  state", "name"))?;
    }
    for lab in &found {
        say(&format!("{:width$}  {:>5}  {}", crate::error::escape(&lab.name), lab.nodes.len(), state(lab)))?;
    }
    Ok(failed(args, unreadable, 1))
}

fn state(lab: &Found) -> String {
    match lab.state {
        State::Held(Some(pid)) => format!("up, held by pid {pid}"),
        State::Held(None) => "up".to_owned(),
        State::Kept => "up, kept".to_owned(),
        State::Left => "left by a dead program: `nsl clean` removes it".to_owned(),
    }
}

/// Takes a lab down that is known by its name or by the file that returns it.
pub(super) fn down(args: &Args, lab: &str) -> Done {
    let is_file = || Path::new(lab).is_file();
    match named::find(lab) {
        Err(error) if (error.is(&explain::LAB_MISSING) || lab.contains('/')) && is_file() => {}
        found => {
            found?;
            return Ok(failed(args, named::down(lab)?, 3));
        }
    }
    let mut name = None;
    let file = LabFile { file: lab.to_owned(), arguments: Vec::new() };
    let ended = run::whole(|| {
        run::begin_at_home(args)?;
        name = file::read(&file)?.lab.name();
        Ok(())
    });
    match name {
        Some(name) if ended.is_good() => Ok(failed(args, named::down(&name)?, 3)),
        _ => Ok(exit::leave(ended, args)),
    }
}

/// Removes what dead programs left.
pub(super) fn clean(args: &Args) -> Done {
    let cleaned = named::clean()?;
    for name in &cleaned.removed {
        say(&format!("removed {}", crate::error::escape(name)))?;
    }
    if cleaned.removed.is_empty() && cleaned.failed.is_empty() {
        say("nothing to do")?;
    }
    for skipped in &cleaned.skipped {
        let object = skipped.object_name().unwrap_or_default();
        report::note(&format!("left alone: {}: {}", crate::error::escape(object), skipped.message()));
    }
    let foreign = cleaned.failed.iter().any(|error| error.is(&explain::LAB_FOREIGN));
    Ok(failed(args, cleaned.failed, if foreign { 1 } else { 3 }))
}

/// Reports errors; the exit code is `code` if there are any.
fn failed(args: &Args, errors: Vec<Error>, code: u8) -> ExitCode {
    let any = !errors.is_empty();
    for error in errors {
        report::failure(&error.into(), args.json);
    }
    if any { ExitCode::from(code) } else { ExitCode::SUCCESS }
}
