//! `nsl ps`, `nsl down NAME`, `nsl clean`: labs with a name, seen from outside the program that made them.

use std::process::ExitCode;

use clap::Parser;

use super::{args, exit, report};
use crate::error::{Error, Result, explain};
use crate::lab::named::{self, Found, State};
use crate::script;

/// Labs with a name.
#[derive(Debug, Parser)]
#[command(name = "nsl", disable_help_subcommand = true)]
enum Labs {
    /// List the labs that have a name, and who has them
    Ps,
    /// Take a kept lab down, or what a dead program left of one
    Down {
        /// The lab's name
        name: String,
    },
    /// Remove what dead programs left of their labs, and nothing else
    Clean,
}

/// The subcommand that the command line names, done; none if it names none. (A script of such a name is run as `./ps`.)
pub(super) fn main(words: &[String]) -> Option<ExitCode> {
    if !matches!(words.get(1).map(String::as_str), Some("ps" | "down" | "clean")) {
        return None;
    }
    let done = match Labs::try_parse_from(words) {
        Ok(Labs::Ps) => ps(),
        Ok(Labs::Down { name }) => down(&name),
        Ok(Labs::Clean) => clean(),
        Err(error) => return Some(args::refuse(&error)),
    };
    let done = done.and_then(|done| script::flush_output().map(|()| done));
    Some(done.unwrap_or_else(|error| exit::refused(error.into())))
}

fn say(line: &str) -> Result<()> {
    script::write_output(format!("{line}\n").as_bytes())
}

/// One line a lab.
fn ps() -> Result<ExitCode> {
    let (found, unreadable) = named::list()?;
    let width = found.iter().map(|lab| lab.name.len()).max().unwrap_or(0).max("name".len());
    if !found.is_empty() {
        say(&format!("{:width$}  nodes  state", "name"))?;
    }
    for lab in &found {
        say(&format!("{:width$}  {:>5}  {}", crate::error::escape(&lab.name), lab.nodes.len(), state(lab)))?;
    }
    Ok(failed(unreadable, 1))
}

fn state(lab: &Found) -> String {
    match lab.state {
        State::Held(Some(pid)) => format!("up, held by pid {pid}"),
        State::Held(None) => "up".to_owned(),
        State::Kept => "up, kept".to_owned(),
        State::Left => "left by a dead program: `nsl clean` removes it".to_owned(),
    }
}

fn down(name: &str) -> Result<ExitCode> {
    Ok(failed(named::down(name)?, 3))
}

fn clean() -> Result<ExitCode> {
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
    Ok(failed(cleaned.failed, if foreign { 1 } else { 3 }))
}

/// Reports errors; the exit code is `code` if there are any.
fn failed(errors: Vec<Error>, code: u8) -> ExitCode {
    let any = !errors.is_empty();
    for error in errors {
        report::failure(&error.into(), false);
    }
    if any { ExitCode::from(code) } else { ExitCode::SUCCESS }
}
