//! `nsl ps`, `nsl down`, `nsl clean`: labs seen from outside the program that made them.

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::args::{Args, LabFile};
use super::exit::Done;
use super::{exit, file, report, rootless, run};
use crate::error::{Error, Result, escape, explain};
use crate::lab::Table;
use crate::lab::named::{self, Cleaned, State, room};
use crate::lab::seen::{self, Seen};
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
    let (labs, unreadable) = seen::list()?;
    if args.json {
        say(&serde_json::Value::from_iter(labs.iter().map(as_json)).to_string())?;
    } else if !labs.is_empty() {
        let mut table = Table::new(&["lab", "pid", "nodes", "since", "state"]);
        for lab in &labs {
            let pid = lab.owner.map(|pid| pid.to_string()).unwrap_or_default();
            let since = lab.since.map(ago).unwrap_or_default();
            let state = match lab.state {
                State::Left => "left by a dead program: `nsl clean` removes it",
                state => state_name(state),
            };
            table.row([escape(&lab.label), pid, lab.nodes.len().to_string(), since, state.to_owned()]);
        }
        script::write_output(table.to_string().as_bytes())?;
    }
    Ok(failed(args, unreadable, 1))
}

fn as_json(lab: &Seen) -> serde_json::Value {
    json!({
        "lab": lab.label,
        "name": lab.name,
        "pid": lab.owner,
        "nodes": lab.nodes,
        "since": lab.since,
        "state": state_name(lab.state),
    })
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Held(_) => "running",
        State::Kept => "kept",
        State::Left => "left",
    }
}

/// How long ago a moment was (seconds since 1970), as one would say it: `5 min`.
fn ago(since: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let passed = now.saturating_sub(since);
    let units = [(86_400, "d"), (3600, "h"), (60, "min")];
    let unit = units.iter().find(|(seconds, _)| passed >= *seconds);
    unit.map_or_else(|| format!("{passed} s"), |(seconds, name)| format!("{} {name}", passed / seconds))
}

/// Takes a lab down that is known by its name or by the file that returns it.
pub(super) fn down(args: &Args, lab: &str) -> Done {
    let is_file = Path::new(lab).is_file();
    match end(args, lab) {
        Err(error) if is_file && (error.is(&explain::LAB_MISSING) || lab.contains('/')) => {}
        ended => return Ok(failed(args, ended?, 3)),
    }
    let mut name = None;
    let file = LabFile { file: lab.to_owned(), arguments: Vec::new() };
    let ended = run::whole(|| {
        name = file::read(&file)?.lab.name();
        Ok(())
    });
    match name {
        Some(name) if ended.is_good() => Ok(failed(args, end(args, &name)?, 3)),
        _ => Ok(exit::leave(ended, args)),
    }
}

/// Ends a lab that was kept, wherever it is. Gives what could not be taken away.
fn end(args: &Args, name: &str) -> Result<Vec<Error>> {
    let is_here = || !rootless::is_wanted(args) && named::find(name).is_ok();
    if let Some(holder) = room::holder(name).filter(|_| !is_here()) {
        room::join(name, holder)?;
    } else if rootless::is_wanted(args) {
        return Err(match seen::find(name)?.state {
            State::Held(pid) => named::held(name, pid),
            State::Kept | State::Left => seen::missing(name),
        });
    }
    named::down(name)
}

/// Removes what dead programs left.
pub(super) fn clean(args: &Args) -> Done {
    let cleaned = if rootless::is_wanted(args) { Cleaned::default() } else { named::clean()? };
    for name in &cleaned.removed {
        say(&format!("removed {}", escape(name)))?;
    }
    if cleaned.removed.is_empty() && cleaned.failed.is_empty() {
        say("nothing to do")?;
    }
    for skipped in &cleaned.skipped {
        let object = skipped.object_name().unwrap_or_default();
        script::note(&format!("left alone: {}: {}", escape(object), skipped.message()));
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
